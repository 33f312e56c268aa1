// Which refs stand behind the pseudonyms this visit has been shown: in memory only, so that a person
// is asked for by name of their subjects.

const known = new Map<string, string[]>();

export function remember(people: { person: string; refs: string[] }[]): void {
  for (const { person, refs } of people) known.set(person, refs);
}

export const refs_of = (person: string): string[] | undefined => known.get(person);
