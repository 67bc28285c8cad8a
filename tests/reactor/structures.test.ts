// The reactor's own structures against simple models of them, under random use. A failure prints its seed and the commands.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Future } from "../../runtime/engine/values.ts";
import { Descriptors } from "../../runtime/reactor/descriptors.ts";
import { Operations } from "../../runtime/reactor/operations.ts";
import { RunQueue, WaitQueue } from "../../runtime/reactor/queue.ts";
import { LiveTask } from "../../runtime/reactor/task.ts";
import { HandDriver } from "./scripted.ts";

const task = (id: number): LiveTask => new LiveTask(id, new Future(id), "t", true);

describe("queues", () => {
  const command = fc.oneof(
    { weight: 3, arbitrary: fc.constant("push") },
    { weight: 2, arbitrary: fc.constant("shift") },
  );

  test("the run queue gives tasks with their inputs, first in, first out", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 500 }), (commands) => {
        const queue = new RunQueue();
        const model: number[] = [];
        let next = 0;
        for (const kind of commands) {
          if (kind === "push") {
            queue.push(task(next), { kind: "value", value: next });
            model.push(next++);
          } else {
            const input = queue.firstInput;
            const expected = model.shift();
            expect(queue.shift()?.id).toBe(expected);
            if (expected !== undefined) expect(input).toEqual({ kind: "value", value: expected });
          }
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });

  test("a wait queue does too, and lets go of those who wait no longer", () => {
    const withRemove = fc.oneof(command, fc.constant("remove"));
    fc.assert(
      fc.property(fc.array(fc.tuple(withRemove, fc.nat()), { maxLength: 500 }), (commands) => {
        const queue = new WaitQueue<{ id: number }>();
        const model: { id: number }[] = [];
        let next = 0;
        for (const [kind, at] of commands) {
          if (kind === "push") {
            const item = { id: next++ };
            queue.push(item);
            model.push(item);
          } else if (kind === "shift") expect(queue.shift()).toBe(model.shift());
          else if (model.length > 0) queue.remove(model.splice(at % model.length, 1)[0]!);
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
