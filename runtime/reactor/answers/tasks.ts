// Requests about tasks and futures: await, race, any, timeout, cancel, yield.
//
// J1. Whoever waits for a future joins it, and leaves it when another event comes first, so that a future that lives long
//     does not collect those who no longer wait.
// J2. A result is copied for each awaiter: tasks share nothing.
// J3. Losers of `race` and `any` go on; a future whose time is out is cancelled.

import type { EffectRequest, Fault, FutureWaiter, Value } from "../../engine/values.ts";
import { Future } from "../../engine/values.ts";
import type { Answer } from "../answer.ts";
import { faultInput, isWhole, wrongField, wrongValue } from "../payload.ts";
import type { Reactor } from "../shard.ts";
import { type LiveTask, TaskFuture } from "../task.ts";

class Awaiter implements FutureWaiter {
  constructor(
    readonly reactor: Reactor,
    readonly task: LiveTask,
  ) {}

  settled(future: Future): void {
    this.reactor.futureSettled(this.task, future);
  }
}

/** J1 */
function join(reactor: Reactor, task: LiveTask, future: Future): void {
  const awaiter = new Awaiter(reactor, task);
  if (future.waiters === null) future.waiters = [awaiter];
  else future.waiters.push(awaiter);
}

function leave(task: LiveTask, futures: readonly Future[]): void {
  for (const future of futures) {
    if (future.waiters === null) continue;
    const others = future.waiters.filter((waiter) => !(waiter instanceof Awaiter && waiter.task === task));
    future.waiters = others.length === 0 ? null : others;
  }
}

/** Wakes the task with the result of a settled future (J2). */
function deliver(reactor: Reactor, task: LiveTask, future: Future): void {
  const { state } = future;
  if (state.kind === "done") reactor.resume(task, reactor.copy(state.value));
  else if (state.kind === "failed") reactor.wake(task, { kind: "fault", fault: state.fault });
}

const awaitOne: Answer = {
  begin(reactor, task, request) {
    const future = request.f_future;
    if (!(future instanceof Future)) {
      reactor.resume(task, future);
      return;
    }
    reactor.observe(future);
    if (future.state.kind === "pending") join(reactor, task, future);
    else deliver(reactor, task, future);
  },
  settled: (reactor, task, _request, future) => deliver(reactor, task, future),
  withdraw: (_reactor, task, request) => leave(task, [request.f_future as Future]),
};

function isFutures(value: Value): value is Future[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => each instanceof Future);
}

/** The futures of `race` and `any`; undefined when it was given something else. */
function futuresOf(reactor: Reactor, task: LiveTask, request: EffectRequest): Future[] | undefined {
  const futures = request.f_futures;
  if (isFutures(futures)) {
    for (const future of futures) reactor.observe(future);
    return futures;
  }
  reactor.wake(task, wrongField(request, "futures", "a List of Futures", futures));
  return undefined;
}

/** `decides(future)`: this settled future answers the request, whatever the others do. */
function firstOf(decides: (future: Future) => boolean): Answer {
  const withdraw = (_reactor: Reactor, task: LiveTask, request: EffectRequest): void => {
    leave(task, request.f_futures as Future[]);
  };
  return {
    begin(reactor, task, request) {
      const futures = futuresOf(reactor, task, request);
      if (futures === undefined) return;
      const pending = futures.filter((future) => future.state.kind === "pending");
      const winner = futures.find(decides) ?? (pending.length === 0 ? futures.at(-1) : undefined);
      if (winner !== undefined) deliver(reactor, task, winner);
      else for (const future of pending) join(reactor, task, future);
    },
    settled(reactor, task, request, future) {
      const isLast = (request.f_futures as Future[]).every(({ state }) => state.kind !== "pending");
      if (!decides(future) && !isLast) return;
      withdraw(reactor, task, request);
      deliver(reactor, task, future);
    },
    withdraw,
  };
}

const timeout: Answer = {
  begin(reactor, task, request) {
    const { f_future: future, f_ms: ms } = request;
    if (!(future instanceof Future)) reactor.resume(task, future);
    else if (typeof ms !== "number" || !Number.isFinite(ms)) {
      reactor.wake(task, wrongValue(request, "ms", "a number of milliseconds", ms));
    } else {
      reactor.observe(future);
      if (future.state.kind !== "pending") deliver(reactor, task, future);
      else {
        join(reactor, task, future);
        reactor.arm(task, reactor.now() + ms);
      }
    }
  },
  settled(reactor, task, _request, future) {
    reactor.disarm(task);
    deliver(reactor, task, future);
  },
  expired(reactor, task, request) {
    const future = request.f_future as Future;
    leave(task, [future]);
    reactor.wake(task, faultInput("LimitExceeded", `the task did not end within ${request.f_ms} ms`));
    // Last, because a task may wait for itself.
    if (future instanceof TaskFuture) reactor.cancelFuture(future);
  },
  withdraw(reactor, task, request) {
    reactor.disarm(task);
    leave(task, [request.f_future as Future]);
  },
};

const cancel: Answer = {
  begin(reactor, task, request) {
    const future = request.f_future;
    if (future instanceof TaskFuture) reactor.cancelFuture(future);
    reactor.resume(task, undefined);
  },
  releases: true,
};

const yieldNow: Answer = {
  begin: (reactor, task) => reactor.resume(task, undefined),
};

/** Of the engine: a task has had its share of time (engine/tasks.ts). */
const spent: Answer = {
  begin: (reactor, task) => reactor.putBack(task),
};

/** A debugger has stopped the task (runtime/debug/control.ts), which goes on when the program does. */
const stopped: Answer = {
  begin: (reactor) => reactor.hold(),
  releases: true,
};

const exit: Answer = {
  begin(reactor, task, request) {
    const code = request.f_code;
    if (isWhole(code, 0, 255)) reactor.finish(code);
    else reactor.wake(task, wrongValue(request, "code", "a whole number from 0 to 255", code));
  },
  releases: true,
};

/** Begun when what is to be kept is on the disk (keep/keeper.ts, G3), `value` with it; without a store there is nothing to wait for. */
const checkpoint: Answer = {
  begin: (reactor, task, { f_value: value }) => reactor.resume(task, value),
};

export const taskAnswers: Readonly<Record<string, Answer>> = {
  await: awaitOne,
  race: firstOf((future) => future.state.kind !== "pending"),
  any: firstOf((future) => future.state.kind === "done"),
  timeout,
  cancel,
  yield: yieldNow,
  spent,
  stopped,
  exit,
  checkpoint,
};

/** What the awaiters of a cancelled task see. */
export function cancelledFault(reactor: Reactor, task: LiveTask): Fault {
  return { kind: "Cancelled", message: `${reactor.titleOf(task.id, task.name)} was cancelled`, fields: {}, trace: [] };
}
