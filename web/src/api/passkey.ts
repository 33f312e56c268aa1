// Passkeys: ES256, bound to this host, always with the member's own touch and PIN or finger.
import { base64url, from_base64, from_hex, sha256, utf8 } from "./bytes";
import { get, post } from "./http";
import { ask_text } from "./ask";
import { key_body, keep_key, make_key } from "./proof";
import { find_me, me, project, take_me } from "./session";
import type { Me } from "./types";

export interface Assertion { id: string; auth_data: string; client_data: string; signature: string }
export interface Door { nonce: string; host: string; name: string }

export const can_passkeys = (): boolean => isSecureContext && typeof PublicKeyCredential === "function";

/** The member put the prompt away, or this device has no passkey for here. */
export const is_put_away = (error: unknown): boolean => error instanceof DOMException;

async function assertion(host: string, challenge: Uint8Array<ArrayBuffer>, timeout = 120_000): Promise<Assertion> {
  const got = await navigator.credentials.get({ publicKey: {
    challenge, rpId: host, userVerification: "required", timeout } }) as PublicKeyCredential | null;
  if (!got) throw new DOMException("nothing chosen", "NotAllowedError");
  const response = got.response as AuthenticatorAssertionResponse;
  return { id: got.id, auth_data: base64url(response.authenticatorData),
    client_data: base64url(response.clientDataJSON), signature: base64url(response.signature) };
}

export const knock = (): Promise<Door> => post<Door>("/api/login/begin", {});

export async function enter_with_passkey(): Promise<void> {
  const { nonce, host } = await knock();
  const key = await make_key();
  const challenge = await sha256(utf8("amana login 1"), from_hex(nonce), key.public_key);
  const answer = await assertion(host, challenge);
  const who = await post<Me>("/api/login/passkey", { nonce, ...key_body(key), ...answer });
  await keep_key(key, who.login);
  take_me(who);
}

/** A passkey's word on one ask: its challenge is the ask's hash. */
export const sign_ask = async (text: string): Promise<Assertion> =>
  assertion(location.hostname, await sha256(utf8(text)));

interface Begun { nonce: string; host: string; user_id: string; user_name: string; exclude: string[] }

/** Makes a passkey here. Where the member has one already, an older one vouches for it. */
export async function add_passkey(name: string): Promise<{ sequence: number; in_force: number }> {
  const begun = await post<Begun>("/api/passkeys/begin", {});
  const challenge = await sha256(from_hex(begun.nonce));
  const made = await navigator.credentials.create({ publicKey: {
    challenge, rp: { id: begun.host, name: "amana" },
    user: { id: from_base64(begun.user_id), name: begun.user_name, displayName: begun.user_name },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }], attestation: "none",
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    excludeCredentials: begun.exclude.map((id) => ({ type: "public-key" as const, id: from_base64(id) })),
  } }) as PublicKeyCredential | null;
  if (!made) throw new DOMException("nothing made", "NotAllowedError");
  const response = made.response as AuthenticatorAttestationResponse;
  const auth_data = base64url(response.getAuthenticatorData());
  const body = { nonce: begun.nonce, name, auth_data, client_data: base64url(response.clientDataJSON) };
  if (!me.value?.ways.passkeys) return added(await post("/api/passkeys", body));
  const detail = JSON.stringify({ do: "credential", principal: me.value.member.id, auth_data });
  const ask = await ask_text({ project: project.value!.id, kind: "enrol", purpose: "security", question: detail, limit: 0 });
  return added(await post("/api/passkeys", { ...body, detail, ask, assertion: await sign_ask(ask) }));
}

async function added(done: { sequence: number; in_force: number }): Promise<typeof done> {
  await find_me().catch(() => {});
  return done;
}

export const refresh_me = async (): Promise<void> => { take_me(await get<Me>("/api/me")); };
