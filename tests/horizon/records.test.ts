// Keys and records of tasks: round trips, order, and bytes that are neither.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeKey, encodeKey, LONGEST_KEY, Table } from "../../runtime/horizon/tables.ts";
import { readTask, SHORT_FRAMES, Standing, type TaskRecord, taskChanges } from "../../runtime/horizon/task-record.ts";
import { bytes, task } from "./fixture.ts";

const id = fc.nat({ max: Number.MAX_SAFE_INTEGER });

describe("keys", () => {
  test("of numbers come back, and sort as the numbers do", () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        const [first, second] = [encodeKey(Table.Tasks, a), encodeKey(Table.Tasks, b)];
        expect(decodeKey(Table.Tasks, first)).toBe(a);
        expect(Math.sign(Buffer.compare(first, second))).toBe(Math.sign(a - b));
      }),
    );
  });

  test("of texts come back", () => {
    for (const key of ["counter", "größe", "数", "x".repeat(LONGEST_KEY)])
      expect(decodeKey(Table.Globals, encodeKey(Table.Globals, key))).toBe(key);
  });

  test.each([
    [Table.Tasks, -1],
    [Table.Tasks, 1.5],
    [Table.Tasks, "one"],
    [Table.Globals, ""],
    [Table.Globals, "x".repeat(LONGEST_KEY + 1)],
  ])("that a table cannot have are refused: %s %s", (table, key) => {
    expect(() => encodeKey(table, key)).toThrow(RangeError);
  });

  test("that are none are seen", () => {
    expect(decodeKey(Table.Tasks, bytes(1, 0))).toBeUndefined();
    expect(decodeKey(Table.Tasks, Buffer.from([2, 1]))).toBeUndefined();
    expect(decodeKey(Table.Globals, Buffer.from([0xff, 0xfe]))).toBeUndefined();
  });
});

describe("a task's record", () => {
  const tasks: fc.Arbitrary<TaskRecord> = fc.record({
    id,
    name: fc.string(),
    standing: fc.constantFrom(Standing.Ready, Standing.Waiting, Standing.Failed),
    effect: fc.string(),
    on: fc.option(fc.nat(), { nil: undefined }),
    deadline: fc.option(fc.nat({ max: 2 ** 45 }), { nil: undefined }),
    since: fc.nat({ max: 2 ** 45 }),
    home: fc.boolean(),
    generation: fc.nat(),
    crashes: fc.nat(),
  });

  test("comes back, with its continuation behind it or apart", () => {
    fc.assert(
      fc.property(tasks, fc.nat({ max: SHORT_FRAMES * 2 }), (task, length) => {
        const frames = bytes(length, 5);
        const [record, apart] = taskChanges(task, frames);
        const stored = readTask(task.id, record!.payload!);
        expect(stored.task).toEqual(task);
        expect(Buffer.from(stored.frames ?? apart!.payload!)).toEqual(Buffer.from(frames));
        // One of the two is taken away, so that no older one stays.
        expect(stored.frames === undefined).toBe(apart!.payload !== undefined);
      }),
    );
  });

  test("cut anywhere in its head is refused", () => {
    const [record] = taskChanges(task(1, { deadline: 1_790_000_100_000, crashes: 3 }), bytes(0, 0));
    const whole = record!.payload!;
    for (let length = 0; length < whole.length; length++)
      expect(() => readTask(1, whole.subarray(0, length))).toThrow(RangeError);
  });

  test("of two small frames takes less than 40 bytes beside them", () => {
    const [record] = taskChanges(task(1_000_000), bytes(90, 1));
    expect(record!.payload!.length - 90).toBeLessThan(40);
  });
});
