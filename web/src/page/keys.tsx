// The keyboard: single letters outside of fields, and the list of them behind `?`. None of them
// discloses, deletes or sends anything, and all of them can be switched off.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { chart_direction, single_keys, t } from "../i18n/display";
import { views } from "../report/segmentation";
import { is_goto_open } from "./goto";
import { Icon } from "./icon";
import { toggle_hold } from "./live";
import { go, page } from "./route";
import { copy_link, show_view, view } from "./trends";

export const is_help_open = signal(false);
const then_within_ms = 1200;
let prefix_until = 0;

const is_typing = (target: EventTarget | null) => target instanceof HTMLElement
  && (target.matches("input, textarea, select") || target.isContentEditable);

const press = (selector: string) => document.querySelector<HTMLElement>(selector);

const ways: Record<string, string> = { t: "/trends", l: "/live", s: "/setup", p: "/people", d: "/ledger" };

function on_trends(key: string): boolean {
  if (key === "e") press("[data-slot]")?.focus();
  else if (key === "h") press("[data-how]")?.click();
  else if (key === "v") show_view(views[(views.indexOf(view.value) + 1) % views.length]!);
  else if (key === "c") void copy_link();
  else return false;
  return true;
}

function single(event: KeyboardEvent): boolean {
  const key = event.key;
  if (key === "/") is_goto_open.value = true;
  else if (key === "?") is_help_open.value = true;
  else if (performance.now() < prefix_until && ways[key]) go(ways[key]);
  else if (key === "g") {
    prefix_until = performance.now() + then_within_ms;
    return true;
  } else if (page.value === "trends" && on_trends(key)) return true;
  else if (page.value === "live" && key === " " && !(event.target as Element).matches("button, a, summary")) toggle_hold();
  else if (page.value === "person" && key === "o") press("[data-ticket=open]:not(:disabled)")?.click();
  else return false;
  prefix_until = 0;
  return true;
}

export function on_page_key(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
  const with_control = event.ctrlKey || event.metaKey;
  if (with_control && event.key.toLowerCase() === "k") {
    is_goto_open.value = true;
    event.preventDefault();
    return;
  }
  if (with_control || event.altKey || is_typing(event.target) || !single_keys.value) return;
  if (single(event)) event.preventDefault();
}

export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  const words = t.value;
  const k = words.key_words;
  useEffect(() => { dialog.current?.showModal(); }, []);
  const arrows = chart_direction.value === "rtl" ? ["→", "←"] : ["←", "→"];
  const list: [string, string[]][] = [
    [k.goto, ["/"]], [k.help, ["?"]], [k.edit, ["e"]], [k.walk, arrows], [k.how, ["h"]], [k.view, ["v"]],
    [k.copy, ["c"]], [k.hold, ["␣"]], [k.go_trends, ["g", "t"]], [k.go_live, ["g", "l"]], [k.go_people, ["g", "p"]],
    [k.go_ledger, ["g", "d"]], [k.go_setup, ["g", "s"]], [k.open, ["o"]],
    [k.escape, ["Esc"]],
  ];
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={() => { is_help_open.value = false; }}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <div class="body">
        <h2 id="keys-title">
          {words.keys}
          <button type="button" class="square" aria-label={words.close} onClick={() => dialog.current?.close()}>
            <Icon name="close" />
          </button>
        </h2>
        <dl class="keys-list">
          {list.map(([what, keys]) => (
            <div key={what}><dt>{what}</dt><dd>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dd></div>
          ))}
        </dl>
      </div>
    </dialog>
  );
}
