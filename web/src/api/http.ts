// One way to ask the server. What it refuses comes back as a Refused with the server's code; a
// silent or broken server is the code `network` or `closed`.

export class Refused extends Error {
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
  try {
    const body = await response.json() as { error?: { code?: string; at?: string; message?: string } };
    code = body.error?.code ?? code;
    at = body.error?.at ?? "";
    said = body.error?.message ?? "";
  } catch {
    // Not our JSON: a proxy spoke. Its status is all we take.
  }
  return new Refused(code, at, said, response.status);
}

async function ask<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const options: RequestInit = { method, credentials: "same-origin", cache: "no-store" };
  if (signal) options.signal = signal;
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
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
    if (response.status === 401 && refused.code !== "link") signed_out();
    throw refused;
  }
  return await response.json() as T;
}

export const get = <T>(path: string, signal?: AbortSignal) => ask<T>("GET", path, undefined, signal);
export const post = <T>(path: string, body: unknown, signal?: AbortSignal) => ask<T>("POST", path, body, signal);
export const patch = <T>(path: string, body: unknown) => ask<T>("PATCH", path, body);

/** True for what may be asked again as it is, after a moment. */
export function is_passing(error: unknown): boolean {
  return error instanceof Refused && (error.code === "network" || error.status >= 500 || error.status === 429);
}

export const wait = (ms: number, signal?: AbortSignal) => new Promise<void>((done) => {
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});
