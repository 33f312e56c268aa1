// How fast a log of a million entries of 112 bytes is verified: `amana verify` beside the Go team's
// note and tlog packages (tests/system/verify.go) over the same files, in turns, one processor each.
//
//   node bench/verify.mjs [entries, default 1000000] [rounds, default 7]
//
// Both hash every entry, compare every tile and check the signature. Prints medians and their ratio.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const size = Number(process.argv[2] ?? 1e6), rounds = Number(process.argv[3] ?? 7);
const bin = join(root, "build/bin");
const temp = mkdtempSync(join(tmpdir(), "amana-bench-"));
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const one = "taskset -c 0";

function time(command) {
  const from = process.hrtime.bigint();
  execFileSync("sh", ["-c", command], { env: { ...process.env, GOMAXPROCS: "1" } });
  return Number(process.hrtime.bigint() - from) / 1e9;
}

try {
  const log = join(temp, "log"), go = join(temp, "verify");
  execFileSync("mkdir", [log]);
  execFileSync(join(bin, "log_make"), ["log", log, String(size)]);
  execFileSync("go", ["build", "-o", go, join(root, "tests/system/verify.go")], {
    env: { ...process.env, GOPATH: "/usr/share/gocode", GO111MODULE: "off", GOCACHE: join(temp, "cache") } });
  const vkey = execFileSync(join(bin, "log_make"), ["vkey"], { encoding: "utf8" }).trim();
  const ours = [], theirs = [];
  for (let i = 0; i < rounds; i++) {
    ours.push(time(`${one} ${join(bin, "amana")} verify --log ${log} --key ${vkey} > /dev/null`));
    theirs.push(time(`${one} ${go} log ${vkey} ${log} > /dev/null`));
  }
  const line = (name, list) => console.log(`${name} ${(size / median(list) / 1e6).toFixed(2)} M entries/s, ` +
    `${median(list).toFixed(3)} s (${list.map((s) => s.toFixed(3)).sort().join(" ")})`);
  line("amana", ours);
  line("go   ", theirs);
  console.log(`ratio of medians ${(median(theirs) / median(ours)).toFixed(2)}`);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
