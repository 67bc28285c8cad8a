// A raw pointer used again after its function has been suspended, or a hardware port touched on both sides of a suspension in
// one `unsafe` block. While the code is suspended it may be stored, moved to another core, or woken in another process:
// memory may have been released and the device may be in another state. The related places are the way to what waits.
//
// A pointer is what `alloc` and `&` yield, what is declared as one, and what is made of one: a copy, `p + 4`, `p as *u8`.
// The code that a handler covers is part of its function; a `perform` that a clause there answers in place suspends nothing.

import type * as ast from "../ast.ts";
import type { ItemNames, Local, Unit } from "../names/model.ts";
import { functionAround } from "../names/units.ts";
import { type Node, walk } from "../walk.ts";
import type { Item, Related, Rule, WorkspaceContext } from "./rule.ts";

const PORT_CALLS: ReadonlySet<string> = new Set(["port_read", "port_write"]);

export const acrossSuspension: Rule = {
  code: "W403",
  severity: "warning",
  title: "kept-across-suspension",
  workspace: (context) => {
    for (const item of context.withUnsafe) {
      const waits = waitsOf(item, context);
      for (const local of item.names.units.flatMap((unit) => unit.locals))
        if (isPointer(local, item.names)) checkPointer(local, waits, item, context);
      checkPorts(item, waits);
    }

    function checkPorts(item: Item, waits: readonly Wait[]): void {
      for (const statement of item.tree.statements) {
        walk(statement, (node) => {
          if (node.kind !== "Unsafe") return true;
          const calls: Node[] = [];
          walk(node, (inner) => {
            if (isPortCall(inner)) calls.push(inner);
            return true;
          });
          if (calls.length < 2) return false;
          const wait = waits.find(({ node: each }) => each.start >= calls[0]!.end && each.end <= calls.at(-1)!.start);
          if (!wait) return false;
          context.report(item, {
            span: calls.find((call) => call.start >= wait.node.end)!,
            message:
              "a port is used on both sides of a suspension: the device may be in another state when the code goes on",
            related: wayTo(wait, context),
          });
          return false;
        });
      }
    }
  },
};

interface Wait {
  readonly unit: Unit;
  readonly node: ast.Span;
}

/** Where the code of an item waits, ports left aside: using one is no reason to be stored. */
function waitsOf(item: Item, { facts }: WorkspaceContext): Wait[] {
  return item.names.units.flatMap((unit) =>
    facts
      .waitsIn(unit)
      .flatMap((node) => (isPortCall(node) || isAnsweredInPlace(node as Node) ? [] : [{ unit, node }])),
  );

  function isAnsweredInPlace(node: Node): boolean {
    if (node.kind !== "Perform") return false;
    const handle = item.summary.handles.find(
      ({ node: each, handled }) =>
        each.effect === node.effect &&
        handled !== null &&
        spanOf(handled).start <= node.start &&
        node.end <= spanOf(handled).end,
    );
    return handle !== undefined && facts.clauseOf(handle.node, item.names) === "tail-resumptive";
  }
}

/** The text that a handler covers, from the handler on. */
function spanOf(handled: Unit): ast.Span {
  const { body, end } = handled.node as ast.Handle;
  return body ?? { start: end, end: functionAround(handled).node.end };
}

function checkPointer(local: Local, waits: readonly Wait[], item: Item, context: WorkspaceContext): void {
  const home = functionAround(local.unit);
  const own = waits.filter(({ unit }) => functionAround(unit) === home && unit.kind !== "clause");
  const declared = local.declaration!;
  for (const { node, unit, access } of local.uses) {
    if (access === "write" || functionAround(unit) !== home) continue;
    const wait = own.find(
      ({ node: each }) => each.start > declared.end && (each.end <= node.start || isInLoop(item, declared, each, node)),
    );
    if (!wait) continue;
    context.report(item, {
      span: node,
      message: `the pointer \`${local.name}\` is kept across a suspension: the memory may be gone when the code goes on`,
      related: wayTo(wait, context),
    });
    return;
  }
}

/** Whether a loop brings a use that stands before a wait behind it: both are in it, the declaration is not. */
function isInLoop(item: Item, declared: ast.Span, wait: ast.Span, use: ast.Span): boolean {
  let found = false;
  for (const statement of item.tree.statements)
    walk(statement, (node) => {
      if (found || node.start > use.start || node.end < wait.end) return false;
      if (
        (node.kind === "While" || node.kind === "For") &&
        !holds(node, declared) &&
        holds(node, wait) &&
        holds(node, use)
      )
        found = true;
      return !found;
    });
  return found;
}

const holds = (outer: ast.Span, inner: ast.Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** The wait, and for a call the way on to what waits. */
function wayTo({ unit, node }: Wait, { facts, itemOf }: WorkspaceContext): Related[] {
  const path = facts.pathToFact(unit, "waits");
  const rest = path[0]?.node === node ? path.slice(1) : [];
  return [
    { message: "may suspend here", at: { span: node } },
    ...rest.flatMap((step): Related[] => [
      { message: "because this waits", at: { span: step.node, in: itemOf(step.names).names } },
    ]),
  ];
}

function isPortCall(node: ast.Span): boolean {
  const callee = (node as Partial<ast.Call>).callee;
  return callee?.kind === "Name" && PORT_CALLS.has(callee.name);
}

const MAX_STEPS = 20;

/** Whether a local holds a pointer, followed through the initialisers of locals. */
function isPointer(local: Local, names: ItemNames): boolean {
  if (!local.declaration) return false;
  const { variable } = local;
  if (local.role === "param") return isPointerType(typeOfParameter(local));
  if (!variable) return false;
  if (variable.type) return isPointerType(variable.type);
  let at = variable.init;
  for (let steps = 0; at && steps < MAX_STEPS; steps++) {
    if (at.kind === "Unary") return at.op === "&";
    if (at.kind === "Call") return at.callee.kind === "Name" && at.callee.name === "alloc";
    if (at.kind === "Cast") return isPointerType(at.type);
    if (at.kind === "Binary") at = at.op === "+" || at.op === "-" ? at.left : null;
    else if (at.kind === "Name") {
      const binding = names.bindingOf(at);
      if (binding?.kind !== "local") return false;
      if (binding.role === "param") return isPointerType(typeOfParameter(binding));
      at = binding.variable?.init ?? null;
    } else return false;
  }
  return false;
}

const isPointerType = (type: ast.TypeRef | null): boolean =>
  type?.kind === "PointerType" || (type?.kind === "NamedType" && type.name === "ptr");

function typeOfParameter({ unit, declaration }: Local): ast.TypeRef | null {
  return (unit.node as ast.Function).params.find((param) => param.name === declaration)?.type ?? null;
}
