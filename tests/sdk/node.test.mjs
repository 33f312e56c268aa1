// The official Mixpanel SDK for node, pointed at amana by its host and nothing else.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { startHouse } from "../support/server.mjs";

const Mixpanel = createRequire(new URL("../package.json", import.meta.url))("mixpanel");
let house, mixpanel;

before(async () => {
  house = await startHouse();
  const { hostname, port } = new URL(house.ingest);
  mixpanel = Mixpanel.init(house.token, { host: hostname, port: Number(port), protocol: "http" });
});
after(async () => { await house.stop(); });

const done = (start) => new Promise((resolve, reject) =>
  start((error) => (error ? reject(error) : resolve())));

test("track", async () => {
  await done((back) => mixpanel.track("Sign up", { distinct_id: "u1", plan: "Pro" }, back));
  assert.deepEqual(house.count().events["Sign up"], { total: 1, unique: 1, nobody: 0 });
});

test("track_batch of 120 in batches of 50", async () => {
  const list = Array.from({ length: 120 }, (_, i) =>
    ({ event: "Page view", properties: { distinct_id: `u${i % 9}`, path: `/p/${i}` } }));
  await done((back) => mixpanel.track_batch(list, back));
  assert.deepEqual(house.count().events["Page view"], { total: 120, unique: 9, nobody: 0 });
});

test("people and groups, every operation", async () => {
  const before = house.count().updates;
  await done((back) => mixpanel.people.set("u1", { $email: "u1@example.com", plan: "Pro" }, back));
  await done((back) => mixpanel.people.set_once("u1", "first", 1, back));
  await done((back) => mixpanel.people.increment("u1", "visits", 3, back));
  await done((back) => mixpanel.people.append("u1", "tags", "a", back));
  await done((back) => mixpanel.people.union("u1", { tags: ["b"] }, back));
  await done((back) => mixpanel.people.remove("u1", { tags: "a" }, back));
  await done((back) => mixpanel.people.unset("u1", "first", back));
  await done((back) => mixpanel.groups.set("company", "acme", { plan: "Team" }, back));
  await done((back) => mixpanel.people.delete_user("u2", back));
  assert.equal(house.count().updates - before, 9);
});

test("alias is answered and has no effect", async () => {
  await done((back) => mixpanel.alias("u1", "u1-alias", back));
});
