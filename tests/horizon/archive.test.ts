// What the tools do with a file: archives, dense files, differences, lists.

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportArchive, importArchive } from "../../runtime/horizon/archive.ts";
import { put, remove } from "../../runtime/horizon/change.ts";
import { checkFile } from "../../runtime/horizon/check.ts";
import { compactFile } from "../../runtime/horizon/compact.ts";
import { diffFiles } from "../../runtime/horizon/diff.ts";
import { listTasks } from "../../runtime/horizon/list.ts";
import { Store } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { type TaskRecord, taskChanges } from "../../runtime/horizon/task-record.ts";
import { damageText } from "../../runtime/horizon/trouble.ts";
import { bytes, folder, makeFile, nameOf, task } from "./fixture.ts";

async function files(): Promise<{ path: string; archive: string; again: string; records: number }> {
  const home = folder();
  const path = join(home, "a.wld");
  const { size } = await makeFile(path);
  return { path, archive: join(home, "a.archive"), again: join(home, "b.wld"), records: size };
}

describe("an archive", () => {
  test("brings every record into a new file", async () => {
    const { path, archive, again, records } = await files();
    expect(await exportArchive(path, archive)).toEqual({ records, damage: [] });
    expect(await importArchive(archive, again, "test")).toBe(records);
    expect(await diffFiles(path, again)).toMatchObject({ differences: [], damage: [] });
    await expect(importArchive(archive, again, "test")).rejects.toThrow(/there is a file already/);
  });

  test("of a damaged file has all that can be read", async () => {
    const { path, archive, again, records } = await files();
    const image = readFileSync(path);
    image.write("FUN", image.indexOf("fun main"));
    writeFileSync(path, image);
    const exported = await exportArchive(path, archive);
    expect(exported.damage).not.toEqual([]);
    expect(exported.records).toBeGreaterThan(records * 0.9);
    expect(await importArchive(archive, again, "test")).toBe(exported.records);
    expect(checkFile(again).damage).toEqual([]);
  });

  test("that was cut or changed anywhere is refused, and makes no file", async () => {
    const { path, archive, again } = await files();
    const store = await Store.open(path, { by: "test" });
    await store.close();
    await exportArchive(path, archive);
    const text = readFileSync(archive, "utf8");
    const lines = text.split("\n");
    const variants: [string, RegExp][] = [
      ["", /no archive/],
      ["hello\n", /no archive/],
      ["{}\n", /no archive/],
      [text.replace('"archive":1', '"archive":2'), /has form 2/],
      [lines.slice(0, 10).join("\n"), /cut off after line 10/],
      [lines.toSpliced(5, 1).join("\n"), /lines were changed or are missing/],
      [[...lines.slice(0, 5), lines[6], lines[5], ...lines.slice(7)].join("\n"), /lines were changed or are missing/],
      [text.replace('"key":2,', '"key":3,'), /the record was changed/],
      [text.replace('"table":"futures"', '"table":"nothing"'), /the record was changed/],
      [`${text}${lines[3]}\n`, /something after the end/],
      [text.slice(0, 700), /no line of an archive|cut off/],
    ];
    for (const [variant, message] of variants) {
      writeFileSync(archive, variant);
      await expect(importArchive(archive, again, "test")).rejects.toThrow(message);
      await expect(Promise.resolve().then(() => statSync(again))).rejects.toThrow(/ENOENT/);
    }
  });
});

test("compacting loses nothing and takes the room away that removed records had", async () => {
  const { path, archive } = await files();
  const store = await Store.open(path, { by: "test" });
  store.commit(Array.from({ length: 3000 }, (_, n) => put(Table.Channels, n, bytes(400, n))));
  store.commit(Array.from({ length: 2900 }, (_, n) => remove(Table.Channels, n)));
  await expect(compactFile(path, "test")).rejects.toThrow(/is running this program/);
  await store.close();
  await exportArchive(path, archive);
  const before = readFileSync(archive, "utf8");
  const sizes = await compactFile(path, "test");
  expect(sizes.after).toBeLessThan(sizes.before / 3);
  expect(sizes.after).toBe(statSync(path).size);
  await exportArchive(path, archive);
  expect(readFileSync(archive, "utf8")).toBe(before);
});

test("two files differ in the records that were added, changed and removed", async () => {
  const { path, archive, again } = await files();
  await exportArchive(path, archive);
  await importArchive(archive, again, "test");
  const store = await Store.open(again, { by: "test" });
  const large = bytes(5_000_000, 3);
  store.commit([
    put(Table.Tasks, 3, bytes(5, 1)),
    remove(Table.Tasks, 2),
    put(Table.Tasks, 99_999, bytes(1, 1)),
    put(Table.Globals, "new", bytes(2, 2)),
    put(Table.Frames, 3, large),
  ]);
  const { differences, before } = await diffFiles(path, again);
  expect(
    differences.map(({ table, key, before, after }) => [nameOf(table, key), before !== undefined, after !== undefined]),
  ).toEqual([
    ["globals new", false, true],
    ["tasks 2", true, false],
    ["tasks 3", true, true],
    ["tasks 99999", false, true],
    ["frames 3", false, true],
  ]);
  expect(Buffer.from(large).equals(differences.at(-1)!.after!)).toBe(true);
  expect([before(Table.Tasks, 2) !== undefined, before(Table.Tasks, 99_999)]).toEqual([true, undefined]);
  await store.close();
});

test("the tasks of a file are listed while a program runs, and one that makes no sense is named", async () => {
  const path = join(folder(), "a.wld");
  const store = await Store.open(path, { by: "test" });
  const waiting = task(7, { effect: "TIMER", on: undefined, deadline: 1_790_000_005_000, crashes: 2 });
  store.commit([
    ...taskChanges(waiting, bytes(2000, 1)),
    ...taskChanges(task(300), bytes(20, 1)),
    put(Table.Tasks, 8, bytes(3, 255)),
  ]);
  const tasks: [TaskRecord, number][] = [];
  const damage = await listTasks(path, { task: (one, size) => void tasks.push([one, size]) });
  expect(tasks.map(([one]) => one)).toEqual([waiting, task(300)]);
  expect(tasks[0]![1]).toBeGreaterThan(2000);
  expect(tasks[1]![1]).toBeLessThan(100);
  expect(damage.map(damageText)).toEqual(["tasks 8: the record ends too early"]);
  await store.close();
});
