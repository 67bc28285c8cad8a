// Numbers: `num`, `math_…`, `random`.

import { fault } from "../engine/faults.ts";
import type { Value } from "../engine/values.ts";
import { textOf } from "./bytes.ts";
import type { Native } from "./native.ts";
import { isWhole, native, needsNumber, needsWhole } from "./native.ts";

const NUMBER =
  /^[+-]?(?:0[xX](?<hex>[0-9a-fA-F][0-9a-fA-F_]*)|0[bB](?<binary>[01][01_]*)|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?)$/;

/** Text as a number, written as in a program, with a sign and white space around it allowed; nil when it is none. */
function num(_depth: number, value: Value): Value {
  if (typeof value === "number") return value;
  const text = textOf(value)?.trim();
  const match = text === undefined ? null : NUMBER.exec(text);
  if (match === null) return undefined;
  const digits = match[0].replaceAll("_", "");
  const { hex, binary } = match.groups!;
  if (hex === undefined && binary === undefined) return Number(digits);
  // JavaScript reads no sign before 0x and 0b.
  return digits.startsWith("-") ? -Number(digits.slice(1)) : Number(digits.replace("+", ""));
}

function math(name: string, f: (x: number) => number): [string, Native] {
  return [name, native(1, 1, (_depth, x) => (typeof x === "number" ? f(x) : needsNumber(name, x)))];
}

function pow(_depth: number, x: Value, y: Value): Value {
  if (typeof x !== "number") return needsNumber("math_pow", x);
  return typeof y === "number" ? x ** y : needsNumber("math_pow", y);
}

/** The most extreme of the arguments, or of the one list that is given; nil of an empty list. */
function extreme(name: string, better: (a: number, b: number) => number): [string, Native] {
  return [
    name,
    native(0, Number.POSITIVE_INFINITY, (_depth, ...args) => {
      if (args.length === 0) return fault("ArityError", `"${name}" needs at least one number`);
      const numbers = args.length === 1 && Array.isArray(args[0]) ? args[0] : args;
      let best: number | undefined;
      for (const number of numbers) {
        if (typeof number !== "number") return needsNumber(name, number);
        best = best === undefined ? number : better(best, number);
      }
      return best;
    }),
  ];
}

/** `random()`: 0 to 1; `random(n)`: a whole number from 0; `random(a, b)`: a whole number from a; ends excluded. */
function random(_depth: number, a: Value, b: Value): Value {
  if (a === undefined && b === undefined) return Math.random();
  if (!isWhole(a)) return needsWhole("random", a);
  if (b !== undefined && !isWhole(b)) return needsWhole("random", b);
  const [from, to] = b === undefined ? [0, a] : [a, b as number];
  if (to <= from) return fault("TypeError", `"random" needs an end above ${from}, got ${to}`);
  return from + Math.floor(Math.random() * (to - from));
}

export const numberFunctions: ReadonlyMap<string, Native> = new Map([
  ["num", native(1, 1, num)],
  math("math_sqrt", Math.sqrt),
  math("math_abs", Math.abs),
  math("math_floor", Math.floor),
  math("math_ceil", Math.ceil),
  math("math_sin", Math.sin),
  math("math_cos", Math.cos),
  math("math_log", Math.log),
  math("math_exp", Math.exp),
  ["math_pow", native(2, 2, pow)],
  extreme("math_min", Math.min),
  extreme("math_max", Math.max),
  ["random", native(0, 2, random)],
]);
