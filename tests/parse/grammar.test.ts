// The builder knows every rule of the grammar.

import { expect, test } from "vitest";
import { actions } from "../../language/parse/build.ts";
import grammars from "../../syntaxes/walia.ohm-bundle.js";

// Words, signs and space, and rules that are only looked at or read as text.
const TEXT = new Set(
  `varWord async bitWidth comma pointer typeName unit number radix decimal digits fraction exponent version escape
   name anyName word wordPart keyword worded declares encloses jumps semicolon separator closeRound closeSquare closeCurly
   gap s comment comment_line comment_block continues mapKey operator rest minus`.split(/\s+/),
);

/** The rules `Walia` defines itself; those of Ohm are not among them. */
const rules = Object.keys((grammars.Walia as unknown as { rules: object }).rules);

test("every rule has an action or is text", () => {
  expect(rules.filter((rule) => !(rule in actions) && !TEXT.has(rule))).toEqual([]);
});

test("every action has a rule", () => {
  const known = new Set(rules);
  expect(Object.keys(actions).filter((rule) => !known.has(rule))).toEqual([]);
});
