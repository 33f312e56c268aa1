// Members, keys and what was decided about them. Each change is an ask too: who may see people is
// itself written down.
import { ask_text } from "./ask";
import type { AskKind } from "./ask";
import { get, post } from "./http";
import { sign_ask } from "./passkey";
import { me, project } from "./session";
import type { ApiKey, Decided, Login, Member, Waiting } from "./types";

type Detail = { do: string } & Record<string, unknown>;

/** `vouched`: with the member's passkey on this very request. */
async function decide<T>(path: string, kind: AskKind, detail: Detail, vouched: boolean): Promise<T> {
  const text = JSON.stringify(detail);
  const ask = await ask_text({ project: project.value!.id, kind, purpose: "security", question: text, limit: 0 });
  const assertion = vouched && me.value?.ways.passkeys ? { assertion: await sign_ask(ask) } : {};
  return post<T>(path, { ask, detail: text, ...assertion });
}

export const find_members = () => get<{ members: Member[]; waiting: Waiting[] }>("/api/members");
export const find_keys = async () => (await get<{ keys: ApiKey[] }>("/api/keys")).keys;
export const find_logins = async () => (await get<{ logins: Login[] }>("/api/logins")).logins;

export const invite = (name: string, rights: string[], roles: string[]) =>
  decide<Decided & { id: number; link: string }>("/api/members", "enrol", { do: "member", name,
    rights: { [project.value!.id]: rights }, roles: { [project.value!.id]: roles } }, true);
export const change_roles = (principal: number, rights: string[], roles: string[]) =>
  decide<Decided>("/api/members/roles", "enrol", { do: "rights", principal,
    rights: { [project.value!.id]: rights }, roles: { [project.value!.id]: roles } }, true);
export const recover = (principal: number) =>
  decide<Decided & { link?: string }>("/api/members/recover", "enrol", { do: "recover", principal }, true);
export const end_member = (principal: number) =>
  decide<Decided>("/api/members/end", "enrol", { do: "end", principal }, false);
export const make_key = (name: string, rights: string[], expires: number, addresses: string[]) =>
  decide<Decided & { key: string; secret: string }>("/api/keys", "enrol", { do: "key", name,
    project: project.value!.id, rights, expires, addresses }, rights.includes("rows"));
export const end_key = (principal: number) =>
  decide<Decided>("/api/keys/end", "enrol", { do: "end", principal }, false);
export const approve = (sequence: number) =>
  decide<Decided>("/api/decisions/approve", "approve", { do: "approve", sequence }, true);
export const freeze = (principal: number, why: string) =>
  decide<Decided>("/api/freeze", "freeze", { do: "freeze", principal, why }, false);
export const unfreeze = (principal: number) =>
  decide<Decided>("/api/unfreeze", "unfreeze", { do: "thaw", principal }, true);

export const end_passkey = (id: string) =>
  decide<Decided>("/api/passkeys/end", "enrol", { do: "end_credential", principal: me.value!.member.id, id }, false);
export const end_login = (id: string) => post<unknown>("/api/logins/end", { id });
export const set_password = (now: string, old?: string) => post<unknown>("/api/password", { new: now, ...(old ? { old } : {}) });
export const begin_totp = () => post<{ uri: string; secret: string; qr: { size: number; rows: string[] } }>("/api/totp/begin", {});
export const set_totp = (code: string) => post<unknown>("/api/totp", { code });
export const end_totp = (code: string) => post<unknown>("/api/totp/end", { code });
