// The real mixpanel-browser in a real Chromium, on a page of another origin, pointed at amana by
// api_host and nothing else; then with everything that can go wrong on the way, as mixpanel-api.md
// 1.5 says the SDK behaves; then through nginx with deploy/nginx.conf.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findNginx, listen, startNginx, startRelay } from "../support/front.mjs";
import { sleep, startHouse, until } from "../support/server.mjs";

const require = createRequire(new URL("../package.json", import.meta.url));
const { chromium } = require("playwright-core");
const sdk = readFileSync(join(require.resolve("mixpanel-browser/package.json"), "../dist/mixpanel.umd.js"));
const executable = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);
const skip = executable ? false : "no Chromium on this machine (package chromium-headless-shell)";
const options = { skip, timeout: 30000 };
let house, browser, site, server, relay;

before(async () => {
  if (skip) return;
  house = await startHouse();
  relay = await startRelay(house.ingest);
  server = createServer((request, response) => {
    const isScript = request.url === "/mixpanel.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8" });
    response.end(isScript ? sdk : `<!doctype html><title>Shop</title><script src="/mixpanel.js"></script>
      <button id="buy">Buy</button><p>Text that a session replay would take.</p>`);
  });
  site = `http://localhost:${await listen(server)}`;
  browser = await chromium.launch({ executablePath: executable,
                                    args: ["--no-sandbox", "--disable-background-networking"] });
});
after(async () => {
  await browser?.close();
  relay?.stop();
  server?.close();
  await house?.stop();
});

// A page with the SDK on; what it asked and what the browser complains about is gathered.
async function open(host, config = {}, context) {
  const own = context ?? await browser.newContext();
  const page = await own.newPage();
  Object.assign(page, { answers: [], troubles: [] });
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") page.troubles.push(message.text()); });
  page.on("response", (answer) => page.answers.push(`${answer.request().method()} ${new URL(answer.url()).pathname} ${answer.status()}`));
  await page.goto(`${site}/?utm_source=letter&utm_campaign=spring`);
  await page.evaluate(([token, api_host, more]) => window.mixpanel.init(token, {
    api_host, persistence: "localStorage", batch_flush_interval_ms: 150, track_pageview: false,
    autocapture: false, ...more }), [house.token, host, config]);
  return page;
}

const track = (page, name, times = 1) => page.evaluate(([event, count]) => {
  for (let i = 0; i < count; i++) window.mixpanel.track(event, { n: i });
}, [name, times]);
// What the SDK still has to send.
const queued = (page) => page.evaluate((token) =>
  JSON.parse(localStorage.getItem(`__mpq_${token}_ev`) ?? "[]").length, house.token);
const durable = (name) => house.count().events[name]?.total ?? 0;
const arrive = (name, total) => until(`${total} x ${name}`, () => durable(name) >= total && durable(name), 8000);

async function useEverything(host, prefix) {
  const page = await open(host);
  const before = house.count().updates;
  await track(page, `${prefix} viewed`, 3);
  const replies = await page.evaluate(async (name) => {
    const done = (start) => new Promise((back) => start(back));
    const out = [];
    out.push(await done((back) => window.mixpanel.track(name, { text: "مرحبا 👋" }, { send_immediately: true }, back)));
    window.mixpanel.identify("user-42");
    out.push(await done((back) => window.mixpanel.people.set({ $email: "noura@example.com", plan: "Pro" }, back)));
    out.push(await done((back) => window.mixpanel.people.increment("visits", 2, back)));
    window.mixpanel.set_group("company", "acme");
    out.push(await done((back) => window.mixpanel.get_group("company", "acme").set({ seats: 5 }, back)));
    return out;
  }, `${prefix} bought`);
  for (const reply of replies)
    assert.ok(reply === 1 || reply?.status === 1, JSON.stringify(replies));
  await track(page, `${prefix} after`);
  assert.equal(await arrive(`${prefix} viewed`, 3), 3);
  assert.equal(await arrive(`${prefix} after`, 1), 1);
  assert.equal(durable(`${prefix} bought`), 1);
  await until("updates", () => house.count().updates - before >= 4);
  await until("the queue is empty", async () => await queued(page) === 0);
  assert.deepEqual(page.troubles, []);
  assert.deepEqual(page.answers.filter((a) => /^POST/.test(a) && !/ 200$/.test(a)), []);
  await page.context().close();
}

test("track, identify, people and groups from another origin", options, async () => {
  await useEverything(house.ingest, "Direct");
  // The one person before and after identify() is one.
  assert.deepEqual(await house.seen("Direct after", 1), { total: 1, unique: 1 });
});

test("flags, settings and replay are answered so that the SDK stays quiet", options, async () => {
  const page = await open(house.ingest, { flags: true, record_sessions_percent: 100 });
  await until("the recorder runs", () => page.evaluate(() =>
    window.mixpanel.get_session_recording_properties().$mp_replay_id));
  await page.click("#buy");
  await page.evaluate(() => window.mixpanel.flags.get_variant_value("new-price", "old"))
    .then((value) => assert.equal(value, "old"));
  await until("flags are asked", () => page.answers.some((answer) => answer.startsWith("GET /flags/")));
  await sleep(800); // the recorder queues what it saw
  await page.evaluate(() => window.mixpanel.stop_session_recording());
  await until("a piece of the recording is sent", () => page.answers.some((a) => /^POST \/record\//.test(a)), 15000);
  assert.deepEqual(page.answers.filter((a) => !/ (200|204)$/.test(a) && !a.includes("favicon")), []);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
  // Asked first, amana says that it keeps no replay, and the SDK records none.
  const asking = await open(house.ingest, { remote_settings_mode: "strict", record_sessions_percent: 100 });
  await until("settings are asked", () => asking.answers.some((answer) => answer.startsWith("GET /settings/ 200")));
  await sleep(300);
  assert.deepEqual(await asking.evaluate(() => window.mixpanel.get_session_recording_properties()), {});
  assert.deepEqual(asking.troubles, []);
  await asking.context().close();
});

test("what is queued when the page is hidden arrives by beacon, and counts once", options, async () => {
  const context = await browser.newContext();
  const page = await open(relay.url, { batch_flush_interval_ms: 1500 }, context);
  await sleep(300); // the first flush, of nothing
  relay.seen.length = 0;
  await track(page, "Hidden", 4);
  await until("the events are queued", async () => await queued(page) === 4);
  assert.equal(durable("Hidden"), 0);
  await page.goto(`${site}/next`);
  await arrive("Hidden", 4);
  const beacon = relay.seen.find((r) => r.count === 4);
  assert.match(beacon.type, /^text\/plain/);
  // What the SDK cannot know to have arrived it sends again on the next page, after two intervals.
  const again = await open(relay.url, {}, context);
  await until("the queue is empty", async () => await queued(again) === 0);
  assert.ok(relay.seen.filter((r) => r.count).reduce((sum, r) => sum + r.count, 0) >= 8, "sent twice");
  assert.deepEqual(await house.seen("Hidden", 4), { total: 4, unique: 1 });
  await context.close();
});

for (const status of [503, 429]) {
  test(`${status}: the SDK keeps its events and comes again`, options, async () => {
    const name = `After ${status}`;
    relay.status = status;
    relay.seen.length = 0;
    const page = await open(relay.url);
    await track(page, name, 3);
    await until("a refusal", () => relay.seen.some((r) => r.status === status));
    await sleep(100);
    assert.equal(await queued(page), 3);
    assert.equal(durable(name), 0);
    relay.status = null;
    assert.equal(await arrive(name, 3), 3);
    await until("the queue is empty", async () => await queued(page) === 0);
    assert.deepEqual(await house.seen(name, 3), { total: 3, unique: 1 });
    await page.context().close();
  });
}

test("413: the SDK halves its batch until it fits", options, async () => {
  relay.status = (count) => (count > 3 ? 413 : null);
  relay.seen.length = 0;
  const page = await open(relay.url, { batch_flush_interval_ms: 800 });
  await sleep(300); // the first flush, of nothing
  await track(page, "Halved", 10);
  assert.equal(await arrive("Halved", 10), 10);
  relay.status = null;
  assert.ok(relay.seen.some((r) => r.status === 413));
  assert.ok(relay.seen.filter((r) => r.status === 200 && r.count).every((r) => r.count <= 3));
  await page.context().close();
});

test("413 for a single event: it is dropped, the next is sent", options, async () => {
  relay.status = () => 413;
  const page = await open(relay.url);
  await track(page, "Too large");
  await until("the queue is empty", async () => await queued(page) === 0);
  relay.status = null;
  await track(page, "Small enough");
  await arrive("Small enough", 1);
  assert.equal(durable("Too large"), 0);
  await page.context().close();
});

test("a wrong origin: the data arrives, the page reads no answer, nothing is sent again", options, async () => {
  relay.origin = "http://elsewhere.example";
  relay.seen.length = 0;
  const page = await open(relay.url);
  await track(page, "Elsewhere", 2);
  await arrive("Elsewhere", 2);
  await until("the queue is empty", async () => await queued(page) === 0);
  assert.ok(page.troubles.some((text) => /CORS/.test(text)), "Chromium says why");
  relay.origin = null;
  await sleep(500);
  assert.equal(durable("Elsewhere"), 2);
  await page.context().close();
});

test("connection refused: the SDK loses its queue, which is why the socket stays open", options, async () => {
  const dead = createServer();
  const port = await listen(dead);
  await new Promise((done) => dead.close(done));
  const page = await open(`http://127.0.0.1:${port}`);
  await track(page, "Refused", 2);
  await until("the queue is gone", async () => await queued(page) === 0);
  assert.ok(page.troubles.some((text) => /ERR_CONNECTION_REFUSED/.test(text)));
  await page.context().close();
});

test("a restart of amana while pages send loses nothing", options, async () => {
  const page = await open(house.ingest, { batch_flush_interval_ms: 50 });
  const sending = (async () => { for (let i = 0; i < 30; i++) { await track(page, "Restarted"); await sleep(20); } })();
  process.kill(house.pid("ingest"), "SIGKILL");
  await sending;
  await until("the queue is empty", async () => await queued(page) === 0);
  assert.deepEqual(await house.seen("Restarted", 30), { total: 30, unique: 1 });
  await page.context().close();
});

test("through nginx with deploy/nginx.conf", options, async (t) => {
  const found = findNginx();
  if (!found.path) return t.skip(found.missing);
  const nginx = await startNginx(found.path, house);
  try {
    await useEverything(nginx.url, "Proxied");
    const long = Buffer.from(JSON.stringify([{ event: "Long address", properties: { token: house.token,
      distinct_id: "u", text: "x".repeat(30000) } }])).toString("base64");
    const answer = await fetch(`${nginx.url}/track?data=${encodeURIComponent(long)}`, { redirect: "error" });
    assert.equal(await answer.text(), "1");
    const large = await fetch(`${nginx.url}/track/`, { method: "POST", body: "x".repeat(11 << 20),
      headers: { origin: "http://page.example" } }).catch(() => null);
    // The answer may come before the whole body has gone; then fetch sees the connection end.
    if (large) assert.deepEqual([large.status, large.headers.get("access-control-allow-origin")],
                                [413, "http://page.example"]);
    assert.match(await (await fetch(`${nginx.url}/healthz`)).text(), /ok/);
    assert.equal(nginx.log, "");
  } finally {
    await nginx.stop();
  }
});

test("nginx without amana behind it: 503 with CORS headers, and the SDK keeps its events", options, async (t) => {
  const found = findNginx();
  if (!found.path) return t.skip(found.missing);
  // Something accepts no connection there, as while the host of amana starts.
  const nobody = createServer();
  const port = await listen(nobody);
  await new Promise((done) => nobody.close(done));
  const nginx = await startNginx(found.path, { ...house, ingest: `http://127.0.0.1:${port}` });
  try {
    const page = await open(nginx.url);
    await track(page, "Waiting", 2);
    await until("an answer of 503", () => page.answers.some((a) => /^POST \/track\/ 503/.test(a)));
    await sleep(200);
    assert.equal(await queued(page), 2);
    await page.context().close();
  } finally {
    await nginx.stop();
  }
});
