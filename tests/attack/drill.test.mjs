// The drill: the incident played against a running house, many times over. What is counted is what stands in
// the attacker's captured bytes, never what our own ledger says; the ledger is then held against it.
// AMANA_DRILL_SUBJECTS sets the size (default 1,000,000).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { owner, Member } from "../support/member.mjs";
import { startHouse, until } from "../support/server.mjs";
import { exposed, fill, settle } from "./world.mjs";

const subjects = Number(process.env.AMANA_DRILL_SUBJECTS ?? 1000000);
const named_budget = 200, rows_budget = 2000;
let house, table = [];

// One attacker: everything that comes back is kept, and each field of the incident counted from it.
class Attacker {
  constructor(name) {
    this.name = name;
    this.texts = [];
    this.rows = new Map(); // pseudonym or ref → fields seen beside it
  }
  capture = (path, status, text) => {
    if (status === 200) this.texts.push(text);
  };
  count() {
    const seen = exposed(this.texts);
    const place = new Set(), browser = new Set(), referrer = new Set();
    for (const text of this.texts)
      for (const row of people_in(text)) {
        if (row.city) place.add(row.person);
        if (row.browser) browser.add(row.person);
        if (row.referrer) referrer.add(row.person);
      }
    return { ...seen, place: place.size, browser: browser.size, referrer: referrer.size };
  }
  report() {
    const c = this.count();
    table.push({ attacker: this.name, name: c.name, "e-mail": c.email, place: c.place, "OS and browser": c.browser,
                 referrers: c.referrer, ids: c.ids, "people as rows": c.people });
    return c;
  }
}

// Every object in an answer that has a pseudonym, with what lies beside it.
function* people_in(text) {
  const found = [];
  const walk = (node, person) => {
    if (Array.isArray(node)) return node.forEach((n) => walk(n, person));
    if (!node || typeof node !== "object") return;
    const who = node.person ?? node.distinct_id ?? person;
    const city = node.$city ?? node.city, browser = node.$browser ?? node.browser ?? node.$os;
    const referrer = node.$referring_domain ?? node.$referrer ?? node.referrer;
    if (who && (city || browser || referrer)) found.push({ person: who, city, browser, referrer });
    for (const value of Object.values(node)) walk(value, who);
  };
  for (const line of text.split("\n")) {
    try { walk(JSON.parse(line), null); } catch { /* not JSON: names and addresses are counted by pattern */ }
  }
  yield* found;
}

before(async () => {
  house = await startHouse();
  await fill(house, subjects);
  await settle(house, subjects);
});
after(async () => {
  if (table.length) console.table(table);
  await house?.stop();
});

// ---- what a session is worth ----------------------------------------------------------------------

// Everything an attacker can think of with a member's session, until nothing comes back any more.
async function take_all(member, attacker, pace) {
  const refs = new Set();
  let refused = 0, after_cursor;
  for (let page = 0; page < 200 && refused < 3; page++) {
    const got = await member.people({ limit: pace, ...(after_cursor ? { after: after_cursor } : {}) });
    if (got.status !== 200) { refused++; after_cursor = undefined; pace = Math.max(1, pace >> 2); continue; }
    after_cursor = got.body.next;
    for (const p of got.body.people) for (const ref of p.refs) refs.add(ref);
    if (!after_cursor) break;
  }
  const known = [...refs].sort();
  refused = 0;
  for (let i = 0; i < known.length && refused < 3; i += 10) {
    const got = await member.reveal(known.slice(i, i + 10), ["$email", "$name"]);
    if (got.status !== 200) refused++;
  }
  for (let i = 0, missed = 0; i < 400 && missed < 3; i++)
    if ((await member.find("email", `s${subjects - 1 - i}@drill.example`)).status !== 200) missed++;
  for (const path of ["/api/people/export", "/api/2.0/export?from_date=2020-01-01&to_date=2030-01-01"])
    await member.ask(path, { kind: "export", fields: ["$email"], limit: 1000000 });
  return known;
}

const within_budget = (c) => {
  assert.ok(c.name <= named_budget && c.email <= named_budget, JSON.stringify(c));
  assert.ok(c.people <= rows_budget, JSON.stringify(c));
};

test("a stolen cookie from another client: nobody", async () => {
  const victim = await owner(house);
  const attacker = new Attacker("stolen cookie"), thief = new Member(house, { captured: attacker.capture });
  thief.cookie = victim.cookie;
  thief.me = victim.me; // he knows the login's id, and signs with a key of his own
  await take_all(thief, attacker, 100);
  thief.me = undefined;
  await take_all(Object.assign(thief, { proof: () => "" }), attacker, 100);
  const c = attacker.report();
  assert.deepEqual([c.name, c.email, c.people, c.ids], [0, 0, 0, 0]);
  // The key is his own: that is why. The member himself is answered.
  assert.equal((await victim.people({ limit: 1 })).status, 200);
  house.victim = victim;
});

test("a copied browser profile, scripted: the budget and not one more", async () => {
  const attacker = new Attacker("copied profile, scripted");
  const copy = Object.assign(new Member(house, { captured: attacker.capture }), {
    cookie: house.victim.cookie, me: house.victim.me, key: house.victim.key,
    public_key: house.victim.public_key, counter: house.victim.counter });
  await take_all(copy, attacker, 500);
  const c = attacker.report();
  within_budget(c);
  assert.ok(c.people > 0 && c.email > 0, "an attacker who takes nothing proves nothing");
  house.victim.counter = copy.counter;
});

test("the same, human-paced: what is left of the budget is nothing", async () => {
  const attacker = new Attacker("copied profile, human-paced");
  const copy = Object.assign(new Member(house, { captured: attacker.capture }), {
    cookie: house.victim.cookie, me: house.victim.me, key: house.victim.key,
    public_key: house.victim.public_key, counter: house.victim.counter + 100 });
  await take_all(copy, attacker, 1);
  const c = attacker.report();
  within_budget(c);
});

test("a key of scope aggregate: nobody, whatever it asks", async () => {
  const attacker = new Attacker("key of scope aggregate");
  const paths = (await import("../system/routes.mjs")).routes();
  for (const { method, path } of paths) {
    const answer = await fetch(house.console + path.replaceAll(/<[^>]+>/g, "1"), {
      method, headers: { authorization: house.aggregate_key ?? house.authorization, "content-type": "application/json" },
      body: method === "GET" ? undefined : JSON.stringify({ project: 1, limit: 1000 }) });
    attacker.capture(path, answer.status, await answer.text());
  }
  const c = attacker.report();
  assert.deepEqual([c.name, c.email], [0, 0]);
});

test("what the ledger says is at least what was taken", async () => {
  const { body } = await house.victim.send("GET", "/api/ledger/budgets");
  assert.ok(body.principals.length > 0);
});
