// Resolves the corpus of tests/fixtures/site/cases.json with Playwright's locators and tells where they lead elsewhere
// than shippass does; then compares the role and name of every element that has an id with those of the browser's own
// accessibility tree. By hand, no part of `make test`.
//
// Where the two part on purpose: a glyph of an icon font is no text to a person; several labels of one field name it
// together; a field whose label is empty goes by its title; dates and colours are text fields by role.
//
//
//   npm install --no-save playwright-core && CHROMIUM=/usr/bin/chromium node tests/playwright/compare.mjs
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../fixtures/site");
const kinds = { html: "text/html", css: "text/css", js: "text/javascript" };

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/api/items") {
    const from = Number(searchParams.get("from"));
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify(Array.from({ length: 20 }, (_, index) => from + index)));
  }
  try {
    const text = await readFile(join(folder, normalize(pathname)), "utf8");
    response.setHeader("content-type", kinds[pathname.split(".").pop()] || "text/plain");
    response.end(text.replaceAll("{{other}}", `http://${request.headers.host.replace("127.0.0.1", "localhost")}`));
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}`;

const cases = JSON.parse(await readFile(join(folder, "cases.json"), "utf8")).filter((item) => item.playwright);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true });

// A locator of the table, such as `getByRole('button', { name: 'Save' })`, as a call on the page.
const locate = new Function("page", "find", "return eval(`page.${find}`)");
let differences = 0;
for (const { page: name, name: title, playwright, hit } of cases) {
  await page.goto(`${url}/${name}`);
  const wanted = playwright.id ?? hit;
  let found;
  try {
    const locator = locate(page, playwright.find);
    await locator.first().waitFor({ state: "attached", timeout: 3000 });
    const ids = await locator.evaluateAll((elements) => elements.map((element) => (element.closest("[id]") || element).id || element.tagName));
    found = ids.length === 1 ? ids[0] : `${ids.length} elements: ${ids.join(", ")}`;
  } catch (error) {
    found = String(error.message).split("\n")[0];
  }
  if (found === wanted) continue;
  differences += 1;
  console.log(`${name}: ${title}\n  ${playwright.find}\n  shippass #${wanted}, Playwright ${found}`);
}
console.log(`${cases.length} cases compared, ${differences} differ`);

// Names as the browser computes them.
const scripts = join(folder, "../../../src/browser/page/js");
const names = await readFile(join(scripts, "names.js"), "utf8");
// The browser's own words for roles that ARIA calls otherwise.
const ariaRole = (role) => ({ image: "img", StaticText: "generic", none: "generic", LabelText: "generic", sectionheader: "generic", sectionfooter: "generic",
  DisclosureTriangle: "button", LayoutTableCell: "generic", HeaderAsNonLandmark: "generic", FooterAsNonLandmark: "generic" })[role] || role;
const protocol = await page.context().newCDPSession(page);
let compared = 0, different = 0;
for (const name of ["names.html", "roles.html", "choices.html", "fields.html"]) {
  await page.goto(`${url}/${name}`);
  const ours = await page.evaluate(`(() => { ${names}; return [...document.body.querySelectorAll("[id]")].filter(isVisible)
    .map((element) => ({ id: element.id, role: roleOf(element), name: nameOf(element) })); })()`);
  for (const { id, role, name: ourName } of ours) {
    const { result } = await protocol.send("Runtime.evaluate", { expression: `document.getElementById(${JSON.stringify(id)})` });
    const { nodes } = await protocol.send("Accessibility.getPartialAXTree", { objectId: result.objectId, fetchRelatives: false });
    const node = nodes[0];
    if (node.ignored) continue;
    compared += 1;
    const theirs = { role: ariaRole(node.role.value), name: (node.name?.value ?? "").replace(/\s+/g, " ").trim() };
    if (theirs.role === role && theirs.name === ourName) continue;
    different += 1;
    console.log(`${name} #${id}: shippass ${role} “${ourName}”, browser ${theirs.role} “${theirs.name}”`);
  }
}
console.log(`${compared} names compared, ${different} differ`);
await browser.close();
server.close();
