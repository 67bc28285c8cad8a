// Faults as values, so that the outcome of a task can be written to bytes with everything else. A Map:
//
//   kind, message   strings
//   fields          a Map of the further payload fields
//   trace           a List of [code's id or nil, suspension point, note or nil]
//
// A trace is for people. Where it names code that this program no longer has, the id stands in its note.

import type { Fault, TraceLine, Value } from "../engine/values.ts";
import { MapValue } from "../engine/values.ts";
import { type CodecContext, CodecError } from "./format.ts";

/** A fault as a value, for `encode`. */
export function faultToValue(fault: Fault): MapValue {
  return MapValue.of([
    ["kind", fault.kind],
    ["message", fault.message],
    ["fields", MapValue.of(Object.entries(fault.fields))],
    ["trace", fault.trace.map(({ code, at, note }) => [code?.id, at, note ?? undefined])],
  ]);
}

/** The fault that `faultToValue` made a value of; CodecError for any other value. */
export function faultFromValue(value: Value, context: Pick<CodecContext, "code">): Fault {
  const map = value instanceof MapValue ? value : new MapValue();
  const [kind, message, all, lines] = ["kind", "message", "fields", "trace"].map((key) => map.get(key));
  if (typeof kind !== "string" || typeof message !== "string" || !(all instanceof MapValue) || !Array.isArray(lines))
    throw new CodecError("a value that is no fault", -1);
  const fields: Record<string, Value> = Object.create(null);
  for (const [name, field] of all.entries) fields[String(name)] = field;
  return { kind, message, fields, trace: lines.map((line) => traceLine(line, context)) };
}

function traceLine(line: Value, context: Pick<CodecContext, "code">): TraceLine {
  const [id, at, note] = Array.isArray(line) ? line : [];
  if (typeof at !== "number") throw new CodecError("a value that is no line of a trace", -1);
  const code = typeof id === "string" ? context.code(id) : undefined;
  if (code?.points[at] !== undefined) return { code, at, note: typeof note === "string" ? note : null };
  const lost = typeof id === "string" ? id : null;
  return { code: null, at, note: typeof note === "string" ? note : lost };
}
