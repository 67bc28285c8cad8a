// `json_parse` and `json_text`.
//
// J1. null is nil, an object is a Map that keeps the order of its keys; of two equal keys the last one counts.
// J2. No recursion: depth costs heap, and is limited so that a hostile text cannot make a value that nothing else can handle.
// J3. Writing: instances are objects of their fields, Bytes the text they hold, and numbers that JSON cannot write null, as
//     in JavaScript. Keys are strings; numbers and booleans become strings. Anything else is a fault, and so is a cycle.

import { fault } from "../engine/faults.ts";
import type { Value } from "../engine/values.ts";
import { Instance, MapValue, typeName } from "../engine/values.ts";
import { textOf } from "./bytes.ts";
import type { Native } from "./native.ts";
import { MAX_TEXT, native, needsString, tooLong } from "./native.ts";

const MAX_DEPTH = 10_000;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WORDS: readonly (readonly [string, Value])[] = [
  ["true", true],
  ["false", false],
  ["null", undefined],
];

/** What is wrong with a text, and where. */
class Bad {
  constructor(
    readonly expected: string,
    readonly at: number,
  ) {}
}

/** An array or object that is not complete; `key` is the one whose value comes next. */
interface Open {
  readonly value: Value[] | MapValue;
  key: string;
}

function jsonParse(_depth: number, source: Value): Value {
  const text = textOf(source);
  if (text === undefined) return needsString("json_parse", source);
  const result = parse(text);
  if (!(result instanceof Bad)) return result;
  const before = text.slice(0, result.at).split("\n");
  const line = before.length;
  const column = before[line - 1]!.length + 1;
  if (result.expected === "") return fault("LimitExceeded", `"json_parse": nested too deep at ${line}:${column}`);
  const found =
    result.at < text.length ? JSON.stringify(String.fromCodePoint(text.codePointAt(result.at)!)) : "the end";
  const message = `"json_parse": expected ${result.expected}, found ${found} at ${line}:${column}`;
  return fault("TypeError", message, { line, column });
}

function parse(text: string): Value | Bad {
  const open: Open[] = [];
  let at = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const space = (): void => {
    match(SPACE);
  };
  const take = (character: string): boolean => {
    if (text[at] !== character) return false;
    at++;
    space();
    return true;
  };
  const string = (): string | undefined => {
    if (text[at] !== '"') return undefined;
    const [end, good] = stringEnd(text, at);
    if (!good) return undefined;
    const literal = text.slice(at, end);
    at = end;
    return literal.includes("\\") ? JSON.parse(literal) : literal.slice(1, -1);
  };
  /** Reads `"key":`. */
  const key = (top: Open): Bad | undefined => {
    const name = string();
    if (name === undefined) return new Bad('a key in "…"', at);
    top.key = name;
    space();
    return take(":") ? undefined : new Bad('":"', at);
  };

  space();
  for (;;) {
    // A value starts here; either it is complete at the end of this part, or its first part is what comes next.
    let value: Value;
    if (text[at] === "[" || text[at] === "{") {
      if (open.length === MAX_DEPTH) return new Bad("", at);
      const list = take("[");
      if (!list) take("{");
      value = list ? [] : new MapValue();
      if (!take(list ? "]" : "}")) {
        const top: Open = { value: value as Open["value"], key: "" };
        open.push(top);
        const bad = list ? undefined : key(top);
        if (bad !== undefined) return bad;
        continue;
      }
    } else {
      const literal = string() ?? number(match(NUMBER));
      if (literal !== undefined) value = literal;
      else {
        const word = WORDS.find(([name]) => text.startsWith(name, at));
        if (word === undefined) return new Bad("a value", text[at] === '"' ? stringEnd(text, at)[0] : at);
        at += word[0].length;
        value = word[1];
      }
      space();
    }
    // The value goes into what encloses it, which may be complete with it.
    for (;;) {
      const top = open[open.length - 1];
      if (top === undefined) return at === text.length ? value : new Bad("the end", at);
      const list = Array.isArray(top.value);
      if (Array.isArray(top.value)) top.value.push(value);
      else top.value.set(top.key, value);
      if (take(",")) {
        const bad = list ? undefined : key(top);
        if (bad !== undefined) return bad;
        break;
      }
      if (!take(list ? "]" : "}")) return new Bad(list ? '"," or "]"' : '"," or "}"', at);
      value = top.value;
      open.pop();
    }
  }
}

const number = (digits: string | undefined): number | undefined => (digits === undefined ? undefined : Number(digits));

/** Where the string that starts at `at` ends, or the first character that cannot stand in it. */
function stringEnd(text: string, at: number): [end: number, good: boolean] {
  // Not a regular expression: one would need memory of its own for each character of a long string.
  let i = at + 1;
  for (;;) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return [i + 1, true];
    if (Number.isNaN(c) || c < 0x20) return [i, false];
    if (c !== BACKSLASH) i++;
    else {
      ESCAPE.lastIndex = i;
      if (!ESCAPE.test(text)) return [i, false];
      i = ESCAPE.lastIndex;
    }
  }
}

/** A collection that is being written: `values[next]` comes next, with `keys[next]` before it. */
interface Writing {
  readonly container: object;
  readonly keys: readonly string[] | null;
  readonly values: readonly Value[];
  next: number;
}

function jsonText(_depth: number, value: Value): Value {
  const out: string[] = [];
  const path: Writing[] = [];
  const onPath = new Set<object>();
  let length = 0;
  const write = (text: string): void => {
    out.push(text);
    length += text.length;
  };
  let pending: Value = value;
  for (;;) {
    const simple = simpleText(pending);
    if (simple !== undefined) write(simple);
    else {
      const container = pending as object;
      if (onPath.has(container)) return fault("TypeError", '"json_text": the value contains itself');
      if (path.length === MAX_DEPTH) return fault("LimitExceeded", '"json_text": nested too deep');
      const writing = begun(container);
      if (typeof writing === "string") return fault("TypeError", `"json_text" cannot write ${writing}`);
      write(writing.keys === null ? "[" : "{");
      path.push(writing);
      onPath.add(container);
    }
    for (;;) {
      if (length > MAX_TEXT) return tooLong("json_text", length);
      const top = path[path.length - 1];
      if (top === undefined) return out.join("");
      if (top.next < top.values.length) {
        if (top.next > 0) write(",");
        if (top.keys !== null) write(`${JSON.stringify(top.keys[top.next])}:`);
        pending = top.values[top.next++];
        break;
      }
      write(top.keys === null ? "]" : "}");
      path.pop();
      onPath.delete(top.container);
    }
  }
}

/** JSON of a value without parts; undefined for the rest. */
function simpleText(value: Value): string | undefined {
  switch (typeof value) {
    case "undefined":
      return "null";
    case "boolean":
      return String(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "string":
      return JSON.stringify(value);
    default:
      return value instanceof Uint8Array ? JSON.stringify(textOf(value)) : undefined;
  }
}

/** A collection, about to be written; the name of what JSON cannot express. */
function begun(container: object): Writing | string {
  if (Array.isArray(container)) return { container, keys: null, values: container, next: 0 };
  if (container instanceof MapValue) {
    const keys: string[] = [];
    for (const key of container.entries.keys()) {
      if (typeof key === "object" || key === undefined) return `a key of type ${typeName(key)}`;
      keys.push(String(key));
    }
    return { container, keys, values: [...container.entries.values()], next: 0 };
  }
  if (!(container instanceof Instance)) return `a ${typeName(container)}`;
  const fields = Object.keys(container).filter((key) => key.startsWith("f_"));
  const values = fields.map((key) => container[key as `f_${string}`]);
  return { container, keys: fields.map((key) => key.slice(2)), values, next: 0 };
}

export const jsonFunctions: ReadonlyMap<string, Native> = new Map([
  ["json_parse", native(1, 1, jsonParse)],
  ["json_text", native(1, 1, jsonText)],
]);
