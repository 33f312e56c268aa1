// What the ledger says, and what this visit has cost so far. The visit is this tab since it was
// loaded: it is kept nowhere else.
import { computed, signal } from "@preact/signals";
import { sorted_refs } from "./ask";
import { get, put_question } from "./http";
import { me, project } from "./session";
import type { Budget, Entries, Entry, LedgerLine, Meter, ProvenEntry } from "./types";

const every_ms = 30_000;

export const line = signal<LedgerLine | null>(null);
/** Since when the ledger has been silent; 0 while it answers. */
export const silent_since = signal(0);

export type What = "rows" | "timeline" | "find" | "reveal";
export interface Disclosure { what: What; entry: number; refs: string[]; values?: number; at?: number }

export const disclosures = signal<Disclosure[]>([]);
/** Of the page that is looked at now, where it has shown somebody. */
export const page_cost = signal<Disclosure | null>(null);

/** Counts what was disclosed, then asks the ledger how it stands. */
export function opened(now: Disclosure): void {
  disclosures.value = [...disclosures.value, { ...now, at: line.value?.named?.used ?? 0 }];
  page_cost.value = now;
  void refresh_line();
}

export const visit_cost = computed(() => {
  const reveals = disclosures.value.filter((d) => d.what === "reveal" && d.refs.length);
  return {
    people: new Set(reveals.flatMap((d) => d.refs)).size,
    values: reveals.reduce((sum, d) => sum + (d.values ?? 0), 0),
    last: disclosures.value.at(-1)?.entry ?? 0,
  };
});

/** Where along the day's budget the people of this visit were opened. */
export const notches = computed(() => {
  const seen = new Set<string>();
  return disclosures.value.filter((d) => d.what === "reveal").flatMap((d) => d.refs.filter((ref) => {
    const is_new = !seen.has(ref);
    seen.add(ref);
    return is_new;
  }).map((_, i) => (d.at ?? 0) + i + 1));
});
/** People whom the ledger has this member open in the last 24 hours, in an earlier visit. */
export const counted_before = signal<Set<string>>(new Set());
/** People opened in this visit are counted already: opening more of them costs nobody new. */
export const counted = computed(() =>
  new Set([...counted_before.value, ...disclosures.value.filter((d) => d.what === "reveal" || d.what === "find").flatMap((d) => d.refs)]));
export const shown = computed(() => new Set(disclosures.value.flatMap((d) => d.refs)));

const left_of = (meter: Meter | undefined) => meter ? Math.max(0, meter.limit - meter.used) : 0;
export const named_left = computed(() => left_of(line.value?.named));
export const rows_left = computed(() => left_of(line.value?.rows));
/** Nothing is opened while the ledger cannot write. */
export const is_closed = computed(() => line.value === null || line.value.away || silent_since.value > 0);
export const is_frozen = computed(() => (line.value?.frozen ?? false) || (me.value?.frozen ?? false));

let turn = 0;
export async function refresh_line(): Promise<void> {
  const own = project.value;
  if (!own) return;
  const mine = ++turn;
  try {
    const now = await get<LedgerLine>(`/api/ledger/line?project=${own.id}`);
    if (mine !== turn) return;
    line.value = now;
    silent_since.value = now.away ? silent_since.value || Date.now() : 0;
  } catch {
    if (mine === turn) silent_since.value ||= Date.now();
  }
}

export function keep_line(): () => void {
  void refresh_line();
  const timer = setInterval(() => { if (!document.hidden) void refresh_line(); }, every_ms);
  return () => clearInterval(timer);
}

export const find_entries = (asked: { before?: number; principal?: number; kind?: string; limit?: number },
  signal?: AbortSignal): Promise<Entries> => {
  const query = new URLSearchParams({ project: String(project.value?.id), limit: String(asked.limit ?? 100) });
  if (asked.before) query.set("before", String(asked.before));
  if (asked.principal !== undefined) query.set("principal", String(asked.principal));
  if (asked.kind) query.set("kind", asked.kind);
  return get<Entries>(`/api/ledger/entries?${query}`, signal);
};

export const find_entry = (sequence: number, signal?: AbortSignal): Promise<ProvenEntry> =>
  get<ProvenEntry>(`/api/ledger/entry?sequence=${sequence}&project=${project.value?.id}`, signal);

export const who_looked = (refs: string[]): Promise<{ since: number; entries: Entry[] }> =>
  put_question("/api/ledger/looked", { project: project.value!.id, refs: sorted_refs(refs) });

export const find_budgets = async (): Promise<Budget[]> =>
  (await get<{ principals: Budget[] }>(`/api/ledger/budgets?project=${project.value?.id}`)).principals;
