// A driver whose standard output and error are kept as text: for `walia test`, and for tests of Walia itself.

import { Writable } from "node:stream";
import type { Completions, Handle } from "../reactor/drivers/driver.ts";
import { StreamHandle } from "../reactor/drivers/libuv/stream.ts";
import { LibuvDriver } from "../reactor/drivers/libuv.ts";

export class CapturingDriver extends LibuvDriver {
  /** Standard output and error so far. Whoever prints in another way adds to it. */
  readonly written: { 1: string; 2: string } = { 1: "", 2: "" };
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
