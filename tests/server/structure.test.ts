// Folding, selection ranges and linked editing.

import { describe, expect, test } from "vitest";
import { foldingRanges } from "../../server/features/folding.ts";
import { linkedAt } from "../../server/features/linked-editing.ts";
import { selectionsAt } from "../../server/features/selection-ranges.ts";
import { readFixture } from "../fixture.ts";
import { atCursor, viewOf } from "./fixture.ts";

describe("folding", () => {
  /** `first-last kind`, lines counted from 0. */
  const folds = (text: string, wholeLines = true): string[] =>
    foldingRanges(viewOf(readFixture(text)), "/main.wal", wholeLines).map(({ startLine, endLine, kind }) =>
      [`${startLine}-${endLine}`, kind ?? ""].join(" ").trim(),
    );

  test("blocks, lists, arguments; the line of the closing bracket stays", () =>
    expect(folds("fun f() {\n  [\n    1,\n  ]\n}\nf(\n  1\n);\nfun g() { 1 }\n")).toEqual(["0-3", "1-2", "5-6"]));

  test("with characters where the client can", () =>
    expect(foldingRanges(viewOf(readFixture("fun f() {\n  1\n}\n")), "/main.wal", false)).toEqual([
      { startLine: 0, startCharacter: 9, endLine: 2, endCharacter: 0 },
    ]));

  test("runs of comments, imports, regions", () =>
    expect(
      folds(
        '// one\n// two\n\nimport "a" as a;\nimport "b" as b;\nvar x = 1; // behind\n// region Setup\nvar y = 2;\n/* long\n   one */\n// endregion\n',
      ),
    ).toEqual(["0-1 comment", "3-4 imports", "6-10 region", "8-9 comment"]));

  test("a file that does not parse", () =>
    expect(folds("fun f( {\n  var x = [\n    1\n  ];\n}\n")).toEqual(["0-3", "1-2"]));
});

describe("selection", () => {
  function selections(text: string): string[] {
    const { view, file, offset, fixture } = atCursor(text);
    return selectionsAt(view, file, offset).map(({ start, end }) => fixture.files[0]!.text.slice(start, end));
  }

  test("from a word of a string over the argument and the statement to the file", () =>
    expect(selections('fun f(a) {\n  g(a, "some te$0xt");\n}\nvar x = 1;\n')).toEqual([
      "text",
      "some text",
      '"some text"',
      'a, "some text"',
      '(a, "some text")',
      'g(a, "some text")',
      'g(a, "some text");',
      '{\n  g(a, "some text");\n}',
      'fun f(a) {\n  g(a, "some text");\n}',
      'fun f(a) {\n  g(a, "some text");\n}\nvar x = 1;\n',
    ]));

  test("a declaration with its comment", () => {
    expect(selections("/// Doc.\nfun f(par$0am: u8) 1;\n").slice(0, 6)).toEqual([
      "param",
      "param: u8",
      "(param: u8)",
      "fun f(param: u8) 1",
      "fun f(param: u8) 1;",
      "/// Doc.\nfun f(param: u8) 1;",
    ]);
  });

  test("each span is inside the next, whatever the text is", () => {
    for (const text of ["", "$", "fun f( {", '"open', "// c", "a.b.", "}{", 'perform "A" { x: ']) {
      for (let at = 0; at <= text.length; at++) {
        const view = viewOf(readFixture(text));
        const spans = selectionsAt(view, "/main.wal", at);
        expect(spans.length).toBeGreaterThan(0);
        spans.forEach(({ start, end }, i) => {
          const outer = spans[i + 1];
          if (outer) expect(outer.start <= start && end <= outer.end).toBe(true);
        });
      }
    }
  });
});

describe("linked editing", () => {
  function linked(text: string): string[] | null {
    const { view, file, offset } = atCursor(text);
    const found = linkedAt(view, file, offset);
    return found?.spans.map(({ start, end }) => `${start}-${end}`) ?? null;
  }

  test("the declaration of a local with its uses", () =>
    expect(linked("fun f($0ab) { ab + fun() ab }")).toEqual(["6-8", "12-14", "23-25"]));
  test("not from a use, nor a local that is never used", () => {
    expect(linked("fun f(ab) { $0ab }")).toBeNull();
    expect(linked("fun f($0ab) 1;")).toBeNull();
  });
  test("an effect from its only handler, when no other file knows it", () => {
    expect(linked('fun f() { handle "A$0SK" { 1 } perform "ASK" }\nhandle "ASK" { 2 }\nperform "ASK";\n')).toBeNull();
    expect(linked('handle "A$0SK" { 1 }\nperform "ASK";\n')).toEqual(["8-11", "28-31"]);
    expect(linked('handle "ASK" { 1 }\nperform "A$0SK";\n')).toBeNull();
    expect(linked('//- /a.wal\nhandle "A$0SK" { 1 }\nperform "ASK";\n//- /b.wal\nfun f() perform "ASK";\n')).toBeNull();
    expect(linked('handle "IO_$0READ" { 1 }\nperform "IO_READ";\n')).toBeNull();
  });
});
