// What the arms of a `match` take, as far as it can be seen. For the two rules about arms.

import type * as ast from "../ast.ts";
import { constantValue } from "../names/builtins.ts";
import { patternKind } from "../names/patterns.ts";
import { literalNumber } from "./number-range.ts";
import type { ItemContext } from "./rule.ts";

export type Taken =
  | { readonly kind: "everything" }
  /** One value; two patterns with one key take the same value. */
  | { readonly kind: "value"; readonly key: string; readonly shown: string }
  /** A shape of which we only know that it is not everything. */
  | { readonly kind: "some" };

export function takenBy(pattern: ast.Pattern, context: ItemContext): Taken {
  switch (pattern.kind) {
    case "WildcardPattern":
      return { kind: "everything" };
    case "LiteralPattern":
      return value(pattern.value);
    case "NamePattern": {
      if (patternKind(pattern, context.names, context.registry, context.file) === "binds")
        return { kind: "everything" };
      const known = constantOf(pattern, context);
      if (known !== undefined) return { ...value(known), shown: pattern.name.name };
      return { kind: "value", key: `name ${pattern.name.name}`, shown: pattern.name.name };
    }
    case "TuplePattern": {
      const items = pattern.items.map((item) => takenBy(item, context));
      if (items.every((item) => item.kind === "everything")) return { kind: "everything" };
      if (items.some((item) => item.kind === "some")) return { kind: "some" };
      const part = (of: Taken, field: "key" | "shown"): string => (of.kind === "value" ? of[field] : "_");
      const list = (field: "key" | "shown"): string => `(${items.map((item) => part(item, field)).join(", ")})`;
      return { kind: "value", key: list("key"), shown: list("shown") };
    }
    default:
      return { kind: "some" };
  }
}

function value(of: number | string | boolean | null): Extract<Taken, { kind: "value" }> {
  return { kind: "value", key: `${typeof of} ${of}`, shown: of === null ? "nil" : JSON.stringify(of) };
}

function constantOf(
  pattern: Extract<ast.Pattern, { kind: "NamePattern" }>,
  { names, meaningOf }: ItemContext,
): number | string | boolean | undefined {
  const binding = names.bindingOf(pattern);
  if (binding?.kind === "local") return binding.variable?.init ? literalOf(binding.variable.init) : undefined;
  const meaning = meaningOf(pattern.name.name);
  if (meaning.kind === "builtin") return constantValue(meaning.name);
  if (meaning.kind !== "global" || meaning.export.node.kind !== "Var") return undefined;
  const { constant, init } = meaning.export.node;
  return constant && init ? literalOf(init) : undefined;
}

function literalOf(init: ast.Expression): number | string | boolean | undefined {
  return init.kind === "String" || init.kind === "Bool" ? init.value : literalNumber(init);
}
