// A person: known by a seal. What they did, in the middle; beside it what is sealed, and who has
// looked. Nothing of it is asked before the member has seen what it costs.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { read_person } from "../api/people";
import { counted, line, named_left, rows_left, shown } from "../api/ledger";
import { project } from "../api/session";
import type { Person } from "../api/types";
import { t } from "../i18n/display";
import { field_name, k } from "../i18n/keep";
import { ago, city, count, day, isolate, number, put } from "../i18n/write";
import { wall_time } from "../query/days";
import { fact_text } from "./fact";
import { refs_of } from "./known_people";
import { Looked } from "./looked";
import { open_until, open_values, seal_again, useSealing } from "./opened";
import { RevealDialog, in_order } from "./reveal";
import { which } from "./route";
import { Seal } from "./seal";
import { Open, SealedStrip } from "./sealed";
import { Barrier, Ticket, Why, barrier, refusal_text, why } from "./ticket";
import { Visits } from "./visits";

/** The timeline that is looked at. Left behind with the page. */
const person = signal<Person | null>(null);
const trouble = signal("");
const busy = signal(false);

async function read(id: string): Promise<void> {
  busy.value = true;
  trouble.value = "";
  try {
    const answer = await read_person(id, refs_of(id), why());
    if (which.value === id) person.value = answer;
  } catch (error) {
    if (which.value === id) trouble.value = refusal_text(error);
  } finally {
    busy.value = false;
  }
}

async function read_older(now: Person): Promise<void> {
  const before = Math.min(...now.visits.map((v) => v.from));
  busy.value = true;
  try {
    const older = await read_person(now.person, now.refs, why(), before);
    if (person.value !== now) return;
    const known = new Set(now.sealed.map((s) => s.property));
    person.value = { ...now, visits: [...now.visits, ...older.visits], more: older.more,
      sealed: [...now.sealed, ...older.sealed.filter((s) => !known.has(s.property))] };
  } catch (error) {
    trouble.value = refusal_text(error);
  } finally {
    busy.value = false;
  }
}

function Closed({ id }: { id: string }) {
  const words = k.value.person;
  return (
    <div class="price">
      <p>{words.closed_text}</p>
      <Why />
      {trouble.value && <p class="bad" role="alert">{trouble.value}</p>}
      <Barrier right="rows" />
      <Ticket name="show" label={words.show} busy={busy.value} disabled={barrier("rows") !== null}
        stub={put(words.show_stub, { left: number(rows_left.value) })} on_press={() => void read(id)} />
    </div>
  );
}

function Facts({ now }: { now: Person }) {
  const words = k.value.person;
  const zone = project.value?.zone ?? "UTC";
  const { facts } = now;
  const place = [facts.city, facts.country && fact_text("country", facts.country)].filter(Boolean).map((part) => isolate(String(part)))
    .join(t.value.ask.comma + " ");
  const list: [string, string][] = (["company", "plan"] as const).flatMap((name): [string, string][] =>
    facts[name] === undefined || facts[name] === null ? [] : [[k.value.facts[name]!, isolate(fact_text(name, facts[name]!))]]);
  if (now.first_seen) list.push([words.first_seen, day(wall_time(now.first_seen, zone).slice(0, 10), "long")]);
  if (now.last_seen) list.push([words.last_seen, ago(Date.now() - now.last_seen)]);
  list.push([words.seen_in, `${count(words.visits, now.visits.length)}${t.value.ask.comma} ${count(t.value.accepted, now.events)}`]);
  if (place) list.push([words.place, place]);
  return <dl class="person-facts">{list.map(([name, text]) => <div key={name}><dt>{name}</dt><dd>{text}</dd></div>)}</dl>;
}

/** Minutes and seconds until the values seal again. */
function Countdown() {
  const [, turn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => turn((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((open_until.value - Date.now()) / 1000));
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <p class="note">
      {put(k.value.person.open_until, { time: `\u2066${time}\u2069` })}{" "}
      <button type="button" class="link" data-seal onClick={() => seal_again(true)}>{k.value.person.seal_now}</button>
    </p>
  );
}

/** What opening this person counts: each id they are known by. */
function price_text(ids: number): string {
  const words = k.value.ticket;
  const left = number(named_left.value);
  return ids === 1 ? put(words.one_left, { left }) : put(words.ids_left, { ids: count(words.ids, ids), n: number(ids), left });
}

function SealedBox({ now }: { now: Person }) {
  const words = k.value.person;
  // Each opening of the dialog is one of its own: the end of an earlier one closes no later one.
  const [asks, set_asks] = useState(0);
  const open = open_values.value;
  const list = in_order(now.sealed);
  const is_counted = counted.value.has(now.person);
  return (
    <section class="vault" aria-labelledby="sealed">
      <h2 id="sealed">{words.sealed} <small>{list.length > 0 && count(words.in_vault, list.length)}</small></h2>
      {list.length === 0 ? <p class="note">{words.sealed_none}</p> : (
        <>
          <dl>
            {list.map(({ property, kind }) => {
              const values = open.filter((v) => v.field === property);
              return (
                <div key={property}>
                  <dt>{field_name(property)}</dt>
                  <dd>{values.length ? values.map((v) => <Open key={v.ref + v.text} value={v} />) : <SealedStrip name={property} kind={words.kinds[kind]!} />}</dd>
                </div>
              );
            })}
          </dl>
          {open.length ? <Countdown /> : <p class="note">{words.sealed_note}</p>}
          <Barrier right="reveal" />
          <Ticket name="open" label={words.open} disabled={barrier("reveal") !== null} on_press={() => set_asks((n) => Math.abs(n) + 1)}
            stub={is_counted ? k.value.ticket.counted : price_text(now.refs.length)} />
        </>
      )}
      {asks > 0 && <RevealDialog key={asks} person={now} on_close={() => set_asks((n) => n === asks ? -n : n)} />}
    </section>
  );
}

function Links({ now }: { now: Person }) {
  const words = k.value.person;
  const zone = project.value?.zone ?? "UTC";
  return (
    <section class="links" aria-labelledby="also">
      <h2 id="also">{words.also} <small>{now.links.length > 1 ? count(words.links, now.links.length) : words.also_none}</small></h2>
      <ul>
        {now.links.map((link) => (
          <li key={link.ref}>
            <Seal person={link.ref} />
            <span>{link.since ? put(words.link, { day: day(wall_time(link.since, zone).slice(0, 10), "long") }) : words.link_unseen}</span>
            <span class="id grey">{link.ref.slice(0, 8)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Opened({ now }: { now: Person }) {
  const words = k.value.person;
  const zone = project.value?.zone ?? "UTC";
  return (
    <div class="person-grid">
      <div class="person-main">
        <Facts now={now} />
        <section class="section">
          <h2>{words.did} <small>{put(words.did_small, { zone: city(zone) })}</small></h2>
          {now.visits.length ? <Visits visits={now.visits} sealed={now.sealed} facts={now.facts} zone={zone} /> : <p class="grey">{words.nothing}</p>}
          {trouble.value && <p class="bad" role="alert">{trouble.value}</p>}
          {now.more && <button type="button" class="button edge" disabled={busy.value} onClick={() => void read_older(now)}>{words.older}</button>}
        </section>
      </div>
      <aside class="person-side">
        <SealedBox now={now} />
        <Looked person={now.person} refs={now.refs} turn={(line.value?.last ?? 0)} />
        <Links now={now} />
      </aside>
    </div>
  );
}

export function PersonPage() {
  const id = which.value;
  const words = k.value.person;
  useSealing(id);
  useEffect(() => {
    person.value = null;
    trouble.value = "";
    // Whoever this visit has been shown already was counted then; others show their price first.
    if (shown.value.has(id) && barrier("rows") === null) void read(id);
    return () => { person.value = null; };
  }, [id]);
  useEffect(() => { document.title = put("{a} · {b}", { a: t.value.people, b: t.value.name }); });
  const now = person.value?.person === id ? person.value : null;
  const waits = busy.value && !now && shown.value.has(id) && !trouble.value;
  return (
    <div class="wrap" aria-busy={busy.value}>
      <header class="head of-person">
        <Seal person={id} size={52} />
        <h1><span class="id" data-pseudonym>{id}</span><small>{words.known}</small></h1>
      </header>
      {now ? <Opened now={now} /> : waits ? <div class="waits on" /> : <Closed id={id} />}
    </div>
  );
}
