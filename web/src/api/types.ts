// The bodies of the console's API, as amana-web sends them.

export type Right = "collect" | "aggregate" | "unfolded" | "rows" | "reveal" | "export" | "approve" | "settings";
export interface Project {
  id: number; name: string; token: string; zone: string; demo: boolean; week_start: number;
  roles?: string[]; rights?: Right[]; people_level?: number; purposes?: string[];
}
export interface Me {
  member: { id: number; name: string; role: string };
  login: string; level: number; frozen: boolean; ends: number; idle_ms: number;
  ways: { passkeys: number; password: boolean; totp: boolean };
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

/** Values of properties that are no personal ones. */
export type Open = string | number | boolean | null | Open[] | { [name: string]: Open };
export type Facts = Partial<Record<"company" | "plan" | "country" | "city" | "browser" | "os" | "referrer", Open>>;
export interface Listed {
  person: string; refs: string[]; first_seen: number; last_seen: number; events: number; facts: Facts;
}
export interface PeoplePage { entry: number; people: Listed[]; next?: string; total_known: number }
export interface VisitEvent { time: number; event: string; properties: Record<string, Open>; sealed: string[] }
export interface Visit { from: number; to: number; events: VisitEvent[] }
export interface Sealed { property: string; kind: "email" | "phone" | "id" | "name" | "other" }
export interface Person {
  entry: number; person: string; refs: string[]; facts: Facts; first_seen: number | null; last_seen: number | null;
  events: number; visits: Visit[]; sealed: Sealed[]; links: { ref: string; since: number | null }[]; more: boolean;
}
export interface Revealed {
  entry: number; time: number;
  people: { ref: string; status: "ok" | "erased" | "unknown";
    values: { field: string; text: string; first_seen: number; last_seen: number }[] }[];
}
export interface Found { entry: number; found: { person: string; refs: string[] }[] }

export interface Meter { used: number; limit: number; used_30d: number; limit_30d: number }
export interface LedgerLine {
  log: { origin: string; size: number; time: number }; witnesses: number; named?: Meter; rows?: Meter; last: number;
  frozen: boolean; away: boolean;
}
export interface Entry {
  sequence: number; index: number; log: string; kind: string; verdict: string; level: number; time: number;
  principal: number; name?: string; project: number; persons: number; rows: number; fields: string[];
  purpose?: string; ticket?: string; refers_to?: number;
  /** Of a refusal: why. Of a decision: what, and about whom. */
  code?: string; do?: string; about?: number;
}
export interface Entries {
  entries: Entry[]; more: boolean; days: { day: number; named: number; rows: number }[];
  totals: { named_30d: number; rows_30d: number; refused_30d: number; members_30d: number };
}
export interface ProvenEntry extends Entry {
  bytes: string; size: number; inclusion: string[]; checkpoint: string; vkey: string; sections: Record<string, string>;
}
export interface Budget {
  principal: number; name?: string; kind: "member" | "key" | "os"; frozen: boolean; since?: number; named: Meter; rows: Meter;
}

export interface Member {
  id: number; name: string; roles: Record<string, string[]>; passkeys: { id: string; name: string; enrolled: number }[];
  password: boolean; totp: boolean; last_seen: number | null; state: "active" | "invited" | "frozen" | "ended";
}
/** `what` is the detail as it was asked. */
export interface Waiting { sequence: number; what: string | { do?: string; name?: string }; from: number; in_force: number }
export interface ApiKey {
  id: number; key: string; name: string; project: number; rights: Right[]; created: number; expires: number | null;
  addresses: string[]; last_used: number | null; named?: Meter; rows?: Meter; state?: string;
}
export interface Login {
  id: string; member: number; name: string; began: number; seen: number; ends: number; level: number; agent: string;
  address: string; current: boolean;
}
export interface Decided { sequence: number; in_force: number }
