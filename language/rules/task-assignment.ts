// An assignment, inside a task, to a local captured from outside it: the task works on its own copy.

import type * as ast from "../ast.ts";
import { builtin } from "../names/builtins.ts";
import type { Unit } from "../names/model.ts";
import type { Rule } from "./rule.ts";

export const taskAssignment: Rule = {
  code: "W304",
  severity: "error",
  title: "assignment-in-task",
  visit: (context) => {
    const tasks = new Set<object>();
    const isTask = (unit: Unit): boolean =>
      tasks.has(unit.node) ||
      ((unit.kind === "function" || unit.kind === "method") && (unit.node as ast.Function).isAsync);
    const starts = (callee: ast.Expression): readonly number[] => {
      if (callee.kind !== "Name" || context.names.bindingOf(callee)?.kind !== "free") return [];
      return context.meaningOf(callee.name).kind === "builtin" ? (builtin(callee.name)?.starts ?? []) : [];
    };
    return {
      begin: () => tasks.clear(),
      Call: ({ callee, args }) => {
        for (const position of starts(callee)) {
          const argument = args[position]?.value;
          if (argument?.kind === "FunExpression") tasks.add(argument.fun);
        }
      },
      end: () => {
        for (const local of context.names.units.flatMap((unit) => unit.locals)) {
          if (!local.captured) continue;
          for (const use of local.uses) {
            if (use.access !== "write") continue;
            let inTask = false;
            for (let at: Unit | null = use.unit; at && at !== local.unit; at = at.parent) inTask ||= isTask(at);
            if (!inTask) continue;
            context.report({
              span: use.node,
              message: `the assignment of \`${local.name}\` is not seen outside the task, which has its own copy`,
              related: local.declaration
                ? [{ message: `\`${local.name}\` is declared here`, at: { span: local.declaration } }]
                : [],
            });
          }
        }
      },
    };
  },
};
