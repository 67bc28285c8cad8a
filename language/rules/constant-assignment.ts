// An assignment to something that cannot change: a `const`, a function's or class's name, an import, a built-in.

import { meaningOfUse } from "../names/patterns.ts";
import type { ItemContext, Related, Rule } from "./rule.ts";

export const constantAssignment: Rule = {
  code: "W201",
  severity: "error",
  title: "constant-assignment",
  visit: (context) => ({
    Assign: ({ target }) => {
      if (target.kind !== "Name") return;
      const fixed = whatIsFixed(target, context);
      if (!fixed) return;
      const message = `\`${target.name}\` is ${fixed.what} and cannot be assigned`;
      context.report({ span: target, message, related: fixed.declared ? [fixed.declared] : [] });
    },
  }),
};

interface Fixed {
  readonly what: string;
  readonly declared: Related | null;
}

function whatIsFixed(target: { readonly name: string }, context: ItemContext): Fixed | undefined {
  const { file, names, registry, meaningOf } = context;
  const message = `\`${target.name}\` is declared here`;
  const binding = meaningOfUse(target, names, registry, file);
  if (binding?.kind === "local") {
    const what = WHAT[binding.role];
    return what ? { what, declared: binding.declaration && { message, at: { span: binding.declaration } } } : undefined;
  }
  const meaning = meaningOf(target.name);
  switch (meaning.kind) {
    case "global": {
      const what = WHAT[meaning.export.role];
      return what ? { what, declared: { message, at: { file: meaning.file, name: target.name } } } : undefined;
    }
    case "module":
      return { what: "an import", declared: { message, at: { span: meaning.declaration, in: context.names } } };
    case "builtin":
      return { what: "built in", declared: null };
    default:
      return undefined;
  }
}

const WHAT: Readonly<Record<string, string | undefined>> = {
  const: "a constant",
  fun: "a function",
  class: "a class",
  trait: "a trait",
  layout: "a layout",
  gene: "a gene",
};
