// The ledger: every look at a person as a sentence, newest first. Everyone may read it; whose entries
// they see follows their role. Neighbouring timelines of one member are one line, since they are one
// visit; each can be seen alone.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { find_budgets, find_entries, line } from "../api/ledger";
import { project } from "../api/session";
import type { Budget, Entries, Entry } from "../api/types";
import { t } from "../i18n/display";
import { k, purpose_name } from "../i18n/keep";
import { clock, count, day, fill, number, put } from "../i18n/write";
import { add_days, today, wall_time } from "../query/days";
import { EntryDetail } from "./entry";
import { entry_sentence, opened_by, tag_of } from "./entry_words";
import { Picker } from "./picker";
import type { Option } from "./picker";
import { go, which } from "./route";
import { Slot } from "./slot";
import { refusal_text } from "./ticket";

const page_size = 100;
const visit_ms = 30 * 60_000;
const bars = 30;

interface Filter { principal?: number; kind?: string; purpose?: string }
const filter = signal<Filter>({});
const found = signal<Entries | null>(null);
const trouble = signal("");
const busy = signal(false);

async function read(more = false): Promise<void> {
  busy.value = true;
  trouble.value = "";
  const asked = filter.value;
  const before = more ? found.value?.entries.at(-1)?.sequence : undefined;
  try {
    const { principal, kind } = asked;
    const now = await find_entries({ limit: page_size, ...(before ? { before } : {}), ...(principal !== undefined ? { principal } : {}),
      ...(kind ? { kind } : {}) });
    if (asked !== filter.value) return;
    found.value = more && found.value ? { ...now, days: found.value.days, totals: found.value.totals,
      entries: [...found.value.entries, ...now.entries] } : now;
  } catch (error) {
    trouble.value = refusal_text(error);
  } finally {
    busy.value = false;
  }
}

/* ---- the sentence ---------------------------------------------------------------------------- */

function useNames(): Map<number, string> {
  const [names, set_names] = useState(new Map<number, string>());
  useEffect(() => {
    const add = (list: Pick<Budget, "principal" | "name">[]) => set_names((old) =>
      new Map([...old, ...list.flatMap((b): [number, string][] => b.name ? [[b.principal, b.name]] : [])]));
    find_budgets().then(add, () => {});
  }, []);
  for (const e of found.value?.entries ?? []) if (e.name) names.set(e.principal, e.name);
  return names;
}

function NumberPanel({ close }: { close: () => void }) {
  const words = k.value.ledger;
  const [text, set_text] = useState("");
  const take = () => {
    const sequence = text.replace(/[^\d]/g, "");
    if (!sequence) return;
    close();
    go(`/ledger/${sequence}`);
  };
  return (
    <form class="top" onSubmit={(e) => { e.preventDefault(); take(); }}>
      <input class="input" data-focus inputMode="numeric" dir="ltr" aria-label={words.number_label} placeholder={words.number_label}
        value={text} onInput={(e) => set_text(e.currentTarget.value)} />
      <button type="submit" class="button edge">{words.number_go}</button>
    </form>
  );
}

function Sentence() {
  const words = k.value.ledger;
  const now = filter.value;
  const names = useNames();
  const hold = (next: Filter) => {
    const merged = { ...now, ...next };
    filter.value = Object.fromEntries(Object.entries(merged).filter(([, v]) => v !== undefined)) as Filter;
  };
  const who = now.principal === undefined ? words.anyone : names.get(now.principal) ?? put(words.by_principal, { n: String(now.principal) });
  const kind = now.kind ? words.kinds[now.kind] ?? now.kind : words.any_kind;
  const purpose = now.purpose ? purpose_name(now.purpose) : words.any_purpose;
  const pick = <T,>(list: Option<T>[], label: string, on_pick: (value: T) => void) => (close: () => void) =>
    <Picker label={label} options={list} on_pick={(value) => { on_pick(value); close(); }} />;
  const whos: Option<number | undefined>[] = [{ key: "any", value: undefined, label: words.anyone },
    ...[...names].map(([id, name]) => ({ key: String(id), value: id, label: name, checked: id === now.principal }))];
  const kinds: Option<string | undefined>[] = [{ key: "any", value: undefined, label: words.any_kind },
    ...Object.entries(words.kinds).map(([key, label]) => ({ key, value: key, label, checked: key === now.kind }))];
  const purposes: Option<string | undefined>[] = [{ key: "any", value: undefined, label: words.any_purpose },
    ...(project.value?.purposes ?? []).map((key) => ({ key, value: key, label: purpose_name(key), checked: key === now.purpose }))];
  return (
    <div class="sentence" data-sentence>
      {fill(words.by, { who: <Slot clause={who} name="who" panel={pick(whos, words.anyone, (principal) => hold({ principal: principal! }))}><bdi>{who}</bdi></Slot> })}
      {fill(words.of, { kind: <Slot clause={kind} name="kind" panel={pick(kinds, words.any_kind, (value) => hold({ kind: value! }))}>{kind}</Slot> })}
      {fill(words.purpose, { purpose: <Slot clause={purpose} name="purpose" panel={pick(purposes, words.any_purpose, (value) => hold({ purpose: value! }))}>{purpose}</Slot> })}
      {fill(words.end, { number: <Slot clause={words.number} name="number" panel={(close) => <NumberPanel close={close} />}>{words.number}</Slot> })}
    </div>
  );
}

/* ---- figures --------------------------------------------------------------------------------- */

function Days({ days }: { days: Entries["days"] }) {
  const words = k.value.ledger;
  const to = today(project.value?.zone ?? "UTC");
  const by_day = new Map(days.map((d) => [new Date(d.day).toISOString().slice(0, 10), d]));
  const list = Array.from({ length: bars }, (_, i) => add_days(to, i - bars + 1)).map((d) => ({ named: 0, rows: 0, ...by_day.get(d), day: d }));
  const most = Math.max(1, ...list.map((d) => d.named));
  return (
    <figure class="day-bars">
      <ol>
        {list.map((d) => (
          <li key={d.day} title={put(words.bar, { day: day(d.day, "long"), n: number(d.named), rows: number(d.rows) })}>
            <i style={{ "--h": d.named ? Math.max(6, d.named / most * 100) : 0 }} />
            <span class="unseen">{put(words.bar, { day: day(d.day, "long"), n: number(d.named), rows: number(d.rows) })}</span>
          </li>
        ))}
      </ol>
      <figcaption>{words.bars}</figcaption>
    </figure>
  );
}

function Figures({ now }: { now: Entries }) {
  const words = k.value.ledger;
  const witnesses = line.value?.witnesses ?? 0;
  return (
    <div class="ledger-figures">
      <dl>
        <div><dd>{number(line.value?.last ?? 0)}</dd><dt>{words.size}</dt></div>
        <div><dd>{number(now.totals.named_30d)}</dd><dt>{words.named}</dt></div>
        <div><dd>{number(now.totals.refused_30d)}</dd><dt>{words.refused}</dt></div>
        <div><dd class={witnesses ? "good" : "bad"}>{number(witnesses)}</dd><dt class={witnesses ? "" : "bad"}>{words.witnesses}</dt></div>
      </dl>
      <Days days={now.days} />
    </div>
  );
}

/* ---- rows ------------------------------------------------------------------------------------ */

type Group = Entry[];

/** Neighbours by seal of one member, for one purpose, in one visit: one line. */
export function by_visit(entries: Entry[]): Group[] {
  const groups: Group[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    const next_to = last?.at(-1);
    const joins = next_to && entry.kind === "timeline" && next_to.kind === "timeline" && entry.verdict === next_to.verdict
      && entry.principal === next_to.principal && entry.purpose === next_to.purpose && entry.ticket === next_to.ticket
      && next_to.time - entry.time < visit_ms;
    if (joins) last!.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

function when_text(ms: number, zone: string): string {
  const iso = wall_time(ms, zone).slice(0, 10);
  const time = clock(ms, zone).slice(0, -3);
  return iso === today(zone) ? time : `${day(iso, "short")} ${time}`;
}

function Row({ entry, persons, here, many, on_unfold }: {
  entry: Entry; persons: number; here: boolean; many?: number; on_unfold?: () => void;
}) {
  const [tag, tone] = tag_of(entry);
  const zone = project.value?.zone ?? "UTC";
  const opened = opened_by(entry);
  return (
    <tr class={here ? "here" : ""} data-row={entry.sequence}>
      <th scope="row" class="num"><a href={`/ledger/${entry.sequence}`} aria-current={here ? "true" : undefined}><span class="n">{number(entry.sequence)}</span></a></th>
      <td class="grey time"><bdi>{when_text(entry.time, zone)}</bdi></td>
      <td class="says">
        {entry_sentence(entry, persons)}
        {many && <> <button type="button" class="link" onClick={on_unfold}>{count(k.value.ledger.unfold, many)}</button></>}
      </td>
      <td class="num"><span class="n">{number(opened)}</span></td>
      <td><span class={`tag ${tone}`}>{tag}</span></td>
    </tr>
  );
}

function GroupRows({ group, here }: { group: Group; here: number }) {
  const [open, set_open] = useState(false);
  const first = group[0]!;
  if (group.length === 1 || open || group.some((e) => e.sequence === here)) {
    return <>{group.map((e) => <Row key={e.sequence} entry={e} persons={e.persons} here={e.sequence === here} />)}</>;
  }
  return <Row entry={first} persons={group.reduce((sum, e) => sum + e.persons, 0)} here={false} many={group.length} on_unfold={() => set_open(true)} />;
}

function Rows({ here }: { here: number }) {
  const words = k.value.ledger;
  const now = found.value;
  if (!now) return <div class="waits" />;
  const entries = now.entries.filter((e) => !filter.value.purpose || e.purpose === filter.value.purpose);
  if (!entries.length) return <p class="said" role="status">{words.none}</p>;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={words.caption}>
        <table class="entries" data-entries>
          <thead>
            <tr>
              <th scope="col" class="num">{words.head_n}</th><th scope="col" class="time">{words.head_time}</th><th scope="col">{words.head_what}</th>
              <th scope="col" class="num">{words.head_people}</th><th scope="col"><span class="unseen">{words.head_kind}</span></th>
            </tr>
          </thead>
          <tbody>{by_visit(entries).map((group) => <GroupRows key={group[0]!.sequence} group={group} here={here} />)}</tbody>
        </table>
      </div>
      {now.more && <p class="more"><button type="button" class="button edge" disabled={busy.value} onClick={() => void read(true)}>{words.older}</button></p>}
    </>
  );
}

export function LedgerPage() {
  const words = k.value.ledger;
  const asked = Number(which.value) || 0;
  useEffect(() => { void read(); }, [filter.value, project.value?.id]);
  useEffect(() => { document.title = `${words.title} · ${t.value.name}`; });
  const now = found.value;
  const newest = now?.entries.find((e) => !filter.value.purpose || e.purpose === filter.value.purpose)?.sequence ?? 0;
  const here = asked || newest;
  const known = now?.entries.find((e) => e.sequence === here);
  return (
    <div class="wrap" aria-busy={busy.value}>
      <header class="head">
        <h1>{words.title} <small>{words.small}</small></h1>
        {asked > 0 && <a class="button" href="/ledger">{words.back}</a>}
      </header>
      <Sentence />
      {now && <Figures now={now} />}
      {trouble.value && <p class="bad" role="alert">{trouble.value}</p>}
      <div class={asked ? "ledger-grid asked" : "ledger-grid"}>
        <section class="section"><h2 class="unseen">{words.caption}</h2><Rows here={here} /></section>
        {here > 0 && <EntryDetail sequence={here} known={known} />}
      </div>
    </div>
  );
}

