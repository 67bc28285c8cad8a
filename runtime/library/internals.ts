// What prelude.wal needs of JavaScript. Their names begin with `__`, so that a program's own names never meet them.
//
// A *chain* is how the prelude collects values while callbacks run: nil, or `[chain before, value]`. Its parts are never
// changed, so a callback's continuation that is resumed many times finds the same chain each time; a list that is being
// filled would hold the values of the other resumptions too.

import { fault } from "../engine/faults.ts";
import { show } from "../engine/show.ts";
import type { MapValue, Value } from "../engine/values.ts";
import { joined } from "./bytes.ts";
import { sorted } from "./lists.ts";
import type { Native } from "./native.ts";
import { native, needsList } from "./native.ts";

/** The values of a chain, first one first. */
function unwind(chain: Value): Value[] {
  const values: Value[] = [];
  for (let link = chain; link !== undefined; link = (link as Value[])[0]) values.push((link as Value[])[1]);
  return values.reverse();
}

/** The list a function was given, or a fault that names the function. */
function checkedList(_depth: number, what: Value, list: Value): Value {
  return Array.isArray(list) ? list : needsList(what as string, list);
}

/** The keys and values of a map as they are now: `[keys, values]`. */
function entries(_depth: number, map: Value): Value {
  const all = (map as MapValue).entries;
  return [[...all.keys()], [...all.values()]];
}

/** Does `f(a, b)`, a comparator's answer, put `a` before `b`? A number does when it is negative, the rest when truthy. */
function before(_depth: number, answer: Value): Value {
  return typeof answer === "number" ? answer < 0 : answer !== false && answer !== undefined;
}

function data(_depth: number, chain: Value): Value {
  const parts = unwind(chain);
  return joined(parts.map((part) => (part instanceof Uint8Array ? part : new TextEncoder().encode(show(part)))));
}

function fail(_depth: number, kind: Value, message: Value, code: Value): Value {
  return fault(kind as string, message as string, code === undefined ? {} : { code });
}

/** Performs the fault of a request that a handler of FAULT has seen, with all its fields. */
function failAgain(_depth: number, request: Value): Value {
  const { f_kind, f_message, ...rest } = request as Record<`f_${string}`, Value>;
  const fields: Record<string, Value> = {};
  for (const key of Object.keys(rest) as `f_${string}`[])
    if (key.startsWith("f_") && key !== "f_continuation") fields[key.slice(2)] = rest[key];
  return fault(String(f_kind), String(f_message), fields);
}

export const internals: ReadonlyMap<string, Native> = new Map([
  ["__unwind", native(1, 1, (_depth, chain) => unwind(chain))],
  ["__list", native(2, 2, checkedList)],
  ["__entries", native(1, 1, entries)],
  ["__sorted", native(1, 1, (_depth, list) => sorted(list as Value[]))],
  ["__before", native(1, 1, before)],
  ["__data", native(1, 1, data)],
  ["__fault", native(2, 3, fail)],
  ["__fault_again", native(1, 1, failAgain)],
]);
