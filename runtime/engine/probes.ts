// What code that was compiled to be debugged asks (compile/probes.ts): before each statement whether to stop there, and at each
// perform whether somebody watches the effect. To stop is to ask the host, as whatever waits does: the requests are
//
//   probe     { probe }             a statement is about to begin; what is answered does not matter
//   performs  { request }           the host goes on with the perform (`Input` of host.ts)
//   faulted   { kind, message, … }  the same for a fault, in every program that is debugged (faults.ts)
//
// H3. A statement whose probe is not armed costs a look at one byte and a count; the count sees to it that a task without loops
//     gives way to others, too, so whoever wants to stop the program is heard soon.

import { ask } from "./machine.ts";
import { tick } from "./tasks.ts";
import type { EffectRequest, Value } from "./values.ts";

/** Statements between two questions whether this task has had its time. */
const FUEL = 2000;

/** One for each program that is debugged. */
export class Probes {
  /** By the number of the probe: is it wanted to stop, or to be looked at, there? */
  readonly armed: Uint8Array;
  /** Effects that somebody watches. */
  watched: ReadonlySet<string> = new Set();
  /** Nothing stops: an expression is evaluated for the debugger itself. */
  isOff = false;
  fuel = FUEL;
  /** The probe of the statement that printed last; -1: none has. */
  printed = -1;

  constructor(count: number) {
    this.armed = new Uint8Array(count);
  }

  /** A statement is reached that is armed, or the fuel is used up. */
  reached(probe: number): Value {
    if (this.armed[probe] !== 0 && !this.isOff) return ask({ site: PROBE, f_probe: probe });
    this.fuel = FUEL;
    return tick();
  }

  /** An effect is about to be performed: SIGNAL when the host is asked first. */
  performs(request: EffectRequest): Value {
    return this.watched.has(request.site.effect) && !this.isOff
      ? ask({ site: PERFORMS, f_request: request })
      : undefined;
  }
}

const PROBE = { effect: "probe" };
const PERFORMS = { effect: "performs" };
