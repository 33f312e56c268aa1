// The house end to end with its ledger: a member enters and looks, every look is an entry that holds up against
// the log, and nothing comes out without one, whatever is killed or full.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createPublicKey, verify } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { family, formsOf, searchBytes, searchFolder, searchMemory } from "../support/memory.mjs";
import { Member, ask_text, owner } from "../support/member.mjs";
import { event, isRoot, post, sleep, startHouse, until } from "../support/server.mjs";

const CORE = "wvqkzjxh"; // in every e-mail and name: what must lie nowhere in the open
const email = (i) => `${CORE}.${i}@ledger.example`, name = (i) => `Noura ${CORE} ${i}`;

async function fill(house, from, to) {
  const ids = Array.from({ length: to - from }, (_, i) => from + i);
  assert.equal((await post(house, "/track", ids.map((i) =>
    event(house, "Seen", { distinct_id: `p${i}`, $insert_id: `seen-${i}`, plan: "Pro" })))).status, 200);
  assert.equal((await post(house, "/engage", ids.map((i) => ({ $token: house.token, $distinct_id: `p${i}`,
    $set: { $email: email(i), $name: name(i) } })))).status, 200);
  await house.seen("Seen", to);
  await until("the vault has them", async () => (await house.ask(null, "/api/status?project=1")).body.sealed >= 2 * to);
}
async function all_refs(member) {
  const refs = [];
  for (let after; ;) {
    const { status, body } = await member.people({ limit: 100, ...(after && { after }) });
    assert.equal(status, 200, JSON.stringify(body));
    refs.push(...body.people.flatMap((p) => p.refs));
    if (!(after = body.next)) return refs.sort();
  }
}
async function entries_of(member) {
  const all = [];
  for (let before_it; ;) {
    const { status, body, text } = await member.send("GET",
      `/api/ledger/entries?limit=200${before_it ? `&before=${before_it}` : ""}`);
    assert.equal(status, 200, text);
    all.push(...body.entries);
    if (!body.more) return all;
    before_it = body.entries.at(-1).sequence;
  }
}
// Once all entries are in the public files: their number.
async function published(house, member) {
  const { size } = (await line(member)).log, checkpoint = join(house.dir, "log/public/1/checkpoint");
  await until("the checkpoint is published", () => Number(readFileSync(checkpoint, "utf8").split("\n")[1]) >= size, 5000);
  return size;
}
const line = async (member) => (await member.line()).body;
const values_in = (text) => new Set(text.match(new RegExp(`${CORE}\\.\\d+@ledger\\.example`, "g")) ?? []);

// ---- RFC 6962 and the checkpoint, in a few lines -----------------------------------------------------------------
const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash("sha256")).digest();
function root_of(leaf, index, size, path) {
  let hash = sha256(Buffer.from([0]), leaf), fn = index, sn = size - 1;
  for (const sibling of path) {
    if (fn % 2 || fn === sn) {
      hash = sha256(Buffer.from([1]), sibling, hash);
      while (fn && fn % 2 === 0) { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2); }
    } else {
      hash = sha256(Buffer.from([1]), hash, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? hash : null;
}
function open_checkpoint(note, vkey) {
  const [, origin, id, key] = /^(.+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey), typed = Buffer.from(key, "base64");
  assert.equal(typed[0], 1);
  assert.equal(sha256(`${origin}\n`, typed).subarray(0, 4).toString("hex"), id, "the id is the key's");
  const at = note.indexOf("\n\n"), text = note.slice(0, at + 1);
  const signature = Buffer.from(new RegExp(`^— ${origin} (.+)$`, "m").exec(note.slice(at + 2))[1], "base64");
  assert.equal(signature.subarray(0, 4).toString("hex"), id);
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), typed.subarray(1)]);
  const holds = verify(null, Buffer.from(text), createPublicKey({ key: spki, format: "der", type: "spki" }),
                       signature.subarray(4));
  const [said, size, root] = text.split("\n");
  return { holds, origin: said, size: Number(size), root: Buffer.from(root, "base64"), key: typed.subarray(1) };
}

// ---- a day in the house -------------------------------------------------------------------------------------------

describe("a member and the ledger", () => {
  const people = 230;
  let house, member, refs, link;
  before(async () => {
    house = await startHouse();
    await fill(house, 0, people);
  });
  after(() => house?.stop());

  test("the owner enters by his link, once; adds a passkey; signs in with it", async () => {
    link = /sign in once at (\S+)/.exec(house.ready)[1];
    member = new Member(house);
    assert.equal((await member.enter(link)).status, 200);
    assert.equal(member.me.level, 0);
    const thief = await new Member(house).enter(link);
    assert.deepEqual([thief.status, thief.body.error.code], [401, "link"]);
    const early = await member.people();
    assert.deepEqual([early.status, early.body.error.code], [403, "level"], "a link opens nobody");
    assert.equal((await member.addPasskey()).status, 200);
    assert.equal((await member.loginPasskey()).status, 200);
    assert.equal(member.me.level, 2);
    assert.deepEqual((await entries_of(member)).filter((e) => e.kind === "login").map((e) => e.level).sort(), [0, 2]);
  });

  test("people, a person, their values, lookups: each answer names its entry, and the entry says what it was", async () => {
    refs = await all_refs(member);
    assert.equal(refs.length, people);
    const person = await member.person([refs[0]]);
    assert.equal(person.status, 200, person.text);
    assert.ok(!person.text.includes(CORE), "a timeline bears no value");
    assert.deepEqual(person.body.sealed.map((s) => s.property).sort(), ["$email", "$name"]);
    const revealed = await member.reveal([refs[0], refs[1]], ["$email", "$name"], "quality", { ticket: "T-1" });
    assert.equal(revealed.status, 200, revealed.text);
    assert.deepEqual(revealed.body.people.map((p) => p.status), ["ok", "ok"]);
    const mail = revealed.body.people[0].values.find((v) => v.field === "$email").text;
    const hit = await member.find("email", ` ${mail.toUpperCase()} `), miss = await member.find("email", "nobody@ledger.example");
    assert.deepEqual(hit.body.found.map((f) => f.refs), [[refs[0]]]);
    assert.deepEqual(miss.body.found, []);
    const all = new Map((await entries_of(member)).map((e) => [e.sequence, e]));
    const said = (answer) => {
      const e = all.get(answer.body.entry);
      return [e.kind, e.verdict, e.persons, e.fields.join(" "), e.purpose, e.ticket, e.log, e.level];
    };
    const rows = "place browser referrer organisation";
    assert.deepEqual(said(person), ["timeline", "released", 1, rows, "support", "-", "1", 2]);
    assert.deepEqual(said(revealed), ["reveal", "released", 2, "email name", "quality", "T-1", "1", 2]);
    assert.deepEqual(said(hit), ["find", "released", 1, "", "support", "-", "1", 2]);
    assert.deepEqual(said(miss), ["find", "released", 0, "", "support", "-", "1", 2]);
    const looked = await member.send("POST", "/api/ledger/looked", { project: 1, refs: [refs[1]] });
    const about = looked.body.entries.map((e) => e.kind);
    assert.ok(about.includes("reveal") && !about.includes("find") && !about.includes("timeline"), about.join());
  });

  test("the line counts distinct people, and says that no witness is there", async () => {
    const before_it = await line(member);
    assert.deepEqual([before_it.named.used, before_it.named.limit, before_it.rows.used, before_it.witnesses],
                     [2, 200, people, 0]);
    assert.equal((await member.reveal([refs[0]], ["$email"])).status, 200);
    assert.equal((await line(member)).named.used, 2, "the same person again costs nothing");
    assert.equal((await line(member)).log.size, before_it.log.size + 1);
  });

  test("a reveal that is not allowed: no value, and an entry that says so", async () => {
    for (const [code, act] of [["purpose", () => member.reveal([refs[0]], ["$email"], "curiosity")],
                               ["limit", () => member.reveal(refs.slice(0, 3), ["$email"], "support", { limit: 2 })]]) {
      const got = await act();
      assert.equal(got.body.error.code, code, got.text);
      assert.equal(values_in(got.text).size, 0);
      const newest = (await entries_of(member))[0];
      assert.deepEqual([newest.verdict, newest.code ?? code], ["refused", code]);
    }
  });

  test("an entry's proof holds in node: leaf, path, checkpoint, key", async () => {
    const text = ask_text({ kind: "reveal", refs: [refs[2]], fields: ["$email"] });
    const revealed = await member.reveal([refs[2]], ["$email"], "support", { text });
    const { body: e } = await member.send("GET", `/api/ledger/entry?sequence=${revealed.body.entry}`);
    const leaf = Buffer.from(e.bytes, "hex"), path = e.inclusion.map((h) => Buffer.from(h, "hex"));
    assert.equal(leaf.length, 112);
    assert.deepEqual([leaf[0], leaf[1], leaf[2], leaf[3]], [1, 1, 1, 2], "version, reveal, released, level");
    assert.equal(Number(leaf.readBigUInt64BE(12)), revealed.body.entry);
    assert.deepEqual([leaf.readUInt32BE(20), leaf.readUInt32BE(24), leaf.readUInt32BE(28)], [1, 1, 1]);
    assert.ok(leaf.subarray(48, 80).equals(sha256(text)), "it names the very bytes that the member signed");
    const point = open_checkpoint(e.checkpoint, e.vkey);
    assert.ok(point.holds, "the signature");
    assert.ok(point.key.equals(readFileSync(join(`${house.dir}.keys`, "vault/log.pub"))), "the key that init made");
    assert.equal(point.size, e.size);
    assert.ok(root_of(leaf, e.index, e.size, path).equals(point.root), "the path leads to the root");
    // What holds for anything holds for nothing.
    const spoiled = Buffer.from(leaf);
    spoiled[31] ^= 1;
    assert.ok(!root_of(spoiled, e.index, e.size, path)?.equals(point.root));
    assert.ok(!open_checkpoint(e.checkpoint.replace(/\n\d+\n/, `\n${e.size + 1}\n`), e.vkey).holds);
    house.vkey = e.vkey;
  });

  test("amana verify holds the public files, and finds one changed byte", async () => {
    const size = await published(house, member), folder = join(house.dir, "log/public/1");
    const check = (dir) => execFileSync(house.amana, ["verify", "--log", dir, "--key", house.vkey, "--json"],
                                        { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    const said = JSON.parse(check(folder));
    assert.equal(said.size ?? said.entries, size, JSON.stringify(said));
    const copy = mkdtempSync(join(tmpdir(), "amana-log-"));
    cpSync(folder, copy, { recursive: true });
    const tile = readdirSync(join(copy, "tile/entries"), { recursive: true, withFileTypes: true })
      .filter((f) => f.isFile()).map((f) => join(f.parentPath ?? f.path, f.name)).sort((a, b) => statSync(b).size - statSync(a).size)[0];
    const bytes = readFileSync(tile);
    bytes[40] ^= 1;
    writeFileSync(tile, bytes);
    assert.throws(() => check(copy));
    rmSync(copy, { recursive: true });
  });

  test("the budget is 200 people, survives kills and restarts, and 201 is nobody", async () => {
    const used = (await line(member)).named.used;
    const fresh = refs.slice(3, 3 + 200 - used);
    const got = await member.reveal(fresh, ["$email"]);
    assert.equal(got.status, 200, got.text);
    assert.equal(values_in(got.text).size, fresh.length);
    assert.equal((await line(member)).named.used, 200);
    const over = async () => {
      const { status, body, text } = await member.reveal([refs.at(-1)], ["$email"]);
      assert.deepEqual([status, body.error.code, body.left ?? body.error.left], [403, "budget", 0], text);
      assert.equal(values_in(text).size, 0);
    };
    await over();
    const pid = house.pid("ledger");
    process.kill(pid, "SIGKILL");
    await until("another ledger", () => { const now = house.pid("ledger"); return now && now !== pid; });
    await until("the line", async () => !(await line(member)).away);
    assert.equal((await line(member)).named.used, 200);
    await over();
    await house.restart();
    await until("the line", async () => (await member.line()).status === 200 && !(await line(member)).away);
    assert.equal((await line(member)).named.used, 200);
    await over();
    assert.equal((await member.reveal([refs[0]], ["$email"])).status, 200, "who was shown already is no new person");
  });

  test("a frozen member is out, and his login with him", async () => {
    const detail = { do: "member", name: "Sami", rights: { 1: ["aggregate"] }, roles: { 1: ["viewer"] } };
    const invited = await member.decide("/api/members", "enrol", detail);
    assert.equal(invited.status, 200, invited.text);
    const sami = new Member(house);
    assert.equal((await sami.enter(`#${invited.body.link.split("#").at(-1)}`)).status, 200);
    assert.equal((await sami.addPasskey()).status, 200);
    assert.equal((await sami.loginPasskey()).status, 200);
    assert.equal((await sami.send("GET", "/api/me")).status, 200);
    const frozen = await member.decide("/api/freeze", "freeze", { do: "freeze", principal: invited.body.id, why: "a drill" });
    assert.equal(frozen.status, 200, frozen.text);
    await until("his login ends", async () => (await sami.send("GET", "/api/me")).status === 401);
    const again = await new Member(house).loginPasskey(sami.passkey);
    assert.ok([401, 403].includes(again.status), again.text);
    const newest = (await entries_of(member)).find((e) => e.kind === "freeze");
    assert.deepEqual([newest.do, newest.about, newest.log], ["freeze", invited.body.id, "house"]);
  });

  test("an export that runs when its key is frozen is cut, and says so", { timeout: 120000 }, async () => {
    const at = Math.floor(Date.now() / 1000) - 86400;
    for (let batch = 0; batch < 30; batch++)
      assert.equal((await post(house, "/track?ip=0", Array.from({ length: 2000 }, (_, i) => event(house, "Many", {
        distinct_id: `p${i % people}`, $insert_id: `many-${batch}-${i}`, time: at, filler: "x".repeat(150) })))).status, 200);
    await house.seen("Many", 60000);
    const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);
    const { hostname, port } = new URL(house.console);
    const socket = connect(Number(port), hostname);
    let text = "", ended = false;
    socket.on("data", (part) => (text += part.toString("latin1"))).on("close", () => (ended = true));
    socket.write(`GET /api/2.0/export?from_date=${day(3)}&to_date=${day(0)}&project_id=1 HTTP/1.1\r\nHost: localhost\r\n` +
                 `Authorization: ${house.authorization}\r\nConnection: close\r\n\r\n`);
    await until("the first rows", () => text.includes('"Many"'));
    socket.pause();
    assert.match(text, /^HTTP\/1.1 200/);
    const key = (await member.send("GET", "/api/keys")).body.keys[0];
    const frozen = await member.decide("/api/freeze", "freeze", { do: "freeze", principal: key.id, why: "a drill" });
    assert.equal(frozen.status, 200, frozen.text);
    socket.resume();
    await until("the end", () => ended, 60000);
    assert.ok(text.includes("terminated early"), text.slice(-300));
    const rows = (text.match(/"event":"Many"/g) ?? []).length;
    assert.ok(rows > 0 && rows < 60000, `${rows} rows`);
    assert.ok(!text.includes(CORE), "an export bears no value");
    const again = await fetch(`${house.console}/api/2.0/export?from_date=${day(3)}&to_date=${day(0)}`,
                              { headers: { authorization: house.authorization } });
    assert.ok([401, 403].includes(again.status), `${again.status}`);
  });

  const memory = { skip: isRoot ? false : "reading another program's memory needs root" };
  const none = (hits, what) => assert.equal(hits.length, 0, `${what}: ${hits.length}\n${hits.slice(0, 20).join("\n")}`);
  test("after all that was revealed no value lies in a file, a log, or a memory that must not have it", memory, async () => {
    const forms = formsOf(CORE), hits = [];
    assert.equal((await member.reveal([refs[0]], ["$email", "$name"])).status, 200);
    await published(house, member);
    for (const folder of [house.dir, `${house.dir}.keys`]) none(searchFolder(folder, forms).hits, folder);
    searchBytes(Buffer.from(house.log), forms, "log", hits);
    none(hits, "the log");
    // Ingest took them minutes ago and may still hold them: tests/system/sealed.test.mjs waits for that.
    const others = family(house.child.pid).filter(([, n]) => n !== "amana-ingest");
    assert.deepEqual(others.map(([, n]) => n).sort(),
                     ["amana", "amana-auth", "amana-ledger", "amana-query", "amana-vault", "amana-web"]);
    for (const [pid, program] of others) {
      const { hits: found, bytes } = searchMemory(pid, program, forms);
      assert.ok(bytes > 100000, `${program}: ${bytes} bytes read`);
      none(found, program);
    }
  });
});

// ---- kills --------------------------------------------------------------------------------------------------------

describe("kill -9 in the middle of asks", () => {
  const people = 60;
  let house, member, refs;
  before(async () => {
    house = await startHouse();
    await fill(house, 0, people);
    member = await owner(house);
    refs = await all_refs(member);
  });
  after(() => house?.stop());

  for (const name of ["ledger", "vault", "auth", "query"])
    test(`of ${name}: no value without its entry, closed meanwhile, open afterwards`, { timeout: 60000 }, async () => {
      const known = new Set((await entries_of(member)).map((e) => e.sequence));
      const received = [], refused = {};
      let going = true;
      const workers = Array.from({ length: 4 }, async (_, worker) => {
        for (let i = worker; going; i += 4) {
          const ref = refs[i % people];
          const got = await (i % 3 ? member.reveal([ref], ["$email"]) : member.people({ limit: 2 })).catch((e) => ({ text: String(e) }));
          if (got.status === 200) received.push({ ...got, kind: i % 3 ? "reveal" : "rows", ref });
          else {
            const code = got.body?.error?.code ?? got.status ?? "cut";
            refused[code] = (refused[code] ?? 0) + 1;
            assert.equal(values_in(got.text).size, 0, got.text);
            await sleep(5);
          }
        }
      });
      for (let kill = 0; kill < 3; kill++) {
        const before_it = received.length;
        await until("answers", () => received.length > before_it + 8);
        const pid = await until(`${name} runs`, () => house.pid(name));
        process.kill(pid, "SIGKILL");
        await until(`another ${name}`, () => { const p = house.pid(name); return p && p !== pid; });
      }
      const before_it = received.length;
      await until("answers again", () => received.length > before_it + 8, 15000);
      going = false;
      await Promise.all(workers);
      // What came back, held against what was written down: each answer's own entry, of its kind, about one person.
      const after_it = (await entries_of(member)).filter((e) => !known.has(e.sequence));
      const released = new Map(after_it.filter((e) => e.verdict === "released").map((e) => [e.sequence, e]));
      for (const got of received) {
        const entry = released.get(got.body.entry);
        assert.ok(entry, `no entry ${got.body.entry} of a ${got.kind}`);
        assert.equal(entry.kind, got.kind);
        released.delete(got.body.entry);
        if (got.kind !== "reveal") continue;
        assert.equal(entry.persons, 1);
        assert.equal(values_in(got.text).size, 1, got.text);
        assert.deepEqual(got.body.people.map((p) => p.ref), [got.ref]);
      }
      assert.ok(received.length > 40, `${received.length} answers`);
      assert.ok(Object.values(refused).reduce((a, b) => a + b, 0) > 0, "nobody noticed the kills");
      // An entry whose answer was lost on its way may be there; it is about somebody who was asked for.
      assert.ok(released.size <= 4 * 3, `${released.size} entries without an answer`);
      for (const code of Object.keys(refused))
        assert.ok(["closed", "late", "stopped", "grant", "grant_boot", "grant_old", "io", "cut", "proof", "502", "503"].includes(code),
                  `${name}: ${JSON.stringify(refused)}`);
    });
});

// ---- a full disk --------------------------------------------------------------------------------------------------

test("the ledger's disk is full: people are closed, reports and ingest go on; it is open again once started anew", {
  skip: isRoot ? false : "needs root to mount a small disk", timeout: 60000 }, async () => {
  const house = await startHouse(), room = join(house.dir, "ledger");
  let mounted = false;
  try {
    await fill(house, 0, 5);
    const member = await owner(house), refs = await all_refs(member);
    assert.equal((await member.reveal([refs[0]], ["$email"])).status, 200);
    const before_it = (await line(member)).last;
    house.child.kill("SIGTERM");
    await house.ended;
    const kept = mkdtempSync(join(tmpdir(), "amana-ledger-"));
    execFileSync("cp", ["-a", `${room}/.`, kept]);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", room]);
    mounted = true;
    execFileSync("cp", ["-a", `${kept}/.`, room]);
    rmSync(kept, { recursive: true });
    await house.serve_again();
    await until("people", async () => (await member.reveal([refs[0]], ["$email"])).status === 200);
    const filler = join(room, "filler");
    try { writeFileSync(filler, Buffer.alloc(32 << 20)); } catch { /* as much as there is room */ }
    // The journal has room ahead of itself: entries that are as long as an ask may be use it up.
    const long = Array.from({ length: 60 }, (_, i) => `property-${i}-${"x".repeat(40)}`);
    let closed = 0;
    for (let i = 0; i < 1000 && closed < 5; i++) {
      const got = await member.reveal([refs[1]], ["$email", ...long]);
      if (got.status === 200) continue;
      closed++;
      assert.equal(got.status, 503, got.text);
      assert.equal(values_in(got.text).size, 0);
      await sleep(100);
    }
    assert.ok(closed >= 5, "the disk is full and the ledger does not mind");
    assert.equal(await (await post(house, "/track", [event(house, "Late", { distinct_id: "p1" })])).text(), "1");
    assert.equal((await house.seen("Late", 1)).total, 1);
    const rows = await member.people({ limit: 1 });
    assert.equal(rows.status, 503, rows.text);
    rmSync(filler);
    await sleep(1000);
    const still = await member.reveal([refs[1]], ["$email"]);
    assert.deepEqual([still.status, still.body.error.code], [503, "stopped"], "room alone does not make it go on");
    process.kill(house.pid("ledger"), "SIGTERM");
    await until("people again", async () => (await member.reveal([refs[1]], ["$email"])).status === 200, 20000);
    const all = await entries_of(member);
    assert.ok(all[0].sequence > before_it);
    assert.deepEqual(all.map((e) => e.sequence), Array.from(all, (_, i) => all[0].sequence - i), "no entry is missing");
  } finally {
    house.child.kill("SIGTERM");
    await house.ended;
    if (mounted) execFileSync("umount", ["-l", room]);
    await house.stop();
  }
});

// ---- budgets, all at once -----------------------------------------------------------------------------------------

describe("what is left is given out once", () => {
  const people = 260;
  let house, member, refs, found;
  before(async () => {
    house = await startHouse();
    await fill(house, 0, people);
    member = await owner(house);
    refs = await all_refs(member);
  });
  after(() => house?.stop());

  test("the 51st lookup in vain is refused, and takes nothing from the budget of people", async () => {
    for (let i = 0; i < 50; i++) {
      const miss = await member.find("email", `nobody-${i}@ledger.example`);
      assert.deepEqual([miss.status, miss.body.found], [200, []], miss.text);
    }
    const over = await member.find("email", "nobody-50@ledger.example");
    assert.deepEqual([over.status, over.body.error.code], [403, "misses"], over.text);
    assert.equal((await line(member)).named.used, 0);
    [found] = (await member.find("email", email(7))).body.found[0].refs;
    assert.ok(refs.includes(found), "a hit is no miss");
  });

  test("64 reveals at once with ten left: exactly ten people; and whoever goes on is frozen", async () => {
    assert.equal((await line(member)).named.used, 1, "a lookup that finds somebody counts him");
    const others = refs.filter((ref) => ref !== found), open = others.slice(189);
    assert.equal((await member.reveal(others.slice(0, 189), ["$email"])).status, 200);
    assert.equal((await line(member)).named.used, 190);
    const answers = await Promise.all(open.slice(0, 64).map((ref) => member.reveal([ref], ["$email"])));
    const given = answers.filter((a) => a.status === 200);
    const values = new Set(answers.flatMap((a) => [...values_in(a.text)]));
    assert.equal(given.length, values.size);
    assert.equal(values.size, 10, JSON.stringify(answers.find((a) => a.status !== 200)?.body));
    await until("the login of the frozen ends", async () => (await member.send("GET", "/api/me")).status === 401);
    const all = answers.filter((a) => a.status !== 200).map((a) => a.body.error.code);
    assert.deepEqual([...new Set(all)].filter((c) => !["budget", "frozen", "login", "proof"].includes(c)), []);
  });
});
