// A million timers: the timing wheel of runtime/reactor/timers.ts beside a 4-ary heap and Node's own timers, in one run.
//
//   npx esbuild bench/reactor/timers.ts --bundle --platform=node --format=esm --outfile=dist/bench-timers.js
//   node --expose-gc dist/bench-timers.js [COUNT]
//
// Each row arms COUNT timers, disarms every tenth, and lets the clock go on until all are out, 4,096 at most in a turn as a
// shard does. Wheel and heap run on a clock by hand, in turns, three times; of each, the least time and the most bytes count. Node's timers
// need real time, so only arming and disarming them is measured. Bytes are those of the timer alone: the tasks are there before.

import type { LiveTask } from "../../runtime/reactor/task.ts";
import { Timers } from "../../runtime/reactor/timers.ts";
import { HeapTimers } from "./heap-timers.ts";

const COUNT = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 3;
const START = 1_700_000_000_000;
const TURN = 4096;
/** Milliseconds between two turns. */
const STEP = 8;

interface Row {
  readonly name: string;
  /** The deadline of the i-th, in milliseconds from the start. */
  readonly deadline: (i: number) => number;
}

/** A sequence that is the same in each run: a linear congruential generator (Knuth's MMIX constants, the upper bits). */
function randoms(): () => number {
  let state = 42n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 11n) / 2 ** 53;
  };
}

const random = randoms();
const spread = Float64Array.from({ length: COUNT }, () => random());

const ROWS: readonly Row[] = [
  { name: "one common deadline", deadline: () => 20_000 },
  { name: "the same time to sleep, armed one after another", deadline: (i) => 10_000 + i / 1000 },
  { name: "spread over a minute", deadline: (i) => spread[i]! * 60_000 },
  { name: "spread over a day", deadline: (i) => spread[i]! * 86_400_000 },
];

interface Result {
  readonly arm: number;
  readonly disarm: number;
  readonly fire: number;
  readonly bytes: number;
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

function measure(timers: AnyTimers, { deadline }: Row, tasks: readonly LiveTask[]): Result {
  const entries = new Int32Array(COUNT);
  const before = memory();
  const began = performance.now();
  for (let i = 0; i < COUNT; i++) entries[i] = timers.add(START + deadline(i), tasks[i]!);
  const armed = performance.now();
  const bytes = (memory() - before) / COUNT;
  const rested = performance.now();
  for (let i = 0; i < COUNT; i += 10) timers.remove(entries[i]!);
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
  const fired = performance.now();
  if (taken !== COUNT - Math.ceil(COUNT / 10)) throw new Error(`${taken} of ${COUNT} timers came out`);
  return { arm: armed - began, disarm: disarmed - rested, fire: fired - disarmed, bytes };
}

function measureNode({ deadline }: Row): Omit<Result, "fire"> {
  const timers: NodeJS.Timeout[] = new Array(COUNT);
  const nothing = (): void => undefined;
  const before = memory();
  const began = performance.now();
  for (let i = 0; i < COUNT; i++) timers[i] = setTimeout(nothing, deadline(i) + 1_000_000);
  const armed = performance.now();
  const bytes = (memory() - before) / COUNT;
  const rested = performance.now();
  for (let i = 0; i < COUNT; i += 10) clearTimeout(timers[i]);
  const disarmed = performance.now();
  for (const timer of timers) clearTimeout(timer);
  return { arm: armed - began, disarm: disarmed - rested, bytes };
}

function least(results: readonly Result[]): Result {
  const of = (what: keyof Result): number => Math.min(...results.map((result) => result[what]));
  return {
    arm: of("arm"),
    disarm: of("disarm"),
    fire: of("fire"),
    bytes: Math.max(...results.map(({ bytes }) => bytes)),
  };
}

const each = (ms: number, count: number): string => `${((ms * 1e6) / count).toFixed(0)} ns`;

const tasks = Array.from({ length: COUNT }, (_, id) => ({ id }) as LiveTask);
console.log(`${COUNT} timers, Node ${process.versions.node}; least of ${ROUNDS}\n`);
console.log("| deadlines | | arm one | disarm one | fire one | fire all | bytes each |");
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
for (const row of ROWS) {
  const wheel: Result[] = [];
  const heap: Result[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    wheel.push(measure(new Timers(START), row, tasks));
    heap.push(measure(new HeapTimers(), row, tasks));
  }
  for (const [name, results] of [
    ["wheel", wheel],
    ["heap", heap],
  ] as const) {
    const { arm, disarm, fire, bytes } = least(results);
    const figures = [
      each(arm, COUNT),
      each(disarm, COUNT / 10),
      each(fire, COUNT * 0.9),
      `${fire.toFixed(0)} ms`,
      bytes.toFixed(0),
    ];
    console.log(`| ${name === "wheel" ? row.name : ""} | ${name} | ${figures.join(" | ")} |`);
  }
  const { arm, disarm, bytes } = measureNode(row);
  console.log(`| | setTimeout | ${each(arm, COUNT)} | ${each(disarm, COUNT / 10)} | | | ${bytes.toFixed(0)} |`);
}
