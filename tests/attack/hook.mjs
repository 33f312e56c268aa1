// The drill's end of the attacker's hook (hook.c). A house is started with programs of `make attack`;
// each start of each program is one Hook, which ends when the program dies.
//   const hooks = await listen();  const house = await startHouse({ attack: hooks.path });
//   const vault = await hooks.of("vault");  await vault.call("getpid");  …  await hooks.close();
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../support/server.mjs";

// Numbers of the architecture that the drill runs on.
const x64 = {
  read: 0, write: 1, close: 3, mmap: 9, mprotect: 10, pread64: 17, dup: 32, getpid: 39, socket: 41, connect: 42,
  bind: 49, listen: 50, socketpair: 53, fork: 57, execve: 59, kill: 62, fcntl: 72, truncate: 76, ftruncate: 77,
  chmod: 90, ptrace: 101, setuid: 105, prctl: 157, getdents64: 217, tgkill: 234, openat: 257, mkdirat: 258,
  unlinkat: 263, renameat: 264, linkat: 265, symlinkat: 266, readlinkat: 267, unshare: 272, prlimit64: 302,
  name_to_handle_at: 303, process_vm_readv: 310, process_vm_writev: 311, memfd_create: 319, bpf: 321, execveat: 322,
  userfaultfd: 323, io_uring_setup: 425, pidfd_open: 434, clone3: 435, pidfd_getfd: 438, keyctl: 250, sendto: 44,
  newfstatat: 262, pwrite64: 18,
};
const arm64 = {
  read: 63, write: 64, close: 57, mmap: 222, mprotect: 226, pread64: 67, dup: 23, getpid: 172, socket: 198,
  connect: 203, bind: 200, listen: 201, socketpair: 199, execve: 221, kill: 129, fcntl: 25, truncate: 45,
  ftruncate: 46, ptrace: 117, setuid: 146, prctl: 167, getdents64: 61, tgkill: 131, openat: 56, mkdirat: 34,
  unlinkat: 35, renameat: 38, linkat: 37, symlinkat: 36, readlinkat: 78, unshare: 97, prlimit64: 261,
  name_to_handle_at: 264, process_vm_readv: 270, process_vm_writev: 271, memfd_create: 279, bpf: 280, execveat: 281,
  userfaultfd: 282, io_uring_setup: 425, pidfd_open: 434, clone3: 435, pidfd_getfd: 438, keyctl: 219, sendto: 206,
  newfstatat: 79, pwrite64: 68,
};
export const numbers = { x64, arm64 }[process.arch];

export const O = { RDONLY: 0, WRONLY: 1, RDWR: 2, CREAT: 0o100, EXCL: 0o200, TRUNC: 0o1000,
                   DIRECTORY: process.arch === "arm64" ? 0o40000 : 0o200000 };
export const AT_FDCWD = -100;
export const errno = { EPERM: 1, ENOENT: 2, EBADF: 9, EACCES: 13, EFAULT: 14, EINVAL: 22, ENOSYS: 38 };

// An argument that the call fills; its bytes come back in `filled`.
export const room = (bytes) => ({ room: bytes });
export const text = (string) => Buffer.from(string + "\0");

const u32 = (n) => { const b = Buffer.alloc(4); b.writeInt32LE(n | 0); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt.asUintN(64, BigInt(n))); return b; };

// What the program died of stands in the supervisor's log; here it is only gone.
export class Gone extends Error {}

export class Hook {
  constructor(socket, program, pid) {
    Object.assign(this, { socket, program, pid, isAlive: true, waiting: [], got: Buffer.alloc(0) });
    socket.on("data", (part) => this.#take(part));
    socket.on("close", () => {
      this.isAlive = false;
      for (const { fail } of this.waiting.splice(0)) fail(new Gone(`${program} is gone`));
    });
  }

  #take(part) {
    this.got = Buffer.concat([this.got, part]);
    while (this.got.length >= 4 && this.got.length >= 4 + this.got.readUInt32LE()) {
      const end = 4 + this.got.readUInt32LE();
      this.waiting.shift().done(this.got.subarray(4, end));
      this.got = this.got.subarray(end);
    }
  }

  #order(number, ...parts) {
    const body = Buffer.concat([Buffer.from([number]), ...parts]);
    if (!this.isAlive) return Promise.reject(new Gone(`${this.program} is gone`));
    return new Promise((done, fail) => {
      this.waiting.push({ done, fail });
      this.socket.write(Buffer.concat([u32(body.length), body]));
    });
  }

  // A system call inside the program: numbers, Buffers (by address) and room(n) (filled, by address).
  // { result: value or -errno, filled: [Buffer] }; Gone when it was the program's death.
  async call(name, ...args) {
    const parts = [u64(typeof name === "number" ? name : numbers[name])], rooms = [];
    for (let i = 0; i < 6; i++) {
      const arg = args[i] ?? 0;
      if (Buffer.isBuffer(arg)) parts.push(Buffer.from([1]), u64(arg.length), arg);
      else if (arg.room !== undefined) parts.push(Buffer.from([2]), u64(arg.room)), rooms.push(arg.room);
      else parts.push(Buffer.from([0]), u64(arg));
    }
    const answer = await this.#order(1, ...parts);
    let at = 8;
    const filled = rooms.map((n) => answer.subarray(at, (at += n)));
    return { result: Number(answer.readBigInt64LE()), filled };
  }

  // ---- memory
  read(address, length) { return this.#order(2, u64(address), u64(length)); }
  write(address, bytes) { return this.#order(3, u64(address), bytes); }
  async maps() {
    return (await this.#order(4)).toString().trim().split("\n").map((line) => {
      const [, from, to, rights, path] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line);
      return { from: BigInt("0x" + from), to: BigInt("0x" + to), rights, path };
    });
  }
  // How often the bytes stand in readable memory, and the first 256 addresses.
  async search(bytes) {
    const answer = await this.#order(5, Buffer.from(bytes)), at = [];
    for (let i = 4; i < answer.length; i += 8) at.push(answer.readBigUInt64LE(i));
    return { count: answer.readUInt32LE(), at };
  }

  // ---- descriptors and links
  async descriptors() {
    const answer = await this.#order(6), all = [];
    for (let i = 0; i < answer.length; i += 12) {
      const mode = answer.readUInt32LE(i + 8), kind = mode & 0o170000;
      all.push({ fd: answer.readInt32LE(i), access: answer.readInt32LE(i + 4) & 3, mode,
                 kind: { 0o140000: "socket", 0o100000: "file", 0o040000: "folder", 0o010000: "pipe",
                         0o020000: "device" }[kind] ?? "other" });
    }
    return all;
  }
  // Names to descriptors: what was handed at the start, and the newest end of every link.
  async links() {
    const names = {};
    for (const part of (await this.#order(7)).toString().split(/[,\n]/).filter(Boolean)) {
      const [name, value] = part.split("=");
      names[name] = Number(value);
    }
    return names;
  }
  // A frame as it is, header and all; bytes sent or -errno.
  async send(link, bytes, passed = -1) {
    return Number((await this.#order(8, u32(link), u32(passed), bytes)).readBigInt64LE());
  }
  // The link's frames go to receive() and no longer to the program.
  take(link) { return this.#order(9, u32(link)); }
  giveBack(link) { return this.#order(10, u32(link)); }
  async receive(ms = 1000) {
    for (const end = Date.now() + ms; ;) {
      const answer = await this.#order(11, u32(1));
      if (answer.length)
        return { link: answer.readInt32LE(), type: answer.readInt32LE(4), id: answer.readBigUInt64LE(8),
                 deadline: answer.readBigUInt64LE(16), fd: answer.readInt32LE(24), body: answer.subarray(28) };
      if (Date.now() > end) return null;
      await new Promise((done) => setTimeout(done, 10));
    }
  }
  // A sealed memfd with these bytes, to be passed beside a frame.
  async memfd(bytes, seals = 15) {
    const { result: fd } = await this.call("memfd_create", text("x"), 3);
    for (let at = 0; at < bytes.length; at += 500000)
      await this.call("write", fd, bytes.subarray(at, at + 500000), Math.min(500000, bytes.length - at));
    if (seals) await this.call("fcntl", fd, 1033, seals);
    return fd;
  }

  // ---- files below a handed folder
  async open(folder, name, flags = O.RDONLY) {
    return (await this.call("openat", folder, text(name), flags, 0o600)).result;
  }
  async list(folder) {
    const fd = await this.open(folder, ".", O.DIRECTORY), names = [];
    if (fd < 0) return fd;
    for (;;) {
      const { result, filled: [entries] } = await this.call("getdents64", fd, room(65536), 65536);
      if (result <= 0) break;
      for (let at = 0; at < result; at += entries.readUInt16LE(at + 16))
        names.push(entries.subarray(at + 19, entries.indexOf(0, at + 19)).toString());
    }
    await this.call("close", fd);
    return names.filter((name) => name !== "." && name !== "..").sort();
  }
  async readFile(folder, name, most = 1 << 19) {
    const fd = await this.open(folder, name);
    if (fd < 0) return fd;
    const { result, filled: [bytes] } = await this.call("pread64", fd, room(most), most, 0);
    await this.call("close", fd);
    return result < 0 ? result : Buffer.from(bytes.subarray(0, result));
  }
  async writeFile(folder, name, bytes) {
    const fd = await this.open(folder, name, O.WRONLY | O.CREAT | O.TRUNC);
    if (fd < 0) return fd;
    const { result } = await this.call("pwrite64", fd, bytes, bytes.length, 0);
    await this.call("close", fd);
    return result;
  }
}

// A header of sys/msg.h before the body; any field may be made wrong.
export function frame({ type, id = 1n, body = Buffer.alloc(0), magic = 0x4d41, version = 1, length = body.length,
                        deadline = 0n, flags = 0, zero = 0 }) {
  const header = Buffer.alloc(32);
  header.writeUInt16LE(magic, 0);
  header.writeUInt8(version, 2);
  header.writeUInt8(type, 3);
  header.writeUInt32LE(length, 4);
  header.writeBigUInt64LE(BigInt(id), 8);
  header.writeBigUInt64LE(BigInt(deadline), 16);
  header.writeUInt32LE(flags, 24);
  header.writeUInt32LE(zero, 28);
  return Buffer.concat([header, body]);
}

// Where the programs' hooks report.
export async function listen() {
  const folder = mkdtempSync(join(tmpdir(), "amana-attack-")), path = join(folder, "hook");
  const newest = new Map(), sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (line) => {
      const [, program, pid] = /^attack_hook (\S+) (\d+)\n$/.exec(line.toString());
      newest.set(program, new Hook(socket, program, Number(pid)));
    });
  });
  server.listen(path, 511);
  await once(server, "listening");
  return {
    path,
    // The hook in the running program, the next one when it is just being started again.
    of: (program) => until(`a hook in ${program}`, () => newest.get(program)?.isAlive && newest.get(program)),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
