// The timing wheel against a sorted list, under random use. A failure prints its seed and the commands.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Future } from "../../runtime/engine/values.ts";
import { LiveTask } from "../../runtime/reactor/task.ts";
import { Timers } from "../../runtime/reactor/timers.ts";

const NOW = 1_700_000_000_000.25;
const DAY = 86_400_000;

const task = (id: number): LiveTask => new LiveTask(new Future(id), "t", true);

/** How far ahead a timer is set, or the clock goes on: within a millisecond, a slot, each level, the far future. */
const distance = fc.oneof(
  fc.constantFrom(
    0,
    0.25,
    0.5,
    1,
    31,
    32,
    33,
    1023,
    1024,
    1025,
    32_768,
    2 ** 20,
    2 ** 25,
    2 ** 30 - 1,
    2 ** 30,
    2 ** 31,
  ),
  fc.nat(8).map((quarters) => quarters / 4),
  fc.nat(50),
  fc.nat(100_000),
  fc.nat(40 * DAY),
  fc.constantFrom(1e4 * DAY, Number.MAX_VALUE),
);

interface Entry {
  readonly deadline: number;
  readonly order: number;
  readonly entry: number;
  readonly task: LiveTask;
}

/** Timers and the list that they must agree with. */
class Pair {
  readonly timers: Timers;
  model: Entry[] = [];
  now = NOW;
  #order = 0;
  #hasRemoved = false;

  constructor(start: number) {
    this.timers = new Timers(start);
  }

  add(deadline: number): void {
    const added = task(this.#order);
    this.model.push({ deadline, order: this.#order++, entry: this.timers.add(deadline, added), task: added });
  }

  remove(which: number): void {
    if (this.model.length === 0) return;
    this.#hasRemoved = true;
    const [gone] = this.model.splice(which % this.model.length, 1);
    this.timers.remove(gone!.entry);
  }

  /** Takes at most `most` of those that are due. */
  take(most: number): void {
    const due = this.model.filter(({ deadline }) => deadline <= this.now);
    due.sort((a, b) => a.deadline - b.deadline || a.order - b.order);
    for (const expected of due.slice(0, most)) {
      const taken = this.timers.takeDue(this.now);
      expect(taken?.id, `at ${this.now}, deadline ${expected.deadline}`).toBe(expected.task.id);
    }
    this.model = this.model.filter((entry) => !due.slice(0, most).includes(entry));
    if (due.length <= most) expect(this.timers.takeDue(this.now)).toBe(undefined);
  }

  check(): void {
    const earliest = Math.min(Number.POSITIVE_INFINITY, ...this.model.map(({ deadline }) => deadline));
    expect(this.timers.length).toBe(this.model.length);
    if (this.#hasRemoved) expect(this.timers.earliest).toBeLessThanOrEqual(earliest);
    else expect(this.timers.earliest).toBe(earliest);
  }
}

type Command =
  | { readonly kind: "add" | "past" | "later" | "back"; readonly by: number }
  | { readonly kind: "remove" | "take"; readonly n: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("add" as const), by: distance }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("past" as const), by: distance }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove" as const), n: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("later" as const), by: distance }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("back" as const), by: distance }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("take" as const), n: fc.oneof(fc.nat(3), fc.nat(30)) }) },
);

describe("timers", () => {
  test("come out by deadline, then in the order they were added, however the clock goes; removed ones never", () => {
    const start = fc.constantFrom(NOW, 0, NOW - 30 * DAY, NOW + DAY);
    fc.assert(
      fc.property(start, fc.array(command, { maxLength: 300 }), (start, commands) => {
        const pair = new Pair(start);
        for (const command of commands) {
          switch (command.kind) {
            case "add":
              pair.add(Math.min(pair.now + command.by, Number.MAX_VALUE));
              break;
            case "past":
              pair.add(pair.now - command.by);
              break;
            case "remove":
              pair.remove(command.n);
              break;
            case "later":
              pair.now = Math.min(pair.now + command.by, Number.MAX_VALUE);
              break;
            case "back":
              pair.now = Math.max(pair.now - command.by, 0);
              break;
            case "take":
              pair.take(command.n);
          }
          pair.check();
        }
        pair.now = Number.MAX_VALUE;
        pair.take(Number.POSITIVE_INFINITY);
        expect(pair.timers.length).toBe(0);
      }),
    );
  });

  test("that are added all at once come out as those that are added one by one, also when all are overdue", () => {
    const deadlines = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 50 });
    fc.assert(
      fc.property(deadlines, deadlines, (before, distances) => {
        const [all, each] = [new Timers<number>(NOW), new Timers<number>(NOW)];
        for (const timers of [all, each]) before.forEach((by, i) => void timers.add(NOW + by, -i));
        const deadlineOf = (by: number): number => NOW + by / 4;
        all.addAll(Float64Array.from(distances, deadlineOf), [...distances.keys()]);
        distances.forEach((by, i) => void each.add(deadlineOf(by), i));
        const drain = (timers: Timers<number>): (number | undefined)[] =>
          Array.from({ length: timers.length }, () => timers.takeDue(Number.MAX_VALUE));
        expect(drain(all)).toEqual(drain(each));
      }),
    );
    // One by one, the place of each would be looked for among all before it.
    const many = new Timers<number>(NOW);
    many.addAll(
      Float64Array.from({ length: 300_000 }, (_, i) => NOW - ((i * 7919) % 300_007)),
      Array(300_000).fill(1),
    );
    expect(many.length).toBe(300_000);
  });

  test("an alarm at `earliest` always gets further, also when those it was for are gone", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(distance, fc.boolean()), { maxLength: 100 }), (deadlines) => {
        const pair = new Pair(NOW);
        for (const [by] of deadlines) pair.add(NOW + by);
        for (let i = deadlines.length - 1; i >= 0; i--) if (!deadlines[i]![1]) pair.remove(i);
        let rings = 0;
        for (; pair.timers.length > 0; rings++) {
          // Each ring takes off a timer, or takes one slot down a level.
          expect(rings).toBeLessThan(deadlines.length * 8);
          expect(pair.timers.earliest).toBeGreaterThanOrEqual(pair.now);
          pair.now = pair.timers.earliest;
          pair.take(Number.POSITIVE_INFINITY);
          pair.check();
        }
      }),
    );
  });

  // At the start of a slot of an upper level, and elsewhere; by a clock of our days, and by one that is finer.
  test.each([
    [0, NOW],
    [1, NOW],
    [1, 0],
  ])(
    "a hundred thousand of the same millisecond come out in order, and leave nothing behind: %i, %d",
    (tick, begin) => {
      const start = Math.floor(begin);
      const timers = new Timers(start);
      const deadlines = Array.from(
        { length: 100_000 },
        (_, i) => start + 5120 + tick + ((i * 7919) % 100_003) / 100_003,
      );
      const sorted = deadlines
        .map((deadline, i) => ({ deadline, i }))
        .sort((a, b) => a.deadline - b.deadline || a.i - b.i);
      for (const [i, deadline] of deadlines.entries()) timers.add(deadline, task(i));
      expect(timers.takeDue(start + 5000)).toBe(undefined);
      const out = sorted.map(() => timers.takeDue(start + 6000)?.id);
      expect(
        sorted.findIndex(({ i }, place) => out[place] !== i),
        "the first that is in a wrong place",
      ).toBe(-1);
      expect(timers.earliest).toBe(Number.POSITIVE_INFINITY);
    },
  );
});
