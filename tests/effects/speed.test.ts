// Speed and size: a long file, chains and circles. What is measured is printed; the limits only catch a change of order, so
// that a busy machine does not fail them.

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

/** About 30 lines of everyday code, told apart by a number. */
const everyday = (i: number): string[] => [
  `fun handle_client_${i}(socket, limit) {
  var request = perform "IO_READ" { fd: socket };
  var total = 0;
  for (part in request.text().split(" ")) {
    if (part.length() > limit) {
      total = total + part.length();
    } else {
      log_${i}("short: " + part, total);
    }
  }
  process_${i}(request, x => x * total)
}`,
  `var seen_${i} = 0;`,
  `fun log_${i}(text, n) {
  seen_${i} = seen_${i} + 1;
  if (n > 3) perform "LOG" { text: text, n: n };
}`,
  `fun process_${i}(request, f) {
  handle "RETRY" { if (effect.count < 3) { resume(effect.continuation, effect.count + 1) } else { nil } }
  var out = [request];
  for (i in 0..10) {
    match i {
      0 => out.add(helper_${i}(i, "zero")),
      1 => { var t = perform "RETRY" { count: i }; out.add(t) }
      _ => out.add(f(i)),
    }
  }
  out |> map(x => x + 1) |> sum()
}`,
  `async fun helper_${i}(a, b) {
  var p = Point_${i}(a, b);
  p.move(1, 2);
  p.x
}`,
  `class Point_${i} {
  var x = 0;
  fun init(x, y) { this.x = x + y; }
  fun move(dx, dy) { this.x = this.x + dx * dy; this }
}`,
];

describe("speed", () => {
  test("a file of 5,000 lines, whole and after an edit", { timeout: 60_000 }, () => {
    const texts = ['handle "LOG" { resume(effect.continuation, effect.text) }'];
    for (let i = 0; i < 125; i++) texts.push(...everyday(i));
    const workspace = createWorkspace();
    const time = (tree: ast.FileTree): number => {
      const start = performance.now();
      workspace.setFile(tree);
      expect(workspace.analyse().diagnostics("/main.wal")).toEqual([]);
      return performance.now() - start;
    };
    const tree = build(texts);
    const cold = time(tree);
    const edited = Array.from({ length: 30 }, (_, n) => {
      const changed = texts.map((text) => text.replace("total + part.length()", `total + part.length() * ${n}`));
      return time(build([texts[0]!, changed[1]!, ...texts.slice(2)]));
    }).sort((a, b) => a - b);
    const lines = tree.text.split("\n").length;
    console.log(
      `analysis of ${lines} lines: ${cold.toFixed(0)} ms; after an edit: median ${edited[15]!.toFixed(1)} ms`,
    );
    expect(cold).toBeLessThan(5_000);
    expect(edited[15]).toBeLessThan(250);
  });
});

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

  test("2,000 handlers in one block", { timeout: 60_000 }, () => {
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
});
