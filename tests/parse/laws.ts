// What holds for the tree of every text, program or not.

import { expect } from "vitest";
import type { FileTree, Span } from "../../language/ast.ts";
import { parseFile, UNREADABLE } from "../../language/parse/parse.ts";

/** Parses `text` and checks the laws of its tree. */
export function checkLaws(text: string): FileTree {
  const file = parseFile("/main.wal", text);
  expect(file.items.map(({ tree }) => tree.text).join("")).toBe(text);
  let offset = 0;
  for (const item of file.items) {
    expect(item.offset).toBe(offset);
    offset += item.tree.text.length;
    const whole = { start: 0, end: item.tree.text.length };
    for (const error of item.tree.errors) {
      checkInside(error, whole, error.message);
      expect(error.message).not.toContain(UNREADABLE);
    }
    for (const comment of item.tree.comments) checkInside(comment, whole, comment.style);
    for (const statement of item.tree.statements) checkNode(statement, whole, item.tree.text);
    expect(JSON.parse(JSON.stringify(item.tree))).toEqual(item.tree);
  }
  return file;
}

function checkInside(span: Span, outer: Span, what: string): void {
  const fits = outer.start <= span.start && span.start <= span.end && span.end <= outer.end;
  if (!fits) expect.fail(`${what} at ${span.start}-${span.end} is not inside ${outer.start}-${outer.end}`);
}

/** Spans lie in those of their parents, and names are what stands there. */
function checkNode(node: object, outer: Span, text: string): void {
  const { start, end, kind, name } = node as { start?: unknown; end?: unknown; kind?: unknown; name?: unknown };
  const span = typeof start === "number" && typeof end === "number" ? { start, end } : outer;
  checkInside(span, outer, String(kind ?? name ?? "part"));
  if (kind === "Name" && name !== text.slice(span.start, span.end))
    expect.fail(`${String(name)} is not ${text.slice(span.start, span.end)}`);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) for (const part of value) checkNode(part as object, span, text);
    else if (typeof value === "object" && value !== null) checkNode(value, span, text);
  }
}
