// Start the Chromium of the npm package, but not with the arguments that the package recommends.
// With those arguments, Chromium crashes and checks less.
import packaged from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const ARGUMENTS = ["--no-sandbox", "--headless=shell", "--disable-gpu", "--disable-dev-shm-usage"];

export async function launch() {
  return chromium.launch({ executablePath: await packaged.executablePath(), args: ARGUMENTS });
}
