// What thread.test.ts and the thread it starts (thread.ts) have agreed on.

import type { MessagePort } from "node:worker_threads";

/** Words of the memory shared with the test. */
export const SENT = 0;
export const SEEN = 1;

export interface ThreadJob {
  readonly port: MessagePort;
  readonly words: Int32Array;
  /** wakes: counts up to what the test has sent. signal, connect: submits that, and posts what came. */
  readonly kind: "wakes" | "signal" | "connect";
  readonly host?: string;
}
