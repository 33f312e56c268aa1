// Ingest over HTTP, durable before the answer, beside nginx answering 204 to the same requests in the
// same run: events a second, CPU an event; then how soon an event is in a report at half and at full
// load; then the memory of all programs when idle.  node bench/ingest.mjs [rounds] [seconds]
import { execFileSync } from "node:child_process";
import { post, event, sleep, startHouse } from "../tests/support/server.mjs";
import { bodies, children, cpu_s, median, memory_bytes, quantile, start_nginx, wrk, wrk_script } from "./support.mjs";

const rounds = Number(process.argv[2] ?? 5), seconds = Number(process.argv[3] ?? 4);
const NGINX_PORT = 18204, CONNECTIONS = 64, PEOPLE = 100_000;
const house = await startHouse();
const nginx = await start_nginx(NGINX_PORT);
const urls = { amana: house.ingest + "/track", nginx: `http://127.0.0.1:${NGINX_PORT}/track` };
const pid = { amana: () => house.pid("ingest"), nginx: () => nginx.pid };

async function measure(who, script, size) {
  const before = cpu_s(pid[who]());
  const run = await wrk(urls[who], script, seconds, CONNECTIONS);
  if (run.bad) throw new Error(`${who}: ${run.bad} answers were no success`);
  return { events_s: run.per_s * size, cpu_us: (cpu_s(pid[who]()) - before) * 1e6 / (run.requests * size) };
}

const full_rate = {};
console.log(`${rounds} rounds of ${seconds} s, ${CONNECTIONS} connections, ${PEOPLE} people; medians`);
for (const [name, count, size] of [["single", 4000, 1], ["batch50", 400, 50]]) {
  const script = wrk_script(name, bodies(house.token, count, size, PEOPLE));
  const got = { amana: [], nginx: [] };
  for (let round = 0; round < rounds; round++)
    for (const who of round % 2 ? ["nginx", "amana"] : ["amana", "nginx"]) got[who].push(await measure(who, script, size));
  const at = (who, what) => median(got[who].map((g) => g[what]));
  full_rate[name] = at("amana", "events_s") / size;
  const range = (who) => got[who].map((g) => Math.round(g.events_s)).sort((a, b) => a - b);
  console.log(`${name.padEnd(8)} amana ${Math.round(at("amana", "events_s"))} events/s, ${at("amana", "cpu_us").toFixed(2)} us CPU an event` +
    ` | nginx 204 ${Math.round(at("nginx", "events_s"))}, ${at("nginx", "cpu_us").toFixed(2)} us | ratio ${(at("amana", "events_s") / at("nginx", "events_s")).toFixed(2)}`);
  console.log(`         amana ${range("amana").join(" ")} | nginx ${range("nginx").join(" ")}`);
}
nginx.kill();

async function freshness(label, pause_ms) {
  const script = wrk_script(`fresh-${label}`, bodies(house.token, 400, 50, PEOPLE), pause_ms);
  const load = wrk(urls.amana, script, 12, CONNECTIONS);
  const today = new Date().toISOString().slice(0, 10), waits = [];
  await sleep(1500);
  for (const end = Date.now() + 9000; Date.now() < end;) {
    const name = `Probe ${label} ${waits.length}`;
    const began = performance.now();
    await (await post(house, "/track", [event(house, name, { distinct_id: "probe" })])).text();
    const question = { report: "segmentation", unit: "all", show: [{ event: name, measure: "total" }], from: today, to: today };
    for (;;) {
      const { status, body } = await house.ask(question);
      if (status === 200 && body.series[0].points[0][1] === 1) break;
      if (performance.now() - began > 20000) throw new Error(`not seen in 20 s at ${label}: ${status} ${JSON.stringify(body)}`);
      await sleep(2);
    }
    waits.push(performance.now() - began);
    await sleep(20);
  }
  const { per_s } = await load;
  console.log(`fresh at ${label} load (${Math.round(per_s * 50)} events/s): p50 ${quantile(waits, 0.5).toFixed(1)} ms, ` +
    `p99 ${quantile(waits, 0.99).toFixed(1)} ms, ${waits.length} probes`);
}
await sleep(3000);
await freshness("half", CONNECTIONS / (full_rate.batch50 / 2) * 1000);
await freshness("full", 0);
await house.stop();

const idle = await startHouse();
execFileSync(idle.amana, ["sample", "--data", idle.dir, "--quiet"]);
await sleep(5000);
const all = [idle.child.pid, ...children(idle.child.pid)];
const each = all.map((p) => [execFileSync("ps", ["-o", "comm=", "-p", String(p)], { encoding: "utf8" }).trim(), memory_bytes(p)]);
console.log(`idle memory with the sample data: ${(each.reduce((sum, [, b]) => sum + b, 0) / 1e6).toFixed(1)} MB ` +
  `(${each.map(([name, b]) => `${name} ${(b / 1e6).toFixed(1)}`).join(", ")})`);
await idle.stop();
