// Other forms of a branch: `if` inverted, with braces, as a `match` and back, two nested ones as one; conditions turned around.

import type * as ast from "../../language/ast.ts";
import type { Action, Asked, Edit } from "./action.ts";
import { isAtom } from "./action.ts";

export function rewriteBranches(asked: Asked): Action[] {
  return [
    ...invert(asked),
    ...bracesOfIf(asked),
    ...merge(asked),
    ...split(asked),
    ...toMatch(asked),
    ...toIf(asked),
    ...deMorgan(asked),
    ...flip(asked),
  ];
}

const rewrite = (title: string, edits: Action["edits"]): Action => ({
  title,
  kind: "refactor.rewrite",
  preserves: true,
  edits,
});

const hasComment = (text: string): boolean => /\/\/|\/\*/.test(text);

/** The `if` whose head the cursor is on; not one of its branches. */
function ifHere(asked: Asked): ast.If | undefined {
  const found = asked.findHere("If");
  return found && asked.span.start - asked.offset <= asked.extent(found.condition).end + 1 ? found : undefined;
}

/** The text of a condition's opposite. */
function negated(asked: Asked, node: ast.Expression): string {
  if (node.kind === "Unary" && node.op === "!") return asked.source(asked.extent(node.operand));
  if (node.kind === "Binary" && (node.op === "==" || node.op === "!=")) {
    const left = asked.source({ start: node.start, end: node.opSpan.start });
    return `${left}${node.op === "==" ? "!=" : "=="}${asked.source({ start: node.opSpan.end, end: node.end })}`;
  }
  // Not `>=` for `<`: both are false for what is not a number.
  return `!${asked.operand(node)}`;
}

function invert(asked: Asked): Action[] {
  const node = ifHere(asked);
  if (!node?.otherwise || node.otherwise.kind === "If") return [];
  const { condition, then, otherwise } = node;
  const parent = asked.ancestors(node)[0];
  if (parent?.kind === "If" && parent.otherwise === node) return [];
  const before = asked.extent(then);
  const after = asked.extent(otherwise);
  if (hasComment(asked.source({ start: before.end, end: after.start }))) return [];
  // A branch that is an `if` would take the other's `else`.
  if (otherwise.kind !== "Block" && then.kind !== "Block" && containsIf(otherwise)) return [];
  return [
    rewrite("Invert the `if`", () => [
      asked.replace(condition, negated(asked, condition)),
      asked.replace(before, blockOf(asked, otherwise)),
      asked.replace(after, blockOf(asked, then)),
    ]),
  ];
}

const containsIf = (node: ast.Expression): boolean =>
  node.kind === "If" || node.kind === "While" || node.kind === "For";
const blockOf = (asked: Asked, node: ast.Expression): string => asked.source(asked.extent(node));

/** Braces around every branch, or around none. */
function bracesOfIf(asked: Asked): Action[] {
  const node = ifHere(asked) ?? loopHere(asked);
  if (!node) return [];
  const bodies = node.kind === "If" ? branchesOf(node) : [node.body];
  const bare = bodies.filter(({ kind }) => kind !== "Block");
  if (bare.length === 0) return [];
  return [
    rewrite("Add braces", () =>
      bare.flatMap((each): Edit[] => {
        const { start, end } = asked.extent(each);
        return [asked.insert(start, "{ "), asked.insert(end, " }")];
      }),
    ),
  ];
}

function loopHere(asked: Asked): ast.While | ast.For | undefined {
  const found = asked.findHere("While", "For");
  return found && asked.span.start - asked.offset < found.body.start ? found : undefined;
}

function branchesOf(node: ast.If): ast.Expression[] {
  const found: ast.Expression[] = [node.then];
  let rest = node.otherwise;
  for (; rest?.kind === "If"; rest = rest.otherwise) found.push(rest.then);
  return rest ? [...found, rest] : found;
}

/** `if (a) { if (b) x }` as `if (a and b) x`. */
function merge(asked: Asked): Action[] {
  const node = ifHere(asked);
  if (!node || node.otherwise) return [];
  const inner = node.then.kind === "Block" && node.then.statements.length === 1 ? node.then.statements[0]! : node.then;
  if (inner.kind !== "If" || inner.otherwise || hasComment(asked.source({ start: node.start, end: inner.then.start })))
    return [];
  return [
    rewrite("Merge with the `if` inside", () => [
      asked.replace(node.condition, `${conjunct(asked, node.condition)} and ${conjunct(asked, inner.condition)}`),
      asked.replace(asked.extent(node.then), asked.source(asked.extent(inner.then))),
    ]),
  ];
}

const conjunct = (asked: Asked, node: ast.Expression): string =>
  isAtom(node) || ["Binary", "Unary"].includes(node.kind) || (node.kind === "Logical" && node.op === "and")
    ? asked.source(node)
    : `(${asked.source(node)})`;

/** `if (a and b) x` as `if (a) { if (b) x }`. */
function split(asked: Asked): Action[] {
  const node = ifHere(asked);
  const condition = node?.condition;
  if (!node || node.otherwise || condition?.kind !== "Logical" || condition.op !== "and") return [];
  if (hasComment(asked.source(condition))) return [];
  return [
    rewrite("Split the condition", () => [
      asked.replace(condition, asked.source(asked.extent(condition.left))),
      asked.insert(asked.extent(node.then).start, `{\nif (${asked.source(asked.extent(condition.right))}) `),
      asked.insert(asked.extent(node.then).end, "\n}"),
    ]),
  ];
}

// ---- Chains of `if` and `match` ----

interface Tested {
  readonly subject: ast.Expression;
  readonly value: ast.Expression;
}

/** `subject == literal`, either way round. */
function testOf(node: ast.Expression): Tested | null {
  if (node.kind !== "Binary" || node.op !== "==") return null;
  if (isLiteral(node.right) && isSubject(node.left)) return { subject: node.left, value: node.right };
  if (isLiteral(node.left) && isSubject(node.right)) return { subject: node.right, value: node.left };
  return null;
}

const isLiteral = (node: ast.Expression): boolean =>
  ["Number", "String", "Char", "Bool", "Nil"].includes(node.kind) ||
  (node.kind === "Unary" && node.op === "-" && node.operand.kind === "Number");
/** What may be evaluated once instead of many times. */
const isSubject = (node: ast.Expression): boolean =>
  node.kind === "Name" || node.kind === "This" || (node.kind === "Member" && isSubject(node.object));

function toMatch(asked: Asked): Action[] {
  const node = ifHere(asked);
  if (!node) return [];
  const parent = asked.ancestors(node)[0];
  if (parent?.kind === "If" && parent.otherwise === node) return [];
  const arms: { value: ast.Expression; body: ast.Expression }[] = [];
  let subject: string | undefined;
  let rest: ast.Expression | null = node;
  while (rest?.kind === "If") {
    const tested = testOf(rest.condition);
    if (!tested) return [];
    const text = asked.source(tested.subject);
    if (subject !== undefined && subject !== text) return [];
    subject = text;
    arms.push({ value: tested.value, body: rest.then });
    rest = rest.otherwise;
  }
  if (arms.length < 2 || hasLostComment(asked, node)) return [];
  const values = arms.map(({ value }) => asked.source(value));
  if (new Set(values).size !== values.length) return [];
  const last = rest;
  return [
    rewrite("Rewrite as a `match`", () => {
      const lines = arms.map(({ value, body }) => `${asked.source(value)} => ${asked.source(asked.extent(body))},`);
      const others = last === null ? "_ => nil," : `_ => ${asked.source(asked.extent(last))},`;
      return [asked.replace(node, `match ${subject} {\n${[...lines, others].join("\n")}\n}`)];
    }),
  ];
}

/** Comments inside branches move with them, others would be lost. */
function hasLostComment(asked: Asked, node: ast.If): boolean {
  let text = asked.source(node);
  for (const body of branchesOf(node)) text = text.replace(asked.source(body), "");
  return hasComment(text.replace(/"(\\.|[^"\\])*"/g, ""));
}

function toIf(asked: Asked): Action[] {
  const node = asked.findHere("Match");
  if (!node || asked.span.start - asked.offset > node.subject.end + 1 || !isSubject(node.subject)) return [];
  const last = node.arms.at(-1);
  if (last?.pattern.kind !== "WildcardPattern" || last.guard || node.arms.length < 2) return [];
  const others = node.arms.slice(0, -1);
  if (!others.every(({ pattern, guard }) => pattern.kind === "LiteralPattern" && guard === null)) return [];
  let text = asked.source(node);
  for (const { body } of node.arms) text = text.replace(asked.source(body), "");
  if (hasComment(text.replace(/"(\\.|[^"\\])*"/g, ""))) return [];
  return [
    rewrite("Rewrite as `if`", () => {
      const subject = asked.source(node.subject);
      const branches = others.map(
        ({ pattern, body }) => `if (${subject} == ${asked.source(pattern)}) ${braced(asked, body)} else `,
      );
      return [asked.replace(node, branches.join("") + braced(asked, last.body))];
    }),
  ];
}

function braced(asked: Asked, body: ast.Expression): string {
  const text = asked.source(asked.extent(body));
  return body.kind === "Block" ? text : `{\n${text}\n}`;
}

// ---- Conditions ----

/** `!(a and b)` as `!a or !b`, and back. */
function deMorgan(asked: Asked): Action[] {
  const logical = asked.findHere("Logical");
  if (!logical) return [];
  const parent = asked.ancestors(logical)[0];
  if (parent?.kind !== "Unary" || parent.op !== "!" || hasComment(asked.source(parent))) return [];
  const op = logical.op === "and" ? "or" : "and";
  return [
    rewrite(`Distribute \`!\` over \`${logical.op}\``, () => {
      const parts = [logical.left, logical.right].map((side) => {
        const text = negated(asked, side);
        return side.kind === "Unary" && !isAtom(side.operand) ? `(${text})` : text;
      });
      return [asked.replace(asked.extent(parent), `(${parts.join(` ${op} `)})`)];
    }),
  ];
}

const FLIPPED: Readonly<Record<string, string>> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  ">": "<",
  "<=": ">=",
  ">=": "<=",
};

function flip(asked: Asked): Action[] {
  const node = asked.findHere("Binary");
  const op = node && FLIPPED[node.op];
  if (!node || op === undefined) return [];
  const at = asked.span.start - asked.offset;
  if (at < node.opSpan.start || at > node.opSpan.end) return [];
  if (![node.left, node.right].every((side) => isLiteral(side) || isSubject(side))) return [];
  const left = asked.extent(node.left);
  const right = asked.extent(node.right);
  return [
    rewrite("Flip the comparison", () => [
      asked.replace(left, asked.source(right)),
      asked.replace(node.opSpan, op),
      asked.replace(right, asked.source(left)),
    ]),
  ];
}
