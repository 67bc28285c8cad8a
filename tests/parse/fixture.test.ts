// The reader of fixtures.

import { expect, test } from "vitest";
import { readFixture } from "../fixture.ts";

test("text without a heading is one file", () => {
  expect(readFixture("\na;\nb;\n")).toEqual({ files: [{ path: "/main.wal", text: "a;\nb;\n" }], expectations: [] });
});

test("headings begin files", () => {
  expect(readFixture("//- /a.wal\na;\n//- /b.wal\nb;").files).toEqual([
    { path: "/a.wal", text: "a;" },
    { path: "/b.wal", text: "b;" },
  ]);
});

test("the cursor is taken out", () => {
  const { files, cursor } = readFixture("//- /a.wal\na;\n//- /b.wal\nb.$0c;");
  expect(files[1]!.text).toBe("b.c;");
  expect(cursor).toEqual({ path: "/b.wal", offset: 2 });
});

test("carets speak of the line above, and stay", () => {
  const { files, expectations } = readFixture("x;\n  ask(y);\n//^^^ first\n  //  ^ second\n//    | and more");
  const text = files[0]!.text;
  expect(expectations.map(({ start, end, message }) => [text.slice(start, end), message])).toEqual([
    ["ask", "first"],
    ["y", "second\nand more"],
  ]);
});

test("columns are those without the cursor", () => {
  const { files, expectations } = readFixture("  a$0sk(y);\n//^^^ here");
  const { start, end } = expectations[0]!;
  expect(files[0]!.text.slice(start, end)).toBe("ask");
});

test("mistakes in a fixture are told", () => {
  expect(() => readFixture("//  ^ nothing above")).toThrow("carets");
  expect(() => readFixture("$0 $0")).toThrow("$0");
});
