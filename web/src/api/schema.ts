// The names a project has: its events and properties, asked once and again when they grow old.
import { signal } from "@preact/signals";
import { get } from "./http";
import { project } from "./session";
import type { Of, Property, Schema, Value } from "./types";

const fresh_ms = 30_000;

export const schema = signal<Schema | null>(null);
let asked_at = 0;
let asked_for = 0;
let under_way: Promise<void> | null = null;

/** Asks for the names unless they were asked for a moment ago. */
export async function refresh_schema(now = false): Promise<void> {
  const id = project.value?.id;
  if (id === undefined) return;
  if (!now && schema.value && asked_for === id && Date.now() - asked_at < fresh_ms) return;
  if (!now && under_way && asked_for === id) return under_way;
  asked_at = Date.now();
  asked_for = id;
  under_way = ask(id).finally(() => { under_way = null; });
  return under_way;
}

async function ask(id: number): Promise<void> {
  const got = await get<Schema>(`/api/schema?project=${id}`);
  got.events.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  schema.value = got;
}

export function find_property(of: Of, name: string): Property | undefined {
  return schema.value?.properties.find((p) => p.of === of && p.name === name);
}

export async function find_values(property: { of: Of; name: string }, typed: string,
  signal: AbortSignal): Promise<Value[]> {
  const query = new URLSearchParams({ project: String(project.value?.id), of: property.of,
    property: property.name, q: typed });
  return (await get<{ values: Value[] }>(`/api/schema/values?${query}`, signal)).values;
}
