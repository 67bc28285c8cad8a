// Whole file systems, on loop devices, that are cut off their disk while the program writes: the long form only, and only for
// root. What the kernel had not put on the device is gone; the file system recovers as after a power cut.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { randomFrom } from "../horizon/fixture.ts";
import { buildChild, compiled, ended, LONG, startChild, temporaryFolder } from "./harness.ts";
import { Model, stepOf } from "./model.ts";

const CUTS = 30;
const isRoot = process.platform === "linux" && process.getuid?.() === 0;

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

const tools = temporaryFolder();
const cut = LONG && isRoot ? compiled("cut.c", join(tools.path, "cut")) : undefined;

beforeAll(async () => {
  await buildChild();
  return tools.remove;
});

describe.skipIf(cut === undefined)("a file system that loses its disk", () => {
  test.each(["ext4", "xfs"])(`${CUTS} times: %s`, { timeout: CUTS * 30_000 }, async (kind) => {
    const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
    console.log(`CRASH_SEED=${seed}`);
    const random = randomFrom(seed);
    const folder = temporaryFolder();
    const image = join(folder.path, "disk");
    const mounted = join(folder.path, "mounted");
    mkdirSync(mounted);
    if (!run("truncate", "-s", "400M", image) || !run(`mkfs.${kind}`, "-q", image)) {
      console.warn(`left out: no mkfs.${kind} here`);
      return folder.remove();
    }
    try {
      let least = 0;
      const model = new Model(seed);
      const file = join(mounted, "a.wld");
      for (let n = 0; n < CUTS; n++) {
        expect(run("mount", "-o", "loop", image, mounted), "mount").toBe(true);
        if (n > 0) {
          const step = stepOf(file, model);
          expect(step, `seed ${seed}, cut ${n}`).toBeTypeOf("number");
          expect(step, `seed ${seed}, cut ${n}`).toBeGreaterThanOrEqual(least);
          least = step as number;
        }
        // The first acknowledgement says that the file is there.
        let left = 2 + Math.floor(random() * 40);
        const child = startChild({ file, seed, groups: 1_000_000 });
        const end = await ended(child, () => {
          if (left-- === 0) expect(run(cut!, mounted), "cut").toBe(true);
        });
        // Its writes fail from then on, and it ends by itself.
        expect(end.code, end.errors).toBe(3);
        least = Math.max(least, end.acknowledged);
        expect(run("umount", mounted), "umount").toBe(true);
      }
    } finally {
      run("umount", mounted);
      folder.remove();
    }
  });
});
