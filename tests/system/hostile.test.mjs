// Slow, idle, huge, deep, bombed and malformed clients: each gets its own clear answer or none, and
// the others are served meanwhile.
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { event, post, sleep, startHouse } from "../support/server.mjs";

let house;
before(async () => { house = await startHouse(); });
after(async () => { await house.stop(); });

const address = () => { const u = new URL(house.ingest); return { host: u.hostname, port: Number(u.port) }; };

async function othersAreServed() {
  const began = Date.now();
  const answer = await post(house, "/track", [event(house, "Fine", { distinct_id: "u" })]);
  assert.equal(await answer.text(), "1");
  assert.ok(Date.now() - began < 3000, "served, but late");
}

function connect() {
  return new Promise((done, fail) => {
    const socket = net.connect(address(), () => done(socket));
    socket.on("error", fail);
  });
}

test("10,000 idle connections", { timeout: 120000 }, async () => {
  const sockets = [];
  for (let i = 0; i < 100; i++)
    sockets.push(...await Promise.all(Array.from({ length: 100 }, connect)));
  await othersAreServed();
  for (const socket of sockets) socket.destroy();
  await othersAreServed();
});

test("200 slow clients that send a byte now and then", async () => {
  const sockets = await Promise.all(Array.from({ length: 200 }, connect));
  for (const socket of sockets)
    socket.write("POST /track HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n[");
  for (let i = 0; i < 5; i++) {
    for (const socket of sockets) socket.write("x");
    await sleep(50);
  }
  await othersAreServed();
  for (const socket of sockets) socket.destroy();
});

test("a body over the limit is 413 in the API's form", async () => {
  const socket = await connect();
  const answer = new Promise((done) => {
    let text = "";
    socket.on("data", (part) => { text += part; if (text.includes("}")) done(text); });
    socket.on("close", () => done(text));
  });
  socket.write("POST /track HTTP/1.1\r\nHost: h\r\nOrigin: http://p.example\r\nContent-Length: 99999999\r\n\r\n");
  const text = await answer;
  assert.match(text, /^HTTP\/1\.1 413/);
  assert.match(text, /Access-Control-Allow-Origin: http:\/\/p\.example/);
  assert.match(text, /"code":413/);
  socket.destroy();
  await othersAreServed();
});

test("a gzip bomb is refused", async () => {
  const bomb = gzipSync(Buffer.alloc(200 << 20));
  const answer = await post(house, "/track", bomb, { "content-encoding": "gzip" });
  assert.notEqual(await answer.text(), "1");
  await othersAreServed();
});

test("nesting, bad UTF-8, cut JSON and junk are refused", async () => {
  const bodies = [
    "[".repeat(100000), `{"a":`.repeat(50000), `[{"event":"A","properties":{"x":"\\ud800"}}]`,
    new Uint8Array([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d]), `[{"event":"A","properties":`, "\0\0\0",
    "data=%%%", "data=" + "A".repeat(100001),
  ];
  for (const body of bodies) {
    const answer = await post(house, "/track", body);
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), "0");
  }
  await othersAreServed();
});

test("pieces of requests and no HTTP at all", async () => {
  for (const text of ["GET /track", "\r\n\r\n\r\n", "\x16\x03\x01\x02\x00", "POST /track HTTP/9.9\r\n\r\n",
                      "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nzz"]) {
    const socket = await connect();
    socket.on("error", () => {});
    socket.write(text, "latin1");
    await sleep(20);
    socket.destroy();
  }
  await othersAreServed();
});
