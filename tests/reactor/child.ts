// A program in a process of its own, for tests of what the operating system sees: CPU time, signals, the process's end.
// process.test.ts bundles and starts it with a job as JSON in argv[2].
//
// On the uring driver the program runs on a thread that waits in the kernel, and the main thread attends to it.

import { isMainThread, MessageChannel, type MessagePort, parentPort, Worker, workerData } from "node:worker_threads";
import { CapturingDriver } from "../../runtime/cli/capture.ts";
import type { Driver, Handle } from "../../runtime/reactor/drivers/driver.ts";
import { LibuvDriver } from "../../runtime/reactor/drivers/libuv.ts";
import { attend } from "../../runtime/reactor/drivers/uring/attendant.ts";
import { UringDriver } from "../../runtime/reactor/drivers/uring.ts";
import { halt, type Waker } from "../../runtime/reactor/drivers/waker.ts";
import { Reactor } from "../../runtime/reactor/shard.ts";
import { type Ran, runWalia, type Written } from "../run.ts";
import { ask, script, scriptedEngine } from "./scripted.ts";
import { TextSink } from "./text-sink.ts";

export interface Job {
  readonly on: "libuv" | "uring";
  readonly source: string;
  readonly ports?: readonly (readonly [number, string])[];
  /** Instead of `source`: reads a line of standard input, prints it and ends. */
  readonly readsLine?: true;
  /** Measures the CPU time of `span` milliseconds, again until it is `enough`, prints it in milliseconds, and exits. */
  readonly measure?: { readonly span: number; readonly enough: number };
}

const MOST_SPANS = 8;

class CapturingUring extends UringDriver {
  readonly written: Written = { 1: "", 2: "" };

  override standard(stream: 0 | 1 | 2): Handle {
    return stream === 0 ? super.standard(stream) : new TextSink(this, stream);
  }
}

/** Prints the line that it has read. */
async function readLine(driver: Driver): Promise<Ran> {
  const ran: { output: string; faults: string; exitCode: number } = { output: "", faults: "", exitCode: 0 };
  const reactor = new Reactor({
    driver,
    engine: scriptedEngine(),
    print: (line) => {
      ran.output += `${line}\n`;
    },
    onUnhandledFault: (fault) => {
      ran.faults += `${fault.message}\n`;
    },
  });
  reactor.start(
    script("main", function* () {
      reactor.print(`read ${yield ask("input")}`);
      return;
    }),
  );
  if (driver instanceof UringDriver) while (driver.step(true));
  await reactor.finished;
  return ran;
}

function runOn(driver: Driver & { readonly written: Written }, job: Job): Promise<Ran> {
  if (job.readsLine) return readLine(driver);
  const running = runWalia(job.source, { ports: new Map(job.ports ?? []), driver });
  if (driver instanceof UringDriver) while (driver.step(true));
  return running;
}

/** The same on a thread that waits in the kernel, attended to by this one. */
function runOnThread(job: Job): Promise<Ran> {
  const { port1, port2 } = new MessageChannel();
  const dismiss = attend(port1);
  const worker = new Worker(new URL(import.meta.url), { workerData: { job, port: port2 }, transferList: [port2] });
  return new Promise((resolve) => {
    worker.on("message", ({ waker, ran }: { readonly waker?: Waker; readonly ran?: Ran }) => {
      if (waker !== undefined) process.on("exit", () => halt(waker));
      if (ran === undefined) return;
      dismiss();
      resolve(ran);
    });
  });
}

/** A busy machine may take long to get the program to where it waits: the quietest of some spans counts. */
async function measureIdle({ span, enough }: NonNullable<Job["measure"]>): Promise<void> {
  let cpu = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < MOST_SPANS && cpu > enough; tries++) {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, span));
    const { user, system } = process.cpuUsage(before);
    cpu = Math.min(cpu, (user + system) / 1000);
  }
  console.log(JSON.stringify({ cpu }));
  process.exit();
}

async function main(job: Job): Promise<void> {
  if (job.measure !== undefined) void measureIdle(job.measure);
  const driver = job.readsLine
    ? Object.assign(new LibuvDriver(), { written: { 1: "", 2: "" } })
    : new CapturingDriver();
  const ran = job.on === "uring" ? await runOnThread(job) : await runOn(driver, job);
  console.log(JSON.stringify(ran));
  process.exitCode = ran.exitCode;
}

async function thread({ job, port }: { readonly job: Job; readonly port: MessagePort }): Promise<void> {
  const driver = new CapturingUring(port);
  parentPort!.postMessage({ waker: driver.waker() });
  parentPort!.postMessage({ ran: await runOn(driver, job) });
}

if (isMainThread) void main(JSON.parse(process.argv[2] ?? "{}"));
else void thread(workerData);
