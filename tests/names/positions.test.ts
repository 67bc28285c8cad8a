import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fromLineColumn,
  fromLsp,
  lineColumn,
  lineIndex,
  lspPosition,
  offset,
  toLineColumn,
  toLsp,
} from "../../language/positions.ts";

const TEXT = 'fun f() {\r\n\tprint "😀é";\n}\rvar x = 1;\n';

describe("positions", () => {
  test("columns count UTF-16 units; tabs are one, emoji two", () => {
    const index = lineIndex(TEXT);
    expect(toLineColumn(index, offset(TEXT.indexOf("print")))).toEqual({ line: 2, column: 2 });
    expect(toLsp(index, offset(TEXT.indexOf("é")))).toEqual({ line: 1, character: 10 });
    expect(toLsp(index, offset(TEXT.indexOf("var")))).toEqual({ line: 3, character: 0 });
    expect(toLsp(index, offset(TEXT.length))).toEqual({ line: 4, character: 0 });
  });

  test("what is outside is clamped", () => {
    const index = lineIndex("ab\r\nc");
    expect(fromLsp(index, lspPosition(0, 99))).toBe(2);
    expect(fromLsp(index, lspPosition(9, 0))).toBe(5);
    expect(fromLineColumn(index, lineColumn(0, 5))).toBe(0);
    expect(toLsp(index, offset(3))).toEqual({ line: 0, character: 2 });
  });

  test("lines after an edit are those of the text read from its start", () => {
    const pieces = fc.array(fc.constantFrom("a", "bc", "\n", "\r\n", "\r", "\r\r"));
    fc.assert(
      fc.property(pieces, pieces, pieces, pieces, (before, gone, come, behind) => {
        const old = lineIndex([...before, ...gone, ...behind].join(""));
        const text = [...before, ...come, ...behind].join("");
        expect(lineIndex(text, old)).toEqual(lineIndex(text));
      }),
      { numRuns: 300 },
    );
  });

  test("round trips", () => {
    const pieces = fc.constantFrom("a", "\t", "\n", "\r\n", "\r", "😀", "é", " ", "fun");
    fc.assert(
      fc.property(fc.array(pieces), fc.nat(), (parts, at) => {
        const text = parts.join("");
        const index = lineIndex(text);
        const place = offset(at % (text.length + 1));
        // Between "\r" and "\n" there is no position (P1): it is the end of the line.
        const wanted = text[place - 1] === "\r" && text[place] === "\n" ? place - 1 : place;
        expect(fromLsp(index, toLsp(index, place))).toBe(wanted);
        expect(fromLineColumn(index, toLineColumn(index, place))).toBe(wanted);
      }),
    );
  });
});
