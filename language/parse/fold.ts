// Folds a flat operation, `- a . b + c ( d ) * e`, into a tree by the precedence of its operators (grammar rule G2).
//
// F1. Loosest to tightest: `=` (right) · `|>` · `or` · `and` · `== !=` · `< <= > >=` · `~ at` · `|` · `^` · `&` ·
//     `<< >>` · `..` · `+ -` · `* / %` · `as !as` · prefix · postfix. Left associative except `=`.
// F2. An operand has an extent besides its span: parentheses around it belong to what is built from it.

import type * as ast from "../ast.ts";

/** An operand, the text it takes up (F2), and the prefix operators before that text, outermost first. */
export interface Term extends ast.Span {
  readonly prefixes: readonly Prefix[];
  readonly value: ast.Expression;
}

export interface Prefix extends ast.Span {
  readonly op: "!" | "-" | "*" | "&" | "await";
}

/** What stands behind a term; `end` is where its text ends. */
export type Tail =
  | { readonly kind: "dot"; readonly name: ast.Identifier; readonly end: number }
  | { readonly kind: "call"; readonly args: readonly ast.Argument[]; readonly end: number }
  | { readonly kind: "index"; readonly index: ast.Expression; readonly end: number }
  | { readonly kind: "cast"; readonly type: ast.TypeRef; readonly truncate: boolean; readonly end: number }
  | { readonly kind: "assign"; readonly value: ast.Expression; readonly end: number }
  | { readonly kind: "binary"; readonly op: string; readonly opSpan: ast.Span; readonly term: Term };

interface Operand extends ast.Span {
  readonly node: ast.Expression;
}

type Operator =
  | { readonly level: number; readonly prefix: Prefix }
  | { readonly level: number; readonly prefix: null; readonly op: string; readonly opSpan: ast.Span };

const LEVELS: Readonly<Record<string, number>> = {
  "|>": 1,
  or: 2,
  and: 3,
  "==": 4,
  "!=": 4,
  "<": 5,
  "<=": 5,
  ">": 5,
  ">=": 5,
  "~": 6,
  at: 6,
  "|": 7,
  "^": 8,
  "&": 9,
  "<<": 10,
  ">>": 10,
  "..": 11,
  "+": 12,
  "-": 12,
  "*": 13,
  "/": 13,
  "%": 13,
};
const CAST_LEVEL = 14;
const PREFIX_LEVEL = 15;

const SPELLINGS: Readonly<Record<string, string>> = { "||": "or", "&&": "and" };

/** The tree of `first` and its tails. */
export function fold(first: Term, tails: readonly Tail[], errors: ast.SyntaxError[]): ast.Expression {
  const operands: Operand[] = [];
  const operators: Operator[] = [];

  const push = (term: Term): void => {
    for (const prefix of term.prefixes) operators.push({ level: PREFIX_LEVEL, prefix });
    operands.push({ node: term.value, start: term.start, end: term.end });
  };
  const reduce = (level: number): void => {
    while (operators.length > 0 && operators.at(-1)!.level >= level) {
      const operator = operators.pop()!;
      const right = operands.pop()!;
      operands.push(
        operator.prefix !== null
          ? applyPrefix(operator.prefix, right)
          : applyBinary(operator.op, operator.opSpan, operands.pop()!, right, errors),
      );
    }
  };
  const wrap = (end: number, make: (operand: Operand, span: ast.Span) => ast.Expression): void => {
    const operand = operands.pop()!;
    const span = { start: operand.start, end };
    operands.push({ node: make(operand, span), ...span });
  };

  push(first);
  for (const tail of tails) {
    switch (tail.kind) {
      case "dot":
        wrap(tail.end, ({ node }, span) => ({ kind: "Member", object: node, name: tail.name, ...span }));
        break;
      case "call":
        wrap(tail.end, ({ node }, span) => ({ kind: "Call", callee: node, args: tail.args, ...span }));
        break;
      case "index":
        wrap(tail.end, ({ node }, span) => ({ kind: "Index", object: node, index: tail.index, ...span }));
        break;
      case "cast":
        reduce(CAST_LEVEL);
        wrap(tail.end, ({ node }, span) => ({
          kind: "Cast",
          value: node,
          type: tail.type,
          truncate: tail.truncate,
          ...span,
        }));
        break;
      case "assign":
        reduce(0);
        wrap(tail.end, ({ node }, span) => ({ kind: "Assign", target: node, value: tail.value, ...span }));
        break;
      case "binary": {
        const op = SPELLINGS[tail.op] ?? tail.op;
        const level = LEVELS[op]!;
        reduce(level);
        operators.push({ level, prefix: null, op, opSpan: tail.opSpan });
        push(tail.term);
      }
    }
  }
  reduce(0);
  return operands[0]!.node;
}

function applyPrefix({ op, start }: Prefix, { node, end }: Operand): Operand {
  const span = { start, end };
  const made: ast.Expression =
    op === "await" ? { kind: "Await", value: node, ...span } : { kind: "Unary", op, operand: node, ...span };
  return { node: made, ...span };
}

function applyBinary(op: string, opSpan: ast.Span, left: Operand, right: Operand, errors: ast.SyntaxError[]): Operand {
  const span = { start: left.start, end: right.end };
  return { node: binaryNode(op, opSpan, left.node, right.node, span, errors), ...span };
}

function binaryNode(
  op: string,
  opSpan: ast.Span,
  left: ast.Expression,
  right: ast.Expression,
  span: ast.Span,
  errors: ast.SyntaxError[],
): ast.Expression {
  switch (op) {
    case "|>":
      return right.kind === "Await"
        ? { kind: "Pipe", left, right: right.value, isAwait: true, ...span }
        : { kind: "Pipe", left, right, isAwait: false, ...span };
    case "or":
    case "and":
      return { kind: "Logical", op, left, right, ...span };
    case "..":
      // `0.0 .. 1.0 <N>`: the unit is that of the whole range.
      return right.kind === "Quantity"
        ? {
            kind: "Quantity",
            value: { kind: "Range", from: left, to: right.value, start: span.start, end: right.value.end },
            unit: right.unit,
            ...span,
          }
        : { kind: "Range", from: left, to: right, ...span };
    case "~":
      return { kind: "Similar", left, right, threshold: null, ...span };
    case "at":
      if (left.kind === "Similar" && left.threshold === null) return { ...left, threshold: right, ...span };
      errors.push({ ...opSpan, message: "`at` gives a threshold to `~`: write `a ~ b at 0.8`" });
      return left;
    default:
      return { kind: "Binary", op: op as ast.Binary["op"], opSpan, left, right, ...span };
  }
}
