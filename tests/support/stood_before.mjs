// A browser before a stand-in of its own: pages with an authenticator in software, and the ways in.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { startStandIn } from "./stand_in.mjs";

const require = createRequire(new URL("../package.json", import.meta.url));
const { chromium } = require("playwright-core");
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const executable = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);
export const skip = executable ? false : "no Chromium on this machine (package chromium-headless-shell)";
/** What browsers complained about; refusals (4xx, 5xx) are meant. */
export const troubles = [];
let browser;
const stands = [];

export async function begin() {
  if (!skip) browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-background-networking"] });
}
export async function end() {
  await browser?.close();
  for (const stand of stands) stand.stop();
}

/** A page of its own; `page.stand` is what it stands before. */
export async function open({ language = "en", width = 1440, theme = "light", init, ...options } = {}) {
  const stand = await startStandIn({ passkeys: [], ...options });
  stands.push(stand);
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, acceptDownloads: true,
    locale: language === "ar" ? "ar-SA" : "en-GB", timezoneId: "Asia/Riyadh" });
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.said = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    page.said.push(message.text());
    if (message.type() === "error" && !/40[0-9]|50[0-9]/.test(message.text())) troubles.push(`${page.url()}: ${message.text()}`);
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true,
    hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  page.stand = stand;
  page.close_all = async () => {
    await context.close();
    stand.stop();
  };
  return page;
}

/** In by a link, with a passkey made and used. */
export async function enter(page, at = "/people") {
  await page.goto(page.stand.link);
  await page.waitForSelector("[data-offer]");
  await page.click("[data-passkey]");
  await page.waitForFunction(() => document.querySelector("[data-offer] form") && !document.querySelector("[data-offer] input"));
  await page.click("[data-passkey]");
  await page.waitForFunction(() => !document.querySelector("[data-offer]"));
  await page.goto(page.stand.url + at);
  await page.waitForSelector(".ledger-line [data-cost]");
}

/** In by a link and no more. */
export async function enter_by_link(page, at) {
  await page.goto(page.stand.link);
  await page.waitForSelector("nav.rail");
  await page.goto(page.stand.url + at);
  await page.waitForSelector(".ledger-line [data-cost]");
}
