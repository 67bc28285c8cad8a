// Hover: the signature of what a name means, its documentation, what it performs, whether it may suspend (⏸) and where its
// tasks run (⌂); on a `perform` the handlers that can receive it, on a `handle` the performs that it can receive.

import { type Hover, MarkupKind } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { ofFunction } from "../../language/infer/callables.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { showTypes } from "../../language/infer/types.ts";
import type { ItemNames, Local } from "../../language/names/model.ts";
import { effectsAt, performsOf, receiversAt } from "../../language/query/handlers.ts";
import { type Global, type Named, namedAt, type ProgramSymbol } from "../../language/query/symbols.ts";
import { labelOf } from "../../language/query/units.ts";
import { aboutText } from "../completion/about.ts";
import { docMarkdown } from "../doc-text.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";
import { linkTo, pathText, plain, receiversText } from "../ways.ts";

export const hover: Feature = {
  capabilities: { hoverProvider: true },
  register: (connection, services) => {
    connection.onHover(({ textDocument: { uri }, position }, token) =>
      services.answer<Hover | null>(uri, token, null, (view, file) => {
        const found = hoverAt(view, file, view.offset(file, position));
        if (!found) return null;
        const formats = services.client.textDocument?.hover?.contentFormat;
        const isPlain = formats !== undefined && !formats.includes(MarkupKind.Markdown);
        const contents = isPlain
          ? { kind: MarkupKind.PlainText, value: plain(found.text.replace(/^```.*\n?/gm, "")) }
          : { kind: MarkupKind.Markdown, value: found.text };
        return { contents, range: view.range(file, found.span) };
      }),
    );
  },
};

export interface HoverText {
  /** Markdown. */
  readonly text: string;
  readonly span: ast.Span;
}

export function hoverAt(view: View, file: string, offset: number): HoverText | null {
  const named = namedAt(view.analysis, file, offset);
  const parts = [named ? aboutNamed(view, named) : "", effectsText(view, file, offset)].filter((part) => part !== "");
  if (parts.length === 0) return null;
  return { text: parts.join("\n\n---\n\n"), span: named?.span ?? { start: offset, end: offset } };
}

// ---- names ----

function aboutNamed(view: View, { symbol }: Named): string {
  switch (symbol.kind) {
    case "local":
      return aboutLocal(view, symbol.local, symbol.names);
    case "global":
      return aboutGlobal(view, symbol.global);
    case "module":
      return joined(code(`import "${symbol.declaration.path}"`), `Names of ${view.shown(symbol.target)}.`);
    case "member":
      return aboutMember(view, symbol);
    case "builtin":
      return aboutText(
        view,
        symbol.receiver === null
          ? { kind: "builtin", name: symbol.builtin.name }
          : { kind: "method of the library", receiver: symbol.receiver, name: symbol.builtin.name },
      );
    case "effect":
      return aboutText(view, { kind: "effect", name: symbol.name });
    case "payload":
      return joined(
        code(`effect.${symbol.name}`),
        `What a \`perform "${symbol.effect}"\` gives as \`${symbol.name}\`.`,
      );
    case "request":
      return REQUEST[symbol.name] ?? "";
    case "ambiguous":
      return `\`${symbol.name}\` is declared in ${symbol.globals.map(({ file }) => view.shown(file)).join(" and ")}.`;
    case "loose":
      return "";
  }
}

const REQUEST: Readonly<Record<string, string>> = {
  continuation:
    "The performer, stopped where it performed. `resume(effect.continuation, value)` lets it go on; it may be kept, stored and resumed many times.",
  name: "The name of the effect that was performed.",
  target: "The payload's `target`, else its `fd`.",
  id: "An id of this `perform`, for a peer that must not do the same twice: it is on the disk before it is seen, and the same when the program dies and goes on.",
};

const ROLES: Readonly<Record<Local["role"], string>> = {
  var: "var",
  const: "const",
  param: "(parameter)",
  fun: "fun",
  class: "class",
  loop: "(in a loop)",
  pattern: "(in a pattern)",
  this: "this",
  effect: "effect",
};

function aboutLocal(view: View, local: Local, names: ItemNames): string {
  if (local.role === "effect") {
    const { effect } = local.unit.node as ast.Handle;
    return joined(code("effect"), `The request that this clause answers: a \`perform "${effect}"\`.`);
  }
  if (local.node?.kind === "Fun") return aboutFunction(view, local.node, names);
  const types = showTypes(inferenceOf(view.analysis).typesOfLocal(local, names));
  const shown = types === "" ? "" : `: ${types}`;
  const shared = local.captured && local.assigned ? "Assigned, and shared with the functions that use it." : "";
  const name = local.role === "this" ? "this" : `${ROLES[local.role]} ${local.name}`;
  return joined(code(`${name}${shown}`), docMarkdown(local.variable?.doc ?? local.node?.doc), shared);
}

function aboutGlobal(view: View, { file, itemIndex, export: exported }: Global): string {
  const { node, name } = exported;
  if (node.kind !== "Fun") return aboutText(view, { kind: "global", file, name });
  return joined(aboutFunction(view, node, view.analysis.names(file, itemIndex)), `In ${view.shown(file)}.`);
}

function aboutFunction(view: View, node: ast.FunDeclaration, names: ItemNames): string {
  const { label } = ofFunction(node.name.name, node.fun, names, view.analysis, node.doc);
  return joined(
    code(`${node.fun.isAsync ? "async " : ""}fun ${label}`),
    docMarkdown(node.doc),
    factsOf(view, node.fun, names),
  );
}

function aboutMember(view: View, { owner, names, name }: Extract<ProgramSymbol, { kind: "member" }>): string {
  const method = "methods" in owner ? owner.methods.find((each) => each.name.name === name) : undefined;
  if (method) return joined(aboutFunction(view, method, names), `Of \`${owner.name.name}\`.`);
  if (owner.kind !== "Class" && owner.kind !== "Trait") return joined(code(name), `Of \`${owner.name.name}\`.`);
  const field = owner.kind === "Class" ? owner.fields.find((each) => each.name.name === name) : undefined;
  const types = showTypes(
    inferenceOf(view.analysis).typesOfMember({ kind: "instance", of: { node: owner, names } }, name),
  );
  return joined(
    code(`var ${name}${types === "" ? "" : `: ${types}`}`),
    docMarkdown(field?.doc),
    `Of \`${owner.name.name}\`.`,
  );
}

// ---- effects ----

/** `! ASK, TELL · ⏸ may suspend · ⌂ its tasks run at home`. */
function factsOf(view: View, fun: ast.Function, names: ItemNames): string {
  const { facts } = view.analysis;
  const unit = names.unitOf(fun);
  const { effects, callsParameters, open } = facts.rowOf(unit);
  const calls = callsParameters.map((name) => `whatever \`${name}\` performs`);
  const row = [...effects.map((effect) => `\`${effect}\``), ...calls, ...(open ? ["what cannot be seen"] : [])];
  return [
    row.length > 0 ? `**!** ${row.join(", ")}` : "performs nothing",
    facts.maySuspend(unit) ? "⏸ may suspend" : "",
    facts.placeOf(unit) === "home" ? "⌂ its tasks run at home" : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function effectsText(view: View, file: string, offset: number): string {
  return effectsAt(view.analysis, file, offset)
    .map((place) => {
      if (place.kind === "perform") {
        const receivers = receiversAt(view.analysis, place);
        return receivers.length === 0
          ? ""
          : `Who handles \`${place.effect}\` from here, nearest first:\n\n${receiversText(view, receivers)}`;
      }
      const performs = performsOf(view.analysis, place.node);
      if (performs.length === 0) return `Nothing that this handler covers performs \`${place.effect}\`.`;
      const lines = performs.slice(0, MOST).map(({ source, way }) => {
        const path = pathText(view, way);
        return `- ${labelOf(source.unit)} at ${linkTo(view, source.names, source.node)}${path === "" ? "" : `, ${path}`}`;
      });
      const more = performs.length > MOST ? `\n- and ${performs.length - MOST} more` : "";
      return `It can receive what is performed in\n\n${lines.join("\n")}${more}`;
    })
    .filter((part) => part !== "")
    .join("\n\n");
}

const MOST = 12;

const code = (text: string): string => `\`\`\`walia\n${text}\n\`\`\``;
const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n\n");
