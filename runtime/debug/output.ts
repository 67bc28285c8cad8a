// A program's standard streams under the debugger: output goes to the client as events, in whole lines; standard input is empty,
// because the debugger's own is where the client speaks.

import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Completions, Handle } from "../reactor/drivers/driver.ts";
import { StreamHandle } from "../reactor/drivers/libuv/stream.ts";
import { LibuvDriver } from "../reactor/drivers/libuv.ts";

/** Gets lines that a program has written, each with its end. */
export type Listener = (stream: 1 | 2, lines: string) => void;

export class OutputDriver extends LibuvDriver {
  readonly #listener: Listener;
  /** What has not ended a line yet. */
  readonly #begun = { 1: "", 2: "" };
  #told: Completions | null = null;

  constructor(listener: Listener) {
    super();
    this.#listener = listener;
  }

  override attach(completions: Completions): void {
    this.#told = completions;
    super.attach(completions);
  }

  override standard(stream: 0 | 1 | 2): Handle {
    if (stream === 0 || this.#told === null) return super.standard(stream);
    const decoder = new StringDecoder("utf8");
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#write(stream, decoder.write(chunk));
        done();
      },
    });
    return new StreamHandle(this.#told, null, sink, { release: "keep" });
  }

  #write(stream: 1 | 2, text: string): void {
    const all = this.#begun[stream] + text;
    const end = all.lastIndexOf("\n") + 1;
    this.#begun[stream] = all.slice(end);
    if (end > 0) this.#listener(stream, all.slice(0, end));
  }

  /** Gives out lines that were begun: the program has stopped or ended. */
  flush(): void {
    for (const stream of [1, 2] as const) {
      const rest = this.#begun[stream];
      this.#begun[stream] = "";
      if (rest !== "") this.#listener(stream, rest);
    }
  }
}
