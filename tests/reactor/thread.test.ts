// A uring driver as programs have it: on a thread that waits in the kernel, woken, served and ended by others.

import { spawnSync } from "node:child_process";
import { MessageChannel, Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { attend } from "../../runtime/reactor/drivers/uring/attendant.ts";
import { halt, type Waker, wake } from "../../runtime/reactor/drivers/waker.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { drivers } from "./drivers.ts";
import { SEEN, SENT, type ThreadJob } from "./thread-job.ts";

interface Told {
  readonly waker?: Waker;
  readonly came?: unknown;
  readonly ended?: number;
}

interface Thread {
  readonly worker: Worker;
  readonly words: Int32Array;
  readonly waker: Waker;
  /** The next message that has `field`. */
  next<F extends keyof Told>(field: F): Promise<Told[F]>;
}

describe.skipIf(drivers.every(({ name }) => name !== "uring"))("a thread that waits in the kernel", () => {
  let module: Bundle;
  let halter: Bundle;
  const dismissals: (() => void)[] = [];
  beforeAll(async () => {
    module = await bundle("thread.ts");
    halter = await bundle("exit.ts");
  });
  afterAll(() => {
    module.remove();
    halter.remove();
  });
  afterEach(() => {
    for (const dismiss of dismissals.splice(0)) dismiss();
  });

  async function start(job: Omit<ThreadJob, "port" | "words">): Promise<Thread> {
    const { port1, port2 } = new MessageChannel();
    dismissals.push(attend(port1));
    const words = new Int32Array(new SharedArrayBuffer(8));
    const worker = new Worker(module.path, { workerData: { ...job, port: port2, words }, transferList: [port2] });
    const told: Told[] = [];
    let look = (): void => undefined;
    worker.on("message", (message: Told) => {
      told.push(message);
      look();
    });
    const next: Thread["next"] = (field) =>
      new Promise((resolve, reject) => {
        worker.once("error", reject);
        look = () => {
          const at = told.findIndex((each) => field in each);
          if (at >= 0) resolve(told.splice(at, 1)[0]![field]);
        };
        look();
      });
    return { worker, words, waker: (await next("waker"))!, next };
  }

  test("no wake is lost, however wakes and sleeps fall together", async () => {
    const { worker, words, waker } = await start({ kind: "wakes" });
    for (let sent = 1; sent <= 20_000; sent++) {
      Atomics.store(words, SENT, sent);
      wake(waker);
      // Now and then the thread gets to sleep; in between it is caught at every point of falling asleep.
      if (sent % 50 === 0) {
        const before = Atomics.load(words, SEEN);
        if (before !== sent && Atomics.wait(words, SEEN, before, 10_000) === "timed-out") break;
      }
    }
    await expect.poll(() => Atomics.load(words, SEEN)).toBe(20_000);
    halt(waker);
    expect(await new Promise((resolve) => worker.once("exit", resolve))).toBe(0);
  });

  test("halt ends it, in order: nothing is left with the kernel", async () => {
    const { waker, next } = await start({ kind: "wakes" });
    halt(waker);
    expect(await next("ended")).toBe(0);
    wake(waker); // Too late, and harmless.
  });

  test("a signal reaches it, although signals come to the main thread", async () => {
    const before = process.listenerCount("SIGUSR2");
    const { next } = await start({ kind: "signal" });
    await expect.poll(() => process.listenerCount("SIGUSR2")).toBe(before + 1);
    process.kill(process.pid, "SIGUSR2");
    expect(await next("came")).toEqual({ value: undefined });
    expect(await next("ended")).toBe(0);
  });

  test("a name that does not exist is an error with the resolver's code", async () => {
    const { next } = await start({ kind: "connect", host: "nowhere.invalid" });
    expect(await next("came")).toMatchObject({ code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) });
  });

  test("a process that halts it can exit at once", () => {
    const { status, stdout } = spawnSync(process.execPath, [halter.path, module.path], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
  });
});
