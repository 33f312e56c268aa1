// The ledger's page and Access in a real browser, against the stand-in: entries as sentences, a proof
// that the browser checks by itself, files that others can check, and every change of access an ask.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { begin, end, enter, enter_by_link, open, skip, troubles } from "../support/stood_before.mjs";

before(begin);
after(end);

const asks = (page, kind) => page.stand.asks.filter((a) => a.kind === kind);
const last = (page, path) => JSON.parse(page.stand.seen.findLast((r) => r.method === "POST" && r.path === path).text);

test("entries are sentences, timelines of one visit are one line, and each can be seen alone", { skip }, async () => {
  const page = await open();
  await enter(page, "/ledger");
  await page.waitForSelector("[data-entries]");
  const text = await page.locator("[data-entries]").innerText();
  assert.match(text, /saw the name and e-mail of 1 person for support 4698/);
  assert.match(text, /nightly-sync asked for a list of people and was refused: beyond the budget/);
  assert.match(text, /opened the timeline of 4 ids, by seal, for support 4698\s+3 entries in this visit/);
  const rows = await page.locator("[data-row]").count();
  await page.click("[data-row] button:has-text('entries in this visit') >> nth=0");
  await page.waitForFunction((n) => document.querySelectorAll("[data-row]").length === n + 2, rows);
  assert.equal(await page.locator(".ledger-figures dd").nth(3).innerText(), "0");
  assert.equal(await page.locator(".day-bars li").count(), 30);
  await page.close_all();
});

test("the browser checks an entry by itself, and says so when it does not fit", { skip }, async () => {
  const page = await open();
  await enter(page, "/ledger");
  for (const index of [0, 1, 77, page.stand.log.entries.length - 1]) {
    await page.goto(`${page.stand.url}/ledger/${page.stand.log.entries[index].sequence}`);
    await page.waitForSelector("[data-proof=holds]");
  }
  assert.ok(await page.locator(".path .sibling").count() > 0);
  page.stand.state.broken_proof = true;
  await page.reload();
  await page.waitForSelector("[data-proof=fails]");
  assert.match(await page.locator("[data-proof]").innerText(), /does not fit/);
  page.stand.state.broken_proof = false;
  page.stand.log.vkey = page.stand.log.vkey.replace(/\+[0-9a-f]{8}\+/, "+00000000+");
  await page.reload();
  await page.waitForSelector("[data-proof=fails]");
  await page.close_all();
});

test("the saved proof is whole: the bytes hash up to the root that the checkpoint names", { skip }, async () => {
  const page = await open();
  await enter(page, "/ledger");
  const { sequence } = page.stand.log.entries[100];
  await page.goto(`${page.stand.url}/ledger/${sequence}`);
  await page.waitForSelector("[data-proof=holds]");
  const downloads = [];
  page.on("download", (d) => downloads.push(d));
  await page.click("[data-save]");
  while (downloads.length < 2) await page.waitForTimeout(50);
  const named = Object.fromEntries(await Promise.all(downloads.map(async (d) => [d.suggestedFilename(), readFileSync(await d.path())])));
  const text = named[`${sequence}.tlog-proof`].toString();
  const [head, at, ...rest] = text.split("\n");
  assert.equal(head, "c2sp.org/tlog-proof@v1");
  assert.equal(at, "index 100");
  const node = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
  let hash = node(Buffer.of(0), named[`${sequence}.entry`]), i = 100;
  let edge = Number(text.split("\n\n")[1].split("\n")[1]) - 1;
  for (const line of rest.slice(0, rest.indexOf(""))) {
    while (i % 2 === 0 && i === edge) [i, edge] = [i / 2, edge / 2 | 0];
    hash = i % 2 ? node(Buffer.of(1), Buffer.from(line, "base64"), hash) : node(Buffer.of(1), hash, Buffer.from(line, "base64"));
    [i, edge] = [i >> 1, edge >> 1];
  }
  assert.equal(hash.toString("base64"), text.split("\n\n")[1].split("\n")[2]);
  await page.close_all();
});

test("the sentence filters, and a number leads to its entry", { skip }, async () => {
  const page = await open();
  await enter(page, "/ledger");
  await page.waitForSelector("[data-entries]");
  await page.click("[data-slot=who]");
  await page.click(".option:has-text('Samuel Okoro')");
  await page.waitForFunction(() => [...document.querySelectorAll("[data-row] .says")].every((c) => c.innerText.includes("Samuel Okoro")));
  await page.click("[data-slot=number]");
  await page.keyboard.type("48,010");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-entry-detail='48010']");
  await page.keyboard.press("/");
  await page.waitForSelector("dialog.goto[open]");
  await page.keyboard.type("48011");
  await page.waitForSelector(".option:has-text('48011')");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-entry-detail='48011']");
  await page.close_all();
});

test("an empty ledger", { skip }, async () => {
  const page = await open({ state: { no_entries: true } });
  await enter_by_link(page, "/ledger");
  await page.waitForSelector(".said");
  assert.match(await page.locator(".said").innerText(), /no entry/);
  await page.close_all();
});

test("by password and code: one field at a time, errors in words", { skip }, async () => {
  const page = await open({ state: { rights: ["aggregate"] } });
  await page.goto(page.stand.url + "/access");
  await page.waitForSelector(".door form");
  assert.match(await page.locator(".door").innerText(), /Quillwork on localhost/);
  await page.click("[data-way=password]");
  assert.equal(await page.locator(".door input").count(), 1);
  await page.fill(".door input", "noura");
  await page.keyboard.press("Enter");
  await page.fill(".door input[type=password]", "wrong");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#door-trouble");
  assert.match(await page.locator("#door-trouble").innerText(), /do not open anything/);
  await page.fill(".door input[type=password]", "correct horse battery");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[data-totp]");
  await page.click("[data-totp]");
  await page.waitForSelector(".qr");
  await page.fill("[data-name=code]", "000000");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".self-part [role=alert]");
  await page.fill("[data-name=code]", "123456");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => !document.querySelector(".qr"));
  await page.click("[data-display]");
  await page.click(".settings .button.edge");
  await page.waitForSelector(".door form");
  await page.click("[data-way=password]");
  await page.fill(".door input", "noura");
  await page.keyboard.press("Enter");
  await page.fill(".door input[type=password]", "correct horse battery");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".door input[name=code]");
  await page.fill(".door input[name=code]", "123456");
  await page.keyboard.press("Enter");
  await page.waitForSelector("nav.rail");
  await page.close_all();
});

test("a passkey nobody knows here is refused in words", { skip }, async () => {
  const page = await open();
  await enter(page, "/trends");
  await page.click("[data-display]");
  await page.click(".settings .button.edge");
  await page.waitForSelector(".door form");
  const known = page.stand.passkeys();
  page.stand.forget_passkeys();
  await page.click("[data-passkey]");
  await page.waitForSelector("#door-trouble");
  assert.match(await page.locator("#door-trouble").innerText(), /not known here/);
  page.stand.remember_passkeys(known);
  await page.click("[data-passkey]");
  await page.waitForSelector("nav.rail");
  await page.close_all();
});

test("passkeys: the second is vouched for by the first, and one is ended", { skip }, async () => {
  const page = await open();
  await enter(page, "/access");
  await page.waitForSelector("[data-passkeys='1']");
  page.stand.forget_exclusions = true;
  await page.fill("[data-name=passkey]", "Second");
  await page.click("[data-add-passkey]");
  await page.waitForSelector("[data-passkeys='2']");
  const body = last(page, "/api/passkeys");
  const client = JSON.parse(Buffer.from(body.assertion.client_data, "base64url"));
  assert.equal(client.challenge, createHash("sha256").update(body.ask).digest("base64url"), "the touch is for this ask");
  assert.equal(JSON.parse(body.detail).do, "credential");
  await page.click("[data-passkeys] button:has-text('End') >> nth=1");
  await page.click("[data-sure]");
  await page.waitForSelector("[data-passkeys='1']");
  await page.close_all();
});

test("an invitation and a key are shown once, and each is an ask", { skip }, async () => {
  const page = await open();
  await enter(page, "/access");
  await page.waitForSelector("[data-members]");
  await page.click("summary:has-text('Invite')");
  await page.fill("[data-name=invite]", "Huda Saleh");
  await page.selectOption("details select", "support");
  await page.click("[data-invite]");
  await page.waitForSelector("[data-once]");
  assert.match(await page.locator("[data-once]").innerText(), /\/enter#B{43}/);
  const detail = JSON.parse(last(page, "/api/members").detail);
  assert.deepEqual([detail.do, detail.rights["1"], detail.roles["1"]], ["member", ["aggregate", "unfolded", "rows", "reveal"], ["support"]]);
  await page.click("summary:has-text('Make a key')");
  await page.fill("[data-name=key]", "export");
  await page.click("[data-make-key]");
  await page.waitForSelector("[data-once]:has-text('k_a90c11:s_')");
  await page.reload();
  await page.waitForSelector("[data-members]");
  assert.equal(await page.locator("[data-once]").count(), 0);
  assert.ok(!(await page.content()).includes("s_4f4f"));
  assert.equal(asks(page, "enrol").length, 2);
  await page.close_all();
});

test("roles are changed, a member is frozen, a decision approved with a passkey, sessions and keys ended", { skip }, async () => {
  const page = await open();
  await enter(page, "/access");
  await page.waitForSelector("[data-members]");
  await page.click("button[aria-label='Change roles: Jonas Weber']");
  await page.selectOption("[data-roles]", "analyst");
  await page.click("[data-change-roles]");
  await page.waitForFunction(() => !document.querySelector("[data-roles]"));
  assert.deepEqual(JSON.parse(last(page, "/api/members/roles").detail), { do: "rights", principal: 12, rights: { 1: ["aggregate", "unfolded"] }, roles: { 1: ["analyst"] } });
  await page.click("button[aria-label='Freeze: Samuel Okoro']");
  await page.fill(".freezes input", "left the company");
  await page.click(".freezes button[type=submit]");
  await page.waitForFunction(() => !document.querySelector(".freezes"));
  assert.deepEqual(JSON.parse(last(page, "/api/freeze").detail), { do: "freeze", principal: 3, why: "left the company" });
  await page.click("[data-approve]");
  await page.waitForFunction(() => !document.querySelector("[data-approve]"));
  const body = last(page, "/api/decisions/approve");
  assert.equal(JSON.parse(Buffer.from(body.assertion.client_data, "base64url")).challenge, createHash("sha256").update(body.ask).digest("base64url"));
  await page.click("[data-logins] button:has-text('End') >> nth=0");
  await page.click("[data-sure]");
  await page.waitForFunction(() => !document.querySelector("[data-sure]"));
  assert.equal(last(page, "/api/logins/end").id, "l2");
  await page.click("[data-keys] button:has-text('End')");
  await page.click("[data-sure]");
  await page.waitForFunction(() => !document.querySelector("[data-sure]"));
  assert.equal(JSON.parse(last(page, "/api/keys/end").detail).principal, 21);
  assert.match(await page.locator("[data-budgets]").innerText(), /37 of 200/);
  await page.close_all();
});

test("the browser had nothing to complain about", { skip }, () => {
  assert.deepEqual(troubles, []);
});
