// Stops a program and lets it go on. It stands between the reactor and the engine: each turn of a task goes through `run`, and what
// the task asks for the debugger's sake (engine/probes.ts) is answered here.
//
//   reactor ── run(task, input) ──> control ── run ──> engine
//                 ^                    │ probe, performs, faulted: look at the stack, and go on or …
//                 └─── "stopped" <─────┘ … stop: the task is parked on that request, and the reactor holds still
//
// K1. A task that is stopped has a whole stack, so all there is to see of it is read from there, and can be changed there.
// K2. What a stopped task was about to do (`#next`) is done when it goes on: a perform, a fault, what it had asked of the reactor.
// K3. One task is stopped at a time: the reactor holds before another has its turn.
// K4. Whether to stop is only asked between two runs of the engine, so an expression may be evaluated there (H1 of engine/host.ts).

import { effectKey } from "../engine/code.ts";
import type { Input, Outcome } from "../engine/host.ts";
import { E, lookup } from "../engine/machine.ts";
import type { Probes } from "../engine/probes.ts";
import type { Segment } from "../engine/segments.ts";
import { SegmentKind } from "../engine/segments.ts";
import type { EffectRequest, Fault, Value } from "../engine/values.ts";
import { type Engine, machine } from "../reactor/engine.ts";
import { answers } from "../reactor/requests.ts";
import type { Reactor } from "../reactor/shard.ts";
import { type LiveTask, TaskState } from "../reactor/task.ts";
import { Step, type StepKind } from "./stepping.ts";

/** Why the program has stopped. */
export type Reason =
  | { readonly kind: "entry" | "step" | "pause" | "restart" }
  /** Breakpoints, by number. */
  | { readonly kind: "breakpoint" | "function breakpoint"; readonly ids: readonly number[] }
  /** An effect that is watched is about to be performed. */
  | { readonly kind: "effect"; readonly ids: readonly number[]; readonly request: EffectRequest }
  | { readonly kind: "fault"; readonly fault: Pick<Fault, "kind" | "message">; readonly isHandled: boolean }
  /** Nobody handles an effect, and the reactor does not know it either. */
  | { readonly kind: "unhandled effect"; readonly request: EffectRequest };

/** Which faults stop the program. */
export interface Filters {
  readonly unhandledFaults: boolean;
  readonly allFaults: boolean;
  readonly unhandledEffects: boolean;
}

export const DEFAULT_FILTERS: Filters = { unhandledFaults: true, allFaults: false, unhandledEffects: false };
export const NO_FILTERS: Filters = { unhandledFaults: false, allFaults: false, unhandledEffects: false };

/** What decides about places and effects, and is told. */
export interface Watcher {
  /** Breakpoints at this probe that hold now. */
  reached(task: LiveTask, probe: number): Reason | null;
  performs(task: LiveTask, request: EffectRequest): Reason | null;
  stopped(task: LiveTask | null, reason: Reason): void;
}

const NIL: Input = { kind: "value", value: undefined };
const STOPPED: Outcome = { kind: "asks", request: { site: { effect: "stopped" } } };
const SPENT: Outcome = { kind: "asks", request: { site: { effect: "spent" } } };
/** Probes of one turn between two looks at the clock. */
const LOOK = 64;

export class Control {
  readonly engine: Engine = {
    ...machine,
    run: (task, input, depth) => this.#run(task as LiveTask, input, depth),
    startStack: (task, closure, args) => {
      machine.startStack(task, closure, args);
      this.#tasks.set(task.id, task as LiveTask);
    },
  };
  reactor!: Reactor;
  filters: Filters = DEFAULT_FILTERS;
  /** Tasks that have not ended, by number; some that have may still be there. */
  readonly #tasks = new Map<number, LiveTask>();
  /** K2 */
  #next: { readonly task: LiveTask; readonly goesOn: Input | Outcome } | null = null;
  /** The task whose fault, which nobody handles, was shown last: it ends with it. */
  #hasShown: LiveTask | null = null;
  #stopped: LiveTask | null = null;
  #reason: Reason | null = null;
  /** The task that ran last. */
  #last: LiveTask | null = null;
  #step: { readonly task: LiveTask; readonly step: Step } | null = null;
  #stepReason: Reason = { kind: "step" };
  #wantsEntry = false;
  /** Probes of breakpoints. */
  #armed: ReadonlySet<number> = new Set();

  constructor(
    readonly probes: Probes,
    /** The unit in which each probe stands, by its number. */
    readonly units: readonly string[],
    readonly watcher: Watcher,
  ) {}

  /** The tasks that have not ended. */
  get tasks(): LiveTask[] {
    for (const [id, { state }] of this.#tasks) if (state === TaskState.Done) this.#tasks.delete(id);
    return [...this.#tasks.values()];
  }

  task(id: number): LiveTask | undefined {
    const task = this.#tasks.get(id);
    return task?.state === TaskState.Done ? undefined : task;
  }

  /** The stopped task; the one that ran last when the program was paused. Null while it runs. */
  get stopped(): LiveTask | null {
    return this.#stopped;
  }

  /** Null while the program runs. */
  get reason(): Reason | null {
    return this.#reason;
  }

  /** What it is to yield instead, as `answer` was told. */
  get answered(): Value {
    return this.#next?.goesOn.kind === "value" ? this.#next.goesOn.value : undefined;
  }

  stopOnEntry(): void {
    this.#wantsEntry = true;
    this.#arm();
  }

  /** Names the probes at which `reached` is asked. */
  arm(probes: ReadonlySet<number>): void {
    this.#armed = probes;
    this.#arm();
  }

  #arm(): void {
    const { armed } = this.probes;
    armed.fill(this.#wantsEntry ? 1 : 0);
    for (const probe of this.#armed) armed[probe] = 1;
    const step = this.#step?.step;
    if (step === undefined) return;
    // What a step passes over runs as fast as ever.
    const units = new Map<string, boolean>();
    for (const [probe, unit] of this.units.entries()) {
      const mayEnd = units.get(unit) ?? step.mayEndIn(unit);
      units.set(unit, mayEnd);
      if (mayEnd) armed[probe] = 1;
    }
  }

  // ---- From the client ----

  /** Stops where the program stands. */
  pause(): void {
    if (this.#reason !== null) return;
    this.reactor.hold();
    const isAlive = this.#last !== null && this.#last.state !== TaskState.Done;
    this.#isStopped(isAlive ? this.#last : (this.tasks[0] ?? null), { kind: "pause" });
  }

  /** Goes on until something stops the program; `step`: with this task until the step has come to its end. */
  proceed(step?: { readonly task: LiveTask; readonly kind: StepKind }): void {
    this.#stepReason = { kind: "step" };
    this.#step = step === undefined ? null : { task: step.task, step: new Step(step.kind, step.task.stack) };
    const first = this.#stopped?.request?.site.effect === "stopped" ? this.#stopped : null;
    this.#stopped = null;
    this.#reason = null;
    this.#arm();
    this.reactor.proceed(first);
  }

  /** The stopped task was given another stack: it runs to its first statement, and what it was about to do is forgotten. */
  beginAgain(task: LiveTask): void {
    this.#next = null;
    this.proceed({ task, kind: "stepIn" });
    this.#stepReason = { kind: "restart" };
  }

  /** What the stopped task was about to perform yields `value` instead. */
  answer(value: Value): void {
    if (this.#next === null) return;
    this.#next = { task: this.#next.task, goesOn: { kind: "value", value } };
    this.#hasShown = null;
  }

  // ---- Between reactor and engine ----

  #run(task: LiveTask, given: Input, depth: number | undefined): Outcome {
    this.#last = task;
    let input = given;
    if (this.#next?.task === task) {
      const { goesOn } = this.#next;
      this.#next = null;
      if (isOutcome(goesOn)) return this.#ended(task, goesOn);
      input = goesOn;
    } else {
      const stop = this.#injected(task, given);
      if (stop !== null) return stop;
    }
    if (this.#hasShown === task && faultOf(input) === null) this.#hasShown = null;
    for (let looks = LOOK; ; looks--) {
      const outcome = machine.run(task, input, depth);
      if (outcome.kind !== "asks") return this.#failed(task, outcome) ?? this.#ended(task, outcome);
      const { request } = outcome;
      const { effect } = request.site;
      if (effect === "probe") {
        const reason = this.#reached(task, request.f_probe as number);
        if (reason !== null) return this.#stop(task, reason, NIL);
        if (looks <= 0 && this.reactor.turnIsOver()) return SPENT;
        input = NIL;
      } else if (effect === "performs") {
        const asked = request.f_request as EffectRequest;
        input = { kind: "perform", effect: asked.site.effect, payload: payloadOf(asked) };
        const reason = this.watcher.performs(task, asked);
        if (reason !== null) return this.#stop(task, reason, input);
      } else if (effect === "faulted") {
        input = { kind: "perform", effect: "FAULT", payload: payloadOf(request) };
        const stop = this.#injected(task, input);
        if (stop !== null) return stop;
      } else if (this.filters.unhandledEffects && !answers.has(effect))
        return this.#stop(task, { kind: "unhandled effect", request }, outcome);
      else return outcome;
    }
  }

  #reached(task: LiveTask, probe: number): Reason | null {
    if (this.#wantsEntry) {
      this.#wantsEntry = false;
      return { kind: "entry" };
    }
    const reason = this.#armed.has(probe) ? this.watcher.reached(task, probe) : null;
    if (reason !== null) return reason;
    return this.#step?.task === task && this.#step.step.endsAt(task.stack!) ? this.#stepReason : null;
  }

  /** A fault that is about to be performed in the task. */
  #injected(task: LiveTask, input: Input): Outcome | null {
    const fault = faultOf(input);
    if (fault === null) return null;
    const { unhandledFaults, allFaults, unhandledEffects } = this.filters;
    // Of a task that is awaited it has been shown where it happened; of an effect that nobody handles, as such.
    const isKnown = input.kind === "fault" || (unhandledEffects && fault.kind === "UnhandledEffect");
    if (isKnown && !allFaults) {
      this.#hasShown = task;
      return null;
    }
    const isHandled = lookup(task.stack!, effectKey("FAULT")).kind !== SegmentKind.Root;
    return allFaults || (unhandledFaults && !isHandled)
      ? this.#stop(task, { kind: "fault", fault, isHandled }, input)
      : null;
  }

  /** A FAULT that the program has performed itself and nobody handles. */
  #failed(task: LiveTask, outcome: Outcome): Outcome | null {
    const { unhandledFaults, allFaults } = this.filters;
    if (outcome.kind !== "failed" || outcome.stack === undefined || this.#hasShown === task) return null;
    if (outcome.fault.kind === "Cancelled" || !(unhandledFaults || allFaults)) return null;
    task.stack = outcome.stack;
    return this.#stop(task, { kind: "fault", fault: outcome.fault, isHandled: false }, outcome);
  }

  #stop(task: LiveTask, reason: Reason, next: Input | Outcome): Outcome {
    this.#next = { task, goesOn: next };
    this.#hasShown = reason.kind === "fault" && !reason.isHandled ? task : null;
    this.#isStopped(task, reason);
    return STOPPED;
  }

  #isStopped(task: LiveTask | null, reason: Reason): void {
    this.#step = null;
    this.#stopped = task;
    this.#reason = reason;
    this.#arm();
    this.watcher.stopped(task, reason);
  }

  #ended(task: LiveTask, outcome: Outcome): Outcome {
    if (outcome.kind === "asks") return outcome;
    this.#tasks.delete(task.id);
    if (this.#step?.task === task) {
      this.#step = null;
      this.#arm();
    }
    return outcome;
  }
}

function isOutcome(goesOn: Input | Outcome): goesOn is Outcome {
  return goesOn.kind === "asks" || goesOn.kind === "failed" || goesOn.kind === "done";
}

/** The payload of a request, by names. */
export function payloadOf(request: EffectRequest): Record<string, Value> {
  const payload: Record<string, Value> = {};
  for (const key of Object.keys(request))
    if (key.startsWith("f_")) payload[key.slice(2)] = request[key as `f_${string}`];
  return payload;
}

/** The fault that a task goes on with. */
function faultOf(input: Input): Pick<Fault, "kind" | "message"> | null {
  if (input.kind === "fault") return input.fault;
  if (input.kind !== "perform" || input.effect !== "FAULT") return null;
  return { kind: String(input.payload.kind), message: String(input.payload.message) };
}

/** The handlers that a request of this effect meets, innermost first, until one answers. */
export function handlersFrom(stack: Segment): Segment[] {
  const found: Segment[] = [];
  for (let s: Segment | null = stack; s !== null && s.kind !== SegmentKind.Root; ) {
    if (s.handler !== null) found.push(s);
    s = s.kind === SegmentKind.Under ? s.limit : s.kind === SegmentKind.Base ? (s.limit ?? E.program) : s.below;
  }
  return found;
}
