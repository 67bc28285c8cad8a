// An analysis after an edit is what a fresh analysis of the same text is.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Analysis, createWorkspace } from "../../language/analyse.ts";
import type { FileTree } from "../../language/ast.ts";
import { memoryCache, type Newest, parseFile } from "../../language/parse/parse.ts";
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

const FACTS = ["suspends", "waits", "home", "unknown"] as const;

/** What holds of each unit. Why may be said in several ways, but every way ends. */
const facts = (analysis: Analysis): unknown =>
  [...analysis.files].map(([file, tree]) =>
    tree.items.map((_, index) =>
      analysis.names(file, index).units.map((unit) => ({
        path: unit.path,
        row: analysis.facts.rowOf(unit),
        suspends: analysis.facts.maySuspend(unit),
        place: analysis.facts.placeOf(unit),
        ways: FACTS.map((fact) => analysis.facts.pathToFact(unit, fact).length > 0),
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

// Pieces that change what names, methods and fields mean, where code begins and ends, and who handles what.
const PIECES = [
  ...[
    "ask",
    "twice",
    "which",
    "helper",
    "limits",
    "LIMIT",
    "P",
    "Q",
    "x",
    "m",
    "nope",
    "a",
    "go",
    "(",
    ")",
    "{",
    "}",
    '"',
    "/*",
  ],
  ...[
    "ask(1);",
    "x = 2;",
    "ask = 1;",
    "e => e",
    "q.m();",
    "q.go(1);",
    "q.x(1);",
    "{ go: ask };",
    "{ m: e => e };",
    "super.m();",
  ],
  ...[
    'perform "MORE";',
    'perform "ASK" { a: 1 };',
    'handle "ASK" { 1 }',
    'handle "MORE" { resume(effect.continuation, 1) }',
  ],
  ...[
    "\nvar x = 1;\n",
    "\nconst LIMIT = ask;\n",
    "\nfun ask(a) 1;\n",
    "\nclass R < Q { fun go(n) ask(n); }\n",
    "\nclass Q { fun m() 2; }\n",
  ],
  ...[
    "\nasync fun go() ask(1);\n",
    "\nfun helper(n) n;\n",
    'import "b" as b;\n',
    "b.helper(1);",
    "await ask(1);",
    ";",
    "\n",
    " ",
  ],
];

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
test(`after any edits in two files (seed ${seed})`, () => {
  const edit = fc.record({
    file: fc.constantFrom("/a.wal", "/b.wal"),
    at: fc.nat(),
    remove: fc.oneof(fc.constant(0), fc.nat(20)),
    insert: fc.constantFrom(...PIECES),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
      const cache = memoryCache();
      const workspace = createWorkspace();
      const newest = new Map<string, Newest>();
      const trees = new Map<string, FileTree>();
      const parse = (file: string, text: string): FileTree => {
        if (!newest.has(file)) newest.set(file, {});
        const tree = parseFile(file, text, cache, newest.get(file));
        trees.set(file, tree);
        return tree;
      };
      parse("/a.wal", BASE);
      parse("/b.wal", "fun helper(n) limits() + n;\nconst other = helper;\nprint other(1) + Q(2).m();\n");
      for (const tree of trees.values()) workspace.setFile(tree);
      workspace.analyse();
      for (const { file, at, remove, insert } of edits) {
        const old = trees.get(file)!;
        const start = at % (old.text.length + 1);
        const text = old.text.slice(0, start) + insert + old.text.slice(start + remove);
        const tree = parse(file, text);
        expect(tree).toEqual(parseFile(file, text));
        workspace.setFile(tree);
        const analysis = workspace.analyse();
        const fresh = createWorkspace();
        for (const each of trees.values()) fresh.setFile(each);
        expect(diagnosticsOf(analysis)).toEqual(diagnosticsOf(fresh.analyse()));
        expect(facts(analysis)).toEqual(facts(fresh.analyse()));
      }
    }),
    { seed, numRuns: Number(process.env.RUNS ?? 20) },
  );
});
