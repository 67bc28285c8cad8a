// The machine: performs effects, captures and resumes continuations. Compiled code calls it; tasks.ts runs tasks on it.
//
//        host stack                       heap
//   run ── drive ── f ── handled ── g     E.now.h: segments and frames (see segments.ts)
//
// Code runs on the host's stack until something suspends. Then every activation saves a Frame and returns SIGNAL, up to
// the nearest *driver* that can handle the pending operation `E.op`; the driver goes on from the heap: it re-enters only
// the innermost frame and leaves the others where they are until a value returns into them. So a capture and a resume
// cost the same at any depth (after "Retrofitting Effect Handlers onto OCaml", PLDI 2021, for the segmented stack; and
// "Cheney on the M.T.A.", Baker 1995, for clearing the host stack when it has grown too deep).
//
// M1. While frames are being saved, `E.now.saved` are those of the innermost segment that is not complete yet. Whoever
//     crosses a segment's boundary moves them into that segment (`attach`).
// M2. `E.discard` is set while frames above a handler that abandons them are dropped: nobody saves anything.
// M3. `E.now.h` is not touched while SIGNAL travels: it stays the top of the stack at the moment of suspension.
// M4. Drivers nest: `handled` and `resume` start one on the host stack. Each has a serial number, and a segment's `owner` is
//     the newest number when it was made. Segments above a driver's floor were made after it started, those below before:
//     so a driver handles a perform if and only if `target.owner >= serial`; otherwise it returns SIGNAL. In the same way it
//     knows its floor: comparing two numbers costs less than asking of two objects whether they are one.
// M5. A tail-resumptive clause run in place gets as its last argument the segment from which it must look for handlers, and
//     puts it in E.now.h itself (`lookFrom`), before anything that looks there. Most clauses never do, and storing a young object
//     in an old one costs more than the rest of such a perform. Whoever ran the clause puts E.now.h back.
// M6. Depth is passed down as a parameter, in bytes of host stack (an estimate). Code entered beyond `STACK_LIMIT` saves
//     itself and returns SIGNAL (Overflow); the first driver near the top of the host stack goes on from there.
//     Another thread that wants a task to stop leaves it no room at all (`room`), and its next call is an Overflow, too: with one,
//     the task gives way if it has had its share of time, as loops do at their ends (`giveWay`).
// M7. A perform that is the last thing a tail-resumptive clause does is left to whoever ran the clause (`pass`): nothing of
//     the clause is needed any more, so a request may pass any number of handlers on a stack that does not grow.

import { builtinCode, type Code, type EffectKey, effectKey } from "./code.ts";
import { currentHost } from "./host.ts";
import * as segments from "./segments.ts";
import { type Frame, type Segment, SegmentKind } from "./segments.ts";
import { room, STACK_LIMIT } from "./stack.ts";
import type { Closure, Continuation, EffectRequest, Value } from "./values.ts";
import * as values from "./values.ts";

export enum Op {
  None,
  /** A handler whose clause takes the continuation: `target`, `request`. */
  Perform,
  /** A clause ends, at its point `passedAt`, by performing `request` to the handlers from `target` on (M7). */
  Pass,
  /** A handler whose clause never looks at the continuation: the same, and M2. */
  Abort,
  /** `resume`: `continuation`, `value`. */
  Resume,
  /** The host stack is too deep, or somebody wants the task to stop. */
  Overflow,
  /** Nobody in the program handles `request`: the host does. */
  Ask,
  /** FAULT that nobody handles: the task fails with `request`. */
  Fail,
  /** CANCELLED that nobody handles: the task ends. */
  Cancel,
}

/** Gets a whole suspended stack and the value about to be delivered into it; gives what the machine goes on with. */
export type Probe = (stack: Segment, value: Value) => { readonly stack: Segment; readonly value: Value };

/** Serial number of the driver of a task, the outermost one. */
export const TOP = 0;

/** Where clauses of FAULT handlers start when the detecting code has no depth at hand. */
export const FAULT_DEPTH = STACK_LIMIT / 2;

/**
 * The state of the machine, and what changes it: one per isolate, because an isolate runs one task at a time (H1) and a
 * parameter to every compiled call would cost more than the rest of the calling convention. All of it is made in a function
 * because V8 takes the `const`s of a function that is called once for constants in the code it compiles; at the top of a
 * module a bundler makes `var`s of them, and reading those anew took a fifth of a capture and resume.
 */
function makeMachine() {
  const { SIGNAL, Continuation } = values;
  const { Frame, Segment } = segments;
  /** Depth charged for a driver and the function it enters. */
  const DRIVER_DEPTH = 500;
  /** A nested driver is only started above this depth; deeper ones ask an outer driver (M6). */
  const NEST_LIMIT = STACK_LIMIT / 2;
  const root = new Segment(SegmentKind.Root, null, null, null, undefined, null, -1);

  /** What changes with every suspension. */
  class Moment {
    /** The handler's segment, of Perform and Abort. */
    target: Segment = root;
    request: EffectRequest | null = null;
    continuation: Continuation | null = null;
    value: Value = undefined;
    /** Of Pass: the point of the clause. */
    passedAt = 0;
    /** The Under segment inserted last since code began to unwind: the others to be linked are below it. */
    lowest: Segment | null = null;
    /** Outermost of the frames saved since the last boundary; its `next` is the innermost (a ring). */
    saved: Frame | null = null;
    /** `h`: top segment of the running task, where looking for a handler starts. */
    constructor(public h: Segment) {}
  }

  const E = {
    /**
     * Replaced now and then by a copy (`renew`): a store into an object that the garbage collector has moved to the old
     * generation costs several times one into a young object, and there are half a dozen in each capture and resume.
     */
    now: new Moment(root),
    /** Resumptions until `now` is renewed. */
    freshness: 0,
    discard: false,
    op: Op.None as Op,
    serial: 1,
    /** Handlers of the whole program, innermost first; ends with the root segment. */
    program: root as Segment,
    /** Effects performed, for the counters. */
    performed: 0,
    /** How often suspended code was gone on with, continuations and tasks: a clock for what is due once in a while. */
    resumed: 0,
    /** Faults are shown to the host before they are performed (probes.ts). */
    isDebugged: false,
    /** Test mode (see `setProbe`). */
    probe: null as Probe | null,
  };

  /** Only while no operation is pending: nothing but `h` is carried over. */
  function renew(): void {
    E.freshness = 1000;
    E.now = new Moment(E.now.h);
  }

  // ---- Saving frames ----

  /** Saves the frame of an activation that is suspending (or not: M2), and says so to its caller. */
  function save(
    code: Code,
    at: number,
    s0?: Value,
    s1?: Value,
    s2?: Value,
    s3?: Value,
    more?: readonly Value[],
  ): object {
    if (E.discard) return SIGNAL;
    const frame = new Frame(code, at);
    frame.s0 = s0;
    frame.s1 = s1;
    frame.s2 = s2;
    frame.s3 = s3;
    if (more !== undefined) frame.more = more;
    const outermost = E.now.saved;
    if (outermost === null) frame.next = frame;
    else {
      frame.next = outermost.next;
      outermost.next = frame;
    }
    E.now.saved = frame;
    return SIGNAL;
  }

  /** Entered without `room` (M6): with the parameters, which are the slots of point 0. */
  function overflow(code: Code, s0?: Value, s1?: Value, s2?: Value, s3?: Value, more?: readonly Value[]): object {
    E.op = Op.Overflow;
    room[0] = STACK_LIMIT;
    return save(code, 0, s0, s1, s2, s3, more);
  }

  /** Moves the saved frames on top of a segment's older ones (M1). */
  function attach(segment: Segment): void {
    const outermost = E.now.saved;
    if (outermost === null) return;
    const innermost = outermost.next;
    outermost.next = segment.frames;
    segment.frames = innermost;
    E.now.saved = null;
  }

  /**
   * Puts a new Under segment between `above` (exclusive: the segments made since code started to run with `E.now.h` = `context`)
   * and `below`, and gives it the saved frames.
   */
  function insertUnder(context: Segment, below: Segment, limit: Segment): void {
    const under = new Segment(SegmentKind.Under, below, null, null, undefined, limit, E.serial);
    if (E.now.h === context) E.now.h = under;
    else {
      let lowest = E.now.lowest ?? E.now.h;
      while (lowest.below !== context) lowest = lowest.below!;
      lowest.below = under;
    }
    E.now.lowest = under;
    attach(under);
  }

  // ---- Performing ----

  /**
   * The handler that `site` reaches from `top`; the root segment when there is none. Compiled code asks only when the handler
   * of `top` itself is not the one. Remembered once in a while only: code that is resumed gets a new top each time, and
   * storing that in a site costs more than looking.
   */
  function find(site: Site, top: Segment): Segment {
    return site.top === top ? site.found : search(site, top);
  }

  function search(site: Site, top: Segment): Segment {
    const found = lookup(top, site.key);
    site.misses = (site.misses + 1) % 16;
    if (site.misses === 0) {
      site.top = top;
      site.found = found;
    }
    return found;
  }

  function lookup(from: Segment, key: EffectKey): Segment {
    let s = from;
    for (;;) {
      switch (s.kind) {
        case SegmentKind.Handled:
        case SegmentKind.Program:
          if (s.key === key) return s;
          s = s.below!;
          break;
        case SegmentKind.Under:
          s = s.limit!;
          break;
        case SegmentKind.Base:
          s = s.limit ?? E.program;
          break;
        case SegmentKind.Root:
          return s;
      }
    }
  }

  /** M5 */
  function lookFrom(context: Segment): void {
    E.now.h = context;
  }

  /** Performs, where the stack's top is `top`, to a handler that is not run in place. Always suspends. */
  function perform(handler: Segment, request: EffectRequest, top: Segment): object {
    E.performed++;
    E.now.h = top;
    E.now.request = request;
    if (handler.kind === SegmentKind.Root) {
      const effect = request.site.effect;
      E.op = effect === "FAULT" ? Op.Fail : effect === "CANCELLED" ? Op.Cancel : Op.Ask;
      return SIGNAL;
    }
    E.now.target = handler;
    if (handler.handler!.code.mode === "abortive" && E.probe === null) {
      E.op = Op.Abort;
      E.discard = true;
    } else E.op = Op.Perform;
    return SIGNAL;
  }

  /** Performs in a clause that is run in place, to the handlers from `from` on (M5). */
  function performFrom(site: Site, request: EffectRequest, depth: number, from: Segment): Value {
    const handler = find(site, from);
    if (handler.enter === undefined) return perform(handler, request, from);
    const result = handler.enter(handler.handler, depth, request, handler.below);
    return result === SIGNAL ? under(from, handler, depth, request) : result;
  }

  /**
   * The clause of `handler`, run in place for `performer`, got `request` and gave SIGNAL. What it passes on is performed (M7). If
   * it suspended, its frames get a segment of their own above the performer's, from which handlers are looked for below `handler`.
   */
  function under(performer: Segment, handler: Segment, depth: number, request: EffectRequest): Value {
    let below = handler.below!;
    let clause = handler.handler!;
    let seen = request;
    while (E.op === Op.Pass) {
      const passed = E.now.request!;
      const at = E.now.passedAt;
      below = E.now.target;
      E.op = Op.None;
      if (--E.freshness < 0) renew();
      const next = lookup(below, keyOf(passed));
      if (next.enter === undefined) {
        perform(next, passed, below);
        savePassing(clause.code, at, clause, seen);
        break;
      }
      const result = next.enter(next.handler, depth, passed, next.below);
      if (result !== SIGNAL) {
        E.now.h = performer;
        return result;
      }
      below = next.below!;
      clause = next.handler!;
      seen = passed;
    }
    if (!E.discard) insertUnder(below, performer, below);
    return SIGNAL;
  }

  /** At its point `at`, its last, a tail-resumptive clause performs `request` to the handlers from `from` on (M7). */
  function pass(request: EffectRequest, from: Segment, at: number): object {
    E.now.request = request;
    E.now.target = from;
    E.now.passedAt = at;
    E.op = Op.Pass;
    return SIGNAL;
  }

  /** The frame of a clause that passed something on: at such a point it holds nothing but itself and what it got. */
  function savePassing(code: Code, at: number, self: Value, request: EffectRequest): object {
    const [s0, s1] = code.points[at]!.slots.map((slot) => (slot === "self" ? self : request));
    return save(code, at, s0, s1);
  }

  /** Runs a tail-resumptive clause where the stack stands: handlers are looked for from there. */
  function runClause(code: Code, self: Value, depth: number, request: EffectRequest): Value {
    const top = E.now.h;
    const result = code.body(self, depth, request, top);
    if (result !== SIGNAL) {
      E.now.h = top;
      return result;
    }
    if (E.op !== Op.Pass) return SIGNAL;
    const { request: passed, passedAt } = E.now;
    E.op = Op.None;
    const answer = performRequest(passed!, depth);
    if (answer === SIGNAL) savePassing(code, passedAt, self, request);
    return answer;
  }

  // ---- Handlers ----

  /** Runs `body` under a handler. */
  function handled(handler: Closure, body: Closure, depth: number): Value {
    const segment = new Segment(
      SegmentKind.Handled,
      E.now.h,
      handler,
      handler.code.key,
      handler.code.mode === "tail-resumptive" && E.probe === null ? handler.enter : undefined,
      null,
      ++E.serial,
    );
    E.now.h = segment;
    const result = body.enter(body, depth + DRIVER_DEPTH);
    if (result !== SIGNAL) {
      E.now.h = segment.below!;
      return result;
    }
    if (E.now.target === segment && (E.op === Op.Perform || E.op === Op.Abort)) {
      if (!E.discard) attach(segment);
      return drive(segment.below, segment, depth + DRIVER_DEPTH, segment.owner, SIGNAL);
    }
    if (!E.discard) attach(segment);
    return SIGNAL;
  }

  // ---- Resuming ----

  /** `resume(k, v)`: the value of the rest of the handled block. */
  function resume(k: Continuation, value: Value, depth: number): Value {
    if (--E.freshness < 0) renew();
    if (depth > NEST_LIMIT || E.probe !== null) return resumeTail(k, value);
    E.resumed++;
    const floor = E.now.h;
    const serial = ++E.serial;
    push(k);
    return drive(floor, floor, depth + DRIVER_DEPTH, serial, value);
  }

  /** `resume` as the last thing a clause does: its activation is over, so the driver goes on with `k` in its place. */
  function resumeTail(k: Continuation, value: Value): object {
    E.op = Op.Resume;
    E.now.continuation = k;
    E.now.value = value;
    return SIGNAL;
  }

  /** Puts copies of a continuation's segments on the stack. Its frames are shared: they are immutable. */
  function push(k: Continuation): void {
    let from = k.top;
    const top = copySegment(from);
    let to = top;
    let hasUnder = from.kind === SegmentKind.Under;
    while (from.below !== null) {
      from = from.below;
      to.below = copySegment(from);
      to = to.below;
      hasUnder ||= from.kind === SegmentKind.Under;
    }
    to.below = E.now.h;
    if (hasUnder) moveLimits(k, top, E.now.h);
    E.now.h = top;
  }

  /** The limits of copied Under segments: those inside the continuation are copies too, those below it are `below` now. */
  function moveLimits(k: Continuation, top: Segment, below: Segment): void {
    const copies = new Map<Segment, Segment>();
    let to = top;
    for (let from = k.top; from !== k.bottom; from = from.below!) {
      copies.set(from, to);
      to = to.below!;
    }
    copies.set(k.bottom, to);
    for (let s = top; s !== below; s = s.below!) {
      if (s.kind !== SegmentKind.Under) continue;
      const { limit } = s;
      if (limit === null) s.limit = below;
      else if (limit.kind !== SegmentKind.Program && limit.kind !== SegmentKind.Root)
        s.limit = copies.get(limit) ?? below;
    }
  }

  function copySegment(s: Segment): Segment {
    const copy = new Segment(s.kind, null, s.handler, s.key, s.enter, s.limit, E.serial);
    copy.frames = s.frames;
    return copy;
  }

  // ---- The driver ----

  /**
   * Runs segments until a value reaches `floor` (or the task's end), which it returns; or SIGNAL, when the pending operation
   * is for an outer driver (M4). `result` is what the activation of `current` just returned.
   */
  function drive(floor: Segment | null, current: Segment, depth: number, serial: number, result: Value): Value {
    for (;;) {
      if (result === SIGNAL) {
        if (!handles(serial, depth)) {
          if (current !== floor && !E.discard) attach(current);
          return SIGNAL;
        }
        const { now } = E;
        if (now.saved !== null) {
          if (current !== floor) attach(current);
          else insertUnder(floor!, floor!, floor!);
        }
        now.lowest = null;
        const op = E.op;
        E.op = Op.None;
        switch (op) {
          case Op.Resume: {
            const k = now.continuation!;
            E.resumed++;
            result = now.value;
            now.continuation = null;
            now.value = undefined;
            push(k);
            break;
          }
          case Op.Overflow: {
            const limit = currentHost().memoryLimit?.();
            result = limit === undefined ? giveWay() : outOfMemory(limit);
            current = E.now.h;
            if (result === SIGNAL) continue;
            break;
          }
          case Op.Perform:
          case Op.Abort: {
            const { target } = now;
            const k = op === Op.Perform ? capture(target) : undefined;
            E.discard = false;
            if (target.kind === SegmentKind.Program)
              now.h = new Segment(SegmentKind.Base, null, null, null, undefined, target.below, E.serial);
            else {
              now.h = target.below!;
              if (k !== undefined) target.below = null;
            }
            const request = now.request!;
            // Else what is left behind here, all its frames, would stay in memory until the next perform.
            now.target = root;
            now.request = null;
            current = now.h;
            const handler = target.handler!;
            if (E.probe !== null && handler.code.mode === "tail-resumptive")
              result = runInPlaceLater(handler, request, k!, depth);
            else result = handler.enter(handler, depth, request, k);
            continue;
          }
          default:
            // Ask, Fail, Cancel: only the task's own driver gets here; `run` reads what is asked.
            E.op = op;
            return SIGNAL;
        }
      }
      if (E.probe !== null) {
        const probed = E.probe(E.now.h, result);
        E.now.h = probed.stack;
        result = probed.value;
      }
      const segment = E.now.h;
      if (segment.owner < serial) return result;
      const frame = segment.frames;
      if (frame === null) {
        if (segment.below === null) return result;
        E.now.h = segment.below;
        continue;
      }
      segment.frames = frame.next;
      current = segment;
      result = frame.code.resume(frame, result, depth);
    }
  }

  /** Can the driver with this serial number and depth go on with the pending operation? */
  function handles(serial: number, depth: number): boolean {
    switch (E.op) {
      case Op.Resume:
        return E.probe === null || serial === TOP;
      case Op.Overflow:
        return depth < NEST_LIMIT / 2;
      case Op.Perform:
      case Op.Abort:
        return serial === TOP || (E.now.target.owner >= serial && E.probe === null);
      default:
        return serial === TOP;
    }
  }

  /** The stack from E.now.h down to the handler's own segment; for a handler of the whole program, all of it. */
  function capture(target: Segment): Continuation {
    if (target.kind === SegmentKind.Handled) return new Continuation(E.now.h, target);
    let base = E.now.h;
    while (base.below !== null) base = base.below;
    return new Continuation(E.now.h, base);
  }

  /**
   * A tail-resumptive clause has no `resume` in its compiled form: its result is what `k` is resumed with. Where it was not
   * run in place (a request that comes from outside), a frame does that.
   */
  function runInPlaceLater(handler: Closure, request: EffectRequest, k: Continuation, depth: number): Value {
    const result = runClause(handler.code, handler, depth, request);
    return result === SIGNAL ? save(RESUMING, 1, k) : resumeTail(k, result);
  }

  return {
    E,
    root,
    renew,
    save,
    overflow,
    find,
    lookFrom,
    lookup,
    perform,
    performFrom,
    under,
    pass,
    runClause,
    handled,
    resume,
    resumeTail,
    drive,
  };
}

export const {
  E,
  root,
  renew,
  save,
  overflow,
  find,
  lookFrom,
  lookup,
  perform,
  performFrom,
  under,
  pass,
  runClause,
  handled,
  resume,
  resumeTail,
  drive,
} = makeMachine();

/** A `perform` in the source: remembers a handler that it found, and under which top segment. */
export class Site {
  top: Segment | null = null;
  found: Segment = root;
  /** Searches since then, modulo 16. */
  misses = 0;
  readonly key: EffectKey;
  constructor(readonly effect: string) {
    this.key = effectKey(effect);
    sites.push(this);
  }
}
const sites: Site[] = [];

/** Performs an effect from the library or the machine itself; see `fault` in faults.ts for what the result means. */
export function performEffect(effect: string, payload: Readonly<Record<string, Value>>): Value {
  return performRequest(makeRequest(effect, payload), FAULT_DEPTH);
}

export function performRequest(request: EffectRequest, depth: number): Value {
  const performer = E.now.h;
  const handler = lookup(performer, keyOf(request));
  if (handler.enter === undefined) return perform(handler, request, performer);
  const result = handler.enter(handler.handler, depth, request, handler.below);
  if (result === values.SIGNAL) return under(performer, handler, depth, request);
  E.now.h = performer;
  return result;
}

/** What a search for the handler of a request compares. */
export function keyOf({ site }: EffectRequest): EffectKey {
  return site.key ?? effectKey(site.effect);
}

/** Asks the host, past all handlers: `await`, `receive` and the like (lower-case names). Always suspends. */
export function ask(request: EffectRequest): Value {
  E.now.request = request;
  E.op = Op.Ask;
  return values.SIGNAL;
}

/** Lets other tasks run when the one that runs has had its share. */
export function giveWay(): Value {
  const host = currentHost();
  return host.turnIsOver() && !host.mayGoOn() ? ask({ site: SPENT }) : undefined;
}
const SPENT = { effect: "spent" };

/** A request with these payload fields. */
export function makeRequest(effect: string, payload: Readonly<Record<string, Value>>): EffectRequest {
  const request: { site: { effect: string }; [field: `f_${string}`]: Value } = { site: { effect } };
  for (const name of Object.keys(payload)) request[values.fieldKey(name)] = payload[name];
  if (request.f_target === undefined && request.f_fd !== undefined) request.f_target = request.f_fd;
  return request;
}

/** Installs a handler of the whole program. */
export function installProgramHandler(handler: Closure): void {
  const enter = handler.code.mode === "tail-resumptive" && E.probe === null ? handler.enter : undefined;
  E.program = new segments.Segment(SegmentKind.Program, E.program, handler, handler.code.key, enter, null, -1);
  for (const site of sites) site.top = null;
  currentHost().handlerInstalled?.(handler);
}

/** The clause of the whole program that handles this effect, if there is one. */
export function programHandler(effect: string): Closure | undefined {
  return lookup(E.program, effectKey(effect)).handler ?? undefined;
}

/** Forgets the program's handlers: a new program begins. */
export function resetProgram(): void {
  E.program = root;
  E.isDebugged = false;
  E.now.h = root;
  sites.length = 0;
}

/** Number of a program-handler segment counted from the root (which is 0), and back; for the codec. */
export function programIndexOf(segment: Segment): number {
  let n = 0;
  for (let s = segment; s.kind !== SegmentKind.Root; s = s.below!) n++;
  return n;
}
export function programSegment(index: number): Segment | undefined {
  let s = E.program;
  for (let n = programIndexOf(s); n > index; n--) s = s.below!;
  return programIndexOf(s) === index ? s : undefined;
}

/** The fault of a program that holds nearly all of the `limit` bytes that it may. */
export function outOfMemory(limit: number): Value {
  const message = `the program holds nearly all of the ${Math.round(limit / 2 ** 20)} MB that it may use`;
  return performEffect("FAULT", { kind: "LimitExceeded", message });
}

export const RESUMING: Code = builtinCode("resuming", ["continuation"], (frame, value) =>
  resumeTail(frame.s0 as Continuation, value),
);

/**
 * Test mode: nothing runs in place, every suspension goes down to the task's own driver, and before each delivery of a value
 * `probe` gets the whole stack. To be set before the program starts; null switches it off.
 */
export function setProbe(probe: Probe | null): void {
  E.probe = probe;
}
