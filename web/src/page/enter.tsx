// The door: a passkey first, else a password with its code, else a one-time link; one field at a
// time. A link's part after # never reaches a server's log, leaves the address at once, and is posted.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Refused } from "../api/http";
import { can_passkeys, enter_with_passkey, is_put_away, knock } from "../api/passkey";
import type { Door } from "../api/passkey";
import { can_make_key } from "../api/proof";
import { enter, enter_with_password, was_signed_out } from "../api/session";
import { language, t } from "../i18n/display";
import { k } from "../i18n/keep";
import { fill, put } from "../i18n/write";
import { Icon, Mark } from "./icon";
import { go, page } from "./route";
import { ThemeButton } from "./theme";

const link_form = /[A-Za-z0-9_-]{43}$/;
const trouble = signal("");
const busy = signal("");
const door = signal<Door | null>(null);
/** Where to go after signing in: the address that was asked for, unless it was the door itself. */
let wanted = "";

export const remember_address = () => {
  if (page.value !== "enter") wanted = location.pathname + location.search;
};

type Way = "passkey" | "password" | "link";

function says(error: unknown, way: Way): string {
  const words = k.value.door;
  if (way === "passkey" && is_put_away(error)) return words.passkey_none;
  const code = error instanceof Refused ? error.code : "other";
  if (code === "network" || code === "closed") return t.value.error[code];
  if (code === "throttled" || code === "rate") return words.throttled;
  if (code === "frozen") return k.value.frozen.text;
  return way === "link" ? t.value.enter_refused : way === "passkey" ? words.wrong_passkey : words.wrong;
}

/** Runs one try at the door; the address that was wanted follows. Gives what refused it. */
async function attempt(way: Way, says_busy: string, act: () => Promise<void>): Promise<unknown> {
  busy.value = says_busy;
  trouble.value = "";
  try {
    await act();
    go(wanted && wanted !== "/" ? wanted : "/", true);
    return null;
  } catch (error) {
    if (!(error instanceof Refused && error.code === "totp")) trouble.value = says(error, way);
    return error;
  } finally {
    busy.value = "";
  }
}

async function open_with(text: string): Promise<void> {
  const link = text.trim().match(link_form)?.[0];
  if (!link) trouble.value = t.value.enter_malformed;
  else await attempt("link", t.value.enter_busy, () => enter(link));
}

/** Takes the link out of the address before anything else can see it. */
export function link_in_address(): string {
  if (page.value !== "enter" || !location.hash) return "";
  const link = location.hash.slice(1);
  history.replaceState(null, "", "/enter");
  return link;
}

function Line({ label, type = "text", value, on_input, name, complete }: {
  label: string; type?: string; value: string; on_input: (text: string) => void; name: string; complete: string;
}) {
  return (
    <label class="field">{label}
      <input class="input" dir={name === "name" ? "auto" : "ltr"} type={type} name={name} autocomplete={complete} spellcheck={false} value={value}
        inputMode={name === "code" ? "numeric" : "text"} ref={(box) => { if (box && !value) box.focus(); }}
        aria-describedby={trouble.value ? "door-trouble" : undefined} onInput={(e) => on_input(e.currentTarget.value)} />
    </label>
  );
}

type Step = "name" | "password" | "code";

function WithPassword() {
  const words = k.value.door;
  const [step, set_step] = useState<Step>("name");
  const [name, set_name] = useState("");
  const [password, set_password] = useState("");
  const [code, set_code] = useState("");
  const send = async () => {
    const with_code = step === "code" ? code.replace(/\s/g, "") : undefined;
    const error = await attempt("password", t.value.enter_busy, async () =>
      enter_with_password((await knock()).nonce, name.trim(), password, with_code));
    if (!(error instanceof Refused)) return;
    if (error.code === "totp" && step === "code") trouble.value = words.wrong_code;
    if (error.code === "totp") {
      set_code("");
      set_step("code");
    } else set_password("");
  };
  const on_submit = () => {
    if (step === "name") {
      if (name.trim()) set_step("password");
    } else void send();
  };
  return (
    <form onSubmit={(e) => { e.preventDefault(); on_submit(); }}>
      {step === "name" && <Line key="n" label={words.name} name="name" complete="username" value={name} on_input={set_name} />}
      {step === "password" && <Line key="p" label={words.password} name="password" type="password" complete="current-password" value={password}
        on_input={set_password} />}
      {step === "code" && <Line key="c" label={words.code} name="code" complete="one-time-code" value={code} on_input={set_code} />}
      <p class="ways-on">
        <button type="submit" class="button solid" data-next>{step === "name" ? words.next : words.sign_in}</button>
        {step !== "name" && <button type="button" class="button" onClick={() => { trouble.value = ""; set_step("name"); }}>{words.back}</button>}
      </p>
    </form>
  );
}

function WithLink() {
  const words = t.value;
  const [text, set_text] = useState("");
  return (
    <>
      <p class="soft">{words.enter_text}</p>
      <pre tabIndex={0}><code>amana owner-link --data DIR</code></pre>
      <p class="soft">{words.enter_then}</p>
      <form onSubmit={(e) => { e.preventDefault(); void open_with(text); }}>
        <Line label={words.enter_field} name="link" complete="off" value={text} on_input={set_text} />
        <button type="submit" class="button solid">{words.enter_button}</button>
      </form>
    </>
  );
}

function WithPasskey() {
  const words = k.value.door;
  if (!can_passkeys() || !can_make_key()) return <p class="soft">{words.passkey_here}</p>;
  return (
    <form onSubmit={(e) => { e.preventDefault(); void attempt("passkey", words.passkey_busy, enter_with_passkey); }}>
      <button type="submit" class="button solid large" data-passkey><Icon name="access" />{words.passkey}</button>
    </form>
  );
}

function Ways({ way, on_pick }: { way: Way; on_pick: (way: Way) => void }) {
  const words = k.value.door;
  const names: Record<Way, string> = { passkey: words.passkey, password: words.with_password, link: words.with_link };
  return (
    <nav class="other-ways" aria-label={words.other_ways}>
      <span class="grey">{words.other_ways}</span>
      {(Object.keys(names) as Way[]).filter((w) => w !== way).map((w) => (
        <button type="button" class="link" key={w} data-way={w} onClick={() => { trouble.value = ""; on_pick(w); }}>{names[w]}</button>
      ))}
    </nav>
  );
}

/** Host and project in words, once the server has said them. */
function Place(): ComponentChildren {
  const here = <bdi class="n">{location.host}</bdi>;
  if (!door.value) return here;
  return fill(k.value.door.where, { project: <bdi>{door.value.name}</bdi>, host: here });
}

export function Enter({ link }: { link: string }) {
  const words = t.value;
  const [way, set_way] = useState<Way>(can_passkeys() && can_make_key() ? "passkey" : "password");
  useEffect(() => {
    // A link put into the address of the door itself loads no page: the browser only tells of it.
    const opened = () => {
      const pasted = link_in_address();
      if (pasted) void open_with(pasted);
    };
    if (link) void open_with(link);
    if (!door.value) knock().then((now) => { door.value = now; }, () => {});
    addEventListener("hashchange", opened);
    return () => removeEventListener("hashchange", opened);
  }, []);
  useEffect(() => { document.title = put("{a} · {b}", { a: words.enter_title, b: words.name }); });
  return (
    <div class="door">
      <main>
        <Mark />
        <div>
          <h1>{words.enter_title} <span class="grey">· {words.name}</span></h1>
          <p class="soft"><Place /></p>
        </div>
        {busy.value && <p role="status" class="soft">{busy.value}</p>}
        <div class="door-ways" hidden={busy.value !== ""}>
          {was_signed_out.value && <p class="soft" role="status">{words.enter_left}</p>}
          {trouble.value && <p class="bad" role="alert" id="door-trouble">{trouble.value}</p>}
          {way === "passkey" ? <WithPasskey /> : way === "password" ? <WithPassword /> : <WithLink />}
          {!can_make_key() && <p class="soft">{k.value.door.no_key}</p>}
          <Ways way={way} on_pick={set_way} />
        </div>
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
