// An analysis after an edit is what a fresh analysis of the same text is.

import { describe, expect, test } from "vitest";
import { type Analysis, createWorkspace } from "../../language/analyse.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import { diagnosticsOf } from "../rules/check.ts";

const BASE = `
fun ask(a) perform "ASK" { a: a };
fun twice(n) ask(n) + ask(n);
handle "ASK" { resume(effect.continuation, effect.a) }
class P { var x; fun init(x) { this.x = x; } }
class Q < P { fun m() 1; }
print twice(1) + Q(1).x;
const LIMIT = 3;
fun which(n) match n { LIMIT => 1, _ => 2 };
fun limits() which(LIMIT);
`;

const EDITS: readonly (readonly [string, string, string])[] = [
  ["a body", "ask(n) + ask(n)", "ask(n) * ask(n)"],
  ["a new effect", "ask(n) + ask(n)", 'ask(n) + perform "MORE"'],
  ["one more parameter", "fun ask(a)", "fun ask(a, b)"],
  ["another superclass constructor", "fun init(x) { this.x = x; }", "fun init(x, y) { this.x = x + y; }"],
  ["a handler's name", 'handle "ASK"', 'handle "ASC"'],
  ["a constant that becomes a function", "const LIMIT = 3;", "fun LIMIT() 3;"],
  ["a constant's name", "const LIMIT = 3;", "const LIMITS = 3;"],
  ["a function that becomes async", "fun ask(a)", "async fun ask(a)"],
  ["an item before the others", "\nfun ask", "\n// new\nvar first = 1;\nfun ask"],
  ["a broken item", "print twice(1)", "print twice(1"],
  ["a name that collides with another file", "fun limits", "fun helper"],
];

const facts = (analysis: Analysis): unknown =>
  [...analysis.files].map(([file, tree]) =>
    tree.items.map((_, index) =>
      analysis.names(file, index).units.map((unit) => ({
        path: unit.path,
        row: analysis.facts.rowOf(unit),
        suspends: analysis.facts.maySuspend(unit),
        place: analysis.facts.placeOf(unit),
      })),
    ),
  );

describe("after an edit", () => {
  test.each(EDITS)("of %s", (_, before, after) => {
    const cache = memoryCache();
    const other = parseFile("/b.wal", 'fun helper(n) limits() + n;\nimport "a" as a;\nprint a.twice(2);', cache);
    const workspace = createWorkspace();
    workspace.setFile(other);
    expect(BASE).toContain(before);
    for (const text of [BASE, BASE.replace(before, after), BASE, BASE.replace(before, after)]) {
      const tree = parseFile("/a.wal", text, cache);
      workspace.setFile(tree);
      const analysis = workspace.analyse();
      const fresh = createWorkspace();
      fresh.setFile(other);
      fresh.setFile(tree);
      expect(diagnosticsOf(analysis)).toEqual(diagnosticsOf(fresh.analyse()));
      expect(facts(analysis)).toEqual(facts(fresh.analyse()));
    }
  });

  test("an older analysis stays what it was", () => {
    const workspace = createWorkspace();
    workspace.setFile(parseFile("/a.wal", "print nope;"));
    const old = workspace.analyse();
    workspace.setFile(parseFile("/a.wal", "\n\nprint 1;"));
    const now = workspace.analyse();
    expect(old.diagnostics("/a.wal").map(({ span }) => span)).toEqual([{ start: 6, end: 10 }]);
    expect(now.diagnostics("/a.wal")).toEqual([]);
  });

  test("equal items in two files are analysed each in its place", () => {
    const cache = memoryCache();
    const workspace = createWorkspace();
    workspace.setFile(parseFile("/a.wal", "print x;", cache));
    workspace.setFile(parseFile("/b.wal", "print x;", cache));
    workspace.setFile(parseFile("/c.wal", "print x;\nprint x;", cache));
    expect(diagnosticsOf(workspace.analyse()).length).toBe(4);
    workspace.removeFile("/b.wal");
    workspace.setFile(parseFile("/a.wal", "var x = 1;\nprint x;", cache));
    expect(diagnosticsOf(workspace.analyse())).toEqual([]);
  });
});
