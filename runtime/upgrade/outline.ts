// What the tree of an item says about where its code may be found again after an edit: the text of each node as a number, and the
// control structure around it. Comments, layout and brackets are not in the tree, so they do not count.
//
// O1. Two nodes have the same number if and only if they read the same. Numbers come from one `Numbers` for all versions of a
//     program. A node's *outline* leaves out the bodies of functions, clauses and handled code in it: those are units of their own.
// O2. The *way* to a node is the control structure around it in its unit: branch by branch, arm by arm, loop by loop. What a task
//     has decided for good belongs to it (the condition of an `if`, the subject and pattern of a `match`); what a loop asks again
//     at each turn does not.
// O3. A node's *owner* is the function or clause that it is in, or the statement of the program. What a handler covers is its owner's.

import type * as ast from "../../language/ast.ts";
import { type Node, walk } from "../../language/walk.ts";

/** Numbers of texts (O1): equal keys, equal numbers. */
export class Numbers {
  readonly #known = new Map<string, number>();

  of(key: string): number {
    let number = this.#known.get(key);
    if (number === undefined) {
      number = this.#known.size + 1;
      this.#known.set(key, number);
    }
    return number;
  }
}

/** A piece of control structure, and what it stands in. */
export interface Way {
  readonly number: number;
  readonly outer: Way | null;
  /** What stands there, for people: its header. */
  readonly header: ast.Span;
}

export interface Outlined {
  readonly node: Node;
  /** Its own number and that of its outline (O1). */
  readonly full: number;
  readonly outline: number;
  /** Null directly in its unit (O2). */
  readonly way: Way | null;
  /** The node that it is a part of. */
  readonly parent: Outlined | null;
  /** O3, by its span. */
  readonly owner: ast.Span;
}

/** Where a piece of text stands, as a key. */
export const spanKey = ({ start, end }: ast.Span): string => `${start}:${end}`;

/** The nodes of an item: by their span, the outermost of several; functions by their own span. */
export function outlineOf(statements: readonly ast.Statement[], numbers: Numbers): ReadonlyMap<string, Outlined> {
  const texts = new Texts(numbers);
  const found = new Map<string, Outlined>();
  for (const statement of statements) {
    texts.read(statement);
    const around: Outlined[] = [];
    walk(
      statement,
      (node) => {
        const parent = around.at(-1) ?? null;
        const way = parent === null ? null : wayInto(parent, node, numbers, texts);
        const owner = parent === null ? node : ownerIn(parent, node);
        const outlined: Outlined = { node, full: texts.full(node), outline: texts.outline(node), way, parent, owner };
        around.push(outlined);
        const key = spanKey(node);
        if (!found.has(key)) found.set(key, outlined);
        if (node.kind === "FunExpression" || node.kind === "Fun") found.set(spanKey(node.fun), outlined);
        return true;
      },
      () => void around.pop(),
    );
  }
  return found;
}

/** O3, of a part of a node. */
function ownerIn({ node, owner }: Outlined, part: Node): ast.Span {
  if (node.kind === "Fun" || node.kind === "FunExpression") return node.fun;
  return node.kind === "Handle" && part === node.clause ? part : owner;
}

/** The way to a part of a node (O2). */
function wayInto({ node, way }: Outlined, part: Node, numbers: Numbers, texts: Texts): Way | null {
  const step = (what: string, header: ast.Span): Way => ({
    number: numbers.of(`way ${way?.number ?? 0} ${what}`),
    outer: way,
    header,
  });
  switch (node.kind) {
    case "Fun":
    case "FunExpression":
    case "Test":
    case "Handle":
      return null;
    case "If": {
      if (part === node.condition) return way;
      const header = { start: node.start, end: node.then.start };
      return step(`${part === node.then ? "if" : "else"} ${texts.outline(node.condition)}`, header);
    }
    case "While":
      return step("while", { start: node.start, end: node.body.start });
    case "For":
      return part === node.of ? way : step("for", { start: node.start, end: node.body.start });
    case "Match": {
      if (part === node.subject) return way;
      const arm = node.arms.find(({ pattern, guard, body }) => part === pattern || part === guard || part === body)!;
      const guard = arm.guard === null ? 0 : texts.outline(arm.guard);
      const header = { start: arm.start, end: arm.guard?.end ?? arm.pattern.end };
      return step(`match ${texts.outline(node.subject)} arm ${texts.outline(arm.pattern)} ${guard}`, header);
    }
    case "Logical":
      return part === node.left ? way : step(`${node.op} ${texts.outline(node.left)}`, node.left);
    default:
      return way;
  }
}

/** What is not of the text, or is another way to write the same. */
const PASSED = new Set(["start", "end", "opSpan", "effectSpan", "pathSpan", "doc", "form"]);

/** Gives every object of a tree its numbers, its parts first, without recursion (W1 of language/walk.ts). */
class Texts {
  readonly #full = new Map<object, number>();
  readonly #outlines = new Map<object, number>();

  constructor(readonly numbers: Numbers) {}

  full(node: object): number {
    return this.#full.get(node)!;
  }

  outline(node: object): number {
    return this.#outlines.get(node)!;
  }

  read(root: object): void {
    const open: object[] = [root];
    while (open.length > 0) {
      const node = open.at(-1)!;
      const waiting = partsOf(node).filter((part) => !this.#full.has(part));
      if (waiting.length > 0) {
        open.push(...waiting.reverse());
        continue;
      }
      open.pop();
      if (this.#full.has(node)) continue;
      this.#full.set(node, this.#number(node, this.#full, false));
      this.#outlines.set(node, this.#number(node, this.#outlines, true));
    }
  }

  #number(node: object, numbers: ReadonlyMap<object, number>, isOutline: boolean): number {
    const fields = Object.entries(node).filter(([name]) => !PASSED.has(name) && !(isOutline && isBody(node, name)));
    const texts = fields.map(([name, value]) => {
      const isPart = typeof value === "object" && value !== null;
      return `${name}=${isPart ? `#${numbers.get(value)}` : JSON.stringify(value)}`;
    });
    return this.numbers.of(`${Array.isArray(node) ? "list" : "node"} ${texts.join(" ")}`);
  }
}

/** Is this field of the node the body of a unit of its own? */
function isBody(node: object, field: string): boolean {
  if ("kind" in node && node.kind === "Handle") return field === "clause" || field === "body";
  return field === "body" && "isAsync" in node;
}

function partsOf(node: object): object[] {
  return Object.entries(node)
    .filter(([name, value]) => !PASSED.has(name) && typeof value === "object" && value !== null)
    .map(([, value]) => value as object);
}
