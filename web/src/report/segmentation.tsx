// Trends' figure: what was asked, drawn and in numbers, or why there is nothing to draw.
import { LyingBars, Plot } from "../chart/plot";
import { t } from "../i18n/display";
import { all_of_list, count, fill, isolate, put } from "../i18n/write";
import { preset_days, today } from "../query/days";
import { series_max } from "../query/question";
import type { Question } from "../query/question";
import { parse_where, print_where } from "../query/where";
import type { Asked } from "./asking";
import { asked, waiting } from "./asking";
import { csv_of, download, file_name } from "./csv";
import { few_said } from "./few";
import { frame_of, is_all_few, is_empty } from "./frame";
import type { Frame } from "./frame";
import { event_name, filter_phrase } from "./naming";
import { Numbers, measure_of } from "./numbers";
import { picture_of } from "./picture";
import { Provenance } from "./provenance";

export type View = "line" | "bar" | "table";
export const views: View[] = ["line", "bar", "table"];

function Figure({ frame, view }: { frame: Frame; view: "line" | "bar" }) {
  if (frame.unit === "all") return <LyingBars frame={frame} />;
  const label = `${view === "line" ? t.value.chart_line : t.value.chart_bar} ${t.value.chart_walk}`;
  return <Plot frame={frame} kind={view} label={label} />;
}

/** Nobody did it: said in a sentence, with the parts that may have emptied it as ways on. */
function Empty({ question, on_change }: { question: Question; on_change: (q: Question) => void }) {
  const words = t.value;
  const filters = parse_where(question.where);
  const show = question.show[0]!;
  const [from, to] = preset_days("last90", today(question.zone));
  const where = filters.length ? put(words.empty_where, { filters: all_of_list(filters.map(filter_phrase)) }) : "";
  return (
    <div class="said" role="status">
      <p>{fill(words.empty[show.measure], { event: <bdi>{event_name(show.event)}</bdi>, where })}</p>
      <p class="ways-on">
        {filters.map((filter, i) => (
          <button type="button" key={i} class="button edge" onClick={() =>
            on_change({ ...question, where: print_where(filters.filter((_, k) => k !== i)) ?? "" })}>
            {put(words.empty_without, { filter: isolate(filter_phrase(filter)) })}
          </button>
        ))}
        {question.from > from && (
          <button type="button" class="button edge" onClick={() => on_change({ ...question, from, to })}>
            {words.empty_wider}
          </button>
        )}
      </p>
    </div>
  );
}

function note_of(frame: Frame, question: Question, view: View): string {
  const hidden = frame.lines.filter((l) => l.color === 0 && !l.by.length).length
    || Math.max(0, frame.lines.length - series_max - 1);
  if (hidden && view !== "table") return count(t.value.more_in_table, hidden);
  const stacks = view === "bar" && question.by && question.unit !== "all";
  return stacks && measure_of(question) === "unique" ? t.value.stacked_note : "";
}

function Same({ done, frame, view, title }: { done: Asked; frame: Frame; view: View; title: string }) {
  const words = t.value;
  const { question, answer } = done;
  const save_csv = () => download(file_name(question, "csv"), "text/csv", csv_of(question, answer));
  const save_png = () => void picture_of(frame, question, answer, title).then((blob) =>
    blob && download(file_name(question, "png"), "image/png", blob));
  return (
    <section class="section">
      <h2>
        {words.same} <small>{words.same_note[measure_of(question)]}</small>
        <span class="end">
          <button type="button" class="button" data-csv aria-label={words.csv_label} onClick={save_csv}>{words.csv}</button>
          {frame.unit !== "all" && (
            <button type="button" class="button" aria-label={words.png_label} onClick={save_png}>{words.png}</button>
          )}
        </span>
      </h2>
      <Numbers asked={done} frame={frame} whole={view === "table"} />
    </section>
  );
}

export function Segmentation({ view, title, on_change }: {
  view: View; title: string; on_change: (q: Question) => void;
}) {
  const done = asked.value;
  if (!done) return <div class={waiting.value === 2 ? "waits on" : "waits"} />;
  const frame = frame_of(done.question, done.answer);
  const nothing = frame.lines.length === 0 || is_empty(frame);
  const provenance = <Provenance question={done.question} answer={done.answer} note={note_of(frame, done.question, view)} />;
  return (
    <div class={waiting.value ? "old" : ""} aria-busy={waiting.value > 0} data-answer={done.at}>
      <div class={waiting.value === 2 ? "waits on" : "waits"} />
      {nothing ? <Empty question={done.question} on_change={on_change} />
        : is_all_few(frame) ? view !== "table" && <p class="said" role="status">{few_said(frame.unit)}</p>
        : view !== "table" && <figure><Figure frame={frame} view={view} /></figure>}
      {view !== "table" && provenance}
      {!nothing && <Same done={done} frame={frame} view={view} title={title} />}
      {view === "table" && provenance}
    </div>
  );
}
