// Futures that have failed and that nobody awaits: when each is reported (shard.ts, E3).
//
//   failed ──> waiting, GRACE ──> still not awaited: reported, once
//                          └────> awaited meanwhile: its awaiter has the fault

import type { Fault, Future } from "../engine/values.ts";

/** How long a program may take to await a task that has failed already, in milliseconds. */
const GRACE = 1000;

export class Orphans {
  readonly #report: (fault: Fault, task: string) => void;
  #waiting: { readonly future: Future; readonly task: string; readonly due: number }[] = [];

  constructor(report: (fault: Fault, task: string) => void) {
    this.#report = report;
  }

  add(future: Future, task: string, now: number): void {
    this.#waiting.push({ future, task, due: now + GRACE });
  }

  /** Somebody awaits it after all. */
  observe(id: number): void {
    for (const { future } of this.#waiting) if (future.id === id) future.observed = true;
  }

  /** When the next one is to be looked at, or Infinity. */
  get due(): number {
    return this.#waiting[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  /** Reports those whose time has come; at the end of the program, all. */
  reportDue(now: number): void {
    const due = this.#waiting.filter((orphan) => orphan.due <= now);
    this.#waiting = this.#waiting.slice(due.length);
    for (const { future, task } of due) {
      if (!future.observed && future.state.kind === "failed") this.#report(future.state.fault, task);
    }
  }
}
