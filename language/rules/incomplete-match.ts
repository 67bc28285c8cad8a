// A `match` that has no arm for some values: a fault when one of them comes.
//
// M1. Only arms without a guard count.
// M2. Patterns that are all booleans must name both. Any other values leave out all the values they do not name.
// M3. What a handler gets in `effect` is limited by who performs, so a match on a part of `effect` is left alone, with one
//     exception: in a program-wide IO_READ handler `effect.target` is a monitored port, and when all ports are known and
//     nothing else performs IO_READ, every port needs an arm.

import type * as ast from "../ast.ts";
import { walk } from "../walk.ts";
import { type Taken, takenBy } from "./arms.ts";
import { literalNumber } from "./number-range.ts";
import type { Item, ItemContext, Rule, WorkspaceContext } from "./rule.ts";

export const incompleteMatch: Rule = {
  code: "W211",
  severity: "warning",
  title: "incomplete-match",
  needsAllFiles: true,
  visit: (context) => ({
    Match: (match) => {
      if (isPartOfEffect(match.subject, context.names)) return;
      const missing = missingOf(match, context);
      if (missing) context.report({ span: headOf(match), message: missing });
    },
  }),
  workspace: (context) => checkMonitors(context),
};

function missingOf(match: ast.Match, context: ItemContext): string | undefined {
  const arms = match.arms.map((arm) => ({ taken: takenBy(arm.pattern, context), guarded: arm.guard !== null }));
  const counted = arms.filter((arm) => !arm.guarded).map((arm) => arm.taken);
  if (arms.length === 0 || counted.some((taken) => taken.kind === "everything")) return undefined;
  if (arms.some((arm) => arm.taken.kind === "some")) return undefined;
  const values = (of: readonly Taken[]): string[] => of.flatMap((taken) => (taken.kind === "value" ? taken.key : []));
  const all = values(arms.map((arm) => arm.taken)).filter((key) => key !== "object null");
  if (all.length > 0 && all.every((key) => key === "boolean true" || key === "boolean false")) {
    const left = ["true", "false"].filter((value) => !values(counted).includes(`boolean ${value}`));
    return left.length > 0 ? `no arm takes \`${left.join("` or `")}\`` : undefined;
  }
  return "no arm takes other values: add `_ => …`, or it is a fault when one comes";
}

/** `match subject`, without the arms. */
function headOf(match: ast.Match): ast.Span {
  return { start: match.start, end: match.subject.end };
}

function isPartOfEffect(subject: ast.Expression, names: ItemContext["names"]): boolean {
  if (subject.kind !== "Member" || subject.object.kind !== "Name") return false;
  const binding = names.bindingOf(subject.object);
  return binding?.kind === "local" && binding.role === "effect";
}

// ---- M3: ports that are monitored and not matched ----

function checkMonitors(context: WorkspaceContext): void {
  const handlers = context.facts.programHandlers.filter((handler) => handler.effect === "IO_READ");
  if (handlers.length === 0 || context.facts.performed.has("IO_READ")) return;
  const ports = monitoredPorts(context.items);
  if (!ports) return;
  for (const { handle, names } of handlers) {
    const item = context.itemOf(names);
    walk(handle.clause, (node) => {
      if (node.kind !== "Match" || !isPartOfEffect(node.subject, names)) return true;
      if (node.subject.kind !== "Member" || node.subject.name.name !== "target") return true;
      const taken = new Set<number>();
      for (const { pattern, guard } of node.arms) {
        if (pattern.kind !== "LiteralPattern" || typeof pattern.value !== "number") return true;
        if (!guard) taken.add(pattern.value);
      }
      const missing = [...ports].filter((port) => !taken.has(port)).map((port) => `0x${port.toString(16)}`);
      if (missing.length > 0)
        context.report(item, {
          span: headOf(node),
          message: `port ${missing.join(", ")} is monitored, and no arm takes it`,
        });
      return true;
    });
  }
}

/** The ports of every `io_monitor` in the workspace; undefined when one of them is not a plain number. */
function monitoredPorts(items: readonly Item[]): ReadonlySet<number> | undefined {
  const ports = new Set<number>();
  for (const { summary } of items) {
    for (const { sites } of summary.units) {
      for (const site of sites) {
        if (site.kind !== "call" || site.target.kind !== "free" || site.target.name !== "io_monitor") continue;
        const call = site.node as ast.Call | ast.Pipe;
        const first = call.kind === "Call" ? call.args[0]?.value : undefined;
        const port = first && literalNumber(first);
        if (port === undefined) return undefined;
        ports.add(port);
      }
    }
  }
  return ports.size > 0 ? ports : undefined;
}
