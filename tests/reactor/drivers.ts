// The drivers that the tests of the reactor run on: libuv everywhere, uring where this machine allows io_uring. Where it does
// not, one line says so.
//
// A uring driver has a loop of its own, which blocks its thread. Here it shares the test's thread: between two rounds of Node's
// loop it makes one of its own that does not wait. worker.test.ts has it as programs have it, on a thread.

import { Writable } from "node:stream";
import { MessageChannel } from "node:worker_threads";
import { describe } from "vitest";
import { CapturingDriver } from "../../runtime/cli/capture.ts";
import { chooseDriver } from "../../runtime/reactor/drivers/choose.ts";
import type { Completions, Driver, Handle } from "../../runtime/reactor/drivers/driver.ts";
import { DriverError } from "../../runtime/reactor/drivers/driver.ts";
import { StreamHandle } from "../../runtime/reactor/drivers/libuv/stream.ts";
import { LibuvDriver } from "../../runtime/reactor/drivers/libuv.ts";

/** A driver that keeps standard output and error as text. */
export interface Capturing extends Driver {
  readonly written: { 1: string; 2: string };
}

export interface DriverCase {
  readonly name: "libuv" | "uring";
  make(): Driver;
  makeCapturing(): Capturing;
}

const libuv: DriverCase = {
  name: "libuv",
  make: () => new LibuvDriver(),
  makeCapturing: () => new CapturingDriver(),
};

const choice = await chooseDriver("uring");
if (choice instanceof DriverError) console.warn(`Tests on uring are left out: ${choice.text}`);

export const drivers: readonly DriverCase[] = choice instanceof DriverError ? [libuv] : [libuv, await uringCase()];

/** The same tests on each driver. */
export function onEachDriver(body: (on: DriverCase) => void): void {
  for (const on of drivers) describe(`on ${on.name}`, () => body(on));
}

async function uringCase(): Promise<DriverCase> {
  // Not loaded where it cannot be used.
  const { attend } = await import("../../runtime/reactor/drivers/uring/attendant.ts");
  const { UringDriver } = await import("../../runtime/reactor/drivers/uring.ts");

  class Pumped extends UringDriver {
    #isOpen = true;

    constructor() {
      const { port1, port2 } = new MessageChannel();
      attend(port1);
      super(port2);
      const pump = (): void => {
        if (!this.#isOpen) return;
        this.step();
        setImmediate(pump);
      };
      setImmediate(pump);
    }

    override close(): void {
      this.#isOpen = false;
      super.close();
    }
  }

  class PumpedCapturing extends Pumped implements Capturing {
    readonly written = { 1: "", 2: "" };
    #told: Completions | null = null;

    override attach(completions: Completions): void {
      this.#told = completions;
      super.attach(completions);
    }

    override standard(stream: 0 | 1 | 2): Handle {
      if (stream === 0 || this.#told === null) return super.standard(stream);
      const sink = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          this.written[stream] += chunk.toString();
          done();
        },
      });
      return new StreamHandle(this.#told, null, sink, { release: "keep" });
    }
  }

  return { name: "uring", make: () => new Pumped(), makeCapturing: () => new PumpedCapturing() };
}
