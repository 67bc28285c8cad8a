// What may stand behind a dot: members of what the value may be, or, when nothing is known of it, of every class.

import { CompletionItemKind } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { classesOf } from "../../language/infer/classes.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { type MemberFound, membersOf } from "../../language/infer/members.ts";
import { type Types, UNKNOWN } from "../../language/infer/types.ts";
import { visibleLocals } from "../../language/infer/visible.ts";
import { methodsOf, type Receiver } from "../../language/names/builtins.ts";
import type { ItemNames } from "../../language/names/model.ts";
import { nodesAt, type Place } from "../../language/query/place.ts";
import type { View } from "../view.ts";
import type { Candidate } from "./candidate.ts";
import { callText, kindOfExport, ofBuiltin } from "./names.ts";

/** Typing one of these behind a member takes it. */
const COMMIT = [".", ";", ",", ")", "["];

/** The members behind the dot at an offset of the item. */
export function memberCandidates(view: View, place: Place, dot: number): Candidate[] {
  const types = typesBefore(view, place, dot);
  if (types.length > 0) return membersOf(types, view.analysis).map((member) => candidateOf(member, view));
  return everyMember(view);
}

/** What the value before a dot may be. */
function typesBefore(view: View, place: Place, dot: number): Types {
  const { analysis } = view;
  const around = nodesAt(place.item.tree, dot);
  for (const node of around) {
    if (node.kind === "Member" && node.object.end <= dot && dot < node.end)
      return inferenceOf(analysis).typesOf(node.object, place.names);
    if (node.kind === "Super" && node.start <= dot && dot < node.end) return superTypes(view, node, place.names);
  }
  // The tree does not know the member: a name before the dot may still be one that is visible here.
  const name = /([A-Za-z_]\w*)\s*$/.exec(place.item.tree.text.slice(0, dot))?.[1];
  if (name === undefined) return UNKNOWN;
  const local = visibleLocals(around, place.names, dot).find((each) => each.name === name);
  if (local) return inferenceOf(analysis).typesOfLocal(local, place.names);
  return inferenceOf(analysis).typesOfMeaning(analysis.registry.meaningOf(place.file, name));
}

function superTypes(view: View, node: ast.Super, names: ItemNames): Types {
  const binding = names.bindingOf(node);
  if (binding?.kind !== "local") return UNKNOWN;
  const inference = inferenceOf(view.analysis);
  const [own] = inference.typesOfLocal(binding, names);
  if (own?.kind !== "instance") return UNKNOWN;
  return inference
    .lineage(own.of)
    .slice(1)
    .map((of) => ({ kind: "instance", of }));
}

function candidateOf({ name, source, distance }: MemberFound, view: View): Candidate {
  const group = distance === 0 ? "exact" : "local";
  const plain = { label: name, group, commit: COMMIT } as const;
  switch (source.kind) {
    case "field":
      return {
        ...plain,
        kind: CompletionItemKind.Field,
        detail: source.owner,
        about: { kind: "member", file: view.analysis.locate(source.names).file, owner: source.owner, name },
      };
    case "key":
      return { ...plain, kind: CompletionItemKind.Field };
    case "payload":
      return { ...plain, kind: CompletionItemKind.Property, detail: source.detail };
    case "method":
      return {
        label: name,
        group,
        kind: CompletionItemKind.Method,
        detail: source.owner,
        ...callText(name, source.node.fun.params.length),
        about: { kind: "member", file: view.analysis.locate(source.names).file, owner: source.owner, name },
      };
    case "builtin":
      return {
        ...ofBuiltin(source.builtin),
        group,
        kind: CompletionItemKind.Method,
        about: { kind: "method of the library", receiver: source.receiver, name },
      };
    case "export": {
      const { node } = source.export;
      const params = node.kind === "Fun" ? node.fun.params.length : null;
      return {
        label: name,
        group,
        kind: kindOfExport(source.export),
        ...(params === null ? { commit: COMMIT } : callText(name, params)),
        about: { kind: "global", file: source.file, name },
      };
    }
  }
}

const RECEIVERS: readonly Receiver[] = ["String", "List", "Map", "Bytes", "Channel", "Atomic"];

/** Nothing is known of the value: the members of every class, then the methods of the library. */
function everyMember(view: View): Candidate[] {
  const found = new Map<string, Candidate>();
  const add = (name: string, source: MemberFound["source"]): void => {
    if (name === "" || name === "init" || found.has(name)) return;
    found.set(name, { ...candidateOf({ name, source, distance: 0 }, view), group: "workspace" });
  };
  for (const { node, names } of classesOf(view.analysis)) {
    const owner = node.name.name;
    for (const field of node.kind === "Class" ? node.fields : [])
      add(field.name.name, { kind: "field", node: field, owner, names });
    for (const method of node.methods) add(method.name.name, { kind: "method", node: method, owner, names });
  }
  for (const receiver of RECEIVERS)
    for (const builtin of methodsOf(receiver)) {
      if (found.has(builtin.name)) continue;
      const source = { kind: "builtin", builtin, receiver } as const;
      const candidate = candidateOf({ name: builtin.name, source, distance: 0 }, view);
      found.set(builtin.name, { ...candidate, group: "library", detail: receiver });
    }
  return [...found.values()];
}
