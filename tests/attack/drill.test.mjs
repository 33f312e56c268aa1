// The drill: the incident played against a running house, once for each attacker. What is counted is what
// stands in the attacker's captured bytes, never what our own ledger says.
// A million subjects, or as many as this machine takes in 75 seconds; AMANA_DRILL_SUBJECTS sets another size.
import { after, before } from "node:test";
import { inside, ingest_of_the_world } from "./inside.mjs";
import { outside } from "./outside.mjs";
import { listen } from "./hook.mjs";
import { print } from "./taker.mjs";
import { makeWorld } from "./world.mjs";

const asked = Number(process.env.AMANA_DRILL_SUBJECTS ?? 0);
const drill = {};

before(async () => {
  drill.hooks = await listen();
  drill.world = await makeWorld(asked || 1000000, asked ? 900 : 75, { attack: drill.hooks.path },
                                (house) => ingest_of_the_world(drill, house));
}, { timeout: 900000 });
after(async () => {
  const { subjects, seconds } = drill.world ?? {};
  print(`The drill, ${subjects} subjects (sent in ${Math.round(seconds)} s): of how many he captured each field`);
  await drill.world?.release();
  drill.hooks?.close();
});

outside(drill);
inside(drill);
