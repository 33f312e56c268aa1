// What the browser checks of an entry by itself: its 112 bytes are a leaf of the tree whose root the
// checkpoint names (RFC 6962), and the checkpoint is signed by the log's key.
import { from_base64, from_hex, hex, same, sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import type { ProvenEntry } from "./types";

export type Side = "left" | "right";
export interface Proof {
  holds: boolean;
  /** true, false, or not told: this browser's WebCrypto has no Ed25519. */
  signed: boolean | null;
  /** On which side of ours each hash of the path stands. */
  path: Side[];
  size: number;
  hashes: number;
  ms: number;
  commitment: string;
}

const leaf_mark = Uint8Array.of(0), node_mark = Uint8Array.of(1);
const commitment_at = 80;
const ed25519_kind = 1;

/** Sides of the audit path of leaf `index` in a tree of `size`, from the leaf up. */
export function sides_of(index: number, size: number): Side[] {
  const sides: Side[] = [];
  let at = index, last = size - 1;
  while (last > 0) {
    if (at % 2 === 1) sides.push("left");
    else if (at < last) sides.push("right");
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return sides;
}

async function root_of(leaf: Bytes, sides: Side[], path: Bytes[]): Promise<Bytes> {
  let hash = await sha256(leaf_mark, leaf);
  for (const [i, side] of sides.entries()) {
    hash = await (side === "left" ? sha256(node_mark, path[i]!, hash) : sha256(node_mark, hash, path[i]!));
  }
  return hash;
}

interface Note { text: string; origin: string; size: number; root: Bytes; signatures: [string, Bytes][] }

function read_note(note: string): Note {
  const end = note.indexOf("\n\n");
  if (end < 0) throw new Error("no note");
  const text = note.slice(0, end + 1);
  const [origin, size, root] = text.split("\n") as [string, string, string];
  if (!/^\d{1,15}$/.test(size)) throw new Error("no size");
  const signatures = note.slice(end + 2).split("\n").flatMap((row): [string, Bytes][] => {
    const found = /^— (\S+) (\S+)$/.exec(row);
    return found ? [[found[1]!, from_base64(found[2]!)]] : [];
  });
  return { text, origin, size: Number(size), root: from_base64(root), signatures };
}

async function is_signed(note: Note, vkey: string): Promise<boolean | null> {
  const found = /^(.+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey);
  const key_bytes = found && from_base64(found[3]!);
  if (!found || !key_bytes || key_bytes[0] !== ed25519_kind || key_bytes.length !== 33 || found[1] !== note.origin) return false;
  const id = (await sha256(utf8(found[1]!), utf8("\n"), key_bytes)).slice(0, 4);
  if (hex(id) !== found[2]) return false;
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", key_bytes.slice(1), "Ed25519", false, ["verify"]);
  } catch {
    return null;
  }
  for (const [name, signature] of note.signatures) {
    if (name === found[1] && signature.length === 68 && same(signature.slice(0, 4), id)
      && await crypto.subtle.verify("Ed25519", key, signature.slice(4), utf8(note.text))) return true;
  }
  return false;
}

/** The numbers in the leaf are what the page says of the entry. */
function says_the_same(bytes: Bytes, entry: ProvenEntry): boolean {
  const view = new DataView(bytes.buffer);
  return bytes.length === 112 && bytes[0] === 1 && Number(view.getBigUint64(4)) === entry.time
    && Number(view.getBigUint64(12)) === entry.sequence && view.getUint32(20) === entry.principal
    && view.getUint32(28) === entry.persons && view.getUint32(32) === entry.rows;
}

export async function verify(entry: ProvenEntry): Promise<Proof> {
  const began = performance.now();
  const bytes = from_hex(entry.bytes);
  const path = entry.inclusion.map(from_hex);
  const failed = { holds: false, signed: null, path: [], size: entry.size, hashes: path.length, ms: 0,
    commitment: hex(bytes.slice(commitment_at)) };
  let note: Note;
  try {
    note = read_note(entry.checkpoint);
  } catch {
    return failed;
  }
  const sides = sides_of(entry.index, note.size);
  const fits = entry.index < note.size && sides.length === path.length && says_the_same(bytes, entry);
  const holds = fits && same(await root_of(bytes, sides, path), note.root);
  return { ...failed, holds, signed: await is_signed(note, entry.vkey), path: sides, size: note.size,
    ms: performance.now() - began };
}

