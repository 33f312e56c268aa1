// How this member wants to see things: language, theme, digits, the way time runs. Kept in the
// browser, since it is about a screen and not about a project; nothing personal is among it.
import { computed, effect, signal } from "@preact/signals";
import { ar } from "./ar";
import { en } from "./en";
import type { Catalogue } from "./en";

export type Language = "en" | "ar";
export type Theme = "system" | "light" | "dark";
export type Digits = "latn" | "arab";
export type Flow = "page" | "ltr";

const kept_under = "amana.display";
const catalogues: Record<Language, Catalogue> = { en, ar };

function kept(): Record<string, unknown> {
  try {
    return JSON.parse(localStorage.getItem(kept_under) ?? "{}");
  } catch {
    return {};
  }
}

function one_of<T extends string>(value: unknown, choices: readonly T[], otherwise: T): T {
  return choices.includes(value as T) ? value as T : otherwise;
}

const at_start = kept();
const spoken: Language = navigator.languages.find((l) => /^(ar|en)/i.test(l))?.startsWith("ar") ? "ar" : "en";
export const language = signal(one_of<Language>(at_start.language, ["en", "ar"], spoken));
export const theme = signal(one_of<Theme>(at_start.theme, ["system", "light", "dark"], "system"));
export const digits = signal(one_of<Digits>(at_start.digits, ["latn", "arab"], "latn"));
export const flow = signal(one_of<Flow>(at_start.flow, ["page", "ltr"], "page"));
export const single_keys = signal(at_start.keys !== false);

export const t = computed(() => catalogues[language.value]);
export const is_rtl = computed(() => language.value === "ar");
export const page_direction = computed(() => is_rtl.value ? "rtl" : "ltr");
export const chart_direction = computed(() => is_rtl.value && flow.value === "page" ? "rtl" : "ltr");
/** The locale that numbers and dates are written in. */
export const locale = computed(() =>
  language.value === "ar" ? `ar-u-ca-gregory-nu-${digits.value}` : "en-GB");

effect(() => {
  const root = document.documentElement;
  root.lang = language.value;
  root.dir = is_rtl.value ? "rtl" : "ltr";
  if (theme.value === "system") delete root.dataset.theme;
  else root.dataset.theme = theme.value;
  const keep = { language: language.value, theme: theme.value, digits: digits.value, flow: flow.value,
    keys: single_keys.value };
  try {
    localStorage.setItem(kept_under, JSON.stringify(keep));
  } catch {
    // A browser that keeps nothing still shows everything.
  }
});
