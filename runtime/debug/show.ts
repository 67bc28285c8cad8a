// Values in one short line, as the debugger shows them; what they are made of is shown when they are opened (values.ts).
//
// H1. Strings are quoted and escaped, so that a value reads as one would write it.
// H2. Of a collection its size and its first parts are shown, one level deep; no more than LONGEST characters come of anything.

import { show, showQuoted } from "../engine/show.ts";
import {
  Atomic,
  Channel,
  ClassValue,
  Closure,
  Continuation,
  type EffectRequest,
  Future,
  Instance,
  MapValue,
  TraitValue,
  typeName,
  type Value,
} from "../engine/values.ts";

const LONGEST = 120;
const PARTS = 10;

/** A value in one line (H1, H2); `isHex`: whole numbers in hexadecimal. */
export function preview(value: Value, isHex = false): string {
  return cut(text(value, 0, isHex));
}

/** The whole of a text, escaped but not cut; any other value as `preview` shows it. */
export function wholeText(value: Value, isHex = false): string {
  return typeof value === "string" ? showQuoted(value) : preview(value, isHex);
}

function text(value: Value, depth: number, isHex: boolean): string {
  if (typeof value === "number") return isHex && Number.isSafeInteger(value) ? hexadecimal(value) : show(value);
  if (typeof value === "string") return showQuoted(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
  if (typeof value !== "object") return show(value);
  if (Array.isArray(value))
    return parts(`List(${value.length}) [`, value.slice(0, PARTS), null, "]", value.length, depth, isHex);
  if (value instanceof MapValue) {
    const entries = firstOf(value.entries, PARTS);
    const keys = entries.map(([key]) => `${keyText(key)}: `);
    const values = entries.map(([, each]) => each);
    return parts(`Map(${value.entries.size}) {`, values, keys, "}", value.entries.size, depth, isHex);
  }
  if (value instanceof Uint8Array)
    return value.length > LONGEST ? `Bytes(${value.length})` : `Bytes(${value.length}) ${showQuoted(value)}`;
  if (value instanceof Instance) return fields(value.cls.code.name, value, depth, isHex);
  if (value instanceof Closure) return `fun ${value.code.name}(${value.code.params.join(", ")})`;
  if (value instanceof ClassValue) return `class ${value.code.name}`;
  if (value instanceof TraitValue) return `trait ${value.code.name}`;
  if (value instanceof Future) return `Future of task ${value.id}: ${value.state.kind}`;
  if (value instanceof Channel)
    return `Channel ${value.id}: ${value.items.length} of ${value.capacity}${value.closed ? ", closed" : ""}`;
  if (value instanceof Atomic) return `Atomic ${show(value.value)}`;
  if (value instanceof Continuation) return "Continuation";
  return "site" in value
    ? fields(`effect ${JSON.stringify((value as EffectRequest).site.effect)} `, value as EffectRequest, depth, isHex)
    : typeName(value);
}

function hexadecimal(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

function fields(name: string, object: Instance | EffectRequest, depth: number, isHex: boolean): string {
  const keys = Object.keys(object).filter((key) => key.startsWith("f_"));
  const values = keys.slice(0, PARTS).map((key) => object[key as `f_${string}`]);
  return parts(
    `${name}{`,
    values,
    keys.map((key) => `${key.slice(2)}: `),
    "}",
    keys.length,
    depth,
    isHex,
  );
}

function parts(
  start: string,
  values: readonly Value[],
  keys: readonly string[] | null,
  end: string,
  count: number,
  depth: number,
  isHex: boolean,
): string {
  if (count === 0) return `${start}${end}`;
  if (depth > 0) return `${start}…${end}`;
  const shown = values.map((value, i) => `${keys?.[i] ?? ""}${text(value, depth + 1, isHex)}`);
  return `${start}${shown.join(", ")}${count > values.length ? ", …" : ""}${end}`;
}

/** A key of a map as one would write it between brackets, or before a colon. */
export function keyText(key: Value): string {
  return typeof key === "string" && /^[A-Za-z_]\w*$/.test(key)
    ? key
    : cut(typeof key === "object" ? `<${typeName(key)}>` : showQuoted(key));
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === count) break;
    first.push(item);
  }
  return first;
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
