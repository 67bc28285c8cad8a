// SIGKILL at any moment: what was acknowledged is there after the next start, once, and every step is whole.

import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { randomFrom } from "../horizon/fixture.ts";
import { buildChild, ended, LONG, startChild, temporaryFolder } from "./harness.ts";
import { Model, stepOf } from "./model.ts";

const KILLS = LONG ? 3000 : 100;
/** Of so many kills, each in the life of the same file. */
const LIVES = 25;

beforeAll(buildChild);

test(`${KILLS} kills lose and double nothing`, { timeout: KILLS * 5000 }, async () => {
  const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
  console.log(`CRASH_SEED=${seed}`);
  const random = randomFrom(seed);
  for (let kill = 0; kill < KILLS; ) {
    const folder = temporaryFolder();
    const file = join(folder.path, "a.wld");
    const model = new Model(seed);
    let least = 0;
    for (let life = 0; life < LIVES && kill < KILLS; life++, kill++) {
      const child = startChild({ file, seed, groups: 1_000_000, durability: random() < 0.3 ? "strict" : "group" });
      // Somewhere after so many lines; the child goes on until the signal has reached it.
      let left = Math.floor(random() * 60);
      const end = await ended(child, () => {
        if (left-- === 0) child.kill("SIGKILL");
      });
      const what = `seed ${seed}, kill ${kill}: ${end.errors}`;
      expect(end.signal, what).toBe("SIGKILL");
      least = Math.max(least, end.acknowledged);
      const step = stepOf(file, model);
      expect(step, what).toBeTypeOf("number");
      expect(step, what).toBeGreaterThanOrEqual(least);
      least = step as number;
    }
    folder.remove();
  }
});
