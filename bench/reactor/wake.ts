// How long it takes to wake a driver's thread that sleeps: from just before `wake` on one thread to `poked` on the other.
//
//   npx esbuild bench/reactor/wake.ts --bundle --platform=node --format=esm --external:koffi --outfile=dist/bench-wake.js
//   node dist/bench-wake.js [rounds]
//
// B1. Both threads read the system's monotonic clock; the sleeper takes the difference. Before each round it is given a
//     millisecond to fall asleep.
// B2. The sides take turns, a block of rounds each; the first block, in which V8 still compiles, is not counted.

import { loadavg } from "node:os";
import { isMainThread, MessageChannel, type MessagePort, parentPort, Worker, workerData } from "node:worker_threads";
import { chooseDriver } from "../../runtime/reactor/drivers/choose.ts";
import { type Completions, DriverError } from "../../runtime/reactor/drivers/driver.ts";
import { LibuvDriver } from "../../runtime/reactor/drivers/libuv.ts";
import { halt, type Waker, wake } from "../../runtime/reactor/drivers/waker.ts";

/** The word of shared memory: when `poked` was called, in nanoseconds; 0 before. */
const ANSWERED = 0;
const BLOCK = 500;

interface Job {
  readonly kind: "uring" | "libuv";
  readonly words: BigInt64Array;
  readonly port: MessagePort;
}

async function sleeper({ kind, words, port }: Job): Promise<void> {
  const uring = kind === "uring" ? await import("../../runtime/reactor/drivers/uring.ts") : null;
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

interface Side {
  readonly name: string;
  readonly words: BigInt64Array;
  readonly waker: Waker;
  readonly times: number[];
}

async function start(kind: Job["kind"]): Promise<Side> {
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
  return { name: kind, words, waker, times: [] };
}

async function round({ words, waker, times }: Side): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  Atomics.store(words, ANSWERED, 0n);
  const asked = process.hrtime.bigint();
  wake(waker);
  while (Atomics.load(words, ANSWERED) === 0n);
  times.push(Number(Atomics.load(words, ANSWERED) - asked) / 1000);
}

async function main(): Promise<void> {
  const choice = await chooseDriver("uring");
  if (choice instanceof DriverError) console.log(`uring left out: ${choice.text}`);
  const kinds: readonly Job["kind"][] = choice instanceof DriverError ? ["libuv"] : ["uring", "libuv"];
  const sides = await Promise.all(kinds.map(start));
  const blocks = Number(process.argv[2] ?? 4);
  for (let block = 0; block < blocks; block++) {
    for (const side of sides) {
      if (block === 1) side.times.length = 0; // B2
      for (let n = 0; n < BLOCK; n++) await round(side);
    }
  }
  for (const { name, waker, times } of sides) {
    times.sort((a, b) => a - b);
    const at = (part: number): string => times[Math.floor(part * times.length)]!.toFixed(1);
    console.log(`${name}: ${times.length} wake-ups, p50 ${at(0.5)} us, p90 ${at(0.9)} us, p99 ${at(0.99)} us`);
    halt(waker);
  }
  console.log(`load ${loadavg()[0]!.toFixed(1)}`);
}

if (isMainThread) await main();
else await sleeper(workerData);
