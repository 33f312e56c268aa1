// Go to: one box over pages, events and properties. Free; never over people.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { refresh_schema, schema } from "../api/schema";
import { project } from "../api/session";
import { t } from "../i18n/display";
import { number } from "../i18n/write";
import { first_question, tidy } from "../query/question";
import { print_by } from "../query/where";
import { property_name } from "../report/naming";
import { Picker } from "./picker";
import type { Option } from "./picker";
import { go, pages } from "./route";
import { address_of } from "./trends";

export const is_goto_open = signal(false);

function options_now(): Option<string>[] {
  const words = t.value;
  const own = project.value;
  const list: Option<string>[] = pages.map((name) =>
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

export function GoTo() {
  const dialog = useRef<HTMLDialogElement>(null);
  const options = useMemo(options_now, [schema.value, t.value, project.value]);
  useEffect(() => {
    void refresh_schema().catch(() => {});
    dialog.current?.showModal();
  }, []);
  return (
    <dialog class="goto" ref={dialog} aria-label={t.value.goto} onClose={() => { is_goto_open.value = false; }}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <Picker label={t.value.goto} hint={t.value.goto_hint} options={options}
        on_pick={(to) => { dialog.current?.close(); go(to); }} />
    </dialog>
  );
}
