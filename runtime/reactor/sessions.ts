// Sessions: what a listener's `session` function is for. It looks at each new connection and yields a key. A peer that comes
// back with a key takes the place of its old connection, and whoever reads there goes on.
//
//   system ── accept ──> greeting, a task that runs the session function ── key ──┬── known ──────> renews that connection
//                                                                                 └── else, nil ──> arrived ── IO_ACCEPT ──> program
//
//   a connection with a key:    there ── error, or a read after the end ──> away ── its peer is back ──> there, renewed
//                                 └─────────────────── its peer is back already ──────────────────────────┘
//
// Z1. The session function looks and takes nothing: what it has read is read again by whoever gets the connection.
// Z2. A connection is known by its key from the moment at which IO_ACCEPT has yielded it until it is closed; while it is away,
//     and in the next run, too. One key is known for one connection: of two, the newer takes the older one's place.
// Z3. Reads wait while it is away. The first read after the return sees IO_RECONNECT; before that, writes fail as they do on a
//     connection that is gone: what they say was meant for the old one.
// Z4. While a key is known the listener accepts by itself, whether or not the program asks for the next connection.
// Z5. A connection is in the `.wld` file from the moment at which IO_ACCEPT has yielded it: one that is greeted when the
//     program is killed was nobody's.

import type { Input } from "../engine/host.ts";
import { Closure, type EffectRequest, type Future, typeName, type Value } from "../engine/values.ts";
import type { Descriptor } from "./descriptors.ts";
import { BaseHandle, NONE, Watchers } from "./drivers/base.ts";
import { ACCEPT, type DriverError, type Handle, type Tag } from "./drivers/driver.ts";
import { AwayHandle, gone } from "./gone.ts";
import { dismiss, evict } from "./lanes.ts";
import { eventsOf } from "./payload.ts";
import type { Reactor } from "./shard.ts";
import { LiveTask, UNARMED } from "./task.ts";

/** How many connections may wait for IO_ACCEPT; more are closed, as a full queue of the system would do. */
const MOST_ARRIVED = 4096;

const RETURNED = "the peer has come back on a new connection";

/** A connection whose key is known and that nobody has accepted yet. */
interface Arrival {
  readonly descriptor: Descriptor;
  readonly key: Value;
}

/** The handle of a listener that has a session function; `accept` yields the number of a descriptor. */
export class Reception extends BaseHandle {
  readonly #reactor: Reactor;
  readonly #fd: number;
  readonly #listener: Handle;
  readonly #session: Closure;
  readonly #known = new Map<string, Descriptor>();
  readonly #arrived: Arrival[] = [];
  readonly #watchers = new Watchers();
  #accepting: Tag = NONE;
  /** The driver's accept that is in flight. */
  #calling: Tag = NONE;
  /** What the last one failed with, until it is told. */
  #failure: DriverError | null = null;
  #isInCall = false;
  #isClosed = false;

  /** `fd`: the listener's descriptor. */
  constructor(reactor: Reactor, fd: number, listener: Handle, session: Closure) {
    super(reactor);
    this.#reactor = reactor;
    this.#fd = fd;
    this.#listener = listener;
    this.#session = session;
  }

  override get port(): number {
    return this.#listener.port;
  }

  override accept(tag: Tag): void {
    if (this.#failure !== null) {
      const failure = this.#failure;
      this.#failure = null;
      this.completions.failed(tag, failure);
      return;
    }
    this.#accepting = tag;
    this.#handOver();
    this.#call();
  }

  override ready(tag: Tag, events: number): void {
    if ((events & ACCEPT) === 0) super.ready(tag, events);
    else if (this.#arrived.length > 0 || this.#failure !== null) this.completions.completed(tag, ACCEPT);
    else {
      this.#watchers.add(tag, events);
      this.#call();
    }
  }

  withdraw(tag: Tag): void {
    if (this.#accepting === tag) this.#accepting = NONE;
    else this.#watchers.remove(tag);
  }

  /** Nobody comes back any more: those who are there stay, those who are away are gone. */
  close(): void {
    this.#isClosed = true;
    this.#listener.close();
    if (this.#calling !== NONE) this.#reactor.operations.end(this.#calling);
    for (const { descriptor } of this.#arrived.splice(0)) this.#dismiss(descriptor);
    for (const { handle } of this.#known.values()) if (handle instanceof AwayHandle) handle.giveUp();
  }

  /** A connection of an earlier run, which is away (Z2). */
  expect(descriptor: Descriptor): void {
    descriptor.handle = new AwayHandle(this.completions);
    this.#known.set(nameOfKey(keyOf(descriptor)), descriptor);
    this.#call();
  }

  /** A connection is closed by the program. */
  forget(descriptor: Descriptor): void {
    this.#known.delete(nameOfKey(keyOf(descriptor)));
    this.#failure = null;
    this.#call();
  }

  // ---- Accepting ----

  get #wantsMore(): boolean {
    const isAsked = this.#accepting !== NONE || this.#watchers.wants(ACCEPT) || this.#known.size > 0;
    return isAsked && this.#calling === NONE && this.#failure === null && !this.#isClosed;
  }

  /** Accepts the next connection (Z4): in a loop, because the system may have many ready. */
  #call(): void {
    if (this.#isInCall) return;
    this.#isInCall = true;
    while (this.#wantsMore) {
      this.#calling = this.#reactor.submit({
        completed: (value) => this.#met(value as Handle),
        failed: (error) => this.#refused(error),
      });
      this.#reactor.admission.accept(this.#listener, this.#calling);
    }
    this.#isInCall = false;
  }

  /** The listener failed to accept (EMFILE): told to whoever asks next, and tried again after that. */
  #refused(error: DriverError): void {
    this.#calling = NONE;
    const tag = this.#accepting;
    this.#accepting = NONE;
    if (tag === NONE) this.#failure = error;
    else this.completions.failed(tag, error);
    this.#watchers.tell(this.completions, ACCEPT);
  }

  /** A new connection: its session function says who it is. */
  #met(handle: Handle): void {
    const reactor = this.#reactor;
    this.#calling = NONE;
    const descriptor = reactor.descriptors.meet({ kind: "accepted", listener: this.#fd, key: undefined }, handle);
    descriptor.heard = [];
    const session = reactor.copy(this.#session) as Closure;
    const future = reactor.startTask(session, [descriptor.fd], this.#title, reactor.engine.isHome(session));
    reactor.observe(future);
    future.waiters = [{ settled: (settled) => this.#greeted(descriptor, settled) }];
    this.#call();
  }

  #greeted(descriptor: Descriptor, { state }: Future): void {
    // The session function may have closed it, or the program the listener.
    const isOpen = this.#reactor.descriptors.get(descriptor.fd) === descriptor;
    if (!isOpen || this.#isClosed || state.kind !== "done") {
      if (isOpen) this.#dismiss(descriptor);
      // Peers break off; that is no fault of the program.
      if (state.kind === "failed" && state.fault.kind !== "IoError" && state.fault.kind !== "Cancelled")
        this.#reactor.reportUnhandled(state.fault, this.#title);
      return;
    }
    const key = state.value;
    if (!isKey(key)) {
      const message = `the session function yields a string, a number, Bytes or nil, got ${typeName(key)}`;
      this.#dismiss(descriptor);
      this.#reactor.reportUnhandled({ kind: "TypeError", message, fields: {}, trace: [] }, this.#title);
      return;
    }
    giveBack(descriptor);
    const known = key === undefined ? undefined : this.#known.get(nameOfKey(key));
    if (known === undefined) this.#arrive({ descriptor, key });
    else this.#renew(known, descriptor);
  }

  #arrive(arrival: Arrival): void {
    const { key } = arrival;
    const twin = this.#arrived.findIndex((other) => key !== undefined && nameOfKey(other.key) === nameOfKey(key));
    if (twin >= 0) this.#dismiss(this.#arrived.splice(twin, 1, arrival)[0]!.descriptor);
    else if (this.#arrived.length < MOST_ARRIVED) this.#arrived.push(arrival);
    else this.#dismiss(arrival.descriptor);
    this.#handOver();
    if (this.#arrived.length > 0) this.#watchers.tell(this.completions, ACCEPT);
  }

  /** Answers the IO_ACCEPT that waits. */
  #handOver(): void {
    if (this.#accepting === NONE) return;
    const arrival = this.#arrived.shift();
    if (arrival === undefined) return;
    const { descriptor, key } = arrival;
    descriptor.what = { kind: "accepted", listener: this.#fd, key };
    if (key !== undefined) this.#known.set(nameOfKey(key), descriptor);
    this.#reactor.descriptors.keep(descriptor);
    const tag = this.#accepting;
    this.#accepting = NONE;
    this.completions.completed(tag, descriptor.fd);
  }

  /** Closes a connection that the program has never had. */
  #dismiss(descriptor: Descriptor): void {
    this.#reactor.descriptors.remove(descriptor);
    evict(this.#reactor, descriptor, (request) => gone(request, descriptor));
  }

  get #title(): string {
    return `session of port ${this.port}`;
  }

  // ---- Connections that have a key ----

  /** there or away -> there: `fresh` takes the place of `descriptor` (Z3). */
  #renew(descriptor: Descriptor, fresh: Descriptor): void {
    const { handle, unread } = fresh;
    this.#reactor.descriptors.remove(fresh);
    this.#exchange(descriptor, handle!);
    descriptor.unread = unread;
    descriptor.renewed = RETURNED;
    const reader = descriptor.reading.holder;
    if (reader instanceof LiveTask) this.#reactor.startTurn(reader);
  }

  /** there -> away: whoever reads next waits for the peer. */
  leave(descriptor: Descriptor): void {
    this.#exchange(descriptor, new AwayHandle(this.completions));
  }

  /** Puts another handle under a descriptor. The reader is to be started again; those who watch are told to look. */
  #exchange(descriptor: Descriptor, handle: Handle): void {
    const reactor = this.#reactor;
    const { reading, watching } = descriptor;
    const old = descriptor.handle!;
    dismiss(reactor, descriptor, descriptor.writing, (request) => gone(request, descriptor));
    for (const task of [reading.holder, ...watching])
      if (task instanceof LiveTask && task.armed !== UNARMED) old.withdraw(reactor.takeBack(task));
    old.close();
    descriptor.handle = handle;
    descriptor.ended = false;
    for (const task of [...watching]) {
      descriptor.unwatch(task);
      reactor.resume(task, eventsOf(task.request!, descriptor));
    }
  }
}

/** Z1: also the end, which a read will come to again. */
function giveBack(descriptor: Descriptor): void {
  const heard = descriptor.heard ?? [];
  descriptor.heard = null;
  descriptor.ended = false;
  if (heard.length > 0) descriptor.unread = Buffer.concat(heard);
}

function keyOf({ what }: Descriptor): Value {
  return what.kind === "accepted" ? what.key : undefined;
}

/** By what a connection may be known; nil: by nothing. */
function isKey(value: Value): boolean {
  return value === undefined || typeof value === "string" || typeof value === "number" || value instanceof Uint8Array;
}

/** Keys are the same when they are equal in a program. */
function nameOfKey(key: Value): string {
  return key instanceof Uint8Array ? `bytes ${Buffer.from(key).toString("latin1")}` : `${typeof key} ${key}`;
}

// ---- What answers ask ----

/** A new listener: with a session function, connections are received by that. */
export function receiving(reactor: Reactor, listener: Descriptor, session: Value): void {
  if (session instanceof Closure) listener.handle = new Reception(reactor, listener.fd, listener.handle!, session);
}

/** The reception that knows a connection; null when it is no connection of a session, or the listener is closed. */
function receptionOf(reactor: Reactor, { what }: Descriptor): Reception | null {
  if (what.kind !== "accepted" || what.key === undefined) return null;
  const handle = reactor.descriptors.get(what.listener)?.handle;
  return handle instanceof Reception ? handle : null;
}

/** A connection of an earlier run: it is away, if there still is somebody to receive its peer. */
export function awaitPeer(reactor: Reactor, descriptor: Descriptor): boolean {
  const reception = receptionOf(reactor, descriptor);
  reception?.expect(descriptor);
  return reception !== null;
}

/** What a read sees instead of its answer, or null. A read after the end waits for the peer. */
export function beforeRead(reactor: Reactor, descriptor: Descriptor, request: EffectRequest): Input | null {
  const { renewed: reason, fd } = descriptor;
  if (reason !== null) {
    descriptor.renewed = null;
    return { kind: "perform", effect: "IO_RECONNECT", payload: { fd, reason }, again: request };
  }
  if (descriptor.ended) receptionOf(reactor, descriptor)?.leave(descriptor);
  return null;
}

/** The peer may come back when the connection fails. */
export function hasSession(reactor: Reactor, descriptor: Descriptor): boolean {
  return receptionOf(reactor, descriptor) !== null;
}

/** A read has failed. True when it waits for the peer instead. */
export function outlivesFailure(reactor: Reactor, descriptor: Descriptor): boolean {
  const reception = receptionOf(reactor, descriptor);
  reception?.leave(descriptor);
  return reception !== null;
}

/** Z3 */
export function beforeWrite(descriptor: Descriptor, request: EffectRequest): Input | null {
  const isMeantForOther = descriptor.renewed !== null && descriptor.what.kind === "accepted";
  return isMeantForOther ? gone(request, descriptor) : null;
}

/** The program closes a connection. */
export function forget(reactor: Reactor, descriptor: Descriptor): void {
  receptionOf(reactor, descriptor)?.forget(descriptor);
}
