// The parameters of what a call calls, where that is certain. For the arity rule and signature help.

import type * as ast from "../ast.ts";
import { builtin } from "../names/builtins.ts";
import type { Meaning, Registry } from "../names/model.ts";
import type { ItemContext, RelatedAt } from "./rule.ts";

export interface KnownCallee {
  /** "`f`", "`A`". */
  readonly label: string;
  readonly params: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly declared: RelatedAt | null;
  /** It is declared with `fun` and known by its name, or built in: arguments may be named. */
  readonly takesNames: boolean;
}

type Context = Pick<ItemContext, "file" | "names" | "registry" | "meaningOf">;

/** Undefined when the callee may be several things, or none we know. */
export function knownCallee(callee: ast.Expression, context: Context): KnownCallee | undefined {
  if (callee.kind === "FunExpression") return ofFunction("the function", callee.fun, null, false);
  if (callee.kind === "Member") {
    const { object, name } = callee;
    if (object.kind !== "Name" || context.names.bindingOf(object)?.kind !== "free") return undefined;
    const module = context.meaningOf(object.name);
    return module.kind === "module" ? ofMeaning(context.registry.exportOf(module.file, name.name), context) : undefined;
  }
  if (callee.kind !== "Name") return undefined;
  const binding = context.names.bindingOf(callee);
  if (binding?.kind === "free") return ofMeaning(context.meaningOf(binding.name), context);
  if (!binding?.declaration || binding.uses.some((use) => use.access === "write")) return undefined;
  const declared = { span: binding.declaration };
  const label = `\`${binding.name}\``;
  if (binding.node?.kind === "Fun") return ofFunction(label, binding.node.fun, declared, true);
  if (binding.variable?.init?.kind === "FunExpression")
    return ofFunction(label, binding.variable.init.fun, declared, false);
  // A local class may have a superclass that is local too; the constructor is left alone then.
  if (binding.node?.kind === "Class" && !binding.node.superclass) return ofClass(binding.node, declared, context);
  return undefined;
}

function ofMeaning(meaning: Meaning, context: Context): KnownCallee | undefined {
  if (meaning.kind === "builtin") {
    const found = builtin(meaning.name);
    if (!found || found.kind === "constant" || found.level === "parse") return undefined;
    return {
      label: `\`${found.name}\``,
      params: found.params,
      min: found.min,
      max: found.max,
      declared: null,
      takesNames: true,
    };
  }
  if (meaning.kind !== "global") return undefined;
  const { name, node } = meaning.export;
  const declared = { file: meaning.file, name };
  if (context.registry.declarationsOf(name).length > 1) return undefined;
  if (node.kind === "Fun") return ofFunction(`\`${name}\``, node.fun, declared, true);
  if (node.kind === "Var" && node.constant && node.init?.kind === "FunExpression")
    return ofFunction(`\`${name}\``, node.init.fun, declared, false);
  return node.kind === "Class" ? ofClass(node, declared, context) : undefined;
}

function ofFunction(label: string, fun: ast.Function, declared: RelatedAt | null, takesNames: boolean): KnownCallee {
  const params = fun.params.map((param) => param.name.name);
  return { label, params, min: params.length, max: params.length, declared, takesNames };
}

function ofClass(node: ast.ClassDeclaration, declared: RelatedAt, context: Context): KnownCallee | undefined {
  const label = `\`${node.name.name}\``;
  const seen = new Set<object>();
  for (let at: ast.ClassDeclaration | undefined = node; at && !seen.has(at); ) {
    seen.add(at);
    const init = at.methods.find((method) => method.name.name === "init");
    if (init) return ofFunction(label, init.fun, declared, false);
    // A trait, or a damaged member, may be the `init` we do not see.
    if (at.traits.length > 0 || at.errors.length > 0) return undefined;
    if (!at.superclass) return { label, params: [], min: 0, max: 0, declared, takesNames: false };
    at = superclassOf(at.superclass.name, context.registry, context.file);
  }
  return undefined;
}

function superclassOf(name: string, registry: Registry, file: string): ast.ClassDeclaration | undefined {
  const meaning = registry.meaningOf(file, name);
  return meaning.kind === "global" && meaning.export.node.kind === "Class" ? meaning.export.node : undefined;
}
