// What literals mean: numbers, strings, character literals. Faults in them are reported with their place in the item.

import type * as ast from "../ast.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
  '"': '"',
  "\\": "\\",
  "'": "'",
};

/** `42`, `3.14`, `5.97e24`, `0xB8000`, `0b1010`, `1_000_000`. */
export function numberValue(text: string, start: number, errors: ast.SyntaxError[]): number {
  const value = Number(text.replaceAll("_", ""));
  if (Number.isFinite(value)) return value;
  const message = Number.isNaN(value) ? `\`${text}\` is not a number` : `\`${text}\` is too large for a number`;
  errors.push({ start, end: start + text.length, message });
  return 0;
}

/** The value of a string whose source, quotes included, is `text`. */
export function stringValue(text: string, start: number, errors: ast.SyntaxError[]): string {
  const inner = text.slice(1, -1);
  return inner.includes("\\") ? unescaped(inner, start + 1, errors) : inner;
}

/** The code point of `'A'`. */
export function characterValue(text: string, start: number, errors: ast.SyntaxError[]): number {
  const points = [...unescaped(text.slice(1, -1), start + 1, errors)];
  if (points.length !== 1)
    errors.push({ start, end: start + text.length, message: "a character literal holds exactly one character" });
  return points[0]?.codePointAt(0) ?? 0;
}

function unescaped(inner: string, start: number, errors: ast.SyntaxError[]): string {
  return inner.replace(/\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]+)\}|(.))/gs, (all, byte, point, letter, at: number) => {
    const code = byte ?? point;
    if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff)
      return String.fromCodePoint(Number.parseInt(code, 16));
    const plain = letter === undefined ? undefined : ESCAPES[letter];
    if (plain !== undefined) return plain;
    const message = `unknown escape \`${all}\`; escapes are \\n \\t \\r \\0 \\" \\\\ \\xHH \\u{H…}`;
    errors.push({ start: start + at, end: start + at + all.length, message });
    return letter ?? "";
  });
}
