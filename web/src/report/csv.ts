// Aggregates as CSV: one line a bucket, one column a series, names and days as the API gives them.
import type { Answer, Group } from "../api/types";
import type { Question } from "../query/question";

// A cell that a spreadsheet would take for a formula gets a quote before it.
const text_cell = (text: string) => {
  const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const group_text = (group: Group) => group === null ? "(none)" : String(group);

export function csv_of(question: Question, answer: Answer): string {
  const heads = answer.series.map((s) => [s.name, ...s.by.map(group_text)].join(" / "));
  const keys = [...new Set(answer.series.flatMap((s) => s.points.map(([key]) => key)))].sort();
  const columns = answer.series.map((s) => new Map(s.points));
  const head = [question.unit === "all" ? "from" : question.unit, ...heads].map(text_cell).join(",");
  const rows = keys.map((key) => [key, ...columns.map((c) => c.get(key) ?? "")].join(","));
  return [head, ...rows].join("\r\n") + "\r\n";
}

/** Hands a file to the browser. The mark at its start tells spreadsheets that it is UTF-8. */
export function download(name: string, type: string, body: BlobPart): void {
  const url = URL.createObjectURL(new Blob(type.startsWith("text/") ? ["\ufeff", body] : [body], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export const file_name = (question: Question, ending: string): string => {
  const what = question.show.map((s) => s.event).join("-").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return `${what.slice(0, 60) || "trends"}-${question.from}-${question.to}.${ending}`;
};
