// Folding: whatever stands in brackets over several lines, comments, runs of imports, and `// region` to `// endregion`.
//
// Brackets are taken from the scan of each item, not from its tree, so what does not parse folds as well as what does. They are
// found once for each version of an item.

import { type FoldingRange, FoldingRangeKind } from "vscode-languageserver";
import type { Comment, ItemTree } from "../../language/ast.ts";
import { type Scan, scan } from "../../language/parse/scan.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const folding: Feature = {
  capabilities: { foldingRangeProvider: true },
  register: (connection, services) => {
    connection.onFoldingRanges(({ textDocument }, token) =>
      services.answer<FoldingRange[]>(textDocument.uri, token, [], (view, file) => {
        const { lineFoldingOnly, rangeLimit } = services.client.textDocument?.foldingRange ?? {};
        return foldingRanges(view, file, lineFoldingOnly ?? false).slice(0, rangeLimit);
      }),
    );
  },
};

/** `wholeLines`: the client hides whole lines, so the line of a closing bracket must stay out. */
export function foldingRanges(view: View, file: string, wholeLines: boolean): FoldingRange[] {
  const { text, items } = view.tree(file);
  const comments = items.flatMap(({ offset, tree }) =>
    tree.comments.map((comment) => ({ ...comment, start: comment.start + offset, end: comment.end + offset })),
  );
  const line = (at: number): number => view.position(file, at).line;
  const ranges: FoldingRange[] = [];
  const add = (startLine: number, endLine: number, kind?: FoldingRangeKind): void => {
    if (endLine > startLine) ranges.push({ startLine, endLine, ...(kind ? { kind } : {}) });
  };
  for (const { offset, tree } of items) {
    for (const [open, close] of bracketsOf(tree)) {
      const from = view.position(file, open + 1 + offset);
      const to = view.position(file, close + offset);
      if (wholeLines) add(from.line, to.line - 1);
      else
        ranges.push({
          startLine: from.line,
          startCharacter: from.character,
          endLine: to.line,
          endCharacter: to.character,
        });
    }
  }
  for (const [first, last] of runsOfComments(comments, text, line))
    add(line(first.start), line(last.end), FoldingRangeKind.Comment);
  for (const [first, last] of runsOfImports(view, file)) add(line(first), line(last), FoldingRangeKind.Imports);
  for (const [first, last] of regions(comments, text))
    add(line(first.start), line(last.start), FoldingRangeKind.Region);
  return ranges.sort((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
}

const knownBrackets = new WeakMap<ItemTree, readonly [number, number][]>();

/** Where the brackets of an item open and close, those that stand on one line left out. */
function bracketsOf(tree: ItemTree): readonly [number, number][] {
  let found = knownBrackets.get(tree);
  if (!found) {
    found = brackets(scan(tree.text));
    knownBrackets.set(tree, found);
  }
  return found;
}

/** One that closes nothing, or is never closed, is left out. */
function brackets({ text, tokens }: Scan): [number, number][] {
  const found: [number, number][] = [];
  const open: number[] = [];
  for (const { kind, start } of tokens) {
    if (kind === "open") open.push(start);
    else if (kind === "close") {
      const partner = PARTNER[text[start]!]!;
      const at = open.findLastIndex((each) => text[each] === partner);
      if (at < 0) continue;
      if (/[\r\n]/.test(text.slice(open[at], start))) found.push([open[at]!, start]);
      open.length = at;
    }
  }
  return found;
}

const PARTNER: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Comments that stand on lines of their own, one below the other; a block comment is a run by itself. */
function runsOfComments(
  comments: readonly Comment[],
  text: string,
  line: (at: number) => number,
): [Comment, Comment][] {
  const runs: [Comment, Comment][] = [];
  for (const comment of comments) {
    if (REGION.test(textOf(comment, text)) || END_REGION.test(textOf(comment, text))) continue;
    const last = runs.at(-1);
    const isAlone = /(^|[\r\n])[ \t]*$/.test(text.slice(Math.max(0, comment.start - 200), comment.start));
    if (last && isAlone && comment.style === last[1].style && line(comment.start) === line(last[1].end) + 1)
      last[1] = comment;
    else runs.push([comment, comment]);
  }
  return runs;
}

function runsOfImports(view: View, file: string): [number, number][] {
  const runs: [number, number][] = [];
  let isOpen = false;
  for (const { offset, tree } of view.tree(file).items) {
    const [only] = tree.statements;
    if (tree.statements.length === 1 && only?.kind === "Import") {
      const last = runs.at(-1);
      if (isOpen && last) last[1] = offset + only.end;
      else runs.push([offset + only.start, offset + only.end]);
      isOpen = true;
    } else isOpen = false;
  }
  return runs;
}

const REGION = /^\/\/\s*#?region\b/;
const END_REGION = /^\/\/\s*#?endregion\b/;

function regions(comments: readonly Comment[], text: string): [Comment, Comment][] {
  const found: [Comment, Comment][] = [];
  const open: Comment[] = [];
  for (const comment of comments) {
    const words = textOf(comment, text);
    if (REGION.test(words)) open.push(comment);
    else if (END_REGION.test(words)) {
      const first = open.pop();
      if (first) found.push([first, comment]);
    }
  }
  return found;
}

const textOf = ({ start, end }: Comment, text: string): string => text.slice(start, end);
