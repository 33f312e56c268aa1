// The negative tests of the wall at the programs' own sockets: one program is the attacker's (tests/attack/hook.mjs)
// and says to its neighbours whatever it likes, also with auth's own key. What is asked here never went through web.
// What is no request at all: tests/system/links.test.mjs.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { frame, listen } from "../attack/hook.mjs";
import * as w from "../attack/wire.mjs";
import { boot_id_of_auth } from "../attack/wire.mjs";
import { ask_text, owner, subjects_hash } from "../support/member.mjs";
import { event, post, startHouse, until } from "../support/server.mjs";

let hooks, house, mint;
before(async () => {
  hooks = await listen();
  house = await startHouse({ attack: hooks.path });
});
after(async () => {
  await house?.stop();
  hooks?.close();
});

// ---- asks, grants, proofs -------------------------------------------------------------------------------------

const people = 12;
let member, asker, refs, one; // the owner, through web and at the sockets; all subjects, sorted; the first alone

const epoch = () => Buffer.from(generateKeyPairSync("x25519").publicKey.export({ format: "jwk" }).x, "base64url");
const reveal_of = (some, more = {}) => ({ kind: "reveal", refs: some, fields: ["$email"], ...more });
const triples_of = (some) => some.map((_, subject) => ({ subject, field: 0, epoch: epoch() }));
const asked = async (program, link, type, body, options) => {
  const got = await w.call(await hooks.of(program), link, type, body, options);
  assert.ok(got, `${link}: no answer`);
  return got;
};
// The same request at the two programs that release a value, each from its asker's side.
const at_ledger = async (made, more = {}) => w.ledger_answer(await asked("vault", "vault-ledger", w.Ledger.RELEASE,
  w.release({ ...made, refs: one, triples: triples_of(more.refs ?? one), ...more })));
const at_vault = async (made, more = {}) => w.vault_answer(await asked("web", "web-vault", w.Vault.REVEAL,
  w.vault_ask({ ...made, refs: one, ...more })));
const at_query = async (text, made, more = {}) => w.query_answer(await asked("web", "web-query", w.Query.QUESTION,
  w.question({ what: w.Query.PEOPLE, ...made, text, ...more })));

// The number of the newest entry under which something about people left; asked of the ledger itself.
async function last_released() {
  let newest = 0, found = 0;
  for (let before_it; !found;) {
    const text = JSON.stringify({ read: "entries", ...(before_it && { before: before_it }), limit: 200 });
    const { json } = w.ledger_answer(await asked("query", "query-ledger", w.Ledger.READ,
                                                 w.read(mint.grant({ hash: w.sha256(text) }), text)));
    assert.ok(json.entries, JSON.stringify(json));
    newest = Math.max(0, ...json.entries.filter((e) => e.verdict === "released").map((e) => e.sequence));
    found = newest || !json.more;
    before_it = json.entries.at(-1)?.sequence;
  }
  return newest;
}
async function nothing_is_released(act) {
  const before_it = await last_released();
  await act();
  assert.equal(await last_released(), before_it, "an entry of a release was written");
}
async function kill(name) {
  const hook = await hooks.of(name), pid = house.pid(name);
  process.kill(pid, "SIGKILL");
  await until(`the former ${name} is gone`, () => !hook.isAlive);
  await until(`another ${name}`, () => { const now = house.pid(name); return now && now !== pid; });
  await hooks.of(name);
}

async function enter() {
  const id = (i) => `person-${i}`;
  await post(house, "/track", Array.from({ length: people }, (_, i) =>
    event(house, "Seen", { distinct_id: id(i), $insert_id: `seen-${i}` })));
  await post(house, "/engage", Array.from({ length: people }, (_, i) => ({ $token: house.token, $distinct_id: id(i),
    $set: { $email: `${id(i)}@negative.example`, $name: `Person ${i}` } })));
  await house.seen("Seen", people);
  mint = new w.Mint(house, await boot_id_of_auth(hooks, house));
  member = asker = w.Asker.of(await owner(house), mint);
  refs = (await member.people()).body.people.flatMap((p) => p.refs).sort();
  assert.equal(refs.length, people);
  one = [refs[0]];
}

describe("an ask at ledger and vault", () => {
  before(enter);

  test("as it should be: shares, and the value", async () => {
    const released = await at_ledger(asker.made(reveal_of(one)));
    assert.equal(released.type, w.Ledger.RELEASED, released.code);
    assert.equal(released.shares.length, 1);
    assert.notEqual(released.shares[0].toString("hex"), "00".repeat(32));
    const revealed = await at_vault(asker.made(reveal_of(one)));
    assert.equal(revealed.type, w.Vault.REVEALED, revealed.code);
    assert.match(revealed.body.toString(), /person-\d+@negative\.example/);
  });

  const lines = (change) => (text) => { const l = text.split("\n"); change(l); return l.join("\n"); };
  const forms = {
    "lines out of order": lines((l) => ([l[3], l[4]] = [l[4], l[3]])),
    "a line twice": lines((l) => l.splice(4, 0, l[4])),
    "a line left out": lines((l) => l.splice(4, 1)),
    "a line more": (t) => t + "more 1\n",
    "no end of the last line": (t) => t.slice(0, -1),
    "an empty line at the end": (t) => t + "\n",
    "CR before LF": (t) => t.replaceAll("\n", "\r\n"),
    "one CR": (t) => t.replace("purpose support\n", "purpose support\r\n"),
    "a trailing space": (t) => t.replace("purpose support\n", "purpose support \n"),
    "two spaces": (t) => t.replace("purpose support", "purpose  support"),
    "a leading zero": (t) => t.replace("project 1\n", "project 01\n"),
    "a sign": (t) => t.replace("limit 1\n", "limit +1\n"),
    "a number over its bound": (t) => t.replace("limit 1\n", "limit 18446744073709551617\n"),
    "another version": (t) => t.replace("amana ask 1", "amana ask 2"),
    "a mark of byte order": (t) => "\ufeff" + t,
    "a NUL": (t) => t.replace("ticket -", "ticket \0"),
    "an unknown kind": (t) => t.replace("kind reveal", "kind seize"),
    "a kind in capitals": (t) => t.replace("kind reveal", "kind Reveal"),
    "fields unsorted": (t) => t.replace("fields $email", "fields $name $email"),
    "a field twice": (t) => t.replace("fields $email", "fields $email $email"),
    "an escape in small letters": (t) => t.replace("fields $email", "fields a%2fb"),
    "an escape of what needs none": (t) => t.replace("fields $email", "fields %24email"),
    "no subjects counted": (t) => t.replace(/subjects 1 /, "subjects 0 "),
    "a hash in capitals": (t) => t.replace(/subjects 1 (\w+)/, (_, h) => `subjects 1 ${h.toUpperCase()}A`.slice(0, 75)),
    "a short nonce": (t) => t.replace(/nonce (\w{30})\w\w/, "nonce $1"),
    "a time without milliseconds": (t) => t.replace(/\.\d{3}Z/, "Z"),
    "a day that is none": (t) => t.replace(/time \d{4}-\d\d-\d\d/, "time 2026-02-30"),
    "not UTF-8": (t) => Buffer.from(t.replace("ticket -", "ticket \xff"), "latin1"),
    "nothing": () => "",
  };
  test("in any other form: ask_malformed", async (t) => {
    await nothing_is_released(async () => {
      for (const [name, change] of Object.entries(forms))
        await t.test(name, async () => {
          const good = ask_text(reveal_of(one)), text = change(good);
          assert.notEqual(text, good, "the test changes nothing");
          assert.equal((await at_ledger(asker.made(reveal_of(one), { text }))).code, "ask_malformed");
          assert.equal((await at_vault(asker.made(reveal_of(one), { text }))).code, "malformed");
        });
    });
  });

  test("for other subjects than it names: subjects", async () => {
    await nothing_is_released(async () => {
      const two = refs.slice(0, 2), of_two = () => asker.made(reveal_of(two, { limit: 5 }));
      for (const given of [[...two].reverse(), [two[0], two[0]], [two[0]], [...two, refs[2]], [two[0], refs[2]], []])
        assert.equal((await at_ledger(of_two(), { refs: given, triples: [] })).code, "subjects");
      const text = ask_text(reveal_of(one)).replace(subjects_hash(one), subjects_hash([refs[1]]));
      assert.equal((await at_ledger(asker.made(reveal_of(one), { text }))).code, "subjects");
      assert.equal((await at_vault(asker.made(reveal_of(one), { text }))).code, "subjects");
      assert.equal((await at_vault(of_two(), { refs: one })).code, "subjects");
    });
  });

  test("for more people than its limit: limit", async () => {
    const made = asker.made(reveal_of(refs.slice(0, 3), { limit: 2 }));
    assert.equal((await at_ledger(made, { refs: refs.slice(0, 3), triples: [] })).code, "limit");
  });
});

describe("a grant", () => {
  test("with one bit changed in any of its 256 bytes: grant_signature, at ledger, vault and query", async () => {
    await nothing_is_released(async () => {
      const question = '{"project":1,"limit":1}', rows = { kind: "rows", question, limit: 4 };
      for (let i = 0; i < 256; i++) {
        const spoil = (made) => { made.grant[i] ^= 1 << (i % 8); return made; };
        assert.equal((await at_ledger(spoil(asker.made(reveal_of(one))))).code, "grant_signature", `byte ${i}`);
        assert.equal((await at_vault(spoil(asker.made(reveal_of(one))))).code, "grant_signature", `byte ${i}`);
        const answer = await at_query(question, spoil(asker.made(rows)));
        assert.equal(answer.status, 403, `byte ${i}: ${answer.text}`);
        assert.ok(!answer.text.includes("p_"), answer.text);
      }
    });
  });

  test("of another ask: grant_ask", async () => {
    await nothing_is_released(async () => {
      const { grant } = asker.made(reveal_of(one)), other = asker.made(reveal_of(one));
      assert.equal((await at_ledger({ ...other, grant })).code, "grant_ask");
      assert.equal((await at_vault({ ...other, grant })).code, "grant_ask");
      const kind = { grant: { kind: w.Kind.TIMELINE } };
      assert.equal((await at_ledger(asker.made(reveal_of(one), kind))).code, "grant_ask");
      assert.equal((await at_vault(asker.made(reveal_of(one), kind))).code, "grant_ask");
    });
  });

  test("older than five seconds, or of a later time: grant_old, whatever life it gives itself", async () => {
    await nothing_is_released(async () => {
      for (const grant of [{ issued: w.boot_ms() - 5001 }, { issued: w.boot_ms() + 60000 },
                           { issued: w.boot_ms() - 6000, life: 3600000 }, { issued: w.boot_ms() - 1500, life: 1000 },
                           { issued: 0 }]) {
        assert.equal((await at_ledger(asker.made(reveal_of(one), { grant }))).code, "grant_old");
        assert.equal((await at_vault(asker.made(reveal_of(one), { grant }))).code, "grant_old");
      }
    });
    const released = await at_ledger(asker.made(reveal_of(one), { grant: { issued: w.boot_ms() - 4500 } }));
    assert.equal(released.type, w.Ledger.RELEASED, released.code);
  });

  test("from before auth's restart: grant_boot", async () => {
    const former = asker.made(reveal_of(one)), at_vault_too = asker.made(reveal_of(one));
    await kill("auth");
    const boot_id = await until("auth answers again", () => boot_id_of_auth(hooks, house).catch(() => null));
    assert.notDeepEqual(boot_id, mint.boot_id);
    assert.equal((await at_ledger(former)).code, "grant_boot");
    assert.equal((await at_vault(at_vault_too)).code, "grant_boot");
    mint.boot_id = boot_id;
    const released = await at_ledger(asker.made(reveal_of(one)));
    assert.equal(released.type, w.Ledger.RELEASED, released.code);
    assert.equal((await at_ledger(asker.made(reveal_of(one), { grant: { boot_id: Buffer.alloc(16) } }))).code, "grant_boot");
  });

  test("used twice: grant_spent, also across a restart of the ledger", async () => {
    const made = asker.made(reveal_of(one));
    assert.equal((await at_ledger(made)).type, w.Ledger.RELEASED);
    await nothing_is_released(async () => {
      assert.equal((await at_ledger(made)).code, "grant_spent");
      const again = { ...made, evidence: asker.proof_of(made.ask) };
      assert.equal((await at_ledger(again)).code, "grant_spent");
      assert.equal((await at_vault(again)).code, "grant_spent", "the vault's own asking is no way around");
    });
    const before_the_end = asker.made(reveal_of(one));
    assert.equal((await at_ledger(before_the_end)).type, w.Ledger.RELEASED);
    await kill("ledger");
    const after_it = await until("the ledger answers", async () => {
      const got = await w.call(await hooks.of("vault"), "vault-ledger", w.Ledger.RELEASE,
                               w.release({ ...before_the_end, refs: one, triples: triples_of(one) }), { ms: 500 });
      return got && w.ledger_answer(got);
    }, 4000);
    assert.equal(after_it.code, "grant_spent");
    const fresh = await at_ledger({ ...asker.made(reveal_of(one)) });
    assert.equal(fresh.type, w.Ledger.RELEASED, fresh.code);
    const proof_again = { ...asker.made(reveal_of(one)), evidence: before_the_end.evidence };
    assert.equal((await at_ledger(proof_again)).code, "proof");
  });

  test("of another project: right", async () => {
    await nothing_is_released(async () => {
      assert.equal((await at_ledger(asker.made(reveal_of(one), { grant: { project: 2 } }))).code, "right");
      assert.equal((await at_ledger(asker.made(reveal_of(one, { project: 2 })))).code, "right");
      assert.notEqual((await at_vault(asker.made(reveal_of(one, { project: 2 })))).type, w.Vault.REVEALED);
    });
  });
});

// ---- who asks -------------------------------------------------------------------------------------------------

const stranger = () => generateKeyPairSync("ed25519");
const raw = (key) => Buffer.from(key.export({ format: "jwk" }).x, "base64url");

describe("a proof", () => {
  let used_counter;
  const wrong = {
    "none": () => Buffer.alloc(0),
    "of no bytes but its kind": () => w.evidence({}),
    "by another key": () => ({ key: stranger().privateKey }),
    "by another key, which it brings along": () => {
      const { privateKey, publicKey } = stranger();
      return { key: privateKey, public_key: raw(publicKey) };
    },
    "of a counter that was used": () => ({ counter: used_counter }),
    "61 s ahead": () => ({ time: Date.now() + 61000 }),
    "61 s behind": () => ({ time: Date.now() - 61000 }),
    "over another path": () => ({ signed_path: "/api/people/reveal" }),
    "over another ask": () => ({ body: ask_text(reveal_of(one)) }),
    "over another login": () => ({ session: Buffer.alloc(16, 7) }),
    "an API key's secret in its place": () => w.evidence({ kind: 2, key_type: 0, secret: house.secret }),
  };
  test("that does not hold: refused by the ledger, and nothing is released", async (t) => {
    assert.equal((await at_ledger(asker.made(reveal_of(one)))).type, w.Ledger.RELEASED);
    used_counter = asker.counter;
    await nothing_is_released(async () => {
      for (const [name, make] of Object.entries(wrong))
        await t.test(name, async () => {
          const proof = make(), { code } = await at_ledger(asker.made(reveal_of(one), { proof }));
          // No evidence at all is no request; what is one is no proof.
          assert.equal(code, proof instanceof Buffer && proof[0] !== 2 ? "invalid" : "proof");
          const at = await at_vault(asker.made(reveal_of(one), { proof: make() }));
          assert.equal(at.type, w.Vault.DENIED);
          assert.ok(["proof", "invalid"].includes(at.code), at.code);
          const question = '{"project":1,"limit":1}';
          const rows = asker.made({ kind: "rows", question, limit: 4 }, { proof: make() });
          if (!rows.evidence.length) return; // query closes the link: see above
          const answer = await at_query(question, rows);
          assert.ok([400, 401, 503].includes(answer.status), answer.text);
          assert.ok(!answer.text.includes("p_"), answer.text);
        });
    });
  });

  test("59 s off holds", async () => {
    for (const off of [59000, -59000]) {
      const released = await at_ledger(asker.made(reveal_of(one), { proof: { time: Date.now() + off } }));
      assert.equal(released.type, w.Ledger.RELEASED, released.code);
    }
  });

  // auth's own judgement, over its link from web: no grant without one.
  test("that does not hold: no grant of auth", async () => {
    const path = "/api/people/reveal";
    const authorize = async (ask, proof) => w.auth_answer(await asked("web", "web-auth", w.Auth.AUTHORIZE, w.auth_request({
      by: 1, cookie: asker.cookie.split("=")[1], kind: w.Kind.REVEAL, project: 1, rights: w.Right.REVEAL, ask, proof,
      method: "POST", path, address: "127.0.0.1" })));
    const text = () => ask_text(reveal_of(one));
    const good = text(), held = asker.proof("POST", path, good);
    const granted = await authorize(good, held);
    assert.equal(granted.type, w.Auth.GRANTED, granted.code);
    assert.equal(granted.grant.length, 256);
    const other = text(), thief = w.Asker.of(asker, mint);
    thief.key = stranger().privateKey;
    const late = w.Asker.of(asker, mint);
    late.clock_off_ms = -61000;
    late.counter = asker.counter += 5;
    await nothing_is_released(async () => {
      for (const [name, proof] of Object.entries({ "none": "", "nothing of the kind": "1 2 3", "used": held,
           "another key": thief.proof("POST", path, other), "another path": asker.proof("POST", "/api/person", other),
           "another method": asker.proof("PUT", path, other), "another body": asker.proof("POST", path, good),
           "61 s off": late.proof("POST", path, other) })) {
        const answer = await authorize(other, proof);
        assert.equal(answer.type, w.Auth.REFUSED, name);
        assert.equal(answer.code, "proof", name);
        assert.equal(answer.grant.length, 0, name);
      }
    });
  });
});

// ---- programs that lie ----------------------------------------------------------------------------------------

describe("a lying vault", () => {
  test("shares for somebody whom the ask does not name: subjects", async () => {
    await nothing_is_released(async () => {
      const got = await at_ledger(asker.made(reveal_of(one)), { refs: [refs[1]] });
      assert.deepEqual([got.type, got.code], [w.Ledger.REFUSED, "subjects"]);
      const past = [{ subject: 1, field: 0, epoch: epoch() }];
      assert.equal((await at_ledger(asker.made(reveal_of(one)), { triples: past })).code, "subjects");
      const open = ask_text(reveal_of(one)).replace(/subjects .*/, "subjects - -");
      assert.equal((await at_ledger(asker.made(reveal_of(one), { text: open }))).code, "subjects");
    });
  });
  test("shares for a field that the ask does not name: field", async () => {
    await nothing_is_released(async () => {
      for (const field of [1, 63, 255]) {
        const triples = [{ subject: 0, field, epoch: epoch() }];
        assert.equal((await at_ledger(asker.made(reveal_of(one)), { triples })).code, "field");
      }
    });
  });
  test("a share is of one subject, one field, one epoch: no two are equal", async () => {
    const two = refs.slice(0, 2), e = [epoch(), epoch()], triples = [];
    for (const subject of [0, 1]) for (const field of [0, 1]) for (const at of e) triples.push({ subject, field, epoch: at });
    const made = asker.made(reveal_of(two, { fields: ["$email", "$name"] }));
    const { shares, type, code } = await at_ledger(made, { refs: two, triples });
    assert.equal(type, w.Ledger.RELEASED, code);
    assert.equal(new Set(shares.map((s) => s.toString("hex"))).size, 8);
  });
  test("twice with one grant: grant_spent", async () => {
    const made = asker.made(reveal_of(one));
    assert.equal((await at_ledger(made)).type, w.Ledger.RELEASED);
    const again = await at_ledger({ ...made, evidence: asker.proof_of(made.ask) }, { triples: triples_of(one) });
    assert.deepEqual([again.code, again.shares], ["grant_spent", undefined]);
  });
  test("without a grant, or with one of its own making: grant_signature", async () => {
    await nothing_is_released(async () => {
      const made = asker.made(reveal_of(one));
      assert.equal((await at_ledger({ ...made, grant: Buffer.alloc(256) })).code, "grant_signature");
      const own = Object.assign(new w.Mint(house, mint.boot_id), { key: stranger().privateKey });
      assert.equal((await at_ledger(w.Asker.of(asker, own).made(reveal_of(one)))).code, "grant_signature");
    });
  });
  test("an epoch of small order: no share", async () => {
    await nothing_is_released(async () => {
      const zero = [{ subject: 0, field: 0, epoch: Buffer.alloc(32) }];
      assert.equal((await at_ledger(asker.made(reveal_of(one)), { triples: zero })).code, "invalid");
    });
  });
  test("a reveal written down as a lookup, or as rows: invalid", async () => {
    await nothing_is_released(async () => {
      const record = async (made) => w.ledger_answer(await asked("vault", "vault-ledger", w.Ledger.RECORD,
                                                                 w.release({ ...made, refs: one })));
      assert.equal((await record(asker.made(reveal_of(one)))).code, "invalid");
      assert.equal((await record(asker.made({ kind: "timeline", refs: one, question: "{}" }))).code, "invalid");
    });
  });
});

describe("a lying query", () => {
  test("writes down a reveal or a lookup: invalid", async () => {
    const record = async (made) => w.ledger_answer(await asked("query", "query-ledger", w.Ledger.RECORD,
                                                               w.release({ ...made, refs: one })));
    await nothing_is_released(async () => {
      assert.equal((await record(asker.made(reveal_of(one)))).code, "invalid");
      assert.equal((await record(asker.made({ kind: "find", limit: 5 }))).code, "invalid");
    });
  });
  test("reads the ledger with a grant for another text: refused", async () => {
    const grant = mint.grant({ hash: w.sha256('{"read":"line"}') });
    const { json } = w.ledger_answer(await asked("query", "query-ledger", w.Ledger.READ,
                                                 w.read(grant, '{"read":"entries"}')));
    assert.ok(json.error && !json.entries, JSON.stringify(json));
  });
});

describe("a lying web", () => {
  const question = '{"project":1,"limit":5}', rows = (more = {}) => ({ kind: "rows", question, limit: 20, ...more });
  test("as it should be: rows", async () => {
    const answer = await at_query(question, asker.made(rows()));
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /p_[0-9a-f]{16}/);
  });
  test("rows under an ask for another question, a spent grant, a reveal's ask: none", async () => {
    const made = asker.made(rows());
    assert.equal((await at_query(question, made)).status, 200);
    await nothing_is_released(async () => {
      for (const [name, text, given] of [["spent", question, { ...made, evidence: asker.proof_of(made.ask) }],
             ["another question", '{"project":1,"limit":6}', asker.made(rows())],
             ["a reveal's ask", question, asker.made(reveal_of(one))],
             ["no question in the ask", question, asker.made(rows({ question: undefined }))],
             ["fewer people than come", question, asker.made(rows({ limit: 0 }))],
             ["another project", question, asker.made(rows({ project: 2 }))]]) {
        const answer = await at_query(text, given);
        // Nobody at all may be what a limit of nobody gives; a row never is.
        assert.ok(!answer.text.includes("p_"), `${name}: ${answer.text}`);
        if (name !== "fewer people than come") assert.ok(answer.status >= 400, `${name}: ${answer.text}`);
      }
    });
  });
});

describe("a lying auth", () => {
  test("a grant whose proof key no login covers: proof", async () => {
    await nothing_is_released(async () => {
      const own = new w.Asker(house, mint); // a session and a key that the ledger never saw
      assert.equal((await at_ledger(own.made(reveal_of(one)))).code, "proof");
      own.session = asker.session; // the member's login, the attacker's key
      assert.equal((await at_ledger(own.made(reveal_of(one)))).code, "proof");
      assert.equal((await at_vault(own.made(reveal_of(one)))).code, "proof");
    });
  });
  test("a principal who is not in the roster: principal_unknown", async () => {
    await nothing_is_released(async () => {
      for (const principal of [0, 77, 0xffffffff])
        assert.equal((await at_ledger(asker.made(reveal_of(one), { grant: { principal } }))).code, "principal_unknown");
    });
  });
  test("a right that the roster does not give: right", async () => {
    await nothing_is_released(async () => {
      const made = asker.made(reveal_of(one), { grant: { principal: 2, rights: w.ALL_RIGHTS },
                                               proof: w.evidence({ kind: 2, key_type: 0, secret: house.secret }) });
      assert.equal((await at_ledger(made)).code, "right");
    });
  });
  test("a login that it makes up: no pin of level 2 without the passkey's word; below it nobody is opened", async () => {
    const { privateKey, publicKey } = stranger(), own = new w.Asker(house, mint);
    Object.assign(own, { key: privateKey, public_key: raw(publicKey) });
    const said = { principal: 1, session: own.session, ends: Date.now() + 3600000, public_key: own.public_key,
                   nonce: Buffer.alloc(32, 1) };
    const seen = async (more) => w.ledger_answer(await asked("auth", "auth-ledger", w.Ledger.LOGIN_SEEN,
                                                             w.login({ ...said, ...more })));
    await nothing_is_released(async () => {
      assert.equal((await seen({ level: 2 })).code, "assertion");
      const { id, ...assertion } = asker.passkey.get(w.sha256("some other login"));
      const bytes = Object.fromEntries(Object.entries(assertion).map(([k, v]) => [k, Buffer.from(v, "base64url")]));
      assert.equal((await seen({ level: 2, id: Buffer.from(id, "base64url"), ...bytes })).code, "assertion");
      assert.equal((await seen({ level: 3 })).code, "invalid");
      assert.equal((await seen({ level: 0, principal: 77 })).code, "principal_unknown");
      assert.equal((await seen({ level: 1 })).type, w.Ledger.DONE);
      assert.equal((await at_ledger(own.made(reveal_of(one), { grant: { level: 3 } }))).code, "level");
    });
  });
  test("decisions without a member's proof or passkey: proof, level", async () => {
    const detail = JSON.stringify({ do: "member", name: "Eve", rights: { 1: ["rows", "reveal", "approve", "settings"] },
                                    roles: {} });
    const decide = async (made) => w.ledger_answer(await asked("auth", "auth-ledger", w.Ledger.DECIDE,
      w.decision({ ...made, detail, made: '{"principal":9}' })));
    const ask = { kind: "enrol", question: detail, limit: 0, purpose: "security" };
    assert.equal((await decide(new w.Asker(house, mint).made(ask))).code, "proof");
    assert.equal((await decide(asker.made(ask))).code, "level");
    assert.equal((await decide(asker.made({ ...ask, question: "{}" }))).code, "grant_ask");
    assert.notEqual((await decide({})).type, w.Ledger.DECIDED);
    const again = w.ledger_answer(await asked("auth", "auth-ledger", w.Ledger.BOOT, w.decision({ detail })));
    assert.equal(again.code, "booted");
  });
});

// The ledger answers with what it said before, about something else: whoever asked does not believe it.
describe("a lying ledger", () => {
  // Once this is there the link is taken: what is asked from then on gets that answer, and `told` waits for it.
  const answers = async (link, type, body) => {
    const ledger = await hooks.of("ledger"), fd = (await ledger.links())[link];
    await ledger.take(fd);
    const told = (async () => {
      const request = await until("the request", () => ledger.receive(500));
      await ledger.send(fd, frame({ type, id: request.id, body }));
      await ledger.giveBack(fd);
    })();
    return { told };
  };
  test("an older receipt for another ask, given to query: no rows, and it says so", async () => {
    const question = '{"project":1,"limit":5}', rows = () => asker.made({ kind: "rows", question, limit: 20 });
    const former = await asked("query", "query-ledger", w.Ledger.RECORD, w.release({ ...rows(), question, rows: 5, refs: one }));
    assert.equal(former.type, w.Ledger.RECORDED);
    const lie = await answers("query-ledger", w.Ledger.RECORDED, former.body);
    const answer = await at_query(question, rows());
    await lie.told;
    assert.equal(answer.status, 503, answer.text);
    assert.match(answer.text, /"stopped"/);
    assert.ok(!answer.text.includes("p_"), answer.text);
    await until("the log", () => house.log.includes("ledger_inconsistent: a receipt does not hold"));
    assert.equal((await at_query(question, rows())).status, 200);
  });
  test("an older release, given to the vault: no value, and the vault ends", async () => {
    const former = await asked("vault", "vault-ledger", w.Ledger.RELEASE,
                               w.release({ ...asker.made(reveal_of(one)), refs: one, triples: triples_of(one) }));
    assert.equal(former.type, w.Ledger.RELEASED);
    const pid = house.pid("vault"), lie = await answers("vault-ledger", w.Ledger.RELEASED, former.body);
    const got = await w.call(await hooks.of("web"), "web-vault", w.Vault.REVEAL,
                             w.vault_ask({ ...asker.made(reveal_of(one)), refs: one }), { ms: 3000 });
    await lie.told;
    assert.ok(got === null || got.type === w.Vault.DENIED, "a value under somebody else's entry");
    await until("another vault", () => { const now = house.pid("vault"); return now && now !== pid; });
    await until("the log", () => house.log.includes("ledger_inconsistent: what the ledger says does not hold"));
    const revealed = await until("a value under an entry", async () => {
      const made = w.vault_ask({ ...asker.made(reveal_of(one)), refs: one });
      const again = await w.call(await hooks.of("web"), "web-vault", w.Vault.REVEAL, made, { ms: 1000 });
      return again?.type === w.Vault.REVEALED;
    });
    assert.ok(revealed);
  });
  test("a release without an entry: no value", async () => {
    const lie = await answers("vault-ledger", w.Ledger.RELEASED,
                              Buffer.concat([w.u32(0), w.u64(1), w.u32(1), Buffer.from([0]), w.u32(1), w.part(Buffer.alloc(32))]));
    const got = await w.call(await hooks.of("web"), "web-vault", w.Vault.REVEAL,
                             w.vault_ask({ ...asker.made(reveal_of(one)), refs: one }), { ms: 3000 });
    await lie.told;
    assert.ok(got === null || got.type === w.Vault.DENIED);
  });
});

// Last, for it freezes who asks.
describe("an export", () => {
  test("of values, at level 2: export_values, and whoever asked is frozen", async () => {
    await hooks.of("vault");
    await nothing_is_released(async () => {
      const made = asker.made({ kind: "export", refs: one, fields: ["$email"] });
      const got = await until("the ledger answers", () => at_ledger(made).catch(() => null));
      assert.equal(got.code, "export_values");
      assert.equal((await at_ledger(asker.made(reveal_of(one)))).code, "frozen");
      const { code } = await at_vault(asker.made(reveal_of(one)));
      assert.equal(code, "frozen");
    });
  });
});
