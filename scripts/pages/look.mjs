// Screenshots of pages to be looked at: node scripts/pages/look.mjs FOLDER PAGE.html…
// For each page: 360 and 1280 pixels wide, light and dark, and the printed A4 pages as a PDF.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Browser } from "./browser.mjs";

const [folder, ...pages] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await Browser.start();
try {
  const tab = await browser.tab();
  for (const page of pages) {
    const url = pathToFileURL(resolve(page)).href;
    const name = join(folder, basename(page, ".html"));
    for (const width of [360, 1280]) {
      for (const dark of [false, true]) {
        await tab.open(url, { width, dark });
        writeFileSync(`${name}-${width}-${dark ? "dark" : "light"}.png`, await tab.screenshot());
      }
    }
    await tab.open(url, { width: 800, print: true });
    writeFileSync(`${name}.pdf`, await tab.pdf());
  }
} finally {
  await browser.close();
}
