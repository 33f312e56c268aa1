// What a person did, visit by visit, newest first: repeats folded, quiet spans drawn as gaps.
import type { ComponentChildren } from "preact";
import type { Facts, Open, Sealed, Visit, VisitEvent } from "../api/types";
import { is_rtl } from "../i18n/display";
import { k } from "../i18n/keep";
import { clock, count, country, day, isolate, number, put } from "../i18n/write";
import { today, wall_time } from "../query/days";
import { property_name } from "../report/naming";
import { SealedStrip } from "./sealed";

const hour_ms = 3_600_000;
const shown_properties = 3;
/** Said once for the visit, or of no use beside an event. */
const of_the_visit = new Set(["$browser", "$os", "$city", "$region", "mp_country_code", "$browser_version", "$os_version", "$device",
  "mp_lib", "$lib_version", "$screen_height", "$screen_width", "$referrer", "$referring_domain", "$initial_referrer", "$initial_referring_domain",
  "$insert_id", "$current_url", "company"]);
/** What a product is for: drawn filled. */
const is_key = (name: string) => /sign ?up|upgrade|first|subscrib|purchase|paid|activat/i.test(name);
const is_failure = (name: string) => /fail|error|declin|cancel/i.test(name);

interface Step { event: VisitEvent; times: number }

/** Neighbours that say the same become one line; the newest gives its time. */
export function fold(events: VisitEvent[]): Step[] {
  const steps: Step[] = [];
  for (const event of [...events].sort((a, b) => b.time - a.time)) {
    const last = steps.at(-1);
    if (last && last.event.event === event.event && last.event.sealed.join() === event.sealed.join()) last.times++;
    else steps.push({ event, times: 1 });
  }
  return steps;
}

function value_text(name: string, value: Open): string {
  if (name === "mp_country_code" && typeof value === "string") return country(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return value.length > 60 ? value.slice(0, 59) + "…" : value;
  const text = JSON.stringify(value);
  return text.length > 60 ? text.slice(0, 59) + "…" : text;
}

function Properties({ event, kinds, facts }: { event: VisitEvent; kinds: Map<string, Sealed["kind"]>; facts: Facts }) {
  const is_said = (name: string, value: Open) => of_the_visit.has(name) || (facts as Record<string, Open>)[name] === value;
  const open = Object.entries(event.properties).filter(([name, value]) => !is_said(name, value)).slice(0, shown_properties);
  return (
    <span class="properties">
      {open.map(([name, value]) => (
        <span key={name}><i><bdi>{property_name(name)}</bdi></i> <bdi>{value_text(name, value)}</bdi></span>
      ))}
      {event.sealed.slice(0, shown_properties).map((name) => (
        <SealedStrip key={name} name={name} kind={k.value.person.kinds[kinds.get(name) ?? "other"]!} />
      ))}
    </span>
  );
}

function Row({ step, kinds, facts, zone }: { step: Step; kinds: Map<string, Sealed["kind"]>; facts: Facts; zone: string }) {
  const { event, times } = step;
  const state = is_failure(event.event) ? "failed" : is_key(event.event) ? "key" : "";
  return (
    <li class={state}>
      <span class="n">{clock(event.time, zone).slice(0, -3)}</span>
      <b><bdi>{event.event}</bdi></b>
      {times > 1 && <em class="n">{put(k.value.person.times, { n: number(times) })}</em>}
      <Properties event={event} kinds={kinds} facts={facts} />
    </li>
  );
}

function day_of(ms: number, zone: string): string {
  const iso = wall_time(ms, zone).slice(0, 10);
  const words = day(iso, "weekday");
  return iso === today(zone) ? put(k.value.person.today, { day: words }) : words;
}

function length_of(visit: Visit): string {
  const minutes = Math.round((visit.to - visit.from) / 60_000);
  return minutes ? count(k.value.person.minutes, minutes) : k.value.person.moment;
}

function first_text(visit: Visit, names: string[]): string | undefined {
  for (const { properties } of visit.events) {
    for (const name of names) {
      const value = properties[name];
      if (typeof value === "string" && value) return name === "mp_country_code" ? country(value) : value;
    }
  }
  return undefined;
}

function Head({ visit, zone }: { visit: Visit; zone: string }) {
  const words = k.value.person;
  const time = (ms: number) => clock(ms, zone).slice(0, -3);
  const parts: ComponentChildren[] = [put(words.span, { from: time(visit.from), to: time(visit.to) }), length_of(visit)];
  const browser = first_text(visit, ["$browser"]), os = first_text(visit, ["$os"]);
  if (browser) parts.push(isolate(browser) + (os ? ` · ${isolate(os)}` : ""));
  const place = first_text(visit, ["$city", "mp_country_code"]);
  if (place) parts.push(isolate(place));
  return <h3>{day_of(visit.to, zone)} <small>{parts.join(" · ")}</small></h3>;
}

function quiet_text(ms: number): string {
  const words = k.value.person;
  if (ms >= 24 * hour_ms) return count(words.quiet_days, Math.floor(ms / (24 * hour_ms)));
  return ms >= 4 * hour_ms ? count(words.quiet_hours, Math.floor(ms / hour_ms)) : "";
}

export function Visits({ visits, sealed, facts, zone }: { visits: Visit[]; sealed: Sealed[]; facts: Facts; zone: string }) {
  const kinds = new Map(sealed.map((s) => [s.property, s.kind]));
  const newest = [...visits].sort((a, b) => b.to - a.to);
  return (
    <div class={is_rtl.value ? "visits rtl" : "visits"} data-visits>
      {newest.map((visit, i) => {
        const before = newest[i + 1];
        const quiet = before ? quiet_text(visit.from - before.to) : "";
        return (
          <section class="visit" key={visit.from}>
            <Head visit={visit} zone={zone} />
            <ol>{fold(visit.events).map((step) => <Row key={step.event.time + step.event.event} step={step} kinds={kinds} facts={facts} zone={zone} />)}</ol>
            {quiet && <p class="quiet">{quiet}</p>}
          </section>
        );
      })}
    </div>
  );
}
