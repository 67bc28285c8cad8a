// A handler whose effect nothing in its extent can perform. Only when certain: code that cannot be seen may perform
// anything, the system performs FAULT and CANCELLED anywhere, and a monitored port performs IO_READ.

import type * as ast from "../ast.ts";
import { SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { ItemNames } from "../names/model.ts";
import type { Rule, WorkspaceContext } from "./rule.ts";

export const unreachableHandler: Rule = {
  code: "W302",
  severity: "warning",
  title: "unreachable-handler",
  needsAllFiles: true,
  workspace: (context) => {
    const report = ({ effect, effectSpan }: ast.Handle, names: ItemNames, where: string): void => {
      const message = `${where} performs "${effect}": the clause never runs`;
      context.report(context.itemOf(names), { span: effectSpan, message, tags: ["unnecessary"] });
    };
    const { unreached, programHandlers } = context.facts;
    for (const { handle, names } of unreached) report(handle, names, "nothing that this handler covers");
    for (const { handle, names } of programHandlers)
      if (!mayReachProgram(handle.effect, context)) report(handle, names, "nothing in the program");
  },
};

/** A built-in that is passed on as a value may be called anywhere. */
function mayReachProgram(effect: string, { builtinEffects, facts }: WorkspaceContext): boolean {
  return SYSTEM_EFFECTS.has(effect) || facts.performed.has(effect) || builtinEffects.has(effect);
}
