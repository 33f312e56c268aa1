// The question of Trends: exactly the body of POST /api/query, so that an address, a copied question
// and what the API is asked are one thing.
import type { Group } from "../api/types";
import { add_days, days_between, is_day, preset_days, today } from "./days";
import type { Day } from "./days";

export type Unit = "minute" | "hour" | "day" | "week" | "month" | "all";
export type Measure = "total" | "unique" | "sum";
export const units: Unit[] = ["minute", "hour", "day", "week", "month", "all"];
export const measures: Measure[] = ["unique", "total", "sum"];

export interface Show { event: string; measure: Measure; property?: string; where?: string }
export interface Question {
  project: number; report: "segmentation"; unit: Unit; show: Show[];
  from: Day; to: Day; zone: string; where?: string; by?: string[]; limit?: number;
}

export const any_event = "$any";
export const other_group: Group = "$other";
/** As many series as there are colours that can be told apart; the server folds the rest. */
export const series_max = 10;
export const rows_max = series_max;
export const by_max = 4;

/** The most buckets a chart is asked for: finer units give way to the next coarser one. */
const days_max: Record<Unit, number> = { minute: 3, hour: 62, day: 1500, week: 5000, month: 20000, all: 1e9 };

export function first_question(project: number, zone: string, event: string): Question {
  const [from, to] = preset_days("last30", today(zone));
  return tidy({ project, report: "segmentation", unit: "day", show: [{ event, measure: "unique" }], from, to, zone });
}

/** Puts a changed question right: no empty members, a unit that suits the dates, a fitting limit. */
export function tidy(question: Question): Question {
  const q: Question = { ...question, show: question.show.map((s) => ({ ...s })) };
  if (q.from > q.to) [q.from, q.to] = [q.to, q.from];
  const span = days_between(q.from, q.to) + 1;
  while (span > days_max[q.unit]) q.unit = units[units.indexOf(q.unit) + 1]!;
  if (!q.by?.length) delete q.by;
  if (!q.where) delete q.where;
  if (q.by) q.limit = Math.max(1, Math.floor(series_max / q.show.length));
  else delete q.limit;
  for (const show of q.show) {
    if (show.measure !== "sum") delete show.property;
    if (!show.where) delete show.where;
  }
  return q;
}

function is_show(value: unknown): value is Show {
  const s = value as Show;
  return typeof s === "object" && s !== null && typeof s.event === "string" && measures.includes(s.measure)
    && (s.measure === "sum") === (typeof s.property === "string")
    && (s.where === undefined || typeof s.where === "string");
}

function is_question(value: unknown): value is Question {
  const q = value as Question;
  return typeof q === "object" && q !== null && q.report === "segmentation" && units.includes(q.unit)
    && Array.isArray(q.show) && q.show.length > 0 && q.show.length <= rows_max && q.show.every(is_show)
    && is_day(q.from) && is_day(q.to) && typeof q.zone === "string" && is_zone(q.zone)
    && (q.where === undefined || typeof q.where === "string")
    && (q.by === undefined || (Array.isArray(q.by) && q.by.length <= by_max
      && q.by.every((b) => typeof b === "string")));
}

export function is_zone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** A question as it stands in an address. */
export function encode(question: Question): string {
  const bytes = new TextEncoder().encode(JSON.stringify(question));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Reads an address, or a question pasted as JSON; null where it is none that Trends can show. */
export function decode(text: string, project: number): Question | null {
  try {
    const json = text.trimStart().startsWith("{") ? text : new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)));
    const value = JSON.parse(json) as Question;
    return is_question({ ...value, project }) ? tidy({ ...value, project }) : null;
  } catch {
    return null;
  }
}

/** The same question over the whole period, without buckets: people count once in it. */
export const whole = (q: Question): Question => ({ ...q, unit: "all" });

export interface Comparison { now: Question; before: Question; days: number; to: Day }

/** The finished days of a question and as many before them; null where no day is finished. */
export function comparison(q: Question): Comparison | null {
  const yesterday = add_days(today(q.zone), -1);
  const to = q.to < yesterday ? q.to : yesterday;
  const days = days_between(q.from, to) + 1;
  if (days < 1) return null;
  const before = { from: add_days(q.from, -days), to: add_days(q.from, -1) };
  return { now: { ...whole(q), to }, before: { ...whole(q), ...before }, days, to };
}
