// The negative tests of the wall at the programs' own sockets: one program is the attacker's (tests/attack/hook.mjs)
// and says to its neighbours whatever it likes, also with auth's own key. What is asked here never went through web.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { O, frame, listen } from "../attack/hook.mjs";
import * as w from "../attack/wire.mjs";
import { startHouse, until } from "../support/server.mjs";

const programs = ["ledger", "vault", "auth", "query", "ingest", "web"];
let hooks, house, mint;

// A grant that auth made, for its boot id: web asks for one with the key that init made.
async function boot_id_of_auth() {
  const text = '{"project":1}';
  const got = await w.call(await hooks.of("web"), "web-auth", w.Auth.AUTHORIZE, w.auth_request({
    by: 2, key: house.key, secret: house.secret, kind: w.Kind.QUESTION, hash: w.sha256(text), project: 1,
    rights: w.Right.AGGREGATE, address: "127.0.0.1" }));
  const answer = w.auth_answer(got);
  assert.equal(answer.type, w.Auth.GRANTED, answer.code);
  return Buffer.from(answer.grant.subarray(144, 160));
}
const pids = () => Object.fromEntries(programs.map((name) => [name, house.pid(name)]));
const others = (all, name) => Object.fromEntries(Object.entries(all).filter(([n]) => n !== name));

before(async () => {
  hooks = await listen();
  house = await startHouse({ attack: hooks.path });
  mint = new w.Mint(house, await boot_id_of_auth());
});
after(async () => {
  await house?.stop();
  hooks?.close();
});

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
          const hook = await hooks.of(link.asker), before_it = pids();
          const sent = raw ?? frame(parts), fd = passed ? await passed(hook) : -1;
          assert.ok(!passed || fd >= 0, `a descriptor: ${fd}`);
          assert.equal(await hook.send((await hook.links())[link.name], sent, fd), sent.length);
          await until(`another ${link.answerer}`, () => {
            const now = house.pid(link.answerer);
            return now && now !== before_it[link.answerer];
          }, 5000);
          await hooks.of(link.answerer);
          assert.deepEqual(others(pids(), link.answerer), others(before_it, link.answerer));
          const again = await until("the link is there again", async () =>
            w.call(await hooks.of(link.asker), link.name, link.type, await link.body(), { ...link, ms: 1000 }), 10000);
          assert.ok(again);
        });
    });
  });
