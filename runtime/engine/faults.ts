// Faults: run-time errors as the effect FAULT, performed where they happened.
//
// F1. Whoever detects one calls `fault(…)` and returns what it returns: SIGNAL (nobody substitutes a value here, the caller
//     suspends), or the substitute that a handler resumed with at once.
// F2. No JavaScript error ever stands for a fault of the program.

import { ask, E, makeRequest, performEffect } from "./machine.ts";
import type { FaultKind, Value } from "./values.ts";
import { typeName } from "./values.ts";

/** Performs FAULT { kind, message, …fields } (F1); in a program that is debugged the host does, when it has been shown. */
export function fault(kind: FaultKind, message: string, fields: Readonly<Record<string, Value>> = {}): Value {
  const payload = { kind, message, ...fields };
  return E.isDebugged ? ask(makeRequest("faulted", payload)) : performEffect("FAULT", payload);
}

/** A TypeError that says what was expected and what came: `"upper" needs a string, got number`. */
export function wrongType(what: string, expected: string, got: Value): Value {
  return got === undefined
    ? fault("NilAccess", `${what} needs ${expected}, got nil`)
    : fault("TypeError", `${what} needs ${expected}, got ${typeName(got)}`);
}
