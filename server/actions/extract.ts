// Extract: a selected expression becomes a variable, selected statements or an expression become a function.

import type * as ast from "../../language/ast.ts";
import type { Local, Unit } from "../../language/names/model.ts";
import { type Node, walk } from "../../language/walk.ts";
import { type Action, type Asked, contains, freshName } from "./action.ts";
import { before, hostOf } from "./host.ts";

export function extract(asked: Asked): Action[] {
  if (!asked.isSelection) return [];
  const expression = selectedExpression(asked);
  if (expression) return [...extractVariable(asked, expression), ...extractFunction(asked, [expression], null)];
  const run = selectedStatements(asked);
  return run ? extractFunction(asked, run.statements, run.block) : [];
}

/** The expression that the selection holds, with its parentheses or without. */
export function selectedExpression(asked: Asked): ast.Expression | undefined {
  const start = asked.span.start - asked.offset;
  const end = asked.span.end - asked.offset;
  const within = asked.place.item.tree.text;
  // `(a + b)` is no node: the cursor is put on what is in the parentheses.
  const inside = /^[(\s]*/.exec(within.slice(start, end))![0].length;
  const candidates = [asked, inside > 0 ? asked.atOffset(start + inside) : null].flatMap(
    (each) => each?.place.nodes ?? [],
  );
  return candidates.find((node): node is ast.Expression => {
    if (!isExpression(node)) return false;
    if (node.start === start && node.end === end) return true;
    const extent = asked.extent(node);
    return extent.start === start && extent.end === end;
  });
}

const NO_VALUE = new Set<Node["kind"]>([
  "Return",
  "Break",
  "Continue",
  "Print",
  "Release",
  "Asm",
  "Assign",
  "Super",
  "Tuple",
  "Range",
]);

function isExpression(node: Node): node is ast.Expression {
  if (node.kind.endsWith("Pattern") || node.kind.endsWith("Type")) return false;
  return !["Var", "Fun", "Class", "Trait", "Layout", "Gene", "Test", "Import", "Handle", "Error"].includes(node.kind);
}

function extractVariable(asked: Asked, expression: ast.Expression): Action[] {
  if (NO_VALUE.has(expression.kind) || expression.kind === "Block") return [];
  const scope = asked.atOffset(expression.start);
  const path = scope.place.nodes.includes(expression) ? scope : asked;
  if (!isWholeValue(asked, expression)) return [];
  const host = hostOf(path, expression);
  if (!host || host.node === expression) return [];
  const { start, end } = asked.extent(expression);
  const name = freshName(asked, suggestedName(expression));
  const hosted = host.node;
  const outer = asked.extent(hosted);
  return [
    {
      title: "Extract a variable",
      kind: "refactor.extract",
      edits: () => {
        const declared = `var ${name} = ${asked.source(expression)};`;
        const use = asked.replace({ start, end }, name);
        if (!host.isBody || outer.start !== start) return [...before(path, host, declared), use];
        // The body begins with it: one edit at that place.
        return [asked.replace({ start, end }, `{\n${declared}\n${name}`), asked.insert(outer.end, "\n}")];
      },
    },
  ];
}

/** `sizeof(Frame)`, `offsetof(Frame, body)`: the arguments are no values. */
export const takesNames = (callee: ast.Expression): boolean =>
  callee.kind === "Name" && (callee.name === "sizeof" || callee.name === "offsetof");

function suggestedName(node: ast.Expression): string {
  const written =
    node.kind === "Call"
      ? nameOf(node.callee)
      : node.kind === "Member"
        ? node.name.name
        : node.kind === "Perform"
          ? node.effect.toLowerCase().replace(/\W+/g, "_")
          : node.kind === "Await"
            ? suggestedName(node.value)
            : undefined;
  return written && /^[a-z_]\w*$/.test(written) && !RESERVED.has(written)
    ? `${written}_value`.replace(/_value_value$/, "_value")
    : "value";
}

const nameOf = (callee: ast.Expression): string | undefined =>
  callee.kind === "Name" ? callee.name : callee.kind === "Member" ? callee.name.name : undefined;
const RESERVED = new Set(["init"]);

// ---- Functions ----

function selectedStatements(asked: Asked): { statements: readonly ast.Statement[]; block: ast.Block } | null {
  const start = asked.span.start - asked.offset;
  const end = asked.span.end - asked.offset;
  for (const node of asked.around) {
    if (node.kind !== "Block") continue;
    const inside = node.statements.filter((each) => each.start >= start && asked.extent(each).end <= end);
    if (inside.length === 0) return null;
    const touched = node.statements.filter((each) => each.start < end && each.end > start);
    return touched.length === inside.length ? { statements: inside, block: node } : null;
  }
  return null;
}

function hostAt(asked: Asked, node: Node) {
  const scope = asked.atOffset(node.start);
  return hostOf(scope.place.nodes.includes(node) ? scope : asked, node);
}

const isBody = (asked: Asked, node: Node): boolean => {
  const host = hostAt(asked, node);
  return host?.isBody === true && host.node === node;
};

const isStatement = (asked: Asked, node: Node): boolean => {
  const host = hostAt(asked, node);
  return host !== null && !host.isBody && host.node === node;
};

/** Not the payload of a `perform`, a stage of a pipe, what is called or assigned, or a name that is no value. */
function isWholeValue(asked: Asked, node: Node): boolean {
  const scope = asked.atOffset(node.start);
  const parent = (scope.place.nodes.includes(node) ? scope : asked).ancestors(node)[0];
  switch (parent?.kind) {
    case "Perform":
      return false;
    case "Pipe":
      return parent.right !== node;
    case "Assign":
      return parent.target !== node;
    case "Unary":
      return parent.op !== "&";
    case "Call":
      return parent.callee !== node && !takesNames(parent.callee);
    case "Quantity":
    case "Gene":
      return false;
    default:
      return true;
  }
}

/** What cannot leave its function. */
const BOUND: readonly (readonly [Node["kind"], string])[] = [
  ["Return", "it holds a `return`"],
  ["Break", "it holds a `break`"],
  ["Continue", "it holds a `continue`"],
  ["Await", "it holds an `await`"],
  ["This", "it uses `this`"],
  ["Super", "it uses `super`"],
  ["Error", "it does not parse"],
];

function extractFunction(asked: Asked, nodes: readonly ast.Statement[], block: ast.Block | null): Action[] {
  const first = nodes[0]!;
  const last = nodes.at(-1)!;
  const span = block ? { start: first.start, end: asked.extent(last).end } : asked.extent(first);
  const name = freshName(asked, "extracted");
  const offered = (rest: Pick<Action, "edits" | "disabled">): Action[] => [
    { title: "Extract a function", kind: "refactor.extract", ...rest },
  ];
  const refused = (disabled: string): Action[] => offered({ disabled, edits: () => [] });

  if (!block && (NO_VALUE.has(first.kind) || first.kind === "Block" || !isWholeValue(asked, first))) return [];
  // What ends in a brace needs no sign behind it; the call in its place does.
  const isBraced = asked.source(span).endsWith("}");
  if (!block && isBraced && isBody(asked, first)) return [];
  for (const [kind, why] of BOUND) if (nodes.some((node) => contains(node, kind))) return refused(why);
  if (nodes.some((node) => contains(node, "Pipe") && pipesAwait(node))) return refused("it holds an `await`");
  if (nodes.some((node) => node.kind === "Handle" && node.body === null))
    return refused("its handler covers what comes after it");

  const locals = asked.names.units.flatMap((unit: Unit) => unit.locals);
  const inside = (at: ast.Span): boolean => at.start >= span.start && at.end <= span.end;
  const used = locals.filter(
    (local) => !(local.declaration && inside(local.declaration)) && local.uses.some(({ node }) => inside(node)),
  );
  if (used.some(({ role }) => role === "effect" || role === "this")) return refused("it uses `effect` or `this`");
  const written = used.find((local) => local.uses.some(({ node, access }) => access === "write" && inside(node)));
  if (written) return refused(`it assigns \`${written.name}\`, which is declared outside`);
  const leaving = locals.filter(
    (local) => local.declaration && inside(local.declaration) && local.uses.some(({ node }) => !inside(node)),
  );
  if (leaving.length > 1)
    return refused(`${leaving.map((local) => `\`${local.name}\``).join(" and ")} are used after it`);
  const [result] = leaving;
  if (result && !result.variable) return refused(`\`${result.name}\` is used after it`);
  if (result && (result.assigned || result.captured)) return refused(`\`${result.name}\` is assigned after it`);

  return offered({
    edits: () => {
      const params = orderedNames(used);
      const call = `${name}(${params.join(", ")})`;
      const body = asked.source(span);
      const value = result ? `${ending(body)}\n${result.name}` : "";
      // What needs `unsafe` here needs it there.
      const whole = asked.find("Unsafe") ? `unsafe {\n${body}${value}\n}` : `${body}${value}`;
      const target = asked.place.item.tree.statements.find((each) => each.start <= span.start && each.end >= span.end);
      const at = asked.place.item.tree.text.length;
      const sign = asked.place.item.tree.text.endsWith("\n") ? "" : "\n";
      const use = result ? `${result.variable!.constant ? "const" : "var"} ${result.name} = ${call}` : call;
      const behind = target ? asked.insert(at, `${sign}\nfun ${name}(${params.join(", ")}) {\n${whole}\n}\n`) : null;
      return behind
        ? [asked.replace(span, isBraced && (block || isStatement(asked, first)) ? `${use};` : use), behind]
        : [];
    },
  });
}

/** A `;` where a statement must end before another. */
const ending = (body: string): string => (/[;}]\s*$/.test(body) ? "" : ";");

function pipesAwait(root: Node): boolean {
  let found = false;
  walk(root, (node) => {
    if (node.kind === "Pipe" && node.isAwait) found = true;
    return undefined;
  });
  return found;
}

const orderedNames = (locals: readonly Local[]): string[] => [...new Set(locals.map(({ name }) => name))];
