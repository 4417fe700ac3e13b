// Start the Chromium of the npm package `@sparticuz/chromium`.  The arguments that this package recommends are not
// used, because they make Chromium crash and turn off some of its security checks.
import packaged from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const ARGUMENTS = ["--no-sandbox", "--headless=shell", "--disable-gpu", "--disable-dev-shm-usage"];

export async function launch() {
  return chromium.launch({ executablePath: await packaged.executablePath(), args: ARGUMENTS });
}
