// What the reactor needs of the engine and the codec, as one object, so that tests can drive a reactor with tasks of their
// own making.

import { copyValue, copyValues } from "../codec/copy.ts";
import type { Host, Input, Outcome, Task } from "../engine/host.ts";
import { setHost } from "../engine/host.ts";
import { programHandler } from "../engine/machine.ts";
import { isHome } from "../engine/operators.ts";
import { performTask, run, startStack } from "../engine/tasks.ts";
import type { Closure, Value } from "../engine/values.ts";

export interface Engine {
  setHost(host: Host): void;
  run(task: Task, input: Input, depth?: number): Outcome;
  startStack(task: Task, closure: Closure, args: readonly Value[]): void;
  /** A function that performs an effect. */
  performTask(effect: string, payload: Readonly<Record<string, Value>>): Closure;
  /** The clause of the whole program that handles this effect, if there is one. */
  programHandler(effect: string): Closure | undefined;
  /** Must a task of this function run on the first shard? */
  isHome(closure: Closure): boolean;
  /** A value as another task may have it. */
  copyValue(value: Value): Value;
  /** The same for several that may have parts in common. */
  copyValues(values: readonly Value[]): Value[];
}

export const machine: Engine = { setHost, run, startStack, performTask, programHandler, isHome, copyValue, copyValues };
