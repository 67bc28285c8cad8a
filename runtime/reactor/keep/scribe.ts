// Writes the parts of a program as records of the `.wld` file, so that what several of them share is one thing again when they
// are read (restore.ts).
//
//   task         parcel (shards/parcel.ts) of its stack, beside it [order, not begun, cancellation, observed, input, request]
//   globals      parcel of [names, values, numbers, pinned objects]
//   handlers     parcel of the handlers of the whole program, outermost first
//   program      [id of the main task, key of the sources, variables that have their first value, whether it has ended,
//                 and then the tasks that had failed and may be resumed]
//   shard N      the greatest number that the shard has given to anything
//   channel      parcel of [capacity, closed, item, …]          atomic   its value
//   descriptor   parcel of [kind, …]                            monitor  [event that is held, id of the task that handles one]
//
// P1. Tasks that run at home may hold objects that the program's variables hold, too. Such an object is *pinned*: it has a
//     number, stands in the record of the globals, and the task's record names it by its number. It stays pinned, even when no
//     variable holds it any more, as long as the record of some task names it; and while there are records that were not read
//     (cold.ts), as long as one of them might.
// P2. Settled futures stand with their state in every record that names them. Pending ones are named by the id of their task,
//     and when they settle, whatever names them is written again (names.ts).

import { resolve } from "node:path";
import { encode } from "../../codec/encode.ts";
import type { Input } from "../../engine/host.ts";
import { E } from "../../engine/machine.ts";
import { SegmentKind } from "../../engine/segments.ts";
import {
  Atomic,
  type Cell,
  Channel,
  ClassValue,
  Closure,
  Future,
  Instance,
  MapValue,
  TraitValue,
  type Value,
} from "../../engine/values.ts";
import { type Change, put, remove } from "../../horizon/change.ts";
import { Table } from "../../horizon/tables.ts";
import type { Descriptor } from "../descriptors.ts";
import type { MonitorView } from "../ports.ts";
import { type CodeContext, inputToValue, type Links, Packer } from "../shards/parcel.ts";
import { type LiveTask, TaskState } from "../task.ts";
import { LARGEST_PARCEL } from "./limits.ts";
import { type Namer, Names, NO_FUTURES } from "./names.ts";

/** An object that records of tasks name (P1). */
interface Pin {
  readonly number: number;
  /** In how many records. */
  count: number;
}

export class Scribe {
  readonly #packer: Packer;
  readonly #code: CodeContext;
  readonly #met: (channel: Channel) => void;
  /** Gathers what the globals hold, or finds what a task shares with them. */
  #external: (object: object) => number | undefined = () => undefined;
  #reachable = new Set<object>();
  readonly #pins = new Map<object, Pin>();
  readonly #pinsOf = new Map<number, object[]>();
  #numbers = 0;
  #hasNewPins = false;
  #isAlone = true;
  /** Any pin may be named by a record that was not read (P1). */
  #keepsPins = false;
  readonly #channels = new Map<number, WeakRef<Channel>>();
  readonly #atomics = new Map<number, { readonly atomic: WeakRef<Atomic>; kept: number }>();
  readonly #lost: Change[] = [];
  readonly #collected = new FinalizationRegistry<{ readonly table: Table; readonly id: number }>(({ table, id }) => {
    (table === Table.Channels ? this.#channels : this.#atomics).delete(id);
    this.#lost.push(remove(table, id));
  });
  readonly #monitors = new Map<number, string>();
  readonly names = new Names();
  /** Whose record is being written; of a task, what it names comes to `#named`. */
  #namer: Exclude<Namer, LiveTask> | "task" = "globals";
  #named = new Set<Future>();

  /** `met`: a channel that no record has named before. */
  constructor(code: CodeContext, met: (channel: Channel) => void) {
    this.#code = code;
    this.#met = met;
    const links: Links = {
      goes: (shared) => {
        this.#isAlone = false;
        if (shared instanceof Channel) {
          this.meet(shared);
          return shared.capacity;
        }
        if (shared instanceof Atomic && !this.#atomics.has(shared.id)) {
          this.#atomics.set(shared.id, { atomic: new WeakRef(shared), kept: Number.NaN });
          this.#collected.register(shared, { table: Table.Atomics, id: shared.id });
        }
        if (shared instanceof Future && shared.state.kind === "pending") this.#name(shared);
        return 0;
      },
      comes: () => {
        throw new Error("broken: a scribe reads nothing");
      },
      settled: () => undefined,
    };
    this.#packer = new Packer(links, code, {
      external: (object) => this.#external(object),
      most: LARGEST_PARCEL,
    });
  }

  /**
   * Pins of an earlier run, which its tasks' records will name again when they are written anew; `keepsPins`: some are not, for now.
   */
  adopt(pins: ReadonlyMap<number, object>, monitors: Iterable<number>, keepsPins: boolean): void {
    this.#keepsPins = keepsPins;
    for (const port of monitors) this.#monitors.set(port, "");
    for (const [number, object] of pins) {
      this.#numbers = Math.max(this.#numbers, number);
      this.#pins.set(object, { number, count: 0 });
    }
  }

  /** All records were read by now, and will be written again with the next cut. */
  letGoOfPins(): void {
    if (!this.#keepsPins) return;
    this.#keepsPins = false;
    for (const [object, { count }] of this.#pins) if (count === 0) this.#pins.delete(object);
  }

  /** A record names the channel, so it has one itself. */
  meet(channel: Channel): void {
    if (this.#channels.has(channel.id)) return;
    this.#channels.set(channel.id, new WeakRef(channel));
    this.#collected.register(channel, { table: Table.Channels, id: channel.id });
    this.#met(channel);
  }

  /** P2 */
  #name(future: Future): void {
    if (this.#namer === "task") this.#named.add(future);
    else this.names.add(this.#namer, future);
  }

  /** Throws TooLargeError; then what the earlier record names stays as it is. */
  task(task: LiveTask, input: Input | undefined, order: number): Uint8Array {
    const pinned = new Set<object>();
    this.#isAlone = true;
    this.#namer = "task";
    if (this.#named.size > 0) this.#named = new Set();
    if (task.isHome) this.#external = (object) => this.#pin(object, pinned);
    const isFresh = task.state === TaskState.Fresh;
    const beside: Value[] = [
      order,
      isFresh,
      task.cancellation,
      task.future.observed,
      input === undefined ? undefined : inputToValue(input),
      (task.request ?? undefined) as Value,
    ];
    try {
      const bytes = this.#packer.packStack(task.stack!, beside, 0);
      this.#unpinAllOf(task.id);
      this.names.ofTask(task, this.#named);
      if (pinned.size > 0) {
        this.#pinsOf.set(task.id, [...pinned]);
        this.#isAlone = false;
      }
      return bytes;
    } catch (error) {
      this.#unpin(pinned);
      throw error;
    } finally {
      this.#external = () => undefined;
    }
  }

  /** The record of the task that was written last names nothing that others have, too. */
  get isAlone(): boolean {
    return this.#isAlone;
  }

  /** The record of a task does not count any more. */
  taskEnds(task: LiveTask): void {
    this.names.ofTask(task, NO_FUTURES);
    this.#unpinAllOf(task.id);
  }

  #unpinAllOf(id: number): void {
    this.#unpin(this.#pinsOf.get(id) ?? []);
    this.#pinsOf.delete(id);
  }

  /** A record that names these does not count any more. */
  #unpin(objects: Iterable<object>): void {
    for (const object of objects) {
      const pin = this.#pins.get(object)!;
      if (--pin.count === 0 && !this.#keepsPins) this.#pins.delete(object);
    }
  }

  /** P1 */
  #pin(object: object, pinned: Set<object>): number | undefined {
    let pin = this.#pins.get(object);
    if (pin === undefined) {
      if (!this.#reachable.has(object)) return undefined;
      pin = { number: ++this.#numbers, count: 0 };
      this.#pins.set(object, pin);
      this.#hasNewPins = true;
    }
    if (!pinned.has(object)) {
      pinned.add(object);
      pin.count++;
    }
    return pin.number;
  }

  /** Throws TooLargeError. */
  globals(cells: ReadonlyMap<string, Cell>): Uint8Array {
    const reachable = new Set<object>();
    this.#external = (object) => {
      if (this.#mayBePinned(object)) reachable.add(object);
      return undefined;
    };
    const pins = [...this.#pins];
    this.#hasNewPins = false;
    this.#namer = "globals";
    try {
      return this.#packer.pack(
        [
          [...cells.keys()],
          [...cells.values()].map((cell) => cell.v),
          pins.map(([, { number }]) => number),
          pins.map(([object]) => object as Value),
        ],
        0,
      );
    } finally {
      this.#external = () => undefined;
      this.#reachable = reachable;
    }
  }

  /** Records of tasks name objects that the last record of the globals does not have under a number (P1). */
  get hasNewPins(): boolean {
    return this.#hasNewPins;
  }

  /** What is one thing only if nobody copies it: neither what never changes nor what is known by a number. */
  #mayBePinned(object: object): boolean {
    if (Array.isArray(object) || object instanceof MapValue || object instanceof Instance) return true;
    if (
      object instanceof Uint8Array ||
      object instanceof Future ||
      object instanceof Channel ||
      object instanceof Atomic
    )
      return false;
    if (object instanceof Closure || object instanceof ClassValue || object instanceof TraitValue)
      return this.#code.own?.(object.code.id) !== object;
    // A cell has no kind of its own among values; records of globals name none but those in closures.
    return false;
  }

  /** Handlers of the whole program, outermost first. */
  handlers(): Uint8Array {
    // This record is compared at each cut, so nobody need be told.
    this.#namer = "globals";
    const handlers: Value[] = [];
    for (let s = E.program; s.kind !== SegmentKind.Root; s = s.below!) handlers.unshift(s.handler!);
    return this.#packer.pack(handlers, 0);
  }

  /** What was read of standard input and is unused, and where it stands when it is a file; undefined when it is not worth a record. */
  input({ handle, unread, inputFile, offset }: Descriptor): Uint8Array | undefined {
    const parts = [unread, handle?.held].filter((part) => part != null);
    if (parts.length === 0 && inputFile === null) return undefined;
    const end = offset + (handle?.held?.length ?? 0);
    return this.#packer.pack(["input", Buffer.concat(parts), inputFile ?? undefined, end], 0);
  }

  descriptor({ what, offset }: Descriptor): Uint8Array {
    switch (what.kind) {
      case "file":
        return this.#packer.pack([what.kind, resolve(what.path), what.mode, offset], 0);
      case "listener":
        return this.#packer.pack([what.kind, what.host, what.port, what.session], 0);
      case "dialled":
        return this.#packer.pack([what.kind, what.host, what.port], 0);
      case "accepted":
        return this.#packer.pack([what.kind, what.listener, what.key], 0);
      default:
        throw new Error(`broken V1: a ${what.kind} has a record`);
    }
  }

  /** Records of monitors that have changed. */
  monitors(monitors: Iterable<MonitorView>): Change[] {
    const changes: Change[] = [];
    const watched = new Set<number>();
    for (const { port, event, task } of monitors) {
      watched.add(port);
      const bytes = encode([event, task]);
      const text = Buffer.from(bytes).toString("latin1");
      if (this.#monitors.get(port) === text) continue;
      this.#monitors.set(port, text);
      changes.push(put(Table.Monitors, port, bytes));
    }
    for (const port of this.#monitors.keys()) {
      if (watched.has(port)) continue;
      this.#monitors.delete(port);
      changes.push(remove(Table.Monitors, port));
    }
    return changes;
  }

  get keptMonitors(): Iterable<number> {
    return this.#monitors.keys();
  }

  /** Some record names it, so it has one itself. */
  knows(channel: Channel): boolean {
    return this.#channels.has(channel.id);
  }

  channel(channel: Channel): Uint8Array {
    const { capacity, closed, items } = channel;
    this.#namer = channel;
    return this.#packer.pack([capacity, closed, ...items], 0);
  }

  /** Records of atomics whose number is another one. */
  atomics(): Change[] {
    const changes: Change[] = [];
    for (const [id, entry] of this.#atomics) {
      const value = entry.atomic.deref()?.value;
      if (value === undefined || Object.is(value, entry.kept)) continue;
      entry.kept = value;
      changes.push(put(Table.Atomics, id, encode(value)));
    }
    return changes;
  }

  /** Takes away records of what nobody has any more. */
  lost(): Change[] {
    return this.#lost.splice(0);
  }

  forgetTasks(): void {
    this.#pins.clear();
    this.#pinsOf.clear();
  }
}
