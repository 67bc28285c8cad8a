// A shard's side of the store: it says what a step changed, and asks how far the disk has come.
//
//   changes = change…
//   change  = byte table·2 + (1: put) · key: varint, or text where keys are texts · when put: varint length, payload
//
// J1. A step is everything that happened between two moments at which a task can be found by others: its new state, what it
//     consumed, what it set going, what it wants to leave the process. It is in the file whole or not at all.
// J2. `step` returns at once; the stamp it gives is durable when DURABLE has reached it. Only a full pipe makes it wait; and a shard
//     that commits its steps itself has the step on the disk when it returns.
// J3. What cannot be kept is refused here, with the number, before anything of the step is written.

import { Sink, Source } from "./bytes.ts";
import type { Change } from "./change.ts";
import { PAGE } from "./pages.ts";
import { LARGEST_RECORD, RECORD_HEAD } from "./record.ts";
import {
  copyIn,
  failureOf,
  hurryWriter,
  isAtOrAfter,
  type Pipe,
  publishCommit,
  type Space,
  setFailed,
  spaceOf,
  Word,
  WriterState,
  wakeWriter,
} from "./space.ts";
import { HEADROOM, ownerOf, Store, tooLarge } from "./store.ts";
import { isNumbered, requireKey, type Table, tableName } from "./tables.ts";
import { HorizonError } from "./trouble.ts";

/** Which steps: those up to it. */
export type Stamp = number;

/** What another thread needs to make a journal; plain data, for a message. */
export interface JournalSeat {
  readonly path: string;
  readonly memory: SharedArrayBuffer;
  readonly shards: number;
  readonly shard: number;
  /** How large the file may become, in bytes. */
  readonly limit: number;
  /** Its shard commits its steps itself (space.ts, M5). */
  readonly commits: boolean;
}

/** Room for length and stamp. */
const STEP_HEAD = new Uint8Array(8);

export class Journal {
  readonly #space: Space;
  readonly #pipe: Pipe;
  readonly #sink = new Sink();
  /** Open once this shard has committed a step itself; null when it cannot. */
  #store: Store | null | undefined;

  constructor(readonly seat: JournalSeat) {
    this.#space = spaceOf(seat.memory, seat.shards);
    this.#pipe = this.#space.pipes[seat.shard]!;
  }

  /**
   * Hands over a step (J1). HorizonError when it is too large, or when nothing is written any more; RangeError for a key that
   * its table cannot have.
   */
  step(changes: readonly Change[]): Stamp {
    this.#requireRunning();
    for (const change of changes) this.#requireRoom(change);
    const store = this.#ownStore;
    if (store !== null) return this.#commit(store, changes);
    this.#sink.raw(STEP_HEAD);
    for (const change of changes) writeChange(this.#sink, change);
    const step = this.#sink.view();
    this.prepare();
    return this.#deliver(step, this.takeStamp());
  }

  /** The file, while this shard may commit to it itself (M5): it is open, and nothing is on its way to the writer. */
  get #ownStore(): Store | null {
    if (!this.seat.commits || Atomics.load(this.#space.words, Word.Open) === 0 || !this.isDurable(this.now))
      return null;
    if (this.#store === undefined) this.#store = attachTo(this.seat);
    return this.#store;
  }

  /** M5. HorizonError when writing fails, and from then on. */
  #commit(store: Store, changes: readonly Change[]): Stamp {
    const { words } = this.#space;
    this.prepare();
    try {
      store.commit(changes);
      const stamp = this.takeStamp();
      publishCommit(words, stamp, store.size);
      return stamp;
    } catch (error) {
      if (error instanceof HorizonError && error.kind !== "too large") setFailed(this.#space, error.reason);
      throw error;
    } finally {
      this.abandon();
      // Who waits elsewhere is told by the writer, also that nothing is written any more.
      const isOver = Atomics.load(words, Word.State) !== WriterState.Running;
      if (isOver || Atomics.load(words, Word.Listening) === 1) hurryWriter(words);
    }
  }

  /** No step follows. */
  async close(): Promise<void> {
    const store = this.#store;
    this.#store = null;
    await store?.close();
  }

  /**
   * From now on the writer waits for this shard's part of a step that several shards make together: each prepares, then one takes
   * the stamp, then each hands over its part under it. So all parts are in one commit (M3).
   */
  prepare(): void {
    // Stored before the stamp is taken, so that the writer never misses a step below its cut (M3).
    Atomics.store(this.#space.words, this.#pipe.busy, 1);
  }

  takeStamp(): Stamp {
    return (Atomics.add(this.#space.words, Word.Stamp, 1) + 1) | 0;
  }

  /** What was prepared does not come. */
  abandon(): void {
    Atomics.store(this.#space.words, this.#pipe.busy, 0);
  }

  /** This shard's part of a step, for which it has prepared. Throws as `step`; then it is to be abandoned. */
  part(changes: readonly Change[], stamp: Stamp): Stamp {
    this.#requireRunning();
    for (const change of changes) this.#requireRoom(change);
    this.#sink.raw(STEP_HEAD);
    for (const change of changes) writeChange(this.#sink, change);
    return this.#deliver(this.#sink.view(), stamp);
  }

  #deliver(step: Buffer, stamp: Stamp): Stamp {
    const { words } = this.#space;
    step.writeUInt32LE(step.length - 4, 0);
    step.writeInt32LE(stamp, 4);
    this.#write(step);
    Atomics.store(words, this.#pipe.busy, 0);
    wakeWriter(words);
    return stamp;
  }

  /** The stamp of all steps so far, of all shards. */
  get now(): Stamp {
    return Atomics.load(this.#space.words, Word.Stamp);
  }

  isDurable(stamp: Stamp): boolean {
    return isAtOrAfter(Atomics.load(this.#space.words, Word.Durable), stamp);
  }

  /** Bytes that the file holds. */
  get size(): number {
    return (Atomics.load(this.#space.words, Word.Size) >>> 0) * PAGE;
  }

  /** It holds as much as it may. There is room for what runs to end, and for nothing new. */
  get isFull(): boolean {
    return this.size >= this.seat.limit;
  }

  get limit(): number {
    return this.seat.limit;
  }

  /** Wants everything so far on the disk as soon as that can be. */
  flush(): void {
    if (this.isDurable(this.now)) return;
    Atomics.add(this.#space.words, Word.Flush, 1);
    hurryWriter(this.#space.words);
  }

  /** Blocks this thread until a stamp is durable; false when that takes longer. HorizonError when it never will be. */
  wait(stamp: Stamp, milliseconds = Number.POSITIVE_INFINITY): boolean {
    const { words } = this.#space;
    const end = performance.now() + milliseconds;
    for (;;) {
      const durable = Atomics.load(words, Word.Durable);
      if (isAtOrAfter(durable, stamp)) return true;
      this.#requireRunning();
      const left = end - performance.now();
      if (left <= 0) return false;
      Atomics.wait(words, Word.Durable, durable, left);
    }
  }

  #write(bytes: Uint8Array): void {
    const { words } = this.#space;
    const pipe = this.#pipe;
    for (let from = 0; from < bytes.length; ) {
      // Plain would do for TAIL: only we write it.
      const tail = Atomics.load(words, pipe.tail);
      const head = Atomics.load(words, pipe.head);
      const room = pipe.bytes.length - ((tail - head) | 0);
      if (room === 0) {
        hurryWriter(words);
        Atomics.wait(words, pipe.head, head, 1000);
        this.#requireRunning();
        continue;
      }
      const part = bytes.subarray(from, from + room);
      copyIn(pipe, tail, part);
      // Publishes the bytes; pairs with the load in Collector.drain (M1).
      Atomics.store(words, pipe.tail, (tail + part.length) | 0);
      from += part.length;
    }
  }

  #requireRunning(): void {
    const state: WriterState = Atomics.load(this.#space.words, Word.State);
    if (state === WriterState.Running) return;
    if (state === WriterState.Closed) throw new HorizonError("closed", this.seat.path, "the file was closed.");
    throw new HorizonError("failed", this.seat.path, failureOf(this.#space));
  }

  /** J3 */
  #requireRoom({ table, key, payload }: Change): void {
    requireKey(table, key);
    if (payload === undefined) return;
    if (payload.length > LARGEST_RECORD - RECORD_HEAD) throw tooLarge(this.seat.path, table, key, payload.length);
    const { size } = this;
    if (size + payload.length <= this.seat.limit + HEADROOM) return;
    throw new HorizonError(
      "too large",
      this.seat.path,
      `the file holds ${size} bytes and may hold ${this.seat.limit}; ${tableName(table)} ${key} with ${payload.length} more does not go in.`,
    );
  }
}

/** The file, which this process has open for writing; null when this thread cannot have it: then the writer writes, or says why not. */
function attachTo({ path, limit }: JournalSeat): Store | null {
  try {
    const owner = ownerOf(path);
    return owner?.pid === process.pid ? Store.attach(path, owner, limit) : null;
  } catch {
    return null;
  }
}

function writeChange(sink: Sink, { table, key, payload }: Change): void {
  sink.byte(table * 2 + (payload === undefined ? 0 : 1));
  if (typeof key === "number") sink.varint(key);
  else sink.text(key);
  if (payload === undefined) return;
  sink.varint(payload.length);
  sink.raw(payload);
}

/** The changes of a step; their payloads are parts of `bytes`. */
export function readChanges(bytes: Uint8Array): Change[] {
  const source = new Source(bytes);
  const changes: Change[] = [];
  while (!source.isAtEnd) {
    const head = source.byte();
    const table: Table = head >> 1;
    const key = isNumbered(table) ? source.varint() : source.text();
    changes.push({ table, key, payload: head & 1 ? source.raw(source.varint()) : undefined });
  }
  return changes;
}
