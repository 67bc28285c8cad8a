// A handler that keeps its continuation for later in a program that never resumes a kept one: whoever performed waits for ever.
//
// Who resumes is not followed through lists, fields and files; one `resume` anywhere of something that is not written as
// `effect.continuation`, or `resume` used as a value, is taken as the one.

import type { ItemSummary } from "../effects/summary.ts";
import { clauseLives } from "./resumes.ts";
import type { Item, Rule, WorkspaceContext } from "./rule.ts";

export const lostContinuation: Rule = {
  code: "W305",
  severity: "warning",
  title: "lost-continuation",
  workspace: (context) => {
    let isResumed: boolean | undefined;
    for (const item of context.withLives) {
      for (const { handle, kept } of clauseLives(item.summary.handles, item.names)) {
        if (!kept) continue;
        isResumed ??= context.items.some(resumesKept);
        if (isResumed) return;
        context.report(item, {
          span: kept,
          message: `the continuation of "${handle.effect}" is kept here, and nothing in the program resumes one that was kept`,
          related: performedAt(handle.effect, item, context),
        });
      }
    }
  },
};

/** Where somebody would wait. */
function performedAt(effect: string, item: Item, { facts }: WorkspaceContext) {
  const handled = item.summary.handles.find((site) => site.node.effect === effect)?.handled;
  const step = handled && facts.pathToEffect(handled, effect).at(-1);
  return step ? [{ message: `"${effect}" is performed here`, at: { span: step.node, in: step.names } }] : [];
}

const known = new WeakMap<ItemSummary, boolean>();

/** Whether an item resumes what is not the continuation of the clause it stands in, or passes `resume` on. */
function resumesKept({ names, summary }: Item): boolean {
  let resumes = known.get(summary);
  if (resumes === undefined) {
    let called = 0;
    let foreign = false;
    for (const { sites } of summary.units)
      for (const site of sites) {
        if (site.kind !== "resume") continue;
        called++;
        foreign ||= !site.own;
      }
    const named = names.units.reduce(
      (count, unit) => count + unit.free.filter(({ node }) => "name" in node && node.name === "resume").length,
      0,
    );
    resumes = foreign || named > called;
    known.set(summary, resumes);
  }
  return resumes;
}
