// Random values of every shape, with shared parts and cycles; stub codes for them; and when two graphs are the same.

import fc from "fast-check";
import type { CodecContext } from "../../runtime/codec/format.ts";
import { type ClassCode, type Code, effectKey, type TraitCode } from "../../runtime/engine/code.ts";
import { makeRequest } from "../../runtime/engine/machine.ts";
import { Frame, Segment, SegmentKind } from "../../runtime/engine/segments.ts";
import type { EffectRequest, Value } from "../../runtime/engine/values.ts";
import {
  Atomic,
  Cell,
  Channel,
  ClassValue,
  Closure,
  Continuation,
  captureOf,
  Future,
  Instance,
  MapValue,
  mixInto,
  TraitValue,
} from "../../runtime/engine/values.ts";

const HASH = "0123456789abcdef0123456789abcdef";

// ---- A program without text ----

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

const ASK = effectKey("ASK");

/** A unit of code with this many captures; its suspension point n holds n slots. */
function stubCode(captures: number, mode: Code["mode"]): Code {
  const enter = (): Value => undefined;
  return {
    id: `${HASH}:stub${captures}${mode ?? ""}`,
    name: `stub${captures}`,
    params: ["a"],
    isAsync: false,
    isHome: true,
    captures: names("c", captures),
    source: null,
    points: Array.from({ length: 6 }, (_, at) => ({ start: 0, end: 0, slots: names("s", at) })),
    effect: mode === null ? null : "ASK",
    key: mode === null ? null : ASK,
    mode,
    enter,
    body: enter,
    resume: enter,
  };
}

export const codes: readonly Code[] = Array.from({ length: 7 }, (_, i) => stubCode(i, null));
export const clauses: readonly Code[] = [
  stubCode(0, "tail-resumptive"),
  stubCode(1, "general"),
  stubCode(6, "abortive"),
];

function stubClass(name: string, superclass: ClassCode | null): ClassCode {
  return {
    id: `${HASH}:${name}`,
    name,
    construct: class extends Instance {},
    superclass,
    fields: [],
    initialisers: [],
    make: () => undefined,
    methods: new Map(),
  };
}

const base = stubClass("Base", null);
export const classes: readonly ClassCode[] = [base, stubClass("Derived", base)];
export const traits: readonly TraitCode[] = names("Trait", 2).map((name, i) => ({
  id: `${HASH}:${name}`,
  name,
  methods: new Map([[`shout${i}$0`, codes[0]!]]),
}));

const root = new Segment(SegmentKind.Root, null, null, null, undefined, null, -1);
const handler = new Closure(clauses[0]!, 1, clauses[0]!.enter);
const program = new Segment(SegmentKind.Program, root, handler, ASK, clauses[0]!.enter, null, -1);
const programSegments = [root, program];
export const programIndex = (segment: Segment): number => programSegments.indexOf(segment);

const future = new Future(3);
const channel = new Channel(300, 1);
const atomic = new Atomic(2 ** 40, 1);

const byId = <T extends { id: string | number }>(all: readonly T[]) => {
  const map = new Map(all.map((each) => [each.id, each]));
  return (id: string | number): T | undefined => map.get(id);
};

export const context: CodecContext = {
  code: byId([...codes, ...clauses]),
  classCode: byId(classes),
  traitCode: byId(traits),
  future: byId([future]),
  channel: byId([channel]),
  atomic: byId([atomic]),
  programSegment: (index) => programSegments[index],
};

// ---- Random graphs ----

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A node of a graph: its shape, how many parts it has, and what they are: primitives, or numbers of nodes. */
interface Recipe {
  readonly shape: string;
  readonly size: number;
  readonly parts: readonly (readonly [number, Value])[];
}

const primitive: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(
    undefined,
    true,
    false,
    0,
    -0,
    0 / 0,
    1 / 0,
    -33,
    -32,
    159,
    160,
    2 ** 53,
    -(2 ** 53 - 1),
    "",
    HASH,
  ),
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", "\ud800", "\udc00", "é", "😀") }),
);

const SHAPES = [
  "list",
  "map",
  "closure",
  "clause",
  "instance",
  "mixed",
  "class",
  "derived",
  "request",
  "continuation",
  "frame",
  "cell",
  "bytes",
  "trait",
  "future",
  "channel",
  "atomic",
];

const recipe: fc.Arbitrary<Recipe> = fc.record({
  shape: fc.constantFrom(...SHAPES),
  size: fc.nat(6),
  parts: fc.array(fc.tuple(fc.nat(30), primitive), { minLength: 8, maxLength: 8 }),
});

/** A list that holds every node of a random graph that is a value. */
export const graph: fc.Arbitrary<Value[]> = fc.array(recipe, { maxLength: 14 }).map(build);

/** A task's stack over a random graph. */
export const stack: fc.Arbitrary<{ stack: Segment; beside: Value }> = fc
  .array(recipe, { minLength: 1, maxLength: 14 })
  .map((recipes) => {
    const nodes = make(recipes);
    const kinds = recipes.map((each) => each.size % 3);
    return { stack: segments(nodes, kinds.slice(0, 5), SegmentKind.Base), beside: nodes.filter(isValue) };
  });

const isValue = (node: object): boolean => !(node instanceof Cell || node instanceof Frame);

function build(recipes: readonly Recipe[]): Value[] {
  return make(recipes).filter(isValue);
}

function make(recipes: readonly Recipe[]): object[] {
  const nodes: object[] = [];
  for (const each of recipes) nodes.push(empty(each, nodes));
  recipes.forEach((each, i) => {
    fill(each, nodes[i]!, nodes, i);
  });
  return nodes;
}

function empty({ shape, size, parts }: Recipe, before: readonly object[]): object {
  const pick = <T extends object>(type: new (...args: never[]) => T, otherwise: () => T): T =>
    (before.filter((node) => node instanceof type) as T[])[size] ?? otherwise();
  switch (shape) {
    case "map":
      return new MapValue();
    case "closure":
      return new Closure(codes[size]!, 1, codes[size]!.enter);
    case "clause":
      return new Closure(clauses[size % 3]!, 1, clauses[size % 3]!.enter);
    case "instance":
    case "mixed": {
      const cls = pick(ClassValue, () => new ClassValue(base));
      return new cls.code.construct(cls);
    }
    case "class":
      return new ClassValue(base, new Array(size).fill(undefined));
    case "derived":
      return new ClassValue(classes[1]!, new Array(size).fill(undefined), new ClassValue(base, [size]));
    case "request":
      return makeRequest(`ASK${size}`, {});
    case "continuation":
      return new Continuation(root, root);
    case "frame":
      return new Frame(codes[size]!, size % 6);
    case "cell":
      return new Cell(undefined);
    case "bytes":
      return Uint8Array.from(parts.slice(0, size), ([n]) => n * 8);
    case "trait":
      return new TraitValue(traits[size % 2]!);
    case "future":
      return future;
    case "channel":
      return channel;
    case "atomic":
      return atomic;
    default:
      return [];
  }
}

function fill({ size, shape, parts }: Recipe, node: object, nodes: readonly object[], at: number): void {
  const anything = (i: number): Value => {
    const [n, value] = parts[i % parts.length]!;
    return nodes[n] instanceof Frame ? value : (nodes[n] ?? value);
  };
  const value = (i: number): Value => {
    const part = anything(i);
    return part instanceof Cell ? (part.v instanceof Cell ? 0 : size) : part;
  };
  const names = (count: number) => Array.from({ length: count }, (_, i) => `f_${parts[i]![0] % 4}${i}` as const);
  if (Array.isArray(node)) for (let i = 0; i < size; i++) node.push(value(i));
  else if (node instanceof MapValue) for (let i = 0; i < size; i++) node.set(value(i), value(i + 1));
  else if (node instanceof Closure) {
    const closure = node as Mutable<Closure>;
    const captures = node.code.captures.map((_, i) => anything(i));
    [closure.c0, closure.c1, closure.c2, closure.c3] = captures;
    closure.more = captures.slice(4);
  } else if (node instanceof Cell) node.v = value(0);
  else if (node instanceof ClassValue)
    (node as Mutable<ClassValue>).captures = node.captures.map((_, i) => anything(i));
  else if (node instanceof Frame) {
    const frame = node as Mutable<Frame>;
    frame.slots = node.code.points[node.at]!.slots.map((_, i) => anything(i));
    frame.next = (nodes.slice(at + 1).find((other) => other instanceof Frame) as Frame | undefined) ?? null;
  } else if (node instanceof Continuation) {
    const k = node as Mutable<Continuation>;
    const kinds = parts.slice(0, size).map(([n]) => n % 3);
    k.top = segments(nodes, kinds, size % 2 === 0 ? SegmentKind.Handled : SegmentKind.Base);
    k.bottom = k.top;
    while (k.bottom.below !== null) k.bottom = k.bottom.below;
  } else if (node instanceof Instance) {
    names(size).forEach((name, i) => {
      node[name] = value(i);
    });
    if (shape === "mixed") for (let i = 0; i <= size % 2; i++) mixInto(node, new TraitValue(traits[i]!));
  } else if ("site" in node)
    names(size).forEach((name, i) => {
      (node as EffectRequest)[name] = value(i);
    });
}

/** A chain of segments of these kinds (0 Handled, 1 Under, 2 Base), with a bottom of the given kind. */
function segments(nodes: readonly object[], kinds: readonly number[], bottom: SegmentKind): Segment {
  const clause = (nodes.find((node) => node instanceof Closure && node.code.effect !== null) as Closure) ?? handler;
  const frames = nodes.filter((node) => node instanceof Frame) as Frame[];
  const make = (kind: SegmentKind, below: Segment | null, i: number): Segment => {
    const handled = kind === SegmentKind.Handled;
    const enter = handled && clause.code.mode === "tail-resumptive" ? clause.enter : undefined;
    const limit = handled
      ? null
      : i % 2 === 1
        ? programSegments[1]!
        : kind === SegmentKind.Under
          ? nth(below, i)
          : null;
    const segment = new Segment(kind, below, handled ? clause : null, handled ? ASK : null, enter, limit, 0);
    segment.frames = frames[i % (frames.length + 1)] ?? null;
    return segment;
  };
  let top = make(bottom, null, kinds.length);
  kinds.forEach((kind, i) => {
    top = make([SegmentKind.Handled, SegmentKind.Under, SegmentKind.Base][kind]!, top, i);
  });
  return top;
}

/** A segment at most `i` steps down. */
function nth(segment: Segment | null, i: number): Segment | null {
  let s = segment;
  for (let n = i % 5; n > 0 && s?.below != null; n--) s = s.below;
  return s;
}

// ---- Sameness ----

/** Why two graphs differ; null when they are the same, sharing and cycles included. `shared` may be the same object. */
export function difference(a: unknown, b: unknown, shared: (object: object) => boolean = isIdentity): string | null {
  const pairs = new Map<object, object>();
  const backwards = new Map<object, object>();
  const work: [unknown, unknown, string][] = [[a, b, "value"]];
  for (;;) {
    const next = work.pop();
    if (next === undefined) return null;
    const [x, y, path] = next;
    if (typeof x !== "object" || x === null || typeof y !== "object" || y === null) {
      if (!Object.is(x, y)) return `${path}: ${String(x)} became ${String(y)}`;
      continue;
    }
    if (shared(x)) {
      if (x !== y) return `${path}: another object`;
      continue;
    }
    if (pairs.has(x) || backwards.has(y)) {
      if (pairs.get(x) !== y || backwards.get(y) !== x) return `${path}: sharing differs`;
      continue;
    }
    if (x === y) return `${path}: not copied`;
    pairs.set(x, y);
    backwards.set(y, x);
    if (x.constructor !== y.constructor) return `${path}: ${x.constructor.name} became ${y.constructor.name}`;
    const before = partsOf(x);
    const after = partsOf(y);
    if (before.length !== after.length) return `${path}: ${before.length} parts became ${after.length}`;
    before.forEach((part, i) => {
      work.push([part, after[i], `${path}.${i}`]);
    });
  }
}

/** Futures, channels, atomics; code. */
export const isIdentity = (object: object): boolean =>
  object === future ||
  object === channel ||
  object === atomic ||
  object === root ||
  object === program ||
  "points" in object;

function partsOf(object: object): unknown[] {
  if (Array.isArray(object)) return object;
  if (object instanceof Uint8Array) return [...object];
  if (object instanceof MapValue) return [...object.entries].flat();
  if (object instanceof Cell) return [object.v];
  if (object instanceof Closure)
    return [object.code, object.enter, object.arity, ...object.code.captures.map((_, i) => captureOf(object, i))];
  if (object instanceof ClassValue) return [object.code.id, object.parent, ...object.captures];
  if (object instanceof TraitValue) return [object.code.id];
  if (object instanceof Frame) return [object.code, object.at, ...object.slots, object.next];
  if (object instanceof Segment) {
    const { kind, below, handler, key, enter, limit, frames } = object;
    return [kind, below, handler, key, enter, limit, frames];
  }
  if (object instanceof Continuation) return [object.top, object.bottom];
  const all = Object.entries(object);
  const own = [...all.filter(([key]) => key.startsWith("f_")), ...all.filter(([key]) => key.startsWith("m_"))];
  const mixed = object instanceof Instance ? (object.mixed ?? []).map((trait) => trait.code.id) : [];
  const head = object instanceof Instance ? object.cls : (object as { site: { effect: string } }).site.effect;
  return [head, ...own.flat(), ...mixed];
}
