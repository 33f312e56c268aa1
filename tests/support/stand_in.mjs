// What answers the console's API in a browser test without a house: people who do not exist, a ledger
// whose tree and signatures are real, and states that are hard to reach (`stand.state`). It checks what
// the browser sends as the house does: each proof over its exact text, each ask line by line.
//   const stand = await startStandIn();  stand.state.away = true;  … stand.asks, stand.url … stand.stop()
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listen } from "./front.mjs";
import { build } from "./server.mjs";

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const hex = (text) => sha256(text).toString("hex");
const hour = 3600000, day = 24 * hour;

/* ---- a ledger ------------------------------------------------------------------------------------ */

export class Log {
  constructor(origin) {
    this.origin = origin;
    this.leaves = [];
    this.entries = [];
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    this.key = privateKey;
    const raw = Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ format: "jwk" }).x, "base64url")]);
    this.id = sha256(origin, "\n", raw).subarray(0, 4);
    this.vkey = `${origin}+${this.id.toString("hex")}+${raw.toString("base64")}`;
  }
  append(entry) {
    const bytes = Buffer.alloc(112);
    bytes.set([1, 1, 1, entry.level]);
    bytes.writeBigUInt64BE(BigInt(entry.time), 4);
    bytes.writeBigUInt64BE(BigInt(entry.sequence), 12);
    bytes.writeUInt32BE(entry.principal, 20);
    bytes.writeUInt32BE(entry.project, 24);
    bytes.writeUInt32BE(entry.persons, 28);
    bytes.writeUInt32BE(entry.rows, 32);
    bytes.set(randomBytes(64), 48);
    this.leaves.push(sha256(Buffer.of(0), bytes));
    this.entries.push({ ...entry, index: this.entries.length, log: "1", bytes: bytes.toString("hex") });
    return this.entries.at(-1);
  }
  root(from = 0, to = this.leaves.length) {
    if (to - from === 1) return this.leaves[from];
    const split = from + 2 ** Math.floor(Math.log2(to - from - 1));
    return sha256(Buffer.of(1), this.root(from, split), this.root(split, to));
  }
  path(index, from = 0, to = this.leaves.length) {
    if (to - from === 1) return [];
    const split = from + 2 ** Math.floor(Math.log2(to - from - 1));
    return index < split ? [...this.path(index, from, split), this.root(split, to)]
      : [...this.path(index, split, to), this.root(from, split)];
  }
  checkpoint() {
    const text = `${this.origin}\n${this.leaves.length}\n${this.root().toString("base64")}\n`;
    return `${text}\n— ${this.origin} ${Buffer.concat([this.id, sign(null, Buffer.from(text), this.key)]).toString("base64")}\n`;
  }
}

/* ---- people who do not exist --------------------------------------------------------------------- */

const companies = ["Naseem Labs", "Ostrava Robotics", "مختبرات الواحة", "Kestrel & Sons", "Mirador Data", "شركة سُهيل"];
const plans = ["Free", "Pro", "Team"];
const places = [["SA", "Riyadh"], ["EG", "Cairo"], ["DE", "Leipzig"], ["US", "Austin"], ["BR", "Recife"], ["IN", "Pune"]];
export const values = {
  $name: (i) => i % 2 ? `Layan Testperson ${i}` : `ليان المثالية ${i}`, $email: (i) => `layan${i}@naseem.example`,
  $phone: (i) => `+9665000000${String(i).padStart(2, "0")}`, $user_id: (i) => `usr_${1000 + i}`,
};

function personOf(i) {
  const refs = Array.from({ length: i % 3 === 0 ? 2 : 1 }, (_, n) => hex(`ref ${i} ${n}`).slice(0, 32)).sort();
  const [country, city] = places[i % places.length];
  return { i, person: "p_" + hex(`person ${i}`).slice(0, 16), refs, first_seen: Date.now() - (18 + i) * day,
           last_seen: Date.now() - 2 * hour - i * 47 * 60000, events: 412 - 3 * i,
           facts: { company: companies[i % companies.length], plan: plans[i % 3], country, city, browser: "Chrome", os: "Mac OS X" } };
}

function visitsOf(p) {
  const end = p.last_seen, common = { $browser: "Chrome", $os: "Mac OS X", $city: p.facts.city, mp_country_code: p.facts.country };
  const at = (minutes, event, properties = {}, sealed = []) =>
    ({ time: end - minutes * 60000, event, properties: { ...properties, ...common }, sealed });
  const many = (from, times, event, properties) => Array.from({ length: times }, (_, n) => at(from + n * .4, event, properties));
  const visit = (events) => ({ from: Math.min(...events.map((e) => e.time)), to: Math.max(...events.map((e) => e.time)), events });
  const before = 4.2 * 24 * 60, long = 17.6 * 24 * 60;
  return [
    visit([at(0, "Upgrade plan", { plan: "Pro", seats: 5 }), at(7, "View billing"), ...many(22, 3, "Invite member", { role: "developer" }),
           at(26, "Invite member", { role: "viewer" }, ["$email"]), at(29, "View usage", { range: "30 d" })]),
    visit([at(before, "View limits", { limit: "60 / min" }), at(before + 26, "Read docs", { page: "rate-limits" }),
           ...many(before + 34, 23, "Call failed", { status: 429, endpoint: "/v2/render" }), ...many(before + 46, 61, "Call", { endpoint: "/v2/render" })]),
    visit([at(long, "First call", { endpoint: "/v2/render" }), at(long + 11, "Create key", { env: "production" }),
           at(long + 19, "Create organisation", { size: "11-50" }), at(long + 21, "Sign up", { with: "GitHub" }, ["$email", "$name"])]),
  ];
}

/* ---- the server ---------------------------------------------------------------------------------- */

const members = [
  { id: 7, name: "Noura Al-Harbi", role: "support", roles: { 1: ["support"] }, passkeys: [], password: true, totp: false, last_seen: Date.now(), state: "active" },
  { id: 3, name: "Samuel Okoro", role: "owner", roles: { 1: ["owner"] }, passkeys: [{ id: "a1", name: "Yubikey", enrolled: Date.now() - 80 * day }],
    password: false, totp: false, last_seen: Date.now() - 3 * hour, state: "active" },
  { id: 9, name: "لينا حداد", role: "support", roles: { 1: ["support"] }, passkeys: [{ id: "a2", name: "iPhone", enrolled: Date.now() - 12 * day }],
    password: true, totp: true, last_seen: Date.now() - 2 * day, state: "active" },
  { id: 12, name: "Jonas Weber", role: "viewer", roles: { 1: ["viewer"] }, passkeys: [], password: false, totp: false, last_seen: null, state: "invited" },
  { id: 14, name: "Amal Farah", role: "support", roles: { 1: ["support"] }, passkeys: [{ id: "a3", name: "Laptop", enrolled: Date.now() - 60 * day }],
    password: false, totp: false, last_seen: Date.now() - 4 * day, state: "frozen" },
];
const all_rights = ["aggregate", "unfolded", "rows", "reveal", "approve", "settings"];

class Refusal extends Error {
  constructor(status, code, more = {}) {
    super(code);
    Object.assign(this, { status, code, more });
  }
}
const refuse = (status, code, more) => { throw new Refusal(status, code, more); };

const ask_form = new RegExp(["^amana ask 1", "project (\\d+)", "kind ([a-z_]+)", "purpose ([a-z0-9_-]{1,64})", "ticket (\\S{1,64})", "fields (-|[^ ]+(?: [^ ]+)*)",
  "question (-|[0-9a-f]{64})", "subjects (- -|\\d+ [0-9a-f]{64})", "limit (\\d+)", "nonce ([0-9a-f]{32})",
  "time (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z)\n$"].join("\n"));

export async function startStandIn(options = {}) {
  const log = new Log("localhost/amana/1");
  const people = Array.from({ length: options.people ?? 184 }, (_, i) => personOf(i));
  const stand = {
    log, people, asks: [], seen: [],
    state: { signed_in: true, level: 2, demo: false, rights: all_rights, away: false, silent: false, frozen: false, used: 37, rows_used: 87,
             refuse: null, broken_proof: false, delay: 0, ...options.state },
  };
  const { state } = stand;
  const me = { ...members[0], passkeys: [...(options.passkeys ?? [{ id: "k0", name: "MacBook", enrolled: Date.now() - 40 * day }])] };
  const counted = new Set();
  let login = null, nonces = new Set(), sequence = 48000, waiting = [{ sequence: 48184, what: JSON.stringify({ do: "rights", principal: 12, rights: { 1: ["rows"] } }), from: 3, in_force: Date.now() + 19 * hour }];

  const write = (kind, more = {}) => log.append({ sequence: ++sequence, kind, verdict: more.verdict ?? "released", level: 2, time: Date.now(),
    principal: me.id, name: me.name, project: 1, persons: 0, rows: 0, fields: [], refs: [], ...more });
  const past = [["login", { verdict: "recorded" }], ["reveal", { persons: 1, fields: ["name", "email"], purpose: "support", ticket: "4398", principal: 9, name: "لينا حداد", refs: people[0]?.refs }],
    ["enrol", { verdict: "decided", principal: 3, name: "Samuel Okoro", do: "member" }], ["rows", { persons: 50, rows: 50, purpose: "quality", principal: 9, name: "لينا حداد" }],
    ["timeline", { persons: 1, rows: 412, purpose: "support", ticket: "4698" }], ["timeline", { persons: 1, rows: 210, purpose: "support", ticket: "4698" }],
    ["timeline", { persons: 2, rows: 98, purpose: "support", ticket: "4698" }], ["find", { persons: 1, purpose: "support", ticket: "4698" }],
    ["reveal", { persons: 1, fields: ["name", "email"], purpose: "support", ticket: "4698" }],
    ["rows", { verdict: "refused", persons: 5000, code: "budget", principal: 21, name: "nightly-sync", purpose: "quality" }],
    ["freeze", { verdict: "decided", principal: 3, name: "Samuel Okoro", do: "freeze" }], ["approve", { verdict: "decided", principal: 3, name: "Samuel Okoro", refers_to: 48003, do: "approve" }],
    ["reveal", { persons: 36, fields: ["email"], purpose: "security", ticket: "88" }]];
  for (let i = 0; i < 180; i++) {
    const [kind, more] = past[i % past.length];
    const near = kind === "timeline" ? i % past.length * 3.7 * hour - (i % past.length) * 240000 : 0; // one visit
    write(kind, { ...more, time: Date.now() - (180 - i) * 3.7 * hour - near, level: kind === "approve" ? 3 : 2 });
  }
  const meter = (used, limit) => ({ used, limit, used_30d: used * 9, limit_30d: limit * 10 });
  const limit = () => state.limit ?? 200;
  const public_entry = ({ refs: _, bytes: __, ...entry }) => entry;

  const answer_me = () => ({ member: { id: me.id, name: me.name, role: "support" }, login: login.id, level: state.level,
    ways: { passkeys: me.passkeys.length, password: me.password, totp: me.totp }, frozen: state.frozen, ends: Date.now() + 8 * hour, idle_ms: hour,
    projects: [{ id: 1, name: "Quillwork", token: "5e1f0d3b8a7c4e62b1d94f7730aec09a", zone: "Asia/Riyadh", demo: state.demo, week_start: 7,
                 roles: ["support"], rights: state.rights, people_level: 2, purposes: ["support", "security", "legal", "quality"] }],
    ingest: stand.url, version: "1" });
  const enter = (body, level) => {
    login = { id: randomBytes(16).toString("hex"), type: body.key_type, key: body.public_key && Buffer.from(body.public_key, "base64url"), counter: 0 };
    state.signed_in = true;
    state.level = level;
    return answer_me();
  };

  // The proof, over the exact text, with a counter that only rises.
  const check_proof = (request, path, covered) => {
    const [counter, time, signature] = (request.headers["amana-proof"] ?? "").split(" ");
    if (!login?.key || !signature) refuse(401, "proof");
    const text = Buffer.from(`amana proof 1\n${request.method}\n${path}\n${hex(covered)}\n${counter}\n${time}\n${login.id}`);
    const x = (at) => login.key.subarray(at, at + 32).toString("base64url");
    const key = login.type === "ed25519" ? createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: x(0) } })
      : createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: x(1), y: x(33) } });
    const holds = verify(login.type === "ed25519" ? null : "sha256", text, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
    if (!holds || Number(counter) <= login.counter - 64 || Math.abs(Number(time) - Date.now()) > 60000) refuse(401, "proof");
    login.counter = Math.max(login.counter, Number(counter));
  };
  const check_ask = (body, kind) => {
    const parts = ask_form.exec(body.ask ?? "");
    if (!parts || parts[2] !== kind) refuse(400, "ask");
    const [, , , purpose, ticket, fields, question, subjects, most] = parts;
    const beside = body.question ?? body.detail;
    if ((question === "-") !== (beside === undefined) || (beside !== undefined && hex(beside) !== question)) refuse(400, "ask");
    if (subjects !== "- -") {
      const refs = body.refs ?? [];
      if (String(refs) !== String([...new Set(refs)].sort()) || subjects !== `${refs.length} ${hex(Buffer.from(refs.join(""), "hex"))}`) refuse(400, "subjects");
    }
    const ask = { kind, purpose, ticket: ticket === "-" ? "" : ticket, fields: fields === "-" ? [] : fields.split(" "), limit: Number(most), text: body.ask };
    if (String(ask.fields) !== String([...ask.fields].sort())) refuse(400, "field");
    stand.asks.push(ask);
    return ask;
  };
  const opens = () => {
    if (state.away || state.silent) refuse(503, "closed");
    if (!state.demo && state.level < 2) refuse(403, "level");
    if (state.refuse) refuse(state.refuse.status ?? 403, state.refuse.code, { entry: write("reveal", { verdict: "refused", code: state.refuse.code }).sequence, ...state.refuse.more });
  };
  const count_named = (refs) => {
    const fresh = refs.filter((r) => !counted.has(r));
    if (state.used + fresh.length > limit()) refuse(403, "budget", { left: limit() - state.used, entry: write("reveal", { verdict: "refused", code: "budget", persons: refs.length }).sequence });
    fresh.forEach((r) => counted.add(r));
    state.used += fresh.length;
  };
  const field_kinds = { $name: "name", $email: "email", $phone: "phone", $user_id: "id" };
  const find = (body) => people.find((p) => body.refs ? body.refs.some((r) => p.refs.includes(r)) : p.person === JSON.parse(body.question).person) ?? refuse(404, "person");
  const listed = ({ i: _, ...p }) => p;
  const decided = (more = {}) => ({ sequence: write("enrol", { verdict: "decided" }).sequence, in_force: Date.now(), ...more });

  const routes = {
    "POST /api/login/begin": () => {
      const nonce = randomBytes(16).toString("hex");
      nonces.add(nonce);
      return { nonce, host: "localhost", name: "Quillwork" };
    },
    "POST /api/login/passkey": (body) => {
      const client = JSON.parse(Buffer.from(body.client_data, "base64url"));
      const wanted = sha256("amana login 1", Buffer.from(body.nonce, "hex"), Buffer.from(body.public_key, "base64url")).toString("base64url");
      const key = me.passkeys.find((k) => k.id === body.id && k.public);
      if (!nonces.delete(body.nonce) || client.challenge !== wanted || client.type !== "webauthn.get" || !key) refuse(401, "login");
      const signed = Buffer.concat([Buffer.from(body.auth_data, "base64url"), sha256(Buffer.from(body.client_data, "base64url"))]);
      if (!verify("sha256", signed, key.public, Buffer.from(body.signature, "base64url"))) refuse(401, "login");
      return enter(body, 2);
    },
    "POST /api/login/password": (body) => {
      if (body.name !== "noura" || body.password !== "correct horse battery") refuse(401, "login");
      if (me.totp && body.totp !== "123456") refuse(401, "totp");
      return enter(body, me.totp ? 1 : 0);
    },
    "POST /api/enter": (body) => body.link === "A".repeat(43) ? enter(body, 0) : refuse(401, "link"),
    "GET /api/me": () => state.signed_in && login ? answer_me() : refuse(401, "login"),
    "POST /api/leave": () => { state.signed_in = false; return {}; },
    "POST /api/passkeys/begin": () => {
      const nonce = randomBytes(16).toString("hex");
      nonces.add(nonce);
      return { nonce, host: "localhost", user_id: Buffer.from(stand.forget_exclusions ? "member 7 again" : "member 7").toString("base64url"), user_name: me.name, exclude: stand.forget_exclusions ? [] : me.passkeys.filter((k) => k.public).map((k) => k.id) };
    },
    "POST /api/passkeys": (body) => {
      const client = JSON.parse(Buffer.from(body.client_data, "base64url"));
      if (!nonces.delete(body.nonce) || client.type !== "webauthn.create" || client.challenge !== sha256(Buffer.from(body.nonce, "hex")).toString("base64url")) refuse(400, "invalid");
      if (me.passkeys.length && !body.assertion) refuse(403, "assertion");
      if (body.ask) check_ask(body, "enrol");
      const data = Buffer.from(body.auth_data, "base64url"), length = data.readUInt16BE(53), id = data.subarray(55, 55 + length), cose = data.subarray(55 + length);
      const part = (at) => cose.subarray(at, at + 32).toString("base64url");
      if (cose.length !== 77 || cose.subarray(0, 10).toString("hex") !== "a5010203262001215820") refuse(400, "invalid");
      me.passkeys.push({ id: id.toString("base64url"), name: body.name, enrolled: Date.now(),
        public: createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: part(10), y: part(45) } }) });
      return decided();
    },
    "POST /api/passkeys/end": (body) => {
      check_ask(body, "enrol");
      me.passkeys = me.passkeys.filter((k) => k.id !== JSON.parse(body.detail).id);
      return decided();
    },
    "POST /api/password": (body) => body.new.length < 15 || (me.password && body.old !== "correct horse battery") ? refuse(400, "invalid") : { },
    "POST /api/totp/begin": () => ({ uri: "otpauth://totp/amana", secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
      qr: { size: 33, rows: Array.from({ length: 33 }, (_, y) => sha256(`row ${y}`).toString("hex").slice(0, 10)) } }),
    "POST /api/totp": (body) => body.code === "123456" ? (me.totp = true, {}) : refuse(400, "totp"),
    "POST /api/totp/end": (body) => body.code === "123456" ? (me.totp = false, {}) : refuse(400, "totp"),
    "GET /api/logins": () => ({ logins: [
      { id: "l1", member: 7, name: me.name, began: Date.now() - 3 * hour, seen: Date.now() - 1000, ends: Date.now() + 5 * hour, level: state.level, agent: "Chrome, Mac OS X", address: "192.0.2.7", current: true },
      { id: "l2", member: 3, name: "Samuel Okoro", began: Date.now() - day, seen: Date.now() - 3 * hour, ends: Date.now() + 5 * hour, level: 2, agent: "Firefox, Linux", address: "198.51.100.4", current: false },
      { id: "l3", member: 9, name: "لينا حداد", began: Date.now() - 2 * day, seen: Date.now() - 2 * day, ends: Date.now() + hour, level: 1, agent: "Safari, iOS", address: "203.0.113.9", current: false }] }),
    "POST /api/logins/end": () => ({}),
    "GET /api/members": () => ({ members: [{ ...me, passkeys: me.passkeys.map(({ public: _, ...k }) => k) }, ...members.slice(1)], waiting }),
    "POST /api/members": (body) => { check_ask(body, "enrol"); return { ...decided(), id: 15, link: "B".repeat(43), in_force: Date.now() + day }; },
    "POST /api/members/roles": (body) => { check_ask(body, "enrol"); return decided(); },
    "POST /api/members/recover": (body) => { check_ask(body, "enrol"); return { ...decided(), in_force: Date.now() + day }; },
    "POST /api/members/end": (body) => { check_ask(body, "enrol"); return decided(); },
    "GET /api/keys": () => ({ keys: [{ id: 21, key: "k_7c2e91", name: "nightly-sync", project: 1, rights: ["aggregate", "rows"], created: Date.now() - 30 * day,
      expires: Date.now() + 60 * day, addresses: ["192.0.2.0/24"], last_used: Date.now() - 7 * hour, named: 0, rows: 120 }] }),
    "POST /api/keys": (body) => { check_ask(body, "enrol"); return { ...decided(), id: 22, key: "k_a90c11", secret: "s_" + "4f".repeat(20) }; },
    "POST /api/keys/end": (body) => { check_ask(body, "enrol"); return decided(); },
    "POST /api/decisions/approve": (body) => { check_ask(body, "approve"); waiting = []; return decided(); },
    "POST /api/freeze": (body) => { check_ask(body, "freeze"); return decided(); },
    "POST /api/unfreeze": (body) => { check_ask(body, "unfreeze"); return decided(); },
    "POST /api/people": (body) => {
      const ask = check_ask(body, "rows");
      opens();
      const q = JSON.parse(body.question), from = Number(q.after ?? 0);
      const fits = people.filter((p) => (q.filter ?? []).every(([name, op, value]) => op === "defined" || (p.facts[name] === value) === (op === "==")));
      const page = fits.slice(from, from + Math.min(q.limit, ask.limit));
      state.rows_used += page.length;
      return { entry: write("rows", { persons: page.length, rows: page.length, purpose: ask.purpose, ticket: ask.ticket }).sequence, people: page.map(listed),
               ...(from + page.length < fits.length ? { next: String(from + page.length) } : {}), total_known: fits.length };
    },
    "POST /api/person": (body) => {
      const ask = check_ask(body, "timeline");
      opens();
      const p = find(body), visits = visitsOf(p);
      return { entry: write("timeline", { persons: p.refs.length, rows: p.events, purpose: ask.purpose, ticket: ask.ticket, refs: p.refs }).sequence, ...listed(p),
               visits, sealed: state.no_sealed ? [] : Object.entries(field_kinds).map(([property, kind]) => ({ property, kind })),
               links: p.refs.map((ref, n) => ({ ref, since: n ? null : p.first_seen })), more: false };
    },
    "POST /api/people/reveal": (body) => {
      const ask = check_ask(body, "reveal");
      opens();
      const p = find(body);
      count_named(p.refs);
      const entry = write("reveal", { persons: p.refs.length, purpose: ask.purpose, ticket: ask.ticket, fields: ask.fields.map((f) => field_kinds[f]), refs: p.refs });
      return { entry: entry.sequence, time: entry.time, people: p.refs.map((ref, n) => ({ ref, status: "ok",
        values: n ? [] : ask.fields.map((field) => ({ field, text: values[field](p.i), first_seen: p.first_seen, last_seen: p.last_seen })) })) };
    },
    "POST /api/people/find": (body) => {
      const ask = check_ask(body, "find");
      opens();
      const p = people.find((p) => values[{ email: "$email", phone: "$phone", id: "$user_id" }[body.lookup.kind]](p.i) === body.lookup.text);
      if (p) count_named(p.refs);
      return { entry: write("find", { persons: p ? 1 : 0, purpose: ask.purpose, ticket: ask.ticket, refs: p?.refs ?? [] }).sequence,
               found: p ? [{ person: p.person, refs: p.refs }] : [] };
    },
    "GET /api/ledger/line": () => state.silent ? refuse(503, "closed") : ({ log: { origin: log.origin, size: log.leaves.length, time: Date.now() }, witnesses: 0,
      named: meter(state.used, limit()), rows: meter(state.rows_used, 2000), last: sequence, frozen: state.frozen, away: state.away }),
    "GET /api/ledger/entries": (_, query) => {
      const before = Number(query.get("before") ?? Infinity), most = Number(query.get("limit") ?? 50), who = query.get("principal"), kind = query.get("kind");
      const fits = state.no_entries ? [] : log.entries.filter((e) => e.sequence < before && (!who || e.principal === Number(who)) && (!kind || e.kind === kind || (kind === "refused" && e.verdict === kind))).reverse();
      const today = Math.floor(Date.now() / day);
      return { entries: fits.slice(0, most).map(public_entry), more: fits.length > most,
        days: Array.from({ length: 30 }, (_, i) => ({ day: (today - 29 + i) * day, named: state.no_entries ? 0 : (i * 37 + 11) % 29 * (i === 15 ? 6 : 1), rows: i * 13 % 90 })),
        totals: { named_30d: state.no_entries ? 0 : 466, rows_30d: 1204, refused_30d: 14, members_30d: 4 } };
    },
    "GET /api/ledger/entry": (_, query) => {
      const entry = log.entries.find((e) => e.sequence === Number(query.get("sequence"))) ?? refuse(404, "path");
      const inclusion = log.path(entry.index).map((h) => h.toString("hex"));
      if (state.broken_proof) inclusion[0] = hex("another");
      return { ...public_entry(entry), bytes: entry.bytes, size: log.leaves.length, inclusion, checkpoint: log.checkpoint(), vkey: log.vkey,
               sections: { principal: `principal ${entry.principal}\nrole support\n`, login: "session 7de2\naddress 192.0.2.7\n" } };
    },
    "POST /api/ledger/looked": (body) => ({ since: Date.now() - 70 * day, entries: log.entries.filter((e) => e.refs?.some((r) => body.refs.includes(r))).map(public_entry).reverse() }),
    "GET /api/ledger/budgets": () => ({ principals: [{ principal: 7, name: me.name, kind: "member", frozen: false, named: meter(state.used, limit()), rows: meter(state.rows_used, 2000) },
      { principal: 3, name: "Samuel Okoro", kind: "member", frozen: false, named: meter(4, 200), rows: meter(310, 2000) },
      { principal: 9, name: "لينا حداد", kind: "member", frozen: false, named: meter(181, 200), rows: meter(950, 2000) },
      { principal: 14, name: "Amal Farah", kind: "member", frozen: true, since: Date.now() - 4 * day, named: meter(200, 200), rows: meter(1204, 2000) },
      { principal: 21, name: "nightly-sync", kind: "key", frozen: false, named: meter(0, 200), rows: meter(120, 2000) }] }),
    "GET /api/status": () => ({ events: 3214882, people: people.length, first_ms: Date.now() - 90 * day, until: Date.now(), behind_ms: 0, sealed: 900, dropped_secrets: 2, sdks: [], refusals: [] }),
    "GET /api/schema": () => ({ first: Date.now() - 90 * day, events: [{ name: "Sign up", count: 1200 }, { name: "First call", count: 800 }, { name: "Call", count: 90000 }],
      properties: [{ name: "plan", of: "event", class: "open", types: ["string"] }, { name: "$email", of: "user", class: "personal", types: ["string"] }] }),
    "GET /api/schema/values": (_, query) => ({ values: (query.get("property") === "plan" ? plans : companies).map((value, i) => ({ value, count: 900 - i * 40 })) }),
    "POST /api/query": (body) => ({ series: body.show.map((s) => ({ name: s.event, by: [], points: [[body.from, 12]] })), computed_ms: 41, rows_scanned: 3214882, until: Date.now() }),
    "GET /api/live": () => new Promise((done) => setTimeout(() => done({ cursor: "1", events: [], accepted: 0, refused: 0, refusals: [] }), 900)),
  };
  const unsigned = ["/api/login/begin", "/api/login/passkey", "/api/login/password", "/api/enter", "/api/query", "/api/ledger/looked"];

  const files = new Map(readFileSync(join(build, "web/manifest.txt"), "utf8").trim().split("\n").map((line) => {
    const [path, file, ...type] = line.split(" ");
    return [path, { type: type.join(" "), bytes: readFileSync(join(build, "web", file)) }];
  }));
  const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
  const server = createServer(async (request, response) => {
    const { pathname: path, searchParams } = new URL(request.url, "http://localhost");
    if (!path.startsWith("/api/")) {
      const file = files.get(path) ?? (path.startsWith("/assets/") ? null : files.get("/"));
      response.writeHead(file ? 200 : 404, { "content-type": file?.type ?? "text/plain", "content-security-policy": policy }).end(file?.bytes);
      return;
    }
    const parts = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString();
    stand.seen.push({ method: request.method, path, url: request.url, text });
    let status = 200, answer;
    try {
      const route = routes[`${request.method} ${path}`] ?? refuse(404, "path");
      const body = text ? JSON.parse(text) : {};
      if (request.method !== "GET" && !unsigned.includes(path)) check_proof(request, path, body.ask ?? text);
      if (state.delay) await new Promise((done) => setTimeout(done, state.delay));
      answer = await route(body, searchParams);
    } catch (error) {
      if (!(error instanceof Refusal)) console.error(error);
      status = error.status ?? 500;
      answer = { error: { code: error.code ?? "io", message: "refused by the stand-in", ...error.more } };
    }
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(answer));
  });
  stand.url = `http://localhost:${await listen(server)}`;
  stand.link = `${stand.url}/enter#${"A".repeat(43)}`;
  stand.passkeys = () => me.passkeys;
  stand.forget_passkeys = () => { me.passkeys = []; };
  stand.remember_passkeys = (list) => { me.passkeys = list; };
  stand.stop = () => { server.closeAllConnections(); server.close(); };
  return stand;
}
