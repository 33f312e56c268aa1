// The people of the drill: as many subjects as asked for, each with one event that bears all six fields of
// the incident, in values that can be told from each other in whatever bytes an attacker captured.
import { post, sleep } from "../support/server.mjs";

const cities = ["Riyadh", "Jeddah", "Cairo", "Amman", "Dubai", "Tunis", "Rabat", "Beirut"];
const browsers = ["Chrome", "Safari", "Firefox", "Samsung Internet"];
const systems = ["Android", "iOS", "Windows", "Mac OS X"];

export const person = (i) => ({
  distinct_id: `drill-${i}`,
  $email: `s${i}@drill.example`,
  $name: `Drillname${i} Person`,
  $city: cities[i % cities.length], $region: `Region${i % 40}`, mp_country_code: "SA",
  $browser: browsers[i % browsers.length], $os: systems[(i >> 2) % systems.length],
  $referrer: `https://ref${i % 300}.example/`, $referring_domain: `ref${i % 300}.example`,
  company: `org${i % 500}`,
});

// Sends them as one SDK would, 2,000 events a request; resolves once all are acknowledged.
export async function fill(house, subjects, senders = 6) {
  const at = Date.now() - 86400000;
  let next = 0;
  const batch = 2000;
  const send = async () => {
    for (;;) {
      const from = next;
      if (from >= subjects) return;
      next += batch;
      const events = [];
      for (let i = from; i < Math.min(from + batch, subjects); i++)
        events.push({ event: "Sign up", properties: { token: house.token, time: at + i, $insert_id: `d${i}`, ...person(i) } });
      const answer = await post(house, "/track?verbose=1&ip=0", events);
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: senders }, send));
}

// Until query has handed all sealed values to the vault.
export async function settle(house, subjects, ms = 300000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(200)) {
    const { body } = await house.ask(null, "/api/status?project=1");
    if (body.people >= subjects && body.sealed >= subjects * 2) return body;
  }
  throw new Error("the vault did not take everything in time");
}

// What of the incident's six fields stands in captured text, by person: e-mails and names name somebody;
// the other four count for each pseudonym or id that they stand beside.
export function exposed(captured) {
  const found = { name: new Set(), email: new Set(), ids: new Set(), people: new Set() };
  for (const text of captured) {
    for (const m of text.matchAll(/Drillname(\d+)/g)) found.name.add(m[1]);
    for (const m of text.matchAll(/\bs(\d+)@drill/g)) found.email.add(m[1]);
    for (const m of text.matchAll(/\bdrill-(\d+)\b/g)) found.ids.add(m[1]);
    for (const m of text.matchAll(/p_[0-9a-f]{16}/g)) found.people.add(m[0]);
  }
  return { name: found.name.size, email: found.email.size, ids: found.ids.size, people: found.people.size };
}
