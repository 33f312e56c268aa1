// The console, as a person uses it, in a real browser against a real house: signing in once, numbers
// on the page equal to the API's, the keyboard alone, what arrives live, both languages at three
// widths with axe-core, light and dark.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { event, post, startHouse, until } from "../support/server.mjs";

const require = createRequire(new URL("../package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const executable = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);
const skip = executable ? false : "no Chromium on this machine (package chromium-headless-shell)";
const ZONE = "Asia/Riyadh";
// The console's own address, as the link has it: a cookie of localhost is none of 127.0.0.1. `owner` is the
// window that holds the login's key: it alone may change something; copies of its cookie may look.
let house, browser, cookies, own, owner, troubles = [];

before(async () => {
  if (skip) return;
  house = await startHouse({ init: ["--zone", ZONE, "--name", "Quillwork", "--demo"] });
  execFileSync(house.amana, ["sample", "--data", house.dir, "--people", "300", "--quiet"]);
  browser = await chromium.launch({ executablePath: executable,
                                    args: ["--no-sandbox", "--disable-background-networking"] });
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

// A page of a signed-in member; what the browser complains about is gathered.
async function open({ language = "en", width = 1440, theme = "light", as = { ...cookies, origins: [] } } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme,
    locale: language === "ar" ? "ar-SA" : "en-GB", timezoneId: ZONE, storageState: as });
  const page = await context.newPage();
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/401/.test(message.text()))
      troubles.push(`${page.url()}: ${message.text()} ${message.location().url}`);
  });
  page.setDefaultTimeout(8000);
  return page;
}

async function go(page, address, ready) {
  await page.goto(own + address);
  await page.waitForSelector(ready);
}

const settle = (page) => page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
const question_of = (page) => page.evaluate(() => {
  const text = new URLSearchParams(location.search).get("q");
  return text && JSON.parse(new TextDecoder().decode(Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0))));
});
const address_of = (question) => "/trends?q=" +
  Buffer.from(JSON.stringify(question)).toString("base64url");

const days = (() => {
  const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);
  return { from: day(29), to: day(0) };
})();
const first = { report: "segmentation", unit: "day", show: [{ event: "Log in", measure: "unique" }],
                zone: ZONE, ...days };

test("the owner's link signs in once, leaves the address, and is dead afterwards", { skip }, async () => {
  const link = /sign in once at (\S+)/.exec(house.ready)[1];
  assert.equal(new URL(link).hash, house.owner_link.slice("/enter".length));
  own = new URL(link).origin;
  const page = await open({ as: { cookies: [], origins: [] } });
  await page.goto(link);
  await page.waitForSelector("nav.rail");
  assert.ok(!page.url().includes("#"), page.url());
  cookies = await page.context().storageState();
  const cookie = cookies.cookies.find((c) => c.name === "amana_login");
  assert.ok(cookie.httpOnly && cookie.sameSite === "Strict");
  owner = page;

  const again = await open({ as: { cookies: [], origins: [] } });
  await again.goto(link);
  await again.waitForSelector("#door-trouble");
  // At the door, a link in the address bar is a change of the hash alone: it is tried all the same.
  await again.reload();
  await again.waitForSelector(".door form");
  await again.goto(link);
  await again.waitForSelector("#door-trouble");
  assert.ok(!again.url().includes("#"), again.url());
  await again.context().close();
});

test("without a login there is a door and nothing else", { skip }, async () => {
  const page = await open({ as: { cookies: [], origins: [] } });
  await go(page, "/trends", ".door form");
  assert.equal(await page.locator("nav.rail").count(), 0);
  for (const path of ["/api/me", "/api/schema", "/api/live", "/api/status"]) {
    assert.equal((await fetch(house.console + path)).status, 401, path);
  }
  await page.context().close();
});

test("the numbers on the page are the API's", { skip }, async () => {
  const questions = [first,
    { ...first, show: [{ event: "$any", measure: "total" }], by: ["mp_country_code"], limit: 10 },
    { ...first, unit: "week", show: [{ event: "Upgrade plan", measure: "sum", property: "amount" },
                                      { event: "Upgrade plan", measure: "total" }] },
    { ...first, show: [{ event: "Page viewed", measure: "unique" }],
      where: 'properties["$browser"] == "Chrome"' },
    { ...first, show: [{ event: "Page viewed", measure: "unique" }],
      where: 'group["company"]["plan"] == "Pro" and user["sdk"] in ["Node", "Go"]' }];
  const page = await open();
  for (const question of questions) {
    await go(page, address_of(question) + "&v=table", "[data-numbers] [data-at]");
    await settle(page);
    const shown = await page.evaluate(() => [...document.querySelectorAll("tr[data-line]")].map((row) => ({
      total: Number(row.querySelector("[data-total]").dataset.total),
      at: Object.fromEntries([...row.querySelectorAll("[data-at]")].map((cell) =>
        [cell.dataset.at, Number(cell.textContent.replace(/[,\u2009\u00a0]/g, ""))])) })));
    const { status, body } = await house.ask(question);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(shown.length, body.series.length);
    assert.ok(shown.some((row) => row.total > 0), "an empty question proves nothing");
    const whole = (await house.ask({ ...question, unit: "all" })).body;
    body.series.forEach((series, i) => {
      assert.deepEqual(shown[i].at, Object.fromEntries(series.points.filter(([key]) => key in shown[i].at)
        .map(([key, value]) => [key, value ?? 0])), JSON.stringify(question));
      assert.equal(shown[i].total, whole.series[i].points[0][1]);
    });
  }
  await page.context().close();
});

test("a question is asked by the keyboard alone, and the address holds it", { skip }, async () => {
  const page = await open();
  await go(page, "/trends", "[data-sentence]");
  const pick = async (slot, typed) => {
    await page.locator(`[data-slot="${slot}"]`).first().focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector('[role="combobox"]');
    await page.keyboard.type(typed);
    await page.keyboard.press("Enter");
  };
  await page.locator("body").press("e");
  assert.ok(await page.evaluate(() => document.activeElement.dataset.slot !== undefined));
  await pick("event", "Create key");
  await pick("measure", "times");
  await pick("by-add", "country");
  await pick("unit", "week");
  const answered = () => page.waitForFunction(() => document.querySelectorAll("tr[data-line]").length > 1
    && document.querySelector("[data-numbers]").innerText.includes("Per week"));
  await answered();
  const asked = await question_of(page);
  assert.equal(asked.show[0].event, "Create key");
  assert.equal(asked.show[0].measure, "total");
  assert.equal(asked.unit, "week");
  assert.deepEqual(asked.by, ["mp_country_code"]);
  const before_reload = await page.locator("[data-numbers]").innerText();
  await page.reload();
  await answered();
  assert.equal(await page.locator("[data-numbers]").innerText(), before_reload);
  await page.context().close();
});

test("CSV says what the API says", { skip }, async () => {
  const page = await open();
  await go(page, address_of(first), "[data-numbers]");
  await settle(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-csv]")]);
  const lines = readFileSync(await download.path(), "utf8").replace(/^\ufeff/, "").trim().split("\r\n");
  const { body } = await house.ask(first);
  assert.deepEqual(lines.slice(1), body.series[0].points.map(([key, value]) => `${key},${value}`));
  await page.context().close();
});

// Auth is held still, so that web goes on without a grant: query folds, and the page must say so.
const people_and_times = { ...first, show: [{ event: "Log in", measure: "unique" },
  { event: "Log in", measure: "total", where: 'properties["mp_country_code"] == "IS"' }] };

async function ask_while_auth_is_silent(pages) {
  const auth = house.pid("auth");
  const answers = [];
  pages[0].on("response", async (response) => {
    if (response.url().endsWith("/api/query") && response.ok()) answers.push(await response.json());
  });
  process.kill(auth, "SIGSTOP");
  try {
    for (const page of pages) {
      await page.evaluate((address) => {
        history.pushState(null, "", address);
        dispatchEvent(new PopStateEvent("popstate"));
      }, address_of(people_and_times) + "&v=table");
    }
    for (const page of pages) await page.waitForSelector(".few[data-at]", { timeout: 20000 });
  } finally {
    process.kill(auth, "SIGCONT");
  }
  return answers.find((answer) => answer.series[0].points.length === 30).series;
}

async function shows_few_in_numbers(page, series, long, short) {
  const cells = await page.evaluate(() => [...document.querySelectorAll("tr[data-line]")].map((row) =>
    [...row.querySelectorAll("[data-at]")].map((cell) => ({ at: cell.dataset.at, seen: cell.querySelector(
      "[aria-hidden]")?.textContent ?? cell.textContent, title: cell.title, all: cell.textContent }))));
  series.forEach((one, i) => one.points.forEach(([key, value], k) => {
    const cell = cells[i][k];
    assert.equal(cell.at, key);
    if (value !== null) assert.equal(Number(cell.seen.replaceAll(",", "")), value);
    else if (i === 0) assert.deepEqual([cell.seen, cell.title, cell.all], [short, long, short + long]);
    else assert.equal(cell.seen, long); // times: "< 10" would be read as fewer than ten times
  }));
  assert.equal(await page.locator("tr[data-line]").nth(1).locator("[data-total]").innerText(), long);
  const nulls = series.flatMap((s) => s.points).filter(([, value]) => value === null).length;
  assert.ok((await page.locator(".provenance").innerText()).includes(String(nulls)));
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("[data-csv]")]);
  const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n").slice(1);
  assert.deepEqual(lines, series[0].points.map(([key, value]) => `${key},${value ?? ""},`));
}

async function shows_few_in_the_chart(page, series, long, onward) {
  await page.click('[data-view="line"]');
  const at = series[0].points.findIndex(([, value]) => value === null);
  await page.locator(".plot").focus();
  await page.keyboard.press("Home");
  for (let i = 0; i < at; i++) await page.keyboard.press(onward);
  assert.deepEqual(await page.locator(".tip .few").allInnerTexts(), [long, long]);
  assert.equal(await page.locator(".plot > .dot").count(), 0);
  assert.ok((await page.locator(".plot").getAttribute("aria-valuetext")).includes(long));
  const drawn = await page.locator(".plot > svg path").evaluateAll((paths) => paths.map((p) => p.getAttribute("d")).join(""));
  const places = new Set(drawn.match(/[\d.]+,[\d.]+/g).map((point) => point.split(",")[0]));
  const told = series[0].points.filter(([, value]) => value !== null).length;
  assert.equal(places.size, told, "every point told is drawn, and no other");
  await page.click('[data-view="bar"]');
  await page.waitForSelector(".plot > svg rect");
  assert.equal(await page.locator(".plot > svg rect:not([fill^=url])").count(), told);
}

test("while auth is silent small cells are not told, and never 0", { skip }, async () => {
  const pages = [await open({ language: "en" }), await open({ language: "ar" })];
  for (const page of pages) {
    await go(page, address_of({ ...first, unit: "week" }), "[data-numbers]");
    await settle(page);
  }
  const series = await ask_while_auth_is_silent(pages);
  const told = series[0].points.filter(([, value]) => value !== null).length;
  assert.ok(told > 0 && told < 30, "the sample must give cells of both kinds");
  assert.ok(series[1].points.every(([, value]) => value === null));
  const words = [["Under 10 people", "< 10", "ArrowRight"], ["دون 10 أشخاص", "دون 10", "ArrowLeft"]];
  for (const [i, [long, short, onward]] of words.entries()) {
    await shows_few_in_numbers(pages[i], series, long, short);
    await pages[i].evaluate(axe);
    const { violations } = await pages[i].evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
    await shows_few_in_the_chart(pages[i], series, long, onward);
    await pages[i].context().close();
  }
});

test("how computed? shows the question, the rows and the time", { skip }, async () => {
  const page = await open();
  await go(page, address_of(first), "[data-how]");
  await page.keyboard.press("h");
  await page.waitForSelector("dialog[open] pre");
  const text = await page.locator("dialog[open] pre").innerText();
  assert.equal(JSON.parse(text).show[0].event, "Log in");
  assert.ok(Number(await page.locator("[data-rows]").getAttribute("data-rows")) > 0);
  await page.context().close();
});

test("an event is seen live within a second of being sent, and nothing about its person", { skip }, async () => {
  const page = await open();
  await go(page, "/live", "[data-live] tbody tr");
  await page.waitForTimeout(300);
  const began = Date.now();
  assert.equal(await (await post(house, "/track", [event(house, "Seen live", {
    distinct_id: "u-secret-77", note: "open words", mp_country_code: "EG" })])).text(), "1");
  await page.waitForFunction(() => document.querySelector("[data-live] tbody").innerText.includes("Seen live"));
  assert.ok(Date.now() - began < 1000, `${Date.now() - began} ms`);
  const text = await page.locator("main").innerText();
  assert.ok(!text.includes("u-secret-77") && !text.includes("open words"));
  await page.context().close();
});

test("refusals are counted where they can be seen", { skip }, async () => {
  await post(house, "/track", [{ event: "X", properties: { token: "0".repeat(32), distinct_id: "a" } },
                               event(house, "Y", { distinct_id: "a", password: "hunter2-hunter2" })]);
  const page = await open();
  await go(page, "/live", "aside");
  await page.waitForFunction(() => document.querySelectorAll(".refused li").length > 0);
  await page.context().close();
});

test("an empty house waits, and the first event turns the sign by itself", { skip }, async () => {
  const fresh = await startHouse();
  try {
    const page = await open({ as: { cookies: [], origins: [] } });
    await page.goto(/sign in once at (\S+)/.exec(fresh.ready)[1]);
    await page.waitForSelector("nav.rail");
    await page.goto(new URL("/setup", page.url()).href);
    await page.waitForSelector('[data-got="false"]');
    assert.equal(await page.locator("[data-token]").innerText(), fresh.token);
    await post(fresh, "/track", [event(fresh, "First of all", { distinct_id: "u1" })]);
    await page.waitForSelector('[data-got="true"]', { timeout: 3000 });
    await page.context().close();
  } finally {
    await fresh.stop();
  }
});

test("a project's name and zone are changed and stay changed", { skip }, async () => {
  const page = owner;
  await go(page, "/setup", "form.pair input");
  await page.fill("form.pair input", "كويل وورك");
  await page.click("form.pair button");
  await until("the name in the rail", async () =>
    (await page.locator(".brand small").innerText()) === "كويل وورك");
  await page.reload();
  await page.waitForSelector(".brand small");
  assert.equal(await page.locator(".brand small").innerText(), "كويل وورك");
  const looker = await open();
  await go(looker, "/setup", "form.pair input");
  await looker.fill("form.pair input", "Another");
  await looker.click("form.pair button");
  await looker.waitForSelector("[role=alert]");
  assert.equal((await looker.locator(".brand small").innerText()), "كويل وورك", "without the login's key nothing is changed");
  await looker.context().close();
  await owner.context().close();
});

test("a request of another site is refused though the cookie is right", { skip }, async () => {
  const cookie = cookies.cookies.find((c) => c.name === "amana_login");
  const send = (headers) => fetch(house.console + "/api/leave", { method: "POST", body: "{}",
    headers: { cookie: `amana_login=${cookie.value}`, "content-type": "application/json", ...headers } });
  assert.equal((await send({ origin: "https://evil.example" })).status, 403);
  assert.equal((await send({ "sec-fetch-site": "cross-site", origin: "null" })).status, 403);
});

for (const language of ["en", "ar"]) {
  for (const width of [360, 1024, 1440]) {
    test(`${language} at ${width}: nothing for axe, nothing sideways`, { skip }, async () => {
      await Promise.all(["light", "dark"].map(async (theme) => {
        const page = await open({ language, width, theme });
        const address = address_of({ ...first, by: ["mp_country_code"], limit: 10 });
        for (const [path, ready] of [[address, "[data-numbers] tr[data-line]"], [address + "&v=bar", "[data-numbers]"],
                                     [address + "&v=table", "[data-at]"], ["/live", "[data-live] tbody tr"],
                                     ["/setup", "[data-token]"]]) {
          await go(page, path, ready);
          await settle(page);
          assert.equal(await page.evaluate(() => document.documentElement.dir || "ltr"),
                       language === "ar" ? "rtl" : "ltr");
          await page.evaluate(axe);
          // What a page is made of does not hang on its theme; its contrasts do.
          const { violations } = await page.evaluate((runOnly) =>
            window.axe.run({ resultTypes: ["violations"], ...runOnly }), theme === "dark" ? { runOnly: ["color-contrast"] } : {});
          assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], `${path} ${theme}`);
          for (const part of await page.locator(".plot").count() ? [.02, .48, .52, .98] : [0]) {
            const plot = part && await page.locator(".plot").boundingBox();
            if (part) await page.mouse.move(plot.x + plot.width * part, plot.y + 100);
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} scrolls`);
          }
        }
        await page.context().close();
      }));
    });
  }
}

test("the browser had nothing to complain about", { skip }, () => {
  assert.deepEqual(troubles, []);
});
