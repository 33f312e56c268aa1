// What is known of a person without a name, in words: a list shows its elements.
import type { Open } from "../api/types";
import { t } from "../i18n/display";
import { country, number } from "../i18n/write";

export function fact_text(name: string, value: Open): string {
  if (Array.isArray(value)) return value.map((v) => fact_text(name, v)).join(t.value.ask.comma + " ");
  if (typeof value === "number") return number(value);
  if (typeof value !== "string") return JSON.stringify(value);
  return name === "country" ? country(value) : value;
}
