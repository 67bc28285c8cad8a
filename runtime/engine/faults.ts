// Faults: run-time errors as the effect FAULT, performed where they happened.
//
// F1. Whoever detects one calls `fault(…)` and returns what it returns: SIGNAL (nobody substitutes a value here, the caller
//     suspends), or the substitute that a handler resumed with at once.
// F2. No JavaScript error ever stands for a fault of the program.

import { performEffect } from "./machine.ts";
import type { FaultKind, Value } from "./values.ts";
import { typeName } from "./values.ts";

/** Performs FAULT { kind, message, …fields } (F1). */
export function fault(kind: FaultKind, message: string, fields: Readonly<Record<string, Value>> = {}): Value {
  return performEffect("FAULT", { kind, message, ...fields });
}

/** A TypeError that says what was expected and what came: `"upper" needs a string, got number`. */
export function wrongType(what: string, expected: string, got: Value): Value {
  return got === undefined
    ? fault("NilAccess", `${what} needs ${expected}, got nil`)
    : fault("TypeError", `${what} needs ${expected}, got ${typeName(got)}`);
}
