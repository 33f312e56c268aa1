// Trends: a sentence, its figure, its numbers. The address holds the whole question.
import { computed, effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { refresh_schema, schema } from "../api/schema";
import { project } from "../api/session";
import { listen } from "../api/live";
import { t } from "../i18n/display";
import { put } from "../i18n/write";
import { decode, encode, first_question, tidy } from "../query/question";
import type { Question } from "../query/question";
import { title_of } from "../report/naming";
import { ask_again, asked, keep_fresh, refused, want } from "../report/asking";
import { Segmentation, views } from "../report/segmentation";
import type { View } from "../report/segmentation";
import { go, page, search } from "./route";
import { Sentence } from "./sentence";
import { visit } from "./slot";
import { copy } from "./toast";

export const view = computed<View>(() => {
  const wanted = search.value.get("v") as View;
  return views.includes(wanted) ? wanted : "line";
});

/** The question of the address, or the first one: the most frequent event, people, thirty days. */
export const question = computed<Question | null>(() => {
  const own = project.value;
  if (page.value !== "trends" || !own) return null;
  const text = search.value.get("q");
  const given = text ? decode(text, own.id) : null;
  if (given) return given;
  const most = schema.value?.events[0];
  return most ? first_question(own.id, own.zone, most.name) : null;
});

export const is_title_ready = signal(false);
let last_visit = -1;

export function address_of(q: Question, shown: View = view.value): string {
  return `/trends?q=${encode(q)}${shown === "line" ? "" : `&v=${shown}`}`;
}

/** Changes made behind one opening of a slot are one step of the browser's history. */
function change(next: Question): void {
  go(address_of(tidy(next)), visit === last_visit);
  last_visit = visit;
}

export function show_view(next: View): void {
  if (question.value) go(address_of(question.value, next));
}

export const copy_link = () =>
  question.value && copy(location.origin + address_of(question.value), t.value.link_copied);

function Refusal() {
  const error = refused.value;
  if (!error) return null;
  const words = t.value;
  const code = error.at.endsWith("/where") && error.code !== "personal" ? "where" : error.code;
  const known = words.error[code as keyof typeof words.error];
  const says = known ?? words.error.query;
  return (
    <div class="said" role="alert">
      <p>
        <span class="bad">{says}</span>{" "}
        {error.said && says.endsWith(":") && <bdi dir="ltr" class="id">{error.said}</bdi>}
      </p>
      <button type="button" class="button edge" onClick={ask_again}>{words.again}</button>
    </div>
  );
}

function Head({ title }: { title: string }) {
  const words = t.value;
  return (
    <header class="head">
      <h1>{title}</h1>
      <span class="choice" role="group" aria-label={words.view_label}>
        {views.map((v) => (
          <button type="button" key={v} aria-pressed={view.value === v} data-view={v} onClick={() => show_view(v)}>
            {words.view[v]}
          </button>
        ))}
      </span>
      <button type="button" class="button edge" onClick={() => void copy_link()}>{words.share}</button>
    </header>
  );
}

function Nothing() {
  return (
    <div class="said">
      <h2><b>{t.value.no_events_title}</b></h2>
      <p class="soft">{t.value.no_events} <a class="link" href="/setup">{t.value.no_events_link}</a></p>
    </div>
  );
}

export function Trends() {
  useEffect(() => {
    void refresh_schema().catch(() => {});
    const stop_fresh = keep_fresh();
    const stop_asking = effect(() => { if (question.value) want(question.value); });
    return () => {
      stop_fresh();
      stop_asking();
    };
  }, []);
  const q = question.value;
  const is_bare = schema.value !== null && schema.value.events.length === 0 && !q;
  useEffect(() => is_bare ? listen(() => void refresh_schema(true).catch(() => {})) : undefined, [is_bare]);
  const title = q ? title_of(q) : t.value.trends;
  useEffect(() => { document.title = put("{a} · {b}", { a: title, b: t.value.name }); });
  if (!q) {
    return <div class="wrap"><header class="head"><h1>{t.value.trends}</h1></header>{is_bare && <Nothing />}</div>;
  }
  return (
    <div class="wrap">
      <Head title={title} />
      <Sentence question={q} on_change={change} />
      <div class="section">
        <Refusal />
        {!(refused.value && !asked.value) && !is_stale() && <Segmentation view={view.value} title={title} on_change={change} />}
      </div>
    </div>
  );
}

/** A refused question leaves no answer to another one standing in its place. */
const is_stale = () => refused.value !== null && JSON.stringify(asked.value?.question) !== JSON.stringify(question.value);
