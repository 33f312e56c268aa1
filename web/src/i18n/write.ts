// Numbers, dates and names as the member's language writes them.
import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { is_rtl, language, locale, t } from "./display";
import { plural } from "./plural";
import type { Words } from "./plural";

const number_format = computed(() => new Intl.NumberFormat(locale.value, { maximumFractionDigits: 2 }));
const percent_format = computed(() => new Intl.NumberFormat(locale.value,
  { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" }));
const relative_format = computed(() => new Intl.RelativeTimeFormat(locale.value, { numeric: "always" }));
const region_names = computed(() => new Intl.DisplayNames(locale.value, { type: "region" }));
const date_formats = new Map<string, Intl.DateTimeFormat>();

function date_format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale.value + JSON.stringify(options);
  let format = date_formats.get(key);
  if (!format) date_formats.set(key, format = new Intl.DateTimeFormat(locale.value, options));
  return format;
}

export const number = (n: number): string => number_format.value.format(n);
export const count = (words: Words, n: number): string => plural(language.value, words, n, number(n));

/** Milliseconds: one decimal under ten, none from there on. */
export function milliseconds(ms: number): string {
  return number(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));
}

/** A change as a signed percentage; nothing where there is nothing to compare with. */
export function change(now: number, before: number): string {
  if (!before) return "";
  // The marks that Intl puts around signs would travel into copied text; the isolate does their work.
  return percent_format.value.format((now - before) / Math.abs(before)).replace(/[\u200e\u200f\u061c]/g, "")
    .replace("-", "−");
}

type DayStyle = "short" | "long" | "weekday" | "month" | "month_long" | "month_year";
const day_styles: Record<DayStyle, Intl.DateTimeFormatOptions> = {
  short: { day: "numeric", month: "short" },
  long: { day: "numeric", month: "long" },
  weekday: { weekday: "long", day: "numeric", month: "long" },
  month: { month: "short" },
  month_long: { month: "long", year: "numeric" },
  month_year: { month: "short", year: "numeric" },
};

/** Writes a day given as YYYY-MM-DD. The year is named where it is not this one. */
export function day(iso: string, style: DayStyle): string {
  const options = { ...day_styles[style], timeZone: "UTC" };
  const year = iso.slice(0, 4);
  if (!options.year && style !== "month" && Number(year) !== new Date().getFullYear()) {
    options.year = "numeric";
  }
  return date_format(options).format(Date.parse(iso.slice(0, 10) + "T00:00:00Z"));
}

/** The wall time of an instant in a zone, with seconds. */
export function clock(ms: number, zone?: string): string {
  return date_format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    ...(zone ? { timeZone: zone } : {}) }).format(ms);
}

/** HH:MM out of a local wall time YYYY-MM-DDTHH:MM. */
export function wall(iso: string): string {
  return date_format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" })
    .format(Date.parse(iso.slice(0, 16) + ":00Z"));
}

export function moment(ms: number, zone?: string): string {
  return date_format({ day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", second: "2-digit",
    hourCycle: "h23", ...(zone ? { timeZone: zone } : {}) }).format(ms);
}

/** How long ago, in the largest unit that says something. */
export function ago(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 10) return relative_format.value.format(-Math.round(seconds * 10) / 10, "second");
  if (seconds < 60) return relative_format.value.format(-Math.round(seconds), "second");
  if (seconds < 3600) return relative_format.value.format(-Math.round(seconds / 60), "minute");
  if (seconds < 86400) return relative_format.value.format(-Math.round(seconds / 3600), "hour");
  return relative_format.value.format(-Math.round(seconds / 86400), "day");
}

export function country(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code || t.value.unknown_country;
  try {
    return t.value.countries[code] ?? region_names.value.of(code) ?? code;
  } catch {
    return code;
  }
}

export function city(zone: string): string {
  return t.value.cities[zone] ?? zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}

export function one_of_list(items: string[]): string {
  return new Intl.ListFormat(language.value, { type: "disjunction" }).format(items);
}

export function all_of_list(items: string[]): string {
  return new Intl.ListFormat(language.value, { type: "conjunction" }).format(items);
}

/** Puts text into the places of a template. */
export function put(template: string, parts: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
}

/** Puts nodes into the places of a template: a sentence keeps its language's own order. */
export function fill(template: string, parts: Record<string, ComponentChildren>): ComponentChildren[] {
  return template.split(/(\{\w+\})/).map((piece) =>
    piece.startsWith("{") ? parts[piece.slice(1, -1)] : piece);
}

/** Isolates a name of unknown direction inside plain text, where no element can. */
export function isolate(name: string): string {
  return is_rtl.value || /[\u0590-\u08ff]/.test(name) ? `\u2068${name}\u2069` : name;
}

/** The seven days from the week's first (Monday is 1), short and long. */
export function locale_weekdays(start: number): [string, string][] {
  const monday = Date.UTC(2024, 0, 1);
  return Array.from({ length: 7 }, (_, i) => {
    const at = monday + ((start - 1 + i) % 7) * 86_400_000;
    const write = (weekday: "narrow" | "long") => date_format({ weekday, timeZone: "UTC" }).format(at);
    return [write("narrow"), write("long")];
  });
}
