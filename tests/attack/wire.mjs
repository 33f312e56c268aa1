// The bodies of the links, written and read as the programs' encoders do (src/*/wire): for tests that speak
// as one program to another. A forged grant is a true one for whoever holds auth's key.
import { createHash, createPrivateKey, randomBytes, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Member, ask_text } from "../support/member.mjs";
import { frame, room } from "./hook.mjs";

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
export const u8 = (n) => Buffer.from([n]);
export const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16LE(n); return b; };
export const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
export const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt.asUintN(64, BigInt(n))); return b; };
export const part = (bytes) => { const b = Buffer.from(bytes ?? ""); return Buffer.concat([u32(b.length), b]); };
const varint = (n) => { const b = []; for (; n > 127; n >>= 7) b.push((n & 127) | 128); return Buffer.from([...b, n]); };
const string = (bytes) => { const b = Buffer.from(bytes ?? ""); return Buffer.concat([varint(b.length), b]); };
const part16 = (bytes) => { const b = Buffer.from(bytes ?? ""); return Buffer.concat([u16(b.length), b]); };
export const refs_of = (refs) => Buffer.concat(refs.map((ref) => Buffer.from(ref, "hex")));

export const Kind = { QUESTION: 0, REVEAL: 1, FIND: 2, TIMELINE: 3, ROWS: 4, EXPORT: 5, APPROVE: 8, UNFREEZE: 9,
                      ENROL: 12, RAISE: 13, FREEZE: 14 };
export const kind_of = { reveal: 1, find: 2, timeline: 3, rows: 4, export: 5, approve: 8, unfreeze: 9, enrol: 12,
                         raise: 13, freeze: 14 };
export const Ledger = { RELEASE: 1, RECORD: 2, CHECK: 3, READ: 4, BOOT: 5, LOGIN_SEEN: 6, DECIDE: 7, NOTE: 8,
                        RELEASED: 64, RECORDED: 65, JSON: 66, DONE: 67, DECIDED: 68, REFUSED: 69 };
export const Vault = { INTAKE: 1, STORED: 2, REFUSED: 3, REVEAL: 10, FIND: 11, REVEALED: 74, FOUND: 75, DENIED: 76 };
export const Query = { QUESTION: 1, ANSWER: 2, REPORT: 1, SCHEMA: 2, STATUS: 5, PEOPLE: 6, TIMELINE: 7, EXPORT: 8,
                       EXPORT_NEXT: 9, LEDGER: 10, RESOLVE: 11 };
export const Auth = { AUTHORIZE: 2, ME: 3, LEAVE: 4, CALL: 7, GRANTED: 65, IS: 66, DONE: 67,
                      REFUSED: 69, ANSWERED: 70 };
export const Note = { SETTINGS: 1, OK: 2, REFUSED: 3 };
export const Right = { AGGREGATE: 2, UNFOLDED: 4, ROWS: 8, REVEAL: 16, EXPORT: 32, APPROVE: 64, SETTINGS: 128 };
export const ALL_RIGHTS = 0xffn;

// ---- the ledger's
export const release = ({ grant, ask, evidence, question, seen = 0, rows = 0, miss = 0, refs = [], triples = [] }) =>
  Buffer.concat([grant, part(ask), part(evidence), part(question), u64(seen), u32(rows), u8(miss), u32(refs.length),
                 refs_of(refs), u32(triples.length),
                 ...triples.map((t) => Buffer.concat([u32(t.subject), u8(t.field), t.epoch]))]);
export const read = (grant, text) => Buffer.concat([part(grant), part(text)]);
export const check = (principal, project, hash) => Buffer.concat([u32(principal), u32(project), hash]);
export const decision = ({ grant, ask, evidence, detail, made }) =>
  Buffer.concat([part(grant), part(ask), part(evidence), part(detail), part(made)]);
export const login = (l) => Buffer.concat([u32(l.principal), u8(l.level), l.session, u8(l.key_type ?? 1), u64(l.ends),
  part(l.public_key), part(l.nonce), part(l.id), part(l.auth_data), part(l.client_data), part(l.signature),
  part(l.address ?? "192.0.2.1")]);
export const note = (principal, frozen) => Buffer.concat([u32(principal), u8(frozen)]);

class Reader {
  constructor(bytes) { this.bytes = bytes; this.at = 0; }
  raw(n) { return this.bytes.subarray(this.at, (this.at += n)); }
  u8() { return this.raw(1)[0]; }
  u32() { return this.raw(4).readUInt32LE(); }
  u64() { return Number(this.raw(8).readBigUInt64LE()); }
  part() { return this.raw(this.u32()); }
  string() {
    let n = 0;
    for (let shift = 0, b = 128; b & 128; shift += 7) n |= ((b = this.u8()) & 127) << shift;
    return this.raw(n);
  }
}
// { type, code, left, sequence, status: [...], shares: [...] }: as much as the answer of the ledger has.
export function ledger_answer({ type, body }) {
  const r = new Reader(body);
  if (type === Ledger.REFUSED) return { type, code: r.part().toString(), left: r.u32(), sequence: r.u64() };
  if (type === Ledger.DECIDED) return { type, sequence: r.u64(), in_force: r.u64() };
  if (type === Ledger.JSON) return { type, json: JSON.parse(body.toString()) };
  if (type !== Ledger.RELEASED && type !== Ledger.RECORDED) return { type };
  const receipt = r.part(), sequence = r.u64();
  const subjects = Array.from({ length: r.u32() }, () => ({ status: r.u8(), number: r.u32() }));
  const shares = r.part();
  return { type, receipt, sequence, subjects,
           shares: Array.from({ length: shares.length / 32 }, (_, i) => shares.subarray(32 * i, 32 * i + 32)) };
}

// ---- the vault's
export const vault_ask = ({ grant, ask, evidence, refs = [] }) =>
  Buffer.concat([grant, part(ask), part(evidence), u32(refs.length), refs_of(refs)]);
export function vault_answer({ type, body }) {
  const r = new Reader(body);
  if (type === Vault.DENIED) return { type, code: r.part().toString(), left: r.u32(), sequence: r.u64() };
  return { type, sequence: r.u64(), body };
}

// ---- query's
export const question = ({ what, project = 1, grant, settings = "{}", ask, evidence, refs = [], text }) =>
  Buffer.concat([u8(what), u8(0), u16(0), u32(0), u64(project), part(grant), part(settings),
                 ...(what >= Query.PEOPLE ? [part(ask), part(evidence), part(refs_of(refs))] : []),
                 Buffer.from(text)]);
export const query_answer = ({ body }) =>
  ({ status: body.readUInt32LE(), text: body.subarray(4).toString() });

// ---- auth's: strings as base/bytes writes them
export const auth_request = (q) => Buffer.concat([
  u8(q.by), u8(q.kind ?? 0), u16(0), u32(q.uid ?? 0), u64(q.project ?? 0), u64(q.rights ?? 0),
  q.hash ?? Buffer.alloc(32), ...["cookie", "key", "secret", "name", "zone"].map((name) => string(q[name])),
  u8(q.call ?? 0), u8(q.lookup_kind ?? 0), u16(0),
  ...["body", "ask", "proof", "method", "path", "assertion", "lookup", "address", "agent"].map((n) => string(q[n]))]);
export function auth_answer({ type, body }) {
  const r = new Reader(body), answer = { type, principal: r.u32(), status: r.u32(), project: r.u64(), rights: r.u64() };
  for (const name of ["cookie", "link", "me", "grant", "settings", "code", "evidence", "json"])
    answer[name] = r.string();
  return { ...answer, code: answer.code.toString() };
}

// ---- evidence
export const evidence = ({ kind = 1, key_type = 1, counter = 0, time = 0, public_key, signature, method, path, secret,
                           id, auth_data, client_data, assertion }) =>
  Buffer.concat([u8(kind), u8(key_type), u64(counter), u64(time),
                 ...[public_key, signature, method, path, secret, id, auth_data, client_data, assertion].map(part16)]);

// ---- asking over a link in another program's name
let next_id = BigInt(randomBytes(4).readUInt32LE()) << 24n;

// The answer's frame; null when none came. While it is awaited the program itself hears nothing there. Where it
// does not listen anyway (options.unheard), the frame is read from the link.
export async function call(hook, name, type, body, options = {}) {
  const link = (await hook.links())[name], id = ++next_id;
  await hook.take(link);
  try {
    const sent = body.length > 61408 ? await hook.send(link, frame({ type, id, flags: 1, length: body.length }),
                                                       await hook.memfd(body))
                                     : await hook.send(link, frame({ type, id, body }));
    if (sent < 0) return null;
    if (options.unheard) return await read_frame(hook, link);
    for (const end = Date.now() + (options.ms ?? 5000); Date.now() < end;) {
      const got = await hook.receive(200);
      if (got && got.id === id && got.link === link) return got;
    }
    return null;
  } finally {
    await hook.giveBack(link).catch(() => {});
  }
}

async function read_frame(hook, link) {
  const { result, filled: [bytes] } = await hook.call("read", link, room(61440), 61440);
  return result < 32 ? null : { type: bytes[3], id: bytes.readBigUInt64LE(8), body: bytes.subarray(32, result) };
}

// ---- grants of any content
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
export const boot_ms = () => Math.floor(Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000);

export class Mint {
  constructor(house, boot_id) {
    const key = readFileSync(join(`${house.dir}.keys`, "auth/grant.key"));
    this.key = createPrivateKey({ key: Buffer.concat([pkcs8, key.subarray(0, 32)]), format: "der", type: "pkcs8" });
    this.boot_id = boot_id;
    this.counter = 1000;
  }
  grant(g = {}) {
    const body = Buffer.concat([
      u8(g.version ?? 1), u8(g.kind ?? 0), u8(g.level ?? 2), u8(0), u32(g.principal ?? 1), u32(g.project ?? 1),
      u32(g.group ?? 1), u64(g.rights ?? ALL_RIGHTS), u64(g.issued ?? boot_ms()), u64(Date.now()), u32(g.life ?? 5000),
      u32(g.key_epoch ?? 1), g.hash ?? Buffer.alloc(32), g.found ?? Buffer.alloc(16), g.session ?? Buffer.alloc(16),
      g.proof_key ?? Buffer.alloc(16), Buffer.alloc(16), g.boot_id ?? this.boot_id, u64(g.counter ?? ++this.counter),
      Buffer.alloc(24)]);
    return Buffer.concat([body, sign(null, body, this.key)]);
  }
}

// Somebody with a browser's key: a member as the ledger's links see him. Asks, proofs and grants that fit each
// other, each of which a test may spoil.
export class Asker extends Member {
  constructor(house, mint, principal = 1) {
    super(house);
    Object.assign(this, { mint, principal, session: randomBytes(16) });
  }
  // The same member, with what web sends for him left out: his login is pinned at the ledger.
  static of(member, mint) {
    const asker = new Asker(member.house, mint, member.me.member.id);
    for (const name of ["key", "public_key", "cookie", "me", "passkey", "counter"]) asker[name] = member[name];
    asker.session = Buffer.from(member.me.login, "hex");
    return asker;
  }
  proof_of(text, change = {}) {
    const p = { method: "POST", path: "/api/people", counter: ++this.counter, time: Date.now(), key: this.key,
                public_key: this.public_key, ...change };
    const said = `amana proof 1\n${p.method}\n${p.signed_path ?? p.path}\n${sha256(p.body ?? text).toString("hex")}\n` +
                 `${p.counter}\n${p.time}\n${(p.session ?? this.session).toString("hex")}`;
    return evidence({ ...p, signature: sign(null, Buffer.from(said), p.key) });
  }
  // { grant, ask, evidence } of an ask; change: { text, grant: {}, proof: {} | Buffer }
  made(ask, change = {}) {
    const text = change.text ?? ask_text(ask);
    const grant = change.grant instanceof Buffer ? change.grant : this.mint.grant({
      kind: kind_of[ask.kind], principal: this.principal, project: ask.project ?? 1, hash: sha256(text),
      session: this.session, proof_key: sha256(this.public_key).subarray(0, 16), ...change.grant });
    return { ask: text, grant,
             evidence: change.proof instanceof Buffer ? change.proof : this.proof_of(text, change.proof) };
  }
}

// The boot id of the auth that lives: web asks for a grant with the key that init made, and reads it there.
export async function boot_id_of_auth(hooks, house) {
  const text = '{"project":1}';
  const got = await call(await hooks.of("web"), "web-auth", Auth.AUTHORIZE, auth_request({
    by: 2, key: house.key, secret: house.secret, kind: Kind.QUESTION, hash: sha256(text), project: 1,
    rights: Right.AGGREGATE, address: "127.0.0.1" }));
  const answer = got ? auth_answer(got) : { code: "no answer" };
  if (answer.type !== Auth.GRANTED) throw new Error(`no grant: ${answer.code}`);
  return Buffer.from(answer.grant.subarray(144, 160));
}
