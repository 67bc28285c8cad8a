// What a person is told who looks at a candidate: signature, documentation, effects. Made when asked for.

import type * as ast from "../../language/ast.ts";
import { ofBuiltin, ofClass, ofFunction } from "../../language/infer/callables.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { payloadFields } from "../../language/infer/members.ts";
import { showTypes } from "../../language/infer/types.ts";
import {
  type Builtin,
  builtin,
  methodsOf,
  REACTOR_EFFECTS,
  type Receiver,
  SYSTEM_EFFECTS,
} from "../../language/names/builtins.ts";
import type { ItemNames } from "../../language/names/model.ts";
import { docMarkdown } from "../doc-text.ts";
import type { View } from "../view.ts";
import type { About } from "./candidate.ts";

/** Markdown; empty when there is nothing to say. */
export function aboutText(view: View, about: About): string {
  switch (about.kind) {
    case "builtin": {
      const known = builtin(about.name);
      return known ? ofLibrary(known) : "";
    }
    case "method of the library": {
      const known = methodsOf(about.receiver as Receiver).find(({ name }) => name === about.name);
      return known ? ofLibrary(known) : "";
    }
    case "global":
      return ofGlobal(view, about.file, about.name);
    case "member":
      return ofMember(view, about);
    case "effect":
      return ofEffect(view, about.name);
  }
}

const code = (text: string): string => `\`\`\`walia\n${text}\n\`\`\``;
const paragraphs = (...parts: readonly (string | null | undefined)[]): string => parts.filter(Boolean).join("\n\n");
const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

function ofLibrary(known: Builtin): string {
  return paragraphs(
    code(known.kind === "constant" ? `const ${known.name} = ${known.value}` : ofBuiltin(known).label),
    known.doc,
    known.performs.length > 0 ? `Performs ${list(known.performs)}.` : known.maySuspend ? "May suspend." : null,
    known.unsafe ? "In `unsafe` only." : null,
    known.replacedBy === null ? null : `An older spelling of \`${known.replacedBy}\`.`,
  );
}

function ofGlobal(view: View, file: string, name: string): string {
  const { analysis } = view;
  const meaning = analysis.registry.exportOf(file, name);
  if (meaning.kind !== "global") return "";
  const { node } = meaning.export;
  const names = analysis.names(meaning.file, meaning.itemIndex);
  const where = `In ${view.shown(file)}.`;
  switch (node.kind) {
    case "Fun":
      return paragraphs(ofDeclared(view, node, names), where);
    case "Class":
      return paragraphs(code(`class ${ofClass({ node, names }, analysis).label}`), docMarkdown(node.doc), where);
    case "Var": {
      const types = showTypes(inferenceOf(analysis).typesOfMeaning(meaning));
      const head = `${node.constant ? "const" : "var"} ${name}${types === "" ? "" : `: ${types}`}`;
      return paragraphs(code(head), docMarkdown(node.doc), where);
    }
    case "Trait":
    case "Layout":
    case "Gene":
      return paragraphs(code(`${node.kind.toLowerCase()} ${name}`), docMarkdown(node.doc), where);
    default:
      return "";
  }
}

function ofDeclared(view: View, node: ast.FunDeclaration, names: ItemNames): string {
  const { facts } = view.analysis;
  const unit = names.units.find((each) => each.node === node.fun);
  const effects = unit ? facts.rowOf(unit).effects : [];
  const label = ofFunction(node.name.name, node.fun, names, view.analysis, node.doc).label;
  return paragraphs(
    code(`${node.fun.isAsync ? "async " : ""}fun ${label}`),
    docMarkdown(node.doc),
    effects.length > 0 ? `Performs ${list(effects)}.` : unit && facts.maySuspend(unit) ? "May suspend." : null,
  );
}

function ofMember(view: View, { file, owner, name }: Extract<About, { kind: "member" }>): string {
  const meaning = view.analysis.registry.exportOf(file, owner);
  if (meaning.kind !== "global") return "";
  const { node } = meaning.export;
  if (node.kind !== "Class" && node.kind !== "Trait") return "";
  const names = view.analysis.names(meaning.file, meaning.itemIndex);
  const method = node.methods.find((each) => each.name.name === name);
  if (method) return paragraphs(ofDeclared(view, method, names), `Of ${owner}.`);
  const field = node.kind === "Class" ? node.fields.find((each) => each.name.name === name) : undefined;
  const types = showTypes(inferenceOf(view.analysis).typesOfMember({ kind: "instance", of: { node, names } }, name));
  return paragraphs(code(`var ${name}${types === "" ? "" : `: ${types}`}`), docMarkdown(field?.doc), `Of ${owner}.`);
}

function ofEffect(view: View, name: string): string {
  const inference = inferenceOf(view.analysis);
  const performs = inference.performsOf(name).length;
  const handles = inference.handlesOf(name).length;
  const fields = payloadFields(name, view.analysis);
  const known = REACTOR_EFFECTS.get(name);
  const system = SYSTEM_EFFECTS.get(name);
  return paragraphs(
    code(`perform "${name}"${fields.length > 0 ? ` { ${fields.join(", ")} }` : ""}`),
    known === undefined ? null : `Without a handler the reactor answers: ${known}.`,
    system === undefined ? null : `Performed by the system. ${system}.`,
    `Performed in ${count(performs, "place")}, handled in ${count(handles, "place")}.`,
  );
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
