// The thread that writes: it takes the shards' steps out of their pipes and commits them, many in one transaction. One fsync
// serves all tasks that have parked meanwhile.
//
// W1. `group` gathers for some milliseconds before it commits, `strict` commits what there is at once; what comes during a commit
//     goes into the next one; the only shard of a program does that itself (space.ts, M5). `off` only gathers, and commits when that is asked for.
// W2. DURABLE moves on after the commit has returned, and never past a step that is not in it.
// W3. The first error ends it (store.ts, S4): the state says so, everybody who waits is woken, DURABLE stays where it is.

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Collector } from "./collector.ts";
import type { Stamp } from "./journal.ts";
import type { Owner } from "./owner.ts";
import {
  failureOf,
  isAtOrAfter,
  publishCommit,
  publishSize,
  type Space,
  setFailed,
  spaceOf,
  Word,
  WriterState,
} from "./space.ts";
import { Store } from "./store.ts";
import { cannotWrite, HorizonError, type TroubleKind } from "./trouble.ts";

export type Durability = "strict" | "group" | "off";

export interface WriterData {
  readonly path: string;
  readonly owner: Owner;
  readonly limit: number;
  readonly memory: SharedArrayBuffer;
  readonly shards: number;
  readonly durability: Durability;
  /** Milliseconds between the first step of a group and its commit. */
  readonly interval: number;
}

export type WriterMessage =
  /** The thread has everything that it needs. */
  | { readonly kind: "started" }
  | { readonly kind: "durable"; readonly stamp: Stamp }
  | { readonly kind: "failed"; readonly trouble: TroubleKind; readonly reason: string };

class Writer {
  readonly #space: Space;
  readonly #collector: Collector;
  #flushed = 0;

  constructor(
    readonly data: WriterData,
    readonly store: Store,
    readonly port: MessagePort,
  ) {
    this.#space = spaceOf(data.memory, data.shards);
    this.#collector = new Collector(this.#space, data.durability === "off");
  }

  /** Until the space is closed, or a write fails. */
  run(): void {
    const { words } = this.#space;
    publishSize(words, this.store.size);
    Atomics.store(words, Word.Open, 1);
    this.#post({ kind: "started" });
    for (;;) {
      const wake = Atomics.load(words, Word.Wake);
      // A shard could not commit a step (M5).
      if (Atomics.load(words, Word.State) === WriterState.Failed)
        throw new HorizonError("failed", this.store.path, failureOf(this.#space));
      const isClosing = Atomics.load(words, Word.Close) === 1;
      const flush = Atomics.load(words, Word.Flush);
      const cut = this.#collector.collect();
      // A shard may have committed a step meanwhile (M5).
      const hasNews = !isAtOrAfter(Atomics.load(words, Word.Durable), cut);
      if (isClosing || (hasNews && (this.data.durability !== "off" || flush !== this.#flushed))) {
        this.#commit(this.data.durability === "group" && !isClosing ? this.#gather() : cut);
        this.#flushed = flush;
        if (isClosing) return;
      } else {
        this.#flushed = flush;
        this.#tell();
        this.#sleep(wake);
      }
    }
  }

  /** W1: waits for more, unless somebody wants it on disk now. */
  #gather(): Stamp {
    const { words } = this.#space;
    const end = performance.now() + this.data.interval;
    for (;;) {
      const wake = Atomics.load(words, Word.Wake);
      const flush = Atomics.load(words, Word.Flush);
      const cut = this.#collector.collect();
      const left = end - performance.now();
      if (left <= 0 || flush !== this.#flushed || Atomics.load(words, Word.Close) === 1) return cut;
      // ASLEEP stays 0, so that steps do not wake us; who is in a hurry does.
      Atomics.wait(words, Word.Wake, wake, left);
    }
  }

  #commit(cut: Stamp): void {
    const { words } = this.#space;
    if (!this.#collector.isEmpty) this.store.commit(this.#collector.take());
    // After the commit (W2); pairs with the loads in Journal. At the end a shard may have come further (M5).
    const durable = Atomics.load(words, Word.Durable);
    publishCommit(words, isAtOrAfter(durable, cut) ? durable : cut, this.store.size);
    this.#tell();
  }

  #tell(): void {
    const { words } = this.#space;
    if (Atomics.exchange(words, Word.Listening, 0) === 1)
      this.#post({ kind: "durable", stamp: Atomics.load(words, Word.Durable) });
  }

  #sleep(wake: number): void {
    const { words } = this.#space;
    // In `off` there is time until somebody is in a hurry, or a pipe is full.
    Atomics.store(words, Word.Asleep, this.data.durability === "off" ? 0 : 1);
    Atomics.wait(words, Word.Wake, wake);
    Atomics.store(words, Word.Asleep, 0);
  }

  /** W3 */
  fail(error: unknown): void {
    const { kind, reason } = error instanceof HorizonError ? error : cannotWrite(this.data.path, error);
    setFailed(this.#space, reason);
    this.#post({ kind: "failed", trouble: kind, reason });
  }

  #post(message: WriterMessage): void {
    this.port.postMessage(message);
  }
}

/** Runs in a thread of its own (writer-thread.ts). */
export async function runWriter(): Promise<void> {
  const data: WriterData = workerData;
  const store = Store.attach(data.path, data.owner, data.limit);
  const writer = new Writer(data, store, parentPort!);
  try {
    writer.run();
  } catch (error) {
    writer.fail(error);
  } finally {
    await store.close();
  }
}
