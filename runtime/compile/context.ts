// What lowering needs to know of the program around a unit: what free names mean, and how things are called across items.

import type { ItemTree } from "../../language/ast.ts";
import type { ItemNames, Unit } from "../../language/names/model.ts";
import type { ClassRef, GlobalRef, UnitRef } from "./core.ts";
import type { ItemCounters } from "./counters.ts";
import type { ItemProbes } from "./probes.ts";

/** What a free name means to the compiler. */
export type Referent =
  | { readonly kind: "variable"; readonly global: GlobalRef; readonly type: string | null }
  | { readonly kind: "constant"; readonly value: number | string | boolean | undefined }
  | {
      readonly kind: "function";
      readonly unit: UnitRef;
      readonly params: readonly string[];
      /** How many arguments a call must give: fewer than `params` only for built-ins, whose others are then nil. */
      readonly required: number;
      readonly isAsync: boolean;
    }
  | { readonly kind: "class"; readonly cls: ClassRef }
  | { readonly kind: "builtin"; readonly name: string; readonly min: number; readonly max: number }
  | { readonly kind: "module"; readonly file: string }
  /** The message of the fault that using it is. */
  | { readonly kind: "unusable"; readonly message: string };

export interface ItemContext {
  readonly tree: ItemTree;
  readonly names: ItemNames;
  /** It is of the built-in library (prelude.wal). */
  readonly isLibrary: boolean;
  /** Null for code that is not counted. */
  readonly counters: ItemCounters | null;
  /** Null for code that is not debugged. */
  readonly probes: ItemProbes | null;
  refer(name: string): Referent;
  /** A top-level name of an imported file. */
  referIn(file: string, name: string): Referent;
  unitRef(unit: Unit): UnitRef;
  classRef(node: object): ClassRef;
  /** Does a name in a pattern compare with a constant or global? (N5) */
  compares(pattern: object): boolean;
}
