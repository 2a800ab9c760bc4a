// node tests/e2e/screenshots.mjs FOLDER URL [path…]   pictures of pages as people see them: phone and desktop, light and dark,
// Arabic from right to left. For looking at, and for the README.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { desktop, openBrowser, phone } from "./house.mjs";

const [folder, url, ...paths] = process.argv.slice(2);
const faces = [
  ["phone-light", phone, "light", "en"],
  ["phone-dark", phone, "dark", "en"],
  ["phone-arabic", phone, "light", "ar"],
  ["desktop-light", desktop, "light", "en"],
];
mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
for (const [face, device, colorScheme, lang] of faces) {
  const context = await browser.newContext({ ...device, deviceScaleFactor: 1, colorScheme, locale: lang });
  const page = await context.newPage();
  for (const at of paths.length ? paths : ["/", "/learn", "/learn/practices", "/learn/practices/order", "/learn/practices/order/map", "/search?q=invoice", "/people", "/people/account/new", "/nowhere"]) {
    await page.goto(url + at);
    const name = at.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "home";
    await page.screenshot({ path: path.join(folder, `${name}-${face}.png`), fullPage: true });
  }
  await context.close();
}
await browser.close();
