// The writer's side of the pipes: takes steps out of them and gives back a state that was (space.ts, M3), with only the last
// change of each record.

import type { Change } from "./change.ts";
import { readChanges, type Stamp } from "./journal.ts";
import { copyOut, isAtOrAfter, type Pipe, type Space, Word } from "./space.ts";
import { type Key, TABLES } from "./tables.ts";

interface Step {
  readonly stamp: Stamp;
  readonly body: Uint8Array;
}

/** What has come through one pipe and is not a whole step yet. */
class Inlet {
  /** Bytes of the step that is being received: its head, then all of it. */
  #parts: Uint8Array[] = [];
  #length = 0;
  /** The newest stamp that came through. */
  newest: Stamp | undefined;

  constructor(
    readonly space: Space,
    readonly pipe: Pipe,
  ) {}

  /** Takes everything there is. */
  drain(into: Step[]): void {
    const { words } = this.space;
    const head = Atomics.load(words, this.pipe.head);
    const length = (Atomics.load(words, this.pipe.tail) - head) | 0;
    if (length === 0) return;
    const bytes = new Uint8Array(length);
    copyOut(this.pipe, head, bytes);
    // Gives the room back; pairs with the load in Journal (M1).
    Atomics.store(words, this.pipe.head, (head + length) | 0);
    Atomics.notify(words, this.pipe.head);
    this.#receive(bytes, into);
  }

  #receive(bytes: Uint8Array, into: Step[]): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length < this.#needed()) return;
    const all = this.#joined();
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    let at = 0;
    while (at + 4 <= all.length) {
      const end = at + 4 + view.getUint32(at, true);
      if (end > all.length) break;
      const stamp = view.getInt32(at + 4, true);
      if (this.newest !== undefined && isAtOrAfter(this.newest, stamp)) throw new Error("broken M2: stamps go back");
      this.newest = stamp;
      into.push({ stamp, body: all.subarray(at + 8, end) });
      at = end;
    }
    this.#parts = at === all.length ? [] : [all.subarray(at)];
    this.#length = all.length - at;
  }

  /** How many bytes the step at the front has, with its length, as far as that is known. */
  #needed(): number {
    if (this.#length < 4) return 4;
    // The length may have come in two pieces.
    const first = this.#parts[0]!.length >= 4 ? this.#parts[0]! : this.#joined();
    return 4 + new DataView(first.buffer, first.byteOffset, 4).getUint32(0, true);
  }

  #joined(): Uint8Array {
    const joined = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [joined];
    return joined;
  }
}

export class Collector {
  readonly #inlets: readonly Inlet[];
  /** Whole steps above the last cut. */
  #steps: Step[] = [];
  /** By table: the last change of each record. */
  #changes: Map<Key, Change>[] = TABLES.map(() => new Map());

  /** `copies`: what was collected is kept for long, so it must not keep whole pipes' worth of bytes alive. */
  constructor(
    readonly space: Space,
    readonly copies: boolean,
  ) {
    this.#inlets = space.pipes.map((pipe) => new Inlet(space, pipe));
  }

  /** Takes in every step up to a cut, which it gives back. */
  collect(): Stamp {
    const { words } = this.space;
    let cut = Atomics.load(words, Word.Stamp);
    for (const inlet of this.#inlets) cut = this.#settle(inlet, cut);
    const later: Step[] = [];
    const now: Step[] = [];
    for (const step of this.#steps) (isAtOrAfter(cut, step.stamp) ? now : later).push(step);
    this.#steps = later;
    if (this.#inlets.length > 1) now.sort((a, b) => (a.stamp - b.stamp) | 0);
    for (const { body } of now) for (const change of readChanges(body)) this.#add(change);
    return cut;
  }

  /** What was collected since the last time. */
  take(): Iterable<Change> {
    const taken = this.#changes;
    this.#changes = TABLES.map(() => new Map());
    return inOrder(taken);
  }

  get isEmpty(): boolean {
    return this.#changes.every(({ size }) => size === 0);
  }

  /**
   * M3: drains until no step up to the cut can be missing, and gives the cut back. A shard that was ended in the middle of a step
   * never delivers it: then the cut is before that step.
   */
  #settle(inlet: Inlet, cut: Stamp): Stamp {
    const { words } = this.space;
    for (;;) {
      const busy = Atomics.load(words, inlet.pipe.busy);
      inlet.drain(this.#steps);
      if (busy === 0 || (inlet.newest !== undefined && isAtOrAfter(inlet.newest, cut))) return cut;
      if (Atomics.load(words, Word.Close) === 1) return inlet.newest ?? Atomics.load(words, Word.Durable);
      // It is a matter of microseconds, except where the shard waits for room or the machine is busy.
      Atomics.wait(words, inlet.pipe.busy, 1, 0.05);
    }
  }

  #add(change: Change): void {
    const { table, key, payload } = change;
    const kept = this.copies && payload !== undefined ? { table, key, payload: Buffer.from(payload) } : change;
    this.#changes[table]!.set(key, kept);
  }
}

function* inOrder(changes: readonly Map<Key, Change>[]): Iterable<Change> {
  for (const table of changes) yield* table.values();
}
