// A handler whose effect nothing in its extent can perform. Only when certain: code that cannot be seen may perform
// anything, the system performs FAULT and CANCELLED anywhere, and a monitored port performs IO_READ.

import { builtin, SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { Rule, WorkspaceContext } from "./rule.ts";

export const unreachableHandler: Rule = {
  code: "W302",
  severity: "warning",
  title: "unreachable-handler",
  needsAllFiles: true,
  workspace: (context) => {
    for (const item of context.withHandlers) {
      for (const { node, handled } of item.summary.handles) {
        const { effect, effectSpan } = node;
        if (handled ? context.facts.mayReach(handled, effect) : mayReachProgram(effect, context)) continue;
        const where = handled ? "nothing that this handler covers" : "nothing in the program";
        const message = `${where} performs "${effect}": the clause never runs`;
        context.report(item, { span: effectSpan, message, tags: ["unnecessary"] });
      }
    }
  },
};

function mayReachProgram(effect: string, { items, facts }: WorkspaceContext): boolean {
  if (SYSTEM_EFFECTS.has(effect) || facts.performed.has(effect)) return true;
  // A built-in that is passed on as a value may be called anywhere; io_monitor makes the reactor perform IO_READ.
  return items.some(({ freeNames }) => {
    if (effect === "IO_READ" && freeNames.has("io_monitor")) return true;
    for (const name of freeNames) if (builtin(name)?.performs.includes(effect)) return true;
    return false;
  });
}
