// Requests for people. Each is an ask that the browser signs; each answer names its entry, and an
// answer without one is no answer.
import { ask_text, sorted_refs } from "./ask";
import { Refused, post } from "./http";
import { opened } from "./ledger";
import { project } from "./session";
import type { Found, PeoplePage, Person, Revealed } from "./types";

declare const written: unique symbol;
/** The number of an entry that the ledger has written: only `receipt` gives one out. */
export type Receipt = number & { readonly [written]: true };

/** A personal value and the entry under which it was opened. There is no other way to hold one. */
export interface OpenValue { readonly ref: string; readonly field: string; readonly text: string; readonly entry: Receipt }

function receipt(answer: { entry: number }): Receipt {
  if (!Number.isSafeInteger(answer.entry) || answer.entry <= 0) throw new Refused("closed", "", "", 0);
  return answer.entry as Receipt;
}

export interface Purpose { purpose: string; ticket: string }
export type Condition = [string, string, string | number | boolean] | [string, string];
export interface ListQuestion { filter: Condition[]; did?: string; from?: string; to?: string }
export type LookupKind = "email" | "phone" | "id";

export const list_limit = 50;
/** More subjects than one person is likely to have: a timeline by pseudonym names no number. */
const subjects_of_one = 64;
const timeline_limit = 500;

export async function list_people(question: ListQuestion, why: Purpose, after?: string): Promise<PeoplePage> {
  const id = project.value!.id;
  const text = JSON.stringify({ project: id, ...question, limit: list_limit, ...(after ? { after } : {}) });
  const ask = await ask_text({ project: id, kind: "rows", ...why, question: text, limit: list_limit });
  const page = await post<PeoplePage>("/api/people", { ask, question: text });
  receipt(page);
  opened({ what: "rows", entry: page.entry, refs: page.people.map((p) => p.person) });
  return page;
}

export async function read_person(person: string, refs: string[] | undefined, why: Purpose, before?: number): Promise<Person> {
  const id = project.value!.id;
  const text = JSON.stringify({ project: id, person, limit: timeline_limit, ...(before ? { before } : {}) });
  const sorted = refs && sorted_refs(refs);
  const ask = await ask_text({ project: id, kind: "timeline", ...why, question: text, ...(sorted ? { refs: sorted } : {}),
    limit: sorted?.length ?? subjects_of_one });
  const answer = await post<Person>("/api/person", { ask, question: text, ...(sorted ? { refs: sorted } : {}) });
  receipt(answer);
  opened({ what: "timeline", entry: answer.entry, refs: [answer.person] });
  return answer;
}

export interface Opened { entry: Receipt; values: OpenValue[]; missing: string[]; erased: boolean }

export async function reveal(person: string, refs: string[], fields: string[], why: Purpose): Promise<Opened> {
  const id = project.value!.id;
  const sorted = sorted_refs(refs);
  const ask = await ask_text({ project: id, kind: "reveal", ...why, fields, refs: sorted, limit: sorted.length });
  const answer = await post<Revealed>("/api/people/reveal", { ask, refs: sorted });
  const entry = receipt(answer);
  const values = answer.people.flatMap(({ ref, values }) => values.map(({ field, text }) => ({ ref, field, text, entry })));
  opened({ what: "reveal", entry, refs: [person], values: values.length });
  return { entry, values, missing: fields.filter((f) => !values.some((v) => v.field === f)),
    erased: answer.people.length > 0 && answer.people.every((p) => p.status === "erased") };
}

export async function find_person(kind: LookupKind, text: string, why: Purpose): Promise<Found> {
  const id = project.value!.id;
  const ask = await ask_text({ project: id, kind: "find", ...why, limit: 1 });
  const found = await post<Found>("/api/people/find", { ask, lookup: { kind, text } });
  receipt(found);
  opened({ what: "find", entry: found.entry, refs: found.found.map((f) => f.person) });
  return found;
}
