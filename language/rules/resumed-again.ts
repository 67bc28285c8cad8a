// A clause that may resume its continuation more than once, where what comes after the `perform` cannot be done twice without
// anybody noticing: it reads or writes files and connections (warning), or it assigns variables that all the attempts share
// (info). The related places are the way to the `perform`.
//
// Only the way that the analysis remembers for the effect is looked at, and on each function of it what stands behind the
// call or the `perform`. I/O that a handler in the handled code answers is repeatable, and so is I/O with a handler around
// the handled code.

import type * as ast from "../ast.ts";
import type { PathStep } from "../effects/paths.ts";
import { REACTOR_EFFECTS } from "../names/builtins.ts";
import type { Unit } from "../names/model.ts";
import { type ClauseLife, clauseLives } from "./resumes.ts";
import type { Problem, Related, Rule, WorkspaceContext } from "./rule.ts";

export const resumedAgain: Rule = {
  code: "W306",
  severity: "warning",
  title: "resumed-again",
  workspace: (context) => {
    for (const item of context.withLives) {
      for (const life of clauseLives(item.summary.handles, item.names)) {
        const handled = item.names.handledOf(life.handle);
        if (!life.again || !handled) continue;
        const problem = unrepeatable(handled, life, context);
        if (problem) context.report(item, problem);
      }
    }
  },
};

/** Waiting again is no harm. */
const REPEATABLE: ReadonlySet<string> = new Set(["TIMER", "IO_WAIT", "IO_EXISTS", "SIGNAL"]);

function unrepeatable(handled: Unit, life: ClauseLife, context: WorkspaceContext): Problem | null {
  const { facts } = context;
  const { effect } = life.handle;
  const { resume, why } = life.again!;
  const path = facts.pathToEffect(handled, effect);
  const reaching = new Set(facts.rowOf(handled).effects);
  const isNoticed = (name: string): boolean =>
    REACTOR_EFFECTS.has(name) &&
    !REPEATABLE.has(name) &&
    reaching.has(name) &&
    facts.handlersFor(handled, name).length === 0;
  const told = (message: string, severity: "warning" | "info", last: Related): Problem => ({
    span: resume.callee,
    message,
    severity,
    related: [
      why.kind === "sequence"
        ? { message: "it may have been resumed here before", at: { span: why.first.callee } }
        : { message: "this may run many times", at: { span: headOf(why.at) } },
      ...path.map((step, index): Related => {
        const message = index < path.length - 1 ? "the handled code calls this" : `which performs "${effect}"`;
        return { message, at: { span: headOf(step.node), in: step.names } };
      }),
      last,
    ],
  });

  for (const step of path) {
    for (const { node, effects } of facts.sitesIn(step.unit)) {
      if (node.start < step.node.end) continue;
      const noticed = [...effects].find(isNoticed);
      if (noticed)
        return told(
          `"${effect}" may be resumed more than once, and what follows the \`perform\` does ${noticed} each time`,
          "warning",
          { message: `${noticed} happens again here`, at: { span: headOf(node), in: step.names } },
        );
    }
  }
  for (const step of path) {
    const write = sharedWrite(step);
    if (write)
      return told(
        `"${effect}" may be resumed more than once, and what follows the \`perform\` assigns \`${write.name}\` each time, which all resumptions share`,
        "info",
        { message: `\`${write.name}\` is assigned here`, at: { span: write.span, in: step.names } },
      );
  }
  return null;
}

/** An assignment behind a step of the path to a variable that is not the function's own. */
function sharedWrite({ unit, names, node: step }: PathStep): { name: string; span: ast.Span } | null {
  const isLater = (span: ast.Span): boolean => span.start >= step.end;
  for (const { node, access } of unit.free)
    if (access === "write" && isLater(node) && "name" in node) return { name: String(node.name), span: node };
  for (const local of names.units.flatMap((each) => each.locals)) {
    if (local.unit === unit || !local.captured) continue;
    for (const use of local.uses)
      if (use.unit === unit && use.access === "write" && isLater(use.node)) return { name: local.name, span: use.node };
  }
  return null;
}

/** The callee of a call, the head of a loop: not everything inside. */
function headOf(node: ast.Span): ast.Span {
  const { callee, body } = node as { readonly callee?: ast.Span | null; readonly body?: ast.Span | null };
  if (callee) return callee;
  // A `handle` without `in` has no body of its own.
  return body ? { start: node.start, end: body.start } : node;
}
