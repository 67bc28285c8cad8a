// What a built-in function is, and how one looks at its arguments. For every file of this folder.
//
// L1. A native never calls back into Walia: what takes a callback is written in Walia (prelude.wal), so that the callback
//     may perform effects and suspend.
// L2. A native checks the types of its arguments itself and returns what `fault` returns; it never throws. Its receiver and
//     the number of its arguments were checked by the caller.
// L3. Reading outside a collection yields nil; writing outside is an IndexError.

import { constants } from "node:buffer";
import { fault, wrongType } from "../engine/faults.ts";
import { show } from "../engine/show.ts";
import type { Value } from "../engine/values.ts";

export interface Native {
  /** Fewest and most arguments, a method's receiver among them. */
  readonly min: number;
  readonly max: number;
  /** `depth` is the caller's (engine/machine.ts, M6). A method's receiver is `args[0]`. */
  readonly call: (depth: number, ...args: Value[]) => Value;
}

export function native(min: number, max: number, call: Native["call"]): Native {
  return { min, max, call };
}

/** A method with this many arguments besides its receiver. */
export function method(min: number, max: number, call: Native["call"]): Native {
  return native(min + 1, max + 1, call);
}

/** Fault of an argument that ought to be a string. */
export const needsString = (what: string, got: Value): Value => wrongType(`"${what}"`, "a string", got);
export const needsNumber = (what: string, got: Value): Value => wrongType(`"${what}"`, "a number", got);
export const needsList = (what: string, got: Value): Value => wrongType(`"${what}"`, "a List", got);

/** Fault of an argument that ought to be a whole number: of its type, or of its fraction. */
export function needsWhole(what: string, got: Value): Value {
  if (typeof got !== "number") return wrongType(`"${what}"`, "a whole number", got);
  return fault("TypeError", `"${what}" needs a whole number, got ${show(got)}`);
}

export function isWhole(value: Value): value is number {
  return Number.isSafeInteger(value);
}

/** Part of a collection: `from` up to `to`, both cut to its length; negative ones count from the end. */
export function part(length: number, from: number, to: number | undefined): [from: number, to: number] {
  const cut = (at: number): number => (at < 0 ? Math.max(length + at, 0) : Math.min(at, length));
  const start = cut(from);
  return [start, Math.max(cut(to ?? length), start)];
}

/** Longest string that the host can hold, in UTF-16 units. */
export const MAX_TEXT: number = constants.MAX_STRING_LENGTH;

/** Calls `build` unless its string would be longer than the host can hold. */
export function boundedText(what: string, length: number, build: () => string): Value {
  return length > MAX_TEXT ? tooLong(what, length) : build();
}

export function tooLong(what: string, length: number): Value {
  return fault("LimitExceeded", `"${what}" would make ${length} characters, the most is ${MAX_TEXT}`);
}
