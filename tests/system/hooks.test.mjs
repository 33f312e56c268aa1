// The programs that are shipped hold nothing of the attacker's hook: no symbol, no text; and the
// search would have found it, because in the programs of the drill it does.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build, root } from "../support/server.mjs";

const marks = ["attack_hook", "AMANA_ATTACK", "__wrap_"];

function marksIn(path) {
  const symbols = execFileSync("nm", [path], { encoding: "utf8", maxBuffer: 1 << 28 });
  const bytes = readFileSync(path);
  return marks.filter((mark) => symbols.includes(mark) || bytes.includes(mark));
}
const programs = (folder) => readdirSync(folder).filter((name) => /^amana(-[a-z]+)?$/.test(name));

test("release programs hold nothing of the hook", () => {
  const names = programs(join(build, "bin"));
  assert.ok(names.length >= 6);
  for (const name of names) assert.deepEqual(marksIn(join(build, "bin", name)), [], name);
});

test("the drill's programs do", () => {
  assert.deepEqual(programs(join(build, "attack/bin")).sort(), programs(join(build, "bin")).sort());
  for (const name of programs(join(build, "attack/bin")))
    assert.deepEqual(marksIn(join(build, "attack/bin", name)),
                     name === "amana" ? ["AMANA_ATTACK", "__wrap_"] : ["attack_hook", "__wrap_"], name);
});

test("no source of the programs knows of it", () => {
  for (const name of readdirSync(join(root, "src"), { recursive: true }))
    if (/\.[ch]$/.test(name))
      assert.doesNotMatch(readFileSync(join(root, "src", name), "utf8"), /AMANA_ATTACK|attack_hook/, name);
});
