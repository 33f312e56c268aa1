// The words of the pages where people are kept, in the member's language.
import { computed } from "@preact/signals";
import { language } from "./display";
import { keep_ar } from "./keep_ar";
import { keep_en } from "./keep_en";
import { number, put } from "./write";

const catalogues = { en: keep_en, ar: keep_ar };
export const k = computed(() => catalogues[language.value]);

/** An entry by its number, as plain text. */
export const entry_text = (sequence: number): string => put(k.value.entry_n, { n: number(sequence) });

export const field_name = (field: string): string => k.value.fields[field] ?? field;
export const purpose_name = (purpose: string): string => k.value.purposes[purpose] ?? purpose;
