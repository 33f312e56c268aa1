// People: rows by seal, no names. The list has a price, so it is asked for; what was shown stays for
// this visit. Looking somebody up by an exact value is a ticket of its own.
import { computed, signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { find_values, refresh_schema, schema } from "../api/schema";
import { find_person, list_limit, list_people } from "../api/people";
import type { Condition, ListQuestion, LookupKind } from "../api/people";
import { named_left, rows_left } from "../api/ledger";
import { has_right, project } from "../api/session";
import type { Found, Listed, PeoplePage } from "../api/types";
import { t } from "../i18n/display";
import { entry_text, field_name, k } from "../i18n/keep";
import { ago, count, country, day, fill, isolate, number, put } from "../i18n/write";
import { today } from "../query/days";
import { event_name } from "../report/naming";
import { DatesPanel } from "./dates_panel";
import { remember } from "./known_people";
import { looked_for } from "./lookup_wish";
import { Picker } from "./picker";
import type { Option } from "./picker";
import { Pseudonym } from "./seal";
import { Slot } from "./slot";
import { Barrier, Ticket, Why, barrier, refusal_text, why } from "./ticket";

/** The sentence now, and the list that was shown with the sentence it answers. */
const question = signal<ListQuestion>({ filter: [] });
const list = signal<{ question: ListQuestion; people: Listed[]; page: PeoplePage } | null>(null);
const busy = signal(false);
const trouble = signal("");
const is_old = computed(() => list.value !== null && JSON.stringify(list.value.question) !== JSON.stringify(question.value));

async function show(after?: string): Promise<void> {
  const asked = question.value;
  busy.value = true;
  trouble.value = "";
  try {
    const page = await list_people(asked, why(), after);
    remember(page.people);
    const before = after && list.value ? list.value.people : [];
    list.value = { question: asked, page, people: [...before, ...page.people] };
  } catch (error) {
    trouble.value = refusal_text(error);
  } finally {
    busy.value = false;
  }
}

/* ---- the sentence ---------------------------------------------------------------------------- */

/** What a person may be told by, and the property of events whose values it lists. */
const facts: Record<string, string> = { company: "company", plan: "plan", country: "mp_country_code", city: "$city",
  browser: "$browser", os: "$os", referrer: "$initial_referring_domain" };

const fact_name = (name: string) => k.value.facts[name]?.toLocaleLowerCase() ?? field_name(name);
const value_text = (name: string, value: unknown): string => Array.isArray(value) ? value.map((v) => value_text(name, v)).join(t.value.ask.comma + " ")
  : name === "country" ? country(String(value)) : String(value);

function condition_text([name, op, value]: Condition): string {
  const words = k.value.people;
  const p = isolate(fact_name(name));
  if (op === "defined") return put(words.set, { p });
  return put(op === "!=" ? words.not_value : words.value, { p, v: isolate(value_text(name, value)) });
}

function ConditionPanel({ now, on_pick, on_remove, close }: {
  now: Condition | null; on_pick: (condition: Condition) => void; on_remove?: () => void; close: () => void;
}) {
  const words = k.value.people;
  const [name, set_name] = useState(now && now[1] !== "defined" ? now[0] : "");
  const [op, set_op] = useState(now?.[1] === "!=" ? "!=" : "==");
  const [typed, set_typed] = useState("");
  const [found, set_found] = useState<{ value: unknown; count: number }[]>([]);
  useEffect(() => {
    if (!name) return undefined;
    const stop = new AbortController();
    find_values({ of: "event", name: facts[name] ?? name }, typed, stop.signal).then(set_found, () => {});
    return () => stop.abort();
  }, [name, typed]);
  const names = useMemo((): Option<string>[] => [
    ...Object.keys(facts).map((key) => ({ key, value: key, label: fact_name(key) })),
    ...(schema.value?.properties ?? []).filter((p) => p.of === "user" && p.class === "personal")
      .map((p) => ({ key: p.name, value: p.name, label: put(words.set, { p: isolate(field_name(p.name)) }), note: t.value.sealed })),
  ], [schema.value, words]);
  if (!name) {
    return <Picker label={words.pick} options={names} on_remove={on_remove} on_pick={(picked) => {
      if (facts[picked]) {
        set_name(picked);
        return;
      }
      on_pick([picked, "defined"]);
      close();
    }} />;
  }
  const own = typed.trim();
  const options: Option<string>[] = found.filter((v) => typeof v.value === "string").map((v) =>
    ({ key: String(v.value), value: String(v.value), label: value_text(name, v.value), note: number(v.count), also: String(v.value) }));
  if (own && !options.some((o) => o.value === own)) {
    options.push({ key: "typed", value: own, label: put(t.value.value_use, { v: own }), always: true });
  }
  return (
    <>
      <div class="top">
        <button type="button" class="button" onClick={() => set_name("")}>{fact_name(name)}</button>
        <span class="choice">
          {(["==", "!="] as const).map((o) => (
            <button type="button" key={o} aria-pressed={op === o} onClick={() => set_op(o)}>{o === "==" ? words.is : words.is_not}</button>
          ))}
        </span>
      </div>
      <Picker key={name} label={t.value.value_pick} options={options} on_type={set_typed}
        on_pick={(value) => { on_pick([name, op, value]); close(); }} />
      {on_remove && <div class="foot"><button type="button" class="button" onClick={() => { on_remove(); close(); }}>{t.value.remove}</button></div>}
    </>
  );
}

function Conditions() {
  const words = k.value.people;
  const { filter } = question.value;
  const hold = (next: Condition[]) => { question.value = { ...question.value, filter: next }; };
  const slots = filter.map((condition, i) => (
    <span key={i}>{i > 0 && " "}
      <Slot clause={condition_text(condition)} name="condition" after={i < filter.length - 1 ? t.value.ask.comma : undefined} panel={(close) =>
        <ConditionPanel now={condition} close={close} on_pick={(c) => hold(filter.map((f, n) => n === i ? c : f))}
          on_remove={() => hold(filter.filter((_, n) => n !== i))} />}>
        <bdi>{condition_text(condition)}</bdi>
      </Slot>
    </span>
  ));
  const label = filter.length ? t.value.and_add : t.value.where_add;
  const adds = (
    <Slot adds clause={label} name="condition-add" panel={(close) =>
      <ConditionPanel now={null} close={close} on_pick={(c) => hold([...filter, c])} />}>
      {label}
    </Slot>
  );
  return filter.length ? <>{fill(words.where, { filters: <>{slots} {adds}</> })}</> : <> {adds}</>;
}

function Sentence() {
  const words = k.value.people;
  const now = question.value;
  const zone = project.value?.zone ?? "UTC";
  const hold = (next: Partial<ListQuestion>) => {
    const { did, from, to, filter } = { ...now, ...next };
    question.value = { filter, ...(did ? { did } : {}), ...(from ? { from, to: to! } : {}) };
  };
  const range = now.from ? put(t.value.range, { from: day(now.from, "short"), to: day(now.to!, "short") }) : words.any_time;
  const events: Option<string>[] = [{ key: "any", value: "", label: event_name("$any"), checked: !now.did },
    ...(schema.value?.events ?? []).map((e) => ({ key: e.name, value: e.name, label: e.name, note: number(e.count), checked: e.name === now.did }))];
  return (
    <div class="sentence" data-sentence>
      {fill(words.did, { event: (
        <Slot clause={event_name(now.did ?? "$any")} name="did" panel={(close) =>
          <Picker label={t.value.event_pick} options={events} on_pick={(did) => { hold({ did }); close(); }} />}>
          <bdi>{event_name(now.did ?? "$any")}</bdi>
        </Slot>
      ) })}
      <Conditions />
      {fill(words.dates, { range: (
        <Slot clause={range} name="seen" wide after={words.end} panel={(close) => (
          <>
            <DatesPanel from={now.from ?? today(zone)} to={now.to ?? today(zone)} zone={zone} on_change={(from, to) => hold({ from, to })} close={close} />
            <div class="foot"><button type="button" class="button" onClick={() => { hold({ from: undefined!, to: undefined! }); close(); }}>{words.any_time}</button></div>
          </>
        )}>{range}</Slot>
      ) })}
    </div>
  );
}

/* ---- the list -------------------------------------------------------------------------------- */

function Row({ row }: { row: Listed }) {
  const text = (name: "company" | "plan" | "country") => {
    const value = row.facts[name];
    return value === undefined || value === null ? <span class="grey">–</span> : <bdi>{value_text(name, value)}</bdi>;
  };
  return (
    <tr data-row={row.person}>
      <th scope="row"><Pseudonym person={row.person} /></th>
      <td class="grows">{text("company")}</td><td>{text("plan")}</td><td>{text("country")}</td>
      <td class="num spare"><span class="n">{number(row.events)}</span></td>
      <td class="last">{ago(Date.now() - row.last_seen)}</td>
    </tr>
  );
}

function List() {
  const words = k.value.people;
  const shown = list.value;
  if (!shown) return null;
  const { people, page } = shown;
  if (!people.length) return <p class="said" role="status">{words.empty} <span class="grey">{put(words.wrote, { entry: entry_text(page.entry) })}</span></p>;
  return (
    <section class={is_old.value ? "section list old" : "section list"} aria-busy={busy.value}>
      <h2>
        {count(words.known, page.total_known)} <small>{put(words.shown, { n: number(people.length) })}</small>
        <span class="end"><a class="receipt" href={`/ledger/${page.entry}`}>{entry_text(page.entry)}</a></span>
      </h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={words.caption}>
        <table data-people>
          <thead>
            <tr>
              <th scope="col">{words.person}</th><th scope="col">{k.value.facts.company}</th><th scope="col">{k.value.facts.plan}</th>
              <th scope="col">{k.value.facts.country}</th><th scope="col" class="num spare">{words.events}</th>
              <th scope="col" class="last">{words.last_seen}</th>
            </tr>
          </thead>
          <tbody>{people.map((row) => <Row key={row.person} row={row} />)}</tbody>
        </table>
      </div>
      <p class="provenance"><span>{words.row_note}</span></p>
      {page.next && !is_old.value && (
        <Ticket name="next" label={words.show_next} busy={busy.value} disabled={barrier("rows") !== null}
          stub={put(words.show_stub, { n: number(list_limit), left: number(rows_left.value) })} on_press={() => void show(page.next)} />
      )}
    </section>
  );
}

function Price() {
  const words = k.value.people;
  if (list.value && !is_old.value) return null;
  return (
    <div class="price">
      {!list.value && <p>{words.ask_text}</p>}
      {!list.value && <Why />}
      <Barrier right="rows" />
      <Ticket name="show" label={words.show} busy={busy.value} disabled={barrier("rows") !== null}
        stub={put(words.show_stub, { n: number(list_limit), left: number(rows_left.value) })} on_press={() => void show()} />
    </div>
  );
}

/* ---- looking somebody up --------------------------------------------------------------------- */

function LookUp() {
  const words = k.value.people;
  const [kind, set_kind] = useState<LookupKind>("email");
  const [text, set_text] = useState("");
  const [found, set_found] = useState<Found | null>(null);
  const [waits, set_waits] = useState(false);
  const [refused, set_refused] = useState("");
  useEffect(() => {
    if (!looked_for.value) return;
    set_text(looked_for.value);
    looked_for.value = "";
    document.querySelector<HTMLElement>("[data-lookup]")?.focus();
  }, [looked_for.value]);
  const shut = barrier("reveal");
  const look = async () => {
    if (!text.trim() || shut) return;
    set_waits(true);
    set_refused("");
    set_found(null);
    try {
      const now = await find_person(kind, text.trim(), why());
      remember(now.found);
      set_found(now);
      set_text("");
    } catch (error) {
      set_refused(refusal_text(error));
    } finally {
      set_waits(false);
    }
  };
  return (
    <section class="lookup" aria-labelledby="lookup">
      <h2 id="lookup">{words.lookup_title} <small>{words.lookup_small}</small></h2>
      <form onSubmit={(e) => { e.preventDefault(); void look(); }}>
        <div class="pair">
          <label class="field kind">{words.lookup_kind}
            <select class="input" value={kind} onChange={(e) => set_kind(e.currentTarget.value as LookupKind)}>
              {(["email", "phone", "id"] as const).map((name) => <option key={name} value={name}>{words.kinds[name]}</option>)}
            </select>
          </label>
          <label class="field">{words.kinds[kind]}
            <input class="input" dir="ltr" autocomplete="off" spellcheck={false} data-lookup value={text} maxLength={255}
              onInput={(e) => set_text(e.currentTarget.value)} />
          </label>
        </div>
        <p class="note">{words.lookup_text}</p>
        {refused && <p class="bad" role="alert">{refused}</p>}
        {shut !== barrier("rows") && <Barrier right="reveal" />}
        <Ticket submit name="lookup" label={words.lookup_go} busy={waits} disabled={shut !== null}
          stub={put(k.value.ticket.one_left, { left: number(named_left.value) })} />
      </form>
      {found && (
        <div class="found" role="status" data-found={found.found.length}>
          {found.found.map((f) => <Pseudonym key={f.person} person={f.person} />)}
          <span class="grey">{!found.found.length && words.lookup_none} {put(words.wrote, { entry: entry_text(found.entry) })}</span>
        </div>
      )}
    </section>
  );
}

export function People() {
  const words = k.value.people;
  useEffect(() => { void refresh_schema().catch(() => {}); }, []);
  useEffect(() => { document.title = `${words.title} · ${t.value.name}`; });
  return (
    <div class="wrap">
      <header class="head"><h1>{words.title} <small>{words.small}</small></h1></header>
      <Sentence />
      <div class="people-grid">
        <div>
          <Price />
          {trouble.value && <p class="bad" role="alert">{trouble.value}</p>}
          <List />
        </div>
        {has_right("reveal") && <LookUp />}
      </div>
    </div>
  );
}
