// Virtual descriptors: the small integers by which a program knows its files, connections and listeners, and what stands
// behind each. A number means the same after a restart, when it is bound to a new handle of the driver.
//
//   fd --> Descriptor { what it is, as data;  handle: the driver's, this run;  lanes: who waits to use it }
//
// V1. A number is never used twice in the life of a program: a closed descriptor that somebody still holds is EBADF, and
//     never another task's file. Numbers of bound hardware ports are left out, so that a `target` is never ambiguous.
// V2. 0, 1 and 2 are the standard streams, opened when first used.
// V3. A lane is one direction of a descriptor. Its holder has an operation in flight, the others wait in order. A file has
//     one lane for both directions, because both move its offset.

import { Fifo } from "../engine/fifo.ts";
import type { Value } from "../engine/values.ts";
import type { Handle, OpenMode } from "./drivers/driver.ts";
import type { InputPlace } from "./input-file.ts";
import type { Submitter } from "./operations.ts";
import { LiveTask } from "./task.ts";

/** What a descriptor is, as it would be written down to open it again. */
export type Described =
  | { readonly kind: "standard"; readonly stream: 0 | 1 | 2 }
  | { readonly kind: "listener"; readonly host: string | undefined; readonly port: number; readonly session: Value }
  /** `key`: what the listener's session function has yielded for it, if there is one (sessions.ts). */
  | { readonly kind: "accepted"; readonly listener: number; readonly key: Value }
  | { readonly kind: "dialled"; readonly host: string; readonly port: number }
  | { readonly kind: "file"; readonly path: string; readonly mode: OpenMode }
  /** `hasValue`: it can be asked for its value at any time, and does not only tell of events. */
  | { readonly kind: "port"; readonly source: string; readonly hasValue: boolean };

/** Uses a descriptor without being a task: the monitor of a port. */
export interface LaneUser extends Submitter {
  /** The lane is its own now. */
  start(): void;
}

/** V3. Most never have anybody who waits: there is a queue from the first one on. */
export class Lane {
  holder: LiveTask | LaneUser | null = null;
  /** The next holder is being found (lanes.ts, N1). */
  advancing = false;
  #queue: Fifo<LiveTask | LaneUser> | null = null;

  add(user: LiveTask | LaneUser): void {
    this.#queue ??= new Fifo();
    this.#queue.push(user);
  }

  /** Takes out who comes next. */
  next(): LiveTask | LaneUser | undefined {
    return this.#queue?.shift();
  }

  remove(user: LiveTask | LaneUser): void {
    this.#queue?.remove(user);
  }

  get waiting(): (LiveTask | LaneUser)[] {
    return this.#queue === null ? [] : [...this.#queue];
  }
}

export class Descriptor {
  /** Where the next read or write of a file begins; of standard input that is a file, what follows all that the driver has yielded. */
  offset = 0;
  /** Bytes that were read and given back: what follows the line that `input` took, or what a session function has read. */
  unread: Uint8Array | null = null;
  /** Which file standard input is (input-file.ts); null while that is not known, and when it is none. */
  inputFile: string | null = null;
  /** While a session function looks at it: what has been read. */
  heard: Uint8Array[] | null = null;
  /** A read has come to the end of the stream. */
  ended = false;
  /** The connection was made anew, for this reason, and no read has been told so (IO_RECONNECT). */
  renewed: string | null = null;
  readonly reading = new Lane();
  /** Null until it is first used, as most never are. */
  #writing: Lane | null = null;
  #watching: LiveTask[] | null = null;
  /** How many tasks read or write at a place of their own, without taking turns. There may be very many: no list of them is kept. */
  positioned = 0;

  constructor(
    readonly fd: number,
    public what: Described,
    public handle: Handle | null,
  ) {}

  get writing(): Lane {
    if (this.#writing === null) this.#writing = this.what.kind === "file" ? this.reading : new Lane();
    return this.#writing;
  }

  /** Tasks that wait until it is ready. */
  get watching(): readonly LiveTask[] {
    return this.#watching ?? [];
  }

  watch(task: LiveTask): void {
    this.#watching ??= [];
    this.#watching.push(task);
  }

  unwatch(task: LiveTask): void {
    const at = this.#watching?.indexOf(task) ?? -1;
    if (at >= 0) this.#watching!.splice(at, 1);
  }

  /** It is standard input, and stands there in a file. */
  isAt({ file, at }: InputPlace): void {
    this.inputFile = file;
    this.offset = at;
  }

  /** Every task that waits for it, but for those that are `positioned`. */
  get tasks(): LiveTask[] {
    const users = [...this.watching, this.reading.holder, ...this.reading.waiting];
    const writing = this.#writing;
    if (writing !== null && writing !== this.reading) users.push(writing.holder, ...writing.waiting);
    return users.filter((user) => user instanceof LiveTask);
  }

  toString(): string {
    return `descriptor ${this.fd} (${this.what.kind})`;
  }
}

export class Descriptors {
  readonly #open = new Map<number, Descriptor>();
  readonly #isTaken: (fd: number) => boolean;
  readonly #step: number;
  #next: number;
  /** Where those go that are new, moved on or gone, when somebody keeps them. */
  changed: Set<Descriptor> | null = null;

  /** `isTaken` tells numbers that mean something else (V1). A shard's own numbers are those that leave `shard` modulo `shards`. */
  constructor(isTaken: (fd: number) => boolean, shard: number, shards: number) {
    this.#isTaken = isTaken;
    this.#step = shards;
    this.#next = shard;
    while (this.#next < 3) this.#next += shards;
    for (const stream of [0, 1, 2] as const) {
      this.#open.set(stream, new Descriptor(stream, { kind: "standard", stream }, null));
    }
  }

  add(what: Described, handle: Handle): Descriptor {
    const descriptor = this.meet(what, handle);
    this.keep(descriptor);
    return descriptor;
  }

  /** One that the program does not have yet: `keep` follows. */
  meet(what: Described, handle: Handle): Descriptor {
    while (this.#isTaken(this.#next)) this.#next += this.#step;
    const descriptor = new Descriptor(this.#next, what, handle);
    this.#next += this.#step;
    this.#open.set(descriptor.fd, descriptor);
    return descriptor;
  }

  keep(descriptor: Descriptor): void {
    this.changed?.add(descriptor);
  }

  /** One that an earlier run has left: its number is taken, and its handle follows. */
  restore(fd: number, what: Described): Descriptor {
    const descriptor = new Descriptor(fd, what, null);
    this.#open.set(fd, descriptor);
    this.reserve(fd + 1);
    return descriptor;
  }

  /** The number that comes next, if no port has it. */
  get next(): number {
    return this.#next;
  }

  /** Numbers below this one are not given out (V1). */
  reserve(below: number): void {
    while (this.#next < below) this.#next += this.#step;
  }

  get(fd: number): Descriptor | undefined {
    return this.#open.get(fd);
  }

  /** The number means nothing any more; the handle is the caller's to close. */
  remove(descriptor: Descriptor): void {
    this.#open.delete(descriptor.fd);
    if (descriptor.what.kind !== "standard") this.changed?.add(descriptor);
  }

  get length(): number {
    return this.#open.size;
  }
}
