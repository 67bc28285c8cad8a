// Whole file systems, on loop devices, that are cut off their disk while the program writes; only for root, and where devices
// can be mounted. What the kernel had not put on the device is gone; the file system recovers as after a power cut.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { randomFrom } from "../horizon/fixture.ts";
import { buildChild, compiled, ended, LONG, startChild, temporaryFolder } from "./harness.ts";
import { Model, stepOf } from "./model.ts";

const CUTS = LONG ? 30 : 3;
const isRoot = process.platform === "linux" && process.getuid?.() === 0;

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

const tools = temporaryFolder();
const cut = isRoot ? compiled("cut.c", join(tools.path, "cut")) : undefined;

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
    const isMade = run("truncate", "-s", "400M", image) && run(`mkfs.${kind}`, "-q", image);
    if (!isMade || !run("mount", "-o", "loop", image, mounted)) {
      console.warn(`left out: ${isMade ? "devices cannot be mounted" : `no mkfs.${kind}`} here`);
      return folder.remove();
    }
    try {
      let least = 0;
      const model = new Model(seed);
      const file = join(mounted, "a.wld");
      for (let n = 0; n < CUTS; n++) {
        if (n > 0) {
          expect(run("mount", "-o", "loop", image, mounted), "mount").toBe(true);
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
        // Its writes fail from then on, and it ends by itself: as a rule with 3. What LMDB says of that can be longer than the
        // room it has for it, and pages that it has mapped may be there no more: then a signal ends it.
        expect([3, "SIGABRT", "SIGBUS", "SIGSEGV"], end.errors).toContain(end.code ?? end.signal);
        least = Math.max(least, end.acknowledged);
        expect(run("umount", mounted), "umount").toBe(true);
      }
    } finally {
      run("umount", mounted);
      folder.remove();
    }
  });
});
