// Where a statement can be put in front of an expression: the statement that holds it, or a body that has to become a block first.

import type * as ast from "../../language/ast.ts";
import type { Node } from "../../language/walk.ts";
import type { Asked, Edit } from "./action.ts";

export interface Host {
  /** The statement of a block, of the file, or a body that is no block. */
  readonly node: Node;
  /** The block around it; null at top level. */
  readonly block: ast.Block | null;
  /** It is a body by itself: `if (c) here`, `x => here`. */
  readonly isBody: boolean;
}

/**
 * The host of a node that is one of `asked.around`. Null where there is none, or where what stands before the node must not move
 * with it: the right side of `and`, the condition of a `while`, a guard.
 */
export function hostOf(asked: Asked, node: Node): Host | null {
  let inner = node;
  for (const outer of asked.ancestors(node)) {
    if (outer.kind === "Block") return { node: inner, block: outer, isBody: false };
    if (isBodyOf(inner, outer)) return { node: inner, block: null, isBody: true };
    if (!goesThrough(inner, outer)) return null;
    inner = outer;
  }
  return asked.place.item.tree.statements.includes(inner as ast.Statement)
    ? { node: inner, block: null, isBody: false }
    : null;
}

function isBodyOf(inner: Node, outer: Node): boolean {
  switch (outer.kind) {
    case "If":
      return inner === outer.then || inner === outer.otherwise;
    case "While":
    case "For":
      return inner === outer.body;
    case "Fun":
    case "FunExpression":
      return inner === outer.fun.body;
    case "Match":
      return outer.arms.some(({ body }) => body === inner);
    default:
      return false;
  }
}

function goesThrough(inner: Node, outer: Node): boolean {
  switch (outer.kind) {
    case "While":
    case "Class":
    case "Trait":
    case "Layout":
    case "Gene":
      return false;
    case "Logical":
      return inner === outer.left;
    case "Match":
      return inner === outer.subject;
    default:
      return !inner.kind.endsWith("Pattern") && !inner.kind.endsWith("Type");
  }
}

/** Puts statements in front of a host; `text` ends each in `;` or `}`. */
export function before(asked: Asked, host: Host, text: string): Edit[] {
  if (!host.isBody) return [asked.insert(host.node.start, `${text}\n`)];
  const { start, end } = asked.extent(host.node);
  return [asked.insert(start, `{\n${text}\n`), asked.insert(end, "\n}")];
}

/** Puts statements behind a host. */
export function behind(asked: Asked, host: Host, text: string): Edit[] {
  const { start, end } = asked.extent(host.node);
  const { text: item } = asked.place.item.tree;
  const sign = /^\s*;/.exec(item.slice(end));
  if (host.isBody) return [asked.insert(start, "{\n"), asked.insert(end, `;\n${text}\n}`)];
  return [asked.insert(end + (sign?.[0].length ?? 0), `${sign || item[end - 1] === "}" ? "" : ";"}\n${text}`)];
}
