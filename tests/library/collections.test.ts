import { describe, expect, test } from "vitest";
import type { Value } from "../../runtime/engine/values.ts";
import { MapValue } from "../../runtime/engine/values.ts";
import { call, faultOf, send } from "./calling.ts";

const xs = (): Value[] => [3, 1, 2];

describe("lists", () => {
  test.each<[string, Value[], Value]>([
    ["length", [xs()], 3],
    ["get", [xs(), 0], 3],
    ["get", [xs(), 3], undefined],
    ["get", [xs(), -1], undefined],
    ["get", [xs(), 0.5], undefined],
    ["pop", [[]], undefined],
    ["pop", [xs()], 2],
    ["remove", [xs(), 0], 3],
    ["index_of", [[1, 0 / 0], 1], 0],
    ["index_of", [[1], "1"], -1],
    ["index_of", [[Uint8Array.of(1)], Uint8Array.of(1)], 0],
    ["contains", [[undefined], undefined], true],
    ["contains", [[[1]], [1]], false],
    ["slice", [xs(), 1], [1, 2]],
    ["slice", [xs(), -2, -1], [1]],
    ["slice", [xs(), 5], []],
    ["reverse", [xs()], [2, 1, 3]],
    ["first", [xs()], 3],
    ["first", [[]], undefined],
    ["first", [xs(), 2], [3, 1]],
    ["last", [xs()], 2],
    ["last", [xs(), 2], [1, 2]],
    ["last", [xs(), 0], []],
    ["last", [xs(), 9], [3, 1, 2]],
    ["sum", [xs()], 6],
    ["sum", [[]], 0],
    ["join", [[1, "a", undefined], " "], "1 a nil"],
    ["join", [[1, 2]], "1,2"],
    ["join", [[], "-"], ""],
    ["set", [xs(), 2, "x"], "x"],
  ])("%s of %j", (name, args, expected) => {
    expect(send("List", name, ...args)).toEqual(expected);
  });

  test.each<[string, Value[], string]>([
    ["get", [xs(), "x"], 'TypeError: "get" needs a number, got string'],
    ["set", [xs(), 3, 0], 'IndexError: "set" at 3 in a List of length 3'],
    ["set", [xs(), -1, 0], 'IndexError: "set" at -1 in a List of length 3'],
    ["set", [xs(), undefined, 0], 'NilAccess: "set" needs a number, got nil'],
    ["insert", [xs(), 4, 0], 'IndexError: "insert" at 4 in a List of length 3'],
    ["insert", [xs(), 0.5, 0], 'IndexError: "insert" at 0.5 in a List of length 3'],
    ["remove", [xs(), 3], 'IndexError: "remove" at 3 in a List of length 3'],
    ["add_all", [xs(), "abc"], 'TypeError: "add_all" needs a List, got string'],
    ["slice", [xs(), "a"], 'TypeError: "slice" needs a whole number, got string'],
    ["first", [xs(), -1], 'TypeError: "first" needs a whole number, got -1'],
    ["sum", [[1, "2"]], 'TypeError: "sum" needs numbers, got string'],
    ["join", [[1], 2], 'TypeError: "join" needs a string as separator, got number'],
  ])("%s of %j is a fault", (name, args, expected) => {
    expect(faultOf(send("List", name, ...args))).toBe(expected);
  });

  test("add, add_all and insert change the list and yield it", () => {
    const list = xs();
    expect(send("List", "add", list, 4)).toBe(list);
    expect(send("List", "insert", list, 4, 5)).toBe(list);
    expect(send("List", "insert", list, 0, 0)).toBe(list);
    expect(send("List", "add_all", list, list)).toBe(list);
    expect(list).toEqual([0, 3, 1, 2, 4, 5, 0, 3, 1, 2, 4, 5]);
  });

  test("a very long list is added without the host's argument limit", () => {
    const long = new Array(500_000).fill(0);
    expect(send("List", "length", send("List", "add_all", [], long))).toBe(500_000);
  });

  test("reverse and slice leave the list as it is", () => {
    const list = xs();
    send("List", "reverse", list);
    send("List", "slice", list, 0);
    expect(list).toEqual([3, 1, 2]);
  });

  test("the sort without a function takes numbers or strings, not both", () => {
    const list = [10, 9, 0 / 0, -1];
    expect(call("__sorted", list)).toEqual([-1, 9, 10, 0 / 0]);
    expect(list[0]).toBe(10);
    expect(call("__sorted", ["b", "B", "a"])).toEqual(["B", "a", "b"]);
    expect(call("__sorted", [])).toEqual([]);
    expect(faultOf(call("__sorted", [1, "a"]))).toBe('TypeError: "sort" cannot compare number and string');
    expect(faultOf(call("__sorted", [[1]]))).toContain("needs numbers or strings, got List");
  });

  test("free functions check that they get a list", () => {
    expect(call("take", xs(), 2)).toEqual([3, 1]);
    expect(call("first", xs())).toBe(3);
    expect(call("sum", xs())).toBe(6);
    expect(faultOf(call("take", "abc", 1))).toBe('TypeError: "take" needs a List, got string');
    expect(faultOf(call("take", xs(), "1"))).toBe('TypeError: "take" needs a whole number, got string');
    expect(faultOf(call("sum", undefined))).toBe('NilAccess: "sum" needs a List, got nil');
  });

  test("the course's spellings", () => {
    const list = call("List") as Value[];
    call("list_add", list, 7);
    expect([call("list_get", list, 0), call("list_len", list), call("list_pop", list)]).toEqual([7, 1, 7]);
    expect(faultOf(call("list_add", 1, 7))).toBe('TypeError: "list_add" needs a List, got number');
  });

  test("List makes a list of what has parts", () => {
    const list = xs();
    expect(call("List", list)).toEqual(list);
    expect(call("List", list)).not.toBe(list);
    expect(call("List", "né😀")).toEqual(["n", "é", "😀"]);
    expect(call("List", Uint8Array.of(1, 2))).toEqual([1, 2]);
    expect(call("List", MapValue.of([["k", 1]]))).toEqual(["k"]);
    expect(faultOf(call("List", 3))).toBe('TypeError: "List" needs a List, Map, string or Bytes, got number');
  });
});

describe("maps", () => {
  const map = (): MapValue =>
    MapValue.of([
      ["a", 1],
      ["__proto__", 2],
      ["n", undefined],
    ]);

  test("methods", () => {
    const m = map();
    expect(send("Map", "get", m, "a")).toBe(1);
    expect(send("Map", "get", m, "__proto__")).toBe(2);
    expect(send("Map", "get", m, "constructor")).toBe(undefined);
    expect(send("Map", "get", m, "b", 5)).toBe(5);
    expect(send("Map", "get", m, "n", 5)).toBe(undefined);
    expect(send("Map", "has", m, "n")).toBe(true);
    expect(send("Map", "set", m, Uint8Array.of(1), "bytes")).toBe(m);
    expect(send("Map", "get", m, Uint8Array.of(1))).toBe("bytes");
    expect(send("Map", "length", m)).toBe(4);
    expect(send("Map", "delete", m, "a")).toBe(true);
    expect(send("Map", "delete", m, "a")).toBe(false);
    expect(send("Map", "keys", m)).toEqual(["__proto__", "n", Uint8Array.of(1)]);
    expect(send("Map", "values", m)).toEqual([2, undefined, "bytes"]);
  });

  test("the constructor and the course's spellings", () => {
    const m = call("Map", [["a", 1]]) as MapValue;
    expect(call("map_get", m, "a")).toBe(1);
    expect(call("map_set", m, "b", 2)).toBe(m);
    expect(call("map_del", m, "a")).toBe(true);
    const copy = call("Map", m) as MapValue;
    expect(copy).not.toBe(m);
    expect([...copy.entries]).toEqual([["b", 2]]);
    expect((call("Map") as MapValue).entries.size).toBe(0);
    expect(faultOf(call("Map", 1))).toBe('TypeError: "Map" needs a Map or a List of pairs, got number');
    expect(faultOf(call("Map", [1]))).toBe('TypeError: "Map" needs a List of [key, value] pairs, got number');
    expect(faultOf(call("map_get", [], 1))).toBe('TypeError: "map_get" needs a Map, got List');
  });

  test("what the prelude's loops go over stays as it was", () => {
    const m = map();
    const entries = call("__entries", m);
    send("Map", "delete", m, "a");
    expect(entries).toEqual([
      ["a", "__proto__", "n"],
      [1, 2, undefined],
    ]);
  });
});

describe("chains", () => {
  test("unwind in order", () => {
    expect(call("__unwind", undefined)).toEqual([]);
    expect(call("__unwind", [[undefined, 1], 2])).toEqual([1, 2]);
    expect(call("__data", [[undefined, Uint8Array.of(97)], "b"])).toEqual(Uint8Array.of(97, 98));
    expect(call("__data", undefined)).toEqual(new Uint8Array());
  });

  test("a comparator's answer", () => {
    const answers = [true, -1, "yes", false, undefined, 0, 1].map((answer) => call("__before", answer));
    expect(answers).toEqual([true, true, true, false, false, false, false]);
  });
});
