// The attackers who come in by the front door, each with a house of his own in which nobody has used anything up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Member, owner, ask_text } from "../support/member.mjs";
import { sleep } from "../support/server.mjs";
import { Attacker, routes, sweep, take_all, take_slowly } from "./taker.mjs";

export const NAMED = 200, ROWS = 2000;
const SUPPORT = ["aggregate", "unfolded", "rows", "reveal"];

// What malware copies out of a browser's profile: the cookie and the key that signs; never the passkey.
export function copy_of(victim, attacker) {
  return Object.assign(new Member(victim.house, { captured: attacker.capture }), {
    cookie: victim.cookie, me: victim.me, key: victim.key, public_key: victim.public_key, counter: victim.counter + 1 });
}

export const nobody = (attacker) => {
  const c = attacker.report();
  assert.deepEqual([c.name, c.email, c.id, c.people, c.place, c.browser, c.referrer], [0, 0, 0, 0, 0, 0, 0],
                   JSON.stringify(c));
  return c;
};
const within = (c, people, rows) => {
  for (const field of ["name", "email"]) assert.ok(c[field] <= people, JSON.stringify(c));
  assert.equal(c.id, 0, "ids of people are sealed and in no field he asked for");
  for (const field of ["people", "place", "browser", "referrer", "organisation"])
    assert.ok(c[field] <= rows, JSON.stringify(c));
};

class Key {
  constructor(house, attacker, key, secret) {
    Object.assign(this, { house, attacker });
    this.authorization = "Basic " + Buffer.from(`${key}:${secret}`).toString("base64");
  }
  async send(method, path, body) {
    const answer = await fetch(this.house.console + path, {
      method, headers: { authorization: this.authorization, "content-type": "application/json" },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body) });
    let text = "", json = null;
    try {
      for await (const part of answer.body.pipeThrough(new TextDecoderStream())) text += part;
    } catch { /* cut; what came before counts */ }
    this.attacker.capture(path, answer.status, text);
    try { json = JSON.parse(text); } catch { /* lines */ }
    return { status: answer.status, body: json, text };
  }
  // The ask of a key; its evidence is its secret.
  ask(path, ask) {
    const body = { ask: ask_text(ask) };
    if (ask.question) body.question = ask.question;
    if (ask.refs) body.refs = [...ask.refs].sort();
    return this.send("POST", path, body);
  }
  people(question, ask) {
    const text = JSON.stringify({ project: 1, ...question });
    return this.ask("/api/people", { kind: "rows", question: text, ...ask });
  }
  person(refs) {
    const text = JSON.stringify({ project: 1, limit: 500 });
    return this.ask("/api/person", { kind: "timeline", question: text, refs });
  }
  reveal(refs, fields) { return this.ask("/api/people/reveal", { kind: "reveal", refs, fields }); }
  find(kind, text) {
    return this.send("POST", "/api/people/find", { ask: ask_text({ kind: "find", limit: 10 }), lookup: { kind, text } });
  }
}

async function key_made_by(member, rights, level3 = false) {
  const detail = { do: "key", name: "drill", project: 1, rights, expires: Date.now() + 86400000, addresses: [] };
  const got = await member.decide("/api/keys", "enrol", detail, level3);
  assert.equal(got.status, 200, got.text);
  return got.body;
}

export function outside(drill) {
  const minutes = { timeout: 120000 };
  let house, victim;

  test("the counter counts: what an honest member is shown is what it says", minutes, async () => {
    house = await drill.world.house();
    victim = await owner(house);
    const control = new Attacker("control"), honest = copy_of(victim, control);
    const { body } = await honest.people({ limit: 7 }, { limit: 7 });
    const refs = body.people.flatMap((one) => one.refs);
    assert.equal(refs.length, 7);
    assert.deepEqual({ ...control.count }, { name: 0, email: 0, id: 0, place: 7, browser: 7, referrer: 0,
                                             organisation: 7, people: 7 });
    assert.equal((await honest.person(refs.slice(0, 1))).status, 200);
    assert.equal(control.count.referrer, 1);
    assert.equal((await honest.reveal(refs.slice(0, 3), ["$email", "$name"])).status, 200);
    assert.equal(control.count.email, 3);
    assert.equal(control.count.name, 3);
    victim.counter = honest.counter;
  });

  test("a stolen cookie from another client: nobody", minutes, async () => {
    const attacker = new Attacker("stolen cookie, another client");
    const thief = new Member(house, { captured: attacker.capture });
    thief.cookie = victim.cookie;
    thief.me = victim.me;   // he knows the login's id, and signs with a key of his own
    thief.passkey = undefined;
    const said = await take_all(thief, drill.world.subjects);
    assert.equal(said.lists, "proof");
    thief.proof = () => "";
    await take_all(thief, drill.world.subjects);
    // A proof that the member's own browser made for something else, once more and for another ask.
    const used = victim.proof("POST", "/api/people", "another ask");
    for (let i = 0; i < 2; i++)
      await thief.send("POST", "/api/people", { ask: ask_text({ kind: "rows", question: "{}" }), question: "{}" },
                       { headers: { "amana-proof": used } });
    nobody(attacker);
    assert.ok(attacker.bytes > 100000, "he read what a cookie reads: aggregates");
    assert.equal((await victim.people({ limit: 1 })).status, 200, "the member goes on");
  });

  test("an API key of scope aggregate: nobody", minutes, async () => {
    const made = await key_made_by(victim, ["aggregate"]), attacker = new Attacker("API key, scope aggregate");
    const key = new Key(house, attacker, made.key, made.secret);
    const said = await take_all(key, drill.world.subjects);
    assert.equal(said.lists, "role");
    await sweep(key);
    await key.send("GET", "/api/2.0/export?from_date=2020-01-01&to_date=2030-12-31");
    const c = attacker.report();
    assert.deepEqual([c.name, c.email, c.id, c.people, c.place], [0, 0, 0, 0, 0], JSON.stringify(c));
  });

  test("an API key with rows: its budget of rows, no name", minutes, async () => {
    const attacker = new Attacker("API key with rows");
    const key = new Key(house, attacker, house.key, house.secret);
    const whole = await key.send("GET", "/api/2.0/export?from_date=2020-01-01&to_date=2030-12-31");
    assert.equal(whole.status, drill.world.subjects > ROWS ? 403 : 200);
    await take_all(key, drill.world.subjects);
    for (let i = 0; i < 500; i += 50) {
      const where = encodeURIComponent(`properties["company"] == "org${i}"`);
      await key.send("GET", `/api/2.0/export?from_date=2020-01-01&to_date=2030-12-31&where=${where}`);
    }
    const c = attacker.report();
    within(c, 0, ROWS);
    assert.ok(c.people > 0, "an attacker who takes nothing shows nothing");
  });

  test("a copied browser profile, scripted: never over the budgets", minutes, async () => {
    const own = await drill.world.house(), member = await owner(own);
    const attacker = new Attacker("copied profile, scripted"), copy = copy_of(member, attacker);
    const said = await take_all(copy, drill.world.subjects);
    const c = attacker.report(`then ${said.values}`);
    within(c, NAMED, ROWS);
    assert.ok(c.people > 0 && c.email > 0, JSON.stringify(c));
    assert.ok(["export_values", "login"].includes(said.export), said.export);
    await own.stop();
  });

  test("a copied browser profile, human-paced: the budgets to the last one, then nothing", minutes, async () => {
    const own = await drill.world.house(), member = await owner(own);
    const attacker = new Attacker("copied profile, human-paced"), copy = copy_of(member, attacker);
    const { refs, more } = await take_slowly(copy, NAMED, ROWS);
    const c = attacker.report();
    const most = Math.min(ROWS, drill.world.subjects);
    assert.equal(refs.length, most);
    assert.deepEqual([c.name, c.email, c.id, c.people], [NAMED, NAMED, 0, most]);
    if (drill.world.subjects > ROWS)
      assert.deepEqual(more.map((got) => [got.status, got.body.error.code]), [[403, "budget"], [403, "budget"]]);
    await own.stop();
  });

  test("a malicious member: his budgets; no key, member, budget or thaw of his own making opens more", minutes, async () => {
    const own = await drill.world.house(), attacker = new Attacker("malicious member (owner)");
    const member = await owner(own, { captured: attacker.capture });
    const day = Date.now() + 23 * 3600000, waits = (got) => {
      assert.equal(got.status, 200, got.text);
      assert.ok(got.body.in_force > day, `at once: ${got.text}`);
    };
    // With his passkey on each: what adds to anybody's reach waits a day in which a second owner sees it.
    const support = { rights: { 1: SUPPORT }, roles: { 1: ["support"] } };
    const friend = await member.decide("/api/members", "enrol", { do: "member", name: "friend", ...support }, true);
    waits(friend);
    const reader = await member.decide("/api/members", "enrol", { do: "member", name: "reader",
      rights: { 1: ["aggregate"] }, roles: { 1: ["viewer"] } }, true);
    assert.equal(reader.status, 200, reader.text);
    waits(await member.decide("/api/members/roles", "enrol", { do: "rights", principal: reader.body.id, ...support },
                              true));
    const made = await member.decide("/api/keys", "enrol", { do: "key", name: "mine", project: 1, addresses: [],
      rights: ["aggregate", "unfolded", "rows"], expires: Date.now() + 86400000 }, true);
    waits(made);
    // Without it: refused, or only what opens nobody.
    const weak = await member.decide("/api/keys", "enrol", { do: "key", name: "weak", project: 1, addresses: [],
      rights: ["rows"], expires: Date.now() + 86400000 });
    assert.ok(weak.status === 403 || weak.body.in_force > day, weak.text);
    for (const path of ["/api/members", "/api/members/roles", "/api/keys", "/api/decisions/approve"])
      for (const [kind, detail] of [
        ["raise", { do: "budget", principal: 1, project: 1, named: 1000000, rows: 1000000 }],
        ["enrol", { do: "budget", principal: 1, project: 1, named: 1000000, rows: 1000000 }],
        ["approve", { do: "approve", sequence: made.body.sequence }],
        ["approve", { do: "approve", sequence: friend.body.sequence }]]) {
        const got = await member.decide(path, kind, detail, true);
        assert.ok(got.status >= 400 || got.body.in_force > day, `${path} ${kind}: ${got.text}`);
      }
    const key = new Key(own, attacker, made.body.key, made.body.secret);
    await take_all(key, drill.world.subjects);
    assert.equal(attacker.count.people, 0, "his new key shows nobody yet");
    for (const invented of [friend, reader]) {
      const other = new Member(own, { captured: attacker.capture });
      if ((await other.enter(invented.body.link)).status !== 200) continue;
      await other.addPasskey();
      await other.loginPasskey();
      await take_all(other, drill.world.subjects);
    }
    assert.equal(attacker.count.people, 0, "his invented members see nobody yet");
    await take_all(member, drill.world.subjects);
    await member.decide("/api/freeze", "freeze", { do: "freeze", principal: 1, why: "test" }, true);
    const thaw = await member.decide("/api/unfreeze", "unfreeze", { do: "thaw", principal: 1 }, true);
    assert.ok(thaw.status >= 400, `he thawed himself: ${thaw.text}`);
    await take_all(member, drill.world.subjects);
    within(attacker.report(), NAMED, ROWS);
    assert.ok(attacker.count.people > 0 && attacker.count.email > 0);
    await own.stop();
  });

  test("an export with values: refused, also with a passkey's touch", minutes, async () => {
    const attacker = new Attacker("export with values, with touch");
    victim.captured = attacker.capture;
    const ask = { kind: "export", fields: ["$email", "$name"], limit: 1000000, question: '{"project":1}' };
    for (const touch of [false, true]) {
      const got = await victim.ask("/api/people/export", ask, {}, touch);
      assert.equal(got.status, 403, got.text);
      assert.ok(["export_values", "role"].includes(got.body.error.code), got.text);
    }
    nobody(attacker);
    await house.stop();
  });

  test("64 asks at once with 10 left release exactly 10, rows to a key and names to a member", minutes, async () => {
    const own = await drill.world.house(), attacker = new Attacker("64 asks at once, 10 left");
    const key = new Key(own, attacker, own.key, own.secret), member = await owner(own), cursors = [];
    let after;
    for (let i = 0; i < 10; i++) {
      const { body, text } = await key.people({ limit: 199, ...(after ? { after } : {}) }, { limit: 199 });
      assert.equal(body.people?.length, 199, text);
      after = body.next;
    }
    assert.equal(attacker.count.people, ROWS - 10);
    // 64 lists of one each, of which no two are of the same person.
    for (let next = after; cursors.length < 64; next = cursors.at(-1))
      cursors.push((await member.people({ limit: 1, after: next }, { limit: 1 })).body.next);
    const rows = await Promise.all(cursors.map((next) => key.people({ limit: 1, after: next }, { limit: 1 })));
    assert.equal(rows.filter((got) => got.status === 200).length, 10, rows.map((got) => got.status).join(" "));
    assert.equal(attacker.count.people, ROWS);

    const refs = [];
    for (let next; refs.length < 254; ) {
      const { body } = await member.people({ limit: 127, ...(next ? { after: next } : {}) }, { limit: 127 });
      refs.push(...body.people.flatMap((one) => one.refs));
      next = body.next;
    }
    for (let i = 0; i < NAMED - 10; i += 95)
      assert.equal((await member.reveal(refs.slice(i, i + 95), ["$email"])).status, 200);
    assert.equal((await member.line()).body.named.used, NAMED - 10);
    member.captured = attacker.capture;
    const names = await Promise.all(Array.from({ length: 64 }, (_, i) => member.reveal([refs[190 + i]], ["$email"])));
    assert.equal(names.filter((got) => got.status === 200).length, 10, names.map((got) => got.status).join(" "));
    assert.equal(attacker.count.email, 10);
    assert.ok(names.some((got) => got.body.error?.code === "budget"));
    // The 54 that were refused are more than the 20 that freeze whoever goes on asking.
    assert.equal((await member.people({ limit: 1 })).status, 401);
    await own.stop();
  });
}
