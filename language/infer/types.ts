// What a value may be, as far as the program's text tells: for completion of members, hovers and inlay hints. Walia has no
// static types; this is a good guess for people, and nothing that is compiled or reported as an error rests on it.
//
// T1. `Types` is a union. The empty union means "not known", never "nothing".
// T2. Names are those that `type_of` gives at run time.

import type * as ast from "../ast.ts";
import type { Receiver } from "../names/builtins.ts";
import type { ItemNames } from "../names/model.ts";

export type PlainName = "nil" | "boolean" | "number" | "string" | "Bytes" | "Channel" | "Atomic" | "Continuation";

/** A class or trait and the item it stands in. */
export interface ClassPlace {
  readonly node: ast.ClassDeclaration | ast.TraitDeclaration;
  readonly names: ItemNames;
}

export type ValueType =
  | { readonly kind: "plain"; readonly name: PlainName }
  | { readonly kind: "list"; readonly of: Types }
  /** `literal` is where its first keys are written; `known` are keys of a map that the library makes. */
  | {
      readonly kind: "map";
      readonly literal: { readonly node: ast.MapLiteral; readonly names: ItemNames } | null;
      readonly known: Readonly<Record<string, Types>>;
    }
  | { readonly kind: "future"; readonly of: Types }
  | { readonly kind: "instance"; readonly of: ClassPlace }
  | { readonly kind: "class"; readonly of: ClassPlace }
  | { readonly kind: "function"; readonly fun: ast.Function; readonly names: ItemNames }
  /** `import "x" as alias`. */
  | { readonly kind: "module"; readonly file: string }
  /** The request that a clause answers. */
  | { readonly kind: "effect"; readonly handle: ast.Handle; readonly names: ItemNames }
  /** A raw address, from `alloc` or `&`. */
  | { readonly kind: "pointer" };

export type Types = readonly ValueType[];

export const UNKNOWN: Types = [];
/** More possibilities than this say nothing to a reader. */
export const MAX_UNION = 4;

const plain = (name: PlainName): Types => [{ kind: "plain", name }];
export const NIL = plain("nil");
export const BOOLEAN = plain("boolean");
export const NUMBER = plain("number");
export const STRING = plain("string");
export const BYTES = plain("Bytes");
export const CHANNEL = plain("Channel");
export const ATOMIC = plain("Atomic");
export const CONTINUATION = plain("Continuation");
export const POINTER: Types = [{ kind: "pointer" }];
export const mapOf = (known: Readonly<Record<string, Types>>): Types => [{ kind: "map", literal: null, known }];
export const ANY_MAP: Types = mapOf({});
export const listOf = (of: Types): Types => [{ kind: "list", of }];
export const futureOf = (of: Types): Types => [{ kind: "future", of }];

/** Everything that any of them may be. Unknown (T1) as soon as there is too much of it. */
export function union(all: readonly Types[]): Types {
  if (all.length === 1) return all[0]!;
  const found = new Map<string, ValueType>();
  for (const types of all) for (const type of types) if (!found.has(keyOf(type))) found.set(keyOf(type), type);
  return found.size > MAX_UNION ? UNKNOWN : [...found.values()];
}

/** Without nil, which a caller has most often made sure of. */
export const withoutNil = (types: Types): Types => types.filter((type) => type.kind !== "plain" || type.name !== "nil");

/** Numbers for what is equal only when it is the same node. */
const numbers = new WeakMap<object, number>();
let lastNumber = 0;
function numberOf(node: object): number {
  let known = numbers.get(node);
  if (known === undefined) {
    known = ++lastNumber;
    numbers.set(node, known);
  }
  return known;
}

function keyOf(type: ValueType): string {
  switch (type.kind) {
    case "plain":
      return type.name;
    case "list":
    case "future":
      return `${type.kind}<${type.of.map(keyOf).join("|")}>`;
    case "map":
      return `map${numberOf(type.literal?.node ?? type.known)}`;
    case "instance":
    case "class":
      return `${type.kind}${numberOf(type.of.node)}`;
    case "function":
      return `function${numberOf(type.fun)}`;
    case "module":
      return `module ${type.file}`;
    case "effect":
      return `effect${numberOf(type.handle)}`;
    case "pointer":
      return "pointer";
  }
}

/** As a reader wants it: `List<string>`, `Account | nil`; empty when nothing is known. */
export function showTypes(types: Types): string {
  return [...new Set(types.map(showType))].join(" | ");
}

function showType(type: ValueType): string {
  switch (type.kind) {
    case "plain":
      return type.name;
    case "list":
      return type.of.length > 0 ? `List<${showTypes(type.of)}>` : "List";
    case "future":
      return type.of.length > 0 ? `Future<${showTypes(type.of)}>` : "Future";
    case "map":
      return "Map";
    case "instance":
      return type.of.node.name.name;
    case "class":
      return type.of.node.kind === "Class" ? "class" : "trait";
    case "function":
      return "function";
    case "module":
      return "module";
    case "effect":
      return "effect";
    case "pointer":
      return "pointer";
  }
}

/** The built-in type whose methods a value has, if it is one of those. */
export function receiverOf(type: ValueType): Receiver | undefined {
  switch (type.kind) {
    case "list":
      return "List";
    case "map":
      return "Map";
    case "future":
      return "Future";
    case "plain":
      return PLAIN_RECEIVERS[type.name];
    default:
      return undefined;
  }
}

const PLAIN_RECEIVERS: Readonly<Partial<Record<PlainName, Receiver>>> = {
  string: "String",
  Bytes: "Bytes",
  Channel: "Channel",
  Atomic: "Atomic",
};
