// Where a file is cut into items: `‖` stands where one ends and the next begins.

import fc from "fast-check";
import { expect, test } from "vitest";
import { split, splitAgain, splitItems } from "../../language/parse/items.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import { samples } from "./samples.ts";

function check(marked: string): void {
  const items = splitItems(marked.replaceAll("‖", ""));
  expect(items.map(({ piece }) => piece.text).join("‖")).toBe(marked);
}

test("statements end at their semicolon, with the rest of the line", () => {
  check("a; // one\n‖\n// two\nb;\n‖c; ‖d;");
});

test("declarations end at their brace", () => {
  check("fun f() { a; b }\n‖class A { fun m() {} }\n‖layout B { a: u8; } ‖union C { a: u8; }");
});

test("declarations end at their semicolon when they have no brace", () => {
  check("fun f(a) a + 1;\n‖var m = { a: 1 };\n‖var g = fun(x) { x };\n‖fun h(x) match x { 1 => 2 }\n‖f();");
});

test("an if goes on with its else, also behind a semicolon", () => {
  check("if (a) { b } else if (c) { d }\nelse { e }\n‖if (a) b;\nelse c;\n‖d;");
});

test("a handler goes on with its in", () => {
  check('handle "A" { 1 }\nin { 2 }\n‖handle "B" { 3 }\n‖f();');
});

test("a statement goes on behind its brace with an operator", () => {
  check("match a { _ => b }\n  .c();\n‖if (a) { b } |> c();\n‖{ a } + b;\n‖while (a) {}\n‖-b;\n‖[c];");
});

test("annotations and documentation belong to what follows", () => {
  check('/// Doc.\n@sql\nclass A {}\n‖@reg("rax")\nvar a;\n‖/// Doc.\nasync\nfun f() {}\n');
});

test("brackets, strings and comments hide what is in them", () => {
  check('f("};{", \'}\', /* } ; */ [a, // ;\n b]);\n‖g("\\";");\n');
});

test("comments at the end are an item", () => {
  check("a;\n‖\n// the end\n");
  check("\n// only\n");
  check("  \n");
  check("");
});

test("a missing semicolon ends at the next declaration", () => {
  check("var a = 1\n‖fun f() {}\n‖var b = { c: 1 }\n‖print b;\n‖x = f(\n‖var d;");
});

test("a bracket that is never closed ends before the next declaration", () => {
  check("fun f() {\n  if (a) {\n    b;\n}\n‖fun g() {}\n‖class A {\n  fun m( {\n}\n‖var c = [1, 2;\n‖var d;\n");
});

test("a bracket in a statement ends with it", () => {
  check("foo(a, [b;\n‖bar();\n");
});

test("brackets that close nothing are an item", () => {
  check("a;\n‖}\n)]\n‖b;\n");
});

test("a string that is never closed ends with its line", () => {
  check('var a = "b;\n‖var c = 1;\n‖var d = "e";\n');
});

test("code without indentation is one item all the same", () => {
  check("class A {\nvar x;\nfun m() {\nvar y = 1;\n}\n}\n‖var z;");
});

test("a change in one item keeps the trees of the others", () => {
  const cache = memoryCache();
  const before = parseFile("/a.wal", "fun f() { 1 }\nvar x = 2;\nfun g() { 3 }\n", cache);
  const after = parseFile("/a.wal", "fun f() { 1 }\nvar x = 25;\nfun g() { 3 }\n", cache);
  expect(after.items.map(({ tree }, n) => tree === before.items[n]!.tree)).toEqual([true, false, true]);
  expect(after.items[2]!.offset).toBe(before.items[2]!.offset + 1);
});

const PARTS = [" else b;", " in { 2 }", " + c;", " !as ", "&&", "/// d\n", "@x ", "'"];

// Each edit is one of a series, so that mistakes of one version would be seen in the next.
test("after any edits, what is split again is what is split afresh", () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const piece = fc.constantFrom(
    ...'a;~{~}~(~)~[~];~"~"~\\~// c\n~/*~*/~/~\n~fun f() {\n~\nfun g() 1;\n~class A {}\n~\'\\\n~1.~'.split("~"),
    ...PARTS,
  );
  const edit = fc.record({ at: fc.nat(), remove: fc.nat(12), insert: fc.array(piece, { maxLength: 2 }) });
  fc.assert(
    fc.property(
      fc.constantFrom(...samples.map(({ text }) => text)),
      fc.array(edit, { minLength: 1, maxLength: 8 }),
      (sample, edits) => {
        let now = split(sample);
        for (const { at, remove, insert } of edits) {
          const start = at % (now.scan.text.length + 1);
          now = splitAgain(now, now.scan.text.slice(0, start) + insert.join("") + now.scan.text.slice(start + remove));
          const afresh = split(now.scan.text);
          expect(now.items).toEqual(afresh.items);
          for (const key of ["tokens", "comments", "loose", "openQuote"] as const)
            expect(now.scan[key]).toEqual(afresh.scan[key]);
        }
      },
    ),
    { seed, numRuns: Number(process.env.RUNS ?? 150) },
  );
});
