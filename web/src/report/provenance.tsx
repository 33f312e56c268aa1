// Where the numbers come from: one line under the figure, and the whole of it behind a button.
import { useRef } from "preact/hooks";
import type { Answer } from "../api/types";
import { is_rtl, t } from "../i18n/display";
import { city, clock, count, fill, milliseconds, moment, number, put } from "../i18n/write";
import { today } from "../query/days";
import type { Question } from "../query/question";
import { folded_cells, folded_groups } from "./few";
import { Icon } from "../page/icon";
import { copy } from "../page/toast";

const behind_after_ms = 120_000;

function command_of(question: Question): string {
  const body = JSON.stringify(question).replaceAll("'", "'\\''");
  return `curl -u "$AMANA_KEY:$AMANA_SECRET" -H 'Content-Type: application/json' \\\n` +
    `  -d '${body}' ${location.origin}/api/query`;
}

/** What is kept back: groups put together, cells left open. */
export function folded_of(answer: Answer): string[] {
  const cells = answer.series.reduce((sum, s) => sum + s.points.filter(([, value]) => value === null).length, 0);
  return [...(answer.folded ? [folded_groups(answer.folded)] : []), ...(cells ? [folded_cells(cells)] : [])];
}

function How({ question, answer }: { question: Question; answer: Answer }) {
  const words = t.value;
  const unit = words.unit[question.unit];
  const kinds = [...new Set(question.show.map((s) => s.measure))];
  const { project: _, ...shown } = question;
  const folded = folded_of(answer);
  return (
    <div class="body">
      <p>
        {kinds.map((kind) => put(words.how_measure[kind], { unit })).join(" ")}{" "}
        {put(words.how_zone, { zone: city(question.zone) })}{" "}
        {question.unit !== "all" && words.how_partial}
      </p>
      <pre tabIndex={0}><code>{JSON.stringify(shown, null, 1)}</code></pre>
      <dl class="facts">
        <dt>{words.how_rows}</dt><dd><span class="n" data-rows={answer.rows_scanned}>{number(answer.rows_scanned)}</span></dd>
        <dt>{words.how_time}</dt><dd><span class="n">{milliseconds(answer.computed_ms)} ms</span></dd>
        <dt>{words.how_until}</dt><dd>{moment(answer.until, question.zone)}</dd>
        <dt>{words.how_folded}</dt>
        <dd>{folded.join(" · ") || words.how_unfolded}</dd>
        <dt>{words.how_people}</dt><dd>{words.how_none}</dd>
      </dl>
      <footer>
        <button type="button" class="button edge" onClick={() => void copy(JSON.stringify(question))}>
          {words.copy_question}
        </button>
        <button type="button" class="button edge" onClick={() => void copy(command_of(question))}>
          {words.copy_command}
        </button>
      </footer>
    </div>
  );
}

export function Provenance({ question, answer, note }: { question: Question; answer: Answer; note?: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const words = t.value;
  const folded = folded_of(answer);
  const rows = words.exact(answer.rows_scanned, number(answer.rows_scanned));
  const behind_ms = question.to >= today(question.zone) ? Date.now() - answer.until : 0;
  const time = <span class="n">{clock(answer.until, question.zone)}</span>;
  const isolated = is_rtl.value ? "\u2067" : "\u2066";
  return (
    <>
      <div class="provenance">
        <span>{fill(words.answered, { ms: <span class="n">{milliseconds(answer.computed_ms)}</span> })}</span>
        <span>{put(folded.length ? words.rounded : rows.text, { rows: isolated + count(rows.words, rows.n) + "\u2069" })}</span>
        {answer.until > 0 && (
          <span class={behind_ms > behind_after_ms * 60 ? "warn" : ""}>{fill(words.until, { time })}</span>
        )}
        {folded.map((text) => <span key={text}>{text}</span>)}
        {note && <span>{note}</span>}
        <button type="button" class="link end" data-how onClick={() => dialog.current?.showModal()}>{words.how}</button>
      </div>
      <dialog class="how" ref={dialog} aria-labelledby="how-title"
        onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
        <div class="body">
          <h2 id="how-title">
            {words.how_title}
            <button type="button" class="square" aria-label={words.close} onClick={() => dialog.current?.close()}>
              <Icon name="close" />
            </button>
          </h2>
          <How question={question} answer={answer} />
        </div>
      </dialog>
    </>
  );
}
