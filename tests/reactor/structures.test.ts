// The reactor's own structures against simple models of them, under random use. A failure prints its seed and the commands.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fifo } from "../../runtime/engine/fifo.ts";
import { Future } from "../../runtime/engine/values.ts";
import { Descriptors } from "../../runtime/reactor/descriptors.ts";
import { Operations } from "../../runtime/reactor/operations.ts";
import { RunQueue, Urgency } from "../../runtime/reactor/queue.ts";
import { LiveTask } from "../../runtime/reactor/task.ts";
import { HandDriver } from "./scripted.ts";

const task = (id: number): LiveTask => new LiveTask(new Future(id), "t", true);

describe("queues", () => {
  const command = fc.oneof(
    { weight: 3, arbitrary: fc.constant("push") },
    { weight: 2, arbitrary: fc.constant("shift") },
  );

  test("the run queue gives tasks with their inputs, first in, first out; some are taken from the middle", () => {
    const withTakeOut = fc.oneof(command, { weight: 2, arbitrary: fc.constant("take out") });
    fc.assert(
      fc.property(fc.array(fc.tuple(withTakeOut, fc.nat()), { maxLength: 1000 }), (commands) => {
        const queue = new RunQueue();
        const model: LiveTask[] = [];
        let next = 0;
        for (const [kind, at] of commands) {
          if (kind === "push") {
            model.push(task(next));
            queue.push(model.at(-1)!, { kind: "value", value: next++ }, Urgency.Ready);
          } else if (kind === "take out") {
            const [gone] = model.splice(at % (model.length + 1), 1);
            if (gone !== undefined) expect(queue.takeOut(gone)).toBe(true);
            expect(queue.takeOut(gone ?? task(-1))).toBe(false);
          } else {
            const expected = model.shift();
            expect(queue.take()).toBe(expected);
            if (expected !== undefined) expect(queue.input).toEqual({ kind: "value", value: expected.id });
          }
          expect(queue.length).toBe(model.length);
        }
        expect([...queue].map((each) => each.task)).toEqual(model);
      }),
    );
  });

  test("events come first, loops last, and after a turn that was used up one of the others", () => {
    const queue = new RunQueue();
    const input = { kind: "value", value: undefined } as const;
    for (const id of [1, 2]) queue.push(task(id), input, Urgency.Spent);
    for (const id of [3, 4]) queue.push(task(id), input, Urgency.Ready);
    for (const id of [5, 6, 7, 8, 9]) queue.push(task(id), input, Urgency.Event);
    const taken: (number | undefined)[] = [];
    const turnOf = (count: number): void => {
      for (let n = 0; n < count; n++) taken.push(queue.take()?.id);
      queue.turnIsOver();
    };
    turnOf(2); // 5, 6 fill it: one that was started is owed
    turnOf(1); // which fills the turn
    turnOf(1); // 7: one that loops is owed
    turnOf(2); // that, and 8
    turnOf(5);
    expect(taken).toEqual([5, 6, 3, 7, 1, 8, 9, 4, 2, undefined, undefined]);
  });

  test("what may move is taken oldest first, of the loops half and nothing besides; the rest keep their order", () => {
    const queue = new RunQueue();
    const input = { kind: "value", value: undefined } as const;
    const movable = (id: number): LiveTask => new LiveTask(new Future(id), "t", false);
    for (const each of [task(1), movable(2), task(3), movable(4), movable(5)]) queue.push(each, input, Urgency.Ready);
    for (const each of [movable(6), task(7), movable(8), movable(9)]) queue.push(each, input, Urgency.Spent);
    const taken = (most: number): number[] => queue.takeMovable(most).map((each) => each.task.id);
    expect(queue.movable).toBe(6);
    expect([taken(9), taken(9), queue.length]).toEqual([[6, 8], [9], 6]);
    expect([taken(2), taken(9)]).toEqual([[2, 4], [5]]);
    expect([queue.movable, queue.length]).toEqual([0, 3]);
    expect([queue.take()?.id, queue.take()?.id, queue.take()?.id]).toEqual([1, 3, 7]);
  });

  test("of a tree of tasks the largest branches are taken, of a crowd half", () => {
    const taken = (generations: readonly number[], most = 100): number => {
      const queue = new RunQueue();
      const input = { kind: "value", value: undefined } as const;
      generations.forEach((generation, id) => {
        queue.push(new LiveTask(new Future(id), "t", false, generation), input, Urgency.Ready);
      });
      return queue.takeMovable(most).length;
    };
    expect(taken([1, 2, 3, 4, 5, 6, 7])).toBe(1);
    expect(taken([3, 3, 3, 3, 4, 4, 4, 4, 4, 4])).toBe(2);
    expect(taken([5, 2, 6, 2, 2])).toBe(2); // those that were woken stand in no order
    expect(taken(Array(60).fill(1))).toBe(30);
    expect(taken(Array(60).fill(1), 8)).toBe(8);
  });

  test("a fifo does too; some leave from the middle, and some come back to the front", () => {
    const withMore = fc.oneof(command, fc.constantFrom("remove", "take", "unshift"));
    fc.assert(
      fc.property(fc.array(fc.tuple(withMore, fc.nat(9)), { maxLength: 500 }), (commands) => {
        const queue = new Fifo<{ id: number }>();
        const model: { id: number }[] = [];
        let next = 0;
        for (const [kind, at] of commands) {
          if (kind === "push") {
            const item = { id: next++ };
            queue.push(item);
            model.push(item);
          } else if (kind === "shift") expect(queue.shift()).toBe(model.shift());
          else if (kind === "take") expect(queue.take(at)).toEqual(model.splice(0, at));
          else if (kind === "unshift") {
            const items = Array.from({ length: at }, () => ({ id: next++ }));
            queue.unshift(items);
            model.unshift(...items);
          } else if (model.length > 0) queue.remove(model.splice(at % model.length, 1)[0]!);
          expect([...queue]).toEqual(model);
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });
});

describe("operations", () => {
  test("a tag is answered once, and a late one is nobody's", () => {
    const operations = new Operations();
    const [one, two] = [task(1), task(2)];
    const first = operations.begin(one);
    expect(operations.end(first)).toBe(one);
    const second = operations.begin(two); // the same slot
    expect(second).not.toBe(first);
    expect(operations.end(first)).toBe(undefined);
    expect(operations.length).toBe(1);
    expect(operations.end(second)).toBe(two);
    expect(operations.length).toBe(0);
  });

  test("tags stay small numbers however often a slot is used", () => {
    const operations = new Operations();
    for (let i = 0; i < 2000; i++) {
      const tag = operations.begin(task(i));
      expect(tag).toBeLessThan(2 ** 30);
      expect(tag).toBeGreaterThanOrEqual(0);
      operations.end(tag);
    }
  });
});

describe("descriptors", () => {
  test("numbers are never used twice, and never those of a bound port", () => {
    const driver = new HandDriver();
    const descriptors = new Descriptors((fd) => fd === 4, 0, 1);
    const what = { kind: "dialled", host: "h", port: 1 } as const;
    const first = descriptors.add(what, driver.handle("a"));
    expect(first.fd).toBe(3);
    descriptors.remove(first);
    expect(descriptors.get(3)).toBe(undefined);
    expect(descriptors.add(what, driver.handle("b")).fd).toBe(5);
    expect(descriptors.get(0)?.what).toEqual({ kind: "standard", stream: 0 });
  });
});
