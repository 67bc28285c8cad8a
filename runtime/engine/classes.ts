// Making instances, calling up the superclass, and what a class declared inside a function captured.

import { builtinCode, type ClassCode, type Code } from "./code.ts";
import { fault } from "./faults.ts";
import { save } from "./machine.ts";
import { wrongArity } from "./operators.ts";
import type { Instance, Value } from "./values.ts";
import { type ClassValue, fieldKey, methodKey, SIGNAL } from "./values.ts";

const DEPTH = 200;

/** `C(args…)`: computed fields first, superclasses before subclasses, then `init`. Yields the instance. */
export function makeInstance(cls: ClassValue, depth: number, args: readonly Value[]): Value {
  const instance: Instance = new cls.code.construct(cls);
  return initialise(instance, 0, args as Value[], depth);
}

function initialise(instance: Instance, from: number, args: Value[], depth: number): Value {
  const { initialisers, name } = instance.cls.code;
  for (let i = from; i < initialisers.length; i++) {
    const { field, code } = initialisers[i]!;
    const value = code.body(instance, depth + DEPTH);
    if (value === SIGNAL) return save(CONSTRUCT, 1, instance, i, args);
    instance[fieldKey(field)] = value;
  }
  const init = methodOf(instance, "init", args.length);
  if (init === undefined) {
    const wanted = parametersOf(instance.cls.code, "init");
    return wanted === undefined && args.length === 0 ? instance : wrongArity(name, wanted ?? 0, args.length);
  }
  return made(instance, init(instance, depth + DEPTH, ...args));
}

/** The instance, once `init` has returned `result`. */
export function made(instance: Instance, result: Value): Value {
  return result === SIGNAL ? save(CONSTRUCT, 1, instance, -1, []) : instance;
}

/** Slots: the instance, the field whose value is awaited (-1: `init` itself), the arguments of `init`. */
export const CONSTRUCT: Code = builtinCode("construct", ["instance", "field", "arguments"], (frame, value, depth) => {
  const { s0: instance, s1: step, s2: args } = frame as { s0: Instance; s1: number; s2: Value[] };
  if (step === -1) return instance;
  instance[fieldKey(instance.cls.code.initialisers[step]!.field)] = value;
  return initialise(instance, step + 1, args, depth);
});

type Method = (self: Instance, depth: number, ...args: Value[]) => Value;

function methodOf(object: object, name: string, arity: number): Method | undefined {
  return (object as Record<string, unknown>)[methodKey(name, arity)] as Method | undefined;
}

function parametersOf(code: ClassCode, method: string): number | undefined {
  for (const key of code.methods.keys())
    if (key.slice(0, key.lastIndexOf("$")) === method) return Number(key.slice(key.lastIndexOf("$") + 1));
  return undefined;
}

/** `super.name(args…)` in a method of `code`. */
export function invokeSuper(
  code: ClassCode,
  self: Instance,
  name: string,
  depth: number,
  args: readonly Value[],
): Value {
  const above = Object.getPrototypeOf(code.construct.prototype) as object;
  const method = methodOf(above, name, args.length);
  if (method !== undefined) return method(self, depth, ...args);
  // A class without `init` above has nothing to initialise.
  if (name === "init" && args.length === 0) return undefined;
  const wanted = code.superclass === null ? undefined : parametersOf(code.superclass, name);
  if (wanted !== undefined) return wrongArity(name, wanted, args.length);
  return fault("TypeError", `${code.name} has no method "${name}" above it`);
}

/** What the class `code`, to which the running method belongs, captured: `self` may be of a subclass. */
export function classCaptures(self: Instance, code: ClassCode): readonly Value[] {
  let cls: ClassValue | undefined = self.cls;
  while (cls !== undefined && cls.code !== code) cls = cls.parent;
  return cls?.captures ?? [];
}
