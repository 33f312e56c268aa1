// A member as a browser would be one, without a browser: a proof key bound to the login, a passkey in
// software, and asks written and signed (docs/formats/console-api.md; wall of asks, proofs, grants).
//   const member = new Member(house);
//   await member.enter(link);  await member.addPasskey();  await member.loginPasskey();
//   const { status, body } = await member.reveal(refs, ["$email"], "support");
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const b64url = (bytes) => Buffer.from(bytes).toString("base64url");
const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const raw_public = (key) => Buffer.from(key.export({ format: "jwk" }).x, "base64url");

// An ES256 authenticator: what a security key does, as WebAuthn Level 3 says, attestation "none".
export class Passkey {
  constructor(host, origin) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.key = privateKey;
    const jwk = publicKey.export({ format: "jwk" });
    this.x = Buffer.from(jwk.x, "base64url");
    this.y = Buffer.from(jwk.y, "base64url");
    this.id = randomBytes(32);
    this.host = host;
    this.origin = origin;
    this.count = 0;
  }
  auth_data(flags, attested = Buffer.alloc(0)) {
    const head = Buffer.alloc(5);
    head[0] = flags;
    head.writeUInt32BE(++this.count, 1);
    return Buffer.concat([sha256(this.host), head, attested]);
  }
  client_data(type, challenge) {
    return Buffer.from(JSON.stringify({ type, challenge: b64url(challenge), origin: this.origin,
                                        crossOrigin: false }));
  }
  create(challenge) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const cose = Buffer.concat([Buffer.from("a5010203262001215820", "hex"), this.x,
                                Buffer.from("225820", "hex"), this.y]);
    return { auth_data: b64url(this.auth_data(0x45, Buffer.concat([Buffer.alloc(16), length, this.id, cose]))),
             client_data: b64url(this.client_data("webauthn.create", challenge)) };
  }
  get(challenge, flags = 0x05) {
    const auth_data = this.auth_data(flags), client_data = this.client_data("webauthn.get", challenge);
    const signature = sign("sha256", Buffer.concat([auth_data, sha256(client_data)]), this.key);
    return { id: b64url(this.id), auth_data: b64url(auth_data), client_data: b64url(client_data),
             signature: b64url(signature) };
  }
}

export const subjects_hash = (refs) => sha256(Buffer.from(refs.join(""), "hex")).toString("hex");

// The text of an ask: eleven lines, all present.
export function ask_text(ask) {
  const refs = ask.refs ? [...new Set(ask.refs)].sort() : null;
  const question = ask.question === undefined ? "-" : sha256(ask.question).toString("hex");
  const fields = (ask.fields ?? []).length ? [...ask.fields].sort().join(" ") : "-";
  return ["amana ask 1", `project ${ask.project ?? 1}`, `kind ${ask.kind}`, `purpose ${ask.purpose ?? "support"}`,
          `ticket ${ask.ticket ?? "-"}`, `fields ${fields}`, `question ${question}`,
          refs ? `subjects ${refs.length} ${subjects_hash(refs)}` : "subjects - -",
          `limit ${ask.limit ?? (refs ? refs.length : 1)}`, `nonce ${randomBytes(16).toString("hex")}`,
          `time ${new Date().toISOString()}`].join("\n") + "\n";
}

export class Member {
  constructor(house, options = {}) {
    this.house = house;
    this.base = options.base ?? house.console.replace("127.0.0.1", "localhost");
    this.host = new URL(this.base).hostname;
    this.counter = 0;
    this.captured = options.captured; // called with (path, status, text) of every answer
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    this.key = privateKey;
    this.public_key = raw_public(publicKey);
  }
  get proof_key() {
    return { key_type: "ed25519", public_key: b64url(this.public_key) };
  }
  proof(method, path, body) {
    const time = Date.now() + (this.clock_off_ms ?? 0), counter = ++this.counter;
    const text = `amana proof 1\n${method}\n${path.split("?")[0]}\n${sha256(body).toString("hex")}\n` +
                 `${counter}\n${time}\n${this.me.login}`;
    return `${counter} ${time} ${b64url(sign(null, Buffer.from(text), this.key))}`;
  }
  // options: signed (what the proof covers; default the body), headers, proof (false: none)
  async send(method, path, body, options = {}) {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const headers = { origin: this.base, "content-type": "application/json", ...options.headers };
    if (this.cookie) headers.cookie = this.cookie;
    if (this.me && method !== "GET" && options.proof !== false)
      headers["amana-proof"] = options.proof ?? this.proof(method, path, options.signed ?? text ?? "");
    const answer = await fetch(this.base + path, { method, headers, body: text });
    const said = await answer.text();
    this.captured?.(path, answer.status, said);
    const cookie = answer.headers.getSetCookie?.()[0];
    if (cookie && answer.ok) this.cookie = cookie.split(";")[0];
    let json = null;
    try { json = JSON.parse(said); } catch { /* an answer that is not JSON */ }
    return { status: answer.status, body: json, text: said };
  }
  async login(path, body) {
    const former = this.me;
    this.me = undefined;
    this.counter = 0;
    const got = await this.send("POST", path, { ...body, ...this.proof_key });
    this.me = got.status === 200 ? got.body : former;
    return got;
  }
  enter(link) {
    return this.login("/api/enter", { link: link.replace(/^.*#/, "") });
  }
  async begin() {
    return (await this.send("POST", "/api/login/begin", {}, { proof: false })).body;
  }
  async addPasskey(name = "key", older = null) {
    const begun = (await this.send("POST", "/api/passkeys/begin", {})).body;
    const passkey = new Passkey(begun.host, this.base);
    const made = passkey.create(sha256(Buffer.from(begun.nonce, "hex")));
    const got = await this.send("POST", "/api/passkeys", { nonce: begun.nonce, name, ...made, ...older });
    if (got.status === 200) this.passkey = passkey;
    return got;
  }
  async loginPasskey(passkey = this.passkey) {
    const { nonce } = await this.begin();
    const challenge = sha256("amana login 1", Buffer.from(nonce, "hex"), this.public_key);
    return this.login("/api/login/passkey", { nonce, ...passkey.get(challenge) });
  }
  async loginPassword(name, password, totp) {
    const { nonce } = await this.begin();
    return this.login("/api/login/password", { nonce, name, password, ...(totp ? { totp } : {}) });
  }
  // An ask of any kind; rest goes beside it.
  async ask(path, ask, rest = {}, level3 = false) {
    const text = ask.text ?? ask_text(ask);
    const body = { ask: text, ...rest };
    if (ask.refs) body.refs = [...new Set(ask.refs)].sort();
    if (ask.question !== undefined && !("detail" in rest)) body.question = ask.question;
    if (level3) body.assertion = this.passkey.get(sha256(text));
    return this.send("POST", path, body, { signed: text });
  }
  people(question = {}, ask = {}) {
    const text = JSON.stringify({ project: 1, limit: 50, ...question });
    return this.ask("/api/people", { kind: "rows", question: text, limit: JSON.parse(text).limit * 4, ...ask });
  }
  person(refs, question = {}, ask = {}) {
    const text = JSON.stringify({ project: 1, limit: 500, ...question });
    return this.ask("/api/person", { kind: "timeline", question: text, refs, limit: refs.length, ...ask });
  }
  reveal(refs, fields, purpose = "support", ask = {}) {
    return this.ask("/api/people/reveal", { kind: "reveal", refs, fields, purpose, ...ask });
  }
  find(kind, text, ask = {}) {
    return this.ask("/api/people/find", { kind: "find", limit: 10, ...ask }, { lookup: { kind, text } });
  }
  decide(path, kind, detail, level3 = false) {
    const text = JSON.stringify(detail);
    return this.ask(path, { kind, question: text, purpose: "security", limit: 0 }, { detail: text }, level3);
  }
  line() {
    return this.send("GET", "/api/ledger/line?project=1");
  }
}

// The owner of a fresh house, signed in with a passkey: may see people.
export async function owner(house, options) {
  const member = new Member(house, options);
  const link = /sign in once at (\S+)/.exec(house.ready)?.[1] ?? house.owner_link;
  for (const step of [() => member.enter(link), () => member.addPasskey(), () => member.loginPasskey()]) {
    const got = await step();
    if (got.status !== 200) throw new Error(`${got.status} ${got.text}`);
  }
  return member;
}
