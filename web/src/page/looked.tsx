// Who has looked at this person? First a sentence, then the list.
import { useEffect, useState } from "preact/hooks";
import { counted_before, disclosures, who_looked } from "../api/ledger";
import { me, project } from "../api/session";
import type { Entry } from "../api/types";
import { entry_text, field_name, k, purpose_name } from "../i18n/keep";
import { all_of_list, ago, count, day, isolate, put } from "../i18n/write";
import { wall_time } from "../query/days";
import { refusal_text } from "./ticket";

const first_shown = 5;
const window_ms = 90 * 86_400_000;
const counted_ms = 86_400_000;

/** By this member, within the 24 hours that are counted, of all ids that the person has now. */
const is_own_opening = (e: Entry, ids: number): boolean => e.kind === "reveal" && e.verdict !== "refused"
  && e.principal === me.value?.member.id && e.time > Date.now() - counted_ms && e.persons >= ids;

function summary(entries: Entry[]): string {
  const words = k.value.person;
  const within = entries.filter((e) => e.time > Date.now() - window_ms && e.verdict !== "refused");
  if (!within.length) return words.looked_none;
  const people_of = (kinds: string[]) => new Set(within.filter((e) => kinds.includes(e.kind)).map((e) => e.principal)).size;
  const openers = people_of(["reveal"]), exports = within.filter((e) => e.kind === "export").length;
  const only_now = !openers && !exports && within.every((e) =>
    e.principal === me.value?.member.id && disclosures.value.some((d) => d.entry === e.sequence));
  if (only_now) return words.looked_nobody;
  const parts = { opened: openers ? count(words.looked_opened, openers) : words.looked_opened_none,
    seen: count(words.looked_seen, Math.max(1, people_of(["timeline", "rows", "find"]))) };
  return exports ? put(words.looked_exported, { ...parts, times: count(words.times_n, exports) }) : put(words.looked_some, parts);
}

function what_of(entry: Entry): string {
  const words = k.value.person;
  const what = entry.verdict === "refused" ? words.refused_by
    : entry.kind === "reveal" ? all_of_list(entry.fields.map((f) => isolate(field_name(f))))
    : entry.kind === "timeline" ? words.timeline_by : entry.kind === "rows" ? words.list_by
    : entry.kind === "find" ? words.found_by : entry.kind === "export" ? words.exported_by
    : k.value.ledger.kinds[entry.kind] ?? entry.kind;
  const purpose = entry.purpose ? ` · ${purpose_name(entry.purpose)}${entry.ticket && entry.ticket !== "-" ? ` ${isolate(entry.ticket)}` : ""}` : "";
  return what + purpose;
}

export function Looked({ person, refs, turn }: { person: string; refs: string[]; turn: number }) {
  const words = k.value.person;
  const [found, set_found] = useState<{ since: number; entries: Entry[] } | null>(null);
  const [trouble, set_trouble] = useState("");
  const [all, set_all] = useState(false);
  useEffect(() => {
    let is_here = true;
    who_looked(refs).then((now) => {
      if (!is_here) return;
      set_found(now);
      if (now.entries.some((e) => is_own_opening(e, refs.length))) counted_before.value = new Set([...counted_before.value, person]);
    }, (error) => is_here && set_trouble(refusal_text(error)));
    return () => { is_here = false; };
  }, [refs.join(), turn]);
  const zone = project.value?.zone ?? "UTC";
  const entries = found ? [...found.entries].sort((a, b) => b.sequence - a.sequence) : [];
  return (
    <section class="looked" aria-labelledby="looked">
      <h2 id="looked">{words.looked}</h2>
      {trouble && <p class="bad" role="alert">{trouble}</p>}
      {found && (
        <>
          <p class="soft" data-looked>{summary(entries)}</p>
          <ol>
            {entries.slice(0, all ? undefined : first_shown).map((e) => (
              <li key={e.sequence} class={e.verdict !== "refused" && ["reveal", "export"].includes(e.kind) ? "opened" : ""}>
                <b><bdi>{e.name ?? put(k.value.ledger.by_principal, { n: String(e.principal) })}</bdi></b>
                <span class="ago">{Date.now() - e.time < 60_000 ? words.now : ago(Date.now() - e.time)} · <a class="receipt" href={`/ledger/${e.sequence}`}>{entry_text(e.sequence)}</a></span>
                <span>{what_of(e)}</span>
              </li>
            ))}
          </ol>
          <p class="foot">
            {entries.length > first_shown && !all && (
              <button type="button" class="link" onClick={() => set_all(true)}>{count(words.all_entries, entries.length)}</button>
            )}{" "}
            <span class="grey">{put(words.since, { day: day(wall_time(found.since, zone).slice(0, 10), "long") })}</span>
          </p>
        </>
      )}
    </section>
  );
}
