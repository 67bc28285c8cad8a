// What may stand behind the dot of a value: fields, methods, keys, the parts of a request, the exports of an import. For
// completion and hovers.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import { type Builtin, methodsOf } from "../names/builtins.ts";
import type { Export, ItemNames } from "../names/model.ts";
import { inferenceOf } from "./infer.ts";
import { REACTOR_PAYLOADS, SYSTEM_PAYLOADS } from "./results.ts";
import { sightingsOf } from "./sightings.ts";
import { receiverOf, type Types, type ValueType } from "./types.ts";

export type MemberSource =
  | { readonly kind: "method"; readonly node: ast.FunDeclaration; readonly owner: string; readonly names: ItemNames }
  /** `node` is null for a field that only assignments show. */
  | {
      readonly kind: "field";
      readonly node: ast.VarDeclaration | null;
      readonly owner: string;
      readonly names: ItemNames;
    }
  | { readonly kind: "key" }
  | { readonly kind: "builtin"; readonly builtin: Builtin; readonly receiver: string }
  | { readonly kind: "export"; readonly export: Export; readonly file: string }
  /** A part of the request that a clause answers. */
  | { readonly kind: "payload"; readonly detail: string };

export interface MemberFound {
  readonly name: string;
  readonly source: MemberSource;
  /** How far up the classes it stands: 0 for the value's own. */
  readonly distance: number;
}

/** The members of whatever a value may be, each name once, own ones before inherited ones. */
export function membersOf(types: Types, analysis: Analysis): readonly MemberFound[] {
  const found = new Map<string, MemberFound>();
  for (const type of types)
    for (const member of ofType(type, analysis)) if (!found.has(member.name)) found.set(member.name, member);
  found.delete("");
  return [...found.values()];
}

function ofType(type: ValueType, analysis: Analysis): MemberFound[] {
  const receiver = receiverOf(type);
  const methods = receiver
    ? methodsOf(receiver).map((builtin) => member(builtin.name, { kind: "builtin", builtin, receiver }, 1))
    : [];
  switch (type.kind) {
    case "instance":
      return ofInstance(type.of, analysis);
    case "map": {
      const written = type.literal?.node.entries.map((entry) => entry.key.name) ?? [];
      return [...[...written, ...Object.keys(type.known)].map((name) => member(name, { kind: "key" })), ...methods];
    }
    case "module":
      return analysis.registry.exportsIn(type.file).flatMap((name) => {
        const meaning = analysis.registry.exportOf(type.file, name);
        return meaning.kind === "global"
          ? [member(name, { kind: "export", export: meaning.export, file: meaning.file })]
          : [];
      });
    case "effect":
      return ofRequest(type.handle.effect, analysis);
    default:
      return methods;
  }
}

function ofInstance(place: Extract<ValueType, { kind: "instance" }>["of"], analysis: Analysis): MemberFound[] {
  const found: MemberFound[] = [];
  inferenceOf(analysis)
    .lineage(place)
    .forEach(({ node, names }, distance) => {
      const owner = node.name.name;
      const { file, index } = analysis.locate(names);
      if (node.kind === "Class")
        for (const field of node.fields)
          found.push(member(field.name.name, { kind: "field", node: field, owner, names }, distance));
      const written = sightingsOf(analysis.files.get(file)!.items[index]!.tree, names).fieldWrites.get(node);
      for (const name of written?.keys() ?? [])
        found.push(member(name, { kind: "field", node: null, owner, names }, distance));
      for (const method of node.methods)
        if (method.name.name !== "init")
          found.push(member(method.name.name, { kind: "method", node: method, owner, names }, distance));
    });
  return found;
}

/** The parts of a request: what performs send, what the reactor takes, what the system says. */
function ofRequest(effect: string, analysis: Analysis): MemberFound[] {
  const fields = payloadFields(effect, analysis);
  const hasTarget = fields.includes("target") || fields.includes("fd");
  return [
    member("continuation", { kind: "payload", detail: "what `resume` continues" }),
    ...fields.map((name) => member(name, { kind: "payload", detail: `from the perform of "${effect}"` })),
    ...(hasTarget ? [member("target", { kind: "payload", detail: "the payload's `target`, else its `fd`" })] : []),
    member("name", { kind: "payload", detail: "the effect's name" }, 1),
    ...(fields.includes("id")
      ? []
      : [member("id", { kind: "payload", detail: "an id of this perform: on disk, the same after a crash" }, 1)]),
  ];
}

/** The fields that performs of an effect carry anywhere in the workspace, most frequent first. */
export function payloadFields(effect: string, analysis: Analysis): readonly string[] {
  const counts = new Map<string, number>();
  for (const { node } of inferenceOf(analysis).performsOf(effect))
    for (const { key } of node.payload?.entries ?? [])
      if (key.name !== "") counts.set(key.name, (counts.get(key.name) ?? 0) + 1);
  const seen = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
  const known = [...(REACTOR_PAYLOADS.get(effect) ?? []), ...Object.keys(SYSTEM_PAYLOADS.get(effect) ?? {})];
  return [...new Set([...seen, ...known])];
}

const member = (name: string, source: MemberSource, distance = 0): MemberFound => ({ name, source, distance });
