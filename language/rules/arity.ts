// A call with the wrong number of arguments, or with a named argument that is no parameter, where the callee is certain; and
// named arguments of what takes none.

import type * as ast from "../ast.ts";
import { type KnownCallee, knownCallee } from "./callee.ts";
import type { ItemContext, Related, Rule } from "./rule.ts";

export const arity: Rule = {
  code: "W203",
  severity: "error",
  title: "arity",
  needsAllFiles: true,
  visit: (context) => {
    const stages = new Set<ast.Expression>();
    return {
      begin: () => stages.clear(),
      Pipe: ({ right }) => {
        stages.add(right);
        if (right.kind !== "Call") checkCount(right, 1, knownCallee(right, context), context);
      },
      Call: (call) => {
        const known = knownCallee(call.callee, context);
        const piped = stages.has(call) ? 1 : 0;
        const named = call.args.filter((argument) => argument.name !== null);
        const [first] = named;
        if (first?.name && !mayTakeNames(call.callee, known, context)) {
          const message = "named arguments need a function that is declared with `fun` and called by its name";
          context.report({ span: first.name, message, related: known ? declared(known) : [] });
          return;
        }
        // A built-in's named arguments are its own affair (`net_listen(8080, host: "…")`).
        if (named.length > 0 && known?.declared === null) return;
        if (!checkCount(call.callee, call.args.length + piped, known, context)) return;
        if (known) checkNames(call, named, piped, known, context);
      },
    };
  },
};

/** Where a callee is not known, only because its name is not, or belongs to several, that is said elsewhere. */
function mayTakeNames(callee: ast.Expression, known: KnownCallee | undefined, context: ItemContext): boolean {
  if (known) return known.takesNames;
  if (callee.kind === "Member" && callee.object.kind === "Name") {
    const isFree = context.names.bindingOf(callee.object)?.kind === "free";
    return isFree && context.meaningOf(callee.object.name).kind !== "global";
  }
  if (callee.kind !== "Name") return false;
  const binding = context.names.bindingOf(callee);
  if (binding?.kind !== "free") return false;
  const meaning = context.meaningOf(binding.name);
  return meaning.kind !== "global" || context.registry.declarationsOf(binding.name).length > 1;
}

function checkCount(
  callee: ast.Expression,
  given: number,
  known: KnownCallee | undefined,
  context: ItemContext,
): boolean {
  if (!known || (given >= known.min && given <= known.max)) return true;
  const takes = known.max === 0 ? "no arguments" : `${range(known)} ${known.max === 1 ? "argument" : "arguments"}`;
  const gets = given === 0 ? "none" : String(given);
  context.report({ span: callee, message: `${known.label} takes ${takes} and gets ${gets}`, related: declared(known) });
  return false;
}

function checkNames(
  call: ast.Call,
  named: readonly ast.Argument[],
  piped: number,
  known: KnownCallee,
  context: ItemContext,
): void {
  const positional = call.args.length - named.length + piped;
  const given = new Set(known.params.slice(0, positional));
  for (const { name } of named) {
    if (!name) continue;
    const problem = !known.params.includes(name.name)
      ? `${known.label} has no parameter \`${name.name}\``
      : given.has(name.name)
        ? `\`${name.name}\` is given twice`
        : undefined;
    given.add(name.name);
    if (problem) context.report({ span: name, message: problem, related: declared(known) });
  }
}

function range({ min, max }: KnownCallee): string {
  if (max === Number.POSITIVE_INFINITY) return `at least ${min}`;
  if (min === max) return String(min);
  return max === min + 1 ? `${min} or ${max}` : `${min} to ${max}`;
}

const declared = (known: KnownCallee): Related[] =>
  known.declared ? [{ message: `${known.label} is declared here`, at: known.declared }] : [];
