// What operators, member access, indexing and calls mean for values that compiled code does not treat in line: mixed types,
// strings, maps, built-in methods, and everything that is a fault. All of it returns a value, or SIGNAL (faults.ts, F1).

import { builtinCode, type Code } from "./code.ts";
import { fault, wrongType } from "./faults.ts";
import { currentHost } from "./host.ts";
import { ask, makeRequest } from "./machine.ts";
import { show } from "./show.ts";
import type { EffectRequest, Enter, Value } from "./values.ts";
import { ClassValue, Closure, fieldKey, Instance, isEqual, MapValue, methodKey, typeName } from "./values.ts";

/** A built-in function, or a method: its receiver is then the first argument, counted by `min` and `max`. */
export interface Native {
  readonly min: number;
  readonly max: number;
  readonly call: (depth: number, ...args: Value[]) => Value;
}

/** Built-in methods by receiver type and name: native ones, and those written in Walia. Set once by the loader. */
export const builtinMethods: {
  native: ReadonlyMap<string, ReadonlyMap<string, Native>>;
  /** By "List.map". */
  walia: ReadonlyMap<string, Closure>;
} = { native: new Map(), walia: new Map() };

/**
 * Gives the objects of a type their native methods as properties, as instances have theirs: compiled code calls them without
 * looking for them.
 */
export function giveMethods(type: new (...args: never[]) => object, name: string): void {
  for (const [method, { min, max, call }] of builtinMethods.native.get(name) ?? []) {
    const enter: Enter = (self: Value, depth, ...args) => call(depth, self, ...args);
    for (let count = min - 1; count < max; count++) type.prototype[methodKey(method, count)] = enter;
  }
}

// ---- Arithmetic ----

/** `a + b` where one may be no number. */
export function add(a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (typeof a === "string" || typeof b === "string") return show(a) + show(b);
  return fault("TypeError", `+ needs two numbers or a string, got ${typeName(a)} and ${typeName(b)}`);
}

/** `-`, `*`, `/`, `%` where one may be no number. */
export function arithmetic(op: string, a: Value, b: Value): Value {
  if (typeof a === "number" && typeof b === "number")
    return op === "-" ? a - b : op === "*" ? a * b : op === "/" ? a / b : a % b;
  return needsNumbers(op, a, b);
}

function needsNumbers(op: string, a: Value, b: Value): Value {
  return fault("TypeError", `${op} needs two numbers, got ${typeName(a)} and ${typeName(b)}`);
}

/** `<`, `<=`, `>`, `>=`: two numbers, or two strings by UTF-16 unit. */
export function compare(op: string, a: Value, b: Value): Value {
  if ((typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string")) {
    switch (op) {
      case "<":
        return a < b;
      case "<=":
        return a <= b;
      case ">":
        return a > b;
      default:
        return a >= b;
    }
  }
  return fault("TypeError", `${op} needs two numbers or two strings, got ${typeName(a)} and ${typeName(b)}`);
}

/** `& | ^ << >>` on whole numbers of any size, as in two's complement without a fixed width. */
export function bitwise(op: string, a: Value, b: Value): Value {
  if (typeof a !== "number" || typeof b !== "number") return needsNumbers(op, a, b);
  if (!Number.isInteger(a) || !Number.isInteger(b))
    return fault("TypeError", `${op} needs whole numbers, got ${show(a)} and ${show(b)}`);
  if ((op === "<<" || op === ">>") && (b < 0 || b > 1023))
    return fault("Overflow", `${op} by ${show(b)}: between 0 and 1023 places`);
  const x = BigInt(a);
  const y = BigInt(b);
  switch (op) {
    case "&":
      return Number(x & y);
    case "|":
      return Number(x | y);
    case "^":
      return Number(x ^ y);
    case "<<":
      return Number(x << y);
    default:
      return Number(x >> y);
  }
}

/** Prefix `-`. */
export function negate(a: Value): Value {
  return typeof a === "number" ? -a : wrongType("-", "a number", a);
}

// ---- Numeric types ----

const RANGES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  u8: [0, 0xff],
  u16: [0, 0xffff],
  u32: [0, 0xffffffff],
  u64: [0, 2 ** 64],
  i8: [-0x80, 0x7f],
  i16: [-0x8000, 0x7fff],
  i32: [-0x80000000, 0x7fffffff],
  i64: [-(2 ** 63), 2 ** 63],
};

/** Is this the name of a type whose values are checked? */
export function isNumericType(type: string): boolean {
  return type in RANGES || type === "f32" || type === "f64";
}

/** `var x: u8 = v` and `v as u8`: the value, if it is in the type's range. */
export function checkType(type: string, value: Value): Value {
  if (typeof value !== "number") return wrongType(type, "a number", value);
  if (type === "f64") return value;
  if (type === "f32") return Math.fround(value);
  const [min, max] = RANGES[type]!;
  if (!Number.isInteger(value)) return fault("Overflow", `${show(value)} is not a whole number, as ${type} needs`);
  if (value < min || value > max) return fault("Overflow", `${show(value)} does not fit ${type} (${min} to ${max})`);
  return value;
}

/** `v !as u8`: the low bits of the whole part. */
export function truncateType(type: string, value: Value): Value {
  if (typeof value !== "number") return wrongType(`!as ${type}`, "a number", value);
  if (type === "f64") return value;
  if (type === "f32") return Math.fround(value);
  if (!Number.isFinite(value)) return 0;
  const bits = Number(type.slice(1));
  const whole = BigInt(Math.trunc(value));
  return Number(type[0] === "u" ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole));
}

// ---- Members ----

/** `object.name`, when the fast path found no field. */
export function getMember(object: Value, name: string): Value {
  if (object instanceof MapValue) return object.get(name);
  if (object instanceof Instance) {
    const key = fieldKey(name);
    if (key in object) return object[key];
    const method = methodOf(object, name);
    if (method !== undefined) return method;
    return fault("TypeError", `${typeName(object)} has no field or method "${name}"`);
  }
  if (object === undefined) return fault("NilAccess", `"${name}" of nil`);
  if (isRequest(object)) {
    const field = object[fieldKey(name)];
    if (field !== undefined) return field;
    if (name === "name") return object.site.effect;
    return name === "id" ? durableId(object) : undefined;
  }
  return fault("TypeError", `${typeName(object)} has no field "${name}"`);
}

/**
 * A new id, for what is done outside: unlike any other, and on the disk before the program sees it, so that it is the same
 * when the program dies and goes on. It becomes the field `id` of a request, which keeps it.
 */
export function durableId(request?: EffectRequest): Value {
  const id = crypto.randomUUID();
  if (request !== undefined) request.f_id = id;
  return ask(makeRequest("checkpoint", { value: id }));
}

/** `object.name = value`, when the object is no instance. */
export function setMember(object: Value, name: string, value: Value): Value {
  if (object instanceof Instance) object[fieldKey(name)] = value;
  else if (object instanceof MapValue) object.set(name, value);
  else if (object === undefined) return fault("NilAccess", `setting "${name}" of nil`);
  else return fault("TypeError", `cannot set "${name}" of ${typeName(object)}`);
  return value;
}

function isRequest(value: Value): value is EffectRequest {
  return typeof value === "object" && value !== null && "site" in value;
}

/** A method as a value: a function with its instance bound. */
function methodOf(object: Instance, name: string): Closure | undefined {
  for (const [key, code] of object.cls.code.methods)
    if (key.slice(0, key.lastIndexOf("$")) === name)
      return new Closure(
        BOUND,
        code.params.length,
        BOUND.enter,
        object,
        new Closure(code, code.params.length, code.enter),
      );
  return undefined;
}

/** Calls a method of the instance `c0`: that of the closure `c1`. */
const BOUND: Code = builtinCode(
  "method",
  [],
  (_frame, value) => value,
  (self: Closure, depth, ...args) => (self.c1 as Closure).code.enter(self.c0, depth, ...args),
);

/** The same in a task of its own, for an `async` method. */
const BOUND_BODY: Code = builtinCode(
  "async method",
  [],
  (_frame, value) => value,
  (self: Closure, depth, ...args) => (self.c1 as Closure).code.body(self.c0, depth, ...args),
);

/** Codes of the closures made here, for the codec. */
export const methodCodes: readonly Code[] = [BOUND, BOUND_BODY];

/** `object[index]`. Out of bounds is nil. */
export function getIndex(object: Value, index: Value): Value {
  if (Array.isArray(object) || typeof object === "string" || object instanceof Uint8Array)
    return typeof index === "number" ? object[index] : wrongType("an index", "a number", index);
  if (object instanceof MapValue) return object.get(index);
  if (object instanceof Instance && typeof index === "string") return object[fieldKey(index)];
  if (object === undefined) return fault("NilAccess", "an element of nil");
  return fault("TypeError", `${typeName(object)} cannot be indexed`);
}

/** `object[index] = value`. */
export function setIndex(object: Value, index: Value, value: Value): Value {
  if (Array.isArray(object)) {
    if (typeof index !== "number") return wrongType("an index", "a number", index);
    if (!Number.isInteger(index) || index < 0 || index >= object.length)
      return fault("IndexError", `index ${show(index)} is outside the list (length ${object.length})`);
    object[index] = value;
    return value;
  }
  if (object instanceof MapValue) object.set(index, value);
  else if (object instanceof Instance && typeof index === "string") object[fieldKey(index)] = value;
  else if (object === undefined) return fault("NilAccess", "setting an element of nil");
  else return fault("TypeError", `an element of ${typeName(object)} cannot be set`);
  return value;
}

/** What a `for` loop goes through: a list as it is, the keys of a map, the characters of a string, the bytes of Bytes. */
export function iterable(value: Value): Value {
  if (Array.isArray(value) || value instanceof Uint8Array) return value;
  if (typeof value === "string") return Array.from(value);
  if (value instanceof MapValue) return [...value.entries.keys()];
  return wrongType("for", "a list, a map, a string, Bytes or a range", value);
}

/** `from..to` as a list: whole steps from `from`, `to` excluded. */
export function range(from: Value, to: Value): Value {
  if (typeof from !== "number") return wrongType("..", "numbers", from);
  if (typeof to !== "number") return wrongType("..", "numbers", to);
  if (to - from > MAX_RANGE)
    return fault("LimitExceeded", `a list of more than ${MAX_RANGE} numbers; loop over the range instead`);
  const list: Value[] = [];
  for (let i = from; i < to; i++) list.push(i);
  return list;
}
const MAX_RANGE = 100_000_000;

/** A match without an arm for these values. */
export function noMatch(values: readonly Value[]): Value {
  const shown = values.length === 1 ? show(values[0]) : `(${values.map((value) => show(value)).join(", ")})`;
  return fault("MatchError", `no arm matches ${shown.length > 80 ? `${shown.slice(0, 79)}…` : shown}`);
}

// ---- Calls ----

/** A call whose fast path did not apply: a class, a built-in, the wrong number of arguments, no function at all. */
export function call(callee: Value, depth: number, args: readonly Value[]): Value {
  if (callee instanceof Closure) {
    if (callee.arity === args.length || callee.arity === -1) return callee.enter(callee, depth, ...args);
    return wrongArity(callee.code.name, callee.arity, args.length);
  }
  if (callee instanceof ClassValue) return construct(callee, depth, args);
  return wrongType("a call", "a function or a class", callee);
}

/** `C(args…)`. */
export function construct(cls: ClassValue, depth: number, args: readonly Value[]): Value {
  return cls.code.make(cls, depth, args);
}

export function wrongArity(name: string, wanted: number, got: number): Value {
  return fault("ArityError", `${name} takes ${wanted} ${wanted === 1 ? "argument" : "arguments"}, got ${got}`);
}

/** `object.name(args…)`, when the object has no method of that name and number of parameters. */
export function invoke(object: Value, name: string, depth: number, args: readonly Value[]): Value {
  if (object instanceof Instance) {
    const field = object[fieldKey(name)];
    if (field !== undefined) return call(field, depth, args);
    const method = object[methodKey(name, args.length) as keyof Instance] as ((...all: unknown[]) => Value) | undefined;
    if (method !== undefined) return method(object, depth, ...args);
    const other = methodOf(object, name);
    if (other !== undefined) return wrongArity((other.c1 as Closure).code.name, other.arity, args.length);
    return fault("TypeError", `${typeName(object)} has no method "${name}"`);
  }
  const type = typeName(object);
  const native = builtinMethods.native.get(type)?.get(name);
  if (native !== undefined) {
    const count = args.length + 1;
    if (count < native.min || count > native.max)
      return wrongArity(`${type}.${name}`, (count < native.min ? native.min : native.max) - 1, args.length);
    return native.call(depth, object, ...args);
  }
  const walia = builtinMethods.walia.get(`${type}.${name}`);
  if (walia !== undefined) {
    if (args.length >= walia.arity) return wrongArity(`${type}.${name}`, walia.arity - 1, args.length);
    // Arguments that a call leaves out are nil.
    const all: Value[] = [object, ...args];
    while (all.length < walia.arity) all.push(undefined);
    return call(walia, depth, all);
  }
  if (object instanceof MapValue || isRequest(object)) {
    const member = object instanceof MapValue ? object.get(name) : object[fieldKey(name)];
    if (member !== undefined) return call(member, depth, args);
  }
  if (object === undefined) return fault("NilAccess", `calling "${name}" of nil`);
  return fault("TypeError", `${type} has no method "${name}"`);
}

/** Calls of an `async` function: starts a task. */
export function spawn(closure: Closure, args: readonly Value[]): Value {
  const host = currentHost();
  const refusal = host.refusesTask?.(closure, args);
  return refusal === undefined ? host.spawn(closure, args) : fault("LimitExceeded", refusal);
}

/** Calls of an `async` method with this code. */
export function spawnMethod(code: Code, self: Instance, args: readonly Value[]): Value {
  const method = new Closure(code, code.params.length, code.enter);
  return spawn(new Closure(BOUND_BODY, args.length, BOUND_BODY.enter, self, method), args);
}

/** Must a task of this function run where the program's variables are? */
export function isHome(closure: Closure): boolean {
  const code = closure.code === BOUND_BODY ? (closure.c1 as Closure).code : closure.code;
  return code.isHome;
}

/** `==` in match patterns and comparisons of values that are not the same JavaScript value. */
export { isEqual };
