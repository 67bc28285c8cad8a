// Expressions as documents. How a statement's own parts are laid out is in statements.ts.
//
// E1. Parentheses stay where they are written.
// E2. A chain of operators of one kind is one group: sums fill their lines, conditions and pipes break all or none, with
//     the operator first on its line.
// E3. A pipe, or a chain of calls, that is written on several lines stays so.

import type * as ast from "../ast.ts";
import { type Cursor, Lost } from "./cursor.ts";
import { functionExpression } from "./declarations.ts";
import {
  breakLast,
  choice,
  concat,
  type Doc,
  group,
  hardline,
  INDENT,
  indent,
  isBroken,
  line,
  nothing,
  softline,
} from "./document.ts";
import { bracketed, listDoc, takeList } from "./lists.ts";
import { asm, block, ifElse, loop, matching } from "./statements.ts";
import { typeRef } from "./types.ts";

/** `bare`: what it breaks into needs no more indentation, because brackets around it have given it already. */
export function expression(c: Cursor, node: ast.Expression, bare = false): Doc {
  const before = c.leading();
  if (c.start === node.start) return concat([before, plain(c, node, bare)]);
  // The tree has no parentheses (E1); of `a |> await f` it keeps only `f`.
  if (c.is("await")) return concat([before, c.take(), " ", expression(c, node)]);
  if (!c.is("(")) throw new Lost(`an expression at ${c.start}`);
  const open = c.take();
  const breaks = ["Binary", "Logical", "Pipe"].includes(node.kind);
  const inside = expression(c, node, breaks);
  const rest = c.dangling(false);
  const close = c.take(")");
  if (!breaks) return concat([before, open, inside, rest, close]);
  return concat([before, group(concat([open, indent(concat([softline, inside, rest])), softline, close]))]);
}

function plain(c: Cursor, node: ast.Expression, bare: boolean): Doc {
  switch (node.kind) {
    case "Number":
    case "String":
    case "Char":
    case "Bool":
    case "Nil":
    case "Name":
    case "This":
    case "Break":
    case "Continue":
      return c.raw(node);
    case "Super":
      return concat([c.take("super"), c.take("."), c.take()]);
    case "List":
      return bracketed(c, node.items, (item) => expression(c, item), {
        keepsLines: true,
        fills: node.items.length > 4 && node.items.every(isNumber),
      });
    case "Map":
      return mapLiteral(c, node);
    case "Tuple":
      return bracketed(c, node.items, (item) => expression(c, item));
    case "FunExpression":
      return functionExpression(c, node);
    case "Call":
    case "Member":
    case "Index":
      return chain(c, node);
    case "Unary":
      return concat([c.take(node.op), expression(c, node.operand)]);
    case "Binary":
      return binary(c, node, bare);
    case "Logical":
      return logical(c, node, bare);
    case "Pipe":
      return pipe(c, node, bare);
    case "Assign":
      return concat([expression(c, node.target), " ", c.take("="), " ", expression(c, node.value)]);
    case "Cast":
      return concat([
        expression(c, node.value),
        " ",
        node.truncate ? c.takeSigns("!as") : c.take("as"),
        " ",
        typeRef(c, node.type),
      ]);
    case "Similar":
      return similar(c, node);
    case "Range":
      return range(c, node);
    case "Quantity":
      return quantity(c, node);
    case "If":
      return ifElse(c, node, false);
    case "While":
    case "For":
      return loop(c, node);
    case "Match":
      return matching(c, node);
    case "Block":
      return block(c, node);
    case "Unsafe":
    case "Fused":
      return concat([c.take(), " ", block(c, node.body)]);
    case "Perform":
      return concat([
        c.take("perform"),
        " ",
        c.raw(node.effectSpan),
        ...(node.payload ? [" ", expression(c, node.payload)] : []),
      ]);
    case "Await":
      return concat([c.take("await"), " ", expression(c, node.value)]);
    case "Print":
      return printed(c, node);
    case "Return":
      return concat([c.take("return"), ...(node.value ? [" ", expression(c, node.value)] : [])]);
    case "Release":
      return concat([c.take("release"), " ", expression(c, node.value)]);
    case "Asm":
      return asm(c, node);
  }
}

const isNumber = (node: ast.Expression): boolean =>
  node.kind === "Number" || node.kind === "Char" || (node.kind === "Unary" && isNumber(node.operand));

function mapLiteral(c: Cursor, node: ast.MapLiteral): Doc {
  const entry = ({ key, value }: ast.MapEntry): Doc => concat([c.raw(key), c.take(":"), " ", expression(c, value)]);
  return bracketed(c, node.entries, entry, { spaced: true, keepsLines: true });
}

/** `print(e)` looks like a call only when the parentheses hold all of it. */
function printed(c: Cursor, node: ast.Print): Doc {
  const word = c.take("print");
  if (node.value.kind === "Tuple") {
    const items = node.value.items.map((item, index) =>
      concat([index > 0 ? line : nothing, expression(c, item), c.skipIf(",") ? "," : nothing]),
    );
    return group(concat([word, " ", indent(concat(items))]));
  }
  const isCall = c.is("(") && c.start < node.value.start;
  return concat([word, isCall ? nothing : " ", expression(c, node.value)]);
}

// ---- Operators ----

const CLASSES: Readonly<Record<string, string>> = { "-": "+", "/": "*", "%": "*", ">>": "<<" };
const classOf = (op: string): string => CLASSES[op] ?? op;

/** The operands of a left-leaning chain, as far as the nodes are of the same kind and without parentheses. */
function operandsOf<T extends ast.Expression & { left: ast.Expression; right: ast.Expression }>(
  node: T,
  same: (left: ast.Expression) => left is T,
): { first: ast.Expression; steps: T[] } {
  const steps = [node];
  for (let at = node; at.left.start === at.start && same(at.left); ) {
    at = at.left;
    steps.push(at);
  }
  steps.reverse();
  return { first: steps[0]!.left, steps };
}

const indented = (doc: Doc, bare: boolean): Doc => (bare ? doc : indent(doc));

/** Sums and the like fill their lines; a comparison has one place to break. */
function binary(c: Cursor, node: ast.Binary, bare: boolean): Doc {
  const kind = classOf(node.op);
  const { first, steps } = operandsOf(
    node,
    (left): left is ast.Binary => left.kind === "Binary" && classOf(left.op) === kind,
  );
  const head = expression(c, first);
  const rest = steps.map(({ op, right }) => {
    const step = concat([line, c.takeSigns(op), " ", expression(c, right)]);
    return group(indented(step, bare));
  });
  return concat([head, ...rest]);
}

function logical(c: Cursor, node: ast.Logical, bare: boolean): Doc {
  const { first, steps } = operandsOf(
    node,
    (left): left is ast.Logical => left.kind === "Logical" && left.op === node.op,
  );
  const before = c.leading();
  const head = expression(c, first);
  const rest = steps.map(({ op, right }) =>
    concat([line, c.is(op) ? c.take() : c.takeSigns(op === "and" ? "&&" : "||"), " ", expression(c, right)]),
  );
  return concat([before, group(concat([head, indented(concat(rest), bare)]))]);
}

function pipe(c: Cursor, node: ast.Pipe, bare: boolean): Doc {
  const { first, steps } = operandsOf(node, (left): left is ast.Pipe => left.kind === "Pipe");
  const before = c.leading();
  const head = expression(c, first);
  const keepsLines = c.lineEnds;
  const rest = steps.map(({ right }) => concat([line, c.takeSigns("|>"), " ", expression(c, right)]));
  return concat([before, group(concat([head, indented(concat(rest), bare)]), keepsLines)]);
}

function similar(c: Cursor, node: ast.Similar): Doc {
  const parts = [expression(c, node.left), " ", c.take("~"), " ", expression(c, node.right)];
  if (node.threshold) parts.push(" ", c.take("at"), " ", expression(c, node.threshold));
  return concat(parts);
}

/** `0..n`, but `0.1 .. 1.0`, where dots would run into each other. */
function range(c: Cursor, node: ast.Range): Doc {
  const space = [node.from, node.to].some((end) => hasPoint(c, end)) ? " " : nothing;
  return concat([expression(c, node.from), space, c.takeSigns(".."), space, expression(c, node.to)]);
}

function hasPoint(c: Cursor, node: ast.Expression): boolean {
  if (node.kind === "Unary") return hasPoint(c, node.operand);
  return node.kind === "Number" && c.text.slice(node.start, node.end).includes(".");
}

/** A number or a range with its unit; a unit alone. */
function quantity(c: Cursor, node: ast.Quantity): Doc {
  if (node.value.end === node.value.start) return c.raw(node);
  const value = expression(c, node.value);
  return concat([value, " ", c.raw({ start: c.start, end: node.end })]);
}

// ---- Calls, members and indices ----

type Postfix = ast.Call | ast.Member | ast.Index;

const isPostfix = (node: ast.Expression): node is Postfix =>
  node.kind === "Call" || node.kind === "Member" || node.kind === "Index";

/** What follows a dot and is called, up to the next dot, stands on a line of its own when the chain breaks. */
function chain(c: Cursor, node: Postfix): Doc {
  const steps = [node];
  for (let at = node; ; ) {
    const inner: ast.Expression = at.kind === "Call" ? at.callee : at.object;
    if (inner.start !== at.start || !isPostfix(inner)) break;
    steps.push(inner);
    at = inner;
  }
  steps.reverse();
  const first = steps[0]!;
  const head = first.kind === "Call" ? first.callee : first.object;
  const before = c.leading();
  const start = expression(c, head);

  const segments: Doc[][] = [];
  let calls = 0;
  let keepsLines = false;
  const begins = first.kind === "Member" ? 0 : 1;
  for (const step of steps) {
    if (step.kind === "Member") {
      if (c.lineEnds) keepsLines = true;
      segments.push([c.take("."), c.take()]);
    } else {
      if (step.kind === "Call") calls++;
      const suffix = step.kind === "Call" ? call(c, step) : index(c, step);
      if (segments.length === 0) segments.push([]);
      segments.at(-1)!.push(suffix);
    }
  }
  const docs = segments.map(concat);
  const isChain = docs.length > 2 && calls > 2;
  if (!isChain && !(keepsLines && calls > 1)) return concat([before, start, ...docs]);
  // A short name does not stand alone on its line; neither do members that lead to the first call.
  const isShort = (head.kind === "Name" || head.kind === "This") && head.end - head.start <= INDENT;
  const attached = Math.max(
    isShort ? 1 : begins,
    segments.findIndex((parts) => parts.length > 2),
  );
  const lead = docs.slice(0, attached);
  const rest = docs.slice(attached);
  const separator = keepsLines ? hardline : softline;
  const broken = concat([start, ...lead, indent(concat(rest.flatMap((doc) => [separator, doc])))]);
  return concat([before, group(broken)]);
}

function index(c: Cursor, node: ast.Index): Doc {
  return concat([c.take("["), expression(c, node.index), c.dangling(false), c.take("]")]);
}

/** A last argument with a block or brackets of its own begins beside the parenthesis when the others fit there. */
function call(c: Cursor, node: ast.Call): Doc {
  const before = c.leading();
  const parts = takeList(c, node.args, (argument) => argumentOf(c, argument));
  const all = listDoc(parts);
  const last = node.args.at(-1);
  const end = parts.items.at(-1);
  const stands = parts.rest === nothing && end?.behind === nothing && !end.breaks;
  if (last === undefined || !stands || !hugs(last.value)) return concat([before, all]);
  const others = parts.items.slice(0, -1);
  if (others.some(({ doc, behind }) => isBroken(doc) || behind !== nothing)) return concat([before, all]);
  const lead = others.flatMap(({ doc }) => [doc, ", "]);
  const beside = (doc: Doc): Doc => concat([parts.open, ...lead, doc, parts.close]);
  return concat([before, choice(beside(end.doc), beside(breakLast(end.doc)), listDoc(parts))]);
}

function argumentOf(c: Cursor, { name, value }: ast.Argument): Doc {
  if (name === null) return expression(c, value);
  return concat([c.raw(name), c.take(":"), " ", expression(c, value)]);
}

/** Whether it ends in a bracket that can hold what it has on lines of their own. */
function hugs(node: ast.Expression): boolean {
  switch (node.kind) {
    case "FunExpression":
      return hugs(node.fun.body);
    case "Block":
    case "Match":
    case "Unsafe":
      return true;
    case "List":
      return node.items.length > 0;
    case "Map":
      return node.entries.length > 0;
    case "Perform":
      return node.payload !== null && hugs(node.payload);
    case "Call": {
      const last = node.args.at(-1)?.value;
      return last?.kind === "FunExpression" && hugs(last);
    }
    default:
      return false;
  }
}

// ---- Bodies ----

/**
 * What a branch, a loop, an arm or a function does, with the space before it: blocks and brackets begin on the same line, anything
 * else goes to a line of its own when it does not fit.
 */
export function body(c: Cursor, node: ast.Expression): Doc {
  const starts = c.start === node.start;
  const doc = expression(c, node);
  return starts && beginsOnLine(node) ? concat([" ", doc]) : group(indent(concat([line, doc])));
}

function beginsOnLine(node: ast.Expression): boolean {
  return ["Block", "Match", "Unsafe", "Fused", "Asm", "Map", "List", "FunExpression", "While", "For"].includes(
    node.kind,
  );
}
