// A cell that speaks of fewer people than the project's minimum is not told to those who may not see
// people: it comes as null, and nobody is fewer too. It is never drawn, never added up, never a 0.
import { t } from "../i18n/display";
import { count, number, put } from "../i18n/write";
import type { Unit } from "../query/question";

export type Told = number | null;

const people_min = 10;
const about = (template: string) => put(template, { min: number(people_min) });

/** A cell in words. */
export const told = (value: Told): string => value === null ? about(t.value.few) : number(value);

/** Said in place of a figure of which nothing is told. */
export const few_said = (unit: Unit): string => unit === "all" ? about(t.value.few_whole)
  : put(about(t.value.few_all), { unit: t.value.unit[unit] });

/** How many groups, or cells, are not told. */
export const folded_groups = (n: number): string => about(count(t.value.folded, n));
export const folded_cells = (n: number): string => about(count(t.value.few_cells, n));

interface CellProps { value: Told; people: boolean; at?: string; total?: boolean }

/** A cell in a column of numbers. What is not told of a count of people is short to the eye, whole to
 *  the ear and on a closer look; elsewhere "< 10" would be read as a number of times. */
export function Cell({ value, people, at, total }: CellProps) {
  const data = { "data-at": at, "data-total": total ? value ?? "" : undefined };
  if (value !== null) return <span class="n" {...data}>{number(value)}</span>;
  if (!people) return <span class="few" {...data}>{told(null)}</span>;
  return (
    <span class="few" title={told(null)} {...data}>
      <span aria-hidden="true">{about(t.value.few_short)}</span><span class="unseen">{told(null)}</span>
    </span>
  );
}

/** A figure that cannot be said, since some of its cells are not told. */
export function Untold() {
  const why = about(t.value.few_part);
  return <span class="grey" title={why}><span aria-hidden="true">–</span><span class="unseen">{why}</span></span>;
}
