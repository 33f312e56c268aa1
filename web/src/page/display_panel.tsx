// How this member wants to see things, behind a button at the foot of the rail.
import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { digits, flow, is_rtl, language, single_keys, t, theme } from "../i18n/display";
import { leave } from "../api/session";
import { Icon } from "./icon";

function Choice<T extends string | boolean>({ legend, of, choices }: {
  legend: string; of: Signal<T>; choices: [T, string][];
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <span class="choice">
        {choices.map(([value, text]) => (
          <button type="button" key={String(value)} aria-pressed={of.value === value} onClick={() => { of.value = value; }}>
            {text}
          </button>
        ))}
      </span>
    </fieldset>
  );
}

export function DisplayPanel() {
  const dialog = useRef<HTMLDialogElement>(null);
  const words = t.value;
  return (
    <>
      <button type="button" class="square" aria-label={words.display} aria-haspopup="dialog" data-display
        onClick={() => dialog.current?.showModal()}>
        <Icon name="display" />
      </button>
      <dialog ref={dialog} aria-labelledby="display-title" class="settings"
        onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
        <div class="body display-body">
          <h2 id="display-title">
            {words.display}
            <button type="button" class="square" aria-label={words.close} onClick={() => dialog.current?.close()}>
              <Icon name="close" />
            </button>
          </h2>
          <Choice legend={words.display_language} of={language} choices={[["en", "English"], ["ar", "العربية"]]} />
          <Choice legend={words.display_theme} of={theme} choices={[["system", words.theme.system],
            ["light", words.theme.light], ["dark", words.theme.dark]]} />
          {is_rtl.value && (
            <>
              <Choice legend={words.display_digits} of={digits} choices={[["latn", words.digits.latn], ["arab", words.digits.arab]]} />
              <Choice legend={words.display_flow} of={flow} choices={[["page", words.flow.page], ["ltr", words.flow.ltr]]} />
            </>
          )}
          <Choice legend={words.display_keys} of={single_keys} choices={[[true, words.on], [false, words.off]]} />
          <button type="button" class="button edge" onClick={() => void leave().catch(() => {})}>{words.leave}</button>
        </div>
      </dialog>
    </>
  );
}

/** Runs `then` when the window grows or shrinks past the phone's width. */
export function useNarrow(then: () => void): void {
  useEffect(() => {
    const query = matchMedia("(max-width: 720px)");
    query.addEventListener("change", then);
    return () => query.removeEventListener("change", then);
  }, []);
}
