// What the reactor does about one kind of request; requests.ts is the table of them.
//
// A task that asks is parked before `begin` is called. From then on exactly one of these answers it, by waking it: `begin`
// itself, or, when what it armed comes about, one of the functions after it. All of them get the request and take from it
// whatever they need (task.ts, T2); what they arm is told by `task.armed`, a timer or an operation.
//
// A1. Whoever wakes a task disarms all else that was armed for it first.
// A2. `withdraw` disarms everything, without waking: the task is being cancelled.

import type { Input } from "../engine/host.ts";
import type { EffectRequest, Future } from "../engine/values.ts";
import type { DriverError, DriverValue } from "./drivers/driver.ts";
import type { Reactor } from "./shard.ts";
import type { LiveTask } from "./task.ts";

/**
 * Which shard answers, when that is not the one that asks: the channel's, the one that a descriptor belongs to, or the first,
 * which has what there is only one of.
 */
export type Place = "channel" | "descriptor" | "first";

export interface Answer {
  readonly place?: Place;
  /** The fault of what is wrong with the payload, of a request about a descriptor; that one is looked at before. */
  check?(request: EffectRequest): Input | null;
  begin(reactor: Reactor, task: LiveTask, request: EffectRequest): void;
  /** Its turn at a descriptor has come. */
  start?(reactor: Reactor, task: LiveTask, request: EffectRequest): void;
  /** The driver's operation `task.armed` has ended. */
  completed?(reactor: Reactor, task: LiveTask, request: EffectRequest, value: DriverValue): void;
  failed?(reactor: Reactor, task: LiveTask, request: EffectRequest, error: DriverError): void;
  /** A future that the task joined has settled. */
  settled?(reactor: Reactor, task: LiveTask, request: EffectRequest, future: Future): void;
  /** The timer `task.armed` was due. */
  expired?(reactor: Reactor, task: LiveTask, request: EffectRequest): void;
  /** A2. Only of answers that may leave a task parked. */
  withdraw?(reactor: Reactor, task: LiveTask, request: EffectRequest): void;
  /** Lets go of something: carried out even by a task that is to be cancelled at its next request. */
  readonly releases?: true;
}
