// What events, properties and groups are called on the page.
import type { Group, Of } from "../api/types";
import { t } from "../i18n/display";
import { all_of_list, country, isolate, number, one_of_list, put } from "../i18n/write";
import { any_event, other_group } from "../query/question";
import type { Question, Show } from "../query/question";
import { parse_operand } from "../query/where";
import type { Filter, Literal, Operand } from "../query/where";

export const event_name = (event: string): string => event === any_event ? t.value.event_any : event;

export const property_name = (name: string): string => t.value.properties[name] ?? name;

export function operand_name({ of, name }: Operand): string {
  const kind = of === "event" || of === "user" ? of : "group";
  return put(t.value.property_any_of[kind], { p: property_name(name), group: of.slice("group:".length) });
}

export function property_group(of: Of): string {
  if (of === "event" || of === "user") return t.value.property_of[of];
  return put(t.value.property_of.group, { group: of.slice("group:".length) });
}

const is_country = (name: string) => name === "mp_country_code" || name === "$country_code";

export function value_name(property: Operand, value: Group): string {
  if (value === null) return t.value.none_value;
  if (value === other_group) return t.value.other_series;
  if (typeof value === "boolean") return value ? t.value.yes : t.value.no;
  if (typeof value === "number") return number(value);
  return is_country(property.name) ? country(value) : value;
}

export function by_name(question: Question, by: Group[]): string {
  return by.map((value, i) => value_name(parse_operand(question.by?.[i] ?? ""), value)).join(" · ");
}

export function filter_phrase(filter: Filter): string {
  if (filter.kind === "raw") return filter.text;
  const say = (value: Literal) => isolate(value_name(filter.property, value));
  return put(t.value.phrase[filter.op], {
    p: isolate(operand_name(filter.property)), v: one_of_list(filter.values.map(say)),
  });
}

export function measure_word(show: Show): string {
  return put(t.value.measure[show.measure], { p: isolate(property_name(show.property ?? "")) });
}

/** The same apart from a sentence, where it stands on its own. */
export function measure_name(show: Show): string {
  return put(t.value.measure_name[show.measure], { p: isolate(property_name(show.property ?? "")) });
}

/** What a question is about: its events, by its properties. */
export function title_of(question: Question): string {
  const events = [...new Set(question.show.map((s) => isolate(event_name(s.event))))];
  const what = all_of_list(events);
  if (!question.by) return what;
  const groups = all_of_list(question.by.map((b) => isolate(operand_name(parse_operand(b)))));
  return put(t.value.title_by, { what, groups });
}
