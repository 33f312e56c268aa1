// Acknowledged means durable: nothing that was answered 1 is missing after kill -9, after a planned
// restart, or after a full disk; and no connection is refused meanwhile.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { event, isRoot, post, sleep, startHouse, until } from "../support/server.mjs";

// Sends events one after another over several connections until told to stop.
function load(house, connections) {
  const result = { sent: 0, acknowledged: [], refused: 0, reset: 0, answers: {} };
  let going = true;
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const send = (id) => new Promise((done) => {
    const body = JSON.stringify([event(house, "Load", { distinct_id: id, $insert_id: id })]);
    const request = http.request(`${house.ingest}/track`, {
      method: "POST", agent, headers: { "content-type": "application/json" } }, (answer) => {
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("end", () => {
        result.answers[answer.statusCode] = (result.answers[answer.statusCode] ?? 0) + 1;
        if (answer.statusCode === 200 && text === "1") result.acknowledged.push(id);
        done();
      });
      answer.on("error", done);
    });
    request.on("error", (error) => {
      if (error.code === "ECONNREFUSED") result.refused++;
      else result.reset++;
      done();
    });
    request.end(body);
  });
  const workers = Array.from({ length: connections }, async (_, worker) => {
    for (let i = 0; going; i++) {
      result.sent++;
      await send(`p-${worker}-${i}`);
    }
  });
  result.stop = async () => {
    going = false;
    await Promise.all(workers);
    agent.destroy();
  };
  return result;
}

test("kill -9 of ingest under load loses nothing acknowledged and refuses nobody", async () => {
  const house = await startHouse();
  const result = load(house, 8);
  try {
    for (let kill = 0; kill < 5; kill++) {
      await sleep(300);
      const pid = await until("ingest runs", () => house.pid("ingest"));
      process.kill(pid, "SIGKILL");
      await until("another ingest", () => { const p = house.pid("ingest"); return p && p !== pid; });
    }
    await sleep(500);
    await result.stop();
    const found = await house.seen("Load", result.acknowledged.length);
    assert.equal(result.refused, 0);
    assert.ok(result.acknowledged.length > 200, `only ${result.acknowledged.length} were acknowledged`);
    assert.ok(found.unique >= result.acknowledged.length,
              `${result.acknowledged.length} acknowledged, ${found.unique} found`);
    assert.ok(found.unique <= result.sent);
  } finally {
    await result.stop();
    await house.stop();
  }
});

test("a planned restart drains: nobody is refused, reset or lost", async () => {
  const house = await startHouse();
  const result = load(house, 8);
  try {
    const before = house.pid("ingest");
    await sleep(300);
    house.child.kill("SIGHUP");
    await until("another ingest", () => { const p = house.pid("ingest"); return p && p !== before; });
    await sleep(500);
    await result.stop();
    assert.equal(result.refused + result.reset, 0);
    assert.deepEqual(Object.keys(result.answers), ["200"]);
    const found = await house.seen("Load", result.acknowledged.length);
    assert.equal(found.unique, result.acknowledged.length);
  } finally {
    await result.stop();
    await house.stop();
  }
});

// Each of the others is killed while events arrive and questions are asked: what was acknowledged is
// in the reports afterwards, once.
for (const name of ["query", "web", "auth", "vault"]) {
  test(`kill -9 of ${name} under load: collecting goes on, nothing is lost or doubled`, async () => {
    const house = await startHouse();
    const result = load(house, 4);
    try {
      for (let kill = 0; kill < 3; kill++) {
        await sleep(400);
        const pid = await until(`${name} runs`, () => house.pid(name));
        process.kill(pid, "SIGKILL");
        await until(`another ${name}`, () => { const p = house.pid(name); return p && p !== pid; });
      }
      await result.stop();
      assert.equal(result.refused + result.reset, 0);
      assert.deepEqual(Object.keys(result.answers), ["200"]);
      await until("the console answers again", async () => (await house.totals(["Load"]).catch(() => null)) !== null);
      const found = await house.seen("Load", result.acknowledged.length);
      assert.deepEqual(found, { total: result.acknowledged.length, unique: result.acknowledged.length });
    } finally {
      await result.stop();
      await house.stop();
    }
  });
}

test("serve ends with its children, and waits for the directory's lock", async () => {
  const house = await startHouse();
  try {
    const pid = house.pid("ingest");
    house.child.kill("SIGKILL");
    await until("ingest is gone", () => {
      try { process.kill(pid, 0); return false; } catch { return true; }
    });
  } finally {
    await house.stop();
  }
});

test("a full disk is 503 with CORS headers, never 1, and passes", {
  skip: isRoot ? false : "needs root to mount a small disk" }, async () => {
  const base = mkdtempSync(join(tmpdir(), "amana-full-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=80m", "tmpfs", base]);
  const house = await startHouse({ base });
  try {
    // The first wal file takes 64 MiB; the rest of the disk is filled, then the file is used up by
    // restarts, each of which must begin a new one.
    writeFileSync(join(base, "filler"), Buffer.alloc(10 << 20));
    assert.equal(await (await post(house, "/track", [event(house, "A", { distinct_id: "u" })])).text(), "1");
    await house.restart();
    const refused = await post(house, "/track", [event(house, "A", { distinct_id: "u" })],
                               { origin: "http://page.example" });
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("access-control-allow-origin"), "http://page.example");
    assert.ok(refused.headers.get("retry-after"));
    assert.notEqual(await refused.text(), "1");
    execFileSync("mount", ["-o", "remount,size=300m", base]);
    const again = await post(house, "/track", [event(house, "B", { distinct_id: "u" })]);
    assert.equal(await again.text(), "1");
    assert.equal((await house.seen("B", 1)).total, 1);
    assert.equal((await house.seen("A", 1)).total, 1);
  } finally {
    house.child.kill("SIGTERM");
    await house.ended;
    execFileSync("umount", ["-l", base]);
    rmSync(base, { recursive: true, force: true });
  }
});
