// The line between the engine and whoever runs it (the reactor; a test). The engine knows tasks only as stacks to run;
// the host knows when to run which, and answers what no handler in the program answers.
//
//   host -> engine   `run(task, input)`            machine.ts
//   engine -> host   the outcome of that call, and the few functions of `Host` below
//
// H1. `run` is not reentrant: a host never calls it from inside a Host function, except from `beginAwaited` and `trySend`.
// H2. A request that ends `run` with "asks" is answered exactly once: by `run(task, …)` later. The task's stack is
//     then complete data (segments and frames) and may be encoded, moved, or stored meanwhile.

import { type Frame, Segment, SegmentKind } from "./segments.ts";
import type { Channel, Closure, EffectRequest, Fault, Future, Value } from "./values.ts";

/** A task: a stack that can be run, and the future of its result. */
export class Task {
  /**
   * Where it goes on: the top of its suspended stack, or, of most tasks, the innermost frame of a stack without handlers, whose
   * only segment then need not be kept; null while it runs and after it ended.
   */
  suspended: Segment | Frame | null = null;
  constructor(
    readonly future: Future,
    /** Name of what it runs, for people. */
    readonly name: string,
  ) {}

  /** That of its future. */
  get id(): number {
    return this.future.id;
  }

  /** The suspended stack; to be run or read, and not to be changed. */
  get stack(): Segment | null {
    const { suspended } = this;
    // A question of its class would cost more.
    if (suspended === null || !("code" in suspended)) return suspended;
    const base = new Segment(SegmentKind.Base, null, null, null, undefined, null, 0);
    base.frames = suspended;
    return base;
  }

  set stack(top: Segment | null) {
    const isPlain = top !== null && top.kind === SegmentKind.Base && top.limit === null && top.frames !== null;
    this.suspended = isPlain ? top.frames : top;
  }
}

/** How a task goes on. */
export type Input =
  /** The suspended operation yields `value` (for a task that has not started: ignored). */
  | { readonly kind: "value"; readonly value: Value }
  /** The effect is performed at the suspension point: a FAULT that answers a failed request, CANCELLED, IO_RECONNECT. */
  | {
      readonly kind: "perform";
      readonly effect: string;
      readonly payload: Readonly<Record<string, Value>>;
      /** Whatever a handler resumes with, this is performed then, and the suspended operation yields what that yields. */
      readonly again?: EffectRequest;
    }
  /** The same for a fault that already has a trace: it is shown if nobody handles it. */
  | { readonly kind: "fault"; readonly fault: Fault };

/** Why `run` came back. */
export type Outcome =
  | { readonly kind: "done"; readonly value: Value }
  /** `stack`: where it failed. */
  | { readonly kind: "failed"; readonly fault: Fault; readonly stack?: Segment }
  /** Nobody in the program handles this effect: the host answers (H2). An effect's name in lower case is the engine's own
   *  (`await`, `race`, `receive`, `send`, `yield`, …) and never seen by handlers. */
  | { readonly kind: "asks"; readonly request: EffectRequest };

/** In place of a depth: no task may be run above the one that runs. */
export const TOO_DEEP = -1;

/** What compiled code and the library need of the host while they run. */
export interface Host {
  /** Puts one line on the program's standard output. */
  print(line: string): void;
  /** Starts a task that calls `closure`; arguments and captures are copied in by the host. Runs later, never inside. */
  spawn(closure: Closure, args: readonly Value[]): Future;
  /**
   * Somebody awaits this future, which is pending, at this depth (machine.ts, M6). If its task has not begun, the host may run it
   * now until it ends or waits.
   */
  beginAwaited?(future: Future, depth: number): void;
  /** A value as another task may have it. */
  copy?(value: Value): Value;
  /** Why no such task may be started now, for the fault LimitExceeded; else undefined. */
  refusesTask?(closure: Closure, args: readonly Value[]): string | undefined;
  /**
   * Sends on a channel, if that need not wait; false: the task has to ask for it. Whoever waits for the value may be run now, at
   * this depth, until it ends or waits again; TOO_DEEP: it may not.
   */
  trySend?(channel: Channel, value: Value, depth: number): boolean;
  /** Receives from a channel, if that need not wait; else SIGNAL. */
  tryReceive?(channel: Channel): Value;
  /** The running task has had its share of time (asked at loop ends, now and then, and when code has no room on the stack). */
  turnIsOver(): boolean;
  /** It may have another at once, because nothing else wants to run; a new turn has then begun. */
  mayGoOn(): boolean;
  /** How many bytes the program may hold, when it holds nearly all of them; else undefined. Asked a few times a second. */
  memoryLimit?(): number | undefined;
  /** A handler of the whole program was installed. */
  handlerInstalled?(handler: Closure): void;
  /** A number never used before in this program, for futures, channels and atomics. */
  nextId(): number;
  /** `args()` */
  readonly args: readonly string[];
  /** Milliseconds since 1970, from the clock that timers use. */
  now(): number;
  /** Figures for `walia_metrics()`, by name. */
  metrics(): Readonly<Record<string, number>>;
  /** `checkpoint()` and warm starts are the store's; without one, every start is cold. */
  isWarmBoot(): boolean;
}

// One host per isolate, as there is one machine.
let host: Host | null = null;

export function setHost(next: Host): void {
  host = next;
}

export function currentHost(): Host {
  if (host === null) throw new Error("broken: no host is set");
  return host;
}
