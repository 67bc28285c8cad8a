// Two threads that read the tasks of a file together find what one of them would find alone: the same records, in the same order,
// and something wrong whenever something is. Here both are this thread, one after the other.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type Collector,
  checkFile,
  type Help,
  helpReading,
  payloadOf,
  readForStart,
  type Sharing,
} from "../../runtime/horizon/check.ts";
import { Store } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { taskChanges } from "../../runtime/horizon/task-record.ts";
import { bytes, folder, randomFrom, task } from "./fixture.ts";

/** So many that the table falls into several parts. */
const TASKS = 16_000;

/** Tasks as lines. */
function collector(): Collector<string[]> {
  const lines: string[] = [];
  return {
    take: (key, payload) => void lines.push(`${key} ${Buffer.from(payloadOf(payload)).toString("hex")}`),
    end: () => lines,
  };
}

/** What somebody reads who has this help; undefined when something is wrong. */
async function tasksOf(path: string, help: Help<string[]> | null): Promise<readonly string[] | undefined> {
  let lines: string[] = [];
  const join = (parts: readonly string[][]): void => {
    lines = parts.flat();
  };
  return (await readForStart(path, { take: () => undefined, collector, join }, help)) && lines;
}

/** Reads the parts before the middle, so what is left is for who has asked. */
const halfOfIt: Help<string[]> = async (sharing: Sharing) => {
  const parts = sharing.parts.slice(0, sharing.parts.length >> 1);
  const shared = helpReading(structuredClone({ ...sharing, parts }), collector);
  Atomics.store(sharing.next, 0, parts.length);
  return shared;
};

const nothing: Help<string[]> = async () => null;

async function makeTasks(path: string): Promise<void> {
  const store = await Store.open(path, { by: "test" });
  const changes = Array.from({ length: TASKS }, (_, id) => taskChanges(task(id), bytes(90 + (id % 40), id))).flat();
  store.commit(changes);
  await store.close();
}

test("with help, without it, and with help that does nothing, all tasks are read in order", async () => {
  const path = join(folder(), "a.wld");
  await makeTasks(path);
  const alone = await tasksOf(path, null);
  expect(alone).toHaveLength(TASKS);
  let parts = 0;
  const counted: Help<string[]> = (sharing) => {
    parts = sharing.parts.length;
    return halfOfIt(sharing);
  };
  expect(await tasksOf(path, counted)).toEqual(alone);
  expect(parts).toBeGreaterThan(1);
  expect(await tasksOf(path, nothing)).toEqual(alone);
});

test("whatever is damaged, both find it, whoever reads the place", async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  console.log(`SEED=${seed}`);
  const random = randomFrom(seed);
  const home = folder();
  const path = join(home, "a.wld");
  await makeTasks(path);
  for (let n = 0; n < 15; n++) {
    const damaged = join(home, `${n}.wld`);
    copyFileSync(path, damaged);
    const content = readFileSync(damaged);
    // Behind the first pages, which both read.
    const at = 8192 + Math.floor(random() * (content.length - 8192));
    content[at]! ^= 1 << Math.floor(random() * 8);
    writeFileSync(damaged, content);
    const isSound = checkFile(damaged).damage.length === 0;
    const what = `SEED=${seed}, byte ${at}`;
    expect((await tasksOf(damaged, null)) !== undefined, what).toBe(isSound);
    expect((await tasksOf(damaged, halfOfIt)) !== undefined, what).toBe(isSound);
  }
});

test("a page that both come to is in two places", async () => {
  const path = join(folder(), "a.wld");
  await makeTasks(path);
  const twice: Help<string[]> = (sharing) => {
    const shared = halfOfIt(sharing);
    // As if it had never been read.
    Atomics.store(sharing.next, 0, 0);
    return shared;
  };
  expect(await tasksOf(path, twice)).toBeUndefined();
});

test("the report counts all records, whoever has read them", async () => {
  const path = join(folder(), "a.wld");
  await makeTasks(path);
  const counts = checkFile(path).records;
  const report = await readForStart(path, { take: () => undefined, collector, join: () => undefined }, halfOfIt);
  expect(report?.records).toEqual(counts);
  expect(counts.get(Table.Tasks)).toBe(TASKS);
});
