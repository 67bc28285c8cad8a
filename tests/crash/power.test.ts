// A power cut at any moment. The writes and syncs of a run are written down (disk.c), and disks are made of them as a cut may
// leave them: what was synced, and of the rest any sectors. Each must be a sound file with everything that was acknowledged.
//
// Kills do not show this: a store that never syncs survives them all. So the same is done with a disk that only says that it
// has synced, and there it must come out.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Store } from "../../runtime/horizon/store.ts";
import { randomFrom } from "../horizon/fixture.ts";
import { buildChild, compiled, ended, LONG, readAcks, startChild, temporaryFolder } from "./harness.ts";
import { Model, stepOf } from "./model.ts";

const IMAGES = LONG ? 3000 : 200;
const SECTOR = 512;

const tools = temporaryFolder();
const disk = compiled("disk.c", join(tools.path, "disk.so"), "-shared", "-fPIC", "-ldl", "-lpthread");

beforeAll(async () => {
  await buildChild();
  return tools.remove;
});

interface Entry {
  readonly kind: string;
  readonly offset: number;
  readonly bytes: Buffer;
}

function readLog(path: string): Entry[] {
  const log = readFileSync(path);
  const entries: Entry[] = [];
  for (let at = 0; at < log.length; ) {
    const length = log.readUInt32LE(at + 9);
    const bytes = log.subarray(at + 13, at + 13 + length);
    entries.push({ kind: String.fromCharCode(log[at]!), offset: Number(log.readBigUInt64LE(at + 1)), bytes });
    at += 13 + length;
  }
  return entries;
}

interface Recording {
  readonly file: string;
  /** The file before. */
  readonly base: Buffer;
  readonly entries: readonly Entry[];
  readonly seed: number;
}

/** A run on a file that was there already. */
async function record(seed: number, lies: boolean): Promise<Recording & { remove: () => void }> {
  const { path, remove } = temporaryFolder();
  const file = join(path, "a.wld");
  await ended(startChild({ file, seed, groups: 30 }));
  const base = readFileSync(file);
  const acks = join(path, "acks");
  const log = join(path, "log");
  const env = { LD_PRELOAD: disk, HZ_FILE: file, HZ_ACKS: acks, HZ_LOG: log, ...(lies ? { HZ_NOSYNC: "1" } : {}) };
  const run = await ended(startChild({ file, seed, groups: 60, acks, env }));
  expect(run.errors).toBe("");
  expect(existsSync(log)).toBe(true);
  return { file, base, entries: readLog(log), seed, remove };
}

/** The disk after a cut at an entry: what was synced, and of each other sector one of the states it was in, or none. */
function imageAt({ base, entries }: Recording, cut: number, random: () => number): Buffer {
  const writes = entries.slice(0, cut);
  let synced = -1;
  const single = new Set<Entry>();
  writes.forEach((entry, at) => {
    if (entry.kind === "S") synced = at;
    if (entry.kind === "D") {
      const write = writes.slice(0, at).findLast(({ kind, offset }) => kind === "W" && offset === entry.offset);
      if (write !== undefined) single.add(write);
    }
  });
  const share = [0, 0.1, 0.5, 0.9, 1][Math.floor(random() * 5)]!;
  let image: Buffer = Buffer.from(base);
  writes.forEach((entry, at) => {
    if (entry.kind === "T")
      image = Buffer.concat([image.subarray(0, entry.offset), Buffer.alloc(Math.max(0, entry.offset - image.length))]);
    if (entry.kind !== "W") return;
    const end = entry.offset + entry.bytes.length;
    if (at < synced || single.has(entry)) {
      image = grown(image, end);
      entry.bytes.copy(image, entry.offset);
      return;
    }
    for (let from = entry.offset; from < end; from = (Math.floor(from / SECTOR) + 1) * SECTOR) {
      if (random() >= share) continue;
      const to = Math.min(end, (Math.floor(from / SECTOR) + 1) * SECTOR);
      image = grown(image, to);
      entry.bytes.copy(image, from, from - entry.offset, to - entry.offset);
    }
  });
  return image;
}

const grown = (image: Buffer, length: number): Buffer =>
  image.length >= length ? image : Buffer.concat([image, Buffer.alloc(length - image.length)]);

interface Losses {
  readonly images: number;
  /** What was wrong with those that were not good. */
  readonly wrong: readonly string[];
}

async function cutOften(recording: Recording, count: number, random: () => number): Promise<Losses> {
  const model = new Model(recording.seed);
  const wrong: string[] = [];
  const { entries } = recording;
  for (let n = 0; n < count; n++) {
    const cut = Math.floor(random() * (entries.length + 1));
    writeFileSync(recording.file, imageAt(recording, cut, random));
    const said = entries.slice(0, cut).flatMap(({ kind, bytes }) => (kind === "A" ? bytes.toString().split("\n") : []));
    const { acknowledged } = readAcks(said);
    let step: number | string;
    try {
      step = stepOf(recording.file, model);
      // And it can be gone on with.
      if (n % 20 === 0 && typeof step === "number") await (await Store.open(recording.file, { by: "test" })).close();
    } catch (error) {
      step = String(error);
    }
    if (typeof step === "string") wrong.push(`cut ${cut}: ${step}`);
    else if (step < acknowledged)
      wrong.push(`cut ${cut}: step ${acknowledged} was acknowledged, the file is after ${step}`);
  }
  return { images: count, wrong };
}

describe.skipIf(disk === undefined)("a power cut", () => {
  test(`at any of ${IMAGES} moments loses nothing that was acknowledged`, { timeout: IMAGES * 2000 }, async () => {
    const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
    console.log(`CRASH_SEED=${seed}`);
    const random = randomFrom(seed);
    for (let done = 0, run = 0; done < IMAGES; run++) {
      const recording = await record(seed + run, false);
      const count = Math.min(IMAGES - done, 500);
      expect(recording.entries.filter(({ kind }) => kind === "S").length).toBeGreaterThan(20);
      const { wrong } = await cutOften(recording, count, random);
      expect(wrong, `seed ${seed}`).toEqual([]);
      done += count;
      recording.remove();
    }
  });

  test("of a disk that only says that it has synced loses something, so this would be seen", async () => {
    const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
    const recording = await record(seed, true);
    const { images, wrong } = await cutOften(recording, 60, randomFrom(seed));
    expect(wrong.length, `seed ${seed}`).toBeGreaterThan(images / 2);
    recording.remove();
  });
});
