// Rules K1 to K5 of runtime/compile/core.ts, held for the Core of every program we have.

import { describe, expect, test } from "vitest";
import type { Atom, CoreUnit, Stmt } from "../../runtime/compile/core.ts";
import { lowerProgram } from "../../runtime/compile/program.ts";
import { analysed } from "./lowered.ts";
import { programs } from "./programs.ts";

/** What is wrong with a unit, in words. */
function faultsOf(unit: CoreUnit): string[] {
  const faults: string[] = [];
  const declared = new Set(["self", "effect", "k", ...unit.slots, ...unit.params.map((param) => param.slot)]);
  let last = 0;
  const slot = (name: string): void => {
    if (!declared.has(name)) faults.push(`slot ${name} is not declared`);
  };
  const atom = (value: Atom | string | unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("kind" in value && value.kind === "slot" && "slot" in value) slot(value.slot as string);
    else for (const part of Object.values(value)) atom(part);
  };
  const list = (statements: readonly Stmt[], labels: ReadonlySet<string>): void => {
    for (const statement of statements)
      switch (statement.kind) {
        case "point":
          if (statement.id !== last + 1) faults.push(`point ${statement.id} follows ${last}`);
          last = statement.id;
          slot(statement.slot);
          atom(statement.op);
          for (const name of unit.points[statement.id - 1]!.live) slot(name);
          if (new Set(statement.live).size !== statement.live.length) faults.push(`point ${last} holds a slot twice`);
          break;
        case "if":
          atom(statement.test);
          list(statement.then, labels);
          list(statement.otherwise, labels);
          break;
        case "loop":
        case "block":
          if (labels.has(statement.label)) faults.push(`label ${statement.label} is used twice`);
          list(statement.body, new Set([...labels, statement.label]));
          break;
        case "break":
        case "continue":
          if (!labels.has(statement.label)) faults.push(`no ${statement.label} around ${statement.kind}`);
          break;
        default:
          if (statement.kind === "set") slot(statement.slot);
          atom(statement);
      }
  };
  list(unit.body, new Set());
  if (last !== unit.points.length) faults.push(`${unit.points.length} points, ${last} in the body`);
  return faults;
}

test.each(programs)("%s: points in order, slots declared, labels around their jumps", (_name, text) => {
  const { files, registry } = analysed(text);
  const units = lowerProgram(files, registry).units;
  expect(units.length).toBeGreaterThan(0);
  expect(units.flatMap((unit) => faultsOf(unit).map((fault) => `${unit.name}: ${fault}`))).toEqual([]);
});

describe("what a frame holds", () => {
  const slotsOf = (source: string, name: string): readonly (readonly string[])[] => {
    const { files, registry } = analysed(source);
    const unit = lowerProgram(files, registry).units.find((each) => each.name === name)!;
    return unit.points
      .filter((point) => point.op.kind !== "arithmetic" && point.op.kind !== "tick")
      .map((point) => point.live.map((slot) => unit.slotNames.get(slot) ?? "%"));
  };
  test("the locals in scope, by their names, and the values of unfinished expressions", () =>
    expect(
      slotsOf(`fun f(a) { var b = g(a); { var inner = g(b); } var c = [g(1), g(2)]; c } fun g(x) { x }`, "f"),
    ).toEqual([["a"], ["a", "b"], ["a", "b"], ["a", "b", "%"]]));
  test("a shadowing local beside the one it shadows", () =>
    expect(slotsOf(`fun f(a) { if (a) { var a = g(1); g(a) + 0 } } fun g(x) { x }`, "f")).toEqual([
      ["a"],
      ["a", "a'2"],
    ]));
});
