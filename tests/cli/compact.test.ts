// `walia horizon compact` takes away channels and atomics that nobody has any more, and no others.

import { join } from "node:path";
import { expect, test } from "vitest";
import { type Change, put } from "../../runtime/horizon/change.ts";
import { payloadOf } from "../../runtime/horizon/check.ts";
import { readFile, Store } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { folderWith, startWalia, walia } from "./command.ts";

/** One channel is known to the program, one lies in it, one is a local of a task; and so are two atomics. */
const PROGRAM = `
const gate = Channel(2);
const count = Atomic(1);
gate.send([Channel(3)]);
async fun waits(own, sum) { own.receive(); print sum.load(); }
const waiting = waits(Channel(4), Atomic(2));
async fun ready() { checkpoint(); print "ready"; }
ready();
sleep(3600000);
print [gate, count];
`;

const LOST = 1_000_000;

test("compact takes away channels and atomics that nobody has, and no others", async () => {
  const folder = folderWith({ "main.wal": PROGRAM });
  const file = join(folder, "main.wld");
  const running = startWalia(["run", "--shards", "1", "main.wal"], { in: folder, isKept: true });
  expect(await running.line()).toBe("ready");
  running.child.kill("SIGKILL");
  await running.ended;
  const before = await sharedIn(file);
  expect(before.map(({ table }) => table).sort()).toEqual([
    ...[Table.Channels, Table.Channels, Table.Channels],
    ...[Table.Atomics, Table.Atomics],
  ]);
  const store = await Store.open(file, { by: "test" });
  // The same once more, under numbers that no record names.
  store.commit(before.map(({ table, key, payload }) => put(table, LOST + (key as number), payload!)));
  await store.close();
  expect(await sharedIn(file)).toHaveLength(before.length * 2);
  expect((await walia(["horizon", "compact"], { in: folder })).code).toBe(0);
  expect(await sharedIn(file)).toEqual(before);
});

/** Channels and atomics of a file. */
async function sharedIn(file: string): Promise<Change[]> {
  const found: Change[] = [];
  await readFile(file, (table, key, part) => {
    if (table === Table.Channels || table === Table.Atomics) found.push(put(table, key, Buffer.from(payloadOf(part))));
  });
  return found;
}
