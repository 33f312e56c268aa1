// One line that says what was done, for a moment.
import { signal } from "@preact/signals";
import { t } from "../i18n/display";

const said = signal("");
let timer = 0;

export function say(text: string): void {
  said.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => { said.value = ""; }, 2600);
}

export async function copy(text: string, done = t.value.copied): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure origin there is no clipboard to write to; the old way still works.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(done);
}

export function Toast() {
  return <div role="status">{said.value && <p class="toast">{said.value}</p>}</div>;
}
