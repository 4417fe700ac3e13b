// Start the Chromium of the npm package, without the package's arguments: it crashes with them, and they weaken the checks.
import packaged from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const ARGUMENTS = ["--no-sandbox", "--headless=shell", "--disable-gpu", "--disable-dev-shm-usage"];

export async function launch() {
  return chromium.launch({ executablePath: await packaged.executablePath(), args: ARGUMENTS });
}
