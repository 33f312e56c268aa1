// The attackers whose code runs in one of our programs (hook.mjs), and what each can take out of it: the bounds
// of docs/SECURITY.md, one test a program.
import assert from "node:assert/strict";
import { closeSync, openSync, readSync, readdirSync, statSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { ask_text, owner } from "../support/member.mjs";
import { sleep, startHouse, until } from "../support/server.mjs";
import { AT_FDCWD, Gone, O, frame as rawFrame, text } from "./hook.mjs";
import { NAMED, ROWS, copy_of } from "./outside.mjs";
import { Attacker, note_row, take_slowly } from "./taker.mjs";
import * as w from "./wire.mjs";
import { fill, settle } from "./world.mjs";

const needles = { name: "Drillname", email: "@drill.example", id: "drill-" };
const value = { name: /Drillname(\d+)/g, email: /\bs(\d+)@drill\.example/g, id: /\bdrill-(\d+)/g };

// ---- what lies in a program -----------------------------------------------------------------------------------

// Persons whose tagged value stands in the program's memory: up to 256 places each are looked at.
async function in_memory(hook, all = new Set()) {
  const found = {};
  for (const [field, needle] of Object.entries(needles)) {
    const { count, at } = await hook.search(needle), persons = new Set();
    for (const place of at) {
      const around = (await hook.read(place - 24n, 64)).toString("latin1");
      for (const match of around.matchAll(value[field])) persons.add(match[1]), all.add(match[1]);
    }
    found[field] = count > at.length ? Math.max(count, persons.size) : persons.size;
  }
  return found;
}

// The same in every file below the folders, which it may read, in pieces that overlap.
function in_files(folders) {
  const found = { name: new Set(), email: new Set(), id: new Set(), files: 0, bytes: 0 };
  const piece = Buffer.alloc(8 << 20);
  const scan = (path) => {
    const fd = openSync(path, "r");
    for (let at = 0, n; (n = readSync(fd, piece, 0, piece.length, at)) > 0; at += Math.max(1, n - 64)) {
      const bytes = piece.subarray(0, n);
      for (const [field, needle] of Object.entries(needles))
        for (let i = bytes.indexOf(needle); i >= 0; i = bytes.indexOf(needle, i + 1))
          for (const match of bytes.subarray(Math.max(0, i - 24), i + 40).toString("latin1").matchAll(value[field]))
            found[field].add(match[1]);
      found.bytes += n;
      if (n < piece.length) break;
    }
    closeSync(fd);
    found.files++;
  };
  for (const folder of folders)
    for (const name of readdirSync(folder, { recursive: true }))
      if (statSync(join(folder, name)).isFile()) scan(join(folder, name));
  return found;
}

// No value in memory and files, and every socket is a link that was handed over.
async function holds_no_value(hook, folders) {
  const memory = await in_memory(hook), files = in_files(folders);
  assert.ok(files.files > 0 && files.bytes > 0, "there are files to look into");
  for (const field of ["name", "email", "id"])
    assert.deepEqual([memory[field], files[field].size], [0, 0], `${hook.program}: ${field}`);
  return files;
}
async function has_links_only(hook, names) {
  const links = await hook.links(), all = await hook.descriptors();
  // 1 and 2 are where the supervisor's own output goes.
  const sockets = all.filter(({ fd, kind }) => fd > 2 && kind === "socket").map(({ fd }) => fd);
  const known = Object.entries(links).filter(([, fd]) => sockets.includes(fd)).map(([name]) => name).sort();
  assert.deepEqual(known, [...names, "attack", "control"].sort(), hook.program);
  assert.equal(sockets.length, known.length, "a socket that nobody handed over");
}
async function dies_of_a_socket(hooks, hook) {
  for (const [kind, domain] of [[1, 2], [2, 2], [1, 10], [1, 1]])
    await assert.rejects((hook = await hooks.of(hook.program)).call("socket", domain, kind, 0), Gone);
  await hooks.of(hook.program);
}

// ---- grants that auth never gave ------------------------------------------------------------------------------

async function boot_id(hooks, house) {
  const got = await w.call(await hooks.of("web"), "web-auth", w.Auth.AUTHORIZE, w.auth_request({
    by: 2, key: house.key, secret: house.secret, kind: w.Kind.QUESTION, hash: w.sha256("{}"), project: 1,
    rights: w.Right.AGGREGATE, address: "127.0.0.1" }));
  return Buffer.from(w.auth_answer(got).grant.subarray(144, 160));
}

// What comes back over a link, as the attacker's bytes.
async function say(hook, link, type, body, attacker, read) {
  const got = await w.call(hook, link, type, body);
  attacker?.take(got ? got.body.toString("latin1") : "");
  return got && read(got);
}

const authorize = (member, kind, ask, more = {}) => w.auth_request({
  by: 1, cookie: member.cookie.replace(/^[^=]*=/, ""), kind, ask, project: 1, method: "POST", path: "/api/people/reveal",
  rights: kind === w.Kind.REVEAL || kind === w.Kind.FIND ? w.Right.REVEAL : w.Right.ROWS, address: "127.0.0.1", ...more });

const none = (attacker, note) => {
  const c = attacker.report(note);
  assert.deepEqual([c.name, c.email, c.id, c.people], [0, 0, 0, 0], JSON.stringify(c));
};

// While the world is being filled, the ingest that took all of it is the attacker's.
export async function ingest_of_the_world(drill, house) {
  const ingest = await drill.hooks.of("ingest");
  drill.in_ingest = await in_memory(ingest);
}

export function inside(drill) {
  const minutes = { timeout: 180000 };
  let house, member, refs;
  const opened = new Attacker("what the owner opened"); // by himself, under entries

  test("ingest: nothing of what was sent ten minutes before (here 3 s), and nothing that was written", minutes, async (t) => {
    const own = await startHouse({ attack: drill.hooks.path, hurried: true }), sent = 20000;
    t.after(() => own.stop());
    await fill(own, sent);
    await settle(own, sent);
    const ingest = await drill.hooks.of("ingest"), links = await ingest.links();
    // The control: of what is arriving now he has all.
    const socket = net.connect(Number(new URL(own.ingest).port), "127.0.0.1");
    socket.write('POST /track HTTP/1.1\r\nHost: h\r\nContent-Length: 4000\r\n\r\n[{"event":"E","properties":{"$name":"Drillname999999 P"');
    await until("the value that is arriving", async () => (await in_memory(ingest)).name > 0);
    socket.destroy();
    await sleep(5500);
    const memory = await in_memory(ingest);
    assert.deepEqual(memory, { name: 0, email: 0, id: 0 });
    for (const { fd, kind } of await ingest.descriptors())
      if (kind === "file") {
        const { result, filled: [bytes] } = await ingest.call("pread64", fd, { room: 65536 }, 65536, 0);
        assert.ok(result <= 0 || !/Drillname|@drill/.test(bytes.toString("latin1")), `descriptor ${fd}`);
      }
    const wal = (await ingest.list(links.wal)).filter((name) => name.endsWith(".wal"));
    assert.ok(wal.length > 0);
    for (const name of wal) assert.ok(await ingest.open(links.wal, name) < 0, "the wal is write-only");
    for (const path of ["vault/vault.db", "log", "ledger", "query", "auth/auth.db"])
      assert.ok((await ingest.call("openat", AT_FDCWD, text(join(own.dir, path)), O.RDONLY)).result < 0, path);
    await has_links_only(await drill.hooks.of("ingest"), ["listen", "auth-ingest", "socket"].filter((n) => links[n] !== undefined));
    note_row("code in ingest, sent > 10 min ago", memory.name, memory.email, 0, 0, 0, 0, memory.id, 0,
             `just after ${drill.world.subjects} were sent: ${drill.in_ingest.name} names, ${drill.in_ingest.email} e-mails in memory`);
  });

  test("a house with everybody's code in it, its owner at work", minutes, async () => {
    house = await drill.world.house({ attack: drill.hooks.path });
    member = await owner(house, { captured: opened.capture });
    const { body, text } = await member.people({ limit: 20 }, { limit: 20 });
    assert.ok(body.people, text);
    refs = body.people.flatMap((one) => one.refs).sort();
    assert.equal((await member.reveal(refs.slice(0, 1), ["$email"])).status, 200);
  });

  test("query: all rows and no value, and no way out", minutes, async () => {
    const query = await drill.hooks.of("query");
    await has_links_only(query, ["web-query", "query-vault", "query-ledger"]);
    await holds_no_value(query, [join(house.dir, "query"), join(house.dir, "wal"), join(`${house.dir}.keys`, "query")]);
    assert.ok((await query.search("Sign up")).count > 0, "the search finds what is there");
    await dies_of_a_socket(drill.hooks, query);
    await settle(house, drill.world.subjects);
    note_row("code in query", 0, 0, "all", "all", "all", "all", 0, "all", "0 bytes out: a socket is its death");
  });

  test("ledger: who was asked for, and no value", minutes, async () => {
    const ledger = await drill.hooks.of("ledger");
    await has_links_only(ledger, ["auth-ledger", "ledger-auth", "query-ledger", "vault-ledger"]);
    await holds_no_value(ledger, [join(house.dir, "ledger"), join(house.dir, "log"), join(`${house.dir}.keys`, "ledger")]);
    await dies_of_a_socket(drill.hooks, ledger);
    note_row("code in ledger", 0, 0, 0, 0, 0, 0, 0, 0, "no ciphertext in reach");
  });

  test("vault: no value without an entry, and none of somebody else than was signed for", minutes, async () => {
    const attacker = new Attacker("code in vault"), vault = await drill.hooks.of("vault");
    await has_links_only(vault, ["query-vault", "vault-ledger", "web-vault"]);
    const { bytes } = await holds_no_value(vault, [join(house.dir, "vault"), join(`${house.dir}.keys`, "vault")]);
    assert.ok(bytes > drill.world.subjects * 100, "and that is where they all lie, sealed");
    // An honest ask for one address, taken on its way; web hears that it was late.
    const intercept = async () => {
      const link = (await vault.links())["web-vault"];
      await vault.take(link);
      const asked = member.reveal(refs.slice(1, 2), ["$email"]);
      const got = await until("the ask", () => vault.receive(200)), { body } = got;
      assert.equal(got.type, w.Vault.REVEAL);
      await vault.send(link, rawFrame({ type: w.Vault.DENIED, id: got.id,
                                        body: Buffer.concat([w.part("late"), w.u32(0), w.u64(0)]) }));
      await vault.giveBack(link);
      await asked;
      const ask_length = body.readUInt32LE(256), rest = 260 + ask_length;
      return { grant: body.subarray(0, 256), ask: body.subarray(260, rest),
               evidence: body.subarray(rest + 4, rest + 4 + body.readUInt32LE(rest)) };
    };
    const epoch = Buffer.alloc(32, 9), of = (n) => Array.from({ length: n }, (_, subject) => ({ subject, field: 0, epoch }));
    const mine = { refs: refs.slice(1, 2), triples: of(1) };
    const release = (honest, m) => say(vault, "vault-ledger", w.Ledger.RELEASE, w.release({ ...honest, ...m }), attacker,
                                       w.ledger_answer);
    const lies = [
      ["another subject", { refs: refs.slice(2, 3), triples: of(1) }, "subjects"],
      ["one more subject", { refs: refs.slice(1, 3), triples: of(2) }, "subjects"],
      ["another field", { refs: refs.slice(1, 2), triples: [{ subject: 0, field: 1, epoch }] }, "field"],
      ["another ask", { ask: ask_text({ kind: "reveal", refs, fields: ["$email"] }), refs, triples: of(refs.length) }, "grant_ask"],
      ["no grant", { grant: Buffer.alloc(256), ...mine }, "grant_signature"],
      ["no browser's signature", { evidence: w.evidence({ kind: 2, key_type: 0, secret: "x" }), ...mine }, "proof"],
    ];
    for (const [what, lie, code] of lies) {
      const got = await release(await intercept(), lie);
      assert.equal(got?.code, code, `${what}: ${JSON.stringify(got)}`);
      assert.equal(got.shares, undefined);
    }
    const { body: line } = await member.line(), honest = await intercept();
    const got = await release(honest, mine);
    assert.equal(got.type, w.Ledger.RELEASED, got.code);
    assert.equal(got.shares.length, 1);
    assert.ok((await member.line()).body.last > line.last, "and its entry is written");
    assert.equal((await release(honest, mine)).code, "grant_spent");
    // What was opened honestly is not there any more.
    const shown = await member.reveal(refs.slice(3, 4), ["$email", "$name"]);
    assert.equal(shown.status, 200, shown.text);
    assert.deepEqual(await in_memory(await drill.hooks.of("vault")), { name: 0, email: 0, id: 0 });
    none(attacker, "0 without an entry; an honest ask gives its own subject and field, once");
  });

  test("auth: its own grants open nobody whose browser does not sign", minutes, async () => {
    const attacker = new Attacker("code in auth (with web as its mouth)");
    const web = await drill.hooks.of("web"), auth = await drill.hooks.of("auth");
    await has_links_only(auth, ["auth-ingest", "auth-ledger", "ledger-auth", "web-auth"]);
    await holds_no_value(auth, [join(house.dir, "auth"), join(`${house.dir}.keys`, "auth")]);
    const mint = new w.Mint(house, await boot_id(drill.hooks, house));
    const forger = new w.Asker(house, mint, member.me.member.id);
    const session = Buffer.from(member.me.login, "hex"), real_key = w.sha256(member.public_key).subarray(0, 16);
    const reveal = (made, which = refs) => say(web, "web-vault", w.Vault.REVEAL, w.vault_ask({ ...made, refs: which }),
                                               attacker, w.vault_answer);
    const ask = () => ({ kind: "reveal", refs, fields: ["$email", "$name"] });
    const codes = [];
    for (let level = 0; level <= 3; level++)
      for (const grant of [{ level }, { level, session }, { level, session, proof_key: real_key }])
        for (const proof of [{}, { session }, { key: forger.key, public_key: member.public_key, session }])
          codes.push((await reveal(forger.made(ask(), { grant, proof }))).code);
    assert.equal(codes.length, 36);
    if (process.env.DRILL_SAY) console.log(codes.join(" "));
    assert.ok(codes.every((code) => ["proof", "level", "right", "assertion"].includes(code)), codes.join(" "));
    // The control: a member who signs for it himself is shown what he signed for.
    const willing = ask_text({ kind: "reveal", refs: refs.slice(0, 1), fields: ["$email"] });
    const proven = (text) => {
      const [counter, time, signature] = member.proof("POST", "/api/people/reveal", text).split(" ");
      return w.evidence({ counter, time, public_key: member.public_key, signature: Buffer.from(signature, "base64url"),
                          method: "POST", path: "/api/people/reveal" });
    };
    const own = { session, proof_key: real_key };
    const shown = await say(web, "web-vault", w.Vault.REVEAL, w.vault_ask({ ...forger.made({ kind: "reveal" },
      { text: willing, grant: own, proof: proven(willing) }), refs: refs.slice(0, 1) }), null, w.vault_answer);
    assert.equal(shown.type, w.Vault.REVEALED, shown.code);
    // The member's own proof of another ask.
    const worn = proven(ask_text({ kind: "reveal", refs: refs.slice(0, 1), fields: ["$email"] }));
    assert.equal((await reveal(forger.made(ask(), { grant: own, proof: worn }))).code, "proof");
    // A key of his own for a login that nobody made: level 2 needs an assertion of the member's passkey.
    const to_ledger = (type, body) => say(auth, "auth-ledger", type, body, attacker, w.ledger_answer);
    const login = { principal: member.me.member.id, session: forger.session, ends: Date.now() + 3600000,
                    public_key: forger.public_key, nonce: Buffer.alloc(16, 1) };
    const as_passkey = await to_ledger(w.Ledger.LOGIN_SEEN, w.login({ ...login, level: 2, id: member.passkey.id,
      auth_data: Buffer.alloc(37, 1), client_data: Buffer.from("{}"), signature: Buffer.alloc(70, 3) }));
    assert.equal(as_passkey.type, w.Ledger.REFUSED);
    await to_ledger(w.Ledger.LOGIN_SEEN, w.login({ ...login, level: 1 }));
    const plain = await reveal(forger.made(ask(), { grant: { level: 2 } }));
    if (process.env.DRILL_SAY) console.log(plain.code);
    assert.ok(["level", "proof"].includes(plain.code), plain.code);
    // Rows, exports, and principals and rights out of nothing.
    for (const [what, kind] of [[w.Query.PEOPLE, "rows"], [w.Query.TIMELINE, "timeline"], [w.Query.EXPORT, "rows"]]) {
      const question = JSON.stringify(what === w.Query.EXPORT ? { project: 1, from: "2020-01-01", to: "2030-12-31", event: [],
        where: "", limit: 1000, time_in_ms: true } : { project: 1, limit: 100 });
      const made = forger.made({ kind, question, limit: 400, ...(kind === "timeline" ? { refs } : {}) },
                               { grant: { session, proof_key: real_key } });
      const got = await say(web, "web-query", w.Query.QUESTION, w.question({ what, ...made, text: question,
        refs: kind === "timeline" ? refs : [] }), attacker, w.query_answer);
      assert.ok(got.status >= 400, `${kind}: ${got.status} ${got.text.slice(0, 200)}`);
    }
    const all = ["aggregate", "unfolded", "rows", "reveal", "export", "approve", "settings"];
    for (const detail of [{ do: "member", name: "x", rights: { 1: all }, roles: {} },
                          { do: "rights", principal: 1, rights: { 1: all } },
                          { do: "budget", principal: 1, project: 1, named: 1000000, rows: 1000000 }]) {
      const said = JSON.stringify(detail), made = JSON.stringify({ principal: 77 });
      const kind = detail.do === "budget" ? "raise" : "enrol";
      assert.equal((await to_ledger(w.Ledger.DECIDE, w.decision({ detail: said, made }))).type, w.Ledger.REFUSED, said);
      const forged = forger.made({ kind, question: said, limit: 0, purpose: "security" },
                                 { grant: { level: 3, session, proof_key: real_key } });
      assert.equal((await to_ledger(w.Ledger.DECIDE, w.decision({ ...forged, detail: said, made }))).type,
                   w.Ledger.REFUSED, said);
    }
    assert.equal((await to_ledger(w.Ledger.BOOT, w.decision({ detail: JSON.stringify({ do: "boot", host: "localhost",
      projects: [{ id: 1, group: 1, demo: true }], principals: [{ principal: 1, kind: "member", rights: { 1: all } }] }) }))).type,
                 w.Ledger.REFUSED);
    none(attacker, "0 unattended");
  });

  test("web: without a browser's signature nobody; with a page that signs, the budgets of who is online", minutes, async () => {
    const attacker = new Attacker("code in web, no touch"), web = await drill.hooks.of("web");
    // Of values there is at most what honest members opened through it, under entries.
    const held = new Set(), files = in_files([join(house.dir, "log")]);
    const memory = await in_memory(web, held);
    assert.ok([...held].every((person) => opened.persons.has(person)), [...held].join(" "));
    assert.ok(Math.max(memory.name, memory.email, memory.id) <= opened.persons.size, JSON.stringify(memory));
    assert.equal(files.name.size + files.email.size + files.id.size, 0);
    const to_auth = (body) => say(web, "web-auth", w.Auth.AUTHORIZE, body, attacker, w.auth_answer);
    const ask = ask_text({ kind: "reveal", refs, fields: ["$email", "$name"] });
    const proof_of = (text) => member.proof("POST", "/api/people/reveal", text);
    // The cookie is in his hands; the browser's key is not.
    for (const proof of ["", "1 1 x", proof_of("something else"), `${member.counter + 9} ${Date.now()} ${"A".repeat(86)}`]) {
      const got = await to_auth(authorize(member, w.Kind.REVEAL, ask, { proof }));
      assert.deepEqual([got.type, got.code], [w.Auth.REFUSED, "proof"]);
    }
    // An honest ask for one: swapped, widened, or once more.
    const one = ask_text({ kind: "reveal", refs: refs.slice(4, 5), fields: ["$email"] }), proof = proof_of(one);
    const swapped = await to_auth(authorize(member, w.Kind.REVEAL, ask, { proof }));
    assert.equal(swapped.code, "proof");
    const let_in = await to_auth(authorize(member, w.Kind.REVEAL, one, { proof: proof_of(one) }));
    assert.equal(let_in.type, w.Auth.GRANTED, let_in.code);
    const made = { grant: let_in.grant, evidence: let_in.evidence };
    const reveal = (m) => say(web, "web-vault", w.Vault.REVEAL, w.vault_ask({ ...made, ...m }), attacker, w.vault_answer);
    for (const [lie, codes] of [[{ ask, refs }, ["grant_ask"]], [{ ask: one, refs }, ["subjects", "malformed"]],
                                [{ ask: one, refs: refs.slice(5, 6) }, ["subjects", "malformed"]],
                                [{ ask: one, refs: refs.slice(4, 5), grant: Buffer.alloc(256) }, ["grant_signature"]]]) {
      const got = await reveal(lie);
      assert.ok(codes.includes(got?.code), `${JSON.stringify(got)} for ${codes}`);
    }
    const rows = await say(web, "web-query", w.Query.QUESTION, w.question({ what: w.Query.TIMELINE, ...made, ask: one,
      refs: refs.slice(4, 5), text: '{"project":1}' }), attacker, w.query_answer);
    assert.ok(rows.status >= 400);
    none(attacker, `a cookie in his hands, no key; in memory ${held.size} of the ${opened.persons.size} that its owner had opened`);
    // The member goes on; his page is the attacker's and signs what the attacker wants.
    const page = new Attacker("code in web, one owner's page open"), copy = copy_of(member, page);
    copy.counter += 100;
    await take_slowly(copy, NAMED, ROWS);
    assert.ok((await copy.ask("/api/people/export", { kind: "export", fields: ["$email"], limit: 1000 })).status >= 400);
    const c = page.report("the budgets of who is online");
    assert.ok(c.name <= NAMED && c.email <= NAMED && c.people <= ROWS, JSON.stringify(c));
    assert.ok(c.name > 0 && c.people > 0);
    await dies_of_a_socket(drill.hooks, web);
    await house.stop();
  });
}
