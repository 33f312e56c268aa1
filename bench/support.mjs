// What the benchmarks share: medians, CPU of processes, nginx unpacked beside the build, wrk.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findNginx } from "../tests/support/front.mjs";
import { build, root, sleep } from "../tests/support/server.mjs";

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
export const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];
export const folder = join(build, "bench");
mkdirSync(folder, { recursive: true });

const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Seconds of CPU that a process has used. */
export function cpu_s(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** Bytes of memory that are a process's own, shared pages shared out. */
export function memory_bytes(pid) {
  return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]);
}

export const children = (pid) => execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" })
  .trim().split(/\s+/).map(Number);

/** nginx from Debian's package, unpacked and never installed, answering 204 on a port. */
export async function start_nginx(port) {
  const home = join(folder, "nginx"), found = findNginx();
  if (!found.path) throw new Error(found.missing);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "bench.conf"), `daemon off; master_process off; pid ${home}/nginx.pid; error_log ${home}/error.log;
events { worker_connections 4096; }
http { access_log off; client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/f;
  uwsgi_temp_path ${home}/u; scgi_temp_path ${home}/s; client_max_body_size 10m; client_body_buffer_size 256k;
  keepalive_requests 1000000; server { listen 127.0.0.1:${port} backlog=4096; location / { return 204; } } }\n`);
  const child = spawn(resolve(root, found.path), ["-c", join(home, "bench.conf"), "-p", home], { stdio: "ignore" });
  await sleep(500);
  return child;
}

/** A wrk script that posts the bodies in turn; with pause_ms each connection waits between two. */
export function wrk_script(name, bodies, pause_ms = 0) {
  const file = join(folder, `${name}.lua`);
  const long = (text) => `[====[${text}]====]`;
  writeFileSync(file, `local bodies = {\n${bodies.map(long).join(",\n")}\n}
local n, at = #bodies, 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
function init() at = math.random(n) end
function request() at = at % n + 1; return wrk.format(nil, nil, nil, bodies[at]) end
${pause_ms ? `function delay() return ${pause_ms.toFixed(3)} end` : ""}\n`);
  return file;
}

/** Runs wrk; gives requests a second and how many answers were no success. */
export function wrk(url, script, seconds, connections) {
  return new Promise((done, fail) => {
    const child = spawn("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, url]);
    let out = "";
    child.stdout.on("data", (text) => (out += text));
    child.on("error", fail);
    child.on("exit", () => {
      const total = /(\d+) requests in ([\d.]+)s/.exec(out);
      if (!total) return fail(new Error(out));
      done({ requests: Number(total[1]), per_s: Number(total[1]) / Number(total[2]),
             bad: Number(/Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? 0) });
    });
  });
}

/** Bodies as a browser SDK sends them: `size` events each, of so many people. */
export function bodies(token, count, size, people) {
  let seed = 12345;
  const next = (n) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
  const one = (i) => ({ event: ["Page viewed", "Log in", "Create key", "Search"][next(4)], properties: {
    token, distinct_id: `u-${next(people)}`, time: Date.now() - next(86400000), $insert_id: `${i}-${next(1e9).toString(36)}`,
    $browser: "Chrome", $os: "Mac OS X", mp_country_code: "SA", plan: "Pro", path: `/p/${next(500)}`,
    $screen_width: 1440, $screen_height: 900, mp_lib: "web", $lib_version: "2.83.0", duration_ms: next(5000) } });
  return Array.from({ length: count }, (_, b) => JSON.stringify(Array.from({ length: size }, (_, i) => one(b * size + i))));
}
