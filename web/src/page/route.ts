// Which page, by the address. Only pages that exist have one.
import { computed, signal } from "@preact/signals";

export type Page = "trends" | "live" | "people" | "person" | "ledger" | "setup" | "access" | "enter";
/** Those with a place in the rail. */
export const pages = ["trends", "live", "people", "ledger", "setup", "access"] as const;
export type RailPage = (typeof pages)[number];

const here = () => location.pathname + location.search;
export const address = signal(here());
export const path = computed(() => address.value.split("?")[0]!);
export const search = computed(() => new URLSearchParams(address.value.split("?")[1] ?? ""));
export const page = computed<Page | null>(() => {
  const [, first, rest, more] = path.value.split("/");
  const name = first as Page;
  if (more !== undefined) return null;
  if (rest !== undefined) return (name === "person" && /^p_[0-9a-z]+$/.test(rest)) || (name === "ledger" && /^\d{1,15}$/.test(rest)) ? name : null;
  return name === "enter" || pages.some((p) => p === name) ? name : null;
});
/** What follows the page's name: a pseudonym or the number of an entry. Never a value. */
export const which = computed(() => path.value.split("/")[2] ?? "");

addEventListener("popstate", () => { address.value = here(); });

export function go(to: string, replace = false): void {
  if (to === here()) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  const moved = to.split("?")[0] !== path.value;
  address.value = to;
  if (moved) scrollTo(0, 0);
}

/** Follows a link of ours without loading the page again. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest?.("a");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
