// Text from a program never becomes JavaScript: names and strings that mean something there are names and strings here.

import { expect, test } from "vitest";
import { runText } from "./command.ts";

/** Names that JavaScript, or the way our code uses it, could take for something else. */
const NAMES = `
  __proto__ constructor prototype arguments eval undefined NaN Infinity globalThis window process require module exports
  hasOwnProperty toString valueOf then toJSON caller callee name length apply call bind __defineGetter__ yield let static
  function new delete typeof void instanceof throw try catch finally do switch case default enum export extends
  interface package private protected public debugger get set of async_ self E SIGNAL F V d at_ f_x m_x C0 K0 g0 r0 f0`
  .trim()
  .split(/\s+/);

test("names that mean something to JavaScript are variables, parameters and functions like others", async () => {
  const lines = NAMES.map(
    (
      name,
      i,
    ) => `fun t${i}() { var ${name} = ${i}; var f = fun(${name}) ${name} + 1; ${name} = ${name} + 1; f(${name}) }
print t${i}();`,
  );
  const { out, err } = await runText(lines.join("\n"));
  expect(err).toBe("");
  expect(out).toBe(lines.map((_, i) => `${i + 2}\n`).join(""));
});

test("they are fields, methods, classes, map keys and payload fields", async () => {
  const lines = NAMES.map(
    (name, i) => `
class ${name}_${i} { var ${name} = ${i}; fun get_it() this.${name}; fun ${name}_m(x) { this.${name} = x; this.get_it() } }
print ${name}_${i}().${name}_m(5) + ${name}_${i}().${name};
var m${i} = { ${name}: ${i}, "${name} too": 1 };
m${i}.${name} = m${i}.${name} + 1;
print m${i}["${name}"];
print m${i};
{ handle "E${i}" { resume(effect.continuation, effect.${name}) } print perform "E${i}" { ${name}: ${i} }; }`,
  );
  const { out, err } = await runText(lines.join("\n"));
  expect(err).toBe("");
  const expected = NAMES.map((name, i) => `${5 + i}\n${i + 1}\n{${name}: ${i + 1}, "${name} too": 1}\n${i}\n`);
  expect(out).toBe(expected.join(""));
});

test("a missing key is nil, also when every JavaScript object has it", async () => {
  const { out } = await runText(
    'var m = {}; print m.constructor; print m["__proto__"]; print m.toString; print m.has("hasOwnProperty"); print m.keys();',
  );
  expect(out).toBe("nil\nnil\nnil\nfalse\n[]\n");
});

test("a field that a class does not have is a fault, also when every JavaScript object has it", async () => {
  for (const name of ["constructor", "__proto__", "toString", "cls"]) {
    const { code, err } = await runText(`class A {} var a = A(); print a.${name};`);
    expect(code).toBe(70);
    expect(err).toMatch(/^fault (TypeError|NilAccess|UndefinedName): /);
  }
});

const STRINGS = [
  "`",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must not become one.
  "${1 + 1}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must not become one.
  "`${process.exit(9)}`",
  "\\u2028 \u2028 \u2029",
  "</script>",
  "*/ /* //",
  "'",
  "\\'",
  "\u0001\u007f",
  "\ud83d\ude00",
  "'); process.exit(9); ('",
  "\\\\",
  "%s %d",
  "$& $1 $$",
  "#{x}",
  "\u202e",
];

test("strings stay what they are: as values, keys, effect names, test titles and in messages", async () => {
  const literal = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const lines = STRINGS.map(
    (text, i) => `
print ${literal(text)};
var m${i} = { ${literal(text)}: ${literal(text)} };
print m${i}[${literal(text)}];
{ handle ${literal(text)} { resume(effect.continuation, effect.name) } print perform ${literal(text)}; }
test ${literal(text)} { assert(true); }
match ${literal(text)} { ${literal(text)} => print "matched", _ => print "not" }`,
  );
  const { out, err } = await runText(lines.join("\n"));
  expect(err).toBe("");
  expect(out).toBe(STRINGS.map((text) => `${text}\n${text}\n${text}\nmatched\n`).join(""));
});

test("a program's text cannot write to the terminal through an error message", async () => {
  const { err } = await runText('var x = "\u001b[2J\u001b]0;title\u0007" + nothing;');
  expect(err).not.toContain("\u001b");
  expect(err).toContain("nothing");
});
