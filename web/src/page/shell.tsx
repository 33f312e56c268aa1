// The house around every page: the rail with the pages that exist, Go to, and who is here.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { is_away } from "../api/live";
import { is_frozen } from "../api/ledger";
import { has_right, me, offers_passkey, project } from "../api/session";
import { language, t } from "../i18n/display";
import { k } from "../i18n/keep";
import { DisplayPanel, useNarrow } from "./display_panel";
import { GoTo, is_goto_open } from "./goto";
import { Frozen } from "./frozen";
import { Icon, Mark } from "./icon";
import { KeyHelp, is_help_open } from "./keys";
import { Later } from "./later";
import { LedgerLine } from "./ledger_line";
import { LivePage } from "./live";
import { OfferPasskey } from "./offer";
import { address, page } from "./route";
import type { RailPage } from "./route";
import { SetUp } from "./setup";
import { ThemeButton } from "./theme";
import { Trends } from "./trends";

const is_menu_open = signal(false);

function Way({ name }: { name: RailPage }) {
  const here = page.value === name || (name === "people" && page.value === "person");
  return (
    <a class="way" href={`/${name}`} aria-current={here ? "page" : undefined}>
      <Icon name={name} /><span>{t.value[name]}</span>
    </a>
  );
}

function Rail() {
  const words = t.value;
  const own = project.value;
  const member = me.value?.member;
  const role = words.roles[member?.role ?? ""] ?? member?.role;
  useNarrow(() => { is_menu_open.value = false; });
  useEffect(() => { is_menu_open.value = false; }, [address.value]);
  return (
    <nav class={is_menu_open.value ? "rail open" : "rail"} aria-label={words.pages}
      onKeyDown={(e) => { if (e.key === "Escape") is_menu_open.value = false; }}>
      <a class="brand" href="/trends">
        <Mark /><b>{words.name}</b>
        <small><bdi>{own?.name}</bdi></small>
      </a>
      <button type="button" class="goto-box" aria-label={words.goto} onClick={() => { is_goto_open.value = true; }}>
        <Icon name="find" /><span>{words.goto}</span><kbd aria-hidden="true">/</kbd>
      </button>
      <button type="button" class="square menu" aria-label={words.menu} aria-expanded={is_menu_open.value}
        aria-controls="ways" onClick={() => { is_menu_open.value = !is_menu_open.value; }}>
        <Icon name="menu" />
      </button>
      <div class="ways" id="ways">
        {own?.demo && <p class="demo"><span class="tag warn" title={words.demo_note}>{words.demo}</span></p>}
        <h2>{words.understand}<small>{words.free}</small></h2>
        <Way name="trends" /><Way name="live" />
        <h2>{k.value.keep}<small>{k.value.counted}</small></h2>
        {has_right("rows") && <Way name="people" />}<Way name="ledger" />
        <h2>{words.run}</h2>
        <Way name="setup" /><Way name="access" />
      </div>
      <div class="self">
        <div><bdi>{member?.name}</bdi>{role !== member?.name && <small>{role}</small>}</div>
        <span class="tools">
          <button type="button" class="square" aria-label={words.other_language} data-language
            lang={language.value === "ar" ? "en" : "ar"}
            onClick={() => { language.value = language.value === "ar" ? "en" : "ar"; }}>
            {words.other_language_short}
          </button>
          <ThemeButton />
          <DisplayPanel />
        </span>
      </div>
    </nav>
  );
}

function Content() {
  switch (page.value) {
    case "trends": return <Trends />;
    case "live": return <LivePage />;
    case "setup": return <SetUp />;
    case "people": return <Later key="people" load={() => import("./people").then((m) => m.People)} />;
    case "person": return <Later key="person" load={() => import("./person").then((m) => m.PersonPage)} />;
    case "ledger": return <Later key="ledger" load={() => import("./ledger").then((m) => m.LedgerPage)} />;
    case "access": return <Later key="access" load={() => import("./access").then((m) => m.Access)} />;
    default: return null;
  }
}

export function Shell() {
  if (is_frozen.value) return <Frozen />;
  return (
    <>
      <a class="skip" href="#content">{t.value.skip}</a>
      <div class="house">
        <Rail />
        <main id="content" tabIndex={-1}>
          {is_away.value && <p class="gone" role="status">{t.value.error.closed}</p>}
          {offers_passkey.value ? <OfferPasskey /> : <Content />}
        </main>
      </div>
      <LedgerLine />
      {is_goto_open.value && <GoTo />}
      {is_help_open.value && <KeyHelp />}
    </>
  );
}
