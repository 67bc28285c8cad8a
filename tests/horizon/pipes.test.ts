// Steps on their way from shards to the thread that writes: through pipes of any size, cut anywhere, in the order in which
// they were made. Both sides run here in one thread, so every order of events is one that the test has chosen.

import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { type Change, put, remove } from "../../runtime/horizon/change.ts";
import { Collector } from "../../runtime/horizon/collector.ts";
import { Journal, type JournalSeat } from "../../runtime/horizon/journal.ts";
import { makeSpace, spaceOf, Word } from "../../runtime/horizon/space.ts";
import { HEADROOM } from "../../runtime/horizon/store.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { HorizonError } from "../../runtime/horizon/trouble.ts";
import { bytes, randomFrom } from "./fixture.ts";

function seats(shards: number, capacity: number): JournalSeat[] {
  const memory = makeSpace(shards, capacity);
  return Array.from({ length: shards }, (_, shard) => ({
    path: "x.wld",
    memory,
    shards,
    shard,
    limit: 2 ** 30,
    commits: false,
  }));
}

const collectorOf = ({ memory, shards }: JournalSeat): Collector => new Collector(spaceOf(memory, shards), false);

const shown = (changes: Iterable<Change>): string[] =>
  [...changes].map(({ table, key, payload }) => `${Table[table]} ${key} ${payload?.length}:${payload?.[0]}`);

describe("steps", () => {
  test("arrive whole, with the last change of each record", () => {
    const [seat] = seats(1, 1024);
    const journal = new Journal(seat!);
    const collector = collectorOf(seat!);
    journal.step([put(Table.Tasks, 1, bytes(3, 1)), put(Table.Globals, "x", bytes(0, 0))]);
    journal.step([put(Table.Tasks, 1, bytes(4, 2)), remove(Table.Futures, 9)]);
    expect(collector.collect()).toBe(journal.now);
    expect(shown(collector.take())).toEqual(["Globals x 0:undefined", "Tasks 1 4:2", "Futures 9 undefined:undefined"]);
    expect(collector.isEmpty).toBe(true);
  });

  test("come through a pipe that wraps, with collections between them", () => {
    const seed = Date.now();
    const random = randomFrom(seed);
    const [seat] = seats(1, 256);
    const journal = new Journal(seat!);
    const collector = collectorOf(seat!);
    for (let n = 0, waiting = 0; n < 5000; n++) {
      const length = Math.floor(random() * 60);
      journal.step([put(Table.Tasks, n, bytes(length, n))]);
      waiting++;
      if (random() < 0.4 && waiting < 3) continue;
      collector.collect();
      const changes = [...collector.take()];
      expect(
        changes.map(({ key }) => key),
        `seed ${seed}`,
      ).toEqual(Array.from({ length: waiting }, (_, i) => n - waiting + 1 + i));
      expect(changes.at(-1)!.payload).toHaveLength(length);
      waiting = 0;
    }
  });

  test("of several shards are taken in the order in which they were made", () => {
    const [first, second] = seats(2, 1024).map((seat) => new Journal(seat));
    const collector = collectorOf(first!.seat);
    first!.step([put(Table.Tasks, 1, bytes(1, 1))]);
    // The task has moved to the other shard, and back.
    second!.step([put(Table.Tasks, 1, bytes(1, 2))]);
    first!.step([put(Table.Tasks, 1, bytes(1, 3))]);
    collector.collect();
    expect(shown(collector.take())).toEqual(["Tasks 1 1:3"]);
  });

  test("that were made after the cut wait for the next one", () => {
    const [seat] = seats(1, 1024);
    const journal = new Journal(seat!);
    const collector = collectorOf(seat!);
    const { words } = spaceOf(seat!.memory, 1);
    journal.step([put(Table.Tasks, 1, bytes(1, 1))]);
    journal.step([put(Table.Tasks, 2, bytes(1, 1))]);
    // As it is when the second one is made just after the writer has looked.
    Atomics.sub(words, Word.Stamp, 1);
    collector.collect();
    expect(shown(collector.take())).toEqual(["Tasks 1 1:1"]);
    Atomics.add(words, Word.Stamp, 1);
    collector.collect();
    expect(shown(collector.take())).toEqual(["Tasks 2 1:1"]);
  });

  test("are refused when a record or the file would be too large, with the numbers, and leave nothing behind", () => {
    const [seat] = seats(1, 1024);
    const journal = new Journal({ ...seat!, limit: 100 - HEADROOM });
    const step = () => journal.step([put(Table.Tasks, 1, bytes(1, 1)), put(Table.Tasks, 2, bytes(101, 1))]);
    expect(step).toThrow(HorizonError);
    expect(step).toThrow(/holds 0 bytes and may hold -?\d+; tasks 2 with 101 more/);
    const collector = collectorOf(seat!);
    expect(collector.collect()).toBe(0);
    expect(collector.isEmpty).toBe(true);
  });
});

describe("at real speed", () => {
  // Every step of the sender is cut by a pipe that is always full. The sender is plain JavaScript in a thread.
  test("a thread that writes faster than it is read loses nothing", async () => {
    const [seat] = seats(1, 64);
    const collector = collectorOf(seat!);
    const { words, pipes } = spaceOf(seat!.memory, 1);
    const count = 20_000;
    const [pipe] = pipes;
    const worker = new Worker(
      `const { workerData: { memory, words: length, at, count, head, tail, busy } } = require("node:worker_threads");
       const words = new Int32Array(memory, 0, length), ring = new Uint8Array(memory, at);
       for (let n = 0; n < count; n++) {
         const step = Buffer.alloc(16);
         step.writeUInt32LE(12, 0);
         Atomics.store(words, busy, 1);
         step.writeInt32LE(Atomics.add(words, 0, 1) + 1, 4);
         step.set([${Table.Futures * 2 + 1}, 0x80 | (n & 0x7f), 0x80 | ((n >> 7) & 0x7f), n >> 14, 3, 1, 2, 3], 8);
         let from = 0;
         while (from < step.length) {
           const end = Atomics.load(words, tail), start = Atomics.load(words, head);
           const room = ring.length - (end - start);
           if (room === 0) { Atomics.wait(words, head, start, 100); continue; }
           ring[end & (ring.length - 1)] = step[from++];
           Atomics.store(words, tail, end + 1);
         }
         Atomics.store(words, busy, 0);
       }`,
      {
        eval: true,
        workerData: {
          memory: seat!.memory,
          words: words.length,
          at: pipe!.bytes.byteOffset,
          count,
          head: pipe!.head,
          tail: pipe!.tail,
          busy: pipe!.busy,
        },
      },
    );
    const exited = new Promise((resolve) => worker.on("exit", resolve));
    let next = 0;
    while (next < count) {
      collector.collect();
      for (const { key } of collector.take()) expect(key).toBe(next++);
    }
    await exited;
    expect(next).toBe(count);
  });
});
