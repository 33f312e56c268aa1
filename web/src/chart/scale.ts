// Steps people read without effort: 1, 2 or 5 times a power of ten, three to five of them.

export interface Scale { low: number; high: number; ticks: number[] }

export function scale_of(least: number, most: number): Scale {
  const low_wanted = Math.min(0, least);
  const high_wanted = Math.max(0, most);
  const span = high_wanted - low_wanted || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => span / s <= 5) ?? 10 * power;
  const whole = Number.isInteger(least) && Number.isInteger(most) ? Math.max(1, step) : step;
  const low = Math.floor(low_wanted / whole + 1e-9) * whole;
  const high = Math.max(low + whole, Math.ceil(high_wanted / whole - 1e-9) * whole);
  const ticks: number[] = [];
  for (let i = 0; low + i * whole <= high + whole / 2; i++) ticks.push(Number((low + i * whole).toPrecision(12)));
  return { low, high, ticks };
}

/** Percent from the plot's upper edge. */
export const y_of = ({ low, high }: Scale, value: number): number => 100 - (value - low) / (high - low) * 100;

/** Pushes labels apart that would lie on one another, and keeps all inside 0 to 100. */
export function apart(wanted: number[], gap: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const placed = [...wanted];
  let floor = -Infinity;
  for (const i of order) {
    placed[i] = Math.max(placed[i]!, floor);
    floor = placed[i]! + gap;
  }
  let ceiling = 100;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i]!, ceiling);
    ceiling = placed[i]! - gap;
  }
  return placed;
}

/** Which buckets bear a label: every k-th, so that `room` of them fit, and always the last. Before
 *  the last, `end` buckets bear none: its label is long and ends where the plot ends. */
export function labelled(n: number, room: number, end = 0): number[] {
  if (n <= 1) return n ? [0] : [];
  const fits = Math.max(2, room);
  const wanted = Math.ceil((n - 1) / (fits - 1));
  const every = [1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 21, 24, 28, 30, 48, 60, 90, 120, 180, 240, 360, 720, 1440]
    .find((k) => k >= wanted) ?? wanted;
  const found: number[] = [];
  for (let i = 0; i < n - 1; i += every) if (i === 0 || n - 1 - i >= Math.max(every * .8, end)) found.push(i);
  return [...found, n - 1];
}

/** Indexes that suffice to draw `values` on `pixels`: of each pixel the first, least, most and last,
 *  and the first gap. */
export function thinned(values: (number | null)[], pixels: number): number[] {
  const n = values.length;
  if (n <= 2 * pixels || pixels < 1) return values.map((_, i) => i);
  const keep: number[] = [];
  for (let p = 0; p < pixels; p++) {
    const from = Math.floor(p * n / pixels), to = Math.floor((p + 1) * n / pixels);
    let low = from, high = from, gap = from;
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      if (value === null) {
        if (values[gap] !== null) gap = i;
        continue;
      }
      if ((values[low] ?? Infinity) > value) low = i;
      if ((values[high] ?? -Infinity) < value) high = i;
    }
    keep.push(...new Set([from, low, high, gap, to - 1].sort((a, b) => a - b)));
  }
  return keep;
}
