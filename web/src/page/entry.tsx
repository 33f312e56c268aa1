// One entry: its sentence large, its facts, and the proof that it is in the ledger, which this browser
// checks by itself, from the 112 bytes to the signed checkpoint.
import { useEffect, useState } from "preact/hooks";
import { from_hex } from "../api/bytes";
import { find_entry, line } from "../api/ledger";
import { project } from "../api/session";
import type { Entry, ProvenEntry } from "../api/types";
import { verify } from "../api/verify";
import type { Proof } from "../api/verify";
import { t } from "../i18n/display";
import { entry_text, field_name, k } from "../i18n/keep";
import { all_of_list, count, isolate, milliseconds, moment, number, put } from "../i18n/write";
import { download } from "../report/csv";
import { entry_sentence, purpose_of, who_of } from "./entry_words";

const step_least = 20, step_most = 46, width = 302;

/** Two rows of squares: filled is ours, hollow the sibling beside it; the path ends in the seal. */
function Path({ proof }: { proof: Proof }) {
  const words = k.value.ledger;
  const { path } = proof;
  const at = (i: number, ours: boolean) => (path[i] === "left") === ours ? 30 : 8;
  const step = Math.max(step_least, Math.min(step_most, width / Math.max(1, path.length)));
  const end = Math.max(path.length * step, width) + 2;
  return (
    <svg class={proof.holds ? "path good" : "path bad"} viewBox={`0 0 ${end + 22} 46`} role="img" aria-label={words.path}>
      {path.map((_, i) => {
        const x = 2 + i * step;
        const to = i + 1 < path.length ? at(i + 1, true) + 4 : 23;
        const next = i + 1 < path.length ? x + step : end;
        return (
          <g key={i}>
            <path d={`M${x + 8} ${at(i, true) + 4}L${next} ${to}M${x + 8} ${at(i, false) + 4}L${next} ${to}`} />
            <rect class="ours" x={x} y={at(i, true)} width="8" height="8" />
            <rect class="sibling" x={x} y={at(i, false)} width="8" height="8" />
          </g>
        );
      })}
      {path.length === 0 && <path d={`M10 23L${end} 23`} />}
      {path.length === 0 && <rect class="ours" x="2" y="19" width="8" height="8" />}
      <path class="seal-end" transform={`translate(${end} 13) scale(.84)`} d="M19.78 4.22V19.78H4.22V4.22zM12 1 23 12 12 23 1 12z" />
    </svg>
  );
}

function ProofBox({ proof }: { proof: Proof | null }) {
  const words = k.value.ledger;
  if (!proof) return <div class="proof" role="status"><p class="grey">{words.checking}</p></div>;
  const holds = proof.holds && proof.signed !== false;
  const says = !holds ? words.fails : proof.signed === null ? words.holds_unsigned : words.holds;
  return (
    <div class="proof" role="status" data-proof={holds ? proof.signed === null ? "unsigned" : "holds" : "fails"}>
      <p>
        <b class={holds ? "good" : "bad"}>{says}</b>{" "}
        <span class="grey">{count(words.hashes, proof.hashes)}{t.value.ask.comma} {put(words.ms, { n: milliseconds(proof.ms) })}</span>
      </p>
      <Path proof={{ ...proof, holds }} />
      <p class="ends-of-path grey"><span>{words.path_from}</span><span>{put(words.path_to, { n: number(proof.size) })}</span></p>
    </div>
  );
}

/** The role of section 1, in the member's words. */
function role_of(section: string | undefined): string {
  const role = section?.match(/^role (.+)$/m)?.[1] ?? "";
  return t.value.roles[role] ?? role;
}

function Facts({ entry, proof }: { entry: ProvenEntry; proof: Proof | null }) {
  const words = k.value.ledger;
  const section = (...names: string[]) => names.map((n) => entry.sections?.[n]).find((text) => typeof text === "string" && text);
  const role = section("principal", "1"), login = section("login", "2"), remarks = section("remarks", "8"), asked = section("question", "4");
  const list: [string, string | undefined, boolean?][] = [
    [words.when, moment(entry.time, project.value?.zone)],
    [words.who, who_of(entry) + (role_of(role) ? ` · ${role_of(role)}` : "")],
    [words.level, words.levels[entry.level]],
    [words.purpose_fact, entry.purpose ? purpose_of(entry) : undefined],
    [words.fields, entry.fields.length ? all_of_list(entry.fields.map((f) => isolate(field_name(f)))) : undefined],
    [words.people, entry.persons ? count(k.value.ids_n, entry.persons) : undefined],
    [words.refers, entry.refers_to ? entry_text(entry.refers_to) : undefined],
    [words.login, login?.trim().replaceAll("\n", " · "), true],
    [words.asked, asked?.trim(), true],
    [words.remarks, remarks?.trim(), true],
    [words.log, `${entry.log} · ${number(entry.index)}`, true],
    [words.commitment, proof ? `${proof.commitment.slice(0, 4)} ${proof.commitment.slice(4, 8)} ${proof.commitment.slice(8, 12)} … ${proof.commitment.slice(-4)}` : undefined, true],
  ];
  return (
    <dl class="facts">
      {list.flatMap(([name, text, is_id]) => text ? [<dt key={name}>{name}</dt>,
        <dd key={name + "d"}>{is_id ? <span class="id">{text}</span> : <bdi>{text}</bdi>}</dd>] : [])}
    </dl>
  );
}

function Witnesses() {
  const words = k.value.ledger;
  const now = line.value;
  if (!now) return null;
  return (
    <ul class="witnesses-list">
      <li class={now.witnesses ? "good" : "bad"}><b>{count(k.value.line.witnesses, now.witnesses)}</b></li>
      {!now.witnesses && <li class="soft">{words.witness_none}</li>}
      <li><i class="dot-of" /><span class="id">{now.log.origin}</span><span class="grey end">{words.own_key}</span></li>
    </ul>
  );
}

/** The proof as a file of its own (c2sp.org/tlog-proof), and the entry's 112 bytes: what a check without us needs. */
function save_proof(e: ProvenEntry): void {
  const hashes = e.inclusion.map((hash) => btoa(String.fromCharCode(...from_hex(hash))) + "\n").join("");
  download(`${e.sequence}.tlog-proof`, "application/octet-stream", `c2sp.org/tlog-proof@v1\nindex ${e.index}\n${hashes}\n${e.checkpoint}`);
  download(`${e.sequence}.entry`, "application/octet-stream", from_hex(e.bytes));
}

export function EntryDetail({ sequence, known }: { sequence: number; known: Entry | undefined }) {
  const words = k.value.ledger;
  const [entry, set_entry] = useState<ProvenEntry | null>(null);
  const [proof, set_proof] = useState<Proof | null>(null);
  const [failed, set_failed] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    set_entry(null);
    set_proof(null);
    set_failed(false);
    find_entry(sequence, stop.signal).then(async (found) => {
      set_entry(found);
      const checked = await verify(found).catch(() => null);
      if (stop.signal.aborted) return;
      set_proof(checked ?? { holds: false, signed: null, path: [], size: found.size, hashes: 0, ms: 0, commitment: "" });
    }).catch(() => { if (!stop.signal.aborted) set_failed(true); });
    return () => stop.abort();
  }, [sequence]);
  const said = entry ? { ...entry, name: entry.name ?? known?.name } as ProvenEntry : undefined;
  return (
    <aside class="entry-detail" aria-label={entry_text(sequence)} data-entry-detail={sequence}>
      <h2>
        {entry_text(sequence)}
        {entry && <button type="button" class="button edge" data-save onClick={() => save_proof(entry)}>{words.receipt}</button>}
      </h2>
      {failed && <p class="bad" role="alert">{words.unread}</p>}
      {said && (
        <>
          <p class="large">{entry_sentence(said)}.</p>
          <Facts entry={said} proof={proof} />
          <ProofBox proof={proof} />
          <Witnesses />
          <p class="without-us grey">{words.without_us}</p>
          <pre tabIndex={0}><code>{`amana verify --proof ${sequence}.tlog-proof \\\n  --entry ${sequence}.entry \\\n  --key '${said.vkey}'`}</code></pre>
        </>
      )}
    </aside>
  );
}
