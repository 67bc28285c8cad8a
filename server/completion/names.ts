// Names that may stand in an expression: locals, what the files of the workspace declare, the library; and the types, classes and
// constants among them.

import { CompletionItemKind, type TextEdit } from "vscode-languageserver";
import { inferenceOf } from "../../language/infer/infer.ts";
import { showTypes } from "../../language/infer/types.ts";
import { visibleLocals } from "../../language/infer/visible.ts";
import { type Builtin, builtins, NUMERIC_TYPES } from "../../language/names/builtins.ts";
import type { Export, Local, Meaning } from "../../language/names/model.ts";
import type { Place } from "../../language/query/place.ts";
import type { View } from "../view.ts";
import type { Candidate } from "./candidate.ts";

type Global = Extract<Meaning, { kind: "global" }>;

export function localCandidates(view: View, place: Place, at: number): Candidate[] {
  const inference = inferenceOf(view.analysis);
  return visibleLocals(place.nodes, place.names, at).map((local): Candidate => {
    const types = showTypes(inference.typesOfLocal(local, place.names));
    const fun = functionOf(local);
    return {
      label: local.name,
      kind: KIND_OF_LOCAL[local.role],
      group: "local",
      detail: types,
      ...(fun ? callText(local.name, fun.params.length) : {}),
    };
  });
}

const functionOf = (local: Local) => {
  if (local.node?.kind === "Fun") return local.node.fun;
  return local.variable?.init?.kind === "FunExpression" ? local.variable.init.fun : null;
};

const KIND_OF_LOCAL: Readonly<Record<Local["role"], CompletionItemKind>> = {
  var: CompletionItemKind.Variable,
  const: CompletionItemKind.Constant,
  param: CompletionItemKind.Variable,
  fun: CompletionItemKind.Function,
  class: CompletionItemKind.Class,
  loop: CompletionItemKind.Variable,
  pattern: CompletionItemKind.Variable,
  this: CompletionItemKind.Keyword,
  effect: CompletionItemKind.Variable,
};

/**
 * The top-level names that can be used in a file and that are `wanted`, those of other files included; one that several files
 * declare is offered once for each, with an import.
 */
export function globalCandidates(view: View, file: string, wanted: (name: string) => boolean): Candidate[] {
  const { registry } = view.analysis;
  return candidatesOf(view, file, registry.namesIn(file).filter(wanted));
}

/** The top-level names that a file declares itself or imports. */
export function nearCandidates(view: View, file: string): Candidate[] {
  const { registry } = view.analysis;
  const near = new Set(registry.exportsIn(file));
  const { items } = view.tree(file);
  for (let index = 0; index < items.length; index++) {
    for (const declaration of view.analysis.names(file, index).imports) {
      const target = registry.importedFile(file, declaration);
      if (declaration.alias) near.add(declaration.alias.name);
      else if (target !== undefined) for (const name of registry.exportsIn(target)) near.add(name);
    }
  }
  return candidatesOf(view, file, near);
}

function candidatesOf(view: View, file: string, names: Iterable<string>): Candidate[] {
  const { registry } = view.analysis;
  const found: Candidate[] = [];
  for (const name of names) {
    const meaning = registry.meaningOf(file, name);
    switch (meaning.kind) {
      case "global":
        found.push(ofGlobal(meaning, view, file));
        break;
      case "module":
        found.push({
          label: name,
          kind: CompletionItemKind.Module,
          group: "file",
          detail: view.shown(meaning.file),
          commit: ["."],
        });
        break;
      case "ambiguous":
        for (const declared of registry.declarationsOf(name)) found.push(withImport(declared, view, file));
        break;
      case "builtin":
      case "undefined":
        break; // the library has a list of its own
    }
  }
  return found;
}

function ofGlobal({ file, export: exported }: Global, view: View, from: string): Candidate {
  return {
    label: exported.name,
    kind: kindOfExport(exported),
    group: file === from ? "file" : "workspace",
    ...(file === from ? {} : { detail: view.shown(file) }),
    ...callOf(exported),
    about: { kind: "global", file, name: exported.name },
  };
}

/** Choosing it also imports its file, which is how the program says which of several it means. */
function withImport(declared: Global, view: View, file: string): Candidate {
  const path = relativePath(file, declared.file);
  return {
    ...ofGlobal(declared, view, file),
    group: "workspace",
    detail: `import "${path}"`,
    edits: [importEdit(view, file, path)],
  };
}

/** Adds an import below the last one, or above everything but the comment at the head of the file. */
export function importEdit(view: View, file: string, path: string): TextEdit {
  const { items } = view.tree(file);
  const imports = items.filter(({ tree }) => tree.statements.some((statement) => statement.kind === "Import"));
  const last = imports.at(-1);
  const first = items.find(({ tree }) => tree.statements.length > 0);
  const at = last
    ? last.offset + last.tree.text.trimEnd().length
    : first
      ? first.offset + (first.tree.statements[0]?.start ?? 0)
      : 0;
  const position = view.position(file, at);
  const text = last ? `\nimport "${path}";` : `import "${path}";\n`;
  return { range: { start: position, end: position }, newText: text };
}

/** The path that an import in one file writes for another. */
export function relativePath(from: string, to: string): string {
  const here = from.split("/").slice(0, -1);
  const there = to.replace(/\.wal$/, "").split("/");
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared++;
  return [...here.slice(shared).map(() => ".."), ...there.slice(shared)].join("/");
}

export function kindOfExport({ role }: Export): CompletionItemKind {
  return {
    var: CompletionItemKind.Variable,
    const: CompletionItemKind.Constant,
    fun: CompletionItemKind.Function,
    class: CompletionItemKind.Class,
    trait: CompletionItemKind.Interface,
    layout: CompletionItemKind.Struct,
    gene: CompletionItemKind.Struct,
  }[role];
}

function callOf({ node, name }: Export): Pick<Candidate, "text" | "snippet"> {
  if (node.kind === "Fun") return callText(name, node.fun.params.length);
  if (node.kind !== "Class") return {};
  const init = node.methods.find((method) => method.name.name === "init");
  return init ? callText(name, init.fun.params.length) : {};
}

/** The text of a call, with the cursor between its brackets when there is something to write there. */
export function callText(name: string, params: number): Pick<Candidate, "text" | "snippet"> {
  return params === 0 ? { text: `${name}()` } : { text: name, snippet: `${name}($1)$0` };
}

export function libraryCandidates(isUnsafe: boolean): Candidate[] {
  return builtins().map(
    (known): Candidate => ({
      ...ofBuiltin(known),
      // What needs `unsafe` comes first in it and last outside.
      group: known.unsafe ? (isUnsafe ? "exact" : "guess") : known.replacedBy === null ? "library" : "guess",
      about: { kind: "builtin", name: known.name },
    }),
  );
}

export function ofBuiltin(known: Builtin): Omit<Candidate, "group"> {
  return {
    label: known.name,
    kind:
      known.kind === "class"
        ? CompletionItemKind.Class
        : known.kind === "constant"
          ? CompletionItemKind.Constant
          : CompletionItemKind.Function,
    detail: known.signature.slice(known.name.length),
    ...(known.kind === "constant"
      ? {}
      : callText(known.name, known.params.length + (known.max === Number.POSITIVE_INFINITY ? 1 : 0))),
    isDeprecated: known.replacedBy !== null,
  };
}

/** Types that may follow a `:` or `as`. */
export function typeCandidates(view: View, file: string): Candidate[] {
  const numeric = [...NUMERIC_TYPES.keys(), "ptr"].map(
    (label): Candidate => ({ label, kind: CompletionItemKind.TypeParameter, group: "exact" }),
  );
  return [...numeric, ...classCandidates(view, file, ["class", "trait", "layout"])];
}

/** Names of classes, traits or layouts, without a call. */
export function classCandidates(view: View, file: string, roles: readonly Export["role"][]): Candidate[] {
  const { registry } = view.analysis;
  return registry.namesIn(file).flatMap((name): Candidate[] => {
    const meaning = registry.meaningOf(file, name);
    if (meaning.kind !== "global" || !roles.includes(meaning.export.role)) return [];
    const { text: _text, snippet: _snippet, ...plain } = ofGlobal(meaning, view, file);
    return [plain];
  });
}

/** What a pattern may compare with: constants and top-level variables. */
export function constantCandidates(view: View, file: string): Candidate[] {
  const { registry } = view.analysis;
  const declared = registry.namesIn(file).flatMap((name): Candidate[] => {
    const meaning = registry.meaningOf(file, name);
    if (meaning.kind !== "global" || meaning.export.node.kind !== "Var") return [];
    return [{ ...ofGlobal(meaning, view, file), group: meaning.export.node.constant ? "exact" : "workspace" }];
  });
  const library = builtins().flatMap((known): Candidate[] =>
    known.kind === "constant"
      ? [{ ...ofBuiltin(known), group: "library", about: { kind: "builtin", name: known.name } }]
      : [],
  );
  return [...declared, ...library];
}
