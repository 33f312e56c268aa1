// What an attacker took, counted from the bytes that he captured and from nothing else, per field of the
// incident. Names, e-mails and ids are counted by the tags that are in every value (world.mjs); place, browser,
// referrer and organisation by the pseudonyms beside which they stood.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../support/server.mjs";

const tags = { name: /Drillname(\d+)/gi, email: /\bs(\d+)@drill/gi, id: /\bdrill-(\d+)\b/gi };
const fields = {
  place: ["$city", "$region", "mp_country_code", "city", "region", "country"],
  browser: ["$browser", "$os", "browser", "os"],
  referrer: ["$referrer", "$referring_domain", "referrer", "referrer_host", "$initial_referring_domain"],
  organisation: ["company", "organisation"],
};
const table = [];

export class Attacker {
  constructor(name) {
    this.name = name;
    this.named = { name: new Set(), email: new Set(), id: new Set() };
    this.beside = { place: new Set(), browser: new Set(), referrer: new Set(), organisation: new Set() };
    this.people = new Set();
    this.bytes = 0;
    this.answers = {};
  }
  // Whatever came back, refusals too.
  capture = (path, status, text) => {
    this.answers[status] = (this.answers[status] ?? 0) + 1;
    this.take(text);
  };
  take(text) {
    this.bytes += text.length;
    for (const [field, tag] of Object.entries(tags))
      for (const match of text.matchAll(tag)) this.named[field].add(match[1]);
    for (const match of text.matchAll(/\bp_[0-9A-Za-z]{6,}/g)) this.people.add(match[0]);
    for (const part of [text, ...text.split("\n")])
      try { this.#walk(JSON.parse(part), null); } catch { /* not JSON; the tags are counted all the same */ }
  }
  #walk(node, beside) {
    if (Array.isArray(node)) for (const one of node) this.#walk(one, beside);
    if (!node || typeof node !== "object" || Array.isArray(node)) return;
    const own = node.person ?? node.distinct_id ?? node.properties?.distinct_id ?? node.refs?.[0] ?? node.ref;
    const who = typeof own === "string" ? own : beside;
    for (const [field, names] of Object.entries(fields))
      if (who && names.some((name) => node[name] !== undefined && node[name] !== null && node[name] !== ""))
        this.beside[field].add(who);
    for (const value of Object.values(node)) this.#walk(value, who);
  }
  get count() {
    const of = (sets) => Object.fromEntries(Object.entries(sets).map(([field, set]) => [field, set.size]));
    return { ...of(this.named), ...of(this.beside), people: this.people.size };
  }
  // Names, e-mails or ids in clear: at least one of them of that person.
  get persons() {
    return new Set([...this.named.name, ...this.named.email, ...this.named.id]);
  }
  report(note = "") {
    const c = this.count;
    table.push([this.name, c.name, c.email, c.place, c.browser, c.referrer, c.organisation, c.id, c.people, note]);
    return c;
  }
}

// A row that was not counted from answers: what an attacker inside found in memory and files.
export const note_row = (name, ...rest) => table.push([name, ...rest]);

// To the terminal, and into a file that ./check shows.
export function print(title) {
  const all = [["attacker", "name", "e-mail", "place", "OS, browser", "referrer", "org. ids", "person ids", "rows of",
                ""], ...table];
  const wide = all[0].map((_, i) => Math.max(...all.map((row) => String(row[i] ?? "").length)));
  const last = all[0].length - 1;
  const lines = all.map((row) => row.map((cell, i) => i === last ? cell : i ? String(cell ?? "").padStart(wide[i])
                                                                           : cell.padEnd(wide[0])).join("  ").trimEnd());
  const said = [title, ...lines, ""].join("\n");
  writeFileSync(join(build, "drill.txt"), said);
  console.log(said);
}

export const routes = () => JSON.parse(execFileSync(join(build, "bin/amana-web"), ["--routes"], { encoding: "utf8" }));

// ---- what a session is worth ------------------------------------------------------------------------------

const FIELDS = ["$email", "$name"];

// Lists, until no more is given: pages of that size, then of what the refusal says is left. { refs, said }
async function take_lists(member, size) {
  const refs = [];
  let after, refused = 0, page = size, said;
  for (let i = 0; i < 3000 && refused < 3; i++) {
    const got = await member.people({ limit: page, ...(after ? { after } : {}) }, { limit: page });
    if (got.status !== 200) {
      said = got.body?.error?.code;
      refused++;
      const left = got.body?.error?.left ?? got.body?.left;
      page = left > 0 ? Math.min(size, left) : Math.max(1, page >> 2);
      continue;
    }
    for (const one of got.body.people) refs.push(...one.refs);
    if (!(after = got.body.next)) break;
  }
  return { refs, said };
}

// Names and addresses of them, so many at a time, until no more is given.
async function take_values(member, refs, size) {
  let refused = 0, many = size, said;
  for (let i = 0; i < refs.length && refused < 3;) {
    const got = await member.reveal(refs.slice(i, i + many), FIELDS);
    if (got.status === 200) { i += many; continue; }
    said = got.body?.error?.code;
    refused++;
    const left = got.body?.error?.left ?? got.body?.left;
    many = left > 0 ? Math.min(size, left) : Math.max(1, many >> 2);
  }
  return said;
}

// Everything at once, as a script would; how the last refusal of each way was worded.
export async function take_all(member, subjects, size = 200) {
  const said = {};
  const first = await member.people({ limit: size }, { limit: size });
  said.lists = first.body?.error?.code;
  if (first.status === 200)
    said.values = await take_values(member, first.body.people.flatMap((one) => one.refs), 50);
  for (const path of ["/api/people", "/api/people/export"])
    said.question = (await member.ask(path, { kind: "rows", fields: FIELDS, question: "{}", limit: 1e6 })).status;
  const lists = await take_lists(member, size);
  said.lists ??= lists.said;
  said.values ??= await take_values(member, lists.refs.slice(-200), 50);
  for (const ref of lists.refs.slice(0, 20)) said.person = (await member.person([ref])).body?.error?.code;
  for (let i = 0, missed = 0; i < 400 && missed < 3; i++) {
    const got = await member.find("email", `s${subjects - 1 - i}@drill.example`);
    if (got.status !== 200) { missed++; said.find = got.body?.error?.code; }
  }
  await sweep(member);
  for (const passkey of [false, true])
    said.export = (await member.ask("/api/people/export", { kind: "export", fields: FIELDS, limit: 1000000 }, {},
                                    passkey && member.passkey)).body?.error?.code;
  return said;
}

// One person after the other, never more than is left: no refusal gives it away.
export async function take_slowly(member, named, rows) {
  const refs = [];
  let after;
  while (refs.length < rows) {
    const limit = Math.min(50, rows - refs.length);
    const got = await member.people({ limit, ...(after ? { after } : {}) }, { limit });
    if (got.status !== 200 || !got.body.people.length) break;
    for (const one of got.body.people) refs.push(...one.refs);
    if (!(after = got.body.next)) break;
  }
  for (const ref of refs.slice(0, named)) {
    await member.person([ref]);
    await member.reveal([ref], FIELDS);
  }
  const more = [await member.people({ limit: 1, ...(after ? { after } : {}) }, { limit: 1 })];
  if (refs.length > named) more.push(await member.reveal([refs[named]], FIELDS));
  return { refs, more };
}

// Every route of the table, the way it is and with a body that several of them take.
export async function sweep(member) {
  const days = "from_date=2020-01-01&to_date=2030-12-31", spec = { report: "segmentation", unit: "all",
    from: "2020-01-01", to: "2030-12-31", project: 1 };
  const bodies = [{}, { project: 1, limit: 1000 }, { project: 1, refs: [] },
    ...["$email", "$name", "$city", "$referring_domain", "distinct_id", "company"].map(
      (by) => ({ ...spec, show: [{ event: "Sign up", measure: "unique" }], by: [by] }))];
  for (const { method, path } of routes()) {
    if (/leave|end$|enter|login|freeze|password|totp|passkeys/.test(path)) continue;
    const where = path.replaceAll(/\*+/g, "1");
    if (method === "GET")
      await member.send("GET", `${where}?project=1&project_id=1&limit=1000&sequence=1&event=Sign+up&type=general&of=event` +
                               `&property=company&${days}`);
    else for (const body of bodies) await member.send(method, where, body);
  }
}
