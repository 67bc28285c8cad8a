// Linked editing: typing in one place changes the others as one types. It happens without being asked for, so it only covers
// what a person who types there surely means, which is a change of the name itself:
//
//   on the declaration of a local       the declaration and all its uses
//   on the name of a `handle`           every `perform` and `handle` of that effect, when this file is the only one that
//                                       knows it and this is its only handler
//
// On a use of a name, and on a `perform`, people type another name as often as a new one: there, "Rename" is the way.

import type { LinkedEditingRanges } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { REACTOR_EFFECTS, SYSTEM_EFFECTS } from "../../language/names/builtins.ts";
import { placeAt } from "../../language/query/place.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const linkedEditing: Feature = {
  capabilities: { linkedEditingRangeProvider: true },
  register: (connection, services) => {
    connection.languages.onLinkedEditingRange(({ textDocument, position }, token) =>
      services.answer<LinkedEditingRanges | null>(textDocument.uri, token, null, (view, file) => {
        const linked = linkedAt(view, file, view.offset(file, position));
        return linked && { ranges: linked.spans.map((span) => view.range(file, span)), wordPattern: linked.word };
      }),
    );
  },
};

export interface Linked {
  readonly spans: readonly ast.Span[];
  /** What may be typed there, as a regular expression. */
  readonly word: string;
}

/** The spans of a file, all of the same text, that change together with the one at an offset. */
export function linkedAt(view: View, file: string, offset: number): Linked | null {
  const place = placeAt(view.analysis, file, offset);
  if (!place) return null;
  const { names, item, at } = place;
  const holds = ({ start, end }: ast.Span): boolean => start <= at && at <= end;
  for (const node of place.nodes)
    if (node.kind === "Handle" && node.effectSpan.start < at && at < node.effectSpan.end)
      return linkedEffect(view, file, node.effect);
  // The name of a field is part of a layout's pattern.
  if (place.nodes.some((node) => node.kind === "LayoutPattern")) return null;
  for (const unit of names.units) {
    for (const { declaration, uses, name } of unit.locals) {
      if (!declaration || name === "" || !holds(declaration)) continue;
      const spans = [declaration, ...uses.flatMap(({ node }) => ("name" in node ? [node] : []))];
      const here = spans.filter(({ start, end }) => item.tree.text.slice(start, end) === name);
      if (here.length < 2) return null;
      const moved = here.map(({ start, end }) => ({ start: start + item.offset, end: end + item.offset }));
      return { spans: moved.sort((a, b) => a.start - b.start), word: "[A-Za-z_][A-Za-z0-9_]*" };
    }
  }
  return null;
}

function linkedEffect(view: View, file: string, effect: string): Linked | null {
  if (effect === "" || REACTOR_EFFECTS.has(effect) || SYSTEM_EFFECTS.has(effect)) return null;
  const inference = inferenceOf(view.analysis);
  const handles = inference.handlesOf(effect);
  const all = [...handles, ...inference.performsOf(effect)];
  if (handles.length !== 1 || all.length < 2) return null;
  const { text } = view.tree(file);
  const spans: ast.Span[] = [];
  for (const { node, names } of all) {
    const { file: other, offset } = view.analysis.locate(names);
    if (other !== file) return null;
    // Inside the quotes.
    const span = { start: node.effectSpan.start + offset + 1, end: node.effectSpan.end + offset - 1 };
    if (text.slice(span.start, span.end) !== effect) return null;
    spans.push(span);
  }
  return { spans: spans.sort((a, b) => a.start - b.start), word: '[^"\\\\\\r\\n]*' };
}
