// The people of the drill: as many subjects as asked for, each with one event that bears all six fields of
// the incident, in values that can be told from each other in whatever bytes an attacker captured. They are
// sent once, as an SDK would; every attacker then gets a house of his own over a copy of that.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { post, sleep, startHouse } from "../support/server.mjs";

const cities = ["Riyadh", "Jeddah", "Cairo", "Amman", "Dubai", "Tunis", "Rabat", "Beirut"];
const browsers = ["Chrome", "Safari", "Firefox", "Samsung Internet"];
const systems = ["Android", "iOS", "Windows", "Mac OS X"];
const DAYS = 10, DAY_MS = 86400000;

export const person = (i) => ({
  distinct_id: `drill-${i}`,
  $email: `s${i}@drill.example`,
  $name: `Drillname${i} Person`,
  $city: cities[i % cities.length], $region: `Region${i % 40}`, mp_country_code: "SA",
  $browser: browsers[i % browsers.length], $os: systems[(i >> 2) % systems.length],
  $referrer: `https://ref${i % 300}.example/`, $referring_domain: `ref${i % 300}.example`,
  company: `org${i % 500}`,
});

// Sends the subjects from `first` on, 2,000 events a request; resolves once all are acknowledged.
export async function fill(house, subjects, first = 0) {
  const at = Date.now() - DAYS * DAY_MS, batch = 2000, last = first + subjects;
  let next = first;
  const send = async () => {
    for (;;) {
      const from = next;
      if (from >= last) return;
      next += batch;
      const events = [];
      for (let i = from; i < Math.min(from + batch, last); i++)
        events.push({ event: "Sign up", properties: { token: house.token, time: at + (i % DAYS) * DAY_MS + (i % 3600000),
                                                      $insert_id: `d${i}`, ...person(i) } });
      const answer = await post(house, "/track?verbose=1&ip=0", events);
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 6 }, send));
}

// Until query has all of them and the vault has what was sealed: name, e-mail and id of each.
export async function settle(house, subjects, ms = 300000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(200)) {
    const { body } = await house.ask(null, "/api/status?project=1");
    if (body.people >= subjects && body.sealed >= subjects * 3) return body;
  }
  throw new Error("the vault did not take everything in time");
}

// All houses of one drill: { subjects, house(options): a running copy, release(), seconds }. When the machine
// has not taken all subjects after that many seconds, it is the drill of those that it took by then.
export async function makeWorld(most, seconds, options, while_full) {
  const began = Date.now(), base = mkdtempSync(join(tmpdir(), "amana-world-")), houses = [];
  const first = await startHouse({ ...options, base });
  let subjects = 0;
  houses.push(first);
  for (const step = 50000; subjects < most && (Date.now() - began) / 1000 < seconds; subjects += Math.min(step, most - subjects)) {
    await fill(first, Math.min(step, most - subjects), subjects);
    await settle(first, subjects);
  }
  await settle(first, subjects);
  await while_full?.(first);
  first.child.kill("SIGTERM");
  await first.ended;
  houses.pop();
  return {
    subjects, seconds: (Date.now() - began) / 1000,
    house: async (options = {}) => {
      const own = mkdtempSync(join(tmpdir(), "amana-copy-"));
      execFileSync("cp", ["-a", join(base, "data"), join(base, "data.keys"), own]);
      const house = await startHouse({ ...options, base: own, made: first.made });
      houses.push(house);
      await settle(house, subjects);
      return house;
    },
    release: async () => {
      for (const house of houses) await house.stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}
