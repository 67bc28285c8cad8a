// The built-in library, for the compiler and for whoever calls by name: one file per receiver type, collected here.
//
// Names, parameters and help are in language/names/builtins.ts; a test holds that both agree. What takes a callback, or only
// performs effects, is Walia source: prelude.wal. There `f(…)` is a function named `f`, and the method `xs.f(…)` of a List is a
// function `__List_f(xs, …)`. Arguments that a call leaves out (`reduce(xs, f)`) are nil, so every parameter is declared.

import { bytesFunctions, bytesMethods } from "./bytes.ts";
import { internals } from "./internals.ts";
import { jsonFunctions } from "./json.ts";
import { listFunctions, listMethods } from "./lists.ts";
import { mapFunctions, mapMethods } from "./maps.ts";
import type { Native } from "./native.ts";
import { numberFunctions } from "./numbers.ts";
import { programFunctions } from "./program.ts";
import { stringMethods } from "./strings.ts";
import { atomicMethods, channelMethods, taskFunctions } from "./tasks.ts";

export type { Native } from "./native.ts";
export { constants } from "./program.ts";

/** Receivers of methods, as `typeName` calls them. */
export type TypeName = "string" | "List" | "Map" | "Bytes" | "number" | "Future" | "Channel" | "Atomic";

export const functions: ReadonlyMap<string, Native> = new Map([
  ...programFunctions,
  ...taskFunctions,
  ...listFunctions,
  ...mapFunctions,
  ...bytesFunctions,
  ...numberFunctions,
  ...jsonFunctions,
  ...internals,
]);

export const methods: ReadonlyMap<TypeName, ReadonlyMap<string, Native>> = new Map<
  TypeName,
  ReadonlyMap<string, Native>
>([
  ["string", stringMethods],
  ["List", listMethods],
  ["Map", mapMethods],
  ["Bytes", bytesMethods],
  ["number", new Map()],
  ["Future", new Map()],
  ["Channel", channelMethods],
  ["Atomic", atomicMethods],
]);
