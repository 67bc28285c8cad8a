// A process with a uring driver on another thread (the module in argv[2]) that exits while that thread waits in the kernel.

import { MessageChannel, Worker } from "node:worker_threads";
import { attend } from "../../runtime/reactor/drivers/uring/attendant.ts";
import { halt, type Waker } from "../../runtime/reactor/drivers/waker.ts";

const { port1, port2 } = new MessageChannel();
attend(port1);
const words = new Int32Array(new SharedArrayBuffer(8));
const worker = new Worker(process.argv[2]!, {
  workerData: { kind: "wakes", port: port2, words },
  transferList: [port2],
});
worker.on("message", ({ waker }: { readonly waker?: Waker }) => {
  if (waker === undefined) return;
  process.on("exit", () => halt(waker));
  process.exit(3);
});
