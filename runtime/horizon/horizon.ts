// The event horizon of a running program: its `.wld` file, the thread that writes it, and a journal for each shard.
//
// H1. A step is durable when its stamp is (journal.ts, J2): in `strict` nothing leaves the process before that.
// H2. When writing fails, every promise that was given out is rejected, `failed` is told, and steps are refused from then on.

import { Worker } from "node:worker_threads";
import type { Visit } from "./check.ts";
import { Journal, type JournalSeat, type Stamp } from "./journal.ts";
import { DEFAULT_LIMIT } from "./record.ts";
import { hurryWriter, isAtOrAfter, makeSpace, type Space, setFailed, spaceOf, Word, WriterState } from "./space.ts";
import { Store, type StoreOptions } from "./store.ts";
import type { Key, Table } from "./tables.ts";
import { HorizonError } from "./trouble.ts";
import type { Durability, WriterData, WriterMessage } from "./writer.ts";

export interface HorizonOptions {
  /** The release that opens it. */
  readonly by: string;
  readonly durability: Durability;
  readonly shards: number;
  /** The built writer-thread.ts. */
  readonly writer: string | URL;
  /** How large the file may become, in bytes. */
  readonly limit?: number;
  /** `group`: milliseconds between the first step of a group and its commit. */
  readonly interval?: number;
  /** Bytes of each shard's pipe, a power of two. */
  readonly capacity?: number;
  /** The space that journals write to already; by default a new one. */
  readonly memory?: SharedArrayBuffer;
  /** Told of every record that is there when it is opened. */
  readonly visit?: Visit;
  /** Reads and checks a file that is there, instead (StoreOptions). */
  readonly check?: StoreOptions["check"];
  /** Told once, when nothing can be written any more (H2). */
  readonly failed?: (error: HorizonError) => void;
}

export const DEFAULT_INTERVAL = 4;
export const DEFAULT_CAPACITY = 4 * 1024 * 1024;

/** Whether shards commit their steps themselves (space.ts, M5). */
export const commitsItself = (durability: Durability, shards: number): boolean =>
  durability === "strict" && shards === 1;

interface Waiter {
  readonly stamp: Stamp;
  readonly resolve: () => void;
  readonly reject: (error: HorizonError) => void;
}

export class Horizon {
  readonly #space: Space;
  readonly #exited: Promise<void>;
  /** The thread has opened what it needs, or ended. */
  readonly started: Promise<void>;
  #waiters: Waiter[] = [];
  #failure: HorizonError | undefined;

  private constructor(
    readonly store: Store,
    readonly options: HorizonOptions,
    readonly worker: Worker,
    memory: SharedArrayBuffer,
  ) {
    this.#space = spaceOf(memory, options.shards);
    worker.on("message", (message: WriterMessage) => this.#told(message));
    this.started = new Promise((resolve) => {
      worker.once("message", () => resolve());
      worker.once("exit", () => resolve());
    });
    this.#exited = new Promise((resolve) => {
      worker.on("error", (error) =>
        this.#fail(new HorizonError("failed", store.path, `the writing thread ended: ${error.message}`)),
      );
      worker.on("exit", () => resolve());
    });
  }

  /** Opens or makes the file and starts the writing thread. HorizonError as Store.open. */
  static async open(path: string, options: HorizonOptions): Promise<Horizon> {
    const { by, shards, durability, limit = DEFAULT_LIMIT, visit, check } = options;
    const store = await Store.open(path, { by, limit, ...(visit && { visit }), ...(check && { check }) });
    const memory = options.memory ?? makeSpace(shards, options.capacity ?? DEFAULT_CAPACITY);
    const interval = options.interval ?? DEFAULT_INTERVAL;
    const workerData: WriterData = { path, owner: store.owner, limit, memory, shards, durability, interval };
    const worker = new Worker(options.writer, { workerData, name: "horizon" });
    return new Horizon(store, options, worker, memory);
  }

  /** What a shard's thread needs for `new Journal`. */
  seat(shard: number): JournalSeat {
    const { store, options } = this;
    const { shards, durability } = options;
    const commits = commitsItself(durability, shards);
    return { path: store.path, memory: this.#space.memory, shards, shard, limit: store.limit, commits };
  }

  journal(shard: number): Journal {
    return new Journal(this.seat(shard));
  }

  /** Resolves when the stamp is on disk; rejects with a HorizonError when it never will be (H2). */
  durable(stamp: Stamp): Promise<void> {
    const { words } = this.#space;
    if (isAtOrAfter(Atomics.load(words, Word.Durable), stamp)) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ stamp, resolve, reject });
      this.#listen();
    });
  }

  /** Resolves when everything that was handed over so far, by all shards, is on the disk. */
  checkpoint(): Promise<void> {
    const { words } = this.#space;
    const stamp = Atomics.load(words, Word.Stamp);
    Atomics.add(words, Word.Flush, 1);
    const done = this.durable(stamp);
    hurryWriter(words);
    return done;
  }

  /** A record as the last commit has it. HorizonError when it is damaged. */
  get(table: Table, key: Key): Uint8Array | undefined {
    return this.store.get(table, key);
  }

  /** Commits so far, for those who watch. */
  get commits(): number {
    return Atomics.load(this.#space.words, Word.Commits);
  }

  /** Writes what there is and lets go of the file. Shards must have stopped. HorizonError when the last write failed. */
  async close(): Promise<void> {
    const { words } = this.#space;
    Atomics.store(words, Word.Close, 1);
    hurryWriter(words);
    await this.#exited;
    Atomics.compareExchange(words, Word.State, WriterState.Running, WriterState.Closed);
    const stamp = Atomics.load(words, Word.Durable);
    this.#told({ kind: "durable", stamp });
    this.#settle(new HorizonError("closed", this.store.path, "the file was closed."));
    await this.store.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Asks for a message after the next commit. */
  #listen(): void {
    const { words } = this.#space;
    Atomics.store(words, Word.Listening, 1);
    hurryWriter(words);
  }

  #told(message: WriterMessage): void {
    if (message.kind === "started") return;
    if (message.kind === "failed") {
      this.#fail(new HorizonError(message.trouble, this.store.path, message.reason));
      return;
    }
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ stamp }) => !isAtOrAfter(message.stamp, stamp));
    for (const { stamp, resolve } of waiters) if (isAtOrAfter(message.stamp, stamp)) resolve();
    if (this.#waiters.length > 0) this.#listen();
  }

  #fail(error: HorizonError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    setFailed(this.#space, error.reason);
    this.#settle(error);
    this.options.failed?.(error);
  }

  #settle(error: HorizonError): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
  }
}
