// Standard output of a program that runs on several threads. Each gathers its lines as terminal.ts does (O1 there) and writes
// them while no other does, so lines stay whole. Writing waits until the system has taken everything: who reads slowly slows
// the program down.

import { writeSync } from "node:fs";
import { isatty } from "node:tty";
import type { SharedMemory } from "../../reactor/shards/memory.ts";

const STANDARD_OUTPUT = 1;
const GATHERED = 16_384;
/** How long to wait before trying again on a pipe that is full and set not to block, in milliseconds. */
const PAUSE = 2;
const LATE = 10;

export class Output {
  readonly #memory: SharedMemory;
  readonly #onBroken: () => void;
  readonly #isTerminal = isatty(STANDARD_OUTPUT);
  #lines = "";
  #wroteAt = 0;
  #isBroken = false;

  constructor(memory: SharedMemory, onBroken: () => void) {
    this.#memory = memory;
    this.#onBroken = onBroken;
  }

  print(line: string): void {
    this.#lines += `${line}\n`;
    if (this.#isTerminal || this.#lines.length > GATHERED || performance.now() - this.#wroteAt > LATE) this.flush();
  }

  readonly flush = (): void => {
    if (this.#lines === "") return;
    const bytes = Buffer.from(this.#lines);
    this.#lines = "";
    this.#wroteAt = performance.now();
    if (!this.#isBroken) this.#memory.whileWriting(() => this.#write(bytes));
  };

  #write(bytes: Uint8Array): void {
    const nap = new Int32Array(new SharedArrayBuffer(4));
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(STANDARD_OUTPUT, bytes, at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EAGAIN") Atomics.wait(nap, 0, 0, PAUSE);
        else {
          this.#isBroken = true;
          this.#onBroken();
          return;
        }
      }
    }
  }
}
