// Who is signed in, and which project is looked at.
import { computed, signal } from "@preact/signals";
import { get, on_signed_out, patch, post } from "./http";
import type { Me, Project } from "./types";

/** undefined: not asked yet; null: nobody. */
export const me = signal<Me | null | undefined>(undefined);
/** True after a login that ended while it was in use: the door then says so. */
export const was_signed_out = signal(false);
export const project = computed<Project | undefined>(() => me.value?.projects[0]);

on_signed_out(() => {
  if (me.value) was_signed_out.value = true;
  me.value = null;
});

export async function find_me(): Promise<void> {
  me.value = await get<Me>("/api/me");
}

export async function enter(link: string): Promise<void> {
  me.value = await post<Me>("/api/enter", { link });
  was_signed_out.value = false;
}

export async function leave(): Promise<void> {
  await post("/api/leave", {});
  was_signed_out.value = true;
  me.value = null;
}

export async function change_project(change: { name?: string; zone?: string }): Promise<void> {
  me.value = await patch<Me>("/api/project", { project: project.value?.id, ...change });
}
