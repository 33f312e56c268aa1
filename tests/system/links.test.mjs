// What the links refuse, at the programs' own sockets: one program is the attacker's (tests/attack/hook.mjs) and sends
// its neighbours frames that are none. The link is closed, the program that was spoken to starts anew, the others go
// on; the ledger writes it down.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { O, frame, listen } from "../attack/hook.mjs";
import * as w from "../attack/wire.mjs";
import { owner } from "../support/member.mjs";
import { post, startHouse, until } from "../support/server.mjs";

const programs = ["ledger", "vault", "auth", "query", "ingest", "web"];
let hooks, house;
const pids = async () => Object.fromEntries(await Promise.all(programs.map(async (name) =>
  [name, (await hooks.of(name)).pid])));
const others = (all, name) => Object.fromEntries(Object.entries(all).filter(([n]) => n !== name));
// What it does ends the program, which is there again afterwards; all others live on.
async function ends(name, what) {
  const before_it = await pids(), hook = await hooks.of(name);
  await what();
  await until(`the former ${name} is gone`, () => !hook.isAlive, 10000);
  const after_it = await pids();
  assert.notEqual(after_it[name], before_it[name]);
  assert.deepEqual(others(after_it, name), others(before_it, name));
}

before(async () => {
  hooks = await listen();
  house = await startHouse({ attack: hooks.path });
});
after(async () => {
  await house?.stop();
  hooks?.close();
});

let sent_to_ledger = 0; // frames that are none, each of which must be an entry

// ---- links ----------------------------------------------------------------------------------------------------

// Each link: who asks, who answers, a request that is answered, an answer's type, and requests whose counts are
// over a bound or over what follows.
const grant_and = (n) => Buffer.alloc(256 + n);
const release_with = (counts) => w.release({ grant: Buffer.alloc(256), ask: "a", evidence: "e", ...counts });
const question_body = () => w.question({ what: w.Query.STATUS, text: "{}" });
const settings_body = async () => Buffer.from("no settings");
const batch = () => Buffer.from("no batch");
const links = [
  { name: "web-auth", asker: "web", answerer: "auth", type: w.Auth.ME, answer: w.Auth.IS,
    body: () => w.auth_request({ by: 1, cookie: "x".repeat(43) }),
    over: [["a name over its bound", () => w.auth_request({ by: 1, name: "n".repeat(1025) })],
           ["an ask over its bound", () => w.auth_request({ by: 1, ask: "n".repeat(4097) })],
           ["a call that is none", () => w.auth_request({ by: 1, call: 99 })]] },
  { name: "web-query", asker: "web", answerer: "query", type: w.Query.QUESTION, answer: w.Query.ANSWER,
    body: question_body, cut: 15, // behind which any text is a question
    over: [["a grant of another length", () => w.question({ what: w.Query.STATUS, grant: Buffer.alloc(255), text: "{}" })],
           ["more refs than there may be", () => w.question({ what: w.Query.TIMELINE, grant: Buffer.alloc(256),
              ask: "a", evidence: "e", refs: Array(3001).fill("00".repeat(16)), text: "{}" })],
           ["rows without ask or evidence", () => w.question({ what: w.Query.PEOPLE, grant: Buffer.alloc(256), text: "{}" })],
           ["what is none", () => w.question({ what: 12, ask: "a", evidence: "e", text: "{}" })]] },
  { name: "web-vault", asker: "web", answerer: "vault", type: w.Vault.FIND, answer: w.Vault.FOUND,
    body: () => w.vault_ask({ grant: Buffer.alloc(256), ask: "a", evidence: "e" }),
    over: [["an ask over its bound", () => w.vault_ask({ grant: Buffer.alloc(256), ask: "a".repeat(4097) })],
           ["more refs than follow", () => Buffer.concat([grant_and(8), w.u32(3)])],
           ["refs out of order", () => w.vault_ask({ grant: Buffer.alloc(256), ask: "a", evidence: "e",
              refs: ["11".repeat(16), "00".repeat(16)] })],
           ["a ref twice", () => w.vault_ask({ grant: Buffer.alloc(256), ask: "a", evidence: "e",
              refs: ["11".repeat(16), "11".repeat(16)] })],
           ["more refs than there may be", () => w.vault_ask({ grant: Buffer.alloc(256), ask: "a", evidence: "e",
              refs: Array.from({ length: 3001 }, (_, i) => i.toString(16).padStart(32, "0")) })]] },
  { name: "query-vault", asker: "query", answerer: "vault", type: w.Vault.INTAKE, answer: w.Vault.STORED,
    body: batch, any_body: true, unheard: true, over: [] }, // query listens while it waits for an answer
  { name: "query-ledger", asker: "query", answerer: "ledger", type: w.Ledger.RECORD, answer: w.Ledger.RECORDED,
    body: () => release_with({}),
    over: [["more refs than follow", () => Buffer.concat([release_with({}).subarray(0, -8), w.u32(1000), w.u32(0)])],
           ["triples in a record", () => release_with({ refs: ["00".repeat(16)],
              triples: [{ subject: 0, field: 0, epoch: Buffer.alloc(32) }] })],
           ["a truth that is neither", () => { const b = release_with({}); b[b.length - 9] = 2; return b; }],
           ["an ask over its bound", () => release_with({ ask: "a".repeat(4097) })],
           ["a reveal by query", () => release_with({}), w.Ledger.RELEASE],
           ["a login by query", () => w.login(a_login()), w.Ledger.LOGIN_SEEN],
           ["a decision by query", () => w.decision({ detail: "{}" }), w.Ledger.DECIDE],
           ["the ledger's own note", () => w.note(1, 1), w.Ledger.NOTE],
           ["a reading with a short grant", () => w.read(Buffer.alloc(255), "{}"), w.Ledger.READ]] },
  { name: "vault-ledger", asker: "vault", answerer: "ledger", type: w.Ledger.RELEASE, answer: w.Ledger.RELEASED,
    body: () => release_with({}),
    over: [["more triples than follow", () => Buffer.concat([release_with({}).subarray(0, -4), w.u32(9)])],
           ["a miss in a release", () => release_with({ miss: 1 })],
           ["a question in a release", () => release_with({ question: "{}" })],
           ["a check by the vault", () => w.check(1, 1, Buffer.alloc(32)), w.Ledger.CHECK],
           ["a reading by the vault", () => w.read(Buffer.alloc(256), "{}"), w.Ledger.READ],
           ["a decision by the vault", () => w.decision({ detail: "{}" }), w.Ledger.DECIDE]] },
  { name: "auth-ledger", asker: "auth", answerer: "ledger", type: w.Ledger.DECIDE, answer: w.Ledger.DECIDED,
    body: () => w.decision({ detail: "{}" }),
    over: [["a detail over its bound", () => w.decision({ detail: "d".repeat(8193) })],
           ["a grant of another length", () => w.decision({ grant: Buffer.alloc(12), detail: "{}" })],
           ["a release by auth", () => release_with({}), w.Ledger.RELEASE],
           ["a record by auth", () => release_with({}), w.Ledger.RECORD],
           ["a login with a longer nonce", () => w.login({ ...a_login(), nonce: Buffer.alloc(65) }), w.Ledger.LOGIN_SEEN]] },
  { name: "ledger-auth", asker: "ledger", answerer: "auth", type: w.Ledger.NOTE, answer: w.Ledger.DONE,
    body: () => w.note(999, 0),
    over: [["a truth that is neither", () => w.note(999, 2)],
           ["a decision by the ledger", () => w.decision({ detail: "{}" }), w.Ledger.DECIDE]] },
  { name: "auth-ingest", asker: "auth", answerer: "ingest", type: w.Note.SETTINGS, answer: w.Note.OK,
    body: settings_body, any_body: true, over: [] },
];
const a_login = () => ({ principal: 1, level: 0, session: Buffer.alloc(16), ends: Date.now() + 1000 });

// What is malformed on every link, whatever its table: [name, frame, the descriptor beside it, bytes instead].
async function malformed(link) {
  const body = Buffer.from(await link.body()), type = link.type;
  const memfd = (n, seals) => (hook) => hook.memfd(Buffer.alloc(n), seals);
  const file = async (hook) => {
    const fd = await hook.open((await hook.links()).data, "an-ordinary-file", O.RDWR | O.CREAT);
    await hook.call("ftruncate", fd, large);
    return fd;
  };
  const large = 100000, cases = [
    ["an unknown type", { type: 250, body }],
    ["type zero", { type: 0, body }],
    ["an answer where a request belongs", { type: link.answer, body }],
    ["a length over what came", { type, body, length: body.length + 1 }],
    ["a length under what came", { type, body, length: body.length - 1 }],
    ["half a header", null, null, frame({ type, body }).subarray(0, 20)],
    ["one byte", null, null, Buffer.from([0x41])],
    ["another magic", { type, body, magic: 0x4d42 }],
    ["another version", { type, body, version: 2 }],
    ["the zero field set", { type, body, zero: 1 }],
    ["an unknown flag", { type, body, flags: 2 }],
    ["more than a frame holds", { type, body: Buffer.alloc(61440) }],
    ["a descriptor where none belongs", { type, body }, memfd(10)],
    ["an unsealed memfd", { type, flags: 1, length: large }, memfd(large, 0)],
    ["a memfd that may still be written", { type, flags: 1, length: large }, memfd(large, 1 | 2 | 4)],
    ["a memfd of another size", { type, flags: 1, length: large + 1 }, memfd(large)],
    ["a memfd for what fits a frame", { type, flags: 1, length: 1000 }, memfd(1000)],
    ["a memfd beside a body", { type, flags: 1, body: Buffer.alloc(8), length: large }, memfd(large)],
    ["no descriptor where one is said", { type, flags: 1, length: large }],
    ["a socket in a memfd's place", { type, flags: 1, length: large }, async (hook) => (await hook.links()).control],
  ];
  if (["auth", "query", "vault", "ledger"].includes(link.asker))
    cases.push(["an ordinary file in a memfd's place", { type, flags: 1, length: large }, file]);
  if (!link.any_body) {
    cases.push(["a body cut short", { type, body: body.subarray(0, link.cut ?? -1) }]);
    cases.push(["no body", { type }]);
  }
  if (!link.any_body && !link.cut)
    cases.push(["a byte too many", { type, body: Buffer.concat([body, Buffer.from([0])]) }]);
  for (const [name, make, other] of link.over) cases.push([name, { type: other ?? type, body: make() }]);
  return cases;
}

for (const link of links)
  describe(link.name, () => {
    test("a request of its table is answered", async () => {
      const got = await w.call(await hooks.of(link.asker), link.name, link.type, await link.body(), link);
      assert.ok(got, "no answer");
    });
    test(`what is none closes it and ends amana-${link.answerer}; the others go on`, async (t) => {
      for (const [name, parts, passed, raw] of await malformed(link))
        await t.test(name, async () => {
          const hook = await hooks.of(link.asker), log_from = house.log.length;
          const sent = raw ?? frame(parts), fd = passed ? await passed(hook) : -1;
          assert.ok(!passed || fd >= 0, `a descriptor: ${fd}`);
          await ends(link.answerer, async () =>
            assert.equal(await hook.send((await hook.links())[link.name], sent, fd), sent.length));
          if (link.answerer === "ledger") sent_to_ledger++;
          const said = house.log.slice(log_from);
          assert.match(said, new RegExp(`amana-${link.answerer}: (error|warning): .*link .*is closed: malformed input`));
          assert.match(said, new RegExp(`amana: warning: amana-${link.answerer} ended with status 5`));
          const again = await until("the link is there again", async () =>
            w.call(await hooks.of(link.asker), link.name, link.type, await link.body(), { ...link, ms: 1000 }), 10000);
          assert.ok(again);
        });
    });
  });

// What answers may say is judged as well: an asker drops the link, and the supervisor, which he tells, ends the
// program that answered there.
describe("an answer that is none", () => {
  let stored_batch;
  const spoiled = [["the zero field set", { type: 250, zero: 1 }], ["a length over what came", { type: 250, length: 5 }],
                   ["an unsealed memfd", { type: 250, flags: 1, length: 100000 }, (hook) => hook.memfd(Buffer.alloc(100000), 0)],
                   ["a descriptor where none belongs", { type: 250 }, (hook) => hook.memfd(Buffer.alloc(1))]];
  for (const link of links.filter(({ unheard }) => !unheard))
    test(`over ${link.name}: amana-${link.answerer} is ended, and is there again; the others go on`, async () => {
      for (const [, parts, passed] of spoiled) {
        const hook = await hooks.of(link.answerer);
        assert.ok(await w.call(await hooks.of(link.asker), link.name, link.type, await link.body(), link));
        const fd = passed ? await passed(hook) : -1;
        // The end may come before the hook can say that it sent.
        await ends(link.answerer, async () =>
          hook.send((await hook.links())[link.name], frame(parts), fd).catch(() => {}));
        assert.ok(await until("the link is there again", async () =>
          w.call(await hooks.of(link.asker), link.name, link.type, await link.body(), { ms: 1000 }), 10000));
      }
      assert.match(house.log, new RegExp(`program_misbehaved: amana-${link.answerer} said over link ${link.name}`));
    });
  test("over query-vault, to a batch that waits: amana-vault is ended, and the batch is stored after all", async () => {
    const sealed = async () => JSON.parse(w.query_answer(await w.call(await hooks.of("web"), "web-query", w.Query.QUESTION,
      question_body())).text).sealed;
    const before_it = await sealed();
    const vault = await hooks.of("vault"), fd = (await vault.links())["query-vault"];
    await vault.take(fd);
    await post(house, "/engage", [{ $token: house.token, $distinct_id: "waits", $set: { $email: "waits@negative.example" } }]);
    const batch = await until("a batch", () => vault.receive(500));
    assert.equal(await sealed(), before_it);
    await ends("vault", () => vault.send(fd, frame({ type: w.Vault.STORED, id: batch.id, body: Buffer.alloc(24), zero: 1 }))
      .catch(() => {}));
    await until("the batch is stored", async () => (await sealed()) > before_it);
    stored_batch = Buffer.from(batch.body);
  });
  test("a batch that was stored is stored again without effect; one that ingest did not seal is refused", async () => {
    const intake = async (body) => (await w.call(await hooks.of("query"), "query-vault", w.Vault.INTAKE, body, { unheard: true }));
    const again = await intake(stored_batch);
    assert.equal(again.type, w.Vault.STORED);
    assert.ok(again.body.subarray(0, 16).equals(stored_batch.subarray(5, 21)), "the boot id of the batch");
    assert.equal(again.body.readBigUInt64LE(16), stored_batch.readBigUInt64LE(21));
    for (let i = 0; i < stored_batch.length; i++) {
      const forged = Buffer.from(stored_batch);
      forged[i] ^= 1 << (i % 8);
      const { type, body } = await intake(forged);
      assert.equal(type, w.Vault.REFUSED, `byte ${i}`);
      assert.ok([1, 2].includes(body.readUInt32LE()), `byte ${i}: malformed or forged`);
    }
    assert.equal((await intake(stored_batch.subarray(0, -1))).type, w.Vault.REFUSED);
    assert.equal((await intake(Buffer.concat([stored_batch, Buffer.from([0])]))).type, w.Vault.REFUSED);
  });
  test("of an unknown id, or an unheard-of type: nobody waits for it, and nobody ends", async () => {
    for (const link of links.filter(({ unheard }) => !unheard)) {
      const hook = await hooks.of(link.answerer), before_it = await pids();
      await hook.send((await hook.links())[link.name], frame({ type: 250, id: 1n << 60n }));
      assert.ok(await w.call(await hooks.of(link.asker), link.name, link.type, await link.body(), link));
      assert.deepEqual(await pids(), before_it);
    }
  });
});

test("what came over the ledger's links and was none is in the house log, entry by entry", async () => {
  const member = await owner(house), named = {};
  for (let before_it; ;) {
    const { body } = await member.send("GET", `/api/ledger/entries?limit=200${before_it ? `&before=${before_it}` : ""}`);
    for (const e of body.entries.filter((e) => e.kind === "misbehaved")) {
      assert.deepEqual([e.log, e.verdict], ["house", "recorded"]);
      const { body: entry } = await member.send("GET", `/api/ledger/entry?sequence=${e.sequence}`);
      const name = entry.sections.remarks.trim();
      named[name] = (named[name] ?? 0) + 1;
    }
    if (!body.more) break;
    before_it = body.entries.at(-1).sequence;
  }
  const total = Object.values(named).reduce((a, b) => a + b, 0);
  assert.equal(total, sent_to_ledger);
  if (total) assert.deepEqual(Object.keys(named).sort(), ["auth", "query", "vault"]);
});
