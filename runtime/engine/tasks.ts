// Running tasks on the machine: how one starts, is gone on with, ends, and what its fault says. For the reactor.

import { builtinCode, type Code } from "./code.ts";
import { currentHost, type Input, type Outcome, type Task, TOO_DEEP } from "./host.ts";
import {
  ask,
  drive,
  E,
  giveWay,
  keyOf,
  lookup,
  makeRequest,
  Op,
  outOfMemory,
  perform,
  performRequest,
  renew,
  runClause,
  save,
  TOP,
} from "./machine.ts";
import { Frame, Segment, SegmentKind } from "./segments.ts";
import { STACK_LIMIT } from "./stack.ts";
import type { EffectRequest, Fault, TraceLine, Value } from "./values.ts";
import { Closure, Future, SIGNAL } from "./values.ts";

/** Gives a new task its stack: a call of `closure`, not yet begun. */
export function startStack(task: Task, closure: Closure, args: readonly Value[]): void {
  const frame = new Frame(START, 1);
  frame.s0 = closure;
  frame.s1 = args as Value[];
  task.suspended = frame;
}

const START: Code = builtinCode("start", ["function", "arguments"], (frame, _value, depth) => {
  const closure = frame.s0 as Closure;
  return closure.code.body(closure, depth, ...(frame.s1 as Value[]));
});

/** A tail-resumptive clause about to run above the code that it answers. */
const CLAUSE: Code = builtinCode("clause", ["handler", "request"], (frame, _value, depth) => {
  const handler = frame.s0 as Closure;
  return runClause(handler.code, handler, depth, frame.s1 as EffectRequest);
});

/** A function that performs an effect: what the task of a monitored port runs. */
export function performTask(effect: string, payload: Readonly<Record<string, Value>>): Closure {
  return new Closure(PERFORM, 0, PERFORM.enter, effect, makeRequest(effect, payload));
}
function enterPerform(self: Closure, depth: number): Value {
  const result = performRequest(self.c1 as EffectRequest, depth);
  return result === SIGNAL ? save(PERFORM, 1) : result;
}
const PERFORM: Code = builtinCode("perform", [], (_frame, value) => value, enterPerform);

/** A request that is performed when what was injected above it has been answered. */
const AGAIN: Code = builtinCode("again", ["request"], (frame, _value, depth) => {
  const result = performRequest(frame.s0 as EffectRequest, depth);
  return result === SIGNAL ? save(PERFORM, 1) : result;
});

/** Codes of the frames made here, for the codec. */
export const taskCodes: readonly Code[] = [START, CLAUSE, PERFORM, AGAIN];

/**
 * Runs a task from where it stopped until it ends or asks the host for something. `depth`: what is used of the host's stack (M6),
 * when it runs above another task, which the machine goes back to.
 */
export function run(task: Task, input: Input, depth = 0): Outcome {
  const stack = task.stack;
  if (stack === null) throw new Error("broken: task without a stack is run");
  task.suspended = null;
  if (--E.freshness < 0) renew();
  const below = E.now.h;
  E.now.h = stack;
  E.op = Op.None;
  E.discard = false;
  E.resumed++;
  let result: Value;
  switch (input.kind) {
    case "value":
      result = input.value;
      break;
    case "perform":
      if (input.again !== undefined) {
        const again = Frame.of(AGAIN, 1, [input.again]);
        again.next = stack.frames;
        stack.frames = again;
      }
      result = inject(makeRequest(input.effect, input.payload));
      break;
    case "fault":
      result = inject(faultRequest(input.fault));
      break;
  }
  result = drive(null, E.now.h, depth, TOP, result);
  if (result !== SIGNAL) {
    E.now.h = below;
    return { kind: "done", value: result };
  }
  const op: Op = pending();
  const request = E.now.request!;
  E.op = Op.None;
  E.now.request = null;
  const top = E.now.h;
  E.now.h = below;
  if (op !== Op.Ask) return { kind: "failed", fault: op === Op.Cancel ? CANCELLED : faultOf(request, top), stack: top };
  task.stack = top;
  return { kind: "asks", request };
}

function pending(): Op {
  return E.op;
}

/** Performs at the innermost suspension point of E.now.h. */
function inject(request: EffectRequest): Value {
  const handler = lookup(E.now.h, keyOf(request));
  if (handler.enter === undefined) return perform(handler, request, E.now.h);
  const performer = E.now.h;
  E.now.h = new Segment(SegmentKind.Under, performer, null, null, undefined, handler.below, E.serial);
  E.now.h.frames = Frame.of(CLAUSE, 1, [handler.handler!, request]);
  return undefined;
}

const CANCELLED: Fault = { kind: "Cancelled", message: "the task was cancelled", fields: {}, trace: [] };

/** Faults that were seen before, in another task: their traces begin where they first happened. */
const traces = new WeakMap<EffectRequest, Fault>();

function faultRequest(fault: Fault): EffectRequest {
  const request = makeRequest("FAULT", { kind: fault.kind, message: fault.message, ...fault.fields });
  traces.set(request, fault);
  return request;
}

function faultOf(request: EffectRequest, stack: Segment): Fault {
  const known = traces.get(request);
  if (known !== undefined)
    return known.trace.length > 2 * TRACE_LINES ? known : { ...known, trace: awaited(known, stack) };
  const fields: Record<string, Value> = {};
  for (const key of Object.keys(request) as (keyof EffectRequest & string)[])
    if (key.startsWith("f_") && key !== "f_kind" && key !== "f_message")
      fields[key.slice(2)] = request[key as `f_${string}`];
  return { kind: String(request.f_kind), message: String(request.f_message), fields, trace: traceOf(stack) };
}

const TRACE_LINES = 50;

/** The trace of a fault that a task ended with, and then that of the code that awaited it. */
function awaited(fault: Fault, stack: Segment): TraceLine[] {
  const above = traceOf(stack);
  if (fault.trace.length === 0) return above;
  return above.length === 0 ? [...fault.trace] : [...fault.trace, { code: null, at: 0, note: "awaited by" }, ...above];
}

/** The innermost frames of a stack, with a note where a handler stands between them. */
export function traceOf(stack: Segment): TraceLine[] {
  const lines: TraceLine[] = [];
  for (let s: Segment | null = stack; s !== null; s = s.below) {
    for (let f = s.frames; f !== null; f = f.next) {
      if (f.code.source === null) continue;
      if (lines.length === TRACE_LINES) return [...lines, { code: null, at: 0, note: "… further frames" }];
      lines.push({ code: f.code, at: f.at, note: null });
    }
    if (s.kind === SegmentKind.Handled)
      lines.push({ code: null, at: 0, note: `inside handle "${s.handler!.code.effect}"` });
    if (s.kind === SegmentKind.Under && s.limit !== s.below) lines.push({ code: null, at: 0, note: "performed by" });
  }
  return lines;
}

/** What the host takes of its stack to run a task above another, and how deep that may begin: its driver must not be too deep (M6). */
const HOST_DEPTH = 2000;
const DEEPEST = STACK_LIMIT / 4;

/** The depth at which another task would run above code of this depth, or TOO_DEEP. */
export function depthAbove(depth: number): number {
  const above = depth + HOST_DEPTH;
  return above < DEEPEST && E.probe === null ? above : TOO_DEEP;
}

/**
 * `await e`: the future's value, at once when it is there. A task that has not begun is begun here, as a call would be: as a rule
 * it ends without having waited, and then nobody has.
 */
export function awaitValue(value: Value, depth: number): Value {
  if (!(value instanceof Future)) return value;
  const host = currentHost();
  if (value.state.kind === "pending") {
    const above = depthAbove(depth);
    if (above !== TOO_DEEP) host.beginAwaited?.(value, above);
  }
  const { state } = value;
  if (state.kind !== "done") return ask({ site: AWAIT, f_future: value });
  if (typeof state.value !== "object") return state.value;
  return host.copy === undefined ? ask({ site: AWAIT, f_future: value }) : host.copy(state.value);
}
const AWAIT = { effect: "await" };

/** Called at loop ends every few thousand turns. */
export function tick(): Value {
  const host = currentHost();
  if (!host.turnIsOver()) return undefined;
  const limit = host.memoryLimit?.();
  return limit === undefined ? giveWay() : outOfMemory(limit);
}
