// What may stand between a client and amana: a relay that misbehaves on command, and a real nginx.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { root, until } from "./server.mjs";

export const listen = (server) => new Promise((done) =>
  server.listen(0, "127.0.0.1", () => done(server.address().port)));

// relay.refuse(status): the next answers to POST /track are that status, with the headers amana gives
// with its errors; null = relay again. relay.origin: replaces the origin that amana allows.
export async function startRelay(target) {
  const errors = await fetch(`${target}/nothing`, { headers: { origin: "http://page.example" } });
  const relay = { seen: [], status: null, origin: null };
  const { hostname, port } = new URL(target);
  const server = createServer(async (incoming, outgoing) => {
    const parts = [];
    for await (const part of incoming) parts.push(part);
    const body = Buffer.concat(parts), path = incoming.url.split("?")[0];
    const count = incoming.method === "POST" && path.startsWith("/track") ? events(body) : 0;
    const seen = { method: incoming.method, path, type: incoming.headers["content-type"], count };
    relay.seen.push(seen);
    const fail = count && (typeof relay.status === "function" ? relay.status(count) : relay.status);
    if (fail) {
      seen.status = fail;
      const headers = Object.fromEntries(errors.headers);
      for (const name of ["content-length", "connection", "keep-alive", "date"]) delete headers[name];
      if (fail === 429 || fail === 503) headers["retry-after"] = "2";
      headers["access-control-allow-origin"] = incoming.headers.origin ?? "";
      outgoing.writeHead(fail, headers).end(`{"code":${fail},"error":"no","status":"no"}`);
      return;
    }
    const onward = request({ hostname, port, method: incoming.method, path: incoming.url,
                             headers: incoming.headers }, (answer) => {
      const headers = { ...answer.headers };
      if (relay.origin) headers["access-control-allow-origin"] = relay.origin;
      seen.status = answer.statusCode;
      outgoing.writeHead(answer.statusCode, headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    onward.end(body);
  });
  relay.url = `http://127.0.0.1:${await listen(server)}`;
  relay.stop = () => { server.closeAllConnections(); server.close(); };
  return relay;
}

// How many events a form of mixpanel-browser holds.
function events(body) {
  const data = new URLSearchParams(body.toString()).get("data");
  if (!data) return 1;
  const list = JSON.parse(data[0] === "[" || data[0] === "{" ? data : Buffer.from(data, "base64").toString());
  return Array.isArray(list) ? list.length : 1;
}

export function findNginx() {
  try {
    return { path: execFileSync("sh", [join(root, "tools/nginx.sh")], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
      .trim().split("\n").pop() };
  } catch (error) {
    return { missing: String(error.stderr ?? error).trim() };
  }
}

// nginx with deploy/nginx.conf; only the addresses are others.
export async function startNginx(path, house) {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((done) => probe.close(done));
  let text = readFileSync(join(root, "deploy/nginx.conf"), "utf8");
  const swap = (from, to) => {
    if (!text.includes(from)) throw new Error(`deploy/nginx.conf has no "${from}"`);
    text = text.replace(from, to);
  };
  swap("127.0.0.1:8123", new URL(house.ingest).host);
  swap("127.0.0.1:8124", new URL(house.console).host);
  swap("listen 8080 default_server", `listen 127.0.0.1:${port} default_server`);
  const conf = join(house.base, "nginx.conf");
  writeFileSync(conf, text);
  const child = spawn(path, ["-p", house.base, "-c", conf, "-g", "daemon off; master_process off;"], { stdio: ["ignore", "ignore", "pipe"] });
  const nginx = { url: `http://127.0.0.1:${port}`, log: "" };
  child.stderr.on("data", (part) => (nginx.log += part));
  const ended = new Promise((done) => child.on("exit", done));
  nginx.stop = async () => { child.kill("SIGKILL"); await ended; };
  // Any answer will do: whether amana is behind it is the test's matter.
  await until("nginx answers", () => child.exitCode !== null ||
    fetch(`${nginx.url}/settings/`).then(() => true, () => false));
  if (child.exitCode !== null) throw new Error(`nginx ended: ${nginx.log}`);
  return nginx;
}
