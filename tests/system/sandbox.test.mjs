// What the kernel refuses each program once somebody else's code runs in it: the attacker's hook
// (tests/attack) tries for real, and every attempt is EACCES, EPERM or the program's death by SIGSYS.
// Then --strict: with any layer missing nothing starts, without it a warning.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AT_FDCWD, Gone, O, errno, listen, room, text } from "../attack/hook.mjs";
import { build, event, isRoot, post, sleep, startHouse, until } from "../support/server.mjs";

const programs = readdirSync(join(build, "attack/bin")).filter((name) => name.startsWith("amana-"))
  .map((name) => name.slice("amana-".length)).sort();
const outside = mkdtempSync(join(tmpdir(), "amana-outside-"));
let hooks, house;

before(async () => {
  chmodSync(outside, 0o777); // only landlock stands before it, not a mode
  writeFileSync(join(outside, "file"), "outside");
  chmodSync(join(outside, "file"), 0o666);
  hooks = await listen();
  house = await startHouse({ attack: hooks.path });
});
after(async () => {
  await house?.stop();
  hooks?.close();
  rmSync(outside, { recursive: true });
});

const address = Buffer.from([2, 0, 0, 53, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
const sibling = (p) => house.pid(programs.find((other) => other !== p && house.pid(other)));
const at = (path, flags) => (h) => h.call("openat", AT_FDCWD, text(path), flags, 0o600);
// An attempt: what it is, how it is made, for whom (default: everybody).
const attempts = [
  ["read /etc/passwd", at("/etc/passwd", O.RDONLY)],
  ["read a file outside that all may read", at(join(outside, "file"), O.RDONLY)],
  ["write it", at(join(outside, "file"), O.WRONLY)],
  ["make a file outside", at(join(outside, "new"), O.WRONLY | O.CREAT)],
  ["list a folder outside", at(outside, O.DIRECTORY)],
  ["read the vault's database", (h) => at(join(house.dir, "vault/vault.db"), O.RDONLY)(h), (p) => p !== "vault"],
  ["the same by ..", async (h, l) => h.call("openat", l.data, text("../vault/vault.db"), O.RDONLY),
    (p) => p !== "vault" && p !== "web"],
  ["read auth's members", (h) => at(join(house.dir, "auth/auth.db"), O.RDONLY)(h), (p) => p !== "auth"],
  ["read the house's settings", (h) => at(join(house.dir, "amana.json"), O.RDONLY)(h)],
  ["write among its keys", (h) => at(join(`${house.dir}.keys`, h.program, "new.key"), O.WRONLY | O.CREAT)(h),
    (p) => p !== "vault"],
  ["read the wal back", async (h, l) =>
    h.call("openat", l.wal, text((await h.list(l.wal)).find((n) => n.endsWith(".wal"))), O.RDONLY),
    (p) => p === "ingest"],
  ["write the wal", async (h, l) =>
    h.call("openat", l.wal, text((await h.list(l.wal)).find((n) => n.endsWith(".wal"))), O.WRONLY),
    (p) => p === "query"],
  ["make a wal file", (h, l) => h.call("openat", l.wal, text("x"), O.WRONLY | O.CREAT, 0o600), (p) => p === "query"],
  ["read /proc/self/maps", at("/proc/self/maps", O.RDONLY)],
  ["read a sibling's memory by /proc", (h) => at(`/proc/${sibling(h.program)}/mem`, O.RDONLY)(h)],
  ["read the supervisor's memory by /proc", (h) => at(`/proc/${house.child.pid}/mem`, O.RDONLY)(h)],
  ["a UDP socket", (h) => h.call("socket", 2, 2, 0)],
  ["a TCP socket", (h) => h.call("socket", 2, 1, 0)],
  ["a raw netlink socket", (h) => h.call("socket", 16, 3, 0)],
  ["a unix socket", (h) => h.call("socket", 1, 1, 0)],
  ["connect on a descriptor that it has", (h, l) => h.call("connect", l.control, address, address.length)],
  ["bind", (h, l) => h.call("bind", l.control, address, address.length)],
  ["listen", (h, l) => h.call("listen", l.control, 1)],
  ["sendto an address", (h, l) => h.call("sendto", l.listen ?? l.control, text("x"), 1, 0, address, address.length),
    (p) => p !== "web" && p !== "ingest"],
  ["execve", (h) => h.call("execve", text("/bin/true"), 0, 0)],
  ["execute a memfd", async (h) => h.call("execveat", await h.memfd(Buffer.from("#!/bin/true\n")), text(""), 0, 0, 4096)],
  ["memory to execute", (h) => h.call("mmap", 0, 4096, 5, 34, -1, 0)],
  ["make memory executable", async (h) => h.call("mprotect", (await h.call("mmap", 0, 4096, 3, 34, -1, 0)).result, 4096, 5)],
  ["fork", (h) => h.call("fork")],
  ["unshare", (h) => h.call("unshare", 0x10000000)],
  ["ptrace a sibling", (h) => h.call("ptrace", 16, sibling(h.program), 0, 0)],
  ["read a sibling's memory", (h) => h.call("process_vm_readv", sibling(h.program), 0, 0, 0, 0, 0)],
  ["write a sibling's memory", (h) => h.call("process_vm_writev", sibling(h.program), 0, 0, 0, 0, 0)],
  ["kill a sibling", (h) => h.call("kill", sibling(h.program), 9)],
  ["kill a sibling's thread", (h) => h.call("tgkill", sibling(h.program), sibling(h.program), 9)],
  ["kill the supervisor", (h) => h.call("kill", house.child.pid, 9)],
  ["a handle of a sibling", (h) => h.call("pidfd_open", sibling(h.program), 0)],
  ["a descriptor of a sibling", (h) => h.call("pidfd_getfd", 0, 0, 0)],
  ["io_uring", (h) => h.call("io_uring_setup", 1, room(120))],
  ["bpf", (h) => h.call("bpf", 0, room(64), 64)],
  ["userfaultfd", (h) => h.call("userfaultfd", 1)],
  ["keyctl", (h) => h.call("keyctl", 0, -3, 0)],
  ["become root", (h) => h.call("setuid", 0)],
  ["become dumpable", (h) => h.call("prctl", 4, 1)],
  ["raise a limit", (h) => h.call("prlimit64", 0, 7, Buffer.alloc(16, 1), 0)],
  ["make a link", (h) => h.call("symlinkat", text("x"), AT_FDCWD, text(join(outside, "link")))],
  ["cut a file by its path", (h) => h.call("truncate", text(join(outside, "file")), 0)],
];

const deaths = (program) => house.log.split(`program_killed: amana-${program} `).length - 1;
const names = Object.fromEntries(Object.entries(errno).map(([name, number]) => [-number, name]));

async function outcomeOf(program, attempt) {
  for (let tries = 0; ; tries++) {
    const hook = await hooks.of(program), before = deaths(program);
    try {
      const { result } = await attempt(hook, await hook.links());
      // The sibling is just being started again: another try.
      if (result === -errno.ENOENT && tries < 5) continue;
      return result < 0 ? names[result] ?? `errno ${-result}` : "DONE";
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      for (const end = Date.now() + 3000; Date.now() < end; await sleep(10))
        if (deaths(program) > before) return "SIGSYS";
      // It ended for another reason: a neighbour died under it. Once more.
      if (tries === 5) return "gone";
    }
  }
}

test("every way out of every program is refused", { timeout: 240000 }, async (t) => {
  assert.ok(programs.length >= 5 && programs.includes("vault"));
  await post(house, "/track", [event(house, "Seen", { distinct_id: "u" })]); // a wal file
  const table = new Map(attempts.map(([what]) => [what, {}]));
  await Promise.all(programs.map(async (program) => {
    for (const [what, attempt, applies] of attempts)
      table.get(what)[program] = !applies || applies(program) ? await outcomeOf(program, attempt) : "-";
  }));
  t.diagnostic(["attempt".padEnd(38), ...programs.map((p) => p.padEnd(7))].join(" "));
  for (const [what, row] of table)
    t.diagnostic([what.padEnd(38), ...programs.map((p) => row[p].padEnd(7))].join(" "));
  const through = [...table].flatMap(([what, row]) => programs
    .filter((p) => !["EACCES", "EPERM", "SIGSYS", "-"].includes(row[p])).map((p) => `${p}: ${what}: ${row[p]}`));
  assert.deepEqual(through, []);
  const tried = programs.length * attempts.length - [...table].flatMap(([, row]) => programs.filter((p) => row[p] === "-")).length;
  const killed = [...table].flatMap(([, row]) => programs.filter((p) => row[p] === "SIGSYS")).length;
  t.diagnostic(`${tried} attempts, ${killed} deaths by SIGSYS, 0 through`);
});

test("what a program needs it may still do", async () => {
  for (const program of programs.filter((p) => p !== "web")) {
    const hook = await hooks.of(program), { data } = await hook.links();
    assert.ok(await hook.writeFile(data, "probe", Buffer.from("mine")) === 4, program);
    assert.equal((await hook.readFile(data, "probe")).toString(), "mine");
    assert.equal((await hook.call("unlinkat", data, text("probe"), 0)).result, 0);
  }
  await until("the last of them is back", async () => (await house.ask(null, "/api/me")).status === 200);
  await house.seen("Seen", 1);
});

test("every program says what confines it, and the house what all have", async () => {
  for (const program of programs)
    assert.match(house.log, new RegExp(`^amana-${program}: undumpable, no new privileges, ` +
      (isRoot ? "own uid, " : "") + ".*landlock \\d+, seccomp \\d\\d calls, keys locked$", "m"));
  assert.match(house.log, /^amana: confined: every program .*landlock.*seccomp, keys locked$/m);
  assert.equal(/ the SAME uid /.test(house.log), !isRoot);
});

// ---- --strict -----------------------------------------------------------------------------------

// `amana serve` on a kernel that lacks something: whether it serves, else its end.
async function serveWithout(what, more) {
  const dir = join(mkdtempSync(join(tmpdir(), "amana-strict-")), "data"), amana = join(build, "bin/amana");
  execFileSync(amana, ["init", "--data", dir, "--json"]);
  const command = [amana, "serve", "--data", dir, "--ingest", "127.0.0.1:0", "--console", "127.0.0.1:0", ...more];
  if (what) command.unshift(join(build, "bin/without"), what);
  const child = spawn(command[0], command.slice(1));
  let log = "", end = null;
  child.stderr.on("data", (part) => (log += part));
  child.stdout.on("data", (part) => (log += part));
  const ended = new Promise((done) => child.on("exit", (code, signal) => done((end = code ?? signal))));
  await until("it serves or ended", () => end !== null || /confined: /.test(log), 20000);
  const serves = end === null;
  if (serves) child.kill("SIGTERM");
  await ended;
  rmSync(join(dir, ".."), { recursive: true });
  return { serves, end, log };
}

test("--strict starts with all layers", async () => {
  const { serves, log } = await serveWithout(null, ["--strict"]);
  assert.ok(serves, log);
});

for (const [what, said] of [["landlock", "NO landlock"], ["seccomp", "NO seccomp"], ["mlock", "NOT locked"]]) {
  test(`without ${what}: --strict does not start, else it is said`, async () => {
    const strict = await serveWithout(what, ["--strict"]);
    assert.ok(!strict.serves && Number.isInteger(strict.end) && strict.end !== 0, strict.log);
    assert.match(strict.log, /--strict: a layer is missing; not started/);
    assert.doesNotMatch(strict.log, /amana is ready/);
    const loose = await serveWithout(what, []);
    assert.ok(loose.serves, loose.log);
    assert.match(loose.log, new RegExp(`^amana: .*confined: .*${said}`, "m"));
  });
}
