// The bodies of the console's API, as amana-web sends them.

export interface Project {
  id: number; name: string; token: string; zone: string; demo: boolean; week_start: number;
}
export interface Me {
  member: { id: number; name: string; role: string };
  projects: Project[];
  ingest: string;
  version: string;
}

export type Of = "event" | "user" | `group:${string}`;
export type Kind = "open" | "quasi" | "personal";
export interface Property { name: string; of: Of; class: Kind; types: string[] }
/** `first`: the time of the oldest event. */
export interface Schema { first: number | null; events: { name: string; count: number }[]; properties: Property[] }
export interface Value { value: unknown; count: number }

export interface Refusal { protocol: string; reason: string; count: number; last: number }
export interface LiveEvent { time: number; received: number; event: string; sdk: string; country: string }
export interface Live {
  cursor: string; events: LiveEvent[]; accepted: number; refused: number; refusals: Refusal[];
}
export interface Status {
  events: number; people: number; first_ms: number | null; until: number; behind_ms: number;
  sealed: number; dropped_secrets: number; sdks: { sdk: string; count: number }[]; refusals: Refusal[];
}

export type Group = string | number | boolean | null;
export interface Series { name: string; by: Group[]; points: [string, number | null][] }
export interface Answer {
  series: Series[]; computed_ms: number; rows_scanned: number; until: number; folded?: number;
}
