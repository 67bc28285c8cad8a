// How a value prints: `print`, `str`, string concatenation, `join`, faults and the inspector all use `show`.
//
// W1. A string prints as it is at the outermost level, and quoted with escapes inside a collection, so `["a, b"]` cannot be
//     mistaken for two items. Bytes do the same with the text they hold; Bytes that are not UTF-8 print in hexadecimal.
// W2. A number prints in the shortest form that reads back; whole ones without a point, minus zero as `0`.
// W3. A collection inside itself prints as `…` there. So does what lies deeper than MAX_DEPTH, and the rest of a value whose
//     printed form passes MAX_LENGTH (shared parts print once per path, so a small value may have a huge printed form).
// W4. No recursion: depth costs heap, not host stack.

import type { EffectRequest, Value } from "./values.ts";
import {
  Atomic,
  Channel,
  ClassValue,
  Closure,
  Continuation,
  Future,
  Instance,
  MapValue,
  TraitValue,
  typeName,
} from "./values.ts";

const MAX_DEPTH = 1000;
const MAX_LENGTH = 1 << 26;
const MORE = "…";

/** The printed form of a value (W1..W4). */
export function show(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return textOf(value) ?? hexadecimal(value);
  return leaf(value) ?? collection(value as object);
}

/** The printed form of a value inside a collection: strings are quoted. */
export function showQuoted(value: Value): string {
  return leaf(value) ?? collection(value as object);
}

/** A collection that is being printed: `values[next]` comes next, with `keys[next]` before it. */
interface Open {
  readonly container: object;
  readonly keys: readonly string[] | null;
  readonly values: readonly Value[];
  readonly close: string;
  next: number;
}

function collection(outermost: object): string {
  const out: string[] = [];
  const path: Open[] = [];
  const onPath = new Set<object>();
  let length = 0;

  const write = (text: string): void => {
    out.push(text);
    length += text.length;
  };
  const begin = (container: object): void => {
    if (onPath.has(container) || path.length === MAX_DEPTH) {
      write(MORE);
      return;
    }
    const [start, open] = opened(container);
    write(start);
    path.push(open);
    onPath.add(container);
  };

  begin(outermost);
  while (path.length > 0) {
    const top = path[path.length - 1]!;
    if (top.next === top.values.length || length > MAX_LENGTH) {
      write(top.next < top.values.length ? MORE + top.close : top.close);
      onPath.delete(top.container);
      path.pop();
      continue;
    }
    const i = top.next++;
    if (i > 0) write(", ");
    if (top.keys !== null) write(top.keys[i]!);
    const value = top.values[i];
    const text = leaf(value);
    if (text === null) begin(value as object);
    else write(text);
  }
  return out.join("");
}

/** What a collection starts with, and the rest of it. */
function opened(container: object): [start: string, open: Open] {
  if (Array.isArray(container)) return ["[", { container, keys: null, values: container, close: "]", next: 0 }];
  if (container instanceof MapValue) {
    const keys = Array.from(container.entries.keys(), (key) => `${keyText(key)}: `);
    return ["{", { container, keys, values: [...container.entries.values()], close: "}", next: 0 }];
  }
  const start = container instanceof Instance ? container.cls.code.name : `effect ${requestName(container)}`;
  const fields = Object.keys(container).filter((key) => key.startsWith("f_"));
  const values = fields.map((key) => (container as Instance)[key as `f_${string}`]);
  return [`${start}{`, { container, keys: fields.map((key) => `${key.slice(2)}: `), values, close: "}", next: 0 }];
}

function requestName(container: object): string {
  return (container as EffectRequest).site.effect;
}

function keyText(key: Value): string {
  if (typeof key === "string") return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : quoted(key);
  return leaf(key) ?? `<${typeName(key)}>`;
}

/** The printed form of anything that has no parts; null for a collection. */
function leaf(value: Value): string | null {
  switch (typeof value) {
    case "undefined":
      return "nil";
    case "boolean":
      return value ? "true" : "false";
    case "number":
      return String(value);
    case "string":
      return quoted(value);
  }
  if (value instanceof Uint8Array) {
    const text = textOf(value);
    return text === null ? hexadecimal(value) : `b${quoted(text)}`;
  }
  if (value instanceof Closure) return value.code.name === "function" ? "<fun>" : `<fun ${value.code.name}>`;
  if (value instanceof ClassValue) return `<class ${value.code.name}>`;
  if (value instanceof TraitValue) return `<trait ${value.code.name}>`;
  if (value instanceof Future) return `<Future ${value.state.kind}>`;
  if (value instanceof Channel) return "<Channel>";
  if (value instanceof Atomic) return `<Atomic ${value.value}>`;
  if (value instanceof Continuation) return "<Continuation>";
  return null;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
  "\0": "\\0",
  '"': '\\"',
  "\\": "\\\\",
};

/** The string as a literal that reads back. Halves of surrogate pairs and control characters are escaped. */
function quoted(text: string): string {
  const inside = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    /["\\\u0000-\u001f\u007f]|\p{Surrogate}/gu,
    (c) => ESCAPES[c] ?? `\\u{${c.charCodeAt(0).toString(16)}}`,
  );
  return `"${inside}"`;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

const SHOWN_BYTES = 32;

function hexadecimal(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > SHOWN_BYTES ? `<Bytes ${shown} … (${bytes.length})>` : `<Bytes ${shown}>`;
}
