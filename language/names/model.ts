// What names mean: the structures that the resolver builds and that rules, effects, the editor and the compiler read.
//
// Two levels, so that an edit re-resolves one item:
//   item       `ItemNames`: scopes and locals, from the item's tree alone (cached with it); names that are not local are
//              left *free*.
//   workspace  `Registry`: what a free name means in a given file: imports, then the one top-level declaration of that
//              name in the workspace, then a built-in.
//
// N1. A *unit* is a piece of code that runs as one activation and so has frames of its own: a function, a method, a
//     handler's clause, the code a handler covers (the statements after `handle`, or its `in` block), a test, a
//     top-level statement. The compiler makes one code object of each unit.
// N2. A local that is used in a unit other than the one that declares it is *captured*. One that is captured and
//     assigned after its declaration lives in a cell. `this` and `effect` are locals named so.
// N3. A top-level `handle` without `in` holds for the whole program: the statements after it are not its unit.
// N4. The functions of a block are made when the block is entered, so they may name each other and locals that get
//     their value later. A local caught so (`early`) also lives in a cell, made when its block is entered. A `handle`
//     without `in` divides a block: functions after it are made when it has been installed and are seen only after it.
// N5. A name pattern in an arm binds or compares. A visible local decides at once (`const` compares, the rest binds).
//     For a name that is free there, the item cannot know: a Local of role "pattern" is made, and `patternKind`
//     (patterns.ts) asks the registry. When it compares, the subject equals the global, so code that stores the subject
//     in the local and reads the local is right as well; only an assignment must ask `meaningOfUse`.
// N6. A parameter's scope encloses the scope of the body's block.

import type * as ast from "../ast.ts";
import type { Nearest } from "./spelling.ts";

export type Binding = Local | Free;

export type LocalRole = "var" | "const" | "param" | "fun" | "class" | "loop" | "pattern" | "this" | "effect";

/** A name declared inside an item, not at top level. */
export interface Local {
  readonly kind: "local";
  readonly name: string;
  readonly role: LocalRole;
  /** Where the name is written; null for `this` and `effect`. */
  readonly declaration: ast.Identifier | null;
  /** The `fun` or `class` declaration, when that is what it names. */
  readonly node: ast.FunDeclaration | ast.ClassDeclaration | null;
  /** The `var` or `const` declaration, when that is what introduces it. */
  readonly variable: ast.VarDeclaration | null;
  readonly unit: Unit;
  /** Assigned somewhere after its declaration, or `early`. */
  readonly assigned: boolean;
  /** Captured by a function or class that is made before this local has its value (N4). */
  readonly early: boolean;
  /** The pattern whose meaning the registry decides (N5); null for every other local. */
  readonly pattern: ast.Pattern | null;
  /** Used in a unit other than `unit` (N2). */
  readonly captured: boolean;
  /** The uses, in source order; assignments among them. */
  readonly uses: readonly NameUse[];
}

/** A name no scope of the item declares: the registry knows what it means. */
export interface Free {
  readonly kind: "free";
  readonly name: string;
}

export interface NameUse {
  readonly node: ast.Name | ast.Identifier | ast.This | ast.Super;
  readonly unit: Unit;
  readonly access: "read" | "write";
}

/** "field" is the initialiser of a class's field: it runs for each new instance, with its own `this`. */
export type UnitKind = "function" | "method" | "field" | "clause" | "handled" | "test" | "top";

export interface Unit {
  readonly kind: UnitKind;
  /**
   * Names the unit inside its item and is the same after edits elsewhere: names from the outside in, joined by `/`;
   * nameless ones as `fun#1`, clauses as `handle NAME#1`, handled code as `in NAME#1`, tests as `test#1`, counted per
   * parent in source order; members as `Class.member`; a second unit of the same name as `name#2`. The path of a "top"
   * unit is empty (`#2` for the second statement of a damaged item).
   */
  readonly path: string;
  readonly parent: Unit | null;
  readonly children: readonly Unit[];
  /** `Function` for "function" and "method"; `Handle` for "clause" and "handled"; the field's or top-level statement. */
  readonly node: ast.Function | ast.Handle | ast.TestDeclaration | ast.Statement;
  /** Declared name, when it has one. */
  readonly name: string | null;
  /** Declared directly in this unit, parameters first, then in source order. */
  readonly locals: readonly Local[];
  /** Locals of enclosing units that this unit, or a unit inside it, uses; in order of first use. */
  readonly captures: readonly Local[];
  /** Free names used in this unit itself, for effect rows and dependencies. */
  readonly free: readonly NameUse[];
}

/** The resolver's result for one item. */
export interface ItemNames {
  /** Every unit, outermost first, in source order. A top-level declaration's `top` unit encloses its function's unit. */
  readonly units: readonly Unit[];
  /** The unit of a Function, Test, top-level statement, or field (with an initialiser) node. */
  unitOf(node: object): Unit;
  clauseOf(handle: ast.Handle): Unit;
  /** Undefined for a program-wide handler (N3). */
  handledOf(handle: ast.Handle): Unit | undefined;
  /** What a use of a name means: Name, This, Super, a class's superclass or trait, a NamePattern that compares. */
  bindingOf(use: object): Binding | undefined;
  /** The local that a declaring identifier introduces (parameters, vars, loop and pattern names, local functions). */
  localOf(declaration: ast.Identifier): Local | undefined;
  /** Names this item declares at top level. */
  readonly exports: readonly Export[];
  readonly imports: readonly ast.ImportDeclaration[];
  /** Names declared twice in one scope, and parameters hidden by a declaration of the body's block. */
  readonly clashes: readonly Clash[];
}

export interface Clash {
  readonly kind: "redeclared" | "hides-parameter";
  readonly local: Local;
  readonly previous: Local;
}

export type ExportRole = "var" | "const" | "fun" | "class" | "trait" | "layout" | "gene";

export interface Export {
  readonly name: string;
  readonly role: ExportRole;
  readonly identifier: ast.Identifier;
  readonly node: ast.Declaration;
}

/** What a free name means, seen from one file. */
export type Meaning =
  | { readonly kind: "global"; readonly file: string; readonly itemIndex: number; readonly export: Export }
  /** `import "x" as alias`: members of `alias` are the top-level names of `file`. */
  | { readonly kind: "module"; readonly file: string; readonly declaration: ast.ImportDeclaration }
  | { readonly kind: "builtin"; readonly name: string }
  /** Declared in two files of the workspace, neither imported. */
  | { readonly kind: "ambiguous"; readonly files: readonly string[] }
  | { readonly kind: "undefined" };

export interface Registry {
  meaningOf(file: string, name: string): Meaning;
  /** A top-level name of one file, for `alias.name`. */
  exportOf(file: string, name: string): Meaning;
  /** The file that an import loads, or undefined when the workspace has none there. */
  importedFile(file: string, declaration: ast.ImportDeclaration): string | undefined;
  /** Whether a file imports, without an alias, a file that the workspace does not have: any name may come from there. */
  hasMissingImport(file: string): boolean;
  /** The names that a file declares at top level. */
  exportsIn(file: string): readonly string[];
  /** Every declaration of a top-level name in the workspace. */
  declarationsOf(name: string): readonly Extract<Meaning, { kind: "global" }>[];
  /** The top-level names that the workspace declares more than once. */
  duplicates(): readonly string[];
  /** The names visible at top level of a file, for completion and "did you mean". */
  namesIn(file: string): readonly string[];
  /** The one of them that is spelled most like a name which is none, if any is near enough. */
  nearest(file: string, name: string): Nearest | undefined;
}
