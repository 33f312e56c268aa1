// Plurals by the language's own rules: a catalogue gives the forms it has, `other` always.

export type Words = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const rules = new Map<string, Intl.PluralRules>();

/** Picks the form of `words` for `n` and puts `shown`, the number as written, in its place. */
export function plural(language: string, words: Words, n: number, shown: string): string {
  let rule = rules.get(language);
  if (!rule) rules.set(language, rule = new Intl.PluralRules(language));
  return (words[rule.select(n)] ?? words.other).replace("{n}", shown);
}
