// Values as people read them who look into a task: short, and what several of them have in common shown once.
//
// S1. A value that is met more than once gets a number, `#1 [1, 2]`, and is only named where it comes again, `#1`. So a value that is
//     part of itself ends, too.
// S2. What lies deeper than DEEPEST, the items of a collection after the first ITEMS, the rest of a long text, and all that comes when
//     ROOM is used up are `…`.

import { show, showQuoted } from "../../engine/show.ts";
import {
  Cell,
  Channel,
  Continuation,
  type EffectRequest,
  Future,
  Instance,
  MapValue,
  typeName,
  type Value,
} from "../../engine/values.ts";
import { oneLine } from "../excerpt.ts";

const DEEPEST = 5;
const ITEMS = 20;
const LONGEST = 200;
/** Characters that one value may take, roughly. */
const ROOM = 4000;
/** So many parts are looked at for what comes again (S1). */
const LOOKED_AT = 100_000;

/** A name and what it holds. */
export interface NamedValue {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** Shows values of one task, or of whatever else they may have parts in common in. */
export class ShownValues {
  readonly #met = new Map<object, number>();
  readonly #numbers = new Map<object, number>();
  #room = ROOM;

  /** `values`: all that will be shown, so that it is known what comes again (S1). */
  constructor(values: Iterable<Value>) {
    for (const value of values) this.#meet(value, 0);
  }

  #meet(value: Value, depth: number): void {
    const parts = partsOf(held(value));
    if (parts === null) return;
    const times = (this.#met.get(parts.object) ?? 0) + 1;
    this.#met.set(parts.object, times);
    if (times > 1 || depth === DEEPEST || this.#met.size > LOOKED_AT) return;
    for (const part of parts.values.slice(0, ITEMS)) this.#meet(part, depth + 1);
  }

  named(name: string, value: Value): NamedValue {
    return { name: oneLine(name), type: oneLine(typeName(held(value))), value: this.text(value) };
  }

  text(value: Value): string {
    this.#room = ROOM;
    return oneLine(this.#text(held(value), 0));
  }

  #text(value: Value, depth: number): string {
    if (this.#room <= 0) return "…";
    const parts = partsOf(value);
    if (parts === null) return this.#spend(leafText(value));
    const { object, start, keys, values, end } = parts;
    const known = this.#numbers.get(object);
    if (known !== undefined) return `#${known}`;
    let label = "";
    if ((this.#met.get(object) ?? 0) > 1) {
      this.#numbers.set(object, this.#numbers.size + 1);
      label = `#${this.#numbers.size} `;
    }
    if (depth === DEEPEST && values.length > 0) return `${label}${start}…${end}`;
    const shown = values.slice(0, ITEMS).map((part, i) => `${keys?.[i] ?? ""}${this.#text(held(part), depth + 1)}`);
    if (values.length > ITEMS) shown.push(`… (${values.length})`);
    return `${label}${start}${shown.join(", ")}${end}`;
  }

  #spend(text: string): string {
    this.#room -= text.length + 2;
    return text;
  }
}

/** A variable that is captured stands in a cell. */
const held = (value: Value): Value => (value instanceof Cell ? value.v : value);

interface Parts {
  readonly object: object;
  readonly start: string;
  readonly keys: readonly string[] | null;
  readonly values: readonly Value[];
  readonly end: string;
}

/** What a value is made of; null for one that has no parts. */
function partsOf(value: Value): Parts | null {
  if (Array.isArray(value)) return { object: value, start: "[", keys: null, values: value, end: "]" };
  if (value instanceof MapValue) {
    const keys = [...value.entries.keys()].slice(0, ITEMS).map((key) => `${keyText(key)}: `);
    return { object: value, start: "{", keys, values: [...value.entries.values()], end: "}" };
  }
  if (value instanceof Instance) return fieldsOf(value, value.cls.code.name);
  if (typeof value === "object" && "site" in value) {
    const request = value as EffectRequest;
    return fieldsOf(request, `effect ${request.site.effect}`);
  }
  return null;
}

function fieldsOf(object: Instance | EffectRequest, name: string): Parts {
  const fields = Object.keys(object).filter((key) => key.startsWith("f_"));
  const values = fields.map((key) => object[key as `f_${string}`]);
  return { object, start: `${name}{`, keys: fields.map((key) => `${key.slice(2)}: `), values, end: "}" };
}

const keyText = (key: Value): string =>
  typeof key === "string" && /^[A-Za-z_]\w*$/.test(key)
    ? key
    : typeof key === "object"
      ? `<${typeName(key)}>`
      : leafText(key);

function leafText(value: Value): string {
  if (value instanceof Future) return `<Future of task ${value.id}: ${futureText(value)}>`;
  if (value instanceof Channel) return `<Channel ${value.id}>`;
  if (value instanceof Continuation) return `<Continuation>`;
  if (typeof value === "string" && value.length > LONGEST)
    return `${showQuoted(value.slice(0, LONGEST)).slice(0, -1)}…" (${value.length} characters)`;
  const text = showQuoted(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function futureText({ state }: Future): string {
  switch (state.kind) {
    case "pending":
      return "pending";
    case "done":
      return `done, ${cut(show(state.value))}`;
    case "failed":
      return `failed, ${cut(`${state.fault.kind}: ${state.fault.message}`)}`;
  }
}

const cut = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
