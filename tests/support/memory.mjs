// Looks for marked values: in every file below a folder and in the memory of a process. All markers
// share a core, so one search finds each of them in every form it may take.
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";

// The core as it lies in bytes: raw in three cases, UTF-16, base64 at the three alignments (standard
// and url-safe agree on letters and digits of these texts), hexadecimal, percent-encoded whole.
export function formsOf(core) {
  const forms = new Map();
  const add = (what, bytes) => forms.set(`${what} of ${core}`, Buffer.from(bytes));
  const cases = new Map([[core, "text"], [core.toLowerCase(), "lower case"], [core.toUpperCase(), "upper case"],
                         [core[0].toUpperCase() + core.slice(1).toLowerCase(), "title case"]]);
  for (const [text, name] of cases) {
    add(name, text);
    add(`UTF-16, ${name}`, Buffer.from(text, "utf16le"));
    for (let shift = 0; shift < 3; shift++) {
      const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString("base64");
      // Only the characters that no neighbour changes.
      const from = Math.ceil((shift * 8) / 6), to = Math.floor(((shift + text.length) * 8) / 6);
      add(`base64 +${shift}, ${name}`, whole.slice(from, to));
      add(`base64url +${shift}, ${name}`, whole.slice(from, to).replaceAll("+", "-").replaceAll("/", "_"));
    }
    add(`hexadecimal, ${name}`, Buffer.from(text).toString("hex"));
    add(`hexadecimal, upper, ${name}`, Buffer.from(text).toString("hex").toUpperCase());
    add(`percent, ${name}`, [...Buffer.from(text)].map((b) => "%" + b.toString(16).padStart(2, "0")).join(""));
    add(`percent, upper, ${name}`,
        [...Buffer.from(text)].map((b) => "%" + b.toString(16).padStart(2, "0").toUpperCase()).join(""));
  }
  return forms;
}

const shown = (bytes, at) => bytes.subarray(Math.max(0, at - 60), at + 80).toString("latin1").replace(/[^ -~]/g, ".");

// Every hit in the bytes, at most a few a form, with what stands around it.
export function searchBytes(bytes, forms, where, hits, limit = 200) {
  for (const [what, form] of forms)
    for (let at = bytes.indexOf(form), n = 0; at >= 0 && n < limit; at = bytes.indexOf(form, at + 1), n++)
      hits.push(`${where}+${at}: ${what}: ${shown(bytes, at)}`);
}

export function searchFolder(folder, forms) {
  const hits = [];
  let files = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    searchBytes(Buffer.from(path), forms, `name of ${path}`, hits);
    if (!entry.isFile()) continue;
    files++;
    searchBytes(readFileSync(path), forms, path, hits);
  }
  return { hits, files };
}

// All readable memory of the process, mapping by mapping.
export function searchMemory(pid, name, forms) {
  const hits = [];
  let bytes = 0;
  const mem = openSync(`/proc/${pid}/mem`, "r");
  for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
    const [, from, to, rights, path] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
    if (!from || rights[0] !== "r" || path === "[vvar]" || path === "[vsyscall]") continue;
    const begin = BigInt("0x" + from), size = Number(BigInt("0x" + to) - begin);
    const part = Buffer.alloc(size);
    let read = 0;
    try {
      while (read < size) {
        const n = readSync(mem, part, read, Math.min(size - read, 1 << 26), begin + BigInt(read));
        if (n <= 0) break;
        read += n;
      }
    } catch { /* a mapping that went away meanwhile, or one of a device */ }
    bytes += read;
    searchBytes(part.subarray(0, read), forms, `${name} ${from} ${path}`, hits);
  }
  closeSync(mem);
  return { hits, bytes };
}

// The process and all below it: [pid, name].
export function family(pid) {
  const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).filter(Boolean);
  return [[pid, name], ...children.flatMap((child) => family(Number(child)))];
}
