// Take a light and a dark picture of the top of a page: node pictures.mjs PAGE.html PREFIX [WIDTH HEIGHT]
// The files are PREFIX-light.png and PREFIX-dark.png.  With HEIGHT 0, each picture shows the whole page.
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const [page, prefix, width = "1040", height = "900"] = process.argv.slice(2);
const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  const context = await browser.newContext({ colorScheme, viewport: { width: Number(width), height: Number(height) || 800 } });
  const tab = await context.newPage();
  await tab.goto(page.startsWith("http") ? page : pathToFileURL(page).href);
  await tab.screenshot({ path: `${prefix}-${colorScheme}.png`, fullPage: height === "0" });
  await context.close();
}
await browser.close();
