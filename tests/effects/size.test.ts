// Size: long chains, large circles and deep trees are analysed, without the host's stack and in time.

import { expect, test } from "vitest";
import { createWorkspace } from "../../language/analyse.ts";
import type * as ast from "../../language/ast.ts";
import { summarize } from "../../language/effects/summary.ts";
import { resolveItem } from "../../language/names/resolve.ts";
import { memoryCache, parseFile, parseItem } from "../../language/parse/parse.ts";

const cache = memoryCache();

const build = (texts: readonly string[]) => parseFile("/main.wal", texts.join("\n"), cache);

function analyse(texts: readonly string[]) {
  const workspace = createWorkspace();
  workspace.setFile(build(texts));
  return workspace.analyse();
}

test("a chain of 10,000 functions", () => {
  const count = 10_000;
  const texts = Array.from({ length: count }, (_, i) => `fun f${i}() f${i + 1}();`);
  const analysis = analyse([...texts, `fun f${count}() perform "END";`, "print f0();"]);
  const [first] = analysis.diagnostics("/main.wal");
  expect(first?.code).toBe("W301");
  expect(first?.related.length).toBe(count + 1);
  const unit = analysis.names("/main.wal", 0).units.at(-1)!;
  expect(analysis.facts.maySuspend(unit)).toBe(true);
  expect(analysis.facts.callHeight(unit)).toBe(count);
});

test("a circle of 3,000 functions converges", () => {
  const count = 3_000;
  const texts = Array.from({ length: count }, (_, i) => `fun f${i}(n) if (n) f${(i + 1) % count}(n - 1);`);
  const analysis = analyse([...texts, `fun enter() { f7(1); perform "X" }`, "enter();"]);
  const unit = analysis.names("/main.wal", 0).units.at(-1)!;
  expect(analysis.facts.isRecursive(unit)).toBe(true);
  expect(analysis.facts.maySuspend(unit)).toBe(false);
});

test("2,000 handlers in one block", () => {
  const handlers = Array.from({ length: 2_000 }, (_, i) => `handle "E${i}" { resume(effect.continuation, x) }`);
  const tree = (last: string): ast.FileTree => build([`fun f(x) { ${handlers.join("\n")} ${last} }`]);
  const workspace = createWorkspace();
  for (const last of ['perform "E7"', 'perform "E8"']) {
    workspace.setFile(tree(last));
    const { facts, names, diagnostics } = workspace.analyse();
    expect(facts.rowOf(names("/main.wal", 0).units[1]!).effects).toEqual([]);
    expect(diagnostics("/main.wal").filter(({ code }) => code === "W302").length).toBe(1_999);
  }
});

test("a sum of 100,000 terms", () => {
  const one = (at: number): ast.NumberLiteral => ({ kind: "Number", value: 1, start: at, end: at + 1 });
  let sum: ast.Expression = one(0);
  for (let i = 1; i < 100_000; i++)
    sum = { kind: "Binary", op: "+", opSpan: sum, left: sum, right: one(2 * i), start: 0, end: 2 * i + 1 };
  const tree: ast.ItemTree = { ...parseItem("1"), statements: [sum] };
  const names = resolveItem(tree);
  expect(summarize(tree, names).units.length).toBe(1);
});

test("an `else if` chain of 100,000 branches", () => {
  let chain: ast.Expression = { kind: "Nil", start: 0, end: 1 };
  for (let i = 0; i < 100_000; i++) {
    const condition: ast.Name = { kind: "Name", name: "x", start: 0, end: 1 };
    chain = { kind: "If", condition, then: { kind: "Nil", start: 0, end: 1 }, otherwise: chain, start: 0, end: 1 };
  }
  const tree: ast.ItemTree = { ...parseItem("1"), statements: [chain] };
  const names = resolveItem(tree);
  expect(names.units[0]?.free.length).toBe(100_000);
});
