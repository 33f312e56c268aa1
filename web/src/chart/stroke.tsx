// How a series is told from the others: five by colour alone, from the sixth on also by its dashes.

const dashes: Record<number, string> = { 6: "7 3", 7: "2 2.5", 8: "9 3 2 3", 9: "4 3", 10: "12 3" };

export const dash_of = (color: number): string | undefined => dashes[color];
export const color_of = (color: number): string => `var(--c${color})`;
export const paint = (color: number) => ({ "--c": color_of(color) });

/** A sample of the line, beside its name. */
export function Stroke({ color }: { color: number }) {
  return (
    <svg class="stroke" viewBox="0 0 11 8" aria-hidden="true" style={paint(color)}>
      <path d="M0 4h11" stroke-dasharray={dash_of(color) && "3 1.5"} />
    </svg>
  );
}

export function Spark({ values, color, rtl }: { values: (number | null)[]; color: number; rtl: boolean }) {
  let most = 0, least = 0;
  for (const value of values) {
    most = Math.max(most, value ?? 0);
    least = Math.min(least, value ?? 0);
  }
  const span = most - least || 1;
  const last = Math.max(1, values.length - 1);
  const path = values.map((v, i) => v === null ? ""
    : `${(values[i - 1] ?? null) === null ? "M" : "L"}${(i / last * 100).toFixed(1)},${(18 - (v - least) / span * 16).toFixed(1)}`
      + ((values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? "h0" : "")).join("");
  return (
    <svg class={rtl ? "spark rtl" : "spark"} viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
      <path d={path} stroke={color_of(color)} stroke-linecap="round" />
    </svg>
  );
}
