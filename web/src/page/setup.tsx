// Set up: a sign that closes when the first event arrives, the lines that send one, and what becomes
// of what is sent.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { arrivals, listen } from "../api/live";
import { Refused, get } from "../api/http";
import { change_project, me, project } from "../api/session";
import type { Project, Status } from "../api/types";
import { t } from "../i18n/display";
import { ago, count, country, fill, isolate, number, put } from "../i18n/write";
import { Icon } from "./icon";
import { sdk_name } from "./live";
import { ZoneSlot } from "./sentence";
import { copy, say } from "./toast";

const status_every_ms = 5_000;
const status = signal<Status | null>(null);

async function refresh_status(): Promise<void> {
  const id = project.value?.id;
  if (id === undefined) return;
  try {
    status.value = await get<Status>(`/api/status?project=${id}`);
  } catch {
    // The next turn asks again.
  }
}

const host_of = (address: string) => address.replace(/^https?:\/\//, "").replace(/\/$/, "");

function Counts({ now }: { now: Status }) {
  const words = t.value;
  const total = words.got_total(now.events, "");
  return (
    <>
      {put(total.text, { rows: count(total.words, total.n) })}.{" "}
      {fill(words.got_counts, {
        sealed: count(words.got_sealed, now.sealed),
        dropped: <span class="n">{number(now.dropped_secrets)}</span>,
      })}
    </>
  );
}

/** How long ago moves on by itself, without asking anyone. */
function useTick(ms: number): number {
  const [now, set_now] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => set_now(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

function Waiting() {
  const words = t.value;
  const last = arrivals.value[0];
  const got = last !== undefined || (status.value?.events ?? 0) > 0;
  useTick(got ? 5000 : 60_000);
  const host = <code>{host_of(me.value?.ingest ?? "")}</code>;
  const from = last?.country ? words.got_sdk_country : words.got_sdk;
  return (
    <div class={got ? "waiting got" : "waiting"} role="status" data-got={got}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <rect class="ours" x="4.3" y="4.3" width="15.4" height="15.4" />
        <rect class="theirs" x="4.3" y="4.3" width="15.4" height="15.4" />
      </svg>
      {!got ? (
        <div><b>{words.wait_title}</b><span class="grey">{fill(words.wait_text, { host })}</span></div>
      ) : (
        <div>
          {last && <b class="good">{put(words.got_title, { event: isolate(last.event), ago: ago(Date.now() - last.received) })}</b>}
          <span>
            {last && <>{put(from, { sdk: isolate(sdk_name(last.sdk)), country: country(last.country ?? "") })}. </>}
            {status.value && <Counts now={status.value} />}{" "}
            <a class="link" href="/trends">{words.got_link}</a>
          </span>
        </div>
      )}
    </div>
  );
}

type Tongue = "browser" | "node" | "python" | "curl";

/** The example, as pieces: a word of the language, a text of the member's own, or plain. */
function snippet(tongue: Tongue, token: string, ingest: string): [string, string][] {
  const url = new URL(ingest || location.origin);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const plain = url.protocol === "http:";
  switch (tongue) {
    case "browser": return [["import", "word"], [" mixpanel ", ""], ["from", "word"], [` "mixpanel-browser"`, "text"],
      [`\nmixpanel.init(`, ""], [`"${token}"`, "text"], [", { api_host: ", ""], [`"${url.origin}"`, "text"],
      [` })\nmixpanel.track(`, ""], [`"Sign up"`, "text"], [", { plan: ", ""], [`"Free"`, "text"], [" })", ""]];
    case "node": return [["const", "word"], [" mixpanel = require(", ""], [`"mixpanel"`, "text"], [").init(", ""],
      [`"${token}"`, "text"], [",\n  { host: ", ""], [`"${url.hostname}"`, "text"],
      [`, port: ${port}, protocol: `, ""], [plain ? `"http"` : `"https"`, "text"], [" })\nmixpanel.track(", ""],
      [`"Sign up"`, "text"], [", { distinct_id: ", ""], [`"u-1001"`, "text"], [", plan: ", ""], [`"Free"`, "text"],
      [" })", ""]];
    case "python": return [["from", "word"], [" mixpanel ", ""], ["import", "word"],
      [" Mixpanel, Consumer\nmp = Mixpanel(", ""], [`"${token}"`, "text"], [", consumer=Consumer(\n  events_url=", ""],
      [`"${url.origin}/track"`, "text"], [", people_url=", ""], [`"${url.origin}/engage"`, "text"], ["))\nmp.track(", ""],
      [`"u-1001"`, "text"], [", ", ""], [`"Sign up"`, "text"], [", {", ""], [`"plan"`, "text"], [": ", ""],
      [`"Free"`, "text"], ["})", ""]];
    case "curl": return [["curl", "word"], [` ${url.origin}/track `, ""], ["-H", "word"],
      [` 'Content-Type: application/json'`, "text"], [" \\\n  ", ""], ["-d", "word"],
      [` '[{"event":"Sign up","properties":{"token":"${token}",\n        "distinct_id":"u-1001","plan":"Free"}}]'`,
        "text"]];
  }
}

function Code({ own }: { own: Project }) {
  const words = t.value;
  const [tongue, set_tongue] = useState<Tongue>("browser");
  const pieces = snippet(tongue, own.token, me.value?.ingest ?? "");
  return (
    <>
      <div class="code-head">
        <span class="choice" role="group" aria-label={words.snippet_label}>
          {(Object.keys(words.snippet) as Tongue[]).map((name) => (
            <button type="button" key={name} aria-pressed={tongue === name} onClick={() => set_tongue(name)}>
              {words.snippet[name]}
            </button>
          ))}
        </span>
        <button type="button" class="button" onClick={() => void copy(pieces.map(([text]) => text).join(""))}>
          <Icon name="copy" />{words.copy}
        </button>
      </div>
      <pre tabIndex={0} data-snippet><code>
        {pieces.map(([text, kind], i) => kind ? <span key={i} class={kind}>{text}</span> : text)}
      </code></pre>
    </>
  );
}

function Kinds() {
  const words = t.value;
  return (
    <table class="kinds">
      <caption class="unseen">{words.kinds_caption}</caption>
      <tbody>
        {words.kinds.map(([names, kind, becomes, tone]) => (
          <tr key={kind}>
            <td><code>{names}</code></td>
            <td><span class={`tag ${tone}`}>{kind}</span></td>
            <td class="soft">{becomes}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Naming({ own }: { own: Project }) {
  const words = t.value;
  const [name, set_name] = useState(own.name);
  const [error, set_error] = useState("");
  if (me.value?.member.role !== "owner") return <p class="soft">{words.project_owner}</p>;
  const hold = async (change: { name?: string; zone?: string }) => {
    try {
      await change_project(change);
      set_error("");
      say(words.project_saved);
    } catch (refused) {
      const known = refused instanceof Refused ? words.error[refused.code as "role"] : undefined;
      set_error(known ?? `${words.error.other} ${refused instanceof Refused ? refused.said : ""}`);
    }
  };
  return (
    <>
      <form class="pair" onSubmit={(e) => { e.preventDefault(); if (name.trim()) void hold({ name: name.trim() }); }}>
        <label class="field">{words.project_name}
          <input class="input" value={name} maxLength={100} dir="auto" aria-describedby={error ? "project-error" : undefined}
            onInput={(e) => set_name(e.currentTarget.value)} />
        </label>
        <button type="submit" class="button edge">{words.project_save}</button>
      </form>
      <p>{words.project_zone}: <ZoneSlot zone={own.zone} on_pick={(zone) => void hold({ zone })} /></p>
      {error && <p class="bad" id="project-error" role="alert">{error}</p>}
    </>
  );
}

export function SetUp() {
  const words = t.value;
  const own = project.value;
  useEffect(() => listen(() => void refresh_status()), []);
  useEffect(() => {
    void refresh_status();
    const timer = setInterval(() => void refresh_status(), status_every_ms);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => { document.title = `${words.setup} · ${words.name}`; });
  if (!own) return null;
  return (
    <div class="wrap narrow-page">
      <header class="head"><h1>{words.setup} <small>{words.setup_small}</small></h1></header>
      <Waiting />
      <ol class="steps">
        <li>
          <h2>{words.point_title}</h2>
          <p class="soft">
            {words.point_text} <code data-token>{own.token}</code>{" "}
            <button type="button" class="link" onClick={() => void copy(own.token)}
              aria-label={`${words.copy}: ${words.token}`}>{words.copy}</button>
          </p>
          <Code own={own} />
        </li>
        <li>
          <h2>{words.kinds_title}</h2>
          <p class="soft">{words.kinds_text}</p>
          <Kinds />
        </li>
        <li>
          <h2>{words.project_title}</h2>
          <p class="soft">{words.project_text}</p>
          <Naming key={own.name} own={own} />
        </li>
      </ol>
    </div>
  );
}
