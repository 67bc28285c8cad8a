import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copyValue, copyValues } from "../../runtime/codec/copy.ts";
import type { Value } from "../../runtime/engine/values.ts";
import { Cell, ClassValue, Closure, type Instance, MapValue } from "../../runtime/engine/values.ts";
import { classes, codes, difference, graph, isIdentity } from "./graphs.ts";

/** What a copy shares with its original (I2). */
function isShared(object: object): boolean {
  if (object instanceof Closure)
    return object.code.captures.length === 0 || object.code.captures.every((_, i) => captured(object, i));
  if (object instanceof ClassValue) return object.captures.length === 0 && object.parent === undefined;
  return isIdentity(object) || object instanceof Uint8Array || object.constructor.name === "TraitValue";
}
const captured = (closure: Closure, i: number): boolean =>
  [closure.c0, closure.c1, closure.c2, closure.c3, ...closure.more][i] === undefined && closure.more.length === 0;

describe("copies", () => {
  test("are the same graph, and share only what cannot change", () => {
    fc.assert(
      fc.property(graph, (value) => {
        expect(difference(value, copyValue(value), isShared)).toBe(null);
      }),
      { numRuns: 500 },
    );
  });

  test.each<[Value]>([[undefined], [true], [1.5], ["text"], [Uint8Array.of(1)]])("%j is itself", (value) => {
    expect(copyValue(value)).toBe(value);
  });

  test("flat lists and instances take the short way", () => {
    const list = [1, "a", undefined, Uint8Array.of(1)];
    expect(copyValue(list)).toEqual(list);
    expect(copyValue(list)).not.toBe(list);
    const account: Instance = new classes[0]!.construct(new ClassValue(classes[0]!));
    account.f_balance = 3;
    const copy = copyValue(account) as Instance;
    expect([copy === account, copy.cls === account.cls, copy.f_balance]).toEqual([false, true, 3]);
  });

  test("functions that captured nothing are shared, others get cells of their own", () => {
    const plain = new Closure(codes[0]!, 1, codes[0]!.enter);
    expect(copyValue(plain)).toBe(plain);
    const cell = new Cell(1);
    const counter = new Closure(codes[2]!, 1, codes[2]!.enter, cell, cell);
    const copy = copyValue(counter) as Closure;
    (copy.c0 as Cell).v = 2;
    expect([cell.v, copy.c0 === copy.c1, copy.enter === counter.enter]).toEqual([1, true, true]);
  });

  test("arguments keep what they have in common", () => {
    const shared: Value[] = [[1]];
    const [a, b] = copyValues([shared, MapValue.of([["again", shared]])]);
    expect((b as MapValue).get("again")).toBe(a);
    expect(a).not.toBe(shared);
  });

  test("depth needs no host stack", () => {
    let value: Value = "inmost";
    for (let i = 0; i < 1_000_000; i++) value = [value, i];
    let copy = copyValue(value);
    let depth = 0;
    for (; Array.isArray(copy); copy = copy[0]) depth++;
    expect([depth, copy]).toEqual([1_000_000, "inmost"]);
  });
});
