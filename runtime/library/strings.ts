// Methods of strings.
//
// Lengths and indices count UTF-16 units. Matching is literal: no argument is ever read as a pattern.

import { fault, wrongType } from "../engine/faults.ts";
import type { Value } from "../engine/values.ts";
import type { Native } from "./native.ts";
import { boundedText, isWhole, MAX_TEXT, method, needsString, needsWhole, part } from "./native.ts";

const utf8 = new TextEncoder();

/** A method with one string argument. */
function withText(what: string, call: (self: string, text: string) => Value): Native {
  return method(1, 1, (_depth, self, text) =>
    typeof text === "string" ? call(self as string, text) : needsString(what, text),
  );
}

/** The parts between separators; an empty separator parts the characters (code points, never half a pair). */
function split(self: string, separator: string): Value {
  return separator === "" ? Array.from(self) : self.split(separator);
}

function replace(_depth: number, self: Value, old: Value, next: Value): Value {
  if (typeof old !== "string") return needsString("replace", old);
  if (typeof next !== "string") return needsString("replace", next);
  const text = self as string;
  const growth = Math.max(next.length - old.length, 0);
  const most = text.length + growth * (old === "" ? text.length + 1 : Math.floor(text.length / old.length));
  // Counting the matches costs as much as replacing them, so it is done only where the result may be too long.
  const length = most > MAX_TEXT && old !== "" ? text.length + growth * (text.split(old).length - 1) : most;
  return boundedText("replace", length, () => text.replaceAll(old, () => next));
}

function slice(_depth: number, self: Value, from: Value, to: Value): Value {
  if (!isWhole(from)) return needsWhole("slice", from);
  if (to !== undefined && !isWhole(to)) return needsWhole("slice", to);
  const text = self as string;
  return text.slice(...part(text.length, from, to as number | undefined));
}

function repeat(_depth: number, self: Value, times: Value): Value {
  if (!isWhole(times)) return needsWhole("repeat", times);
  if (times < 0) return fault("TypeError", `"repeat" needs a number of times, got ${times}`);
  const text = self as string;
  return boundedText("repeat", text.length * times, () => (text === "" ? "" : text.repeat(times)));
}

/** The code point that starts at a unit; nil outside. */
function codeAt(_depth: number, self: Value, index: Value): Value {
  return typeof index === "number" ? codePoint(self as string, index) : wrongType('"code_at"', "a number", index);
}

function codePoint(text: string, index: number): number | undefined {
  return isWhole(index) && index >= 0 ? text.codePointAt(index) : undefined;
}

export const stringMethods: ReadonlyMap<string, Native> = new Map([
  ["length", method(0, 0, (_depth, self) => (self as string).length)],
  ["upper", method(0, 0, (_depth, self) => (self as string).toUpperCase())],
  ["lower", method(0, 0, (_depth, self) => (self as string).toLowerCase())],
  ["split", withText("split", split)],
  ["trim", method(0, 0, (_depth, self) => (self as string).trim())],
  ["replace", method(2, 2, replace)],
  ["contains", withText("contains", (self, text) => self.includes(text))],
  ["starts_with", withText("starts_with", (self, text) => self.startsWith(text))],
  ["ends_with", withText("ends_with", (self, text) => self.endsWith(text))],
  ["index_of", withText("index_of", (self, text) => self.indexOf(text))],
  ["slice", method(1, 2, slice)],
  ["repeat", method(1, 1, repeat)],
  ["code_at", method(1, 1, codeAt)],
  ["bytes", method(0, 0, (_depth, self) => utf8.encode(self as string))],
]);
