// An address becomes a country in the reports, for events and for people, and lies nowhere afterwards.
import assert from "node:assert/strict";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { searchFolder } from "../support/memory.mjs";
import { build, event, post, startHouse } from "../support/server.mjs";

const TOKYO = "133.11.0.171", BERLIN = "130.149.7.201"; // two universities' own networks
let house;
before(async () => { house = await startHouse({ init: ["--trusted-proxies", "127.0.0.1,::1"] }); });
after(async () => { await house.stop(); });

const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);
async function byProperty(name, property) {
  const { status, body } = await house.ask({ report: "segmentation", unit: "all", from: day(1), to: day(-1),
    show: [{ event: name, measure: "total" }], by: [property] });
  assert.equal(status, 200, JSON.stringify(body));
  return Object.fromEntries(body.series.map((s) => [s.by[0], s.points[0][1]]));
}

test("an event's address becomes its country", async () => {
  const properties = [{ ip: TOKYO }, { ip: TOKYO }, { ip: BERLIN }, { ip: "10.0.0.1" }, { ip: 0 },
                      { ip: BERLIN, mp_country_code: "SA" }, {}];
  await post(house, "/track?ip=0", properties.map((p) => event(house, "Placed", { distinct_id: "u1", ...p })));
  await house.seen("Placed", properties.length);
  const found = await byProperty("Placed", 'properties["mp_country_code"]');
  assert.equal(found.JP, 2);
  assert.equal(found.DE, 1);
  assert.equal(found.SA, 1);
  assert.equal(Object.values(found).reduce((a, b) => a + b, 0), properties.length);
});

test("a person's address becomes their country", async () => {
  await post(house, "/engage", [{ $token: house.token, $distinct_id: "u2", $ip: TOKYO, $set: { plan: "pro" } }]);
  await post(house, "/track", [event(house, "Met", { distinct_id: "u2" })]);
  await house.seen("Met", 1);
  assert.equal((await byProperty("Met", 'user["$country_code"]')).JP, 1);
});

test("behind a trusted proxy the client's address is the rightmost that no proxy has", async () => {
  const send = (list) => post(house, "/track?ip=1", [event(house, "Proxied", { distinct_id: "u1" })],
                              { "x-forwarded-for": list });
  await send(`${BERLIN}, ${TOKYO}`); // the left one is what the client claims
  await send(`${TOKYO}, 127.0.0.1`);
  await send("127.0.0.1");
  await house.seen("Proxied", 3);
  const found = await byProperty("Proxied", 'properties["mp_country_code"]');
  assert.equal(found.JP, 2);
  assert.equal(found.DE, undefined);
});

test("no address is kept", () => {
  const forms = new Map([TOKYO, BERLIN].map((text) => [text, Buffer.from(text)]));
  forms.set("four bytes", Buffer.from(TOKYO.split(".").map(Number)));
  const { hits, files } = searchFolder(house.dir, forms);
  assert.ok(files > 5);
  assert.deepEqual(hits, []);
  assert.ok(!house.log.includes(TOKYO));
});

test("one's own table is taken instead; one that is none is said and does no harm", async () => {
  const own = join(house.dir, "country.mmdb");
  writeFileSync(own, "no table at all");
  await house.restart();
  assert.match(house.log, /table of countries cannot be read/);
  await post(house, "/track", [event(house, "Later", { distinct_id: "u1", ip: TOKYO })]);
  await house.seen("Later", 1);
  assert.equal((await byProperty("Later", 'properties["mp_country_code"]')).JP, undefined);
  rmSync(own);
  copyFileSync(join(build, "geo/country.mmdb"), own);
  await house.restart();
  await post(house, "/track", [event(house, "Latest", { distinct_id: "u1", ip: TOKYO })]);
  await house.seen("Latest", 1);
  assert.equal((await byProperty("Latest", 'properties["mp_country_code"]')).JP, 1);
});
