// Go to: one box over pages, events, properties, pseudonyms and entry numbers. Free; never over names
// or e-mails. Looking up an e-mail is another thing: it leads to its ticket.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { refresh_schema, schema } from "../api/schema";
import { has_right, project } from "../api/session";
import { t } from "../i18n/display";
import { k } from "../i18n/keep";
import { number } from "../i18n/write";
import { first_question, tidy } from "../query/question";
import { print_by } from "../query/where";
import { property_name } from "../report/naming";
import { Picker } from "./picker";
import type { Option } from "./picker";
import { looked_for } from "./lookup_wish";
import { go, pages } from "./route";
import { address_of } from "./trends";

export const is_goto_open = signal(false);

function options_now(): Option<string>[] {
  const words = t.value;
  const own = project.value;
  const list: Option<string>[] = pages.filter((name) => name !== "people" || has_right("rows")).map((name) =>
    ({ key: name, value: `/${name}`, label: words[name], also: name, group: words.goto_pages }));
  if (!own || !schema.value) return list;
  const { events, properties } = schema.value;
  for (const { name, count } of events) {
    list.push({ key: `e ${name}`, value: address_of(first_question(own.id, own.zone, name), "line"), label: name,
      note: number(count), group: words.goto_events });
  }
  const most = events[0];
  for (const p of most ? properties.filter((p) => p.class !== "personal") : []) {
    const question = { ...first_question(own.id, own.zone, most!.name), by: [print_by(p)] };
    const label = property_name(p.name);
    list.push({ key: `p ${p.of} ${p.name}`, value: address_of(tidy(question), "line"), label, also: p.name,
      note: p.of === "event" ? undefined : p.of.replace("group:", ""), group: words.goto_properties });
  }
  return list;
}

const lookup = "lookup";

/** What was typed may itself be an address: a pseudonym, an entry's number, or an e-mail to look up. */
function options_for(typed: string): Option<string>[] {
  const words = t.value;
  const text = typed.trim();
  if (/^p_[0-9a-z]+$/.test(text) && has_right("rows")) {
    return [{ key: "person", value: `/person/${text}`, label: text, group: words.goto_person, always: true }];
  }
  const sequence = /^(?:Nº|قيد)?\s*([\d,]{1,15})$/.exec(text)?.[1]?.replaceAll(",", "");
  if (sequence) {
    return [{ key: "entry", value: `/ledger/${sequence}`, label: `Nº ${sequence}`, group: words.goto_entry, always: true }];
  }
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text) && has_right("reveal")) {
    return [{ key: lookup, value: lookup, label: k.value.people.lookup_goto, group: words.goto_counted, always: true }];
  }
  return [];
}

export function GoTo() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, set_typed] = useState("");
  const known = useMemo(options_now, [schema.value, t.value, project.value]);
  const options = useMemo(() => [...known, ...options_for(typed)], [known, typed]);
  useEffect(() => {
    void refresh_schema().catch(() => {});
    dialog.current?.showModal();
  }, []);
  return (
    <dialog class="goto" ref={dialog} aria-label={t.value.goto} onClose={() => { is_goto_open.value = false; }}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <Picker label={t.value.goto} hint={t.value.goto_hint} options={options}
        on_type={set_typed} on_pick={(to) => {
          dialog.current?.close();
          if (to === lookup) looked_for.value = typed.trim();
          go(to === lookup ? "/people" : to);
        }} />
    </dialog>
  );
}
