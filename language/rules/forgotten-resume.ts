// A clause that resumes on one path and falls off the end on another: the performer is abandoned there, and the handled
// block yields nothing. Most often a `resume` was forgotten.
//
// A path abandons on purpose when it ends in a value (`nil` counts), in `return`, or in a call; it is taken as forgotten
// when nothing is written there (no `else`, an empty block) or when what stands last has no value worth yielding: an
// assignment, a declaration, a loop. The system's own effects (FAULT, CANCELLED) are left alone: abandoning is what their
// handlers are often for.

import { isOwnResume, pathEnds } from "../effects/clauses.ts";
import { SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { Node } from "../walk.ts";
import type { Rule } from "./rule.ts";

export const forgottenResume: Rule = {
  code: "W303",
  severity: "warning",
  title: "forgotten-resume",
  visit: (context) => ({
    Handle: (handle) => {
      if (SYSTEM_EFFECTS.has(handle.effect)) return;
      const { ends, irregular } = pathEnds(handle.clause);
      if (irregular || !ends.some(({ value }) => value !== null && isOwnResume(value, handle, context.names))) return;
      for (const { value, at } of ends) {
        if (value !== null && !VALUELESS.has(value.kind)) continue;
        const span = value ?? (at.kind === "If" ? { start: at.start, end: at.condition.end } : at);
        const path = value === null && at.kind === "If" ? "when this is false" : "here";
        context.report({
          span: { start: span.start, end: span.end },
          message: `${path} the clause ends without \`resume\`: whoever performed "${handle.effect}" is abandoned`,
          related: [{ message: "the handler", at: { span: handle.effectSpan } }],
        });
      }
    },
  }),
};

const VALUELESS: ReadonlySet<string> = new Set<Node["kind"]>(["Assign", "Var", "Fun", "Class", "While", "For"]);
