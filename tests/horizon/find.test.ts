// A few records of a `.wld` file are found without the rest being read.

import { join } from "node:path";
import { expect, test } from "vitest";
import { checkFile, findRecords, payloadOf, type Visit } from "../../runtime/horizon/check.ts";
import { type Key, Table } from "../../runtime/horizon/tables.ts";
import { folder, makeFile, nameOf } from "./fixture.ts";

test("each record is found by its key, alone and among others, and nothing else is", async () => {
  const path = join(folder(), "main.wld");
  const content = await makeFile(path, 3000);
  const keys = new Map<Table, Key[]>();
  checkFile(path, (table, key) => void keys.set(table, [...(keys.get(table) ?? []), key]));
  const found = new Map<string, string>();
  const take: Visit = (table, key, part) => {
    expect(found.has(nameOf(table, key))).toBe(false);
    found.set(nameOf(table, key), Buffer.from(payloadOf(part)).toString("hex"));
  };
  for (const [table, all] of keys) {
    if (table === Table.Meta) continue;
    for (const key of all) expect(findRecords(path, new Map([[table, [key]]]), take)).toEqual([]);
  }
  expect(found).toEqual(content);

  found.clear();
  expect(
    findRecords(
      path,
      new Map([
        [Table.Tasks, [7, 1_000_000, 2999, 8]],
        [Table.Channels, [999_999]],
      ]),
      take,
    ),
  ).toEqual([]);
  expect([...found.keys()]).toEqual(["tasks 7", "tasks 8", "tasks 2999"]);
});
