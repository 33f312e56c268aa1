// The ask: the exact text of one request for people, as the ledger will keep it. Eleven lines in one
// order; whoever reads it writes it again and compares the bytes.
import { from_hex, hex, joined, sha256, sha256_hex, utf8 } from "./bytes";

export type AskKind = "reveal" | "find" | "timeline" | "rows" | "export" | "approve" | "unfreeze" | "enrol" | "raise"
  | "freeze";

export interface Ask {
  project: number; kind: AskKind; purpose: string; ticket?: string | undefined; fields?: string[];
  /** The question's or the detail's own bytes. */
  question?: string;
  refs?: string[];
  /** The most distinct subjects that it may release. */
  limit: number;
}

/** Refs as they go beside an ask: sorted, each once. */
export const sorted_refs = (refs: readonly string[]): string[] => [...new Set(refs)].sort();

const escape_field = (name: string): string =>
  name.replace(/[\u0000-\u0020\u007f%]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"));

const by_bytes = (a: string, b: string): number => {
  const x = hex(utf8(a)), y = hex(utf8(b));
  return x < y ? -1 : x > y ? 1 : 0;
};

/** A ticket as the ledger takes it: at most 64 bytes without blanks; empty is none. */
export const ticket_form = /^[^\s\u0000-\u001f\u007f]{0,64}$/u;
export const is_ticket = (text: string): boolean => ticket_form.test(text) && utf8(text).length <= 64 && text !== "-";

export async function ask_text(ask: Ask): Promise<string> {
  const fields = [...new Set((ask.fields ?? []).map(escape_field))].sort(by_bytes);
  const refs = ask.refs ? sorted_refs(ask.refs) : null;
  const subjects = refs ? `${refs.length} ${hex(await sha256(joined(...refs.map(from_hex))))}` : "- -";
  return [
    "amana ask 1",
    `project ${ask.project}`,
    `kind ${ask.kind}`,
    `purpose ${ask.purpose}`,
    `ticket ${ask.ticket || "-"}`,
    `fields ${fields.join(" ") || "-"}`,
    `question ${ask.question === undefined ? "-" : await sha256_hex(ask.question)}`,
    `subjects ${subjects}`,
    `limit ${ask.limit}`,
    `nonce ${hex(crypto.getRandomValues(new Uint8Array(16)))}`,
    `time ${new Date().toISOString()}`,
  ].join("\n") + "\n";
}
