// An answer made ready to be drawn: every series over the same buckets, each bucket knowing whether
// it is whole, each series its name and its colour.
import type { Answer, Group, Series } from "../api/types";
import { t } from "../i18n/display";
import { day, put, wall } from "../i18n/write";
import { add_days, month_end, today, wall_time } from "../query/days";
import { other_group, series_max } from "../query/question";
import type { Question, Unit } from "../query/question";
import type { Told } from "./few";
import { by_name, event_name, measure_name } from "./naming";

export interface Bucket {
  key: string;
  /** Not over yet, or not wholly inside the dates. */
  partial: boolean;
  /** It holds this very moment. */
  running: boolean;
}

export interface Line {
  id: string; name: string; by: Group[];
  /** Index into the question's rows. */
  show: number;
  /** 1 to 10, or 0 for what is folded. */
  color: number;
  /** Whether it counts people, and not what they did. */
  people: boolean;
  values: Told[];
}

export interface Frame { unit: Unit; buckets: Bucket[]; lines: Line[] }

function last_day(unit: Unit, first: string, to: string): string {
  if (unit === "week") return add_days(first, 6);
  if (unit === "month") return month_end(first);
  return unit === "all" ? to : first;
}

function bucket_of(question: Question, key: string): Bucket {
  const { unit, from, to, zone } = question;
  if (unit === "hour" || unit === "minute") {
    const length = unit === "hour" ? 13 : 16;
    const running = wall_time(Date.now(), zone).slice(0, length) === key.slice(0, length);
    return { key, partial: running, running };
  }
  const now = today(zone);
  const end = last_day(unit, key, to);
  const running = key <= now && now <= end;
  return { key, partial: unit !== "all" && (running || key < from || end > to), running };
}

const full_key = (key: string) => /^\d{4}-\d\d$/.test(key) ? key + "-01" : key;

function buckets_of(question: Question, series: Series[]): Bucket[] {
  const keys = new Set<string>();
  for (const { points } of series) for (const [key] of points) keys.add(full_key(key));
  const now = wall_time(Date.now(), question.zone);
  return [...keys].sort().filter((key) => key.slice(0, 16) <= now.slice(0, Math.min(16, key.length)))
    .map((key) => bucket_of(question, key));
}

/** Which row of the question each series belongs to: rows answer in order, groups inside them. */
function rows_of(question: Question, series: Series[]): number[] {
  let row = 0;
  let seen = new Set<string>();
  return series.map(({ name, by }) => {
    const group = JSON.stringify(by);
    const is_next = seen.has(group) || (question.show[row]?.event !== name && seen.size > 0);
    if (is_next) {
      row = Math.min(row + 1, question.show.length - 1);
      seen = new Set();
    }
    const found = question.show.findIndex((s, i) => i >= row && s.event === name);
    if (found > row) row = found;
    seen.add(group);
    return row;
  });
}

function line_name(question: Question, row: number, by: Group[]): string {
  const show = question.show[row]!;
  const same_event = question.show.filter((s) => s.event === show.event).length > 1;
  const event = same_event ? `${event_name(show.event)} (${measure_name(show)})` : event_name(show.event);
  if (!question.by) return event;
  const group = by_name(question, by);
  return question.show.length > 1 ? `${event} · ${group}` : group;
}

export const is_other = (by: Group[]) => by.length > 0 && by.every((value) => value === other_group);

export function frame_of(question: Question, answer: Answer): Frame {
  const buckets = buckets_of(question, answer.series);
  const rows = rows_of(question, answer.series);
  let color = 0;
  const lines = answer.series.map((series, i): Line => {
    const at = new Map(series.points.map(([key, value]) => [full_key(key), value]));
    const folded = is_other(series.by);
    return {
      id: `${rows[i]}:${JSON.stringify(series.by)}`, name: line_name(question, rows[i]!, series.by), by: series.by,
      show: rows[i]!, people: question.show[rows[i]!]!.measure === "unique", color: folded ? 0 : ++color <= series_max ? color : 0,
      values: buckets.map(({ key }) => at.has(key) ? at.get(key)! : 0),
    };
  });
  return { unit: question.unit, buckets, lines: [...lines.filter((l) => !is_other(l.by)),
    ...lines.filter((l) => is_other(l.by))] };
}

/** The one value of each series of an answer over the whole period, by the series' id. */
export function wholes_of(question: Question, answer: Answer | null): Map<string, Told> {
  const found = new Map<string, Told>();
  if (!answer) return found;
  const rows = rows_of(question, answer.series);
  answer.series.forEach((series, i) => {
    found.set(`${rows[i]}:${JSON.stringify(series.by)}`, series.points.length ? series.points[0]![1] : 0);
  });
  return found;
}

export const is_empty = (frame: Frame) => frame.lines.every((line) => line.values.every((value) => value === 0));

/** How many cells are not told. */
export const untold = (frame: Frame): number =>
  frame.lines.reduce((sum, line) => sum + line.values.filter((value) => value === null).length, 0);

/** Nothing but cells that are not told, and zeros: not empty, but nothing to draw. */
export const is_all_few = (frame: Frame) => untold(frame) > 0
  && frame.lines.every((line) => line.values.every((value) => !value));

export function bucket_short(unit: Unit, key: string, is_first = false): string {
  if (unit === "hour" || unit === "minute") {
    return key.slice(11, 16) === "00:00" || is_first ? day(key, "short") : wall(key);
  }
  if (unit === "month") return day(key, is_first || key.slice(5, 7) === "01" ? "month_year" : "month");
  return day(key, "short");
}

export function bucket_long(unit: Unit, key: string): string {
  if (unit === "hour" || unit === "minute") {
    return put(t.value.day_at, { day: day(key, "weekday"), time: wall(key) });
  }
  if (unit === "week") return put(t.value.week_of, { day: day(key, "long") });
  return day(key, unit === "month" ? "month_long" : "weekday");
}
