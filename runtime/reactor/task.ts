// A task as the reactor sees it: where it is in its life, and what it waits for.
//
//                    spawn
//                      v
//    cancel        [ Fresh ] --step--> [ Running ] --ends--> [ Done ]
//   (never ran)        |                |       ^
//                      |              park     step
//                      v                v       |
//                   [ Done ]        [ Parked ] --wake--> [ Ready ]
//
// T1. `Reactor.wake` is the only way into Ready, and only a parked task is woken. Whatever a task waits for is disarmed
//     before it is woken (its request's `withdraw`, or because it has just happened), so nothing late can reach it.
// T2. A parked task is described by its request alone, which is data: descriptors and ports by number, futures and
//     channels by themselves. Everything armed for it (`armed`, queues, waiters) can be made again from the request.
// T3. Fresh and Ready tasks are in the run queue, once; no others. A task that is cancelled while Fresh stays there and is
//     passed over; one that is awaited while Fresh may be begun before its turn (shard.ts, E4) and leaves the queue.
//
// There may be millions of tasks, so what is said of one in a few bits is in one number.

import { Task } from "../engine/host.ts";
import { type Channel, type EffectRequest, Future } from "../engine/values.ts";
import type { Loan } from "./shards/loans.ts";

export enum TaskState {
  Fresh,
  Ready,
  Running,
  Parked,
  Done,
}

export enum Cancellation {
  None,
  /** Asked for; CANCELLED is performed at the task's next suspension. */
  Asked,
  /** CANCELLED has been performed. */
  Delivered,
}

/** Nothing armed. */
export const UNARMED = -1;

/** Bits of a task: its state, whether it was cancelled, whether it must run at home; above them its generation. */
const STATE = 0b111;
const CANCELLATION_AT = 3;
const CANCELLATION = 0b11 << CANCELLATION_AT;
const HOME = 0b100000;
const GENERATION_AT = 6;
/** One number with these bits is no object of its own. */
const LAST_GENERATION = 2 ** 24 - 1;

export class LiveTask extends Task {
  #bits: number;
  /** While parked: what it waits for (T2). */
  request: EffectRequest | null = null;
  /**
   * While parked: its timer's entry, its operation's tag, or the token of what it asked of another shard, by what the request
   * is; UNARMED while it waits its turn. In the run queue: its place there.
   */
  armed = UNARMED;

  constructor(future: Future, name: string, isHome: boolean, generation = 0) {
    super(future, name);
    this.#bits = (Math.min(generation, LAST_GENERATION) << GENERATION_AT) | (isHome ? HOME : 0);
  }

  get state(): TaskState {
    return this.#bits & STATE;
  }
  set state(state: TaskState) {
    this.#bits = (this.#bits & ~STATE) | state;
  }

  get cancellation(): Cancellation {
    return (this.#bits & CANCELLATION) >> CANCELLATION_AT;
  }
  set cancellation(cancellation: Cancellation) {
    this.#bits = (this.#bits & ~CANCELLATION) | (cancellation << CANCELLATION_AT);
  }

  /** It must run on shard 0, where the program's variables are. */
  get isHome(): boolean {
    return (this.#bits & HOME) !== 0;
  }

  /** How many tasks there are between the program's own code and this one, each of which has started the next. */
  get generation(): number {
    return this.#bits >>> GENERATION_AT;
  }

  /** Asked for every task that goes on: a question of its class would cost more. */
  isDelegate(): this is Delegate {
    return false;
  }

  override toString(): string {
    const waits = this.request === null ? "" : ` on "${this.request.site.effect}"`;
    return `task ${this.id} (${this.name}) ${["fresh", "ready", "running", "parked", "done"][this.state]}${waits}`;
  }
}

/** Stands on this shard for a task of another one that is parked on a request which is answered here (shards/peer.ts, R1). */
export class Delegate extends LiveTask {
  /** What is lent with the answer: an end of a channel (shards/loans.ts). */
  loan: { readonly channel: Channel; readonly of: Loan } | null = null;

  constructor(
    id: number,
    name: string,
    /** The shard of the task, and by what it knows the request. */
    readonly from: number,
    readonly token: number,
  ) {
    super(new TaskFuture(id), name, true);
    this.state = TaskState.Parked;
  }

  override isDelegate(): this is Delegate {
    return true;
  }
}

/** The future of a task, which knows the task until it is done, for `cancel`. */
export class TaskFuture extends Future {
  task: LiveTask | null = null;
}
