// A list to choose from by typing: a combobox over a listbox. Up and down walk it, Enter takes,
// Backspace in the empty box hands the wish to remove to whoever opened it.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n/display";
import { Icon } from "./icon";

export interface Option<T> {
  key: string; value: T; label: string;
  /** What typing is compared with, where it is more than the label. */
  also?: string;
  note?: ComponentChildren;
  group?: string;
  checked?: boolean;
  /** Stays in the list whatever is typed. */
  always?: boolean;
}

interface Props<T> {
  label: string;
  hint?: string;
  options: Option<T>[];
  on_pick: (value: T) => void;
  on_remove?: (() => void) | undefined;
  on_type?: (typed: string) => void;
  /** Several may be chosen: picking leaves the list open and marks what is chosen. */
  many?: boolean;
  no_filter?: boolean;
}

const shown_max = 200;
const plain = (text: string) => text.normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u0652]/g, "").toLowerCase();

/** Names that begin with what was typed come first, then words that do, then the rest; -1: no hit. */
function rank_of<T>({ label, also, always }: Option<T>, wanted: string): number {
  const text = plain(`${label} ${also ?? ""}`);
  if (text.startsWith(wanted)) return 0;
  const at = text.indexOf(wanted);
  if (at < 0) return always ? 3 : -1;
  return /[\p{L}\p{N}]/u.test(text[at - 1]!) ? 2 : 1;
}

function matching<T>(options: Option<T>[], typed: string, no_filter: boolean): Option<T>[] {
  const wanted = plain(typed.trim());
  if (!wanted || no_filter) return options.slice(0, shown_max);
  const ranked: Option<T>[][] = [[], [], [], []];
  for (const option of options) {
    const rank = rank_of(option, wanted);
    if (rank >= 0) ranked[rank]!.push(option);
  }
  return ranked.flat().slice(0, shown_max);
}

function groups_of<T>(options: Option<T>[]): [string, Option<T>[]][] {
  const groups = new Map<string, Option<T>[]>();
  for (const option of options) {
    const group = groups.get(option.group ?? "");
    if (group) group.push(option);
    else groups.set(option.group ?? "", [option]);
  }
  return [...groups];
}

/** Where the list begins: at what is chosen now, so that Enter alone changes nothing. */
const chosen_place = <T,>(options: Option<T>[]): number => {
  const flat = groups_of(options.slice(0, shown_max)).flatMap(([, inside]) => inside);
  return Math.max(0, flat.findIndex((o) => o.checked));
};

export function Picker<T>(props: Props<T>) {
  const { label, hint, options, on_pick, on_remove, on_type, many = false, no_filter = false } = props;
  const id = useId();
  const [typed, set_typed] = useState("");
  const [at, set_at] = useState(() => many ? 0 : chosen_place(options));
  const list = useRef<HTMLDivElement>(null);
  const grouped = useMemo(() => groups_of(matching(options, typed, no_filter)), [options, typed, no_filter]);
  const flat = grouped.flatMap(([, inside]) => inside);
  const here = Math.min(at, flat.length - 1);

  useEffect(() => {
    list.current?.querySelector("[data-at]")?.scrollIntoView({ block: "nearest" });
  }, [here]);

  const pick = (option: Option<T> | undefined) => option && on_pick(option.value);
  const on_key = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) {
      event.preventDefault();
      set_at(Math.max(0, Math.min(flat.length - 1, here + steps[event.key]!)));
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      pick(flat[here]);
    } else if (event.key === "Backspace" && !typed && on_remove) {
      event.preventDefault();
      on_remove();
    }
  };
  let n = -1;
  return (
    <>
      <div class="top">
        <input class="input" type="text" role="combobox" aria-label={label} placeholder={hint ?? label}
          aria-expanded="true" aria-controls={id} aria-autocomplete="list" autocomplete="off" spellcheck={false}
          aria-activedescendant={here >= 0 ? `${id}-${here}` : undefined} value={typed} data-focus
          onKeyDown={on_key}
          onInput={(e) => {
            set_typed(e.currentTarget.value);
            set_at(0);
            on_type?.(e.currentTarget.value);
          }} />
      </div>
      <div class="options" role="listbox" id={id} aria-label={label} aria-multiselectable={many} ref={list}>
        {grouped.map(([name, inside]) => (
          <div role="group" key={name} aria-label={name || label}>
            {name && <div class="group" role="presentation">{name}</div>}
            {inside.map((option) => {
              n++;
              const mine = n;
              return (
                <div key={option.key} id={`${id}-${mine}`} class="option" role="option"
                  aria-selected={option.checked ?? false} data-at={mine === here ? "" : undefined}
                  onPointerDown={(e) => e.preventDefault()} onClick={() => pick(option)}
                  onPointerMove={() => mine !== here && set_at(mine)}>
                  {many && <span class="tick">{option.checked && <Icon name="check" />}</span>}
                  <bdi>{option.label}</bdi>
                  {option.note !== undefined && <span class="note">{option.note}</span>}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      {flat.length === 0 && <p class="none grey">{t.value.nothing_found}</p>}
    </>
  );
}
