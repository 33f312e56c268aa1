// Who is signed in, and which project is looked at.
import { computed, signal } from "@preact/signals";
import { get, on_signed_out, patch, post } from "./http";
import { bind_login, can_make_key, forget_key, holds_key, keep_key, key_body, make_key } from "./proof";
import type { Me, Project, Right } from "./types";

/** undefined: not asked yet; null: nobody. */
export const me = signal<Me | null | undefined>(undefined);
/** True after a login that ended while it was in use: the door then says so. */
export const was_signed_out = signal(false);
/** False where this browser has lost the key of the login: it may look, and ask for nobody. */
export const has_key = signal(false);
/** A login by a link that may make a passkey first. */
export const offers_passkey = signal(false);
export const project = computed<Project | undefined>(() => me.value?.projects[0]);

export const has_right = (right: Right): boolean => project.value?.rights?.includes(right) ?? false;
/** Whether this login may open people here: made-up people at any level, others with a passkey's login. */
export const may_open = computed(() => {
  const own = project.value;
  return own !== undefined && has_key.value && (own.demo || (me.value?.level ?? 0) >= (own.people_level ?? 2));
});

on_signed_out(() => {
  if (me.value) was_signed_out.value = true;
  me.value = null;
  has_key.value = false;
});

export function take_me(now: Me): void {
  bind_login(now.login ?? "");
  has_key.value = true;
  me.value = now;
  was_signed_out.value = false;
}

export async function find_me(): Promise<void> {
  const now = await get<Me>("/api/me");
  bind_login(now.login ?? "");
  has_key.value = await holds_key(now.login ?? "");
  me.value = now;
}

/** Signs in by whatever `body` is, with a new key of this browser where it can make one. */
async function enter_by(path: string, body: object): Promise<void> {
  const key = can_make_key() ? await make_key() : null;
  const now = await post<Me>(path, { ...body, ...(key ? key_body(key) : {}) });
  if (key) await keep_key(key, now.login);
  take_me(now);
  has_key.value = key !== null;
}

export async function enter(link: string): Promise<void> {
  offers_passkey.value = true;
  await enter_by("/api/enter", { link });
}

export const enter_with_password = (nonce: string, name: string, password: string, totp?: string): Promise<void> =>
  enter_by("/api/login/password", { nonce, name, password, ...(totp ? { totp } : {}) });

export async function leave(): Promise<void> {
  await post("/api/leave", {});
  was_signed_out.value = true;
  me.value = null;
  await forget_key().catch(() => {});
}

export async function change_project(change: { name?: string; zone?: string }): Promise<void> {
  const changed = await patch<Me>("/api/project", { project: project.value?.id, ...change });
  me.value = { ...me.value!, ...changed };
}
