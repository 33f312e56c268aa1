// A sealed value, and an open one. Sealed shows its kind and never a letter. Open is built from a
// value with its receipt, and cannot be built without.
import type { OpenValue } from "../api/people";
import { entry_text, field_name, k } from "../i18n/keep";
import { put } from "../i18n/write";
import { ClosedSeal } from "./seal";
import { copy } from "./toast";

export function SealedStrip({ kind, name }: { kind: string; name?: string }) {
  return (
    <span class="sealed" data-sealed={name}>
      <ClosedSeal />{kind}<span class="unseen">, {k.value.person.is_sealed}</span>
    </span>
  );
}

/** E-mails, phones and ids run left to right whatever the page does; names tell by themselves. */
const direction_of = (text: string): "ltr" | "auto" => /\p{L}/u.test(text) && !text.includes("@") ? "auto" : "ltr";

export function Open({ value }: { value: OpenValue }) {
  const words = k.value.person;
  return (
    <span class="open" data-open={value.field} data-entry={value.entry}>
      <button type="button" onClick={() => void copy(value.text, words.copied)}>
        <bdi dir={direction_of(value.text)}>{value.text}</bdi>
        <span class="unseen">, {put(words.copy, { field: field_name(value.field) })}</span>
      </button>
      <a class="receipt" href={`/ledger/${value.entry}`}>{entry_text(value.entry)}</a>
    </span>
  );
}
