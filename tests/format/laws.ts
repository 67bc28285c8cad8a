// What holds for the formatted form of every text, program or not.

import { expect } from "vitest";
import type { FileTree, ItemTree } from "../../language/ast.ts";
import { formatEdits } from "../../language/format/edits.ts";
import { formatFile, isFormattable, layOut } from "../../language/format/format.ts";
import { parseFile } from "../../language/parse/parse.ts";
import { scan } from "../../language/parse/scan.ts";

/** Formats a text and checks the laws of what comes out; gives it back. */
export function checkFormat(text: string): string {
  const before = parseFile("/main.wal", text);
  const formatted = formatFile(before);
  const after = parseFile("/main.wal", formatted);
  before.items.forEach(({ tree }, index) => {
    if (!isFormattable(before, index)) expect(formatted, "what does not parse is kept").toContain(tree.text);
    else if (layOut(tree, "\n") === null && !DOC_OF_SIGN.test(tree.text))
      expect.fail(`gave up on ${JSON.stringify(tree.text)}`);
  });
  expect(meaningOf(after)).toEqual(meaningOf(before));
  expect(commentsOf(formatted)).toEqual(commentsOf(text));
  expect(formatFile(after), "formatting again changes nothing").toBe(formatted);
  expect(applied(text, formatEdits(before)), "the edits make the same text").toBe(formatted);
  return formatted;
}

/** Documentation of a `;` or `,` has nowhere to go: such an item is left as it is. */
const DOC_OF_SIGN = /\/\/\/[^\n]*\n(\s|\/\/[^\n]*\n)*[;,]/;

export function applied(
  text: string,
  edits: readonly { readonly start: number; readonly end: number; readonly text: string }[],
): string {
  let made = "";
  let at = 0;
  for (const edit of edits) {
    expect(edit.start).toBeGreaterThanOrEqual(at);
    made += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return made + text.slice(at);
}

function commentsOf(text: string): string[] {
  return scan(text)
    .comments.map(({ start, end }) => text.slice(start, end).replace(/\s+/g, " ").trim())
    .sort();
}

/** The trees without their places. */
function meaningOf(file: FileTree): unknown {
  return file.items.flatMap(({ tree }) => (tree.errors.length === 0 ? tree.statements.map(bare) : brokenOf(tree)));
}

const brokenOf = (tree: ItemTree): unknown => ({ broken: tree.text.trim() });
const PLACES = new Set(["start", "end", "opSpan", "effectSpan", "pathSpan"]);

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (PLACES.has(key) ? [] : [[key, bare(part)]])),
  );
}
