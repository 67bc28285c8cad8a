// Whether a name in a pattern compares or binds (rule N5 of model.ts), and uses seen through that decision.
// For rules, the editor and the compiler.

import type * as ast from "../ast.ts";
import { constantValue } from "./builtins.ts";
import type { Binding, ItemNames, Registry } from "./model.ts";

export type NamePattern = Extract<ast.Pattern, { kind: "NamePattern" }>;

/** "compares": the arm is taken when the subject equals that constant; "binds": always, and the name is new. */
export function patternKind(
  pattern: NamePattern,
  names: ItemNames,
  registry: Registry,
  file: string,
): "compares" | "binds" {
  if (names.bindingOf(pattern)) return "compares";
  const local = names.localOf(pattern.name);
  return local?.pattern && globalCompares(pattern.name.name, registry, file) ? "compares" : "binds";
}

/** What a use means once the registry has decided the patterns: the local of a pattern that compares is the global. */
export function meaningOfUse(use: object, names: ItemNames, registry: Registry, file: string): Binding | undefined {
  const binding = names.bindingOf(use);
  if (binding?.kind !== "local" || !binding.pattern) return binding;
  return globalCompares(binding.name, registry, file) ? { kind: "free", name: binding.name } : binding;
}

function globalCompares(name: string, registry: Registry, file: string): boolean {
  const meaning = registry.meaningOf(file, name);
  if (meaning.kind === "builtin") return constantValue(name) !== undefined;
  return meaning.kind === "global" && (meaning.export.role === "const" || meaning.export.role === "var");
}
