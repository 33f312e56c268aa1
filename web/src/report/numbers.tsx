// The table beside the chart: the same series in the same order, with what a chart cannot show.
import { useState } from "preact/hooks";
import { Spark, paint } from "../chart/stroke";
import { chart_direction, t } from "../i18n/display";
import { change, count, day, number, put } from "../i18n/write";
import { parse_operand } from "../query/where";
import type { Measure, Question } from "../query/question";
import type { Asked } from "./asking";
import { bucket_long, bucket_short, wholes_of } from "./frame";
import type { Frame, Line } from "./frame";
import { Cell, Untold } from "./few";
import type { Told } from "./few";
import { operand_name } from "./naming";

interface Row {
  line: Line; total: Told; mean: Told;
  /** The highest bucket, or null where one that is not told may be higher. */
  high_at: number | null;
  now: Told; before: Told;
}
type Column = "name" | "total" | "mean" | "change" | "high";

/** What is not told is of few people, so it is lower than any number of people that is told; of times
 *  and sums nothing follows. */
function highest(values: Told[], counts_people: boolean): number | null {
  let found: number | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === null && !counts_people) return null;
    if (value !== null && (found === null || value > values[found]!)) found = i;
  }
  return found;
}

function mean_of(values: Told[]): Told {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return values.length ? sum / values.length : null;
}

const at_of = (map: Map<string, Told>, id: string): Told => map.has(id) ? map.get(id)! : 0;

function row_of(frame: Frame, line: Line, asked: Asked, maps: Map<string, Told>[]): Row {
  const [whole, now, before] = maps as [Map<string, Told>, Map<string, Told>, Map<string, Told>];
  return {
    line, total: at_of(whole, line.id), mean: mean_of(line.values.filter((_, i) => !frame.buckets[i]!.partial)),
    high_at: highest(line.values, line.people),
    now: asked.against && at_of(now, line.id), before: asked.against && at_of(before, line.id),
  };
}

const high_of = (row: Row): Told => row.high_at === null ? null : row.line.values[row.high_at]!;
const change_of = (row: Row) => row.now === null || !row.before ? -Infinity : (row.now - row.before) / Math.abs(row.before);

const falling = (of: (row: Row) => Told) => (a: Row, b: Row) => {
  const one = of(a) ?? -Infinity, other = of(b) ?? -Infinity;
  return one === other ? 0 : other - one;
};

function compare(column: Column): (a: Row, b: Row) => number {
  switch (column) {
    case "name": return (a, b) => new Intl.Collator(document.documentElement.lang).compare(a.line.name, b.line.name);
    case "total": return falling((row) => row.total);
    case "mean": return falling((row) => row.mean);
    case "change": return falling(change_of);
    case "high": return falling(high_of);
  }
}

export function measure_of(question: Question): Measure | "mixed" {
  const kinds = new Set(question.show.map((s) => s.measure));
  return kinds.size === 1 ? question.show[0]!.measure : "mixed";
}

function first_head(question: Question): string {
  if (!question.by) return t.value.event_head;
  return question.by.map((b) => operand_name(parse_operand(b))).join(" · ");
}

function Change({ row }: { row: Row }) {
  if (row.now === null || !row.before) return <span class="grey">–</span>;
  const written = change(row.now, row.before);
  return <span class={`n ${row.now > row.before ? "good" : row.now < row.before ? "bad" : "grey"}`}>{written}</span>;
}

const untold_or_dash = (line: Line) => line.values.includes(null) ? <Untold /> : <span class="grey">–</span>;

interface Props { asked: Asked; frame: Frame; whole: boolean }

/** With `whole`, every bucket has a column; else the last four, and what sums them up. */
export function Numbers({ asked, frame, whole }: Props) {
  const [sort, set_sort] = useState<{ by: Column; up: boolean } | null>(null);
  const words = t.value;
  const { question, against } = asked;
  const maps = [wholes_of(question, asked.whole), wholes_of(question, against?.now ?? null),
    wholes_of(question, against?.before ?? null)];
  const rows = frame.lines.map((line) => row_of(frame, line, asked, maps));
  if (sort) {
    const order = compare(sort.by);
    rows.sort((a, b) => (sort.up ? order(b, a) : order(a, b)));
  }
  const has_buckets = frame.unit !== "all";
  const columns = !has_buckets ? [] : whole ? frame.buckets.map((_, i) => i)
    : frame.buckets.map((_, i) => i).filter((i) => !frame.buckets[i]!.partial).slice(-4);
  const measure = measure_of(question);

  const head = (column: Column, text: string, title?: string) => {
    const mine = sort?.by === column;
    const turn = () => set_sort(!mine ? { by: column, up: false } : sort.up ? null : { by: column, up: true });
    const order = mine ? (sort.up !== (column === "name") ? "ascending" : "descending") : undefined;
    return (
      <th class={column === "name" ? "" : "num"} scope="col" aria-sort={order}>
        <button type="button" onClick={turn} title={title}>{text}</button>
      </th>
    );
  };
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={words.same}>
      <table class={whole ? "whole" : ""} data-numbers>
        <thead>
          <tr>
            {head("name", first_head(question))}
            {has_buckets && <th scope="col"><span class="unseen">{words.shape}</span></th>}
            {head("total", measure === "mixed" ? words.total : words.measure_head[measure])}
            {has_buckets && head("mean", words.per_unit[frame.unit as "day"])}
            {against && head("change", count(words.against, against.comparison.days),
              put(words.against_until, { day: day(against.comparison.to, "long") }))}
            {has_buckets && head("high", words.highest)}
            {columns.map((i) => (
              <th key={i} class={whole ? "num" : "num wide-only"} scope="col"
                title={bucket_long(frame.unit, frame.buckets[i]!.key)}>
                {frame.buckets[i]!.running ? words.so_far : bucket_short(frame.unit, frame.buckets[i]!.key, whole && i === 0)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.line.id} class={row.line.color === 0 ? "rest" : ""} data-line={row.line.id}>
              <th scope="row"><i class="chip" style={paint(row.line.color)} /><bdi>{row.line.name}</bdi></th>
              {has_buckets && <td><Spark values={row.line.values} color={row.line.color} rtl={chart_direction.value === "rtl"} /></td>}
              <td class="num"><Cell value={row.total} people={row.line.people} total /></td>
              {has_buckets && <td class="num">{row.mean === null ? untold_or_dash(row.line) : <span class="n">{number(Math.round(row.mean * 10) / 10)}</span>}</td>}
              {against && <td class="num"><Change row={row} /></td>}
              {has_buckets && (
                <td class="num soft">
                  {row.high_at === null ? <Untold /> : (
                    <>
                      <span class="n">{number(row.line.values[row.high_at]!)}</span>{" "}
                      <span class="grey">· {bucket_short(frame.unit, frame.buckets[row.high_at]!.key)}</span>
                    </>
                  )}
                </td>
              )}
              {columns.map((i) => (
                <td key={i} class={whole ? "num" : "num wide-only"}>
                  <Cell value={row.line.values[i]!} people={row.line.people} at={frame.buckets[i]!.key} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
