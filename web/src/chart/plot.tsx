// A figure over time: axes, marks, names at the lines' ends, and one cross-hair that the pointer and
// the arrow keys share. Time runs with the page unless the member keeps it left to right.
import { useState } from "preact/hooks";
import { chart_direction, page_direction, t } from "../i18n/display";
import { change, number } from "../i18n/write";
import { Cell, told } from "../report/few";
import { bucket_long, bucket_short } from "../report/frame";
import type { Frame } from "../report/frame";
import { BarMarks, LineMarks, stack_of, x_of_bar, x_of_point } from "./marks";
import { apart, labelled, scale_of, y_of } from "./scale";
import type { Scale } from "./scale";
import { Stroke, paint } from "./stroke";
import { useWidth } from "./width";

export type Kind = "line" | "bar";
const height_px = 296;
const label_px = 92;
const last_label_px = 118;
/** How many buckets back lies the one that a value is compared with. */
const lags: Record<string, number> = { minute: 60, hour: 24, day: 7, week: 1, month: 1 };

function scale_for(frame: Frame, kind: Kind): Scale {
  const values = kind === "line" ? frame.lines.flatMap((l) => l.values)
    : frame.buckets.flatMap((_, i) => stack_of(frame, i).flat());
  let least = 0, most = 0;
  for (const value of values) {
    if (value === null) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return scale_of(least, most);
}

function last_label(frame: Frame): string {
  const last = frame.buckets[frame.buckets.length - 1]!;
  if (!last.running) return bucket_short(frame.unit, last.key);
  return frame.unit === "day" ? t.value.today_so_far : t.value.so_far;
}

function Axes({ frame, scale, x_of, width }: {
  frame: Frame; scale: Scale; x_of: (i: number, n: number) => number; width: number;
}) {
  const n = frame.buckets.length;
  const flush = x_of === x_of_point;
  const end = flush || n > 12 ? last_label_px / width * n : 0;
  const shown = labelled(n, Math.floor(width / label_px), end);
  return (
    <>
      {scale.ticks.map((tick) => (
        <div key={tick} class={tick === 0 ? "rule zero" : "rule"} style={{ "--y": y_of(scale, tick).toFixed(2) }}>
          <span><span class="n">{number(tick)}</span></span>
        </div>
      ))}
      {shown.map((i, k) => {
        const is_last = k === shown.length - 1 && n > 1;
        const place = is_last && (flush || n > 12) ? "when last" : k === 0 && flush && n > 1 ? "when first" : "when";
        const x = place === "when last" ? 100 : x_of(i, n);
        return (
          <span key={frame.buckets[i]!.key} class={place} style={{ "--x": x.toFixed(2) }}>
            <span>{is_last ? last_label(frame) : bucket_short(frame.unit, frame.buckets[i]!.key, k === 0)}</span>
          </span>
        );
      })}
    </>
  );
}

interface TipProps { frame: Frame; at: number; x: number; series: number | null }

function Tip({ frame, at, x, series }: TipProps) {
  const lag = lags[frame.unit] ?? 0;
  const bucket = frame.buckets[at]!;
  const compares = lag > 0 && at >= lag && !bucket.partial && !frame.buckets[at - lag]!.partial;
  return (
    <div class={`tip float${x > 50 ? " before" : ""}${compares ? " changes" : ""}`} dir={page_direction.value}
      style={{ "--x": x.toFixed(2) }}>
      <p class="top">
        <span>{bucket_long(frame.unit, bucket.key)}</span>
        {compares ? <small>{t.value.before[frame.unit as "day"]}</small>
          : bucket.running ? <small>{t.value.so_far}</small> : null}
      </p>
      <ul>
        {frame.lines.slice(0, 12).map((line, k) => {
          const now = line.values[at]!, before = compares ? line.values[at - lag]! : null;
          return (
            <li key={line.id} class={k === series ? "at" : ""} style={paint(line.color)}>
              <Stroke color={line.color} />
              <bdi class="name">{line.name}</bdi>
              {now === null ? <span class="num few">{told(now)}</span>
                : <span class="num"><span class="n">{number(now)}</span></span>}
              {compares && now !== null && <span class="num"><span class="n">{before !== null && change(now, before)}</span></span>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Ends({ frame, scale }: { frame: Frame; scale: Scale }) {
  const last = frame.buckets.length - 1;
  const lines = frame.lines.filter((l) => l.color > 0 || l.by.length).slice(0, 11);
  const places = apart(lines.map((l) => y_of(scale, l.values.findLast((v) => v !== null) ?? scale.low)), 6.8);
  return (
    <div class="ends" dir={page_direction.value} aria-hidden="true">
      {lines.map((line, i) => (
        <span key={line.id} style={{ "--y": places[i]!.toFixed(2), ...paint(line.color) }}>
          <Stroke color={line.color} />
          <bdi class="name" title={line.name}>{line.name}</bdi>
          <b><Cell value={line.values[last]!} people={line.people} /></b>
        </span>
      ))}
    </div>
  );
}

/** The step an arrow key means: what is seen on that side, in either direction of time. */
function step_of(key: string, n: number, at: number): number | null {
  const forward = chart_direction.value === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = chart_direction.value === "rtl" ? "ArrowRight" : "ArrowLeft";
  if (key === forward) return Math.min(n - 1, at + 1);
  if (key === back) return Math.max(0, at - 1);
  if (key === "Home") return 0;
  return key === "End" ? n - 1 : null;
}

export function Plot({ frame, kind, label }: { frame: Frame; kind: Kind; label: string }) {
  const { ref, width } = useWidth<HTMLDivElement>(980);
  const [at_held, set_at] = useState<number | null>(null);
  const [series, set_series] = useState<number | null>(null);
  const n = frame.buckets.length;
  const at = at_held === null ? null : Math.min(at_held, n - 1);
  const scale = scale_for(frame, kind);
  const x_of = kind === "line" ? x_of_point : x_of_bar;

  const on_point = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const from = chart_direction.value === "rtl" ? box.right - event.clientX : event.clientX - box.left;
    const part = Math.max(0, Math.min(.9999, from / box.width));
    set_at(kind === "line" ? Math.round(part * (n - 1)) : Math.floor(part * n));
    set_series(null);
  };
  const on_key = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = step_of(event.key, n, at ?? n - 1);
    if (next !== null) set_at(at === null && !/Home|End/.test(event.key) ? n - 1 : next);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const step = event.key === "ArrowUp" ? -1 : 1;
      set_at(at ?? n - 1);
      set_series(series === null ? 0 : (series + step + frame.lines.length) % frame.lines.length);
    } else if (event.key === "Escape" && at !== null) {
      set_at(null);
      set_series(null);
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };
  const spoken_at = at ?? n - 1;
  const spoken = frame.lines.filter((_, k) => series === null || k === series).slice(0, 12)
    .map((l) => `${l.name} ${told(l.values[spoken_at]!)}`).join(", ");
  const drawn = frame.lines.filter((l) => l.color > 0 || l.by.length);
  const has_ends = kind === "line" || frame.lines.length > 1;
  return (
    <>
      {frame.lines.length > 1 && (
        <div class="legend" aria-hidden="true">
          {drawn.map((l) => <span key={l.id} style={paint(l.color)}><Stroke color={l.color} /><bdi>{l.name}</bdi></span>)}
        </div>
      )}
      <div class={has_ends ? "chart" : "chart lone"} dir={chart_direction.value}>
        <div class="plot" ref={ref} tabIndex={0} role="slider" aria-label={label} aria-valuemin={0}
          aria-valuemax={n - 1} aria-valuenow={spoken_at}
          aria-valuetext={`${bucket_long(frame.unit, frame.buckets[spoken_at]!.key)}: ${spoken}`}
          onPointerMove={on_point} onPointerDown={on_point} onPointerLeave={() => set_at(null)}
          onBlur={() => set_at(null)} onKeyDown={on_key}>
          <Axes frame={frame} scale={scale} x_of={x_of} width={width} />
          {kind === "line" ? <LineMarks frame={frame} scale={scale} width={width} />
            : <BarMarks frame={frame} scale={scale} width={width} height={height_px} />}
          {at !== null && <div class="cross" style={{ "--x": x_of(at, n).toFixed(2) }} />}
          {at !== null && kind === "line" && drawn.map((l) => l.values[at] !== null && (
            <i key={l.id} class="dot" style={{ "--x": x_of(at, n).toFixed(2),
              "--y": y_of(scale, l.values[at]!).toFixed(2), ...paint(l.color) }} />
          ))}
          {at !== null && <Tip frame={frame} at={at} x={x_of(at, n)} series={series} />}
        </div>
        {has_ends && <Ends frame={frame} scale={scale} />}
      </div>
    </>
  );
}

/** One value a series: bars that lie, longest as the server sorted them. */
export function LyingBars({ frame }: { frame: Frame }) {
  const most = Math.max(1, ...frame.lines.map((l) => l.values[0] ?? 0));
  return (
    <ul class="lying">
      {frame.lines.map((line) => (
        <li key={line.id}>
          <bdi class="name" title={line.name}>{line.name}</bdi>
          <span class="bar" style={{ "--v": Math.max(0, (line.values[0] ?? 0) / most * 100).toFixed(2), ...paint(line.color) }}>
            {line.values[0] === null ? <span class="few">{told(null)}</span>
              : <><i class={line.color > 5 ? "hatched" : ""} /><b class="n">{number(line.values[0]!)}</b></>}
          </span>
        </li>
      ))}
    </ul>
  );
}
