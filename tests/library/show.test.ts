import { describe, expect, test } from "vitest";
import type { ClassCode, Code } from "../../runtime/engine/code.ts";
import { makeRequest } from "../../runtime/engine/machine.ts";
import { show } from "../../runtime/engine/show.ts";
import type { Value } from "../../runtime/engine/values.ts";
import { Atomic, Channel, ClassValue, Closure, Future, Instance, MapValue } from "../../runtime/engine/values.ts";

const bytes = (...all: number[]): Uint8Array => Uint8Array.from(all);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("show", () => {
  test.each<[Value, string]>([
    [undefined, "nil"],
    [true, "true"],
    [200, "200"],
    [-0, "0"],
    [0.1 + 0.2, "0.30000000000000004"],
    [5.97e24, "5.97e+24"],
    [0 / 0, "NaN"],
    ["a\nb", "a\nb"],
    [[], "[]"],
    [[1, "a, b", [undefined]], '[1, "a, b", [nil]]'],
    [['"\\\n\t\0\x07\ud800'], '["\\"\\\\\\n\\t\\0\\u{7}\\u{d800}"]'],
    [["né😀"], '["né😀"]'],
    [new MapValue(), "{}"],
    [text("plain"), "plain"],
    [bytes(0xff, 0), "<Bytes ff 00>"],
    [[text("x\n"), bytes(0xff)], '[b"x\\n", <Bytes ff>]'],
    [new Uint8Array(40).fill(0xff), `<Bytes ${"ff ".repeat(32)}… (40)>`],
    [new Future(1), "<Future pending>"],
    [new Channel(1, 1), "<Channel>"],
    [new Atomic(1, 5), "<Atomic 5>"],
    [makeRequest("ASK", { n: 1 }), "effect ASK{n: 1}"],
  ])("prints %j", (value, expected) => {
    expect(show(value)).toBe(expected);
  });

  test("quotes map keys that are no names", () => {
    const map = MapValue.of([
      ["name", 1],
      ["two words", 2],
      ["__proto__", 3],
      [4, "four"],
      [[1], 5],
    ]);
    expect(show(map)).toBe('{name: 1, "two words": 2, __proto__: 3, 4: "four", <List>: 5}');
  });

  test("prints functions and instances by name", () => {
    const code = { name: "deposit" } as Code;
    expect(show(new Closure(code, 0, () => undefined))).toBe("<fun deposit>");
    expect(show(new Closure({ ...code, name: "function" }, 0, () => undefined))).toBe("<fun>");
    const cls = new ClassValue({ name: "Account" } as ClassCode);
    const account = new Instance(cls);
    account.f_balance = 3;
    account.f_self = account;
    expect(show(account)).toBe("Account{balance: 3, self: …}");
    expect(show(cls)).toBe("<class Account>");
  });

  test("a value that is shared but not inside itself prints each time", () => {
    const shared = [1];
    expect(show([shared, shared])).toBe("[[1], [1]]");
  });

  test("a cycle prints as an ellipsis", () => {
    const list: Value[] = [1];
    list.push(list, MapValue.of([["back", list]]));
    expect(show(list)).toBe("[1, …, {back: …}]");
  });

  test("depth is bounded and never overflows the host's stack", () => {
    let deep: Value = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(show(deep)).toBe(`${"[".repeat(1000)}…${"]".repeat(1000)}`);
  });

  test("the printed form of a small value is bounded too", () => {
    let wide: Value = ["x".repeat(1000)];
    for (let i = 0; i < 40; i++) wide = [wide, wide];
    expect(show(wide).length).toBeLessThan(1 << 27);
  });

  test("a million items print", () => {
    expect(show(new Array(1_000_000).fill(1)).length).toBe(3_000_000);
  });
});
