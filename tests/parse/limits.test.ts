// Depth and size: a program gets a tree or a message, never a stack overflow and never a hang.

import { expect, test } from "vitest";
import { MAX_NESTING, parseFile } from "../../language/parse/parse.ts";

/** The messages for `text`; its tree can be written as JSON. */
function messages(text: string): string[] {
  const { items } = parseFile("/main.wal", text);
  expect(items.map(({ tree }) => tree.text).join("")).toBe(text);
  for (const { tree } of items) JSON.stringify(tree);
  return items.flatMap(({ tree }) => tree.errors.map(({ message }) => message));
}

const TOO_DEEP = [`nested too deeply: more than ${MAX_NESTING} levels`];
const nested = (open: string, middle: string, close: string, depth: number): string =>
  open.repeat(depth) + middle + close.repeat(depth);

const BRACKETS: Readonly<Record<string, (depth: number) => string>> = {
  parentheses: (depth) => `${nested("(", "1", ")", depth)};`,
  lists: (depth) => `${nested("[", "1", "]", depth)};`,
  maps: (depth) => `var x = ${nested("{ a: ", "1", " }", depth)};`,
  blocks: (depth) => nested("{", "1", "}", depth),
  calls: (depth) => `${nested("f(", "1", ")", depth)};`,
  indexes: (depth) => `${nested("a[", "1", "]", depth)};`,
  branches: (depth) => nested("if (a) { ", "1", " }", depth),
  alternatives: (depth) => nested("if (a) {} else { ", "1", " }", depth),
  functions: (depth) => nested("fun f() { ", "1", " }", depth),
  callbacks: (depth) => `${nested("f(x => ", "1", ")", depth)};`,
  matches: (depth) => nested("match a { _ => ", "1", " }", depth),
  handlers: (depth) => nested('handle "A" { ', "1", " }", depth),
  patterns: (depth) => `match a { ${nested("(", "1", ")", depth - 1)} => 1 }`,
  types: (depth) => `var x: ${nested("List(", "u8", ")", depth)};`,
};

for (const [name, text] of Object.entries(BRACKETS)) {
  test(`${name}: ${MAX_NESTING} levels are read, more are refused`, () => {
    expect(messages(text(MAX_NESTING))).toEqual([]);
    expect(messages(text(MAX_NESTING + 1))).toEqual(TOO_DEEP);
    expect(messages(text(10_000))).toEqual(TOO_DEEP);
  });
}

test("brackets that are never closed", () => {
  for (const open of ["(", "[", "{", "f(", "{[(", "fun f() {"]) {
    expect(messages(open.repeat(30)).length).toBeGreaterThan(0);
    expect(messages(open.repeat(10_000)).length).toBeGreaterThan(0);
  }
});

test("comments that are never closed", () => {
  for (const text of ["/*\n".repeat(300_000), `a${"/*\n".repeat(20_000)}b;`])
    expect(messages(text).at(-1)).toMatch(/never closed|too long/);
});

test("brackets that close nothing", () => {
  expect(messages(")]}".repeat(1_000))).toEqual(["unexpected `)`"]);
});

const CHAINS: Readonly<Record<string, (length: number) => string>> = {
  not: (length) => `${"!".repeat(length)}x;`,
  minus: (length) => `x = ${"- ".repeat(length)}1;`,
  await: (length) => `${"await ".repeat(length)}perform "A";`,
  assign: (length) => `${"a = ".repeat(length)}1;`,
  lambda: (length) => `${"x => ".repeat(length)}1;`,
  if: (length) => `${"if (a) ".repeat(length)}1;`,
  "else if": (length) => `if (a) 1 ${"else if (a) 1 ".repeat(length)};`,
  while: (length) => `${"while (a) ".repeat(length)}1;`,
  plus: (length) => `x = 1${"+1".repeat(length)};`,
  pipe: (length) => `a${" |> f()".repeat(length)};`,
  call: (length) => `f${"()".repeat(length)};`,
  member: (length) => `a${".b".repeat(length)};`,
  pointer: (length) => `var x: ${"*".repeat(length)}T;`,
  fun: (length) => `${"fun() ".repeat(length)}1;`,
  return: (length) => `fun f() ${"return fun() ".repeat(length)}1;`,
};

for (const [name, text] of Object.entries(CHAINS))
  test(`a chain of ${name} is read or refused`, () => {
    expect(messages(text(20))).toEqual([]);
    expect(messages(text(2_000)).length).toBe(1);
    expect(messages(text(20_000)).length).toBe(1);
  });

test("a sum of 100,000 terms", () => {
  expect(messages(`x = 1${"+1".repeat(100_000)};`)).toEqual(["too long: more than 1000 operators in one expression"]);
});

test("long chains in one another do not add up to a deep tree", () => {
  const chain = (inner: string): string => `(${inner}${" + 1".repeat(900)})`;
  expect(messages(`x = ${chain(chain(chain(chain("1"))))};`)).toEqual(TOO_DEEP);
});

test("a line of 5 MB", () => {
  const refused = ["too long: more than 250000 characters in one declaration"];
  expect(messages(`x = ${"a + b * ".repeat(625_000)}1;`)).toEqual(refused);
  expect(messages("(".repeat(5_000_000))).toEqual(refused);
  expect(messages(`"${"a".repeat(5_000_000)}`)).toEqual(refused);
});
