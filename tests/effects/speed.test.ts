// Size: chains, circles and long programs. The limits are generous, for slow machines; what is measured is printed.

import { describe, expect, test } from "vitest";
import { createWorkspace } from "../../language/analyse.ts";
import type * as ast from "../../language/ast.ts";
import { summarize } from "../../language/effects/summary.ts";
import { resolveItem } from "../../language/names/resolve.ts";
import { memoryCache, parseFile, parseItem } from "../../language/parse/parse.ts";

const cache = memoryCache();

/** A file made of few different items: the parser's time is not what is measured here. */
function build(texts: readonly string[]) {
  const path = "/main.wal";
  return parseFile(path, texts.join("\n"), cache);
}

function analyse(texts: readonly string[]) {
  const workspace = createWorkspace();
  workspace.setFile(build(texts));
  return workspace.analyse();
}

describe("size", () => {
  test("a chain of 10,000 functions", { timeout: 60_000 }, () => {
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

  test("a circle of 3,000 functions converges", { timeout: 60_000 }, () => {
    const count = 3_000;
    const texts = Array.from({ length: count }, (_, i) => `fun f${i}(n) if (n) f${(i + 1) % count}(n - 1);`);
    const analysis = analyse([...texts, `fun enter() { f7(1); perform "X" }`, "enter();"]);
    const unit = analysis.names("/main.wal", 0).units.at(-1)!;
    expect(analysis.facts.isRecursive(unit)).toBe(true);
    expect(analysis.facts.maySuspend(unit)).toBe(false);
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
});
