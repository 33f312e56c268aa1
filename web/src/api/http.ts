// One way to ask the server. What it refuses comes back as a Refused with the server's code; a
// silent or broken server is the code `network` or `closed`.
import { proof_of } from "./proof";

export class Refused extends Error {
  /** What is left of a budget, and the entry that keeps the refusal, where the server says so. */
  left: number | undefined;
  entry: number | undefined;
  constructor(readonly code: string, readonly at: string, readonly said: string, readonly status: number) {
    super(code);
  }
}

/** Called when the server says that nobody is signed in. */
let signed_out = () => {};
export function on_signed_out(then: () => void): void {
  signed_out = then;
}

async function refusal(response: Response): Promise<Refused> {
  let code = response.status >= 500 ? "closed" : "other";
  let at = "", said = "";
  let left: number | undefined, entry: number | undefined;
  try {
    const body = await response.json() as
      { error?: { code?: string; at?: string; message?: string; left?: number; entry?: number } };
    code = body.error?.code ?? code;
    at = body.error?.at ?? "";
    said = body.error?.message ?? "";
    left = body.error?.left;
    entry = body.error?.entry;
  } catch {
    // Not our JSON: a proxy spoke. Its status is all we take.
  }
  return Object.assign(new Refused(code, at, said, response.status), { left, entry });
}

/** What never ends a login though it is answered 401: a door that stays closed. */
const door_codes = ["link", "totp", "proof", "assertion"];

interface Sent { signal?: AbortSignal | undefined; signed?: boolean; covered?: string | undefined }

async function ask<T>(method: string, path: string, body: unknown, sent: Sent = {}): Promise<T> {
  const { signal } = sent;
  const options: RequestInit = { method, credentials: "same-origin", cache: "no-store" };
  if (signal) options.signal = signal;
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  if (sent.signed) {
    const proof = await proof_of(method, path, sent.covered ?? (options.body as string));
    if (proof) options.headers = { ...options.headers, "Amana-Proof": proof };
  }
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused("network", "", "", 0);
  }
  if (!response.ok) {
    const refused = await refusal(response);
    if (response.status === 401 && !door_codes.includes(refused.code)) signed_out();
    throw refused;
  }
  return await response.json() as T;
}

export const get = <T>(path: string, signal?: AbortSignal) => ask<T>("GET", path, undefined, { signal });
/** Asks with a body and changes nothing. */
export const put_question = <T>(path: string, body: unknown, signal?: AbortSignal) => ask<T>("POST", path, body, { signal });
/** Changes something, or asks for people: signed by the browser's key; of an ask, its text is what is signed. */
export const post = <T>(path: string, body: object, signal?: AbortSignal) =>
  ask<T>("POST", path, body, { signal, signed: true, covered: (body as { ask?: string }).ask });
export const patch = <T>(path: string, body: unknown) => ask<T>("PATCH", path, body, { signed: true });

/** True for what may be asked again as it is, after a moment. */
export function is_passing(error: unknown): boolean {
  return error instanceof Refused && (error.code === "network" || error.status >= 500 || error.status === 429);
}

export const wait = (ms: number, signal?: AbortSignal) => new Promise<void>((done) => {
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});
