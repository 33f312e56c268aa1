// Behind a filter's slot: first which property, then which condition and which values. Each choice
// holds at once; Escape gives back the filter that was there.
import { useEffect, useMemo, useState } from "preact/hooks";
import { find_property, find_values, schema } from "../api/schema";
import type { Property, Value } from "../api/types";
import { t } from "../i18n/display";
import { number, put } from "../i18n/write";
import type { Filter, Literal, Op } from "../query/where";
import { operand_name, value_name } from "../report/naming";
import { Icon } from "./icon";
import { Picker } from "./picker";
import type { Option } from "./picker";
import { property_options } from "./property_options";

type Plain = Extract<Filter, { kind: "filter" }>;
const type_pause_ms = 120;

function ops_for(property: Property | undefined): Op[] {
  if (property?.class === "personal") return ["set", "unset"];
  const numeric = property?.types.includes("number");
  return ["is", "isnt", ...(numeric ? ["gt", "ge", "lt", "le"] as Op[] : []), "has", "hasnt", "set", "unset"];
}

/** What was typed, as the property's own kind of value. */
function literal_of(text: string, property: Property | undefined): Literal {
  const types = property?.types ?? [];
  if (types.includes("number") && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (types.includes("boolean") && /^(true|false)$/.test(text)) return text === "true";
  return text;
}

const is_literal = (value: unknown): value is Literal =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function Values({ filter, property, on_change }: {
  filter: Plain; property: Property | undefined; on_change: (values: Literal[]) => void;
}) {
  const [typed, set_typed] = useState("");
  const [found, set_found] = useState<Value[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      find_values(filter.property, typed, stop.signal).then(set_found, () => {});
    }, typed ? type_pause_ms : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [typed, filter.property.of, filter.property.name]);

  const options = useMemo(() => {
    const list: Option<Literal>[] = [];
    const add = (value: Literal, note?: string) => {
      const key = JSON.stringify(value);
      if (list.some((o) => o.key === key)) return;
      list.push({ key, value, label: value_name(filter.property, value), note, also: String(value),
        checked: filter.values.includes(value) });
    };
    const own = literal_of(typed, property);
    for (const value of filter.values) add(value);
    for (const { value, count } of found) if (is_literal(value)) add(value, number(count));
    if (typed.trim() && !list.some((o) => o.value === own)) {
      list.push({ key: "typed", value: own, label: put(t.value.value_use, { v: typed }), always: true });
    }
    return list;
  }, [found, typed, filter.values, property]);
  const toggle = (value: Literal) => on_change(filter.values.includes(value)
    ? filter.values.filter((v) => v !== value) : [...filter.values, value]);
  return <Picker label={t.value.value_pick} options={options} on_pick={toggle} on_type={set_typed} many />;
}

function Typed({ filter, property, on_change, close }: {
  filter: Plain; property: Property | undefined; on_change: (values: Literal[]) => void; close: () => void;
}) {
  const compares = ["gt", "ge", "lt", "le"].includes(filter.op);
  const [text, set_text] = useState(String(filter.values[0] ?? ""));
  const hold = (typed: string) => {
    set_text(typed);
    if (compares ? typed.trim() !== "" && Number.isFinite(Number(typed)) : typed !== "") {
      on_change([compares ? Number(typed) : literal_of(typed, undefined)]);
    }
  };
  return (
    <div class="top">
      <input class="input" data-focus aria-label={t.value.value_type} placeholder={t.value.value_type} value={text}
        inputMode={compares ? "decimal" : "text"} dir={compares ? "ltr" : "auto"} autocomplete="off"
        data-of={property?.name} onInput={(e) => hold(e.currentTarget.value)}
        onKeyDown={(e) => { if (e.key === "Enter") close(); }} />
    </div>
  );
}

function Condition({ filter, on_change, on_back, close }: {
  filter: Plain; on_change: (f: Plain) => void; on_back: () => void; close: () => void;
}) {
  const words = t.value;
  const property = find_property(filter.property.of, filter.property.name);
  const set_op = (op: Op) => {
    const both_lists = ["is", "isnt"].includes(op) && ["is", "isnt"].includes(filter.op);
    const both_texts = ["has", "hasnt"].includes(op) && ["has", "hasnt"].includes(filter.op);
    const both_numbers = !both_lists && !both_texts && typeof filter.values[0] === "number";
    const keeps = both_lists || both_texts || both_numbers;
    on_change({ ...filter, op, values: keeps && op !== "set" && op !== "unset" ? filter.values : [] });
  };
  const set_values = (values: Literal[]) => on_change({ ...filter, values });
  return (
    <>
      <div class="top">
        <button type="button" class="square" aria-label={words.property_pick} onClick={on_back}><Icon name="back" /></button>
        <b><bdi>{operand_name(filter.property)}</bdi></b>
        <select class="input" aria-label={words.condition} value={filter.op}
          onChange={(e) => set_op(e.currentTarget.value as Op)}>
          {ops_for(property).map((op) => <option key={op} value={op}>{words.op[op]}</option>)}
        </select>
      </div>
      {property?.class === "personal" && <p>{words.sealed_note}</p>}
      {(filter.op === "is" || filter.op === "isnt")
        && <Values filter={filter} property={property} on_change={set_values} />}
      {["has", "hasnt", "gt", "ge", "lt", "le"].includes(filter.op)
        && <Typed key={filter.op} filter={filter} property={property} on_change={set_values} close={close} />}
    </>
  );
}

function Raw({ text, on_change, close }: { text: string; on_change: (f: Filter) => void; close: () => void }) {
  const [typed, set_typed] = useState(text);
  const hold = () => {
    if (typed.trim()) on_change({ kind: "raw", text: typed.trim() });
    close();
  };
  return (
    <>
      <div class="top">
        <textarea class="input" rows={3} data-focus aria-label={t.value.raw_label} spellcheck={false} value={typed}
          onInput={(e) => set_typed(e.currentTarget.value)}
          onKeyDown={(e) => { if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); hold(); } }} />
      </div>
      <p>{t.value.raw_help}</p>
      <div class="foot">
        <button type="button" class="button solid end" onClick={hold}>{t.value.done}</button>
      </div>
    </>
  );
}

interface Props {
  filter: Filter | null;
  on_change: (filter: Filter | null) => void;
  close: () => void;
}

const whole = (f: Filter) => f.kind === "raw" || f.values.length > 0 || f.op === "set" || f.op === "unset";

export function FilterPanel({ filter, on_change, close }: Props) {
  const [draft, set_draft] = useState<Filter | null>(filter);
  const words = t.value;
  const hold = (next: Filter) => {
    set_draft(next);
    if (whole(next)) on_change(next);
  };
  const options = useMemo((): Option<Property | null>[] => [
    ...property_options(() => true),
    { key: "raw", value: null, label: words.raw_pick, always: true, group: words.raw_label },
  ], [schema.value]);
  const remove = () => {
    on_change(null);
    close();
  };
  if (!draft) {
    return (
      <Picker label={words.property_pick} options={options} on_remove={filter ? remove : close}
        on_pick={(p) => p ? hold({ kind: "filter", property: { of: p.of, name: p.name },
          op: p.class === "personal" ? "set" : "is", values: [] }) : set_draft({ kind: "raw", text: "" })} />
    );
  }
  if (draft.kind === "raw") return <Raw text={draft.text} on_change={hold} close={close} />;
  return (
    <>
      <Condition key={`${draft.property.of} ${draft.property.name}`} filter={draft} on_change={hold}
        on_back={() => set_draft(null)} close={close} />
      <div class="foot">
        {filter && <button type="button" class="button" onClick={remove}>{words.remove}</button>}
        <button type="button" class="button solid end" onClick={close}>{words.done}</button>
      </div>
    </>
  );
}
