// Methods of lists, the free functions that take a list, and the course's older spellings of both.
// What takes a callback is in prelude.wal (L1).
//
// `sort` and `reverse` make a new list; `add`, `add_all`, `insert` change the list and yield it, so calls can be chained.

import { fault, wrongType } from "../engine/faults.ts";
import { show } from "../engine/show.ts";
import type { Value } from "../engine/values.ts";
import { isEqual, MapValue, typeName } from "../engine/values.ts";
import type { Native } from "./native.ts";
import { isWhole, MAX_TEXT, native, needsList, needsNumber, needsWhole, part, tooLong } from "./native.ts";

/** Fault of a write outside the list (L3). */
function outside(what: string, index: Value, length: number): Value {
  return fault("IndexError", `"${what}" at ${show(index)} in a List of length ${length}`);
}

function add(self: Value[], item: Value): Value {
  self.push(item);
  return self;
}

function addAll(self: Value[], items: Value): Value {
  if (!Array.isArray(items)) return needsList("add_all", items);
  // The length is read once: a list may be added to itself.
  for (let i = 0, n = items.length; i < n; i++) self.push(items[i]);
  return self;
}

function get(self: Value[], index: Value): Value {
  return typeof index === "number" ? self[index] : needsNumber("get", index);
}

function set(self: Value[], index: Value, value: Value): Value {
  if (typeof index !== "number") return needsNumber("set", index);
  if (!isWhole(index) || index < 0 || index >= self.length) return outside("set", index, self.length);
  self[index] = value;
  return value;
}

function insert(self: Value[], index: Value, item: Value): Value {
  if (typeof index !== "number") return needsNumber("insert", index);
  if (!isWhole(index) || index < 0 || index > self.length) return outside("insert", index, self.length);
  self.splice(index, 0, item);
  return self;
}

function remove(self: Value[], index: Value): Value {
  if (typeof index !== "number") return needsNumber("remove", index);
  if (!isWhole(index) || index < 0 || index >= self.length) return outside("remove", index, self.length);
  return self.splice(index, 1)[0];
}

function indexOf(self: readonly Value[], item: Value): number {
  return self.findIndex((other) => isEqual(other, item));
}

function slice(self: Value[], from: Value, to: Value): Value {
  if (!isWhole(from)) return needsWhole("slice", from);
  if (to !== undefined && !isWhole(to)) return needsWhole("slice", to);
  return self.slice(...part(self.length, from, to as number | undefined));
}

/** The first item, or the first `count` as a list. */
function first(what: string, self: readonly Value[], count: Value): Value {
  return count === undefined ? self[0] : take(what, self, count);
}

function last(self: readonly Value[], count: Value): Value {
  if (count === undefined) return self[self.length - 1];
  if (!isWhole(count) || count < 0) return needsWhole("last", count);
  return self.slice(Math.max(self.length - count, 0));
}

function take(what: string, self: readonly Value[], count: Value): Value {
  return isWhole(count) && count >= 0 ? self.slice(0, count) : needsWhole(what, count);
}

function sum(self: readonly Value[]): Value {
  let total = 0;
  for (const item of self) {
    if (typeof item !== "number") return wrongType('"sum"', "numbers", item);
    total += item;
  }
  return total;
}

function join(self: readonly Value[], separator: Value): Value {
  if (separator !== undefined && typeof separator !== "string")
    return wrongType('"join"', "a string as separator", separator);
  const between = separator ?? ",";
  const texts = self.map(show);
  let length = between.length * Math.max(texts.length - 1, 0);
  for (const text of texts) length += text.length;
  return length > MAX_TEXT ? tooLong("join", length) : texts.join(between);
}

/** A sorted copy: numbers or strings, ascending; strings by their UTF-16 units, as `<` compares them. */
export function sorted(self: readonly Value[]): Value {
  const kind = typeof self[0];
  for (const item of self) {
    if (typeof item !== "number" && typeof item !== "string")
      return wrongType('"sort" without a function', "numbers or strings", item);
    if (typeof item !== kind)
      return fault("TypeError", `"sort" cannot compare ${typeName(self[0])} and ${typeName(item)}`);
  }
  if (kind === "string") return (self.slice() as string[]).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return (self.slice() as number[]).sort(compareNumbers);
}

/** Ascending; what is not a number (0 / 0) comes last. */
function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** `List(items)`: the items of a list, the keys of a map, the characters of a string, the bytes of Bytes. */
function makeList(_depth: number, items: Value): Value {
  if (items === undefined) return [];
  if (items instanceof MapValue) return [...items.entries.keys()];
  if (Array.isArray(items) || typeof items === "string" || items instanceof Uint8Array)
    return Array.from(items as Iterable<Value>);
  return wrongType('"List"', "a List, Map, string or Bytes", items);
}

/** A method: its receiver is known to be a list. */
function method(min: number, max: number, call: (self: Value[], a: Value, b: Value) => Value): Native {
  return native(min + 1, max + 1, (_depth, self, a, b) => call(self as Value[], a, b));
}

/** A free function whose first argument must be a list. */
function onList(what: string, min: number, max: number, call: (list: Value[], a: Value, b: Value) => Value): Native {
  return native(min, max, (_depth, list, a, b) => (Array.isArray(list) ? call(list, a, b) : needsList(what, list)));
}

export const listMethods: ReadonlyMap<string, Native> = new Map([
  ["add", method(1, 1, add)],
  ["add_all", method(1, 1, addAll)],
  ["get", method(1, 1, get)],
  ["set", method(2, 2, set)],
  ["length", method(0, 0, (self) => self.length)],
  ["pop", method(0, 0, (self) => self.pop())],
  ["insert", method(2, 2, insert)],
  ["remove", method(1, 1, remove)],
  ["index_of", method(1, 1, indexOf)],
  ["contains", method(1, 1, (self, item) => indexOf(self, item) >= 0)],
  ["slice", method(1, 2, slice)],
  ["reverse", method(0, 0, (self) => self.slice().reverse())],
  ["first", method(0, 1, (self, count) => first("first", self, count))],
  ["last", method(0, 1, last)],
  ["sum", method(0, 0, sum)],
  ["join", method(0, 1, join)],
]);

export const listFunctions: ReadonlyMap<string, Native> = new Map([
  ["List", native(0, 1, makeList)],
  ["sum", onList("sum", 1, 1, sum)],
  ["first", onList("first", 1, 2, (list, count) => first("first", list, count))],
  ["take", onList("take", 2, 2, (list, count) => take("take", list, count))],
  ["list_add", onList("list_add", 2, 2, add)],
  ["list_get", onList("list_get", 2, 2, get)],
  ["list_len", onList("list_len", 1, 1, (list) => list.length)],
  ["list_pop", onList("list_pop", 1, 1, (list) => list.pop())],
]);
