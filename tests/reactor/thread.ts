// A uring driver on a thread of its own, for tests of what other threads see. thread.test.ts starts it with a job as
// worker data; what it has to say is in the words of shared memory given with the job, or posted.

import { parentPort, workerData } from "node:worker_threads";
import type { Completions } from "../../runtime/reactor/drivers/driver.ts";
import { UringDriver } from "../../runtime/reactor/drivers/uring.ts";
import { SEEN, SENT, type ThreadJob } from "./thread-job.ts";

const { port, words, kind, host } = workerData as ThreadJob;
const driver = new UringDriver(port);
const completions: Completions = {
  completed: (_tag, value) => end({ value: typeof value === "object" ? typeof value : value }),
  failed: (_tag, { code, text }) => end({ code, text }),
  alarm: () => undefined,
  turn: () => undefined,
  poked() {
    // Published by the test before `wake`, so it is seen after it (waker.ts, K1).
    Atomics.store(words, SEEN, Atomics.load(words, SENT));
    Atomics.notify(words, SEEN);
  },
};

function end(came: unknown): void {
  parentPort!.postMessage({ came });
  driver.close();
}

driver.attach(completions);
parentPort!.postMessage({ waker: driver.waker() });
if (kind === "signal") driver.signal(1, "SIGUSR2");
if (kind === "connect") driver.connect(1, host!, 1);
while (driver.step(true));
parentPort!.postMessage({ ended: driver.ring.inFlight });
