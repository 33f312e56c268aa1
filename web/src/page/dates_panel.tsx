// Behind the dates: usual spans, and a calendar where two presses mark the first and the last day.
import { useEffect, useRef, useState } from "preact/hooks";
import { project } from "../api/session";
import { is_rtl, t } from "../i18n/display";
import { day as write_day, locale_weekdays, number } from "../i18n/write";
import { add_days, add_months, month_end, month_start, preset_days, presets, today, weekday } from "../query/days";
import type { Day } from "../query/days";
import { Icon } from "./icon";

interface Span { from: Day; to: Day }

function weeks_of(month: Day, week_start: number): Day[][] {
  const first = month_start(month);
  let at = add_days(first, -((weekday(first) - week_start + 7) % 7));
  const weeks: Day[][] = [];
  const end = month_end(first);
  while (at <= end) {
    weeks.push(Array.from({ length: 7 }, (_, i) => add_days(at, i)));
    at = add_days(at, 7);
  }
  return weeks;
}

interface MonthProps {
  month: Day; span: Span; focus: Day; now: Day;
  on_pick: (day: Day) => void; on_focus: (day: Day) => void;
  before?: (() => void) | undefined; after?: (() => void) | undefined;
}

function key_step(key: string, focus: Day): Day | null {
  const side = is_rtl.value ? -1 : 1;
  const days: Record<string, number> = { ArrowRight: side, ArrowLeft: -side, ArrowDown: 7, ArrowUp: -7 };
  if (key in days) return add_days(focus, days[key]!);
  if (key === "PageDown") return add_months(focus, 1);
  if (key === "PageUp") return add_months(focus, -1);
  return null;
}

function Month({ month, span, focus, now, on_pick, on_focus, before, after }: MonthProps) {
  const words = t.value;
  const week_start = project.value?.week_start || 1;
  const on_key = (event: KeyboardEvent) => {
    const next = key_step(event.key, focus);
    if (!next) return;
    event.preventDefault();
    on_focus(next);
  };
  const class_of = (d: Day) => [
    d === span.from || d === span.to ? "end" : d > span.from && d < span.to ? "in" : "", d > now ? "future" : "",
  ].join(" ");
  return (
    <div class="month">
      <div class="top">
        {before && <button type="button" class="square" aria-label={words.month_before} onClick={before}><Icon name="back" /></button>}
        <span>{write_day(month, "month_long")}</span>
        {after && <button type="button" class="square" aria-label={words.month_after} onClick={after}><Icon name="on" /></button>}
      </div>
      <table onKeyDown={on_key} aria-label={write_day(month, "month_long")}>
        <thead>
          <tr>{locale_weekdays(week_start).map(([short, long]) => <th key={long} scope="col" abbr={long}>{short}</th>)}</tr>
        </thead>
        <tbody>
          {weeks_of(month, week_start).map((week) => (
            <tr key={week[0]}>
              {week.map((d) => d.slice(0, 7) !== month.slice(0, 7) ? <td key={d} /> : (
                <td key={d} class={class_of(d)}>
                  <button type="button" tabIndex={d === focus ? 0 : -1} data-day={d} onClick={() => on_pick(d)}
                    aria-label={write_day(d, "weekday")} aria-pressed={d === span.from || d === span.to}
                    aria-current={d === now ? "date" : undefined}>
                    <span class="n">{number(Number(d.slice(8)))}</span>
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function DatesPanel({ from, to, zone, on_change, close }: Span & {
  zone: string; on_change: (from: Day, to: Day) => void; close: () => void;
}) {
  const now = today(zone);
  const [begun, set_begun] = useState<Day | null>(null);
  const [focus, set_focus] = useState(to);
  const [second, set_second] = useState(month_start(to));
  const box = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (!moved.current) return;
    box.current?.querySelector<HTMLElement>(`[data-day="${focus}"]`)?.focus();
  }, [focus, second]);

  const span = begun ? { from: begun, to: begun } : { from, to };
  const first = add_months(second, -1);
  const go_to = (d: Day) => {
    moved.current = true;
    const month = month_start(d);
    if (month > second) set_second(month);
    else if (month < first) set_second(add_months(month, 1));
    set_focus(d);
  };
  const turn = (n: number) => {
    moved.current = false;
    set_second(add_months(second, n));
    set_focus(add_months(second, n));
  };
  const pick = (d: Day) => {
    set_focus(d);
    if (!begun) {
      set_begun(d);
      return;
    }
    on_change(begun < d ? begun : d, begun < d ? d : begun);
    close();
  };
  const usual = (preset: (typeof presets)[number]) => {
    on_change(...preset_days(preset, now));
    close();
  };
  const shared = { span, focus, now, on_pick: pick, on_focus: go_to };
  return (
    <div class="dates" ref={box}>
      <div class="presets">
        {presets.map((preset, i) => (
          <button type="button" key={preset} data-focus={i === 0 ? "" : undefined} data-preset={preset}
            onClick={() => usual(preset)}>{t.value.preset[preset]}</button>
        ))}
      </div>
      <div class="months">
        {!is_one_month() && <Month month={first} {...shared} before={() => turn(-1)} />}
        <Month month={second} {...shared} before={is_one_month() ? () => turn(-1) : undefined} after={() => turn(1)} />
      </div>
    </div>
  );
}

const is_one_month = () => innerWidth <= 720;
