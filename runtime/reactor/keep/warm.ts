// Which tasks that sleep become cold when memory is scarce (cold.ts): those that have slept longest, once they are on the disk.
//
//   written by a cut ──> the end of the line ── too many, and the cut is on the disk ──> the head of the line: cold, if it sleeps still
//
// M1. What they take is estimated from their records: exact figures nobody has, and a rule that is the same each time can be
//     relied on.
// M2. A task that has been written again stands in the line again: its earlier place counts until it comes to the head, and is
//     passed over then. So nothing is looked for, and the line is never longer than what may be in memory.
// M3. V8 gives memory back when it looks for garbage, which it does when memory is asked for, and a program that sleeps does not
//     ask. So it is told to when as much has become cold as may be in memory.
// M4. When they take twice what they may because the disk is slow, the shard waits for it: the program must not start tasks faster than
//     they can be written.

import type { Stamp } from "../../horizon/journal.ts";
import type { LiveTask } from "../task.ts";

/** Bytes that a task takes in memory that sleeps, and for each byte of its continuation (measured: bench/README.md). */
const TASK = 600;
const PER_BYTE = 6;
/** Bytes of cold tasks for which it is not worth looking for garbage (M3). */
const LITTLE = 32 * 1024 * 1024;

interface Place {
  readonly task: LiveTask;
  /** How often it had been written then. */
  readonly generation: number;
  readonly bytes: number;
}

/** What one cut has written. */
interface Batch {
  readonly stamp: Stamp;
  readonly places: readonly Place[];
}

export class WarmTasks {
  readonly #most: number;
  #line: Batch[] = [];
  #head = 0;
  #new: Place[] = [];
  #bytes = 0;
  #cooled = 0;

  /** What a task takes, as those of the last cut have. */
  #each = TASK;

  /** `most`: bytes that they may take; undefined: as many as they want. */
  constructor(most: number | undefined) {
    this.#most = most ?? Number.POSITIVE_INFINITY;
  }

  /** A task that sleeps was written, with a continuation of this length. */
  add(task: LiveTask, generation: number, length: number): void {
    if (this.#most === Number.POSITIVE_INFINITY) return;
    const bytes = TASK + length * PER_BYTE;
    this.#new.push({ task, generation, bytes });
    this.#bytes += bytes;
  }

  /** All that were added since the last time are in this step. */
  written(stamp: Stamp): void {
    if (this.#new.length === 0) return;
    this.#each = this.#new.reduce((sum, { bytes }) => sum + bytes, 0) / this.#new.length;
    this.#line.push({ stamp, places: this.#new });
    this.#new = [];
  }

  /** So many tasks alone, which have yet to be written, may take all that there is. */
  wouldFill(tasks: number): boolean {
    return tasks * this.#each > this.#most;
  }

  /** They take more than they may. */
  get areTooMany(): boolean {
    return this.#bytes > this.#most && this.#head < this.#line.length;
  }

  /** M4: the step to wait for; null when there is none. */
  get overdue(): Stamp | null {
    return this.areTooMany && this.#bytes > 2 * this.#most ? this.#line[this.#head]!.stamp : null;
  }

  /** Takes off the line what is too much, as far as it is on the disk. */
  *takeSurplus(isDurable: (stamp: Stamp) => boolean): Iterable<Place> {
    while (this.areTooMany && isDurable(this.#line[this.#head]!.stamp)) {
      const { places } = this.#line[this.#head++]!;
      for (const place of places) {
        this.#bytes -= place.bytes;
        this.#cooled += place.bytes;
        yield place;
      }
    }
    if (this.#head * 2 > this.#line.length) {
      this.#line = this.#line.slice(this.#head);
      this.#head = 0;
    }
  }

  /** It is time to look for garbage (M3): true once. */
  takeGarbage(): boolean {
    if (this.#cooled < Math.max(this.#most, LITTLE)) return false;
    this.#cooled = 0;
    return true;
  }
}
