// What a rule is. Each file beside this one holds one rule; index.ts is the list of them.
//
// A rule looks at items, at the workspace, or at both:
//   item        sees one item, its names and what its free names mean; what it says is kept until one of those changes
//   visit       the same, node by node: its functions are made once and see every item, so they ask `context` each time and
//               a rule that remembers something forgets it in `begin`
//   workspace   sees the facts of the whole workspace; it runs each time, so it walks lists that are ready, not trees

import type * as ast from "../ast.ts";
import type { Span } from "../ast.ts";
import type { Severity, Tag } from "../diagnostics.ts";
import type { Facts } from "../effects/facts.ts";
import type { ItemSummary } from "../effects/summary.ts";
import type { ItemNames, Meaning, Registry, Unit } from "../names/model.ts";
import type { Node } from "../walk.ts";

export interface Rule {
  /** `W101`. */
  readonly code: string;
  readonly severity: Severity;
  /** Short name, for the documentation and for settings. */
  readonly title: string;
  /** What it says may be untrue while files of the workspace are still to be read. */
  readonly needsAllFiles?: boolean;
  /** It says which name was perhaps meant, of all that there are at top level. */
  readonly guesses?: boolean;
  readonly item?: (context: ItemContext) => void;
  readonly visit?: (context: ItemContext) => Visitors;
  readonly workspace?: (context: WorkspaceContext) => void;
}

/** One item of a file. */
export interface Item {
  readonly file: string;
  readonly tree: ast.ItemTree;
  readonly names: ItemNames;
  readonly summary: ItemSummary;
  /** Names that the item uses and does not declare. */
  readonly freeNames: ReadonlySet<string>;
}

export interface Problem {
  /** In the item that is reported on. */
  readonly span: Span;
  readonly message: string;
  /** When it differs from the rule's. */
  readonly severity?: Severity;
  readonly related?: readonly Related[];
  readonly tags?: readonly Tag[];
}

export interface Related {
  readonly message: string;
  readonly at: RelatedAt;
}

/** A span in the same item; in another item; or the declaration of a top-level name, wherever it stands by then. */
export type RelatedAt =
  | { readonly span: Span; readonly in?: ItemNames }
  | { readonly file: string; readonly name: string };

export interface ItemContext {
  readonly file: string;
  readonly tree: ast.ItemTree;
  readonly names: ItemNames;
  readonly registry: Registry;
  /** What a free name means here. */
  meaningOf(name: string): Meaning;
  report(problem: Problem): void;
}

export interface WorkspaceContext extends ItemLists {
  readonly registry: Registry;
  readonly facts: Facts;
  itemOf(names: ItemNames): Item;
  itemAt(file: string, index: number): Item;
  report(item: Item, problem: Problem): void;
}

/** The items of a workspace, and those among them that some rules are about. */
export interface ItemLists {
  readonly items: readonly Item[];
  readonly withHandlers: readonly Item[];
  /** Those with a clause that keeps its continuation or may resume it again. */
  readonly withLives: readonly Item[];
  readonly withImports: readonly Item[];
  readonly withUnsafe: readonly Item[];
  /** Effects of built-ins that some item names, whether it calls them or passes them on. */
  readonly builtinEffects: ReadonlySet<string>;
}

/** Where a visited node stands. */
export interface Where {
  readonly unit: Unit;
  /** Inside `unsafe`. */
  readonly isUnsafe: boolean;
  /** Loops around it inside its function. */
  readonly loops: number;
}

type NodeOf<K> = Extract<Node, { kind: K }>;

/**
 * A function for each kind of node that a rule wants to see; `leave` comes after the children. `begin` and `end` frame an
 * item.
 */
export type Visitors = { readonly [K in Node["kind"]]?: (node: NodeOf<K>, where: Where) => void } & {
  readonly leave?: (node: Node) => void;
  readonly begin?: () => void;
  readonly end?: () => void;
};
