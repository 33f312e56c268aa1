// The door. A one-time link opens it: the part after # never reaches a server's log, leaves the
// address at once, and is posted.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Refused } from "../api/http";
import { enter, was_signed_out } from "../api/session";
import { language, t } from "../i18n/display";
import { Mark } from "./icon";
import { go, page } from "./route";
import { ThemeButton } from "./theme";

const link_form = /[A-Za-z0-9_-]{43}$/;
const trouble = signal("");
const busy = signal(false);
/** Where to go after signing in: the address that was asked for, unless it was the door itself. */
let wanted = "";

export const remember_address = () => {
  if (page.value !== "enter") wanted = location.pathname + location.search;
};

async function open_with(text: string): Promise<void> {
  const link = text.trim().match(link_form)?.[0];
  if (!link) {
    trouble.value = t.value.enter_malformed;
    return;
  }
  busy.value = true;
  trouble.value = "";
  try {
    await enter(link);
    go(wanted && wanted !== "/" ? wanted : "/", true);
  } catch (error) {
    const code = error instanceof Refused ? error.code : "other";
    trouble.value = code === "link" || code === "login" ? t.value.enter_refused
      : code === "network" || code === "closed" ? t.value.error[code] : t.value.enter_refused;
  } finally {
    busy.value = false;
  }
}

/** Takes the link out of the address before anything else can see it. */
export function link_in_address(): string {
  if (page.value !== "enter" || !location.hash) return "";
  const link = location.hash.slice(1);
  history.replaceState(null, "", "/enter");
  return link;
}

export function Enter({ link }: { link: string }) {
  const words = t.value;
  const [text, set_text] = useState("");
  useEffect(() => {
    // A link put into the address of the door itself loads no page: the browser only tells of it.
    const opened = () => {
      const pasted = link_in_address();
      if (pasted) void open_with(pasted);
    };
    if (link) void open_with(link);
    addEventListener("hashchange", opened);
    return () => removeEventListener("hashchange", opened);
  }, []);
  useEffect(() => { document.title = `${words.enter_title} · ${words.name}`; });
  return (
    <div class="door">
      <main>
        <Mark />
        <h1>{words.enter_title} <span class="grey">· {words.name}</span></h1>
        {busy.value ? <p role="status" class="soft">{words.enter_busy}</p> : (
          <>
            {was_signed_out.value && <p class="soft" role="status">{words.enter_left}</p>}
            {trouble.value && <p class="bad" role="alert" id="door-trouble">{trouble.value}</p>}
            <p class="soft">{words.enter_text}</p>
            <pre tabIndex={0}><code>amana owner-link --data DIR</code></pre>
            <p class="soft">{words.enter_then}</p>
            <form onSubmit={(e) => { e.preventDefault(); void open_with(text); }}>
              <label class="field">{words.enter_field}
                <input class="input" dir="ltr" autocomplete="off" spellcheck={false} value={text}
                  aria-describedby={trouble.value ? "door-trouble" : undefined}
                  onInput={(e) => set_text(e.currentTarget.value)} />
              </label>
              <button type="submit" class="button solid">{words.enter_button}</button>
            </form>
          </>
        )}
        <p class="foot">
          <bdi class="n">{location.host}</bdi>
          <span class="end">
            <button type="button" class="square" aria-label={words.other_language}
              onClick={() => { language.value = language.value === "ar" ? "en" : "ar"; }}>
              {words.other_language_short}
            </button>
            <ThemeButton />
          </span>
        </p>
      </main>
    </div>
  );
}
