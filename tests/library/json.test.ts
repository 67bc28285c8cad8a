import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClassCode } from "../../runtime/engine/code.ts";
import type { Value } from "../../runtime/engine/values.ts";
import { ClassValue, Future, Instance, MapValue } from "../../runtime/engine/values.ts";
import { asked, call, faultOf } from "./calling.ts";

/** A JavaScript value from JSON, as Walia sees it. */
function walia(value: unknown): Value {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(walia);
  if (typeof value === "object") return MapValue.of(Object.entries(value as object).map(([k, v]) => [k, walia(v)]));
  return value as Value;
}

describe("json_parse", () => {
  test("reads whatever JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(call("json_parse", text)).toEqual(walia(JSON.parse(text)));
      }),
    );
  });

  test("agrees with JSON.parse about what is JSON", () => {
    const piece = fc.constantFrom(...'{}[]:," 01-+.eE\\u\nnultrfasx'.split(""), "null", '"a"', "1.5", '{"k":', "[1,");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(faultOf(call("json_parse", text))).toMatch(/^TypeError: "json_parse": expected/);
          return;
        }
        expect(call("json_parse", text)).toEqual(walia(expected));
      }),
      { numRuns: 2000 },
    );
  });

  test("keeps the order of keys and takes any of them", () => {
    const map = call("json_parse", '{"b":1,"2":2,"1":3,"__proto__":4,"b":5}') as MapValue;
    expect([...map.entries]).toEqual([
      ["b", 5],
      ["2", 2],
      ["1", 3],
      ["__proto__", 4],
    ]);
  });

  test("takes Bytes", () => {
    expect(call("json_parse", new TextEncoder().encode('["é"]'))).toEqual(["é"]);
  });

  test.each([
    ["", "expected a value, found the end at 1:1"],
    ["[1,\n 2,]", 'expected a value, found "]" at 2:4'],
    ['{"a" 1}', 'expected ":", found "1" at 1:6'],
    ["{a: 1}", 'expected a key in "…", found "a" at 1:2'],
    ["[1 2]", 'expected "," or "]", found "2" at 1:4'],
    ['{"a": 1', 'expected "," or "}", found the end at 1:8'],
    ['["a\\x"]', 'expected a value, found "\\\\" at 1:4'],
    ["1 2", 'expected the end, found "2" at 1:3'],
    ["01", 'expected the end, found "1" at 1:2'],
  ])("%j is a fault that says where", (text, message) => {
    const fault = faultOf(call("json_parse", text));
    expect(fault).toBe(`TypeError: "json_parse": ${message}`);
  });

  test("the fault carries line and column", () => {
    const [, payload] = asked(call("json_parse", "[\n!"));
    expect([payload.line, payload.column]).toEqual([2, 1]);
    expect(faultOf(call("json_parse", 1))).toBe('TypeError: "json_parse" needs a string, got number');
  });

  test("depth is limited", () => {
    expect(faultOf(call("json_parse", "[".repeat(1_000_000)))).toBe(
      'LimitExceeded: "json_parse": nested too deep at 1:10001',
    );
    const deep = "[".repeat(10_000) + "]".repeat(10_000);
    expect(call("json_text", call("json_parse", deep))).toBe(deep);
  });

  test("a very long string needs no memory of its own", () => {
    const text = "x\\n".repeat(5_000_000);
    expect((call("json_parse", `"${text}"`) as string).length).toBe(10_000_000);
  });
});

describe("json_text", () => {
  test("writes what json_parse reads back", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const ours = walia(JSON.parse(JSON.stringify(value)));
        expect(call("json_parse", call("json_text", ours))).toEqual(ours);
      }),
    );
  });

  test("instances, Bytes, odd numbers and keys", () => {
    const object = new Instance(new ClassValue({ name: "A" } as ClassCode));
    object.f_x = 1;
    const map = MapValue.of([
      [1, object],
      [true, new TextEncoder().encode("b")],
      ["n", 0 / 0],
    ]);
    expect(call("json_text", map)).toBe('{"1":{"x":1},"true":"b","n":null}');
    expect(call("json_text", "\ud800")).toBe('"\\ud800"');
    expect(call("json_text", undefined)).toBe("null");
  });

  test("what JSON has no word for is a fault", () => {
    const list: Value[] = [];
    list.push([list]);
    expect(faultOf(call("json_text", list))).toBe('TypeError: "json_text": the value contains itself');
    expect(faultOf(call("json_text", [new Future(1)]))).toBe('TypeError: "json_text" cannot write a Future');
    expect(faultOf(call("json_text", MapValue.of([[undefined, 1]])))).toBe(
      'TypeError: "json_text" cannot write a key of type nil',
    );
    let deep: Value = [];
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(faultOf(call("json_text", deep))).toBe('LimitExceeded: "json_text": nested too deep');
  });

  test("a value that is shared is written each time", () => {
    const shared = [1];
    expect(call("json_text", [shared, shared])).toBe("[[1],[1]]");
  });
});
