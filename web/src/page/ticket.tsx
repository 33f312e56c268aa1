// A control that discloses is a ticket: what it costs is printed on its stub, before it is pressed.
// Where nothing can be opened it stays where it is, and the reason stands beside it.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Refused } from "../api/http";
import { is_ticket } from "../api/ask";
import type { Purpose } from "../api/people";
import { is_closed, line, named_left, rows_left } from "../api/ledger";
import { has_key, has_right, may_open, me, project } from "../api/session";
import type { Right } from "../api/types";
import { entry_text, k, purpose_name } from "../i18n/keep";
import { fill, number, put } from "../i18n/write";

export function Ticket({ label, stub, busy, disabled, on_press, submit, name }: {
  label: string; stub: ComponentChildren; busy?: boolean; disabled?: boolean; on_press?: () => void; submit?: boolean;
  name?: string;
}) {
  return (
    <button type={submit ? "submit" : "button"} class="ticket" disabled={disabled || busy} aria-busy={busy} data-ticket={name}
      onClick={on_press}>
      <span>{busy ? k.value.ticket.writing : label}</span><span class="stub">{stub}</span>
    </button>
  );
}

/** Back to the door, and from there to this page again. */
export const SignIn = ({ children }: { children: string }) => (
  <button type="button" class="link" onClick={() => { me.value = null; }}>{children}</button>
);

/** Why nothing can be opened at this moment; nothing where it can. */
export function barrier(right: Right): ComponentChildren {
  const words = k.value.ticket;
  if (!has_right(right)) return words.right;
  if (!has_key.value) return fill(words.key, { link: <SignIn>{words.key_link}</SignIn> });
  if (!may_open.value) {
    return me.value?.ways.passkeys ? fill(words.level, { link: <SignIn>{words.level_link}</SignIn> })
      : fill(words.level, { link: <a class="link" href="/access">{k.value.door.offer_make}</a> });
  }
  if (line.value && is_closed.value) return words.closed;
  const meter = right === "reveal" ? line.value?.named : line.value?.rows;
  const left = right === "reveal" ? named_left.value : rows_left.value;
  if (meter && left === 0) return put(words.spent, { used: number(meter.used), limit: number(meter.limit) });
  return null;
}

export function Barrier({ right, also }: { right: Right; also?: boolean }) {
  const why = also === false ? null : barrier(right);
  return why ? <p class="barrier" role="status">{why}</p> : null;
}

/** A refusal in a sentence, with the entry that keeps it. */
export function refusal_text(error: unknown): string {
  const words = k.value.refused;
  if (!(error instanceof Refused)) return words.other!;
  const says = put(words[error.code] ?? words.other!, { left: number(error.left ?? named_left.value) });
  return error.entry ? `${says} ${put(words.written!, { entry: entry_text(error.entry) })}` : says;
}

/** What this visit asks for people for. Kept while the page lives, and nowhere else. */
export const why_now = signal<Purpose>({ purpose: "", ticket: "" });
export const why = (): Purpose => {
  const list = project.value?.purposes ?? [];
  const { purpose, ticket } = why_now.value;
  return { purpose: list.includes(purpose) ? purpose : list[0] ?? "support", ticket };
};

export function Why({ on_change }: { on_change?: (why: Purpose) => void }) {
  const id = useId();
  const words = k.value.ticket;
  const [text, set_text] = useState(why_now.value.ticket);
  const bad = !is_ticket(text.trim());
  const now = why();
  const hold = (next: Partial<Purpose>) => {
    why_now.value = { ...now, ...next };
    on_change?.(why_now.value);
  };
  return (
    <div class="why">
      <label class="field">{words.purpose}
        <select class="input" value={now.purpose} data-purpose onChange={(e) => hold({ purpose: e.currentTarget.value })}>
          {(project.value?.purposes ?? [now.purpose]).map((p) => <option key={p} value={p}>{purpose_name(p)}</option>)}
        </select>
      </label>
      <label class="field">{words.number}
        <input class="input" dir="ltr" autocomplete="off" spellcheck={false} maxLength={64} value={text} data-ticket-number
          aria-invalid={bad} aria-describedby={bad ? id : undefined}
          onInput={(e) => {
            set_text(e.currentTarget.value);
            const typed = e.currentTarget.value.trim();
            if (is_ticket(typed)) hold({ ticket: typed });
          }} />
        {bad && <span class="bad" id={id} role="alert">{words.number_bad}</span>}
      </label>
    </div>
  );
}

/** The day's people as a rule: what is used, and what a press would add. */
export function MeterBar({ used, limit, adds = 0 }: { used: number; limit: number; adds?: number }) {
  const part = (n: number) => limit ? Math.min(100, n / limit * 100) : 0;
  return <span class="meter" style={{ "--used": part(used), "--adds": Math.min(part(adds), 100 - part(used)) }} aria-hidden="true"><i /><i /></span>;
}
