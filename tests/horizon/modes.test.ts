// What each durability mode promises, with the real thread that writes.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { put, remove } from "../../runtime/horizon/change.ts";
import { checkFile } from "../../runtime/horizon/check.ts";
import { Horizon, type HorizonOptions } from "../../runtime/horizon/horizon.ts";
import { ownerOf, readFile } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { bytes, folder, WRITER } from "./fixture.ts";

const options = (more: Partial<HorizonOptions> = {}): HorizonOptions => ({
  by: "test",
  durability: "group",
  shards: 2,
  writer: WRITER,
  ...more,
});

const countTasks = async (path: string): Promise<number> =>
  (await readFile(path, () => undefined)).records.get(Table.Tasks)!;

describe("group", () => {
  test("makes steps durable by itself, many with one commit", async () => {
    const path = join(folder(), "a.wld");
    const horizon = await Horizon.open(path, options());
    const journal = horizon.journal(0);
    for (let n = 0; n < 1000; n++) journal.step([put(Table.Tasks, n, bytes(50, n))]);
    const stamp = journal.now;
    await horizon.durable(stamp);
    expect(journal.isDurable(stamp)).toBe(true);
    expect(await countTasks(path)).toBe(1000);
    expect(horizon.commits).toBeLessThan(100);
    await horizon.close();
  });

  test("commits at once for a checkpoint", async () => {
    const path = join(folder(), "a.wld");
    // An hour between commits: only somebody who asks gets one.
    const horizon = await Horizon.open(path, options({ interval: 3_600_000 }));
    const [first, second] = [horizon.journal(0), horizon.journal(1)];
    const stamp = first.step([put(Table.Tasks, 1, bytes(5, 1))]);
    second.step([put(Table.Tasks, 2, bytes(5, 1))]);
    await horizon.checkpoint();
    expect(first.isDurable(stamp)).toBe(true);
    expect(await countTasks(path)).toBe(2);
    first.step([put(Table.Tasks, 3, bytes(5, 1))]);
    first.flush();
    expect(first.wait(first.now)).toBe(true);
    expect(await countTasks(path)).toBe(3);
    await horizon.checkpoint();
    await horizon.close();
  });
});

test("strict has a step on the disk when the wait for it ends, and not before", async () => {
  const path = join(folder(), "a.wld");
  const horizon = await Horizon.open(path, options({ durability: "strict" }));
  const journal = horizon.journal(0);
  for (let n = 1; n <= 20; n++) {
    const stamp = journal.step([
      put(Table.Tasks, n, bytes(5, n)),
      put(Table.Output, n, bytes(9, n)),
      remove(Table.Output, n - 1),
    ]);
    if (n % 2 === 0) expect(journal.wait(stamp)).toBe(true);
    else await horizon.durable(stamp);
    const { records } = await readFile(path, () => undefined);
    expect([records.get(Table.Tasks), records.get(Table.Output)]).toEqual([n, 1]);
  }
  await horizon.close();
});

test("off writes at a checkpoint and at the end, and nothing in between", async () => {
  const path = join(folder(), "a.wld");
  const horizon = await Horizon.open(path, options({ durability: "off", capacity: 4096 }));
  const journal = horizon.journal(0);
  // Many times what a pipe holds.
  const walk = (first: number) => {
    for (let n = 0; n < 2000; n++) journal.step([put(Table.Tasks, first + (n % 50), bytes(40, n))]);
  };
  walk(0);
  expect(horizon.commits).toBe(0);
  expect(await countTasks(path)).toBe(0);
  await horizon.checkpoint();
  expect([horizon.commits, await countTasks(path)]).toEqual([1, 50]);
  walk(100);
  expect(horizon.commits).toBe(1);
  await horizon.close();
  expect(await countTasks(path)).toBe(100);
});

describe("closing", () => {
  test("writes what there is, and gives the file back", async () => {
    const path = join(folder(), "a.wld");
    const horizon = await Horizon.open(path, options({ interval: 3_600_000 }));
    const journal = horizon.journal(1);
    const promise = horizon.durable(journal.step([put(Table.Tasks, 1, bytes(5, 1))]));
    await horizon.close();
    await promise;
    expect(ownerOf(path)).toBeUndefined();
    expect(checkFile(path).records.get(Table.Tasks)).toBe(1);
    expect(() => journal.step([])).toThrow(/was closed/);
  });

  test("ends for a file of which a copy is running, too", async () => {
    const home = folder();
    const horizon = await Horizon.open(join(home, "a.wld"), options());
    await horizon.checkpoint();
    copyFileSync(join(home, "a.wld"), join(home, "b.wld"));
    await expect(Horizon.open(join(home, "b.wld"), options())).rejects.toThrow(/is running/);
    await horizon.close();
  });
});

test("a thread that cannot start is told, and nothing waits for it", async () => {
  const path = join(folder(), "a.wld");
  const told: string[] = [];
  const failed = (error: Error): void => void told.push(error.message);
  const horizon = await Horizon.open(path, options({ writer: join(folder(), "none.js"), failed }));
  const journal = horizon.journal(0);
  await expect(horizon.durable(journal.step([put(Table.Tasks, 1, bytes(1, 1))]))).rejects.toThrow(
    /the writing thread ended/,
  );
  expect(() => journal.step([])).toThrow(/the writing thread ended/);
  expect(told).toHaveLength(1);
  await expect(horizon.close()).rejects.toThrow(/the writing thread ended/);
});
