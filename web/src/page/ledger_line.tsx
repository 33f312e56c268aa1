// The ledger line: at the foot of every page, what this visit has cost in disclosures. Its upper edge
// is the day's people: wax runs along it as they are used, with a notch for each one of this visit.
import { useEffect, useRef, useState } from "preact/hooks";
import { is_closed, keep_line, line, notches, page_cost, silent_since, visit_cost } from "../api/ledger";
import { project } from "../api/session";
import { entry_text, k } from "../i18n/keep";
import { clock, count, fill, number, put } from "../i18n/write";
import { page, path } from "./route";
import { ClosedSeal } from "./seal";

const announce_every_ms = 60_000;

/** What is said first: what is wrong, then what was opened, then what this page has cost. */
function cost_text(): string {
  const words = k.value.line;
  const visit = visit_cost.value;
  const cost = page_cost.value;
  if (line.value && is_closed.value) {
    return put(words.closed, { time: clock(silent_since.value, project.value?.zone).slice(0, -3) });
  }
  if (visit.people) {
    return put(words.visit, { people: count(k.value.people_n, visit.people), values: count(k.value.values_n, visit.values),
      entry: entry_text(visit.last) });
  }
  if (cost && cost.what !== "reveal") {
    return put(words[cost.what], { entry: entry_text(cost.entry), people: count(k.value.people_n, cost.refs.length) });
  }
  return page.value === "ledger" ? words.ledger : words.none;
}

function Budget() {
  const words = k.value.line;
  const meter = line.value?.named;
  if (!meter?.limit) return null;
  const part = meter.used / meter.limit;
  const left = number(Math.max(0, meter.limit - meter.used));
  return (
    <a class="budget" href="/access">
      <span class="unseen">{put(words.day, { used: number(meter.used), limit: number(meter.limit) })} {words.people}</span>
      <span aria-hidden="true">
        <span class="spare">{fill(words.day, { used: <b class="n">{number(meter.used)}</b>, limit: <span class="n">{number(meter.limit)}</span> })} {words.people}</span>
        <span class="brief">{fill(k.value.access.of, { used: <b class="n">{number(meter.used)}</b>, limit: <span class="n">{number(meter.limit)}</span> })}</span>
        {part >= .75 && <span class={part >= .9 ? "warn strong" : "warn"}> · {put(words.left, { n: left })}</span>}
      </span>
    </a>
  );
}

/** Says what changed, politely and at most once a minute. */
function useAnnounced(text: string): string {
  const [said, say] = useState("");
  const last = useRef({ at: 0, text });
  useEffect(() => {
    if (text === last.current.text) return undefined;
    const wait = Math.max(0, last.current.at + announce_every_ms - Date.now());
    const timer = setTimeout(() => {
      last.current = { at: Date.now(), text };
      say(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return said;
}

export function LedgerLine() {
  const words = k.value.line;
  const text = cost_text();
  const said = useAnnounced(text);
  useEffect(keep_line, [project.value?.id]);
  useEffect(() => { page_cost.value = null; }, [path.value]);
  const now = line.value;
  const limit = now?.named?.limit ?? 0;
  const used = limit ? Math.min(100, now!.named!.used / limit * 100) : 0;
  return (
    <footer class={now && is_closed.value ? "ledger-line closed" : "ledger-line"} aria-label={words.label}>
      <div class="edge" style={{ "--used": used }} aria-hidden="true">
        <span class="wax-run" />
        {limit > 0 && notches.value.map((n) => <i key={n} style={{ "--at": Math.min(100, n / limit * 100) }} />)}
      </div>
      <a class="cost" href="/ledger"><ClosedSeal /><span data-cost>{text}</span></a>
      <Budget />
      {now && (
        <>
          <a class="end" href={now.last ? `/ledger/${now.last}` : "/ledger"} data-size={now.log.size}>
            {fill(words.at, { entry: <b class="n">{entry_text(now.last)}</b> })}
          </a>
          <a class={now.witnesses ? "witnesses good" : "witnesses bad"} href="/ledger">
            <span class="spare">{count(words.witnesses, now.witnesses)}</span>
            <span class="brief">{put(words.witnesses_brief, { n: number(now.witnesses) })}</span>
          </a>
        </>
      )}
      <span class="unseen" role="status">{said}</span>
    </footer>
  );
}
