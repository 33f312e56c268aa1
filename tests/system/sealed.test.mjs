// No personal value lies anywhere in the open: a marked value in every slot of every record, sent in
// every encoding, is looked for in all files, all logs and all memory. DESIGN 3, wall.md 2 and 3.
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { isRoot, sleep, startHouse, until } from "../support/server.mjs";
import { family, formsOf, searchBytes, searchFolder, searchMemory } from "../support/memory.mjs";

const CORE = "zqxjkvwy";          // in every marker but those of digits alone
const DIGITS = "98765401";        // in every phone and numeric id
const OPEN = "wyvkjxqzopen";      // the control: a value that may lie in the open
const HELD = "wyvkjxqzheld";      // the control: a request that is held half-sent
const ADDRESS = "198.51.100.77";  // the address of whoever sends
const sealed = new Map([...formsOf(CORE), ...formsOf(DIGITS), ...formsOf(ADDRESS)]);
const open = formsOf(OPEN), held = formsOf(HELD);

let house, serial = 0, sent = 0;
before(async () => { house = await startHouse({ hurried: true }); });
after(async () => { await house.stop(); });

// ---- markers: each looks like the kind it stands for, each is new ------------------------------
const letters = (n) => [...String(n)].map((d) => "abcdefghij"[d]).join("");
const m = {
  id: () => `${CORE}-${++serial}`,
  number: () => Number(DIGITS + String(1000 + (++serial % 9000))),
  email: () => `${CORE}.${++serial}@example.com`,
  phone: () => `+1${DIGITS.slice(0, 8)}${String(++serial % 100).padStart(2, "0")}`,
  name: () => `Sarah ${CORE[0].toUpperCase()}${CORE.slice(1)}${letters(++serial)}`,
  arabic: () => `نورة العتيبي ${CORE[0].toUpperCase()}${CORE.slice(1)}`,
  address: () => `${++serial} ${CORE} Street, Apt 4`,
  secret: () => `sk_live_${CORE}4eC39HqLyjWDarjtT1zdp7dc${++serial}`,
  token: () => `eyJhbGciOiJIUzI1NiJ9.${CORE}${"aB3dE5fG7h".repeat(4)}.sig${++serial}`,
  password: () => `${CORE}${++serial}`,
  text: () => `please write to ${m.email()} or call ${m.phone()} about ${m.secret()} soon`,
  url: () => `https://u:${m.password()}@app.example.com/u/${m.email()}/${encodeURIComponent(m.email())}` +
    `/edit?email=${m.email()}&q=${m.password()}&utm_term=${m.email()}&page=2#${m.password()}`,
};
const kinds = ["email", "phone", "name", "address", "secret", "token", "text", "url"];

// ---- slots: [name, properties] ------------------------------------------------------------------
// Values whose property name says nothing, in every shape a value can have.
function* values() {
  for (const kind of kinds) {
    yield [`unknown property, ${kind}`, () => ({ field_17: m[kind]() })];
    yield [`list, ${kind}`, () => ({ field_18: ["blue", m[kind](), "red"] })];
    yield [`object, ${kind}`, () => ({ field_19: { a: { b: m[kind]() } } })];
    yield [`list of objects, ${kind}`, () => ({ field_20: [{ a: 1, b: m[kind]() }, { b: m[kind]() }] })];
  }
  for (const kind of ["email", "phone", "secret"]) {
    yield [`name of a property, ${kind}`, () => ({ [`seen by ${m[kind]()}`]: 1 })];
    yield [`name of a member, ${kind}`, () => ({ field_21: { [m[kind]()]: true } })];
  }
  for (const name of ["$email", "email", "$phone", "mobile", "$name", "$first_name", "$last_name", "username",
                      "$avatar", "address", "birthday", "iban", "passport", "ip_address", "الاسم", "العنوان"])
    yield [name, () => ({ [name]: m.password() })];
  for (const name of ["password", "api_key", "cookie", "cvv", "$access_token", "كلمة المرور"])
    yield [name, () => ({ [name]: m.password(), [`${name}s`]: [m.secret()] })];
  for (const name of ["$current_url", "$referrer", "$initial_referrer", "page_link"])
    yield [name, () => ({ [name]: m.url() })];
  yield ["browser and city that are none", () => ({ $browser: m.email(), $city: m.phone(), plan: m.secret() })];
  yield ["ids of other names", () => ({ user_id: m.id(), customerId: m.id(), uid: m.number() })];
  yield ["Arabic", () => ({ field_22: m.arabic() })];
}
const ids = [
  ["distinct_id", () => ({ distinct_id: m.id() })], ["distinct_id, e-mail", () => ({ distinct_id: m.email() })],
  ["distinct_id, number", () => ({ distinct_id: m.number() })],
  ["$user_id and $device_id", () => ({ $user_id: m.id(), $device_id: m.id() })],
  ["$device: id", () => ({ distinct_id: `$device:${m.id()}` })],
  ["$had_persisted_distinct_id", () => ({ distinct_id: m.id(), $had_persisted_distinct_id: m.id() })],
  ["$insert_id", () => ({ distinct_id: m.id(), $insert_id: m.email() })],
  ["$insert_id, plain", () => ({ distinct_id: m.id(), $insert_id: m.id() })],
  ["ip", () => ({ distinct_id: m.id(), ip: ADDRESS })],
];
function* events() {
  for (const [name, make] of ids) yield [name, () => ({ event: "Seen", properties: make() })];
  for (const [name, make] of values())
    yield [name, () => ({ event: "Seen", properties: { distinct_id: m.id(), ...make() } })];
  yield ["event's name", () => ({ event: `Mail from ${m.email()}`, properties: { distinct_id: m.id() } })];
  yield ["time", () => ({ event: "Seen", properties: { distinct_id: m.id(), time: m.email() } })];
  yield ["$identify", () => ({ event: "$identify", properties: { $identified_id: m.id(), $anon_id: m.id(),
    $anon_distinct_id: m.id(), distinct_id: m.id(), $user_id: m.id(), $device_id: m.id() } })];
  yield ["$create_alias", () => ({ event: "$create_alias", properties: { distinct_id: m.id(), alias: m.email() } })];
  yield ["$merge", () => ({ event: "$merge", properties: { $distinct_ids: [m.id(), m.email()] } })];
  yield ["beside event and properties", () => ({ event: "Seen", properties: { distinct_id: m.id() },
    $mp_metadata: { by: m.email() }, extra: m.name() })];
}
function* updates(envelope) {
  for (const op of ["$set", "$set_once", "$append", "$remove"])
    for (const [name, make] of values()) yield [`${op}, ${name}`, () => ({ ...envelope(), [op]: make() })];
  yield ["$union", () => ({ ...envelope(), $union: { mails: [m.email(), m.email()], one: m.email() } })];
  yield ["$add", () => ({ ...envelope(), $add: { [m.email()]: 3 } })];
  yield ["$unset", () => ({ ...envelope(), $unset: [m.email(), "$name"] })];
  yield ["$delete", () => ({ ...envelope(), $delete: m.email() })];
  yield ["$transactions", () => ({ ...envelope(), $append: { $transactions: { $amount: 3, by: m.email() } } })];
  yield ["$ip and ids", () => ({ ...envelope(), $ip: ADDRESS, $device_id: m.id(), $user_id: m.id(),
    $had_persisted_distinct_id: m.id(), $set: { $email: m.email() } })];
}

// ---- encodings (mixpanel-api.md 1.2): a list of records as a request ---------------------------
const FORM = "application/x-www-form-urlencoded";
const base64 = (list) => Buffer.from(JSON.stringify(list)).toString("base64");
const encodings = {
  "GET, base64": (list) => ({ method: "GET", query: `data=${encodeURIComponent(base64(list))}`, size: 8 }),
  "form, base64": (list) => ({ type: FORM, body: `data=${encodeURIComponent(base64(list))}` }),
  "form, base64 as it is": (list) => ({ type: FORM, body: `data=${base64(list)}` }),
  "form, JSON, switches in the body":
    (list) => ({ type: FORM, body: `data=${encodeURIComponent(JSON.stringify(list))}&verbose=1&ip=0` }),
  "JSON": (list) => ({ type: "application/json", body: JSON.stringify(list) }),
  "beacon": (list) => ({ type: "text/plain;charset=UTF-8", body: `data=${encodeURIComponent(base64(list))}` }),
  "gzip around JSON": (list) => ({ type: "application/json", zip: true, body: JSON.stringify(list) }),
  "gzip around a form": (list) => ({ type: FORM, zip: true, body: `data=${encodeURIComponent(base64(list))}` }),
  "lines": (list) => ({ type: "application/x-ndjson", body: list.map((r) => JSON.stringify(r)).join("\n"),
                        only: "/import" }),
};

async function deliver(path, encoding, records, headers) {
  const request = encodings[encoding](records);
  const [where, own] = path.split("?");
  const query = [own, request.query].filter(Boolean).join("&");
  const answer = await fetch(`${house.ingest}${where}${query ? "?" + query : ""}`, {
    method: request.method ?? "POST",
    headers: { ...(request.type && { "content-type": request.type }),
               ...(request.zip && { "content-encoding": "gzip" }), ...headers },
    body: request.method ? undefined : request.zip ? gzipSync(request.body) : request.body,
  });
  sent += records.length;
  return answer.text();
}

async function deliverAll(path, make, headers = {}) {
  for (const encoding of Object.keys(encodings)) {
    if (encoding === "lines" && path !== "/import") continue;
    const records = [...make()].map(([, build]) => build());
    const size = encoding === "GET, base64" ? 8 : 50;
    for (let i = 0; i < records.length; i += size) {
      const text = await deliver(path, encoding, records.slice(i, i + size), headers);
      assert.match(text, /^1$|"status":1|"code":200/, `${path} as ${encoding}: ${text}`);
    }
  }
}

const withToken = (list) => function* () {
  for (const [name, make] of list())
    yield [name, () => { const r = make(); r.properties.token = house.token; return r; }];
};
const asset = { distinct: () => ({ $token: house.token, $distinct_id: m.id() }),
                group: () => ({ $token: house.token, $group_key: "company", $group_id: m.email() }) };

// ---- the rest of a request, and requests that are refused --------------------------------------
async function deliverBesides() {
  const get = (path, headers) => fetch(house.ingest + path, { headers });
  const email = () => encodeURIComponent(m.email());
  await get(`/track?data=${encodeURIComponent(base64([{ event: "E", properties: { distinct_id: m.id() } }]))}&_=${email()}`);
  await get(`/track?callback=${email()}&img=1&data=${email()}`);
  await get(`/nothing/${email()}/here?user=${email()}`);
  await get(`/flags/?context=${encodeURIComponent(JSON.stringify({ distinct_id: m.id() }))}&token=x`,
            { authorization: "Basic " + Buffer.from(`${m.email()}:`).toString("base64") });
  await get(`/decide?distinct_id=${email()}`);
  await get("/settings/", { "user-agent": m.email(), referer: m.url(), "x-forwarded-for": m.email(),
                            cookie: `session=${m.password()}`, origin: `https://${CORE}.example.com` });
  for (const type of ["application/json", FORM, "text/plain"]) {
    for (const body of [`[{"event":"${m.email()}","properties":{"distinct_id":"${m.id()}"`, m.text(),
                        `data=${m.email()}`, JSON.stringify([{ event: m.email() }, m.email(), 5, { properties: m.email() }]),
                        JSON.stringify([{ event: "E", properties: { token: m.password(), distinct_id: m.id() } }])])
      await fetch(`${house.ingest}/track`, { method: "POST", headers: { "content-type": type }, body });
  }
  await fetch(`${house.ingest}/record/?distinct_id=${email()}&$current_url=${encodeURIComponent(m.url())}&format=gzip`,
              { method: "POST", headers: { "content-type": "application/octet-stream" },
                body: gzipSync(JSON.stringify([{ type: 3, data: { text: m.text() } }])) });
  const strict = [{ event: "E", properties: { distinct_id: m.id(), time: m.email(), $insert_id: m.email() } },
                  { event: "", properties: { distinct_id: m.email() } }];
  await fetch(`${house.ingest}/import?strict=1`, { method: "POST", headers: { "content-type": "application/json",
    authorization: "Basic " + Buffer.from(`${house.token}:`).toString("base64") }, body: JSON.stringify(strict) });
}

// ---- the search ---------------------------------------------------------------------------------
const logs = (forms) => { const hits = []; searchBytes(Buffer.from(house.log), forms, "log", hits); return hits; };
const none = (hits, what) => assert.equal(hits.length, 0, `${what}: ${hits.length} hits\n${hits.slice(0, 40).join("\n")}`);
const inIngest = (forms) => searchMemory(house.pid("ingest"), "amana-ingest", forms).hits;

test("every slot in every encoding is taken", { timeout: 60000 }, async () => {
  const basic = "Basic " + Buffer.from(`${house.key}:${house.secret}`).toString("base64");
  await deliverAll("/track", withToken(events));
  await deliverAll("/engage", () => updates(asset.distinct));
  await deliverAll("/groups", () => updates(asset.group));
  await deliverAll("/import", () => {
    const list = [...events()].filter(([name]) => name !== "time" && name !== "$merge");
    return list.map(([name, make]) => [name, () => {
      const record = make();
      record.properties.time ??= Math.floor(Date.now() / 1000);
      return record;
    }]);
  }, { authorization: basic });
  await deliverBesides();
  assert.ok(sent > 5000, `${sent} records`);
});

test("the control: an open value is found in the wal", async () => {
  await deliver("/track", "JSON", [{ event: "Opened", properties: { token: house.token, distinct_id: "u",
                                                                    plan: OPEN } }], {});
  await until("the control in the wal", () => searchFolder(`${house.dir}/wal`, open).hits.length > 0, 3000);
  await house.seen("Opened", 1);
});

// Query's parts are compressed, so a marker would be seen less well in them; but they are made of the
// wal alone, which is not, and which is searched while it still holds everything.
function searchFiles() {
  for (const folder of [house.dir, `${house.dir}.keys`]) {
    const { hits, files } = searchFolder(folder, sealed);
    assert.ok(files >= 5, `${files} files in ${folder}`);
    none(hits, folder);
  }
}
test("no file of the data and the keys holds a marker", searchFiles);

test("no log holds a marker", () => {
  assert.ok(house.log.includes("ready"), "the log is read at all");
  none(logs(sealed), "logs");
});

const memory = { skip: isRoot ? false : "reading another program's memory needs root" };

test("no memory of any other program holds a marker", memory, () => {
  const others = family(house.child.pid).filter(([, name]) => name !== "amana-ingest");
  assert.deepEqual(others.map(([, name]) => name).sort(),
                   ["amana", "amana-auth", "amana-ledger", "amana-query", "amana-vault", "amana-web"]);
  for (const [pid, name] of others) {
    const { hits, bytes } = searchMemory(pid, name, sealed);
    assert.ok(bytes > 100000, `${name}: ${bytes} bytes read`);
    none(hits, name);
  }
});

test("the control: an open value is found in query's memory", memory, () => {
  assert.ok(searchMemory(house.pid("query"), "amana-query", open).hits.length > 0);
});

test("the control: a request that is being received is found in ingest's memory", memory, async () => {
  const { hostname, port } = new URL(house.ingest);
  const socket = net.connect({ host: hostname, port: Number(port) });
  const body = `[{"event":"${HELD}","properties":{"distinct_id":"${HELD}@example.com"`;
  socket.write(`POST /track HTTP/1.1\r\nHost: h\r\nX-Held: ${HELD}\r\nContent-Length: 4000\r\n\r\n${body}`);
  await until("the held request in memory", () => inIngest(held).length > 0, 3000);
  socket.destroy();
});

test("ten minutes later ingest holds no marker either", { ...memory, timeout: 30000 }, async () => {
  // The hurried ingest forgets after three seconds and an epoch.
  await sleep(5500);
  none(inIngest(sealed), "ingest's memory");
  none(inIngest(held), "ingest's memory, of the held request");
});

test("no file holds a marker after all programs wrote what they had and began again", async () => {
  await house.restart();
  assert.ok((await house.totals(["Seen"])).Seen.total > 1000, "the reports still have the events");
  assert.ok(searchFolder(`${house.dir}/query`, open).hits.length > 0, "the control is in query's files");
  searchFiles();
  none(logs(sealed), "logs");
});

test("a group whose id is an e-mail address is still found by its events", async () => {
  const id = m.email(), key = "company";
  await deliver("/groups", "JSON", [{ $token: house.token, $group_key: key, $group_id: id, $set: { tier: "gold" } }], {});
  await deliver("/track", "JSON", [{ event: "Grouped", properties: { token: house.token, distinct_id: "u", [key]: id } }], {});
  await house.seen("Grouped", 1);
  const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);
  const { body } = await house.ask({ report: "segmentation", unit: "all", from: day(1), to: day(-1),
    show: [{ event: "Grouped", measure: "total" }], by: [`group["${key}"]["tier"]`] });
  assert.equal(body.series?.[0]?.by[0], "gold", JSON.stringify(body));
});
