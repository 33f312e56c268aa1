// Entries as sentences: who, what, of how many, what for.
import type { ComponentChildren } from "preact";
import type { Entry } from "../api/types";
import { entry_text, field_name, k, purpose_name } from "../i18n/keep";
import { all_of_list, count, fill, isolate, number, put } from "../i18n/write";

export type Tone = "wax" | "bad" | "warn" | "";

const decisions = ["enrol", "approve", "raise", "unfreeze", "freeze", "froze", "roster", "rotate"];

/** In one word, and how it is drawn. */
export function tag_of(entry: Entry): [string, Tone] {
  const { tags } = k.value.ledger;
  if (entry.verdict === "refused") return [tags.refused!, "bad"];
  if (entry.kind === "host") return [tags.host!, "bad"];
  if (entry.kind === "reveal" || entry.kind === "export") return [tags.opened!, "wax"];
  if (entry.kind === "find") return entry.persons ? [tags.opened!, "wax"] : [tags.seal!, ""];
  if (entry.kind === "erase") return [tags.erased!, ""];
  if (entry.kind === "login") return [tags.login!, ""];
  if (entry.kind === "timeline" || entry.kind === "rows") return [tags.seal!, ""];
  return [decisions.includes(entry.kind) ? tags.decision! : tags.house!, ""];
}

export const who_of = (entry: Entry): string => entry.principal === 0 ? k.value.ledger.itself : entry.name ?? put(k.value.ledger.by_principal, { n: String(entry.principal) });

export function purpose_of(entry: Entry): string {
  if (!entry.purpose) return "–";
  return purpose_name(entry.purpose) + (entry.ticket && entry.ticket !== "-" ? ` ${isolate(entry.ticket)}` : "");
}

/** People opened: what the budget of names counts. */
export const opened_by = (entry: Entry): number =>
  entry.verdict !== "refused" && ["reveal", "find", "export"].includes(entry.kind) ? entry.persons : 0;

export function entry_sentence(entry: Entry, persons = entry.persons): ComponentChildren {
  const words = k.value.ledger;
  const refused = entry.verdict === "refused" ? words.says[`${entry.kind}_refused`] : undefined;
  const template = refused ?? words.says[entry.kind] ?? words.says.other!;
  const why = entry.verdict === "refused" && entry.code ? words.codes[entry.code] : undefined;
  const said = fill(template, {
    who: <b><bdi>{who_of(entry)}</bdi></b>,
    fields: entry.fields.length ? all_of_list(entry.fields.map((f) => isolate(field_name(f)))) : "–",
    people: <b>{count(k.value.ids_n, persons)}</b>,
    of_people: <b>{count(k.value.of_ids, persons)}</b>,
    purpose: purpose_of(entry),
    rows: number(entry.rows),
    refers: entry.refers_to ? entry_text(entry.refers_to) : "–",
    kind: words.kinds[entry.kind] ?? entry.kind,
    what: words.dos[entry.do ?? ""] ?? words.dos.other!,
  });
  return why ? [...said, words.because, why] : said;
}
