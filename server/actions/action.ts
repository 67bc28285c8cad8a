// What a code action is, and what it can ask about the place it is offered at.
//
// A1. An action is offered from the tree alone, cheaply; its edits are made when the user chooses it.
// A2. Spans of nodes count from their item, edits from the file: `Asked` converts.
// A3. An action that `preserves` leaves what the program does as it is; a fix removes the diagnostic it names.

import type * as ast from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostics.ts";
import { scan } from "../../language/parse/scan.ts";
import { type Place, placeAt } from "../../language/query/place.ts";
import { childrenOf, type Node } from "../../language/walk.ts";
import type { View } from "../view.ts";

/** Replaces a part of a file: the one that was asked about, unless it says another. */
export interface Edit extends ast.Span {
  readonly text: string;
  readonly file?: string;
}

export type Kind =
  | "quickfix"
  | "refactor"
  | "refactor.extract"
  | "refactor.inline"
  | "refactor.rewrite"
  | "source.organizeImports"
  | "source.fixAll.walia";

export interface Action {
  readonly title: string;
  readonly kind: Kind;
  /** The diagnostic that it removes. */
  readonly fixes?: Diagnostic;
  readonly preferred?: boolean;
  /** Why it cannot be done here. */
  readonly disabled?: string;
  /** A3 */
  readonly preserves?: boolean;
  edits(): readonly Edit[];
}

export type Provider = (asked: Asked) => readonly Action[];

/** A place in a file, a selection or a cursor, with what stands there. */
export class Asked {
  readonly text: string;
  readonly tree: ast.FileTree;
  /** The selection without the space at its ends. */
  readonly span: ast.Span;
  readonly place: Place;

  /** Null for a file without text. */
  static of(view: View, file: string, span: ast.Span): Asked | null {
    const { text } = view.tree(file);
    const inside = text.slice(span.start, span.end);
    const start = span.start + inside.length - inside.trimStart().length;
    const trimmed = inside.trim() === "" ? span : { start, end: start + inside.trim().length };
    const place = placeAt(view.analysis, file, trimmed.start);
    return place && new Asked(view, file, trimmed, place);
  }

  private constructor(
    readonly view: View,
    readonly file: string,
    span: ast.Span,
    place: Place,
  ) {
    this.tree = view.tree(file);
    this.text = this.tree.text;
    this.span = span;
    this.place = place;
  }

  get names() {
    return this.place.names;
  }

  get offset(): number {
    return this.place.item.offset;
  }

  get isSelection(): boolean {
    return this.span.end > this.span.start;
  }

  /** The nodes around the whole selection, innermost first. */
  get around(): readonly Node[] {
    const end = this.span.end - this.offset;
    return this.place.nodes.filter((node) => node.end >= end).reverse();
  }

  /** The innermost node of a kind around the selection. */
  find<K extends Node["kind"]>(kind: K): Extract<Node, { kind: K }> | undefined {
    return this.around.find((node): node is Extract<Node, { kind: K }> => node.kind === kind);
  }

  /** The innermost node of a kind whose own words the cursor is on: outside the blocks in it. */
  findHere<K extends Node["kind"]>(...kinds: readonly K[]): Extract<Node, { kind: K }> | undefined {
    for (const node of this.around) {
      if ((kinds as readonly string[]).includes(node.kind)) return node as Extract<Node, { kind: K }>;
      if (node.kind === "Block") return undefined;
    }
    return undefined;
  }

  /** The nodes from a node's parent outwards. */
  ancestors(node: Node): readonly Node[] {
    const nodes = this.around;
    const at = nodes.indexOf(node);
    return at < 0 ? [] : nodes.slice(at + 1);
  }

  /** The text of a node, without parentheses around it. */
  source({ start, end }: ast.Span): string {
    return this.place.item.tree.text.slice(start, end);
  }

  /** The node with the parentheses around it. */
  extent({ start, end }: ast.Span): ast.Span {
    const { tokens } = scan(this.place.item.tree.text);
    const { text } = this.place.item.tree;
    let first = tokens.findIndex((token) => token.start >= start);
    let last = tokens.findLastIndex((token) => token.end <= end);
    const opens = (index: number): boolean => {
      const before = tokens[index - 2];
      if (text[tokens[index - 1]?.start ?? -1] !== "(") return false;
      // The parenthesis of a call, of `if (…)` or of a function's parameters is not the expression's own.
      return before === undefined || !(before.kind === "word" || before.kind === "string" || before.kind === "close");
    };
    while (opens(first) && text[tokens[last + 1]?.start ?? -1] === ")") {
      first--;
      last++;
    }
    return { start: tokens[first]?.start ?? start, end: tokens[last]?.end ?? end };
  }

  /** The operand of an operator: in parentheses unless it is plain. */
  operand(node: ast.Expression): string {
    return isAtom(node) ? this.source(node) : `(${this.source(node)})`;
  }

  // ---- Edits, from spans of the item (A2) ----

  replace({ start, end }: ast.Span, text: string): Edit {
    return { start: start + this.offset, end: end + this.offset, text };
  }

  insert(at: number, text: string): Edit {
    return this.replace({ start: at, end: at }, text);
  }

  /** Takes a statement, arm, member or import out, with its `;` or `,`, the comments above it, and its lines when nothing else is on them. */
  remove({ start, end }: ast.Span): Edit {
    return { ...wholeLines(this.text, start + this.offset, end + this.offset), text: "" };
  }

  /** The same question about another place of the file. */
  at(span: ast.Span): Asked {
    return Asked.of(this.view, this.file, span) ?? this;
  }

  /** The same question about an offset of the item. */
  atOffset(at: number): Asked {
    return this.at({ start: at + this.offset, end: at + this.offset });
  }
}

/** A span with the sign behind it, grown to whole lines when nothing else is on them. */
export function wholeLines(text: string, start: number, end: number): ast.Span {
  const sign = /^\s*[;,]/.exec(text.slice(end, end + 200));
  const behind = end + (sign?.[0].length ?? 0);
  const before = /[^\S\n]*$/.exec(text.slice(Math.max(0, start - 400), start))![0].length;
  const startsLine = start - before === 0 || text[start - before - 1] === "\n";
  const rest = /^[^\S\n]*(\n|$)/.exec(text.slice(behind));
  return startsLine && rest ? { start: start - before, end: behind + rest[0].length } : { start, end: behind };
}

/** An operand that never needs parentheses. */
export function isAtom(node: ast.Expression): boolean {
  switch (node.kind) {
    case "Number":
    case "String":
    case "Char":
    case "Bool":
    case "Nil":
    case "Name":
    case "This":
    case "List":
    case "Map":
    case "Call":
    case "Member":
    case "Index":
      return true;
    default:
      return false;
  }
}

/** Whether a node of this parent is the whole of its place, so that an operator in it needs no parentheses. */
export function standsAlone(parent: Node | undefined): boolean {
  return parent === undefined || ALONE.has(parent.kind);
}

const ALONE = new Set<Node["kind"]>([
  "Block",
  "Var",
  "Return",
  "Print",
  "Call",
  "List",
  "Map",
  "If",
  "While",
  "For",
  "Fun",
]);

/** Whether evaluating it has no effect and cannot fail, so it may be moved, copied or left out. */
export function isPure(node: ast.Expression): boolean {
  switch (node.kind) {
    case "Number":
    case "String":
    case "Char":
    case "Bool":
    case "Nil":
    case "This":
    case "FunExpression":
      return true;
    case "Name":
      return true;
    case "Unary":
      return node.op === "!" ? isPure(node.operand) : node.op === "-" && node.operand.kind === "Number";
    case "Binary":
      return (node.op === "==" || node.op === "!=") && isPure(node.left) && isPure(node.right);
    case "Logical":
      return isPure(node.left) && isPure(node.right);
    case "List":
      return node.items.every(isPure);
    case "Map":
      return node.entries.every(({ value }) => isPure(value));
    default:
      return false;
  }
}

/** Whether something of these kinds is under a node, itself included. */
export function contains(root: Node, ...kinds: readonly Node["kind"][]): boolean {
  const pending: Node[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (kinds.includes(node.kind)) return true;
    childrenOf(node, pending);
  }
  return false;
}

/** A name that nothing in the item uses. */
export function freshName(asked: Asked, wanted: string): string {
  const taken = new Set(asked.place.item.tree.text.match(/[A-Za-z_]\w*/g) ?? []);
  for (const name of asked.view.analysis.registry.namesIn(asked.file)) taken.add(name);
  if (!taken.has(wanted)) return wanted;
  for (let n = 2; ; n++) if (!taken.has(`${wanted}${n}`)) return `${wanted}${n}`;
}
