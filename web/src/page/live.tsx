// Live: what arrives, newest first. A time, a name, who sent it and from which country; no person
// and no value, since nobody has written down why they would be shown.
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { arrivals, counts, is_away, listen } from "../api/live";
import { project } from "../api/session";
import type { LiveEvent, Refusal } from "../api/types";
import { t } from "../i18n/display";
import { ago, clock, count, country, moment, number, put } from "../i18n/write";
import { Icon } from "./icon";

const rows_max = 100;
const new_for_ms = 1500;

/** What was there when the list was held; null while it runs. */
const held = signal<LiveEvent[] | null>(null);
const since = computed(() => held.value ? arrivals.value.indexOf(held.value[0]!) : 0);

export function toggle_hold(): void {
  held.value = held.value ? null : arrivals.value;
}

export const sdk_name = (sdk: string) => t.value.sdk[sdk] ?? (sdk || t.value.sdk.other!);

function Row({ event }: { event: LiveEvent }) {
  const zone = project.value?.zone;
  const late = Math.abs(event.received - event.time) > 60_000;
  return (
    <tr class={Date.now() - event.received < new_for_ms ? "new" : ""}>
      <td title={late ? put(t.value.live_lag, { time: moment(event.time, zone) }) : undefined}>
        <span class="n">{clock(event.received, zone)}</span>
      </td>
      <td><bdi dir="auto"><b>{event.event}</b></bdi></td>
      <td class="soft"><bdi>{sdk_name(event.sdk)}</bdi></td>
      <td class="soft"><bdi>{country(event.country ?? "")}</bdi></td>
    </tr>
  );
}

function Refusals({ refusals }: { refusals: Refusal[] }) {
  const words = t.value;
  if (!refusals.length) return <p class="grey">{words.refused_none}</p>;
  return (
    <ul class="refused">
      {[...refusals].sort((a, b) => b.last - a.last).map((r) => (
        <li key={`${r.protocol} ${r.reason}`}>
          <span>{words.reasons[r.reason] ?? <code>{r.reason}</code>}</span>
          <b class="n">{number(r.count)}</b>
          <small><bdi>{r.protocol}</bdi> · {put(words.refused_last, { time: ago(Date.now() - r.last) })}</small>
        </li>
      ))}
    </ul>
  );
}

function State() {
  const words = t.value;
  if (is_away.value) return <small class="warn">{words.error.closed}</small>;
  if (!held.value) return <small role="status"><i class="pulse" />{words.live_now}</small>;
  return (
    <small class="held" role="status">
      <i class="pulse" />{words.live_held}{since.value > 0 && ` · ${count(words.live_waiting, since.value)}`}
    </small>
  );
}

export function LivePage() {
  const words = t.value;
  useEffect(() => listen(() => {}), []);
  useEffect(() => () => { held.value = null; }, []);
  useEffect(() => { document.title = `${words.live} · ${words.name}`; });
  const events = (held.value ?? arrivals.value).slice(0, rows_max);
  const all = counts.value;
  return (
    <div class="wrap">
      <header class="head">
        <h1>{words.live} <small>{words.live_small}</small></h1>
        <button type="button" class="button edge" aria-pressed={held.value !== null} onClick={toggle_hold}>
          <Icon name={held.value ? "resume" : "hold"} />{held.value ? words.live_resume : words.live_hold}
          <kbd aria-hidden="true">␣</kbd>
        </button>
      </header>
      <div class="live">
        <section>
          <h2 class="sect-head">
            {words.live_head} <State />
          </h2>
          <div class="scroll" tabIndex={0} role="region" aria-label={words.live_head}>
            <table data-live>
              <thead>
                <tr>
                  <th scope="col">{words.live_time}</th><th scope="col">{words.live_event}</th>
                  <th scope="col">{words.live_sdk}</th><th scope="col">{words.live_country}</th>
                </tr>
              </thead>
              <tbody>{events.map((e) => <Row key={key_of(e)} event={e} />)}</tbody>
            </table>
          </div>
          {events.length === 0 && all && <p class="said grey">{words.live_none}</p>}
          <p class="provenance">
            {all && <span>{put(words.got_total(all.accepted, "").text,
              { rows: count(words.accepted, all.accepted) })}</span>}
            <span>{words.live_note}</span>
          </p>
        </section>
        <aside aria-labelledby="refused">
          <h2 class="sect-head" id="refused">
            {words.refused} {all && <small class="n">{number(all.refused)}</small>}
          </h2>
          {all && <Refusals refusals={all.refusals} />}
        </aside>
      </div>
    </div>
  );
}

const keys = new WeakMap<LiveEvent, number>();
let last_key = 0;

/** Events carry no id here: each object that came is one row. */
function key_of(event: LiveEvent): number {
  let key = keys.get(event);
  if (!key) keys.set(event, key = ++last_key);
  return key;
}
