// Taking turns at a descriptor: requests of several tasks on the same descriptor and direction are answered one at a time,
// in the order in which they were made (descriptors.ts, V3).
//
//   begin ──> waiting ──> holder ── start ──> operation in flight ── completed, failed ──> next holder
//
// N1. A lane is given to the next when its holder has its answer, in a loop: a thousand writes that the system takes at
//     once must not nest a thousand calls deep.

import type { Input } from "../engine/host.ts";
import type { EffectRequest, Value } from "../engine/values.ts";
import type { Answer, Place } from "./answer.ts";
import type { Descriptor, Lane, LaneUser } from "./descriptors.ts";
import type { DriverValue, Handle, Tag } from "./drivers/driver.ts";
import { ioFault, NOT_OPEN, subjectOf } from "./payload.ts";
import type { Reactor } from "./shard.ts";
import { LiveTask, UNARMED } from "./task.ts";

/** What one kind of request does when its turn has come. */
export interface Turn {
  /** The descriptor it is about, or the fault of a payload that names none. */
  find(reactor: Reactor, request: EffectRequest): Descriptor | Input;
  /** The fault of whatever else is wrong with the payload. */
  check?(request: EffectRequest): Input | null;
  lane(descriptor: Descriptor): Lane;
  /** What it sees instead of its answer, when its turn has come; null as a rule. */
  before?(reactor: Reactor, descriptor: Descriptor, request: EffectRequest): Input | null;
  /** Its operation has failed: true when it is to be begun again. */
  outlivesFailure?(reactor: Reactor, descriptor: Descriptor): boolean;
  /** Its answer, when that takes no operation. */
  atOnce?(descriptor: Descriptor, request: EffectRequest): { readonly value: Value } | null;
  submit(handle: Handle, tag: Tag, request: EffectRequest, descriptor: Descriptor, reactor: Reactor): void;
  /** What the request yields, given what the operation did; or null when another operation must follow. */
  answer(
    reactor: Reactor,
    value: DriverValue,
    request: EffectRequest,
    descriptor: Descriptor,
  ): { readonly value: Value } | null;
}

/** The answer to a request that takes its turn, on the shard `place`. */
export function inTurn(place: Place, turn: Turn): Answer {
  const descriptorOf = (reactor: Reactor, request: EffectRequest): Descriptor => {
    const descriptor = turn.find(reactor, request);
    if ("kind" in descriptor) throw new Error("broken V1: the descriptor of a waiting task is gone");
    return descriptor;
  };
  const start = (reactor: Reactor, task: LiveTask, request: EffectRequest): void => {
    const descriptor = descriptorOf(reactor, request);
    const instead = turn.before?.(reactor, descriptor, request) ?? null;
    if (instead !== null) {
      reactor.wake(task, instead);
      release(reactor, turn.lane(descriptor));
      return;
    }
    const known = turn.atOnce?.(descriptor, request) ?? null;
    if (known !== null) done(reactor, task, descriptor, known.value);
    else turn.submit(reactor.handleOf(descriptor), reactor.submit(task), request, descriptor, reactor);
  };
  const done = (reactor: Reactor, task: LiveTask, descriptor: Descriptor, value: Value): void => {
    if (descriptor.what.kind === "file") reactor.descriptors.changed?.add(descriptor);
    reactor.resume(task, value);
    release(reactor, turn.lane(descriptor));
  };
  return {
    place,
    check: (request) => turn.check?.(request) ?? null,
    begin(reactor, task, request) {
      const descriptor = turn.find(reactor, request);
      const fault = "kind" in descriptor ? descriptor : (turn.check?.(request) ?? null);
      if (fault !== null) reactor.wake(task, fault);
      else enter(reactor, turn.lane(descriptor as Descriptor), task);
    },
    start,
    completed(reactor, task, request, value) {
      const descriptor = descriptorOf(reactor, request);
      const answer = turn.answer(reactor, value, request, descriptor);
      if (answer === null) start(reactor, task, request);
      else done(reactor, task, descriptor, answer.value);
    },
    failed(reactor, task, request, error) {
      const descriptor = descriptorOf(reactor, request);
      if (turn.outlivesFailure?.(reactor, descriptor) === true) {
        start(reactor, task, request);
        return;
      }
      reactor.wake(task, ioFault(request, subjectOf(descriptor), error, descriptor.fd));
      release(reactor, turn.lane(descriptor));
    },
    withdraw(reactor, task, request) {
      const descriptor = descriptorOf(reactor, request);
      const lane = turn.lane(descriptor);
      if (task.armed !== UNARMED) descriptor.handle?.withdraw(reactor.takeBack(task));
      if (lane.holder === task) release(reactor, lane);
      else lane.remove(task);
    },
  };
}

export function enter(reactor: Reactor, lane: Lane, user: LiveTask | LaneUser): void {
  if (lane.holder !== null || lane.advancing) lane.add(user);
  else advance(reactor, lane, user);
}

/** The holder has its answer. */
export function release(reactor: Reactor, lane: Lane): void {
  lane.holder = null;
  if (!lane.advancing) advance(reactor, lane, lane.next());
}

/** N1 */
function advance(reactor: Reactor, lane: Lane, first: LiveTask | LaneUser | undefined): void {
  lane.advancing = true;
  for (let next = first; next !== undefined; next = lane.holder === null ? lane.next() : undefined) {
    lane.holder = next;
    if (next instanceof LiveTask) reactor.startTurn(next);
    else next.start();
  }
  lane.advancing = false;
}

/** Empties a lane: whoever is in it gets `faultFor` its request. */
export function dismiss(
  reactor: Reactor,
  descriptor: Descriptor,
  lane: Lane,
  faultFor: (request: EffectRequest) => Input,
): void {
  const users = [lane.holder, ...lane.waiting];
  lane.holder = null;
  while (lane.next() !== undefined);
  for (const task of users) {
    if (!(task instanceof LiveTask)) continue;
    if (task.armed !== UNARMED) descriptor.handle?.withdraw(reactor.takeBack(task));
    reactor.wake(task, faultFor(task.request!));
  }
}

/** Takes a descriptor out of use: whoever waits for it gets `faultFor` its request. */
export function evict(reactor: Reactor, descriptor: Descriptor, faultFor: (request: EffectRequest) => Input): void {
  for (const task of descriptor.tasks) {
    if (task.armed !== UNARMED) descriptor.handle?.withdraw(reactor.takeBack(task));
    if (task.request !== null) reactor.wake(task, faultFor(task.request));
  }
  descriptor.handle?.close();
  descriptor.handle = null;
}

/** The fault of a request about a descriptor that is not open. */
export function notOpen(request: EffectRequest, fd: number): Input {
  return ioFault(request, `on descriptor ${fd}`, NOT_OPEN, fd);
}
