// What arrives, as it arrives: one long poll a tab, running only while some page listens.
import { signal } from "@preact/signals";
import { Refused, get, is_passing, wait } from "./http";
import { project } from "./session";
import type { Live, LiveEvent, Refusal } from "./types";

const kept_max = 200;
const pause_ms = 1_000;
const busy_max = 5;

/** The newest events first, at most 200. */
export const arrivals = signal<LiveEvent[]>([]);
export const counts = signal<{ accepted: number; refused: number; refusals: Refusal[] } | null>(null);
/** True once the server has failed the poll twice in a row, or was too busy for it for some seconds. */
export const is_away = signal(false);

type Heard = (events: LiveEvent[]) => void;
const ears = new Set<Heard>();
let stop: AbortController | null = null;

function take(live: Live, is_first: boolean): void {
  counts.value = { accepted: live.accepted, refused: live.refused, refusals: live.refusals };
  const events = [...live.events].sort((a, b) => b.received - a.received);
  if (is_first) arrivals.value = events.slice(0, kept_max);
  else if (events.length) arrivals.value = [...events, ...arrivals.value].slice(0, kept_max);
  if (!is_first && events.length) for (const heard of ears) heard(events);
}

async function poll(signal: AbortSignal): Promise<void> {
  let cursor: string | null = null;
  let failed = 0;
  while (!signal.aborted) {
    const query = new URLSearchParams({ project: String(project.value?.id) });
    if (cursor !== null) query.set("after", cursor);
    try {
      const live: Live = await get<Live>(`/api/live?${query}`, signal);
      failed = 0;
      is_away.value = false;
      take(live, cursor === null);
      cursor = live.cursor;
    } catch (error) {
      if (signal.aborted) return;
      const is_busy = error instanceof Refused && error.status === 429;
      if (++failed > (is_busy ? busy_max : 1)) is_away.value = true;
      // A cursor of before a restart may mean nothing any more: begin again from the newest.
      if (!is_passing(error)) cursor = null;
      await wait(pause_ms, signal);
    }
  }
}

/** Hears each batch of new events from now on; gives what ends it. */
export function listen(heard: Heard): () => void {
  ears.add(heard);
  if (!stop) {
    stop = new AbortController();
    void poll(stop.signal);
  }
  return () => {
    ears.delete(heard);
    if (ears.size) return;
    stop?.abort();
    stop = null;
  };
}
