// The chart as a PNG: title, where the numbers come from, and the lines, in the page's own colours
// and its own direction.
import { scale_of, y_of } from "../chart/scale";
import { x_of_point } from "../chart/marks";
import { dash_of } from "../chart/stroke";
import { chart_direction, is_rtl, t } from "../i18n/display";
import { city, count, day, number, put } from "../i18n/write";
import type { Answer } from "../api/types";
import type { Question } from "../query/question";
import { bucket_short } from "./frame";
import { told } from "./few";
import type { Frame } from "./frame";
import { folded_of } from "./provenance";

const width = 1200, height = 560, edge = 40, gutter = 190;
const box = { top: 104, bottom: height - 92 };

function painter() {
  const canvas = document.createElement("canvas");
  canvas.width = width * 2;
  canvas.height = height * 2;
  const pen = canvas.getContext("2d");
  pen?.scale(2, 2);
  return pen;
}

export async function picture_of(frame: Frame, question: Question, answer: Answer,
  title: string): Promise<Blob | null> {
  const pen = painter();
  if (!pen) return null;
  const probe = document.createElement("i");
  document.body.append(probe);
  const color = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const rtl = chart_direction.value === "rtl";
  const left = rtl ? edge + gutter : edge, right = rtl ? width - edge : width - edge - gutter;
  const x_at = (percent: number) => rtl ? right - percent / 100 * (right - left) : left + percent / 100 * (right - left);
  const y_at = (percent: number) => box.top + percent / 100 * (box.bottom - box.top);
  const write = (text: string, x: number, y: number, size: number, ink: string, align: CanvasTextAlign) => {
    pen.font = `${size > 16 ? 650 : 400} ${size}px Vazirmatn, sans-serif`;
    pen.fillStyle = color(ink);
    pen.textAlign = align;
    pen.direction = is_rtl.value ? "rtl" : "ltr";
    pen.fillText(text, x, y);
  };
  pen.fillStyle = color("sheet");
  pen.fillRect(0, 0, width, height);
  const start = is_rtl.value ? width - edge : edge;
  write(title, start, 48, 22, "ink", "start");
  const range = put(t.value.range, { from: day(question.from, "long"), to: day(question.to, "long") });
  write(`${range} · ${city(question.zone)}`, start, 74, 14, "ink-3", "start");
  const values = frame.lines.flatMap((l) => l.values).map((value) => value ?? 0);
  const scale = scale_of(values.reduce((a, b) => Math.min(a, b), 0), values.reduce((a, b) => Math.max(a, b), 0));
  for (const tick of scale.ticks) {
    const y = y_at(y_of(scale, tick));
    pen.strokeStyle = color(tick === 0 ? "line-2" : "line");
    pen.beginPath();
    pen.moveTo(left, y);
    pen.lineTo(right, y);
    pen.stroke();
    write(number(tick), rtl ? right : left, y - 4, 12, "ink-3", rtl ? "right" : "left");
  }
  const n = frame.buckets.length;
  [0, Math.floor((n - 1) / 2), n - 1].filter((i, k, all) => all.indexOf(i) === k).forEach((i) =>
    write(bucket_short(frame.unit, frame.buckets[i]!.key, i === 0), x_at(x_of_point(i, n)), box.bottom + 20, 12,
      "ink-3", n === 1 || (i > 0 && i < n - 1) ? "center" : (i > 0) === rtl ? "left" : "right"));
  frame.lines.forEach((line, k) => {
    pen.strokeStyle = color(`c${line.color}`);
    pen.lineWidth = line.color === 1 ? 2.2 : 1.8;
    const dashes = (dash_of(line.color) ?? "").split(" ").filter(Boolean).map(Number);
    line.values.forEach((value, i) => {
      const before = line.values[i - 1] ?? null, next = line.values[i + 1] ?? null;
      if (value !== null && before === null && next === null) {
        pen.fillStyle = pen.strokeStyle;
        pen.beginPath();
        pen.arc(x_at(x_of_point(i, n)), y_at(y_of(scale, value)), 3, 0, 7);
        pen.fill();
      }
      if (value === null || before === null) return;
      pen.setLineDash(frame.buckets[i]!.partial || frame.buckets[i - 1]!.partial ? [2, 4] : dashes);
      pen.beginPath();
      pen.moveTo(x_at(x_of_point(i - 1, n)), y_at(y_of(scale, before)));
      pen.lineTo(x_at(x_of_point(i, n)), y_at(y_of(scale, value)));
      pen.stroke();
    });
    if (k > 14) return;
    const x = rtl ? left - 16 : right + 16;
    pen.fillStyle = color(`c${line.color}`);
    pen.fillRect(rtl ? x - 10 : x, box.top + k * 24 - 5, 10, 3);
    write(`${line.name.slice(0, 18)}  ${told(line.values[n - 1]!)}`, rtl ? x - 18 : x + 18, box.top + k * 24, 13,
      "ink-2", rtl ? "right" : "left");
  });
  const rows = t.value.exact(answer.rows_scanned, "");
  const from = [put(rows.text, { rows: count(rows.words, rows.n) }), ...folded_of(answer), "amana"].join(" · ");
  write(from, start, height - 28, 12, "ink-3", "start");
  probe.remove();
  return new Promise((done) => pen.canvas.toBlob(done, "image/png"));
}
