// A slot: an underlined word of a sentence with a panel behind it. One is open at a time; Escape
// gives back what was there, a step outside leaves what was chosen.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { is_rtl, t } from "../i18n/display";
import { put } from "../i18n/write";

const open_slot = signal<string | null>(null);
/** Counts openings, so that one visit to a panel is one step back in the browser's history. */
export let visit = 0;

interface Props {
  /** The clause it stands for, as it is read out. */
  clause: string;
  panel: (close: () => void) => ComponentChildren;
  children: ComponentChildren;
  adds?: boolean;
  wide?: boolean;
  name?: string;
  on_escape?: () => void;
  /** The mark that follows it, which never begins a line of its own. */
  after?: string | undefined;
}

/** Moves a panel that would leave the window back into it: by its place, since a transform would leave
 *  the page as wide as before. */
function keep_inside(panel: HTMLElement): void {
  panel.style.removeProperty("--shift");
  const box = panel.getBoundingClientRect();
  const over = box.right > innerWidth - 12 ? innerWidth - 12 - box.right : box.left < 12 ? 12 - box.left : 0;
  if (over) panel.style.setProperty("--shift", `${Math.round(is_rtl.value ? -over : over)}px`);
}

export function Slot({ clause, panel, children, adds, wide, name, on_escape, after }: Props) {
  const id = useId();
  const is_open = open_slot.value === id;
  const whole = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    if (open_slot.value === id) open_slot.value = null;
    button.current?.focus();
  };

  useLayoutEffect(() => {
    const box = whole.current?.querySelector<HTMLElement>(".panel");
    if (!is_open || !box) return undefined;
    keep_inside(box);
    (box.querySelector<HTMLElement>("[data-focus]") ?? box).focus();
    const outside = (event: Event) => {
      if (open_slot.value === id && !whole.current?.contains(event.target as Node)) open_slot.value = null;
    };
    addEventListener("pointerdown", outside);
    addEventListener("focusin", outside);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("focusin", outside);
    };
  }, [is_open]);
  useEffect(() => () => { if (open_slot.value === id) open_slot.value = null; }, []);

  const on_key = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !is_open) return;
    event.stopPropagation();
    event.preventDefault();
    on_escape?.();
    close();
  };
  return (
    <span class={adds ? "slot adds" : "slot"} ref={whole} onKeyDown={on_key}>
      <button type="button" ref={button} aria-haspopup="dialog" aria-expanded={is_open} data-slot={name}
        aria-label={adds ? clause : put(t.value.change, { what: clause })}
        onClick={() => {
          visit++;
          open_slot.value = is_open ? null : id;
        }}>
        {children}
      </button>
      {after}
      {is_open && (
        <div class={wide ? "panel float wide" : "panel float"} role="dialog" aria-label={clause} tabIndex={-1}>
          {panel(close)}
        </div>
      )}
    </span>
  );
}
