// Functions that run inside a page.  Playwright sends only the source of the function that it runs,
// so no function here can call another or use a constant of this file.

export function openAll() {
  for (const part of document.querySelectorAll("details")) part.open = true;
}

// Return a line for each row, item or value that is not visible.
// The grid of versions may be hidden, because the list below the grid shows the same values.
export function findHidden() {
  const problems = [];
  const left = (element) => element.closest("thead, nav, .grid");
  for (const element of document.querySelectorAll("tr, li, .value, .name, p, summary, h1, h2, h3")) {
    const box = element.getBoundingClientRect();
    const isShown = element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && box.width > 0 && box.height > 0;
    if (!isShown && !left(element)) problems.push(`hidden ${element.tagName}: ${element.textContent.trim().slice(0, 80)}`);
  }
  return problems;
}

// Return a line for each element that is cut off or overlaps another element.
// If the page scrolls sideways, return a line about the page, too.
export function findLayoutProblems() {
  const problems = [];
  const width = document.documentElement.clientWidth;
  const name = (element) => `${element.tagName.toLowerCase()} ${element.className}: ${element.textContent.trim().slice(0, 60)}`;
  if (document.documentElement.scrollWidth > width) problems.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const isShown = (element) => element.checkVisibility() && !(getComputedStyle(element.closest("thead") ?? element).position === "absolute");
  const elements = [...document.body.querySelectorAll("*")].filter(isShown);
  for (const element of elements) {
    const style = getComputedStyle(element);
    if (style.display.startsWith("inline") || element.tagName === "BR") continue;
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth) problems.push(`cut sideways: ${name(element)}`);
    if (element.scrollHeight > element.clientHeight + 1 && style.overflowY !== "visible") problems.push(`cut below: ${name(element)}`);
    if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none") problems.push(`cut by the style sheet: ${name(element)}`);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || !isShown(node.parentElement)) continue;
    let block = node.parentElement;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    const edges = block.getBoundingClientRect();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.left < edges.left - 1 || box.right > edges.right + 1 || box.left < 0 || box.right > width + 1) {
        problems.push(`text leaves its place: ${name(node.parentElement)}`);
        break;
      }
    }
  }
  for (const parent of document.body.querySelectorAll("tr, tbody, thead, table, ul, ol, dl, dl > div, main, section, body, details, .grid")) {
    const children = [...parent.children].filter((child) => isShown(child) && getComputedStyle(child).display !== "inline");
    for (let index = 1; index < children.length; index += 1) {
      const [one, other] = [children[index - 1].getBoundingClientRect(), children[index].getBoundingClientRect()];
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const along = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 1 && along > 1) problems.push(`overlap: ${name(children[index])}`);
    }
  }
  return [...new Set(problems)].slice(0, 20);
}
