// The attacker's own tools work: each primitive of the hook, in a running house.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gone, errno, frame, listen, numbers, room, text } from "./hook.mjs";
import { event, post, startHouse, until } from "../support/server.mjs";

let hooks, house;
before(async () => {
  hooks = await listen();
  house = await startHouse({ attack: hooks.path });
});
after(async () => {
  await house?.stop();
  hooks?.close();
});

test("a call: its result, its error and what it filled", async () => {
  const vault = await hooks.of("vault");
  assert.equal((await vault.call("getpid")).result, vault.pid);
  assert.equal(vault.pid, house.pid("vault"));
  assert.equal((await vault.call("close", 900)).result, -errno.EBADF);
  assert.equal((await vault.call("read", -1, room(8), 8)).result, -errno.EBADF);
  const memfd = await vault.memfd(Buffer.from("written inside"), 0);
  const { result, filled: [bytes] } = await vault.call("pread64", memfd, room(64), 64, 8);
  assert.equal(bytes.subarray(0, result).toString(), "inside");
});

test("memory: mappings, reading, writing, searching", async () => {
  const ingest = await hooks.of("ingest");
  const maps = await ingest.maps();
  assert.ok(maps.some(({ path }) => path === "[heap]") && maps.some(({ path }) => path.endsWith("amana-ingest")));
  const needle = Buffer.from("needle-of-the-drill-0123456789");
  assert.equal((await ingest.search(needle)).count, 0, "the search does not find itself");
  const at = (await ingest.call("mmap", 0, 8192, 3, 34, -1, 0)).result;
  await ingest.write(at + 100, needle);
  assert.equal((await ingest.read(at + 100, needle.length)).toString(), needle.toString());
  const found = await ingest.search(needle);
  assert.equal(found.count, 1);
  assert.deepEqual(found.at, [BigInt(at + 100)]);
  assert.equal((await ingest.read(8, 16)).length, 0, "what is not mapped is empty, not a death");
  await ingest.call("munmap" in numbers ? "munmap" : 11, at, 8192);
});

test("memory: a value that was sent is found in ingest while its request is open", async () => {
  const ingest = await hooks.of("ingest");
  const u = new URL(house.ingest), { connect } = await import("node:net");
  const socket = connect(Number(u.port), u.hostname);
  socket.write("POST /track HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n[held-by-the-drill");
  await until("the half request in memory", async () => (await ingest.search("held-by-the-drill")).count > 0);
  socket.destroy();
});

test("descriptors and links by name", async () => {
  const query = await hooks.of("query"), links = await query.links();
  const all = new Map((await query.descriptors()).map((d) => [d.fd, d]));
  assert.equal(all.get(links.control).kind, "socket");
  for (const name of ["data", "keys", "wal"]) assert.equal(all.get(links[name]).kind, "folder");
  assert.equal(all.get(links["query-vault"]).kind, "socket");
  assert.equal((await hooks.of("web").then((web) => web.links()))["query-vault"], undefined);
});

test("files of the handed folders: list, read, write", async () => {
  const auth = await hooks.of("auth"), { data } = await auth.links();
  assert.ok((await auth.list(data)).includes("auth.db"));
  const ingest = await hooks.of("ingest");
  assert.equal((await ingest.readFile((await ingest.links()).keys, "intake.key")).length, 32);
  assert.equal((await auth.readFile(data, "auth.db")).subarray(0, 15).toString(), "SQLite format 3");
  assert.equal(await auth.writeFile(data, "left-behind", Buffer.from("x")), 1);
  assert.equal((await auth.call("unlinkat", data, text("left-behind"), 0)).result, 0);
});

test("frames: sent, taken from the program, with a memfd, given back", async () => {
  const query = await hooks.of("query"), vault = await hooks.of("vault");
  const to = (await query.links())["query-vault"], from = (await vault.links())["query-vault"];
  await vault.take(from);
  const small = frame({ type: 200, id: 77n, body: Buffer.from("hello") });
  assert.equal(await query.send(to, small), small.length);
  const got = await vault.receive();
  assert.deepEqual([got.link, got.type, got.id, got.body.toString()], [from, 200, 77n, "hello"]);
  const large = Buffer.alloc(200000, "m");
  const memfd = await query.memfd(large);
  await query.send(to, frame({ type: 201, length: large.length, flags: 1 }), memfd);
  const second = await vault.receive();
  assert.equal(second.type, 201);
  assert.ok(second.body.equals(large));
  // And an answer that auth never gave, to a question that nobody asked.
  const web = await hooks.of("web"), auth = await hooks.of("auth"), ours = (await web.links())["web-auth"];
  await web.take(ours);
  await auth.send((await auth.links())["web-auth"], frame({ type: 202, id: 5n }));
  assert.equal((await web.receive()).type, 202);
  await web.giveBack(ours);
  await vault.giveBack(from);
  await post(house, "/track", [event(house, "After", { distinct_id: "u", $email: "noura@example.com" })]);
  await house.seen("After", 1);
});

test("a memfd that is not sealed closes the link, and the vault starts again", async () => {
  const query = await hooks.of("query"), vault = await hooks.of("vault");
  const large = Buffer.alloc(200000);
  await query.send((await query.links())["query-vault"], frame({ type: 1, length: large.length, flags: 1 }),
                   await query.memfd(large, 0));
  await until("the vault ended", () => !vault.isAlive);
  assert.notEqual((await hooks.of("vault")).pid, vault.pid);
});

test("a call outside the list is the program's death, named in the log, and the next one reports", async () => {
  const web = await hooks.of("web");
  await assert.rejects(web.call("socket", 2, 2, 0), Gone);
  await until("the log names it", () => house.log.includes("program_killed: amana-web "));
  assert.notEqual((await hooks.of("web")).pid, web.pid);
});
