// Tasks that may be what ends the process: one that makes Node or the system give up (out of memory, a fault in native code) would
// do so again each time the program goes on, and take all others with it.
//
//   restored ──> on trial ── has run, and was kept ──> proven
//                  └── the process ends while it runs ──> accused by the next start: backed off, at last failed
//
// R1. Every task of an earlier run is on trial until it has run and its new state was written down. While it runs, the file beside
//     the `.wld` file says so (horizon/running.ts); so the next start knows which task was running when the process ended. Other
//     tasks cost nothing: if one of them ends the process, the next start has it on trial.
// R2. An accused task has one more crash in its record, on the disk before anything runs. It goes on after a pause that doubles with each
//     crash, so the others get on, prove themselves, and are not accused in its place.
// R3. With MOST_CRASHES in a row a task has failed: it stays in the file as it was, and is not run. Whoever waits for it waits until it is
//     resumed or dropped there. When the program has ended, the file is kept for its sake.
// R4. A fault of a task's own code has nothing to do with this: it ends the task.

import type { Input } from "../../engine/host.ts";
import type { LiveTask } from "../task.ts";

/** How often in a row a task may be running when the process ends. */
export const MOST_CRASHES = 5;
/** Milliseconds before a task goes on that has crashed once. */
const FIRST_PAUSE = 500;

export interface TrialOptions {
  /** Tasks that were running when the earlier run ended (R1). */
  readonly accused: ReadonlySet<number>;
  /** This task runs from now on, 0: none; said where the next start finds it. */
  say(task: number): void;
}

/** A task that goes on later (R2), and what is known of its wait meanwhile. */
export interface Late {
  readonly task: LiveTask;
  /** What it goes on with, when it waits for nothing. */
  readonly input: Input | undefined;
  readonly deadline: number | undefined;
  goOn(): void;
}

interface Trial {
  readonly crashes: number;
  hasRun: boolean;
}

export const pauseAfter = (crashes: number): number => FIRST_PAUSE * 2 ** (crashes - 1);

export const pauseText = (task: string, crashes: number): string =>
  `${task} was running when the process ended${times(crashes)}; it goes on in ${pauseAfter(crashes) / 1000} s`;

export const failedText = (task: string, id: number, crashes: number): string =>
  `${task} was running when the process ended${times(crashes)}; it is kept as failed: walia horizon show ${id}`;

const times = (count: number): string => (count === 1 ? "" : `, ${count} times in a row`);

export class Trials {
  readonly #options: TrialOptions;
  readonly #tasks = new Map<LiveTask, Trial>();
  readonly #late = new Map<LiveTask, Late & { readonly at: number }>();
  /** What the file says of the task that it names. */
  #said: "nothing" | "runs" | "has run" = "nothing";

  constructor(options: TrialOptions) {
    this.#options = options;
  }

  /** R1 */
  begin(task: LiveTask, crashes: number): void {
    this.#tasks.set(task, { crashes, hasRun: false });
  }

  isOnTrial(task: LiveTask): boolean {
    return this.#tasks.has(task);
  }

  /** It is another shard's now, or has ended. */
  leaves(task: LiveTask): void {
    this.#tasks.delete(task);
  }

  /** The task is about to run. */
  runs(task: LiveTask): void {
    const trial = this.#tasks.size === 0 ? undefined : this.#tasks.get(task);
    if (trial === undefined) {
      this.noneRuns();
      return;
    }
    trial.hasRun = true;
    this.#said = "runs";
    this.#options.say(task.id);
  }

  /** It has run, and all that was begun on top of it. That is said before another one runs, which may be on trial, too. */
  hasRun(): void {
    if (this.#said === "runs") this.#said = "has run";
  }

  /** What runs now is no task on trial. */
  noneRuns(): void {
    if (this.#said !== "has run") return;
    this.#said = "nothing";
    this.#options.say(0);
  }

  /** The task is being written down: how many crashes its record has. */
  kept(task: LiveTask): number {
    if (this.#tasks.size === 0) return 0;
    const trial = this.#tasks.get(task);
    if (trial === undefined) return 0;
    if (!trial.hasRun) return trial.crashes;
    this.#tasks.delete(task);
    return 0;
  }

  // ---- Tasks that go on later (R2) ----

  delay(late: Late, at: number): void {
    this.#late.set(late.task, { ...late, at });
  }

  lateOf(task: LiveTask): Late | undefined {
    return this.#late.get(task);
  }

  /** The task goes another way. False when it is not late. */
  forget(task: LiveTask): boolean {
    return this.#late.delete(task);
  }

  get late(): number {
    return this.#late.size;
  }

  /** When the next one goes on. */
  get due(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { at } of this.#late.values()) due = Math.min(due, at);
    return due;
  }

  goOn(now: number): void {
    for (const [task, late] of this.#late) {
      if (late.at > now) continue;
      this.#late.delete(task);
      late.goOn();
    }
  }
}
