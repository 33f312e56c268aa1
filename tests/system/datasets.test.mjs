// Both sample exports through `amana import`: totals and distinct persons per event equal a slow count
// of the file, a second import changes nothing, and an interrupted one goes on.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { startHouse } from "../support/server.mjs";

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
        assert.deepEqual(house.count().events, expected);
      }
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
    assert.equal(house.count().events.A.total, 4998);
    assert.equal(house.count().events.A.unique, 7);
  } finally {
    await house.stop();
  }
});
