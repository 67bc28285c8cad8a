// Core: the lowered form of a unit. Between the tree and JavaScript:
//
//   AST --lower--> Core --emit--> JavaScript tree --astring--> text
//
// K1. An `Atom` is a JavaScript expression without effects on anything and without suspension: it may be evaluated where
//     it stands, or left out.
// K2. Only an `Op` can suspend or fault, and it stands alone in a `point` or a `tail`: "a normal form" (Flanagan et al.,
//     "The Essence of Compiling with Continuations", PLDI 1993).
// K3. Points are numbered from 1 in the order of the statements, so every statement's points are a contiguous range. The
//     second form of a function, which starts at a point, skips statements by comparing numbers.
// K4. A point lists the slots a frame stopped there must hold: the locals in scope and the values of unfinished expressions.
// K5. Control flow is structured: loops and labelled blocks, left by `break` and `continue`.

import type { Span } from "../../language/ast.ts";

export type Slot = string;

export type Atom =
  | { readonly kind: "const"; readonly value: number | string | boolean | undefined }
  | { readonly kind: "slot"; readonly slot: Slot }
  /** What the running closure captured. */
  | { readonly kind: "capture"; readonly index: number }
  /** What the class of a method captured: a class declared inside a function. */
  | { readonly kind: "classCapture"; readonly cls: ClassRef; readonly index: number }
  | { readonly kind: "cellValue"; readonly cell: Atom }
  | { readonly kind: "newCell"; readonly value: Atom }
  /** The value of a global variable. */
  | { readonly kind: "global"; readonly global: GlobalRef }
  /** A top-level function, built-in function, class or trait as a value. */
  | { readonly kind: "function"; readonly unit: UnitRef }
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "class"; readonly cls: ClassRef }
  | { readonly kind: "closure"; readonly unit: UnitRef; readonly captures: readonly Atom[] }
  | { readonly kind: "localClass"; readonly cls: ClassRef; readonly parent: Atom; readonly captures: readonly Atom[] }
  | { readonly kind: "list"; readonly items: readonly Atom[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [key: string, value: Atom])[] }
  /** `==` */
  | { readonly kind: "equal"; readonly left: Atom; readonly right: Atom }
  /** The JavaScript boolean that says whether a value is truthy; `test` atoms give one already. */
  | { readonly kind: "truthy"; readonly value: Atom }
  | { readonly kind: "not"; readonly test: Atom }
  /** `index < length of list` */
  | { readonly kind: "hasNext"; readonly list: Atom; readonly index: Atom }
  | { readonly kind: "element"; readonly list: Atom; readonly index: Atom }
  /** Numbers known to be numbers: the counters of loops. */
  | { readonly kind: "increment"; readonly value: Atom }
  | { readonly kind: "less"; readonly left: Atom; readonly right: Atom }
  /** A clause's `effect` as a value of its own: with its continuation. */
  | { readonly kind: "requestWith"; readonly request: Atom; readonly continuation: Atom }
  /** A way out of code covered by a handler, to a place outside it (see lower-handlers.ts). */
  | { readonly kind: "exit"; readonly target: string; readonly value: Atom }
  | { readonly kind: "isExit"; readonly value: Atom; readonly target: string | null }
  | { readonly kind: "exitValue"; readonly value: Atom };

export type Op =
  | { readonly kind: "arithmetic"; readonly op: "+" | "-" | "*" | "/" | "%"; readonly left: Atom; readonly right: Atom }
  | { readonly kind: "compare"; readonly op: "<" | "<=" | ">" | ">="; readonly left: Atom; readonly right: Atom }
  | { readonly kind: "bitwise"; readonly op: "&" | "|" | "^" | "<<" | ">>"; readonly left: Atom; readonly right: Atom }
  | { readonly kind: "negate"; readonly value: Atom }
  | { readonly kind: "checkType"; readonly type: string; readonly value: Atom; readonly truncate: boolean }
  | { readonly kind: "getMember"; readonly object: Atom; readonly name: string }
  | { readonly kind: "setMember"; readonly object: Atom; readonly name: string; readonly value: Atom }
  | { readonly kind: "getIndex"; readonly object: Atom; readonly index: Atom }
  | { readonly kind: "setIndex"; readonly object: Atom; readonly index: Atom; readonly value: Atom }
  | { readonly kind: "iterable"; readonly value: Atom }
  /** A call of a known function with the right number of arguments. */
  | { readonly kind: "callKnown"; readonly unit: UnitRef; readonly args: readonly Atom[] }
  | { readonly kind: "callBuiltin"; readonly name: string; readonly args: readonly Atom[] }
  | { readonly kind: "call"; readonly callee: Atom; readonly args: readonly Atom[] }
  | { readonly kind: "invoke"; readonly object: Atom; readonly name: string; readonly args: readonly Atom[] }
  | {
      readonly kind: "invokeSuper";
      readonly cls: ClassRef;
      readonly self: Atom;
      readonly name: string;
      readonly args: readonly Atom[];
    }
  | { readonly kind: "construct"; readonly cls: ClassRef; readonly args: readonly Atom[] }
  | {
      readonly kind: "perform";
      readonly effect: string;
      readonly fields: readonly (readonly [name: string, value: Atom])[];
    }
  | { readonly kind: "handled"; readonly handler: Atom; readonly body: Atom }
  | { readonly kind: "installHandler"; readonly handler: Atom }
  | { readonly kind: "resume"; readonly continuation: Atom; readonly value: Atom }
  | { readonly kind: "await"; readonly value: Atom }
  /** `from..to` as a list. */
  | { readonly kind: "range"; readonly from: Atom; readonly to: Atom }
  /** No arm of a match fits the values looked at. */
  | { readonly kind: "noMatch"; readonly values: readonly Atom[] }
  | { readonly kind: "fault"; readonly fault: string; readonly message: string }
  /** At loop ends: lets others run when this task has had its share. */
  | { readonly kind: "tick" }
  /** Before a statement: stops here when a debugger wants that (probes.ts). */
  | { readonly kind: "probe"; readonly probe: number };

export type Stmt =
  | { readonly kind: "set"; readonly slot: Slot; readonly value: Atom }
  | { readonly kind: "setCell"; readonly cell: Atom; readonly value: Atom }
  | { readonly kind: "setGlobal"; readonly global: GlobalRef; readonly value: Atom }
  | Point
  | { readonly kind: "if"; readonly test: Atom; readonly then: readonly Stmt[]; readonly otherwise: readonly Stmt[] }
  | { readonly kind: "loop"; readonly label: string; readonly body: readonly Stmt[] }
  | { readonly kind: "block"; readonly label: string; readonly body: readonly Stmt[] }
  /** Adds one to a counter (counters.ts). */
  | { readonly kind: "count"; readonly counter: number }
  | { readonly kind: "break"; readonly label: string }
  | { readonly kind: "continue"; readonly label: string }
  | { readonly kind: "return"; readonly value: Atom }
  /** Returns what `op` returns: nothing of this activation is needed any more, so no frame is saved. */
  | { readonly kind: "tail"; readonly op: Op; readonly span: Span };

export interface Point {
  readonly kind: "point";
  /** K3 */
  readonly id: number;
  /** Where the result goes. */
  readonly slot: Slot;
  readonly op: Op;
  /** The slot gets the JavaScript boolean of the result's truth, for a following `if`. */
  readonly test: boolean;
  readonly span: Span;
  /** K4 */
  readonly live: readonly Slot[];
  /** A perform that is the last thing of a tail-resumptive clause which holds nothing else (M7 of engine/machine.ts). */
  readonly passes: boolean;
  /** A function of the library ends by sleeping: it saves no frame, because there may be millions that sleep. */
  readonly vanishes: boolean;
}

/** Key of a unit in the whole program: item hash and path (C1 of engine/code.ts). */
export type UnitRef = string;
export type ClassRef = string;
/** Key of a global: file and name. */
export type GlobalRef = string;

/** A unit, lowered. */
export interface CoreUnit {
  readonly ref: UnitRef;
  readonly name: string;
  readonly kind: "function" | "method" | "field" | "clause" | "handled" | "test" | "top";
  readonly isAsync: boolean;
  /** Slots of the parameters, with their source names. */
  readonly params: readonly { readonly slot: Slot; readonly name: string }[];
  readonly captures: readonly string[];
  readonly usesSelf: boolean;
  /** All slots but the parameters. */
  readonly slots: readonly Slot[];
  /** Source name of a slot that is a local; temporaries are absent. */
  readonly slotNames: ReadonlyMap<Slot, string>;
  readonly body: readonly Stmt[];
  readonly points: readonly Point[];
  /** Only of a clause. */
  readonly effect: string | null;
  readonly mode: "tail-resumptive" | "abortive" | "general" | null;
}

/** May the operation enter Walia code, and so use the host's stack? */
export function entersCode(op: Op): boolean {
  switch (op.kind) {
    case "callKnown":
    case "call":
    case "invoke":
    case "invokeSuper":
    case "construct":
    case "perform":
    case "handled":
    case "resume":
      return true;
    default:
      return false;
  }
}
