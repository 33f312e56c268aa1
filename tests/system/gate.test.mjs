// The gate, walked: every route that amana-web has, as every kind of asker, in one's own project and in
// another one. A route that this file does not know fails it. What each may show stands in the table
// (`amana-web --routes`); here stands what each asker gets, and that nothing else is in any answer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask_text, owner } from "../support/member.mjs";
import { build, event, post, startHouse } from "../support/server.mjs";

const MARK = "zqgatemark";                                // in every personal value that was sent
const EMAIL = `${MARK}@example.com`;
const DAYS = "from_date=2026-01-01&to_date=2027-12-31";
const FOREIGN = 4711;                                     // a project that nobody has
const routes = JSON.parse(execFileSync(join(build, "bin/amana-web"), ["--routes"], { encoding: "utf8" }));
const nameOf = (route) => `${route.method} ${route.path}`;

let house, member, keys, refs;

// ---- what is sent to each route: well formed, so that only who asks decides ---------------------
const asked = (kind, question, more = {}) => (project) => {
  const text = question && JSON.stringify({ project, ...question });
  const ask = ask_text({ project, kind, ...more, ...(text ? { question: text } : {}) });
  return { signed: ask, body: { ask, ...(text ? { question: text } : {}), ...(more.refs ? { refs: more.refs } : {}),
                                ...(more.beside ?? {}) } };
};
const decided = (kind, detail) => (project) => {
  const text = JSON.stringify(detail);
  const ask = ask_text({ project, kind, question: text, purpose: "security", limit: 0 });
  return { signed: ask, body: { ask, detail: text } };
};
const plain = (body) => (project) => ({ body: { ...body, ...(project === 1 ? {} : { project }) } });
const inQuery = (query = "") => (project) => ({ query: `?project=${project}${query}` });
const inParams = (query) => (project) => ({ query: `?project_id=${project}${query}` });
const as = (make, rest) => Object.assign(make, rest);
// projectless: the address names no project. is_broken: well formed, yet of nothing that exists, so that
// nothing is changed by walking; it is refused behind the gate (never 401 login, never 5xx).
const projectless = (make) => as(make, { projectless: true });
const broken = (make) => as(make, { projectless: true, is_broken: true });
const nothing = () => ({});
const spec = { report: "segmentation", unit: "day", show: [{ event: "Gate", measure: "unique" }],
               from: "2026-01-01", to: "2027-12-31" };

function requests() {
  return {
    "GET /healthz": projectless(nothing), "GET /readyz": projectless(nothing),
    "POST /api/login/begin": projectless(plain({})),
    "POST /api/login/passkey": broken(plain({ nonce: "0".repeat(32) })),
    "POST /api/login/password": broken(plain({ nonce: "0".repeat(32), name: "x", password: "y" })),
    "POST /api/enter": broken(plain({ link: "x" })),
    "GET /api/me": projectless(nothing),
    "POST /api/leave": projectless(plain({})),
    "PATCH /api/project": plain({ zone: "UTC" }),
    "POST /api/owner-link": projectless(plain({})),
    "POST /api/passkeys/begin": projectless(plain({})),
    "POST /api/passkeys": broken(plain({ nonce: "0".repeat(32), name: "x" })),
    "POST /api/passkeys/end": broken(plain({ id: "AAAA" })),
    "POST /api/password": broken(plain({ new: "short" })),
    // Whoever may see people has no second factor by code: it signs nothing.
    "POST /api/totp/begin": broken(plain({})),
    "POST /api/totp": broken(plain({ code: "000000" })),
    "POST /api/totp/end": broken(plain({ code: "000000" })),
    "GET /api/logins": projectless(nothing),
    "POST /api/logins/end": broken(plain({ id: "0" })),
    "GET /api/members": projectless(nothing),
    "POST /api/members": broken(decided("enrol", { do: "member", name: "" })),
    "POST /api/members/roles": broken(decided("enrol", { do: "rights", principal: 999999, rights: {} })),
    "POST /api/members/recover": broken(decided("enrol", { do: "recover", principal: 999999 })),
    "POST /api/members/end": broken(decided("enrol", { do: "end", principal: 999999 })),
    "GET /api/keys": projectless(nothing),
    "POST /api/keys": broken(decided("enrol", { do: "key", name: "x", project: FOREIGN, rights: ["aggregate"] })),
    "POST /api/keys/end": broken(decided("enrol", { do: "end", principal: 999999 })),
    "POST /api/decisions/approve": broken(decided("approve", { do: "approve", sequence: 999999 })),
    "POST /api/freeze": broken(decided("freeze", { do: "freeze", principal: 999999, why: "x" })),
    "POST /api/unfreeze": broken(decided("unfreeze", { do: "thaw", principal: 999999 })),
    "POST /api/query": (project) => ({ body: { ...spec, project } }),
    "GET /api/schema": inQuery(), "GET /api/schema/values": inQuery("&of=event&property=plan"),
    "GET /api/live": inQuery(), "GET /api/status": inQuery(),
    ...Object.fromEntries(["query", "2.0"].flatMap((base) => ["GET", "POST"].flatMap((method) => [
      [`${method} /api/${base}/segmentation`, inParams(`&event=Gate&${DAYS}`)],
      [`${method} /api/${base}/events/names`, inParams("&type=general")]]))),
    "POST /api/people": asked("rows", { limit: 10 }, { limit: 50 }),
    // two people of nobody: not all subjects of one
    "POST /api/person": as(asked("timeline", { limit: 10 }, { refs }), { is_broken: true }),
    "POST /api/people/reveal": asked("reveal", null, { refs, fields: ["$email"] }),
    "POST /api/people/find": asked("find", null, { limit: 10, beside: { lookup: { kind: "email", text: EMAIL } } }),
    "POST /api/people/export": as(asked("export", null, { limit: 10, fields: ["$email"] }), { is_refused: true }),
    "GET /api/2.0/export": inParams(`&${DAYS}`), "POST /api/2.0/export": inParams(`&${DAYS}`),
    "GET /api/ledger/line": inQuery(), "GET /api/ledger/entries": inQuery("&limit=10"),
    "GET /api/ledger/entry": inQuery("&sequence=1"),
    "POST /api/ledger/looked": (project) => ({ body: { project, refs } }),
    "GET /api/ledger/budgets": inQuery(),
    "GET /log/*/checkpoint": projectless(() => ({ path: "/log/house/checkpoint" })),
    "GET /log/*/tile/**": projectless(() => ({ path: "/log/house/tile/entries/000.p/1" })),
    ...Object.fromEntries(["/", "/trends", "/live", "/setup", "/enter", "/people", "/ledger", "/access"].map(
      (page) => [`GET ${page}`, projectless(nothing)])),
    "GET /person/*": projectless(() => ({ path: "/person/p_x" })),
    "GET /ledger/*": projectless(() => ({ path: "/ledger/1" })),
    "GET /assets/*": projectless(() => ({ path: "/assets/none.js" })),
  };
}

// ---- asking -----------------------------------------------------------------------------------
async function send(route, request, asker, project) {
  const { path = route.path, query = "", body, signed } = request(project);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = { "content-type": "application/json" };
  if (asker.cookie) Object.assign(headers, { cookie: member.cookie, origin: member.base });
  if (asker.signs && route.method !== "GET")
    headers["amana-proof"] = member.proof(route.method, path, signed ?? text ?? "");
  if (asker.key) headers.authorization = "Basic " + Buffer.from(`${asker.key}:${asker.secret}`).toString("base64");
  const answer = await fetch((asker.cookie ? member.base : house.console) + path + query,
                             { method: route.method, headers, body: text });
  const said = await answer.text();
  let json = null;
  try { json = JSON.parse(said); } catch { /* a page, lines, or a log's file */ }
  return { status: answer.status, said, json, cookie: answer.headers.get("set-cookie"),
           code: json?.error?.code ?? json?.code };
}

// What no answer may hold, whoever asked: a value where the row does not say so; a pseudonym or a ref
// where it shows no rows; anything but a reason in a refusal.
function holdsNothingElse(route, got) {
  const what = `${nameOf(route)}: ${got.status} ${got.said.slice(0, 400)}`;
  if (route.shows !== "values") assert(!got.said.includes(MARK), what);
  if (route.shows !== "files" && !["rows", "values"].includes(route.shows))
    assert(!/"p_[0-9A-Za-z]/.test(got.said), what);
  if (["nothing", "public_log", "files"].includes(route.shows)) assert(!refs.some((ref) => got.said.includes(ref)), what);
  if (got.status >= 400 && got.json) {
    const known = ["error", "request", "status", "code", "left", "entry"];
    assert.deepEqual(Object.keys(got.json).filter((name) => !known.includes(name)), [], what);
  }
  if (got.status >= 400) assert(!refs.some((ref) => got.said.includes(ref)), what);
}

const outside = [401];                 // nobody of that kind gets in
const denied = [403];                  // somebody, without the right
const elsewhere = [403, 404];          // not in that project

function expected(route, request, asker, project) {
  const kind = asker.cookie ? "cookie" : asker.key ? "key" : "nobody";
  const is_foreign = project !== 1 && !request.projectless;
  if (!route.who.length) {
    if (route.shows === "files") return [200, 404];
    if (route.shows === "public_log") return [200, 404];
    return request.is_broken ? [400, 401, 403, 429] : [200];
  }
  if (!route.who.includes(kind)) return outside;
  if (kind === "cookie" && route.proof && !asker.signs) return outside;
  const lacks = route.rights.some((right) => !asker.rights.includes(right));
  if (request.is_refused) return is_foreign ? [403, 404] : denied;
  if (is_foreign) return lacks ? [403, 404] : elsewhere;
  if (lacks) return denied;
  // behind the gate: what does not exist is refused as such; a decision may also need a passkey
  return request.is_broken ? [400, 401, 403, 404, 409] : [200, 404];
}

async function walk(asker, project) {
  const all = requests();
  let walked = 0;
  for (const route of routes) {
    const request = all[nameOf(route)];
    assert(request, `a route that the walk does not know: ${nameOf(route)}`);
    if (asker.signs && route.path === "/api/leave") continue; // last of all, below
    const got = await send(route, request, asker, project);
    const may = expected(route, request, asker, project);
    const what = `${asker.name}, project ${project}, ${nameOf(route)}: ${got.status} ${got.said.slice(0, 300)}`;
    assert(may.includes(got.status), `${what}; expected ${may}`);
    if (may === outside) assert(["login", "proof"].includes(got.code) || got.json?.error, what);
    assert(got.status >= 400 || !got.cookie, `${what}: a cookie`);
    holdsNothingElse(route, got);
    walked++;
  }
  return walked;
}

// ---- the house --------------------------------------------------------------------------------
async function newKey(name, rights) {
  const made = await member.decide("/api/keys", "enrol",
    { do: "key", name, project: 1, rights, expires: Date.now() + 86400000, addresses: [] });
  assert.equal(made.status, 200, made.text);
  return { name: `key ${name}`, key: made.body.key, secret: made.body.secret, rights, made: made.body };
}

before(async () => {
  house = await startHouse();
  for (let i = 0; i < 3; i++)
    await post(house, "/track", [event(house, "Gate", { distinct_id: `${MARK}-${i}`, plan: "Pro", $insert_id: `gate-${i}`,
                                                        time: Math.floor(Date.now() / 1000) })]);
  await post(house, "/engage", [{ $token: house.token, $distinct_id: `${MARK}-0`, $set: { $email: EMAIL, $name: `Noura ${MARK}` } }]);
  await house.seen("Gate", 3);
  member = await owner(house);
  const people = await member.people();
  assert.equal(people.status, 200, people.text);
  refs = people.body.people.flatMap((person) => person.refs).sort();
  assert(refs.length >= 3);
  refs = refs.slice(0, 3);
  const all = (await member.send("GET", "/api/keys")).body.keys;
  const first = all.find((key) => key.key === house.key);
  keys = [{ name: "key of init", key: house.key, secret: house.secret, rights: first.rights },
          await newKey("collect", ["collect"]), await newKey("aggregate", ["aggregate"])];
});
after(() => house?.stop());

test("the walk knows every route and no other", () => {
  assert.deepEqual(Object.keys(requests()).sort(), routes.map(nameOf).sort());
  assert(routes.length > 60); // of a listing that was cut, none would be missed
});

test("nobody gets what is for nobody in particular", async () => {
  for (const project of [1, FOREIGN]) assert.equal(await walk({ name: "nobody" }, project), routes.length);
});

test("a cookie without a signature changes nothing and sees nobody", async () => {
  const rights = ["aggregate", "unfolded"];
  for (const project of [1, FOREIGN])
    await walk({ name: "a copied cookie", cookie: true, rights: [...rights, "settings", "rows", "reveal"] }, project);
});

test("the owner who signs gets what the roles say", async () => {
  const me = (await member.send("GET", "/api/me")).body;
  const rights = me.projects.find((project) => project.id === 1).rights;
  assert(["aggregate", "rows", "reveal", "settings"].every((right) => rights.includes(right)), String(rights));
  for (const project of [1, FOREIGN]) await walk({ name: "owner", cookie: true, signs: true, rights }, project);
});

test("a key gets its scope, in its project, and no value", async () => {
  for (const key of keys) for (const project of [1, FOREIGN]) await walk(key, project);
});

test("a wrong secret is nobody", async () => {
  const key = { ...keys[0], name: "a wrong secret", secret: "s_wrong" };
  for (const route of routes.filter((route) => route.who.includes("key"))) {
    const got = await send(route, requests()[nameOf(route)], key, 1);
    assert.equal(got.status, 401, `${nameOf(route)}: ${got.said}`);
    holdsNothingElse(route, got);
  }
});

// What adds rows waits a day, or for another owner.
test("a key of scope rows waits before it shows anybody", async () => {
  const made = await member.decide("/api/keys", "enrol",
    { do: "key", name: "rows", project: 1, rights: ["aggregate", "rows"], expires: Date.now() + 86400000, addresses: [] }, true);
  assert.equal(made.status, 200, made.text);
  assert(made.body.in_force > Date.now() + 23 * 3600000, made.text);
  const key = { key: made.body.key, secret: made.body.secret };
  for (const path of ["/api/people", "/api/person", "/api/2.0/export"])
    for (const route of routes.filter((one) => one.path === path)) {
      const got = await send(route, requests()[nameOf(route)], key, 1);
      assert([401, 403].includes(got.status), `${nameOf(route)}: ${got.status} ${got.said}`);
      holdsNothingElse(route, got);
    }
});

test("a cookie that left is nobody", async () => {
  const left = { name: "who left", cookie: true, signs: true, rights: [] };
  assert.equal((await member.send("POST", "/api/leave", {})).status, 200);
  for (const route of routes.filter((one) => one.who.includes("cookie"))) {
    const got = await send(route, requests()[nameOf(route)], left, 1);
    assert([400, 401].includes(got.status), `${nameOf(route)}: ${got.status} ${got.said}`);
    holdsNothingElse(route, got);
  }
});
