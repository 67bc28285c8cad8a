// How far something that takes long has come, and when it may be done: one line on standard error that is written over, when that
// is a terminal, and nothing otherwise.

import type { Meter } from "../../horizon/check.ts";
import type { Terminal } from "../terminal.ts";
import { durationText } from "./words.ts";

/** Milliseconds before the first line, and between two. */
const FIRST = 500;
const BETWEEN = 200;
/** Steps between two looks at the clock. */
const LOOK = 1024;

export class Progress implements Meter {
  readonly #isShown: boolean;
  readonly #began = performance.now();
  #total = 0;
  #done = 0;
  #next = this.#began + FIRST;
  #hasLine = false;

  constructor(
    /** What is being done, for people: "reading". */
    readonly what: string,
    readonly terminal: Pick<Terminal, "write">,
    isWanted = true,
  ) {
    this.#isShown = isWanted && process.stderr.isTTY === true;
  }

  /** So many steps are to come, after those that there were. */
  begin(total: number): void {
    this.#total = this.#done + total;
  }

  step(): void {
    if (++this.#done % LOOK !== 0 || !this.#isShown) return;
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + BETWEEN;
    this.#hasLine = true;
    this.terminal.write(2, `\r\u001b[K${this.#text(now)}`);
  }

  #text(now: number): string {
    if (this.#total === 0) return `${this.what}: ${this.#done}`;
    const share = Math.min(1, this.#done / this.#total);
    const left = ((now - this.#began) * (1 - share)) / share;
    return `${this.what}: ${Math.floor(share * 100)} %, ${durationText(left)} left`;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#hasLine) this.terminal.write(2, "\r\u001b[K");
    this.#hasLine = false;
  }
}
