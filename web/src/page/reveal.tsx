// Open what is sealed: which fields, what for, what will be written, what it costs. Nothing is opened
// but by the ticket at its end, and leaving it is the first choice.
import { useEffect, useRef, useState } from "preact/hooks";
import { reveal } from "../api/people";
import type { Purpose } from "../api/people";
import { counted, line, refresh_line } from "../api/ledger";
import { me, project } from "../api/session";
import type { Person, Sealed } from "../api/types";
import { entry_text, field_name, k, purpose_name } from "../i18n/keep";
import { all_of_list, count, day, fill, isolate, number, put } from "../i18n/write";
import { today } from "../query/days";
import { ClosedSeal, Seal } from "./seal";
import { show_values } from "./opened";
import { fact_text } from "./fact";
import { Barrier, MeterBar, Ticket, Why, barrier, refusal_text, why } from "./ticket";
import { say } from "./toast";

/** What a purpose usually needs is ticked from the start, and nothing else. */
const usual: Record<string, Sealed["kind"][]> = { support: ["email", "name"] };

function Sentence({ fields, purpose, ids }: { fields: string[]; purpose: Purpose; ids: number }) {
  const also = ids > 1 ? ` (${count(k.value.ticket.ids, ids)})` : "";
  const words = k.value.person;
  const what = fields.length ? all_of_list(fields.map((f) => isolate(field_name(f)))) : words.nothing_field;
  return (
    <div class="to-write" aria-live="polite">
      <p class="grey">{words.will}</p>
      <p>{fill(words.sentence, {
        who: <b><bdi>{me.value?.member.name}</bdi></b>, fields: <b>{what}</b>, people: <b>{count(k.value.people_n, 1)}{also}</b>,
        of_people: <b>{count(k.value.of_people, 1)}{also}</b>,
        purpose: <b>{purpose_name(purpose.purpose)}{purpose.ticket && <> <bdi dir="ltr">{purpose.ticket}</bdi></>}</b>,
        day: day(today(project.value?.zone ?? "UTC"), "long"),
      })}</p>
    </div>
  );
}

function Day({ adds }: { adds: number }) {
  const words = k.value.person;
  const meter = line.value?.named;
  if (!meter) return null;
  const parts = { used: number(meter.used), limit: number(meter.limit), then: number(meter.used + adds) };
  return (
    <div class="day-cost">
      <span>{words.day}</span>
      <MeterBar used={meter.used} limit={meter.limit} adds={adds} />
      <span>{put(adds ? words.day_then : words.day_same, parts)}</span>
    </div>
  );
}

/** One line for each property that is sealed, the more telling kinds first. */
const order: Sealed["kind"][] = ["name", "email", "phone", "id", "other"];
export const in_order = (sealed: Sealed[]): Sealed[] => [...sealed].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));

export function RevealDialog({ person, on_close }: { person: Person; on_close: () => void }) {
  const words = k.value.person;
  const dialog = useRef<HTMLDialogElement>(null);
  const [purpose, set_purpose] = useState(why());
  const [ticked, set_ticked] = useState<Set<string>>(() =>
    new Set(person.sealed.filter((s) => usual[why().purpose]?.includes(s.kind)).map((s) => s.property)));
  const [busy, set_busy] = useState(false);
  const [trouble, set_trouble] = useState("");
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector("input")?.focus();
  }, []);
  const fields = in_order(person.sealed).map((s) => s.property).filter((p) => ticked.has(p));
  const is_counted = counted.value.has(person.person);
  const shut = barrier("reveal");
  const toggle = (property: string) => set_ticked((now) => {
    const next = new Set(now);
    if (!next.delete(property)) next.add(property);
    return next;
  });
  const write = async () => {
    if (busy || shut) return;
    if (!fields.length) {
      set_trouble(words.tick);
      return;
    }
    set_busy(true);
    set_trouble("");
    try {
      const { entry, values, missing, erased } = await reveal(person.person, person.refs, fields, purpose);
      show_values(values);
      const also = erased ? words.erased : missing.length ? put(words.missing, { fields: all_of_list(missing.map(field_name)) }) : "";
      say([put(k.value.people.wrote, { entry: entry_text(entry) }), also].filter(Boolean).join(" "));
      dialog.current?.close();
    } catch (error) {
      set_trouble(refusal_text(error));
      void refresh_line();
    } finally {
      set_busy(false);
    }
  };
  return (
    <dialog class="reveal" ref={dialog} aria-labelledby="reveal-title" onClose={on_close}
      onKeyDown={(e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) void write(); }}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <form class="body" onSubmit={(e) => { e.preventDefault(); void write(); }}>
        <header>
          <Seal person={person.person} size={34} />
          <div>
            <h2 id="reveal-title">{words.dialog}</h2>
            <p class="soft"><span class="id">{person.person}</span>{person.facts.company ? <> · <bdi>{fact_text("company", person.facts.company)}</bdi></> : null}</p>
          </div>
        </header>
        <fieldset>
          <legend>{words.need}</legend>
          {in_order(person.sealed).map(({ property, kind }) => (
            <label class="tick-row" key={property}>
              <input type="checkbox" checked={ticked.has(property)} onChange={() => toggle(property)} data-field={property} />
              <span>{field_name(property)}</span>
              <span class="sealed"><ClosedSeal />{words.kinds[kind]}</span>
            </label>
          ))}
        </fieldset>
        <Why on_change={set_purpose} />
        <Sentence fields={fields} purpose={purpose} ids={person.refs.length} />
        <Day adds={is_counted ? 0 : person.refs.length} />
        {trouble && <p class="bad" role="alert">{trouble}</p>}
        <Barrier right="reveal" />
        <footer>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>{words.leave}</button>
          <Ticket submit name="write" label={words.go} busy={busy} disabled={shut !== null}
            stub={is_counted ? k.value.ticket.counted : person.refs.length === 1 ? words.go_stub
              : put(k.value.ticket.counts, { n: number(person.refs.length) })} />
        </footer>
      </form>
    </dialog>
  );
}
