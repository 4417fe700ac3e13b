// Start the Chromium of the npm package.  Its own arguments are not used: they weaken the checks, and it crashes with them.
import packaged from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const ARGUMENTS = ["--no-sandbox", "--headless=shell", "--disable-gpu", "--disable-dev-shm-usage"];

export async function launch() {
  return chromium.launch({ executablePath: await packaged.executablePath(), args: ARGUMENTS });
}
