// The file beside a `.wld` file that says which task each core is running, as far as that matters (reactor/keep/trials.ts). It is
// what a process that was ended from one moment to the next has said last: the operating system keeps what was written, without
// waiting for the disk. It is there only while tasks of an earlier run have yet to prove themselves.
//
//   8 bytes for each core: the id of the task as a double, low byte first; 0: none

import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from "node:fs";

const ENTRY = 8;

/** Of the program whose state is in `path`. */
export const runningPath = (path: string): string => `${path}-running`;

/** The tasks that cores were running when the process ended; none when nobody has said so. */
export function readRunning(path: string): ReadonlySet<number> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(runningPath(path));
  } catch {
    return new Set();
  }
  const tasks = new Set<number>();
  for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
    const task = bytes.readDoubleLE(at);
    if (Number.isSafeInteger(task) && task > 0) tasks.add(task);
  }
  return tasks;
}

export function removeRunning(path: string): void {
  rmSync(runningPath(path), { force: true });
}

/** One core's entry. Where the file cannot be written, nothing is said, and nobody is accused. */
export class RunningEntry {
  readonly #path: string;
  readonly #at: number;
  readonly #bytes = Buffer.alloc(ENTRY);
  /** Null before the first word; -1 when it cannot be had. */
  #fd: number | null = null;

  constructor(path: string, shard: number) {
    this.#path = runningPath(path);
    this.#at = shard * ENTRY;
  }

  /** The core runs this task from now on; 0: none. */
  say(task: number): void {
    try {
      this.#fd ??= openSync(this.#path, constants.O_RDWR | constants.O_CREAT);
      if (this.#fd < 0) return;
      this.#bytes.writeDoubleLE(task);
      writeSync(this.#fd, this.#bytes, 0, ENTRY, this.#at);
    } catch {
      this.close();
      this.#fd = -1;
    }
  }

  close(): void {
    if (this.#fd !== null && this.#fd >= 0) closeSync(this.#fd);
    this.#fd = null;
  }
}
