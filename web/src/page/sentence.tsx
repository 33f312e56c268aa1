// The question as a sentence. Its words come from a template of the member's language, its
// changeable words are slots; changing one changes the question.
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { schema } from "../api/schema";
import { project } from "../api/session";
import type { Property } from "../api/types";
import { paint } from "../chart/stroke";
import { t } from "../i18n/display";
import { city, day, fill, isolate, number, put } from "../i18n/write";
import { any_event, by_max, measures, rows_max, units } from "../query/question";
import type { Measure, Question, Show, Unit } from "../query/question";
import { parse_operand, parse_where, print_by, print_where } from "../query/where";
import type { Filter } from "../query/where";
import { event_name, filter_phrase, measure_word, operand_name, property_name } from "../report/naming";
import { DatesPanel } from "./dates_panel";
import { FilterPanel } from "./filter_panel";
import { Picker } from "./picker";
import type { Option } from "./picker";
import { property_options } from "./property_options";
import { Slot } from "./slot";

interface Part { question: Question; on_change: (question: Question) => void }
/** What ends with a slot takes the mark that the next part of the sentence begins with. */
interface Ends { after?: string | undefined }

const mark_of = (template: string): string => /^[,،؟?.]/.exec(template)?.[0] ?? "";
const unmarked = (template: string): string => template.slice(mark_of(template).length);

function event_options(chosen = ""): Option<string>[] {
  const events = schema.value?.events ?? [];
  const any = { name: any_event, count: null };
  return [...events, any].map(({ name, count }) => ({ key: name, value: name, label: event_name(name),
    note: count === null ? undefined : number(count), checked: name === chosen }));
}

function EventSlot({ show, on_change, on_remove }: {
  show: Show; on_change: (show: Show) => void; on_remove?: (() => void) | undefined;
}) {
  const options = useMemo(() => event_options(show.event), [schema.value, t.value, show.event]);
  const name = event_name(show.event);
  return (
    <Slot clause={name} name="event" panel={(close) => (
      <>
        <Picker label={t.value.event_pick} options={options} on_remove={on_remove}
          on_pick={(event) => { on_change({ ...show, event }); close(); }} />
        {on_remove && (
          <div class="foot">
            <button type="button" class="button" onClick={() => { on_remove(); close(); }}>
              {put(t.value.event_remove, { name: isolate(name) })}
            </button>
          </div>
        )}
      </>
    )}>
      <bdi>{name}</bdi>
    </Slot>
  );
}

type MeasureChoice = { measure: Measure; property?: string };

function MeasureSlot({ show, on_change }: { show: Show; on_change: (show: Show) => void }) {
  const words = t.value;
  const options = useMemo((): Option<MeasureChoice>[] => {
    const sums = property_options((p: Property) => p.of === "event" && p.class !== "personal" && p.types.includes("number"));
    return [
      ...measures.filter((m) => m !== "sum").map((measure) =>
        ({ key: measure, value: { measure }, label: words.measure_pick[measure], checked: show.measure === measure })),
      ...sums.map((o) => ({ key: "sum " + o.key, group: words.measure_pick.sum, also: o.value.name,
        value: { measure: "sum" as const, property: o.value.name },
        label: property_name(o.value.name), checked: show.property === o.value.name })),
    ];
  }, [schema.value, words, show]);
  return (
    <Slot clause={measure_word(show)} name="measure" panel={(close) => (
      <Picker label={words.measure_slot} options={options} on_pick={(choice) => {
        const { property: _, ...rest } = show;
        on_change({ ...rest, ...choice });
        close();
      }} />
    )}>
      {measure_word(show)}
    </Slot>
  );
}

/** Filters of one row or of all: a slot each, and one that adds. */
function Filters({ where, on_change, name, after }: Ends & {
  where: string | undefined; on_change: (where: string | undefined) => void; name: string;
}) {
  const words = t.value;
  const filters = parse_where(where);
  const put_at = (i: number, filter: Filter | null) => {
    const next = [...filters];
    if (filter) next[i] = filter;
    else next.splice(i, 1);
    on_change(print_where(next));
  };
  const slots: ComponentChildren[] = filters.map((filter, i) => (
    <span key={i}>
      {i > 0 && " "}
      <Slot clause={filter_phrase(filter)} name={name} after={i < filters.length - 1 ? words.ask.comma : undefined}
        on_escape={() => put_at(i, filter)}
        panel={(close) => <FilterPanel filter={filter} on_change={(f) => put_at(i, f)} close={close} />}>
        <span class={filter.kind === "raw" ? "raw" : ""}>{filter_phrase(filter)}</span>
      </Slot>
    </span>
  ));
  const adds = (
    <Slot key="adds" adds after={after} clause={filters.length ? words.and_add : words.where_add} name={`${name}-add`}
      on_escape={() => on_change(where)}
      panel={(close) => <FilterPanel filter={null} on_change={(f) => put_at(filters.length, f)} close={close} />}>
      {filters.length ? words.and_add : words.where_add}
    </Slot>
  );
  if (!filters.length) return <> {adds}</>;
  return <>{fill(words.ask.where, { filters: <>{slots} {adds}</> })}</>;
}

function Groups({ question, on_change, after }: Part & Ends) {
  const words = t.value;
  const by = question.by ?? [];
  const options = useMemo(() => property_options((p) => p.class !== "personal"), [schema.value, words]);
  const put_at = (i: number, property: Property | null) => {
    const next = [...by];
    if (property) next[i] = print_by({ of: property.of, name: property.name });
    else next.splice(i, 1);
    on_change({ ...question, by: [...new Set(next)] });
  };
  const panel = (i: number, removes: boolean) => (close: () => void) => {
    const remove = removes ? () => { put_at(i, null); close(); } : undefined;
    return (
      <>
        <Picker label={words.property_pick} options={options} on_remove={remove ?? close}
          on_pick={(p) => { put_at(i, p); close(); }} />
        {remove && <div class="foot"><button type="button" class="button" onClick={remove}>{words.remove}</button></div>}
      </>
    );
  };
  const can_add = by.length < by_max;
  const slots = by.map((b, i) => {
    const mark = i < by.length - 1 ? words.ask.comma : can_add ? undefined : after;
    const name = operand_name(parse_operand(b));
    return (
      <span key={i}>
        {i > 0 && " "}
        <Slot clause={name} name="by" after={mark} panel={panel(i, true)}><bdi>{name}</bdi></Slot>
      </span>
    );
  });
  const text = by.length ? words.and_by_add : words.by_add;
  const adds = can_add && (
    <Slot key="adds" adds after={after} clause={text} name="by-add" panel={panel(by.length, false)}>{text}</Slot>
  );
  if (!by.length) return <> {adds}</>;
  return <>{fill(unmarked(words.ask.by), { groups: <>{slots} {adds}</> })}</>;
}

const unit_template = (question: Question) => question.unit === "all" ? t.value.ask.all : t.value.ask.each;

function UnitSlot({ question, on_change, after }: Part & Ends) {
  const words = t.value;
  const options = units.map((unit) =>
    ({ key: unit, value: unit, label: words.unit[unit], checked: unit === question.unit }));
  const slot = (
    <Slot clause={words.unit[question.unit]} name="unit" after={after} panel={(close) => (
      <Picker label={words.unit_slot} options={options}
        on_pick={(unit: Unit) => { on_change({ ...question, unit }); close(); }} />
    )}>
      {words.unit[question.unit]}
    </Slot>
  );
  return <>{fill(unmarked(unit_template(question)), { unit: slot })}</>;
}

function DatesSlot({ question, on_change, after }: Part & Ends) {
  const { from, to, zone } = question;
  const text = from === to ? day(from, "long") : put(t.value.range, { from: day(from, "long"), to: day(to, "long") });
  const slot = (
    <Slot clause={text} name="dates" wide after={after} panel={(close) => (
      <DatesPanel from={from} to={to} zone={zone} close={close}
        on_change={(first, last) => on_change({ ...question, from: first, to: last })} />
    )}>
      {text}
    </Slot>
  );
  return <>{fill(t.value.ask.from, { range: slot })}</>;
}

function zone_options(chosen: string): Option<string>[] {
  const own = project.value?.zone;
  const all = new Set([...(own ? [own] : []), chosen, "UTC", ...Intl.supportedValuesOf("timeZone")]);
  return [...all].map((zone) => ({ key: zone, value: zone, label: city(zone), also: zone,
    checked: zone === chosen, note: zone === own ? t.value.zone_project : zone }));
}

export function ZoneSlot({ zone, on_pick, after }: Ends & { zone: string; on_pick: (zone: string) => void }) {
  const options = useMemo(() => zone_options(zone), [t.value, project.value, zone]);
  return (
    <Slot clause={city(zone)} name="zone" after={after} panel={(close) => (
      <Picker label={t.value.zone_pick} options={options} on_pick={(z) => { on_pick(z); close(); }} />
    )}>
      <bdi>{city(zone)}</bdi>
    </Slot>
  );
}

function AddEvent({ question, on_change }: Part) {
  const options = useMemo(() => event_options(), [schema.value, t.value]);
  if (question.show.length >= rows_max) return null;
  return (
    <Slot adds clause={t.value.event_add} name="event-add" panel={(close) => (
      <Picker label={t.value.event_pick} options={options} on_remove={close} on_pick={(event) => {
        const measure = question.show[0]!.measure === "unique" ? "unique" : "total";
        on_change({ ...question, show: [...question.show, { event, measure }] });
        close();
      }} />
    )}>
      {t.value.event_add}
    </Slot>
  );
}

function Row({ question, on_change, at }: Part & { at: number }) {
  const show = question.show[at]!;
  const change = (next: Show) => on_change({ ...question, show: question.show.map((s, i) => i === at ? next : s) });
  const remove = question.show.length > 1
    ? () => on_change({ ...question, show: question.show.filter((_, i) => i !== at) }) : undefined;
  return (
    <>
      {fill(t.value.ask[show.measure], {
        measure: <MeasureSlot show={show} on_change={change} />,
        event: <EventSlot show={show} on_change={change} on_remove={remove} />,
      })}
    </>
  );
}

function set_where<T extends { where?: string }>(of: T, where: string | undefined): T {
  const { where: _, ...rest } = of;
  return (where ? { ...rest, where } : rest) as T;
}

export function Sentence({ question, on_change }: Part) {
  const words = t.value;
  const part = { question, on_change };
  const many = question.show.length > 1;
  const [to_zone, after_zone] = (many ? words.ask.together_zone : words.ask.zone).split("{zone}") as [string, string];
  const filters = <Filters where={question.where} name="where" after={question.by && mark_of(words.ask.by)}
    on_change={(where) => on_change(set_where(question, where))} />;
  const tail = (
    <>
      {filters}<Groups {...part} after={mark_of(unit_template(question))} />
      <UnitSlot {...part} after={mark_of(words.ask.from)} /><DatesSlot {...part} after={mark_of(to_zone)} />
      {unmarked(to_zone)}
      <ZoneSlot zone={question.zone} after={mark_of(after_zone)} on_pick={(zone) => on_change({ ...question, zone })} />
      {unmarked(after_zone)}
    </>
  );
  if (!many) {
    return <div class="sentence" data-sentence><Row {...part} at={0} />{tail} <AddEvent {...part} /></div>;
  }
  return (
    <div class="sentence" data-sentence>
      {question.show.map((show, i) => (
        <span class="row" key={i}>
          {!question.by && <i class="chip" style={paint(i + 1)} />}
          <Row {...part} at={i} />
          <Filters where={show.where} name={`where-${i}`} after={words.ask.row_end} on_change={(where) => on_change({ ...question,
            show: question.show.map((s, k) => k === i ? set_where(s, where) : s) })} />
        </span>
      ))}
      <span class="row">{words.ask.together}{tail} <AddEvent {...part} /></span>
    </div>
  );
}
