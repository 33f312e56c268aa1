// The geometry of lines and bars. Drawn in percent of the plot and stretched to it; strokes do not
// stretch. What is not a whole bucket is dotted or hatched.
import type { Frame, Line } from "../report/frame";
import { thinned, y_of } from "./scale";
import type { Scale } from "./scale";
import { color_of, dash_of } from "./stroke";

export const x_of_point = (i: number, n: number): number => n > 1 ? i / (n - 1) * 100 : 50;
export const x_of_bar = (i: number, n: number): number => (i + .5) / n * 100;

const at = (x: number, y: number) => `${x.toFixed(2)},${y.toFixed(2)}`;

function LineMark({ frame, line, scale, width }: { frame: Frame; line: Line; scale: Scale; width: number }) {
  const n = frame.buckets.length;
  const is_loose = (i: number) => Boolean(frame.buckets[i - 1]?.partial || frame.buckets[i]?.partial);
  const place = (i: number) => at(x_of_point(i, n), y_of(scale, line.values[i]!));
  const is_gap = (i: number | undefined) => i === undefined || line.values[i] === null;
  let solid = "", dotted = "", dots = "";
  let pen = -1; // where the solid line has come to
  const kept = thinned(line.values, width);
  kept.forEach((i, k) => {
    const before = kept[k - 1];
    if (is_gap(i)) return;
    if (is_gap(before)) {
      if (is_gap(kept[k + 1])) dots += `M${place(i)}h0`;
      return;
    }
    if (is_loose(i) && before === i - 1) {
      dotted += `M${place(before)}L${place(i)}`;
      return;
    }
    solid += pen === before ? `L${place(i)}` : `M${place(before!)}L${place(i)}`;
    pen = i;
  });
  const stroke = { fill: "none", stroke: color_of(line.color), "stroke-width": line.color === 1 ? 2 : 1.6,
    "stroke-linejoin": "round" as const };
  return (
    <>
      {solid && <path d={solid} {...stroke} stroke-dasharray={dash_of(line.color)} />}
      {dotted && <path d={dotted} {...stroke} stroke-dasharray="2 3" />}
      {dots && <path d={dots} {...stroke} stroke-width={6} stroke-linecap="round" />}
    </>
  );
}

export function LineMarks({ frame, scale, width }: { frame: Frame; scale: Scale; width: number }) {
  const drawn = frame.lines.filter((l) => l.color > 0 || l.by.length);
  return (
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {[...drawn].reverse().map((line) =>
        <LineMark key={line.id} frame={frame} line={line} scale={scale} width={width} />)}
    </svg>
  );
}

/** The stacked ends of one bucket: each line's lower and upper value. */
export function stack_of(frame: Frame, i: number): [number, number][] {
  let up = 0, down = 0;
  return frame.lines.map((line) => {
    const value = line.values[i] ?? 0; // what is not told has no height
    if (value >= 0) return [up, up += value];
    return [down += value, down + Math.abs(value)];
  });
}

interface BarsProps { frame: Frame; scale: Scale; width: number; height: number }

/** Bars are drawn in pixels, so that hatches keep their slant. */
export function BarMarks({ frame, scale, width, height }: BarsProps) {
  const n = frame.buckets.length;
  const step = width / n;
  const gap = step > 5 ? 2 : step > 2 ? .5 : 0;
  const thick = Math.min(step - gap, 64);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(25)">
          <path d="M0 0v5" stroke="var(--sheet)" stroke-width="3" />
        </pattern>
        <pattern id="hatch-fine" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-35)">
          <path d="M0 0v7" stroke="var(--sheet)" stroke-width="2" />
        </pattern>
      </defs>
      {frame.buckets.map((bucket, i) => {
        const x = x_of_bar(i, n) / 100 * width - thick / 2;
        return stack_of(frame, i).map(([low, high], k) => {
          const line = frame.lines[k]!;
          const upper = y_of(scale, high) / 100 * height;
          const tall = y_of(scale, low) / 100 * height - upper - (low && frame.lines.length > 1 ? 1 : 0);
          if (tall <= 0) return null;
          const box = { x, y: upper, width: thick, height: tall };
          return (
            <g key={`${bucket.key} ${line.id}`}>
              <rect {...box} fill={color_of(line.color)} />
              {line.color > 5 && <rect {...box} fill="url(#hatch-fine)" />}
              {bucket.partial && <rect {...box} fill="url(#hatch)" />}
            </g>
          );
        });
      })}
    </svg>
  );
}
