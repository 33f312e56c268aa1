// Days as YYYY-MM-DD in some zone. Arithmetic on them is arithmetic on dates, never on instants:
// a day with a clock change has 23 or 25 hours, but one date.

export type Day = string;
const day_ms = 86_400_000;

const at = (day: Day): number => Date.parse(day + "T00:00:00Z");
const of = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

export const add_days = (day: Day, n: number): Day => of(at(day) + n * day_ms);
export const days_between = (from: Day, to: Day): number => Math.round((at(to) - at(from)) / day_ms);
/** Monday is 1, Sunday 7. */
export const weekday = (day: Day): number => (new Date(at(day)).getUTCDay() + 6) % 7 + 1;
export const month_start = (day: Day): Day => day.slice(0, 7) + "-01";

export function add_months(day: Day, n: number): Day {
  const [year, month] = day.split("-").map(Number) as [number, number];
  const first = new Date(Date.UTC(year, month - 1 + n, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(Number(day.slice(8, 10)), last));
  return of(first.getTime());
}

export const month_end = (day: Day): Day => add_days(add_months(month_start(day), 1), -1);

/** A real day written as we write days. */
export function is_day(text: unknown): text is Day {
  return typeof text === "string" && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at(text)) && of(at(text)) === text;
}

const wall_formats = new Map<string, Intl.DateTimeFormat>();

/** The wall time YYYY-MM-DDTHH:MM of an instant in a zone. */
export function wall_time(ms: number, zone: string): string {
  let format = wall_formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", { timeZone: zone, hourCycle: "h23", year: "numeric",
      month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
    wall_formats.set(zone, format);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = value;
  return `${part.year!.padStart(4, "0")}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

export const today = (zone: string, now = Date.now()): Day => wall_time(now, zone).slice(0, 10);

export type Preset = "today" | "yesterday" | "last7" | "last30" | "last90" | "this_month" | "last_month" | "last12";
export const presets: Preset[] =
  ["today", "yesterday", "last7", "last30", "last90", "this_month", "last_month", "last12"];

/** The days a preset means when today is `now`. */
export function preset_days(preset: Preset, now: Day): [Day, Day] {
  switch (preset) {
    case "today": return [now, now];
    case "yesterday": return [add_days(now, -1), add_days(now, -1)];
    case "last7": return [add_days(now, -6), now];
    case "last30": return [add_days(now, -29), now];
    case "last90": return [add_days(now, -89), now];
    case "this_month": return [month_start(now), now];
    case "last_month": return [add_months(month_start(now), -1), add_days(month_start(now), -1)];
    case "last12": return [add_days(add_months(now, -12), 1), now];
  }
}
