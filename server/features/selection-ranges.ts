// Selection ranges: what "expand selection" selects next, from the word at the cursor to the file.
//
// The steps are the nodes of the tree, and between them what a person sees as a unit although it is no node: a word of a
// string or comment, what stands between two brackets, an argument, a name with its type, a statement with its `;`, a
// declaration with the comment above it.

import type { Position, SelectionRange } from "vscode-languageserver";
import type { Span } from "../../language/ast.ts";
import { type Scan, scan } from "../../language/parse/scan.ts";
import { placeAt } from "../../language/query/place.ts";
import type { Node } from "../../language/walk.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const selectionRanges: Feature = {
  capabilities: { selectionRangeProvider: true },
  register: (connection, services) => {
    connection.onSelectionRanges(({ textDocument, positions }, token) =>
      services.answer<SelectionRange[]>(textDocument.uri, token, [], (view, file) =>
        positions.map((position) => selectionRangeAt(view, file, position)),
      ),
    );
  },
};

function selectionRangeAt(view: View, file: string, position: Position): SelectionRange {
  return selectionsAt(view, file, view.offset(file, position)).reduceRight<SelectionRange | undefined>(
    (parent, span) => ({ range: view.range(file, span), ...(parent ? { parent } : {}) }),
    undefined,
  )!;
}

/** Spans of a file around an offset, each inside the next; the last one is the whole file. */
export function selectionsAt(view: View, file: string, offset: number): Span[] {
  const { text } = view.tree(file);
  const candidates: Span[] = [{ start: 0, end: text.length }];
  const place = placeAt(view.analysis, file, offset);
  if (place) {
    const { item, at } = place;
    const moved = ({ start, end }: Span): Span => ({ start: start + item.offset, end: end + item.offset });
    const source = scan(item.tree.text);
    const inItem = [
      trimmed(item.tree.text, { start: 0, end: item.tree.text.length }),
      ...place.nodes.flatMap((node) => [node, withSemicolon(item.tree.text, node), ...partsOf(node)]),
      ...bracketsAround(source, at),
      ...insideToken(source, at),
    ];
    candidates.push(...inItem.map(moved));
  } else candidates.push(wordAt(text, offset));
  return nested(candidates, offset);
}

/** Those that hold the offset, each once, smallest first; one that would cut across a smaller one is left out. */
function nested(candidates: readonly Span[], offset: number): Span[] {
  const around = candidates.filter(({ start, end }) => start <= offset && offset <= end);
  around.sort((a, b) => a.end - a.start - (b.end - b.start));
  const found: Span[] = [];
  for (const span of around) {
    const inner = found.at(-1);
    if (!inner) {
      if (span.end > span.start || around.length === 1) found.push(span);
    } else if (span.start <= inner.start && inner.end <= span.end && span.end - span.start > inner.end - inner.start)
      found.push(span);
  }
  return found.length > 0 ? found : [{ start: offset, end: offset }];
}

/** What a node holds that is no node itself. */
function partsOf(node: Node): readonly Span[] {
  switch (node.kind) {
    case "Var":
      return [node.name, { start: node.name.start, end: node.type?.end ?? node.name.end }];
    case "Fun":
      return [node.name, ...node.fun.params, ...node.fun.params.map((param) => param.name), ...run(node.fun.params)];
    case "FunExpression":
      return [...node.fun.params, ...node.fun.params.map((param) => param.name), ...run(node.fun.params)];
    case "Class":
      return [node.name, ...(node.superclass ? [node.superclass] : []), ...node.traits];
    case "Trait":
    case "Layout":
    case "Gene":
      return [node.name];
    case "Call":
      return [...node.args, ...node.args.flatMap((arg) => arg.name ?? []), ...run(node.args)];
    case "Member":
      return [node.name];
    case "Map":
      return [...node.entries, ...node.entries.map((entry) => entry.key), ...run(node.entries)];
    case "Match":
      return node.arms;
    case "For":
      return [node.name];
    case "Perform":
    case "Handle":
      return [node.effectSpan];
    case "Import":
      return [node.pathSpan, ...(node.alias ? [node.alias] : [])];
    default:
      return [];
  }
}

/** From the first of several to the last. */
function run(spans: readonly Span[]): Span[] {
  return spans.length > 1 ? [{ start: spans[0]!.start, end: spans.at(-1)!.end }] : [];
}

function withSemicolon(text: string, { start, end }: Span): Span {
  const rest = /^\s*;/.exec(text.slice(end, end + 20));
  return { start, end: end + (rest?.[0].length ?? 0) };
}

/** Pairs of brackets around an offset, without and with the brackets. */
function bracketsAround({ text, tokens }: Scan, at: number): Span[] {
  const found: Span[] = [];
  const open: number[] = [];
  for (const { kind, start } of tokens) {
    if (kind === "open") open.push(start);
    else if (kind === "close") {
      const from = open.pop();
      if (from === undefined || from >= at + 1 || start + 1 < at) continue;
      found.push({ start: from, end: start + 1 });
      if (from < at && at <= start) found.push(trimmed(text, { start: from + 1, end: start }));
    }
  }
  return found;
}

/** The word, string or comment at an offset, with what a string or comment holds. */
function insideToken({ text, tokens, comments }: Scan, at: number): Span[] {
  const holds = ({ start, end }: Span): boolean => start <= at && at <= end;
  const found: Span[] = [];
  for (const token of tokens) {
    if (token.start > at) break;
    if (!holds(token) || token.kind === "mark" || token.kind === "open" || token.kind === "close") continue;
    found.push(token);
    if (token.kind === "string" && token.start < at && at < token.end)
      found.push({ start: token.start + 1, end: token.end - 1 }, wordAt(text, at));
  }
  const comment = comments.find(holds);
  if (comment) {
    const mark = /^\/\/\/? ?|^\/\*+ ?/.exec(text.slice(comment.start, comment.end))?.[0].length ?? 0;
    found.push(comment, trimmed(text, { start: comment.start + mark, end: comment.end }), wordAt(text, at));
  }
  return found;
}

function wordAt(text: string, at: number): Span {
  let start = at;
  let end = at;
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  while (end < text.length && /\w/.test(text[end]!)) end++;
  return { start, end };
}

function trimmed(text: string, { start, end }: Span): Span {
  const inside = text.slice(start, end);
  const before = inside.length - inside.trimStart().length;
  return { start: start + before, end: Math.max(start + before, start + inside.trimEnd().length) };
}
