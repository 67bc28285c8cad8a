// A million timers: the timing wheel of runtime/reactor/timers.ts beside a 4-ary heap and Node's own timers, in one run.
//
// Each kind of deadlines arms them, disarms every tenth, and lets the clock go on until all are out, 4,096 at most in a turn as a
// shard does. Wheel and heap run on a clock by hand; Node's timers need real time, so only arming and disarming them is
// measured. Bytes are those of the timer alone: the tasks are there before.

import type { LiveTask } from "../../../runtime/reactor/task.ts";
import { Timers } from "../../../runtime/reactor/timers.ts";
import type { Figures, Row, Side, Size } from "../row.ts";
import { HeapTimers } from "./heap-timers.ts";

const START = 1_700_000_000_000;
const TURN = 4096;
/** Milliseconds between two turns. */
const STEP = 8;

/** Deadlines in milliseconds from the start, by the timer's place and a number that stands for chance, in [0, 1). */
const DEADLINES: Readonly<Record<string, (i: number, chance: number) => number>> = {
  common: () => 20_000,
  "one after another": (i) => 10_000 + i / 1000,
  "over a minute": (_, chance) => chance * 60_000,
  "over a day": (_, chance) => chance * 86_400_000,
};

/** A sequence that is the same in each run: a linear congruential generator (Knuth's MMIX constants, the upper bits). */
function randoms(): () => number {
  let state = 42n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 11n) / 2 ** 53;
  };
}

interface AnyTimers {
  readonly length: number;
  readonly earliest: number;
  add(deadline: number, task: LiveTask): number;
  remove(entry: number): void;
  takeDue(now: number): LiveTask | undefined;
}

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function measure(timers: AnyTimers, deadlines: Float64Array, tasks: readonly LiveTask[]): Figures {
  const count = deadlines.length;
  const entries = new Int32Array(count);
  const before = memory();
  const began = performance.now();
  for (let i = 0; i < count; i++) entries[i] = timers.add(START + deadlines[i]!, tasks[i]!);
  const armed = performance.now();
  const bytes = (memory() - before) / count;
  const rested = performance.now();
  for (let i = 0; i < count; i += 10) timers.remove(entries[i]!);
  const disarmed = performance.now();
  let taken = 0;
  for (let now = START; timers.length > 0; now = Math.max(now + STEP, timers.earliest)) {
    let task: LiveTask | undefined;
    do {
      let inTurn = 0;
      for (; inTurn < TURN; inTurn++) {
        task = timers.takeDue(now);
        if (task === undefined) break;
        taken++;
      }
    } while (task !== undefined);
  }
  const fire = performance.now() - disarmed;
  const left = count - Math.ceil(count / 10);
  if (taken !== left) throw new Error(`${taken} of ${left} timers came out`);
  return { ...eachOf(count, armed - began, disarmed - rested), fire: (fire * 1e6) / left, bytes };
}

function measureNode(deadlines: Float64Array): Figures {
  const count = deadlines.length;
  const timers: NodeJS.Timeout[] = new Array(count);
  const nothing = (): void => undefined;
  const before = memory();
  const began = performance.now();
  for (let i = 0; i < count; i++) timers[i] = setTimeout(nothing, deadlines[i]! + 1_000_000);
  const armed = performance.now();
  const bytes = (memory() - before) / count;
  const rested = performance.now();
  for (let i = 0; i < count; i += 10) clearTimeout(timers[i]);
  const disarmed = performance.now();
  for (const timer of timers) clearTimeout(timer);
  return { ...eachOf(count, armed - began, disarmed - rested), bytes };
}

/** Nanoseconds each, of milliseconds for all. */
function eachOf(count: number, arm: number, disarm: number): Figures {
  return { arm: (arm * 1e6) / count, disarm: (disarm * 1e6) / (count / 10) };
}

const count = (size: Size): number => (size === "full" ? 1_000_000 : 100_000);

export const wheel: Row = {
  name: "wheel",
  title: (size) => `${count(size).toLocaleString("en")} timers by themselves, by their deadlines; ns each`,
  rounds: (size) => (size === "full" ? 3 : 1),
  columns: [
    { figure: "arm", title: "arm", best: "least", digits: 0 },
    { figure: "disarm", title: "disarm", best: "least", digits: 0 },
    { figure: "fire", title: "fire", best: "least", digits: 0 },
    { figure: "bytes", title: "bytes", best: "most", digits: 0 },
  ],
  async sides(size) {
    const tasks = Array.from({ length: count(size) }, (_, id) => ({ id }) as LiveTask);
    return Object.entries(DEADLINES).flatMap(([name, deadline]) => {
      const random = randoms();
      const deadlines = Float64Array.from(tasks, (_, i) => deadline(i, random()));
      const named = (side: string, run: () => Figures): Side => ({ name: `${side}, ${name}`, run: async () => run() });
      return [
        named("wheel", () => measure(new Timers(START), deadlines, tasks)),
        named("heap", () => measure(new HeapTimers(), deadlines, tasks)),
        named("setTimeout", () => measureNode(deadlines)),
      ];
    });
  },
  claims: () => [],
};
