// A frozen principal sees this and no data: what happened, under which entry, who can lift it.
import { useEffect, useState } from "preact/hooks";
import { find_entries, line, refresh_line } from "../api/ledger";
import { leave, me, project } from "../api/session";
import type { Entry } from "../api/types";
import { t } from "../i18n/display";
import { entry_text, k } from "../i18n/keep";
import { moment, put } from "../i18n/write";
import { Mark } from "./icon";

const every_ms = 10_000;

export function Frozen() {
  const words = k.value.frozen;
  const [entry, set_entry] = useState<Entry | undefined>();
  useEffect(() => {
    find_entries({ limit: 20 }).then(({ entries }) =>
      set_entry(entries.find((e) => e.kind === "froze" || e.kind === "freeze")), () => {});
    const timer = setInterval(() => void refresh_line().then(() => {
      if (line.value && !line.value.frozen && me.value?.frozen) me.value = { ...me.value, frozen: false };
    }), every_ms);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => { document.title = `${words.title} · ${t.value.name}`; });
  return (
    <div class="door">
      <main>
        <Mark />
        <h1 class="bad">{words.title}</h1>
        <p>{words.text}</p>
        {entry && <p>{put(words.written, { entry: entry_text(entry.sequence), time: moment(entry.time, project.value?.zone) })}</p>}
        <p class="soft">{words.who}</p>
        <p><button type="button" class="button edge" onClick={() => void leave().catch(() => {})}>{t.value.leave}</button></p>
      </main>
    </div>
  );
}
