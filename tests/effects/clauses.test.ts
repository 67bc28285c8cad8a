import { describe, expect, test } from "vitest";
import type * as ast from "../../language/ast.ts";
import { clauseFacts } from "../../language/effects/clauses.ts";
import { resolveItem } from "../../language/names/resolve.ts";
import { parseItem } from "../../language/parse/parse.ts";

function factOf(clause: string): string {
  const tree = parseItem(`handle "A" { ${clause} }`);
  expect(tree.errors).toEqual([]);
  return clauseFacts(tree.statements[0] as ast.Handle, resolveItem(tree));
}

const K = "effect.continuation";

describe("tail-resumptive", () => {
  test.each([
    `resume(${K}, 1)`,
    `resume(${K}, effect.x + 1);`,
    `resume(${K})`,
    `var x = f(effect.x); print x; resume(${K}, x)`,
    `if (effect.x) { resume(${K}, 1) } else resume(${K}, 2)`,
    `if (effect.x) { resume(${K}, 1) } else if (effect.y) { resume(${K}, 2) } else { resume(${K}, 3) }`,
    `match effect.x { 1 => resume(${K}, 1), _ => { log(); resume(${K}, 2) } }`,
    `match effect.x { 1 => print 1 } resume(${K}, true);`,
    `if (effect.x) { return resume(${K}, 1); } resume(${K}, 2)`,
    `if (effect.x) return resume(${K}, 1) else return resume(${K}, 2)`,
    `unsafe { resume(${K}, port_read(1)) }`,
    `return resume(${K}, 1);`,
    `resume(${K}, perform "B" { x: effect.x })`,
    `xs.each(x => print x + effect.x); resume(${K}, 1)`,
  ])("%s", (clause) => expect(factOf(clause)).toBe("tail-resumptive"));
});

describe("abortive", () => {
  test.each(["", "nil", "effect.x + 1", "return 3;", "for (x in effect.list) print x;", "f(effect.x, effect.name)"])(
    "%s",
    (clause) => expect(factOf(clause)).toBe("abortive"),
  );
});

describe("general", () => {
  test.each([
    // Not on every path
    `if (effect.x) { resume(${K}, 1) }`,
    `if (effect.x) { return nil; } resume(${K}, 2)`,
    `match effect.x { 1 => resume(${K}, 1), _ => 2 }`,
    // Not in tail position
    `var r = resume(${K}, 1); r`,
    `resume(${K}, 1) + 1`,
    `print resume(${K}, 1);`,
    `resume(${K}, 1); resume(${K}, 2)`,
    `resume(${K}, resume(${K}, 1))`,
    `await resume(${K}, 1)`,
    `effect.x and resume(${K}, 1)`,
    // In a loop or a nested function
    `for (o in effect.list) resume(${K}, o);`,
    `for (o in effect.list) { return resume(${K}, o); } resume(${K}, 0)`,
    `later(() => resume(${K}, 1))`,
    `task(fun() { resume(${K}, 1) }); resume(${K}, 2)`,
    // Under another handler
    `handle "B" { nil } resume(${K}, 1)`,
    `handle "B" { nil } in { resume(${K}, 1) }`,
    // The continuation or the request goes elsewhere
    `kept.add(${K}); resume(${K}, 1)`,
    `var k = ${K}; resume(k, 1)`,
    `resume(${K}, ${K})`,
    `f(effect); resume(${K}, 1)`,
    `f(effect)`,
    `effect["continuation"]`,
    `effect`,
    `effect = 1; resume(${K}, 1)`,
    `var resume = f; resume(${K}, 1)`,
    `resume(${K}, 1, 2)`,
  ])("%s", (clause) => expect(factOf(clause)).toBe("general"));
});

test("an inner clause's effect is its own", () => {
  const tree = parseItem(
    `handle "A" { handle "B" { resume(effect.continuation, effect.x) } in { 1 } resume(effect.continuation, 2) }`,
  );
  const names = resolveItem(tree);
  const outer = tree.statements[0] as ast.Handle;
  const inner = outer.clause.statements[0] as ast.Handle;
  expect([clauseFacts(outer, names), clauseFacts(inner, names)]).toEqual(["tail-resumptive", "tail-resumptive"]);
});
