// Formatting parts of a file, and what typing a character changes.

import { describe, expect, test } from "vitest";
import { formatEdits, formatRangeEdits } from "../../language/format/edits.ts";
import { typingEdits } from "../../language/format/typing.ts";
import { parseFile } from "../../language/parse/parse.ts";
import { applied } from "./laws.ts";

/** Formats the part between two `|`, or at one. */
function formatPart(marked: string): string {
  const [before = "", ...others] = marked.split("|");
  const text = before + others.join("");
  const start = before.length;
  const end = start + (others.length > 1 ? others[0]!.length : 0);
  return applied(text, formatRangeEdits(parseFile("/main.wal", text), { start, end }));
}

/** Types the last character before `|`. */
function typed(marked: string): string {
  const at = marked.indexOf("|");
  const text = marked.replace("|", "");
  return applied(text, typingEdits(parseFile("/main.wal", text), at, text[at - 1]!));
}

describe("edits", () => {
  test("are as small as the changes", () => {
    const text = "fun f(a) {\n  g( a,b );\n    h();\n}\n";
    expect(formatEdits(parseFile("/main.wal", text))).toEqual([
      { start: 13, end: 13, text: "  " },
      { start: 15, end: 16, text: "" },
      { start: 18, end: 18, text: " " },
      { start: 19, end: 20, text: "" },
    ]);
  });

  test.each([
    ["a statement of a block", "fun f() {\n  g( 1 );\n  h(| 2 );\n}\n", "fun f() {\n  g( 1 );\n    h(2);\n}\n"],
    [
      "some of them",
      "fun f() {\n  |g( 1 );\n  h( 2 |);\n  i( 3 );\n}\n",
      "fun f() {\n    g(1);\n    h(2);\n  i( 3 );\n}\n",
    ],
    ["an item", "var  a=1;\nvar  b=|2;\nvar  c=3;\n", "var  a=1;\nvar b = 2;\nvar  c=3;\n"],
    ["items", "var  a=|1;\nvar  b|=2;\nvar  c=3;\n", "var a = 1;\nvar b = 2;\nvar  c=3;\n"],
    ["not what does not parse", "var  a=|1;\nvar  =2;\nvar  c|=3;\n", "var a = 1;\nvar  =2;\nvar c = 3;\n"],
  ])("of a part: %s", (_name, text, expected) => expect(formatPart(text)).toBe(expected));
});

describe("typing", () => {
  test.each([
    ["a `;` formats its statement", "fun f() {\n  g( 1 );\n  h( 2 );|\n}\n", "fun f() {\n  g( 1 );\n    h(2);\n}\n"],
    [
      "a `}` formats what it closes",
      "fun f() {\n  g( 1 );\n  if(a){b( 1 )}|\n  c( 1 );\n}\n",
      "fun f() {\n  g( 1 );\n    if (a) { b(1) }\n  c( 1 );\n}\n",
    ],
    ["the last `}` formats the function", "fun f( ){\n  g( 1 );\n}|\n", "fun f() {\n    g(1);\n}\n"],
    ["not a `;` in a string", 'g( "a;|" );\n', 'g( "a;" );\n'],
    ["a new line is indented by the brackets above it", "fun f() {\n    g([\n|\n", "fun f() {\n    g([\n        \n"],
    ["and one that begins with a closing bracket less", "fun f() {\n    g();\n|    }\n", "fun f() {\n    g();\n}\n"],
    ["not inside a string", 'g("\n|");', 'g("\n");'],
    ["not inside a comment", "{ /*\n| */ }", "{ /*\n */ }"],
  ])("%s", (_name, text, expected) => expect(typed(text)).toBe(expected));

  test("answers for any text and place", () => {
    for (const text of ["", "}", ";", "\n", "fun f( {;}", '"open;', "// c;\n}", "x;;}\n", "/* }", "}}}\n{{{\n;"])
      for (let at = 0; at <= text.length; at++)
        for (const character of ["}", ";", "\n"]) {
          const tree = parseFile("/main.wal", text);
          applied(text, typingEdits(tree, at, character));
          applied(text, formatRangeEdits(tree, { start: 0, end: at }));
        }
  });
});
