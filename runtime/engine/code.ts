// Code objects: what is known of a compiled unit besides its JavaScript. They give a frame its meaning, so that it can be
// printed in a trace, shown in a debugger, written to bytes and found again by another run.
//
// C1. A code's `id` is the content hash of its item, a colon, and the unit's path inside it ("9f…:all_sums/handle CHOOSE#1").
//     Built-in ones are "walia:NAME". Nothing else about a code is ever written to bytes.
// C2. Suspension points are numbered from 1 in source order; 0 is the unit's start, with its parameters as slots.

import type { Frame } from "./segments.ts";
import type { ClassValue, Enter, Instance, Value } from "./values.ts";

/**
 * An effect's name in a search for its handler, the same wherever the program says it. A symbol, because V8 compares one that it
 * knows by its address alone; of a string it first asks whether it is one of those that are kept once.
 */
export type EffectKey = symbol;

export const effectKey = (effect: string): EffectKey => Symbol.for(effect);

export interface Point {
  /** Where in the item's text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /**
   * Names of what a frame stopped here holds, in order. Locals by their source name; `%n` for the value of an unfinished
   * expression; `self` for the closure or instance the code runs for.
   */
  readonly slots: readonly string[];
}

/** Where a unit's source text is, for traces and debuggers. */
export interface SourceItem {
  readonly path: string;
  readonly hash: string;
  readonly text: string;
  /** Offset of the item in its file. */
  readonly offset: number;
  /** Number of lines before the item in its file. */
  readonly line: number;
}

export interface Code {
  /** C1 */
  readonly id: string;
  /** How traces call it: `handle_client`, `Account.deposit`, `handler of "GET"`, `function`. */
  readonly name: string;
  readonly params: readonly string[];
  readonly isAsync: boolean;
  /** A task of it must run at home, on the shard that owns the program's variables (language/effects/place.ts). */
  readonly isHome: boolean;
  readonly captures: readonly string[];
  /** Null for built-in code. */
  readonly source: SourceItem | null;
  readonly points: readonly Point[];
  /** Only of a handler's clause: the effect it handles, and how (see language/effects/clauses.ts). */
  readonly effect: string | null;
  /** `effect` as a search compares it. */
  readonly key: EffectKey | null;
  readonly mode: "tail-resumptive" | "abortive" | "general" | null;
  /** What a call does: runs `body`; of an async function, starts a task that does. */
  readonly enter: Enter;
  readonly body: Enter;
  /** Goes on at `frame.at`, `value` being what the suspended operation yields. */
  readonly resume: (frame: Frame, value: Value, depth: number) => Value;
}

export interface ClassCode {
  /** Item hash and path, as for Code. */
  readonly id: string;
  readonly name: string;
  /** Makes an instance with every field nil; its prototype holds the methods under `methodKey`. */
  readonly construct: new (
    cls: ClassValue,
  ) => Instance;
  readonly superclass: ClassCode | null;
  readonly fields: readonly string[];
  /** Fields whose first value is computed for each instance, those of the superclasses first. */
  readonly initialisers: readonly { readonly field: string; readonly code: Code }[];
  /** `C(args…)` */
  readonly make: (cls: ClassValue, depth: number, args: readonly Value[]) => Value;
  /** Code of each method of this class and those above it, by name and arity (`deposit$1`). */
  readonly methods: ReadonlyMap<string, Code>;
}

export interface TraitCode {
  readonly id: string;
  readonly name: string;
  readonly methods: ReadonlyMap<string, Code>;
}

/** Code of the machine's own frames; every run of the program has the same. */
export function builtinCode(
  name: string,
  slots: readonly string[],
  resume: Code["resume"],
  enter: Enter = () => undefined,
): Code {
  return {
    id: `walia:${name}`,
    name,
    params: [],
    isAsync: false,
    isHome: true,
    captures: [],
    source: null,
    points: [
      { start: 0, end: 0, slots: [] },
      { start: 0, end: 0, slots },
    ],
    effect: null,
    key: null,
    mode: null,
    enter,
    body: enter,
    resume,
  };
}
