// A raw pointer used again after its unit has been suspended, or a hardware port touched on both sides of a suspension in
// one `unsafe` block. While the code is suspended it may be stored, moved to another core, or woken in another process:
// memory may have been released and the device may be in another state.

import type * as ast from "../ast.ts";
import type { Local } from "../names/model.ts";
import { type Node, walk } from "../walk.ts";
import type { Item, Rule, WorkspaceContext } from "./rule.ts";

const PORT_CALLS: ReadonlySet<string> = new Set(["port_read", "port_write"]);

export const acrossSuspension: Rule = {
  code: "W403",
  severity: "warning",
  title: "kept-across-suspension",
  workspace: (context) => {
    for (const item of context.withUnsafe) {
      for (const unit of item.names.units) {
        const waits = context.facts.waitsIn(unit).filter((wait) => !isPortCall(wait));
        if (waits.length === 0) continue;
        for (const local of unit.locals) if (isPointer(local)) checkPointer(local, waits, item, context);
      }
      checkPorts(item, context);
    }
  },
};

function checkPointer(local: Local, waits: readonly ast.Span[], item: Item, context: WorkspaceContext): void {
  for (const { node, unit } of local.uses) {
    if (unit !== local.unit) continue;
    const wait = waits.find((each) => each.start > local.declaration!.start && each.end <= node.start);
    if (!wait) continue;
    context.report(item, {
      span: node,
      message: `the pointer \`${local.name}\` is kept across a suspension: the memory may be gone when the code goes on`,
      related: [{ message: "may suspend here", at: { span: wait } }],
    });
    return;
  }
}

function checkPorts(item: Item, context: WorkspaceContext): void {
  for (const statement of item.tree.statements) {
    walk(statement, (node) => {
      if (node.kind !== "Unsafe") return true;
      const calls: Node[] = [];
      walk(node, (inner) => {
        if (isPortCall(inner)) calls.push(inner);
        return true;
      });
      if (calls.length < 2) return false;
      const waits = item.names.units.flatMap((unit) => context.facts.waitsIn(unit)).filter((wait) => !isPortCall(wait));
      const wait = waits.find((each) => each.start >= calls[0]!.end && each.end <= calls.at(-1)!.start);
      if (!wait) return false;
      context.report(item, {
        span: calls.find((call) => call.start >= wait.end)!,
        message:
          "a port is used on both sides of a suspension: the device may be in another state when the code goes on",
        related: [{ message: "may suspend here", at: { span: wait } }],
      });
      return false;
    });
  }
}

function isPortCall(node: ast.Span): boolean {
  const callee = (node as Partial<ast.Call>).callee;
  return callee?.kind === "Name" && PORT_CALLS.has(callee.name);
}

function isPointer({ variable }: Local): boolean {
  if (!variable) return false;
  if (variable.type?.kind === "PointerType") return true;
  if (variable.type?.kind === "NamedType" && variable.type.name === "ptr") return true;
  const init = variable.init;
  if (init?.kind === "Unary") return init.op === "&";
  return init?.kind === "Call" && init.callee.kind === "Name" && init.callee.name === "alloc";
}
