// Whose records name a pending future. When it settles, they are written again, with what came of it: its task has no record
// any more, so whoever still names it as pending would wait for ever after a crash.
//
//   tasks, channels, the variables of the program ──(their records name)──> futures

import type { Channel, Future } from "../../engine/values.ts";
import type { LiveTask } from "../task.ts";

/** Who has a record: a task, a channel, or the variables of the program together. */
export type Namer = LiveTask | Channel | "globals";

export class Names {
  /** Of a future that nobody has any more, nothing is to be written. */
  readonly #namers = new WeakMap<Future, Set<Namer>>();
  /** What the newest records name. */
  readonly #named = new WeakMap<LiveTask, ReadonlySet<Future>>();

  /** What the newest record of a task names. */
  ofTask(task: LiveTask, named: ReadonlySet<Future>): void {
    for (const future of this.#named.get(task) ?? []) if (!named.has(future)) this.#namers.get(future)?.delete(task);
    if (named.size > 0) this.#named.set(task, named);
    else this.#named.delete(task);
    for (const future of named) this.add(task, future);
  }

  /** A record names a future; of tasks, `ofTask` says so. */
  add(namer: Namer, future: Future): void {
    const namers = this.#namers.get(future);
    if (namers === undefined) this.#namers.set(future, new Set([namer]));
    else namers.add(namer);
  }

  /** A future has settled: who is to be written again. */
  settled(future: Future): Iterable<Namer> {
    const namers = this.#namers.get(future);
    this.#namers.delete(future);
    return namers ?? [];
  }
}

export const NO_FUTURES: ReadonlySet<Future> = new Set();
