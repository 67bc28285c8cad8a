// Statements, blocks and control flow as documents.
//
// T1. A statement that is not an expression of the language's own braces ends in `;`. Only the last expression of a block is
//     left as it is written: its `;` says to the reader whether the value matters.
// T2. A block stays on one line if it was there, holds one statement at most, and fits. Branches of one `if` agree.
// T3. One empty line between two statements stays, more become one; none at the ends of a block.
// T4. An arm has no comma behind a block; behind anything else it has.

import type * as ast from "../ast.ts";
import type { Cursor } from "./cursor.ts";
import { declaration } from "./declarations.ts";
import {
  blankline,
  brackets,
  concat,
  type Doc,
  group,
  hardline,
  indent,
  line,
  nothing,
  softline,
  whenBroken,
} from "./document.ts";
import { body, expression } from "./expressions.ts";
import { pattern } from "./types.ts";

/** The statements of a block or an item, each on a line of its own. */
export function statements(c: Cursor, nodes: readonly ast.Statement[]): Doc {
  return separateLines(c, nodes, (node, index) => statement(c, node, index === nodes.length - 1));
}

/** Things on lines of their own, with the empty lines between them (T3). */
export function separateLines<T>(c: Cursor, nodes: readonly T[], print: (node: T, index: number) => Doc): Doc {
  const parts: Doc[] = [];
  nodes.forEach((node, index) => {
    while (c.skipIf(";"));
    if (index > 0) parts.push(c.isBlank ? blankline : hardline);
    parts.push(c.leading(true), print(node, index));
  });
  while (c.skipIf(";"));
  return concat(parts);
}

function statement(c: Cursor, node: ast.Statement, isLast: boolean): Doc {
  const isPlain = c.start === node.start;
  const doc = node.kind === "If" && isPlain ? ifElse(c, node, true) : statementDoc(c, node);
  const ending = isPlain ? endingOf(node) : "value";
  const ends = ending === "brace" && c.was("}") && !c.is("<");
  return concat([doc, semicolon(c, !ends && (ending === "sign" || !isLast || c.is(";")))]);
}

function statementDoc(c: Cursor, node: ast.Statement): Doc {
  switch (node.kind) {
    case "Var":
    case "Fun":
    case "Class":
    case "Trait":
    case "Layout":
    case "Gene":
    case "Test":
    case "Import":
      return declaration(c, node);
    case "Handle":
      return handle(c, node);
    case "Error":
      return c.raw(node);
    default:
      return expression(c, node);
  }
}

/** Takes the `;` that is there, and writes the one that belongs there. */
export function semicolon(c: Cursor, wanted: boolean): Doc {
  const sign = wanted ? ";" : nothing;
  while (c.skipIf(";"));
  return concat([sign, c.trailing()]);
}

/** T1: how a statement ends: in a brace of its own, in a `;`, or as a value. */
export function endingOf(node: ast.Statement): "brace" | "sign" | "value" {
  switch (node.kind) {
    case "Var":
    case "Import":
    case "Return":
    case "Print":
    case "Break":
    case "Continue":
    case "Release":
    case "Assign":
      return "sign";
    case "Fun":
      return endingOf(node.fun.body) === "brace" ? "brace" : "sign";
    case "If": {
      let last = node;
      while (last.otherwise?.kind === "If") last = last.otherwise;
      return endingOf(last.otherwise ?? last.then);
    }
    case "While":
    case "For":
      return endingOf(node.body);
    case "Class":
    case "Trait":
    case "Layout":
    case "Gene":
    case "Test":
    case "Handle":
    case "Error":
    case "Block":
    case "Match":
    case "Unsafe":
    case "Fused":
    case "Asm":
      return "brace";
    default:
      return "value";
  }
}

// ---- Blocks ----

/** On its own line or lines (T2). */
export function block(c: Cursor, node: ast.Block): Doc {
  const before = c.leading();
  const { doc, broken } = openBlock(c, node);
  return concat([before, brackets(doc, broken)]);
}

/** A block whose lines are those of the group it will stand in; whether that one must be broken. */
function openBlock(c: Cursor, node: ast.Block): { readonly doc: Doc; readonly broken: boolean } {
  const open = c.take("{");
  const onLines = c.lineEnds;
  const inside = statements(c, node.statements);
  const isEmpty = node.statements.length === 0;
  const rest = c.dangling(isEmpty);
  const close = c.take("}");
  if (isEmpty && rest === nothing) return { doc: concat([open, close]), broken: false };
  const doc = concat([open, indent(concat([line, inside, rest])), line, close]);
  return { doc, broken: onLines || node.statements.length > 1 };
}

/** Members, arms, fields between braces: always on lines of their own. */
export function braced<T>(c: Cursor, nodes: readonly T[], print: (node: T, index: number) => Doc): Doc {
  const open = c.take("{");
  const inside = separateLines(c, nodes, print);
  const rest = c.dangling(nodes.length === 0);
  const close = c.take("}");
  if (nodes.length === 0 && rest === nothing) return concat([open, close]);
  return brackets(concat([open, indent(concat([hardline, inside, rest])), hardline, close]), true);
}

// ---- Control flow ----

function condition(c: Cursor, node: ast.Expression): Doc {
  const before = c.leading();
  const open = c.take("(");
  const inside = expression(c, node, true);
  const rest = c.dangling(false);
  const inBrackets = group(concat([open, indent(concat([softline, inside, rest])), softline, c.take(")")]));
  return concat([before, inBrackets]);
}

/** The branches of an `if`, a chain of `else if` in one go. Their blocks are all on one line or none is (T2). */
export function ifElse(c: Cursor, node: ast.If, isStatement: boolean): Doc {
  let opens = false;
  const branchBody = (part: ast.Expression): Doc => {
    if (part.kind !== "Block" || c.start !== part.start) return body(c, part);
    const before = c.leading();
    const { doc, broken } = openBlock(c, part);
    opens ||= broken;
    return concat([" ", before, doc]);
  };
  const ifPart = (branch: ast.If): Doc =>
    concat([c.take("if"), " ", condition(c, branch.condition), branchBody(branch.then)]);

  const first = ifPart(node);
  const others: Doc[] = [];
  for (let branch = node; branch.otherwise !== null; ) {
    const { otherwise } = branch;
    others.push(elseWord(c, branch.then, isStatement));
    if (otherwise.kind !== "If" || c.start !== otherwise.start) {
      others.push(branchBody(otherwise));
      break;
    }
    others.push(" ", ifPart(otherwise));
    branch = otherwise;
  }
  if (bodiesOf(node).some(({ kind }) => kind === "Block")) return brackets(concat([first, ...others]), opens);
  return group(concat([first, isStatement ? concat(others) : indent(concat(others))]));
}

function bodiesOf(node: ast.If): readonly ast.Expression[] {
  const bodies = [node.then];
  let last = node.otherwise;
  for (; last?.kind === "If"; last = last.otherwise) bodies.push(last.then);
  return last === null ? bodies : [...bodies, last];
}

/**
 * `else` stands beside the brace before it, and otherwise begins a line when not all fits on one. What comes before it ends like
 * a statement where the `if` is one (T1).
 */
function elseWord(c: Cursor, before: ast.Expression, isStatement: boolean): Doc {
  const isBehindBrace = before.kind === "Block" && c.was("}");
  const ending = endingOf(before);
  const ends = isStatement && (ending === "sign" || (ending === "value" && c.is(";")));
  return concat([semicolon(c, ends), isBehindBrace ? " " : line, c.take("else")]);
}

export function loop(c: Cursor, node: ast.While | ast.For): Doc {
  if (node.kind === "While") return concat([c.take("while"), " ", condition(c, node.condition), body(c, node.body)]);
  const parts = [c.take("for"), " ", c.take("(")];
  if (c.start < node.name.start) parts.push(c.take("var"), " ");
  parts.push(c.raw(node.name), " ", c.take("in"), " ", expression(c, node.of), c.dangling(false), c.take(")"));
  return concat([...parts, body(c, node.body)]);
}

/** On one line if it was, and fits. */
export function matching(c: Cursor, node: ast.Match): Doc {
  const head = concat([c.take("match"), " ", expression(c, node.subject), " "]);
  const open = c.take("{");
  const onLines = c.lineEnds;
  const arms: Doc[] = [];
  node.arms.forEach((arm, index) => {
    if (index > 0) arms.push(c.isBlank ? blankline : line);
    arms.push(armDoc(c, arm, index === node.arms.length - 1));
  });
  const rest = c.dangling(node.arms.length === 0);
  const close = c.take("}");
  if (node.arms.length === 0 && rest === nothing) return concat([head, open, close]);
  return concat([head, brackets(concat([open, indent(concat([line, ...arms, rest])), line, close]), onLines)]);
}

function armDoc(c: Cursor, arm: ast.Arm, isLast: boolean): Doc {
  const parts = [pattern(c, arm.pattern)];
  if (arm.guard) parts.push(" ", c.take("if"), " ", expression(c, arm.guard));
  parts.push(" ", c.takeSigns("=>"));
  const isBlock = arm.body.kind === "Block" && c.start === arm.body.start;
  parts.push(body(c, arm.body));
  c.skipIf(",");
  parts.push(isBlock ? nothing : isLast ? whenBroken(",") : ",", c.trailing());
  return concat(parts);
}

export function handle(c: Cursor, node: ast.Handle): Doc {
  const head = concat([c.take("handle"), " ", c.raw(node.effectSpan), " ", block(c, node.clause)]);
  return node.body ? concat([head, " ", c.take("in"), " ", block(c, node.body)]) : head;
}

export function asm(c: Cursor, node: ast.Asm): Doc {
  return concat([
    c.take("asm"),
    " ",
    braced(c, node.lines, (text) => {
      const doc = c.raw(text);
      if (!c.skipIf(";")) c.skipIf(",");
      return concat([doc, c.trailing()]);
    }),
  ]);
}
