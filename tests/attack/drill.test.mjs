// The drill: the incident played against a running house, once for each attacker. What is counted is what
// stands in the attacker's captured bytes, never what our own ledger says.
// AMANA_DRILL_SUBJECTS sets the size.
import { after, before } from "node:test";
import { inside, ingest_of_the_world } from "./inside.mjs";
import { outside } from "./outside.mjs";
import { listen } from "./hook.mjs";
import { print } from "./taker.mjs";
import { makeWorld } from "./world.mjs";

const subjects = Number(process.env.AMANA_DRILL_SUBJECTS ?? 1000000);
const drill = {};

before(async () => {
  drill.hooks = await listen();
  drill.world = await makeWorld(subjects, { attack: drill.hooks.path }, (house) => ingest_of_the_world(drill, house));
}, { timeout: 300000 });
after(async () => {
  print(`The drill, ${subjects} subjects (made in ${Math.round(drill.world?.seconds)} s): of how many he captured each field`);
  await drill.world?.release();
  drill.hooks?.close();
});

outside(drill);
inside(drill);
