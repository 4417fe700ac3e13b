// Open pages in Chromium, and print the problems of each page as JSON: node check.mjs PAGE.html http://... ...
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";
import { findHidden, findLayoutProblems, openAll } from "./in_page.mjs";

const AXE = await readFile(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
// The colors do not depend on the width, so one width is enough in dark mode.
const SCREENS = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "light", width: 320 },
  { colorScheme: "dark", width: 1280 },
];
// The widths of A4 paper in portrait and landscape format, in CSS pixels, without the margins of the style sheet.
const SHEETS = [703, 1032];
const JENKINS = "sandbox; default-src 'none'; style-src 'self'; img-src 'self'";

async function watch(browser, url, options, use) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  const events = [];
  tab.on("request", (request) => request.url() === url || events.push(`request: ${request.url().slice(0, 200)}`));
  tab.on("console", (message) => events.push(`console: ${message.text().slice(0, 300)}`));
  tab.on("pageerror", (error) => events.push(`error: ${error.message}`));
  tab.on("dialog", (dialog) => { events.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  await tab.goto(url);
  const result = await use(tab, context);
  await context.close();
  return { events, result };
}

async function runAxe(tab) {
  const { violations } = await tab.evaluate(() => globalThis.axe.run(document));
  return violations.map((rule) => `${rule.id}: ${rule.nodes.length}, such as ${rule.nodes[0].html.slice(0, 200)}`);
}

// Open each folded part with a click, as a reader does in a browser without JavaScript.
async function openByClicks(tab) {
  for (let closed; (closed = tab.locator("details:not([open]) > summary:visible")) && (await closed.count()) > 0; ) {
    await closed.first().click();
  }
}

async function checkScreens(browser, url, report) {
  for (const { colorScheme, width } of SCREENS) {
    const { events, result } = await watch(browser, url, { colorScheme, viewport: { width, height: 900 } }, async (tab) => {
      const title = await tab.title();
      await tab.evaluate(AXE);
      // Until `openAll` runs, folded parts hide most of the page, so one check of this state is enough.
      const axe = colorScheme === "light" && width === 1280 ? await runAxe(tab) : [];
      await tab.evaluate(openAll);
      axe.push(...(await runAxe(tab)));
      const layout = await tab.evaluate(findLayoutProblems);
      const scripts = await tab.evaluate(() => document.scripts.length);
      return { axe, layout, scripts, isTitleKept: (await tab.title()) === title };
    });
    report.axe.push(...result.axe.map((problem) => `${colorScheme} ${width}: ${problem}`));
    report.layout.push(...result.layout.map((problem) => `${colorScheme} ${width}: ${problem}`));
    report.activity.push(...events, ...(result.scripts ? ["a script"] : []), ...(result.isTitleKept ? [] : ["another title"]));
  }
}

async function checkWithoutScripts(browser, url, report) {
  const options = { javaScriptEnabled: false, viewport: { width: 1280, height: 900 } };
  const plain = await watch(browser, url, options, async (tab) => {
    await openByClicks(tab);
    return tab.evaluate(findHidden);
  });
  report.withoutScripts = plain.result;
  report.activity.push(...plain.events);
}

// Serve the page with the content security policy of Jenkins, which blocks even the style sheet of the page.
async function checkUnderJenkins(browser, url, report) {
  const body = url.startsWith("http") ? await (await fetch(url)).text() : await readFile(new URL(url), "utf8");
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const tab = await context.newPage();
  await tab.route("**/*", (route) =>
    route.fulfill({ body, contentType: "text/html; charset=utf-8", headers: { "Content-Security-Policy": JENKINS } }));
  await tab.goto("http://reports.test/page.html");
  await openByClicks(tab);
  report.underJenkins = await tab.evaluate(findHidden);
  await context.close();
}

async function checkPrint(browser, url, report) {
  for (const width of SHEETS) {
    const { result } = await watch(browser, url, { viewport: { width, height: 1000 } }, async (tab) => {
      await tab.emulateMedia({ media: "print" });
      return [...(await tab.evaluate(findLayoutProblems)), ...(await tab.evaluate(findHidden))];
    });
    report.print.push(...result.map((problem) => `${width}: ${problem}`));
  }
  const { result } = await watch(browser, url, {}, (tab) => tab.pdf({ preferCSSPageSize: true }));
  report.pdf = result.length;
}

const browser = await launch();
const reports = {};
for (const path of process.argv.slice(2)) {
  const report = { axe: [], layout: [], activity: [], withoutScripts: [], underJenkins: [], print: [], pdf: 0 };
  const url = path.startsWith("http") ? path : pathToFileURL(path).href;
  await checkScreens(browser, url, report);
  await checkWithoutScripts(browser, url, report);
  await checkUnderJenkins(browser, url, report);
  await checkPrint(browser, url, report);
  reports[path] = report;
}
await browser.close();
process.stdout.write(JSON.stringify(reports));
