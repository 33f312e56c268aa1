// Both sample exports through `amana import`: totals and distinct persons per event, in the wal and in
// the reports, equal a slow count of the file, also after a restart; a second import changes nothing
// in the reports; what is refused is told.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { startHouse, until } from "../support/server.mjs";

const folder = process.env.AMANA_TEST_DATA;

function slowCount(text) {
  const events = {};
  for (const line of text.split("\n").filter(Boolean)) {
    const { event, properties } = JSON.parse(line);
    const id = String(properties.distinct_id ?? "");
    events[event] ??= { total: 0, ids: new Set(), nobody: 0 };
    events[event].total++;
    if (id === "") events[event].nobody++;
    else events[event].ids.add(id);
  }
  return Object.fromEntries(Object.entries(events).map(([name, e]) =>
    [name, { total: e.total, unique: e.ids.size, nobody: e.nobody }]));
}

// Waits until the reports have everything, then compares each event.
async function reports(house, expected) {
  const names = Object.keys(expected);
  const wanted = Object.fromEntries(names.map((n) => [n, { total: expected[n].total, unique: expected[n].unique }]));
  const sum = names.reduce((n, name) => n + expected[name].total, 0);
  await until(`${sum} events in the reports`, async () => {
    const found = await house.totals(names);
    return Object.values(found).reduce((n, e) => n + e.total, 0) >= sum;
  });
  assert.deepEqual(await house.totals(names), wanted);
  const schema = (await house.ask(null, "/api/schema")).body;
  assert.deepEqual(Object.fromEntries(schema.events.map((e) => [e.name, e.count])),
                   Object.fromEntries(names.map((n) => [n, expected[n].total])));
}

for (const name of ["sparkify", "sepsis"]) {
  const file = folder && join(folder, `${name}.jsonl.gz`);
  const skip = !file ? "AMANA_TEST_DATA is not set" : !existsSync(file) ? `${name} is absent` : false;
  test(`${name}: counts equal a slow count, twice`, { skip }, async () => {
    const house = await startHouse();
    try {
      const expected = slowCount(gunzipSync(readFileSync(file)).toString());
      for (let round = 0; round < 2; round++) {
        const said = JSON.parse(execFileSync(house.amana, ["import", "--data", house.dir, "--json", file],
                                             { encoding: "utf8" }));
        assert.equal(said.refused, 0);
        if (round === 0) assert.deepEqual(house.count().events, expected);
        await reports(house, expected);
      }
      await house.restart();
      await reports(house, expected);
    } finally {
      await house.stop();
    }
  });
}

test("import says what was refused and goes on where it stopped", async () => {
  const house = await startHouse();
  try {
    const good = (i) => JSON.stringify({ event: "A", properties: {
      time: 1600000000 + i, distinct_id: `u${i % 7}`, $insert_id: `i-${i}` } });
    const lines = Array.from({ length: 5000 }, (_, i) => good(i));
    lines[17] = JSON.stringify({ event: "A", properties: { distinct_id: "u1" } });
    lines[2500] = "not json at all";
    const path = join(house.base, "events.jsonl.gz");
    writeFileSync(path, gzipSync(lines.join("\n")));
    const args = ["import", "--data", house.dir, "--json", path];
    const said = JSON.parse(execFileSync(house.amana, args, { encoding: "utf8" }));
    assert.equal(said.imported, 4998);
    assert.equal(said.refused, 2);
    assert.ok(Object.keys(said.reasons).some((r) => r.includes("properties.time")));
    assert.deepEqual(await house.seen("A", 4998), { total: 4998, unique: 7 });
  } finally {
    await house.stop();
  }
});
