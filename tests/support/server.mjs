// A house of its own for a test: init and serve in a fresh directory, on free ports.
//   const house = await startHouse();  … house.ingest, house.console, house.token, house.ask() …
//   await house.stop()
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const build = resolve(root, process.env.AMANA_BUILD ?? "build");
export const isRoot = process.getuid() === 0;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, condition, ms = 10000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`not within ${ms} ms: ${what}`);
}

// options.base: the folder of the data (default: fresh); options.made: what init said when that was made,
// and no init now; options.hurried: the ingest whose ten minutes
// are three seconds; options.attack: the programs with an attacker's hook, which reports at that path
// (tests/attack/hook.mjs); options.serve: more arguments for `amana serve`.
export async function startHouse(options = {}) {
  const base = options.base ?? mkdtempSync(join(tmpdir(), "amana-house-"));
  const dir = join(base, "data");
  const folder = options.attack ? "attack" : "";
  const bin = options.hurried ? hurriedPrograms(base, folder) : join(build, folder, "bin");
  const amana = join(bin, "amana");
  const made = options.made ?? JSON.parse(execFileSync(
    amana, ["init", "--data", dir, "--json", ...(options.init ?? [])], { encoding: "utf8" }));
  const house = { base, dir, amana, token: made.token, key: made.api_key.key,
                  secret: made.api_key.secret, owner_link: made.owner_link, log: "",
                  made, options };
  await serve(house);
  house.stop = async () => {
    if (house.child.exitCode === null && house.child.signalCode === null) {
      house.child.kill("SIGTERM");
      await house.ended;
    }
    rmSync(base, { recursive: true, force: true });
  };
  house.serve_again = () => serve(house);
  house.restart = async () => {
    house.child.kill("SIGTERM");
    await house.ended;
    await serve(house);
  };
  house.authorization = "Basic " + Buffer.from(`${house.key}:${house.secret}`).toString("base64");
  // A question to the console's API with the key that init made: { status, body }.
  house.ask = async (question, path = "/api/query") => {
    const answer = await fetch(house.console + path, {
      method: question ? "POST" : "GET", body: question && JSON.stringify(question),
      headers: { authorization: house.authorization, "content-type": "application/json" } });
    return { status: answer.status, body: await answer.json() };
  };
  // Totals and uniques of events since ever, as the reports have them at this moment.
  house.totals = async (names) => {
    const to = new Date(Date.now() + 86400000).toISOString().slice(0, 10), found = {};
    for (let i = 0; i < names.length; i += 13) {
      const some = names.slice(i, i + 13);
      const { status, body } = await house.ask({ report: "segmentation", unit: "all", from: "2000-01-01", to,
        show: some.flatMap((event) => [{ event, measure: "total" }, { event, measure: "unique" }]) });
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      some.forEach((name, n) => {
        found[name] = { total: body.series[2 * n].points[0][1], unique: body.series[2 * n + 1].points[0][1] };
      });
    }
    return found;
  };
  // The same once the reports have seen `total` events of that name; fails after ten seconds.
  house.seen = (name, total) => until(`${total} x ${name} in the reports`, async () => {
    const found = (await house.totals([name]))[name];
    return found.total >= total && found;
  });
  // What the wal holds, as query will read it.
  house.count = () => JSON.parse(execFileSync(join(build, "bin/wal_count"), [join(dir, "wal")],
                                              { encoding: "utf8", maxBuffer: 1 << 28 }));
  // The process id of a program of this house.
  house.pid = (name) => {
    let out = "";
    try {
      out = execFileSync("ps", ["-o", "pid=,comm=", "--ppid", String(house.child.pid)],
                         { encoding: "utf8" });
    } catch {
      return null; // no child at this moment
    }
    const line = out.split("\n").find((l) => l.trim().endsWith(`amana-${name}`));
    return line ? Number(line.trim().split(/\s+/)[0]) : null;
  };
  return house;
}

async function serve(house) {
  const options = house.options;
  house.child = spawn(house.amana, ["serve", ...(options.serve ?? []), "--data", house.dir, "--ingest",
                                    house.ingest ? house.ingest.slice(7) : "127.0.0.1:0", "--console",
                                    house.console ? house.console.slice(7) : "127.0.0.1:0"],
                      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, AMANA_ATTACK: options.attack } });
  house.ended = new Promise((done) => house.child.on("exit", (code, signal) => done({ code, signal })));
  house.child.stderr.on("data", (text) => (house.log += text));
  const ready = await new Promise((done, fail) => {
    let out = "";
    house.child.stdout.on("data", (text) => {
      out += text;
      house.log += text;
      if (out.includes("\n")) done(out);
    });
    house.child.on("exit", () => fail(new Error(`serve ended early: ${house.log}`)));
  });
  house.ingest = /ingest (http:\/\/\S+)/.exec(ready)[1];
  house.console = /console (http:\/\/\S+)/.exec(ready)[1];
  house.ready = ready;
}

// A folder of programs in which ingest is the hurried one.
function hurriedPrograms(base, attack) {
  const folder = join(base, "programs");
  mkdirSync(folder);
  // The supervisor looks for its programs beside itself, wherever a link to it leads: a copy.
  execFileSync("cp", [join(build, attack, "bin/amana"), join(folder, "amana")]);
  symlinkSync(join(build, attack ? "attack-hurried" : "hurried", "bin/amana-ingest"), join(folder, "amana-ingest"));
  for (const name of ["web", "query", "auth", "vault", "ledger"])
    symlinkSync(join(build, attack, `bin/amana-${name}`), join(folder, `amana-${name}`));
  return folder;
}

export function event(house, name, properties = {}) {
  return { event: name, properties: { token: house.token, ...properties } };
}

export function post(house, path, body, headers = {}) {
  return fetch(house.ingest + path, {
    method: "POST", headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}
