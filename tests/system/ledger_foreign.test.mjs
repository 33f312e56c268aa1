// A log of ours is checked by programs that are not: the Go team's note and tlog packages, and the
// openssl command line. Both must also find what is wrong. Skipped, with the reason, only where go
// or openssl are missing.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const root = new URL("../..", import.meta.url).pathname;
const bin = join(root, "build/bin");
const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const gocode = "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog";
const noGo = !has("go") ? "go is not installed"
  : spawnSync("test", ["-d", gocode]).status !== 0 ? "golang-golang-x-mod-dev is not installed" : false;
const noOpenssl = has("openssl") ? false : "openssl is not installed";

let temp, vkey, verifier;

const run = (program, ...args) => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  return { status, out: stdout, err: stderr };
};
const make = (...args) => execFileSync(join(bin, "log_make"), args.map(String), { encoding: "utf8" });
const folder = (name) => {
  const path = join(temp, name);
  mkdirSync(path);
  return path;
};
const goVerify = (...dirs) => run(verifier, "log", vkey, ...dirs);
const ours = (...args) => run(join(bin, "amana"), "verify", "--key", vkey, "--json", ...args);

before(() => {
  temp = mkdtempSync(join(tmpdir(), "amana-foreign-"));
  vkey = make("vkey").trim();
  if (noGo) return;
  verifier = join(temp, "verify");
  execFileSync("go", ["build", "-o", verifier, join(root, "tests/system/verify.go")], {
    env: { ...process.env, GOPATH: "/usr/share/gocode", GO111MODULE: "off", GOCACHE: join(temp, "cache"), GOFLAGS: "" } });
});
after(() => rmSync(temp, { recursive: true, force: true }));

test("Go's verifier and ours agree on whole logs of many sizes", { skip: noGo }, () => {
  const dirs = [1, 2, 3, 255, 256, 257, 512, 1000, 70000].map((size) => {
    const dir = folder(`log-${size}`);
    make("log", dir, size);
    return { dir, size };
  });
  const { status, out } = goVerify(...dirs.map(({ dir }) => dir));
  assert.equal(status, 0, out);
  const lines = out.trim().split("\n");
  dirs.forEach(({ dir, size }, i) => {
    const said = JSON.parse(ours("--log", dir).out);
    assert.equal(said.holds, true);
    assert.equal(lines[i], `ok ${size} ${said.root}`);
  });
});

test("1,000 logs with something wrong: Go finds every one, and so do we", { skip: noGo }, () => {
  const dir = folder("mutants");
  make("mutants", dir, 1000, 7);
  const names = readdirSync(dir).sort((a, b) => a - b);
  assert.equal(names.length, 1000);
  const lines = goVerify(...names.map((name) => join(dir, name))).out.trim().split("\n");
  assert.equal(lines.length, 1000);
  const kinds = new Set();
  names.forEach((name, i) => {
    const kind = readFileSync(join(dir, name, "what"), "utf8");
    kinds.add(kind);
    assert.match(lines[i], /^wrong /, `${name} (${kind}): ${lines[i]}`);
  });
  assert.equal(kinds.size, 12, [...kinds].join());
  for (const name of names.slice(0, 60)) {
    const seen = readFileSync(join(dir, name, "seen"), "utf8").trim();
    const { status, out } = ours("--log", join(dir, name), "--seen", seen);
    assert.equal(status, 1, name);
    assert.ok(JSON.parse(out).wrong);
  }
});

for (const [index, size] of [[0, 1], [299, 300], [123, 300], [256, 257], [4321, 5000]])
  test(`entry ${index} of ${size} is proved to Go and to openssl`, { skip: noGo || noOpenssl }, () => {
    const dir = folder(`proof-${index}-${size}`);
    const proof = join(dir, "proof.tlog-proof"), entry = join(dir, "entry");
    make("log", dir, size);
    make("proof", dir, size, index);
    const shell = () => run("sh", join(root, "tests/system/verify.sh"), vkey, proof, entry);
    const go = () => run(verifier, "proof", vkey, proof, entry);
    assert.equal(shell().out, `ok entry ${index} of ${size}\n`);
    assert.equal(go().out, "ok\n");
    assert.equal(ours("--proof", proof, "--entry", entry).status, 0);
    // Another entry, another size, another key: each is wrong to all three.
    const bytes = readFileSync(entry), text = readFileSync(proof, "utf8");
    const wrong = (what) => {
      for (const [who, said] of [["openssl", shell()], ["go", go()], ["amana", ours("--proof", proof, "--entry", entry)]])
        assert.equal(said.status, 1, `${who}: ${what}: ${said.out}`);
    };
    bytes[20] ^= 1;
    writeFileSync(entry, bytes);
    wrong("an entry changed");
    bytes[20] ^= 1;
    writeFileSync(entry, bytes);
    writeFileSync(proof, text.replace(`\n${size}\n`, `\n${size + 1}\n`));
    wrong("the size changed");
    writeFileSync(proof, text.replace(`index ${index}`, `index ${index + 1}`));
    wrong("the index changed");
  });

test("a log is verified over plain http, and https is declined in words", async () => {
  const dir = folder("served");
  make("log", dir, 700);
  const { spawn } = await import("node:child_process");
  const server = http.createServer((request, answer) => {
    try {
      answer.end(readFileSync(join(dir, request.url.replace(/^\/log\/1\//, ""))));
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const verify = (url) => new Promise((done) => {
    const child = spawn(join(bin, "amana"), ["verify", "--log", url, "--key", vkey, "--json"]);
    let out = "", err = "";
    child.stdout.on("data", (part) => (out += part));
    child.stderr.on("data", (part) => (err += part));
    child.on("close", (status) => done({ status, out, err }));
  });
  try {
    const url = `http://127.0.0.1:${server.address().port}/log/1`;
    const whole = await verify(url);
    assert.equal(whole.status, 0, whole.err);
    assert.equal(JSON.parse(whole.out).size, 700);
    appendFileSync(join(dir, "tile/entries/002.p/188"), "x");
    const broken = await verify(url);
    assert.equal(broken.status, 1);
    assert.match(JSON.parse(broken.out).wrong, /tile\/entries\/002.p\/188 goes on/);
    const tls = await verify("https://127.0.0.1/log/1");
    assert.equal(tls.status, 1);
    assert.match(tls.err, /https is not spoken/);
  } finally {
    server.close();
  }
});
