// Opens pages as a reader would and complains: node scripts/pages/check.mjs FOLDER
// FOLDER holds pages as NAME.html, the same parted as NAME.split.html with NAME.split.css, and which sections a page has to
// have as NAME.sections. Every page is opened offline with scripts off: 360 and 1280 pixels wide, light, dark and as
// printed; the parted ones from a server with a strict policy. A page fails if the console says anything, if anything is
// asked of the network, if it scrolls sideways, if two pieces of text overlap, or if a section is missing.
import { createServer } from "node:http";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Browser } from "./browser.mjs";

const LARGEST = 500_000;
const POLICY = "sandbox; default-src 'none'; style-src 'self'; img-src 'self'";
const MODES = [
  { width: 360 },
  { width: 360, dark: true },
  { width: 1280 },
  { width: 1280, dark: true },
  { width: 718, print: true }, // A4 less its margins, in CSS pixels
];

const folder = resolve(process.argv[2]);
const names = readdirSync(folder).filter((name) => name.endsWith(".sections")).map((name) => name.slice(0, -9));
if (!names.length) throw new Error(`there is no page in ${folder}`);

const types = { html: "text/html; charset=utf-8", css: "text/css; charset=utf-8" };
const server = createServer((request, response) => {
  const name = request.url.slice(1);
  const type = types[name.split(".").pop()];
  const file = /^[A-Za-z0-9.-]+$/.test(name) && type && readFileSync(join(folder, name));
  if (!file) return response.writeHead(204).end(); // no favicon
  response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY });
  response.end(file);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const served = `http://127.0.0.1:${server.address().port}/`;

let faults = 0;
function fault(page, what) {
  faults += 1;
  console.error(`${page}: ${what}`);
}

/// Pairs of pieces of text whose boxes share more than a hair.
function overlaps(texts) {
  const sorted = texts.sort((a, b) => a.bounds[1] - b.bounds[1]);
  const found = [];
  for (let i = 0; i < sorted.length; i++) {
    const [x, y, width, height] = sorted[i].bounds;
    for (let j = i + 1; j < sorted.length && sorted[j].bounds[1] < y + height - HAIR; j++) {
      const [left, top, wide, high] = sorted[j].bounds;
      const across = Math.min(x + width, left + wide) - Math.max(x, left);
      const down = Math.min(y + height, top + high) - Math.max(y, top);
      if (across > HAIR && down > HAIR) found.push([sorted[i].text, sorted[j].text]);
    }
  }
  return found;
}
const HAIR = 2.5;

async function look(tab, page, url, mode, sections) {
  const where = `${page} at ${mode.width}${mode.dark ? ", dark" : ""}${mode.print ? ", printed" : ""}`;
  tab.complaints.length = tab.requests.length = 0;
  await tab.open(url, mode);
  const { texts, ids } = await tab.layout();
  for (const complaint of tab.complaints) fault(where, complaint);
  const ours = (request) => request === url || request === url.replace(/html$/, "css") || request.endsWith("/favicon.ico");
  for (const request of tab.requests.filter((request) => !ours(request))) fault(where, `asks for ${request}`);
  const { width } = await tab.size();
  if (width > mode.width) fault(where, `is ${width} pixels wide`);
  for (const [one, other] of overlaps(texts).slice(0, 5)) fault(where, `"${one}" lies over "${other}"`);
  for (const id of sections.filter((id) => !ids.has(id))) fault(where, `has no section ${id}`);
  if (texts.length < 10) fault(where, "is empty");
}

const browser = await Browser.start();
try {
  const tab = await browser.tab();
  for (const name of names) {
    const sections = readFileSync(join(folder, `${name}.sections`), "utf8").split(/\s+/).filter(Boolean);
    const page = join(folder, `${name}.html`);
    const { size } = statSync(page);
    if (size > LARGEST) fault(name, `has ${size} bytes`);
    for (const mode of MODES) await look(tab, name, pathToFileURL(page).href, mode, sections);
    if (!existsSync(join(folder, `${name}.split.html`))) continue;
    await look(tab, `${name}, parted`, `${served}${name}.split.html`, MODES[2], sections);
  }
} finally {
  await browser.close();
  server.close();
}
console.log(`${names.length} pages, ${MODES.length + 1} looks at each, ${faults} faults`);
process.exit(faults ? 1 : 0);
