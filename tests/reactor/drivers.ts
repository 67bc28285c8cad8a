// The drivers that the tests of the reactor run on: libuv everywhere, uring where this machine allows io_uring. Where it does
// not, one line says so.
//
// A uring driver has a loop of its own, which blocks its thread. Here it shares the test's thread: between two rounds of Node's
// loop it makes one of its own that does not wait. worker.test.ts has it as programs have it, on a thread.

import { MessageChannel } from "node:worker_threads";
import { describe } from "vitest";
import { CapturingDriver } from "../../runtime/cli/capture.ts";
import { chooseDriver } from "../../runtime/reactor/drivers/choose.ts";
import { type Driver, DriverError, type Handle } from "../../runtime/reactor/drivers/driver.ts";
import { LibuvDriver } from "../../runtime/reactor/drivers/libuv.ts";
import type { Written } from "../run.ts";
import { TextSink } from "./text-sink.ts";

/** A driver that keeps standard output and error as text. */
export interface Capturing extends Driver {
  readonly written: Written;
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
    readonly #dismiss: () => void;

    constructor() {
      const { port1, port2 } = new MessageChannel();
      super(port2);
      this.#dismiss = attend(port1);
      const pump = (): void => {
        if (!this.#isOpen) return;
        this.step(false);
        setImmediate(pump);
      };
      setImmediate(pump);
    }

    override close(): void {
      this.#isOpen = false;
      super.close();
      this.#dismiss();
    }
  }

  class PumpedCapturing extends Pumped implements Capturing {
    readonly written: Written = { 1: "", 2: "" };

    override standard(stream: 0 | 1 | 2): Handle {
      return stream === 0 ? super.standard(stream) : new TextSink(this, stream);
    }
  }

  return { name: "uring", make: () => new Pumped(), makeCapturing: () => new PumpedCapturing() };
}
