// Makes the pictures of the README: a real house with the sample data, seen through a browser.
//   node tests/browser/screenshots.mjs [FOLDER]      (default docs/images; takes about a minute)
// Needs a built house (make all), the packages of tests/, Chromium, and pngquant (package pngquant).
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { root, startHouse } from "../support/server.mjs";

const require = createRequire(new URL("../package.json", import.meta.url));
const { chromium } = require("playwright-core");
const executablePath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);
const folder = resolve(process.argv[2] ?? join(root, "docs/images"));
const zone = "Asia/Riyadh";
const size_max = 150 * 1024;

const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);
const address = "/trends?q=" + Buffer.from(JSON.stringify({
  report: "segmentation", unit: "day", show: [{ event: "Run playground", measure: "unique" }],
  by: ["mp_country_code"], limit: 10, from: day(29), to: day(0), zone,
})).toString("base64url");

async function picture(browser, storageState, house, { language, theme }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1,
    colorScheme: theme, locale: language === "ar" ? "ar-SA" : "en-GB", timezoneId: zone, storageState });
  const page = await context.newPage();
  await page.goto(new URL(/sign in once at (\S+)/.exec(house.ready)[1]).origin + address);
  await page.waitForSelector("tr[data-line]");
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
  await page.evaluate(() => document.fonts.ready);
  const plot = await page.locator(".plot").boundingBox();
  const part = 9 / 29; // the day after the launch
  await page.mouse.move(plot.x + plot.width * (language === "ar" ? 1 - part : part), plot.y + 140);
  await page.waitForSelector(".tip");
  const file = join(folder, `trends-${language}.png`);
  await page.screenshot({ path: file });
  await context.close();
  execFileSync("pngquant", ["--force", "--strip", "--speed", "1", "--output", file, "128", file]);
  const { size } = statSync(file);
  if (size > size_max) throw new Error(`${file} has ${size} bytes, more than ${size_max}`);
  console.log(`${file}  ${Math.round(size / 1024)} KB`);
}

mkdirSync(folder, { recursive: true });
const house = await startHouse({ init: ["--zone", zone, "--name", "Quillwork", "--demo"] });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
try {
  execFileSync(house.amana, ["sample", "--data", house.dir, "--people", "5000", "--quiet"]);
  const door = await browser.newPage();
  await door.goto(/sign in once at (\S+)/.exec(house.ready)[1]);
  await door.waitForSelector("nav.rail");
  const { cookies } = await door.context().storageState();
  const signed_in = { cookies, origins: [] };
  await picture(browser, signed_in, house, { language: "en", theme: "light" });
  await picture(browser, signed_in, house, { language: "ar", theme: "dark" });
} finally {
  await browser.close();
  await house.stop();
}
