// The values that are open on this page now. They live here and in the page, nowhere else, and close
// by themselves: after five minutes, on leaving the page, when the window is left for a minute, on print.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { OpenValue } from "../api/people";
import { k } from "../i18n/keep";
import { say } from "./toast";

const open_ms = 5 * 60_000;
const blurred_ms = 60_000;

export const open_values = signal<OpenValue[]>([]);
/** When they seal again. */
export const open_until = signal(0);
let timer = 0;
let blur_timer = 0;

export function show_values(values: OpenValue[]): void {
  const again = new Set(values.map((v) => v.ref + v.field + v.text));
  open_values.value = [...open_values.value.filter((v) => !again.has(v.ref + v.field + v.text)), ...values];
  open_until.value = Date.now() + open_ms;
  clearTimeout(timer);
  timer = setTimeout(() => seal_again(true), open_ms);
}

export function seal_again(aloud = false): void {
  clearTimeout(timer);
  clearTimeout(blur_timer);
  if (aloud && open_values.value.length) say(k.value.person.resealed);
  open_values.value = [];
  open_until.value = 0;
}

/** Keeps watch while `person` is on the page. */
export function useSealing(person: string): void {
  useEffect(() => {
    const close = () => seal_again();
    const left = () => {
      clearTimeout(blur_timer);
      blur_timer = setTimeout(() => seal_again(true), blurred_ms);
    };
    const back = () => clearTimeout(blur_timer);
    const seen = () => (document.hidden ? left() : back());
    addEventListener("blur", left);
    addEventListener("focus", back);
    addEventListener("beforeprint", close);
    addEventListener("pagehide", close);
    document.addEventListener("visibilitychange", seen);
    return () => {
      close();
      removeEventListener("blur", left);
      removeEventListener("focus", back);
      removeEventListener("beforeprint", close);
      removeEventListener("pagehide", close);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [person]);
}
