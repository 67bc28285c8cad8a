// An effect that reaches an entry point (the program, a task, a monitor, a test) with nobody to handle it. The related
// places are the calls on the way to the `perform`.
//
// An error when no handler in the workspace speaks of the effect at all; a warning when one does but is not on this way.

import type { Rule, WorkspaceContext } from "./rule.ts";

const STARTS = {
  program: "the program",
  task: "a task",
  monitor: "a monitor",
  handler: "a program-wide handler",
  test: "this test",
} as const;

export const unhandledEffect: Rule = {
  code: "W301",
  severity: "error",
  title: "unhandled-effect",
  needsAllFiles: true,
  workspace: (context) => {
    const reported = new Set<object>();
    for (const { entry, effect } of context.facts.unhandled) {
      const path = context.facts.pathToEffect(entry.unit, effect);
      const last = path.at(-1);
      if (!last || reported.has(last.node)) continue;
      reported.add(last.node);
      const elsewhere = isHandledSomewhere(effect, context);
      const from = STARTS[entry.kind];
      context.report(context.itemOf(last.names), {
        span: "effectSpan" in last.node ? (last.node.effectSpan as typeof last.node) : last.node,
        message: elsewhere
          ? `nothing handles "${effect}" on the way here from ${from}; a handler of it is elsewhere`
          : `nothing handles "${effect}", which ${from} performs here`,
        severity: elsewhere ? "warning" : "error",
        related: path.slice(0, -1).map((step, index) => ({
          message: index === 0 ? `${from} calls this` : "which calls this",
          at: { span: headOf(step.node), in: step.names },
        })),
      });
    }
  },
};

function isHandledSomewhere(effect: string, { withHandlers }: WorkspaceContext): boolean {
  return withHandlers.some(({ summary }) => summary.handles.some((site) => site.node.effect === effect));
}

/** The callee of a call, and not its arguments. */
function headOf(node: { readonly start: number; readonly end: number }): { start: number; end: number } {
  const callee = "callee" in node ? (node.callee as typeof node) : node;
  return { start: callee.start, end: callee.end };
}
