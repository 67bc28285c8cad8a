// How long it takes to wake a driver's thread that sleeps: from just before `wake` on one thread to `poked` on the other.
//
// B1. Both threads read the system's monotonic clock; the sleeper takes the difference. Before each round it is given a
//     millisecond to fall asleep.
// B2. The sides take turns, a block of rounds each; the first block of each, in which V8 still compiles, is not counted.

import { MessageChannel, type MessagePort, parentPort, Worker } from "node:worker_threads";
import { chooseDriver } from "../../../runtime/reactor/drivers/choose.ts";
import { type Completions, DriverError } from "../../../runtime/reactor/drivers/driver.ts";
import { LibuvDriver } from "../../../runtime/reactor/drivers/libuv.ts";
import { halt, type Waker, wake as wakeUp } from "../../../runtime/reactor/drivers/waker.ts";
import { atMost, type Figures, type Row, type Side, type Size } from "../row.ts";

/** The word of shared memory: when `poked` was called, in nanoseconds; 0 before. */
const ANSWERED = 0;
const block = (size: Size): number => (size === "full" ? 500 : 100);

export interface Job {
  readonly kind: "uring" | "libuv";
  readonly words: BigInt64Array;
  readonly port: MessagePort;
}

/** What the thread does that is woken; the command starts it with its job. */
export async function sleeper({ kind, words, port }: Job): Promise<void> {
  const uring = kind === "uring" ? await import("../../../runtime/reactor/drivers/uring.ts") : null;
  const driver = uring === null ? new LibuvDriver() : new uring.UringDriver(port);
  const completions: Completions = {
    completed: () => undefined,
    failed: () => undefined,
    alarm: () => undefined,
    turn: () => undefined,
    poked() {
      Atomics.store(words, ANSWERED, process.hrtime.bigint());
    },
  };
  driver.attach(completions);
  parentPort!.postMessage(driver.waker());
  if ("step" in driver) while (driver.step(true));
}

interface Sleeping {
  readonly words: BigInt64Array;
  readonly waker: Waker;
}

async function start(kind: Job["kind"]): Promise<Sleeping> {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  const words = new BigInt64Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { kind, words, port: port2 },
    transferList: [port2],
  });
  const waker = await new Promise<Waker>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  return { words, waker };
}

/** Microseconds until it was awake. */
async function round({ words, waker }: Sleeping): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  Atomics.store(words, ANSWERED, 0n);
  const asked = process.hrtime.bigint();
  wakeUp(waker);
  while (Atomics.load(words, ANSWERED) === 0n);
  return Number(Atomics.load(words, ANSWERED) - asked) / 1000;
}

/** A block of rounds on a thread that sleeps on this driver. */
function waking(kind: Job["kind"], size: Size): Side {
  let sleeping: Sleeping | null = null;
  return {
    name: kind,
    async run(): Promise<Figures> {
      if (sleeping === null) {
        sleeping = await start(kind);
        all.push(sleeping);
        for (let n = 0; n < block(size); n++) await round(sleeping); // B2
      }
      const times: number[] = [];
      for (let n = 0; n < block(size); n++) times.push(await round(sleeping));
      times.sort((a, b) => a - b);
      const at = (part: number): number => times[Math.floor(part * times.length)]!;
      return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
    },
  };
}

const all: Sleeping[] = [];

export const wake: Row = {
  name: "wake",
  title: (size) => `waking a blocked shard's driver from another thread, ${block(size)} times a run`,
  rounds: (size) => (size === "full" ? 5 : 2),
  columns: [
    { figure: "p50", title: "p50, us", best: "least", digits: 1 },
    { figure: "p90", title: "p90, us", best: "least", digits: 1 },
    { figure: "p99", title: "p99, us", best: "least", digits: 1 },
  ],
  async sides(size) {
    const choice = await chooseDriver("uring");
    if (!(choice instanceof DriverError)) return [waking("uring", size), waking("libuv", size)];
    console.log(`uring is left out: ${choice.text}`);
    return [waking("libuv", size)];
  },
  claims: (best) => [atMost("at most 30 us median", best("uring", "p50"), 30, 1)],
  clean() {
    for (const { waker } of all.splice(0)) halt(waker);
  },
};
