// The browser's own key. It is made at sign-in, cannot leave the browser, and belongs to that one
// login; each request that changes something or asks for people is signed with it. Key and counter
// lie in IndexedDB, so that tabs share them and a reload does not lose them.
import { base64url, hex, sha256, utf8 } from "./bytes";

export type KeyType = "ed25519" | "p256";
interface Kept { login: string; type: KeyType; key: CryptoKey; counter: number }
export interface FreshKey { type: KeyType; pair: CryptoKeyPair; public_key: Uint8Array<ArrayBuffer> }

const signing: Record<KeyType, AlgorithmIdentifier | EcdsaParams> =
  { ed25519: { name: "Ed25519" }, p256: { name: "ECDSA", hash: "SHA-256" } };

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  return opened ??= new Promise((done, fail) => {
    const request = indexedDB.open("amana", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("proof");
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

/** One transaction over the one record: `change` gives what is kept from now on, or nothing. */
async function record(change: (kept: Kept | undefined) => Kept | null | undefined): Promise<Kept | undefined> {
  const transaction = (await database()).transaction("proof", "readwrite");
  const store = transaction.objectStore("proof");
  return new Promise((done, fail) => {
    let result: Kept | undefined;
    const request = store.get("key") as IDBRequest<Kept | undefined>;
    request.onsuccess = () => {
      const next = change(request.result);
      result = next ?? (next === null ? undefined : request.result);
      if (next === null) store.delete("key");
      else if (next) store.put(next, "key");
    };
    transaction.oncomplete = () => done(result);
    transaction.onabort = transaction.onerror = () => fail(transaction.error);
  });
}

/** A key pair for the login that is about to be. Without WebCrypto (no secure origin) there is none. */
export async function make_key(): Promise<FreshKey> {
  let type: KeyType = "ed25519";
  let pair: CryptoKeyPair;
  try {
    pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]) as CryptoKeyPair;
  } catch {
    type = "p256";
    pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  }
  return { type, pair, public_key: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

/** Where no key can be made the login is one that looks, and asks for nobody. */
export const can_make_key = (): boolean => globalThis.crypto?.subtle !== undefined && "indexedDB" in globalThis;

export const key_body = (key: FreshKey) => ({ key_type: key.type, public_key: base64url(key.public_key) });

export async function keep_key(key: FreshKey, login: string): Promise<void> {
  await record(() => ({ login, type: key.type, key: key.pair.privateKey, counter: 0 }));
}

export const forget_key = (): Promise<unknown> => record(() => null);

/** Whether this browser holds the key of that login. */
export async function holds_key(login: string): Promise<boolean> {
  if (!can_make_key()) return false;
  return (await record(() => undefined).catch(() => undefined))?.login === login;
}

let login_now = "";
export function bind_login(login: string): void {
  login_now = login;
}

/** The header of one request, or nothing where this browser has no key for the login. `covered` is
 *  the body, or the ask's text where there is one. */
export async function proof_of(method: string, path: string, covered: string): Promise<string | null> {
  if (!login_now || !can_make_key()) return null;
  const login = login_now;
  const kept = await record((k) => k?.login === login ? { ...k, counter: k.counter + 1 } : undefined)
    .catch(() => undefined);
  if (kept?.login !== login) return null;
  const time = Date.now();
  const digest = hex(await sha256(utf8(covered)));
  const text = `amana proof 1\n${method}\n${path.split("?")[0]}\n${digest}\n${kept.counter}\n${time}\n${login}`;
  const signature = await crypto.subtle.sign(signing[kept.type], kept.key, utf8(text));
  return `${kept.counter} ${time} ${base64url(signature)}`;
}
