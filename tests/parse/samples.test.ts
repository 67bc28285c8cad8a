// Whole programs have trees without faults; broken ones keep the laws too.

import { expect, test } from "vitest";
import { parseItem } from "../../language/parse/parse.ts";
import { checkLaws } from "./laws.ts";
import { samples } from "./samples.ts";

for (const { name, text } of samples)
  test(`${name} has no syntax errors`, () => {
    const { items } = checkLaws(text);
    expect(items.flatMap(({ tree }) => tree.errors.map(({ message }) => `${message} in ${tree.text}`))).toEqual([]);
    for (const { tree } of items) expect(tree.statements.length).toBeLessThanOrEqual(1);
  });

for (const { name, text } of samples)
  test(`${name} is the same program with other line ends`, () => {
    const { items } = checkLaws(text.replaceAll("\n", "\r\n"));
    expect(items.flatMap(({ tree }) => tree.errors)).toEqual([]);
  });

test("every prefix of a program keeps the laws", () => {
  for (const { text } of samples)
    for (let length = 0; length < text.length; length += 97) checkLaws(text.slice(0, length));
});

test("an item is the same tree each time", () => {
  const text = "fun f(a) { a.b(c => c + 1) }";
  expect(parseItem(text)).toEqual(parseItem(text));
});
