// The futures and channels that several shards know.
//
// A future settles where its task ends. Every other shard that knows it has a stand-in, which settles when it is told:
//
//   creator ──(pending future, or its task, goes to another shard)──> that shard
//           <──────────────── SETTLED, along the same way ──────────────
//
// L1. Whoever sends a pending future to another shard tells it when the future settles. Whoever receives the task of a future
//     becomes the one who knows, and tells the shard that it came from. So news goes back along every way that the future
//     or its task has gone, and nobody needs a list of all who know it.
// L2. A stand-in that has settled is told again, or of a future that it does not know any more: nothing happens.
// L3. The creator reports the fault of a task that nobody awaits (shard.ts, E3): awaiting a stand-in is told to it.
//
// A channel stays with its creator; the others have stand-ins, and what they ask of it is answered there (peer.ts).
//
// L4. The creator keeps a channel as long as the count of any shard is not 0: plus one when it goes to that shard, minus what
//     the shard has received when its stand-in is no longer used. A third shard that passes it on says so to the creator
//     before it could give up its own, and messages from one shard to another keep their order; so the counts are not all
//     0 while anybody can reach the channel (after Birrell et al., "Distributed garbage collection for network objects", 1993).

import { CodecError } from "../../codec/format.ts";
import { Atomic, Channel, type Future, type FutureState, type FutureWaiter } from "../../engine/values.ts";
import { TaskFuture } from "../task.ts";
import type { SharedMemory } from "./memory.ts";
import { Numbers } from "./numbers.ts";
import { Kind, type Links } from "./parcel.ts";

/** What links ask of the shard that they belong to. */
export interface LinkHost {
  readonly shard: number;
  tellSettled(to: number, future: Future): void;
  tellCancelled(to: number, id: number): void;
  tellObserved(to: number, id: number): void;
  tellPassedOn(channel: number, to: number): void;
  tellDropped(channel: number, count: number): void;
  /** Settles a stand-in: its waiters are told. */
  settle(future: TaskFuture, state: FutureState): void;
  /** A task that was started here has failed elsewhere, and nobody has awaited it (L3). */
  failedUnobserved(future: Future, name: string): void;
}

/** L1 */
class Teller implements FutureWaiter {
  constructor(
    readonly host: LinkHost,
    readonly to: number,
  ) {}
  settled(future: Future): void {
    this.host.tellSettled(this.to, future);
  }
}

/** A future whose news come from another shard. */
interface StandIn {
  readonly future: TaskFuture;
  /** Who tells it. */
  from: number;
  /** Of a task that was started here: what to call it. */
  readonly name: string | null;
}

/** A channel that was made here and is known elsewhere. */
interface Lent {
  readonly channel: Channel;
  /** Of each shard (L4). */
  readonly counts: Int32Array;
}

export class SharedLinks implements Links {
  readonly #host: LinkHost;
  readonly #memory: SharedMemory;
  readonly #shards: number;
  readonly #numbers: Numbers;
  readonly #standIns = new Map<number, StandIn>();
  /** Pending futures of this shard that others know. */
  readonly #exported = new Map<number, TaskFuture>();
  readonly #lent = new Map<number, Lent>();
  readonly #borrowed = new Map<number, { readonly channel: WeakRef<Channel>; count: number }>();
  readonly #collected = new FinalizationRegistry<number>((id) => this.#giveBack(id));

  constructor(host: LinkHost, memory: SharedMemory) {
    this.#host = host;
    this.#memory = memory;
    this.#shards = memory.shards;
    this.#numbers = new Numbers(memory, host.shard);
  }

  // ---- Links ----

  goes(shared: Future | Channel | Atomic, to: number): number {
    if (shared instanceof Channel) {
      this.#channelGoes(shared, to);
      return shared.capacity;
    }
    if (shared instanceof Atomic) {
      const slot = this.#numbers.send(shared);
      if (slot === undefined) throw new CodecError("more Atomics between cores than there is room for", -1);
      return slot;
    }
    if (shared.state.kind === "pending") this.#tellLater(shared as TaskFuture, to);
    return 0;
  }

  comes(kind: Kind, id: number, detail: number, from: number): Future | Channel | Atomic {
    if (kind === Kind.Atomic) return this.#numbers.receive(id, detail);
    if (kind === Kind.Channel) return this.#channelComes(id, detail);
    const known = this.#standIns.get(id)?.future ?? this.#exported.get(id);
    if (known !== undefined) return known;
    const future = new TaskFuture(id);
    if (kind === Kind.Pending) this.#standIns.set(id, { future, from, name: null });
    return future;
  }

  settled(future: Future, state: FutureState): void {
    // A stand-in that is still to be told keeps waiting: its news are under way.
    if (future.state.kind === "pending" && !this.#standIns.has(future.id) && !this.#exported.has(future.id))
      future.state = state;
  }

  // ---- Futures ----

  /** Somebody here waits for it now. */
  observe(future: Future): void {
    if (future.observed) return;
    future.observed = true;
    const creator = this.#memory.creatorOf(future.id);
    if (creator !== this.#host.shard) this.#host.tellObserved(creator, future.id);
  }

  /** A task goes to another shard, and its future will be settled there. */
  taskGoes(future: TaskFuture, name: string, to: number): void {
    future.task = null;
    this.#exported.delete(future.id);
    this.#standIns.set(future.id, { future, from: to, name: this.#isOwn(future.id) ? name : null });
  }

  #isOwn(id: number): boolean {
    return this.#memory.creatorOf(id) === this.#host.shard;
  }

  /** A task has come: the future that it settles. */
  taskComes(id: number, from: number): TaskFuture {
    const future = this.#standIns.get(id)?.future ?? new TaskFuture(id);
    this.#standIns.delete(id);
    this.#exported.set(id, future);
    // Its creator reports its fault, if that is to be reported (L3).
    if (!this.#isOwn(id)) future.observed = true;
    this.#tellLater(future, from);
    return future;
  }

  /** Asks for the end of a task that runs elsewhere. */
  cancel(future: Future): void {
    const standIn = this.#standIns.get(future.id);
    if (standIn !== undefined) this.#host.tellCancelled(standIn.from, future.id);
  }

  /** A future that another shard speaks of: one of this shard, a stand-in, or none any more. */
  find(id: number): TaskFuture | undefined {
    return this.#exported.get(id) ?? this.#standIns.get(id)?.future;
  }

  /** News from another shard (L2). */
  news(id: number, state: FutureState): void {
    const standIn = this.#standIns.get(id);
    if (standIn === undefined) return;
    this.#standIns.delete(id);
    const { future, name } = standIn;
    this.#host.settle(future, state);
    const isFault = state.kind === "failed" && state.fault.kind !== "Cancelled";
    if (isFault && name !== null && !future.observed) this.#host.failedUnobserved(future, name);
  }

  #tellLater(future: TaskFuture, to: number): void {
    if (!this.#standIns.has(future.id)) this.#exported.set(future.id, future);
    const waiters = future.waiters ?? [];
    if (waiters.some((waiter) => waiter instanceof Teller && waiter.to === to)) return;
    future.waiters = [...waiters, new Teller(this.#host, to)];
  }

  /** A future of this shard has settled; its waiters have been told. */
  forget(future: Future): void {
    this.#exported.delete(future.id);
  }

  // ---- Channels (L4) ----

  #channelGoes(channel: Channel, to: number): void {
    const creator = this.#memory.creatorOf(channel.id);
    if (creator === this.#host.shard) this.passedOn(channel, to);
    else if (creator !== to) this.#host.tellPassedOn(channel.id, to);
  }

  #channelComes(id: number, capacity: number): Channel {
    if (this.#isOwn(id)) return this.channel(id);
    const known = this.#borrowed.get(id);
    const channel = known?.channel.deref();
    if (known !== undefined && channel !== undefined) {
      known.count++;
      return channel;
    }
    const standIn = new Channel(id, capacity);
    this.#borrowed.set(id, { channel: new WeakRef(standIn), count: (known?.count ?? 0) + 1 });
    this.#collected.register(standIn, id);
    return standIn;
  }

  /** A channel of this shard that another shard speaks of. */
  channel(id: number): Channel {
    const lent = this.#lent.get(id);
    if (lent === undefined) throw new CodecError(`channel ${id} is gone`, -1);
    return lent.channel;
  }

  /** The stand-in of a channel of another shard, if there is one. */
  borrowed(id: number): Channel | undefined {
    return this.#borrowed.get(id)?.channel.deref();
  }

  /** A channel of this shard goes to another one: from here, or (by number) from a third. */
  passedOn(channel: Channel | number, to: number): void {
    const id = typeof channel === "number" ? channel : channel.id;
    let lent = this.#lent.get(id);
    if (lent === undefined) {
      lent = {
        channel: typeof channel === "number" ? this.channel(id) : channel,
        counts: new Int32Array(this.#shards),
      };
      this.#lent.set(id, lent);
    }
    lent.counts[to]!++;
  }

  /** A shard has given up its stand-in, which it had been sent `count` times. */
  dropped(id: number, by: number, count: number): void {
    const lent = this.#lent.get(id);
    if (lent === undefined) return;
    lent.counts[by]! -= count;
    if (lent.counts.every((each) => each === 0)) this.#lent.delete(id);
  }

  #giveBack(id: number): void {
    const borrowed = this.#borrowed.get(id);
    // Another stand-in may have come into its place; it answers for both.
    if (borrowed === undefined || borrowed.channel.deref() !== undefined) return;
    this.#borrowed.delete(id);
    this.#host.tellDropped(id, borrowed.count);
  }

  /** How many futures and channels are kept for others; for tests of leaks. */
  get kept(): { readonly futures: number; readonly channels: number } {
    return { futures: this.#standIns.size + this.#exported.size, channels: this.#lent.size + this.#borrowed.size };
  }
}
