// A disk that refuses: the n-th sync or write fails, or there is no room. The program ends by itself and says why; what was
// acknowledged is in the file, and what was rejected is not, before and after the next start.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildChild, compiled, type Ended, ended, LONG, startChild, temporaryFolder } from "./harness.ts";
import { Model, stepOf } from "./model.ts";

const EIO = 5;
const SEED = 4711;
const GROUPS = 6;

const tools = temporaryFolder();
const disk = compiled("disk.c", join(tools.path, "disk.so"), "-shared", "-fPIC", "-ldl", "-lpthread");

beforeAll(async () => {
  await buildChild();
  return tools.remove;
});

/** What must hold for a file, however its program has ended. */
function expectRight(file: string, run: Ended, what: string): void {
  expect(run.signal, what).toBeNull();
  expect([0, 3], `${what}: ${run.errors}`).toContain(run.code);
  expect(run.errors, what).not.toMatch(/\n\s+at |undefined|Unhandled/);
  if (!existsSync(file)) return;
  const step = stepOf(file, new Model(SEED));
  expect(step, what).toBeTypeOf("number");
  expect(step, what).toBeGreaterThanOrEqual(run.acknowledged);
  if (run.rejected !== undefined) expect(step, `${what}: what was rejected is there`).toBeLessThan(run.rejected);
}

describe.skipIf(disk === undefined)("a call that fails", () => {
  // Every one in the long form; every fifth write otherwise.
  test.each([
    ["fdatasync", 1],
    ["pwrite", LONG ? 1 : 5],
    ["writev", 1],
  ])("%s, whichever it is", { timeout: 600_000 }, async (call, stride) => {
    let failures = 0;
    for (let n = 1; ; n += stride) {
      const folder = temporaryFolder();
      const file = join(folder.path, "a.wld");
      // The file is there, so that what fails is the program's own doing and not making it.
      await ended(startChild({ file, seed: SEED, groups: 1 }));
      const env = { LD_PRELOAD: disk, HZ_FILE: file, HZ_FAIL: `${call}:${n}:${EIO}` };
      const run = await ended(startChild({ file, seed: SEED, groups: GROUPS, durability: "strict", env }));
      const what = `${call} ${n}`;
      expectRight(file, run, what);
      if (run.code === 3) {
        failures++;
        expect(run.errors, what).toMatch(/a\.wld: (writing failed: Input\/output error|Input\/output error)/);
        const before = stepOf(file, new Model(SEED));
        const again = await ended(startChild({ file, seed: SEED, groups: 2 }));
        expect([again.code, again.errors], what).toEqual([0, ""]);
        expectRight(file, again, `${what}, started again`);
        expect(stepOf(file, new Model(SEED)), what).toBeGreaterThan(before as number);
      }
      folder.remove();
      if (run.code === 0) break;
    }
    expect(failures).toBeGreaterThan(call === "writev" ? 0 : 3);
  });
});

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

describe.skipIf(!isRoot)("a full disk", () => {
  test("is said to be full, and keeps what was acknowledged", async () => {
    const folder = temporaryFolder();
    const small = join(folder.path, "small");
    mkdirSync(small);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=160k", "none", small]);
    if (mounted.status !== 0) {
      console.warn("left out: a small disk cannot be mounted here");
      return folder.remove();
    }
    try {
      const file = join(small, "a.wld");
      const run = await ended(startChild({ file, seed: SEED, groups: 500 }));
      expectRight(file, run, "full");
      expect(run.code).toBe(3);
      expect(run.acknowledged).toBeGreaterThan(0);
      expect(run.errors).toMatch(/a\.wld: the disk is full\. The file has everything up to the last write/);
      spawnSync("mount", ["-o", "remount,size=8m", small]);
      const again = await ended(startChild({ file, seed: SEED, groups: 5 }));
      expect([again.code, again.errors]).toEqual([0, ""]);
      expectRight(file, again, "with room again");
    } finally {
      spawnSync("umount", [small]);
      folder.remove();
    }
  });
});
