// Asking the question on the page: its buckets, its whole, and the same days before. A newer question
// silences an older one; the old answer stays until the new one is there. While the dates hold today,
// what arrives is asked for again, so that an event is in the chart within a second.
import { effect, signal } from "@preact/signals";
import { Refused, is_passing, put_question, wait } from "../api/http";
import { listen } from "../api/live";
import { refresh_schema, schema } from "../api/schema";
import type { Answer } from "../api/types";
import { today, wall_time } from "../query/days";
import { any_event, comparison, whole } from "../query/question";
import type { Comparison, Question } from "../query/question";

const line_after_ms = 1_000;
const dim_after_ms = 150;
const fresh_every_ms = 700;
const passing_wait_ms = 2_000;

export interface Asked {
  question: Question;
  answer: Answer;
  whole: Answer;
  against: { comparison: Comparison; now: Answer; before: Answer } | null;
  /** Wall time from the click to the answer is the server's computed_ms plus the way. */
  at: number;
}

export const asked = signal<Asked | null>(null);
export const refused = signal<Refused | null>(null);
/** 0: nothing under way, 1: the old answer is dimmed, 2: a line moves as well. */
export const waiting = signal<0 | 1 | 2>(0);
const wanted = signal<Question | null>(null);
let running: AbortController | null = null;

const ask = (question: Question, signal: AbortSignal) => put_question<Answer>("/api/query", question, signal);

/** Whether there were events from the first of these days on: a rise from nothing is none. */
async function reaches_back(before: Question): Promise<boolean> {
  await refresh_schema().catch(() => {});
  const first = schema.value?.first;
  return typeof first === "number" && wall_time(first, before.zone).slice(0, 10) <= before.from;
}

async function ask_against(question: Question, all: Promise<Answer>, signal: AbortSignal) {
  const c = comparison(question);
  if (!c || !await reaches_back(c.before)) return null;
  const same = c.to === question.to;
  const [now, before] = await Promise.all([same ? all : ask(c.now, signal), ask(c.before, signal)]);
  return { comparison: c, now, before };
}

async function ask_all(question: Question, signal: AbortSignal): Promise<Asked> {
  const plain = question.unit === "all";
  const first = ask(question, signal);
  const all = plain ? first : ask(whole(question), signal);
  const [answer, whole_answer, against] = await Promise.all([first, all, ask_against(question, all, signal)]);
  return { question, answer, whole: whole_answer, against, at: Date.now() };
}

async function run(question: Question, quietly: boolean): Promise<void> {
  running?.abort();
  const mine = running = new AbortController();
  const timers = quietly ? [] : [setTimeout(() => { waiting.value = 1; }, dim_after_ms),
    setTimeout(() => { waiting.value = 2; }, line_after_ms)];
  try {
    const done = await ask_all(question, mine.signal);
    if (mine.signal.aborted) return;
    asked.value = done;
    refused.value = null;
  } catch (error) {
    if (mine.signal.aborted || (quietly && is_passing(error))) return;
    refused.value = error instanceof Refused ? error : new Refused("other", "", String(error), 0);
    if (is_passing(error)) void retry(question, mine);
  } finally {
    timers.forEach(clearTimeout);
    if (running === mine) {
      running = null;
      waiting.value = 0;
    }
  }
}

async function retry(question: Question, after: AbortController): Promise<void> {
  await wait(passing_wait_ms, after.signal);
  if (!running && wanted.value === question) void run(question, true);
}

/** Shows the answer to this question, or to none. */
export function want(question: Question | null): void {
  if (question && wanted.value && JSON.stringify(question) === JSON.stringify(wanted.value)) return;
  wanted.value = question;
  refused.value = null;
  if (question) void run(question, false);
  else running?.abort();
}

export const ask_again = () => wanted.value && void run(wanted.value, false);

function concerns(question: Question, names: Set<string>): boolean {
  return question.show.some((s) => s.event === any_event || names.has(s.event));
}

/** Keeps the answer fresh while a page shows it; gives what ends it. */
export function keep_fresh(): () => void {
  let stop: (() => void) | null = null;
  let due = 0;
  const refresh = () => {
    due = 0;
    if (document.visibilityState !== "visible" || running || !wanted.value) return;
    void run(wanted.value, true);
  };
  const heard = (events: { event: string }[]) => {
    const question = wanted.value;
    if (!question || due || !concerns(question, new Set(events.map((e) => e.event)))) return;
    const last = asked.value;
    const pause = Math.max(fresh_every_ms, 25 * (last?.answer.computed_ms ?? 0));
    due = setTimeout(refresh, Math.max(0, pause - (Date.now() - (last?.at ?? 0))));
  };
  const end = effect(() => {
    const question = wanted.value;
    const live = question !== null && question.to >= today(question.zone);
    if (live && !stop) stop = listen(heard);
    if (!live && stop) {
      stop();
      stop = null;
    }
  });
  return () => {
    end();
    stop?.();
    clearTimeout(due);
    due = 0;
  };
}
