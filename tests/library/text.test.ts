import { describe, expect, test } from "vitest";
import type { Value } from "../../runtime/engine/values.ts";
import { call, faultOf, send } from "./calling.ts";

const of = (...all: number[]): Uint8Array => Uint8Array.from(all);

describe("strings", () => {
  test.each<[string, Value[], Value]>([
    ["length", ["né😀"], 4],
    ["upper", ["straße"], "STRASSE"],
    ["lower", ["ÄB"], "äb"],
    ["split", ["a,b,,c", ","], ["a", "b", "", "c"]],
    ["split", ["a😀", ""], ["a", "😀"]],
    ["split", ["", ","], [""]],
    ["split", ["a.b", "."], ["a", "b"]],
    ["trim", [" \t x y\n"], "x y"],
    ["replace", ["a.a", ".", "$&"], "a$&a"],
    ["replace", ["aaa", "a", "bb"], "bbbbbb"],
    ["replace", ["ab", "", "-"], "-a-b-"],
    ["contains", ["walia", "ali"], true],
    ["contains", ["walia", ""], true],
    ["starts_with", ["walia", "wa"], true],
    ["ends_with", ["walia", "wa"], false],
    ["index_of", ["walia", "a"], 1],
    ["index_of", ["walia", "z"], -1],
    ["slice", ["walia", 1, 3], "al"],
    ["slice", ["walia", -2], "ia"],
    ["slice", ["walia", 3, 1], ""],
    ["slice", ["walia", -99, 99], "walia"],
    ["repeat", ["ab", 3], "ababab"],
    ["repeat", ["ab", 0], ""],
    ["repeat", ["", 1e15], ""],
    ["code_at", ["A😀", 0], 65],
    ["code_at", ["A😀", 1], 0x1f600],
    ["code_at", ["A", 1], undefined],
    ["code_at", ["A", -1], undefined],
    ["code_at", ["A", 0.5], undefined],
    ["bytes", ["né"], of(0x6e, 0xc3, 0xa9)],
    ["bytes", ["\ud800"], of(0xef, 0xbf, 0xbd)],
  ])("%s of %j", (name, args, expected) => {
    expect(send("string", name, ...args)).toEqual(expected);
  });

  test.each<[string, Value[], string]>([
    ["split", ["a", 1], 'TypeError: "split" needs a string, got number'],
    ["split", ["a", undefined], 'NilAccess: "split" needs a string, got nil'],
    ["replace", ["a", "a", 1], 'TypeError: "replace" needs a string, got number'],
    ["replace", ["a", [], "b"], 'TypeError: "replace" needs a string, got List'],
    ["contains", ["a", true], 'TypeError: "contains" needs a string, got boolean'],
    ["slice", ["a", "x"], 'TypeError: "slice" needs a whole number, got string'],
    ["slice", ["a", 0, 1.5], 'TypeError: "slice" needs a whole number, got 1.5'],
    ["repeat", ["a", -1], 'TypeError: "repeat" needs a number of times, got -1'],
    ["repeat", ["ab", 1e12], 'LimitExceeded: "repeat" would make 2000000000000 characters'],
    ["code_at", ["a", "x"], 'TypeError: "code_at" needs a number, got string'],
  ])("%s of %j is a fault", (name, args, expected) => {
    expect(faultOf(send("string", name, ...args))).toContain(expected);
  });

  test("replacing that would be too long is a fault, not an exception", () => {
    const long = "x".repeat(1 << 20);
    expect(faultOf(send("string", "replace", long, "x", "y".repeat(1000)))).toContain("LimitExceeded");
    expect(send("string", "replace", long, "z", "y".repeat(1000))).toBe(long);
  });
});

describe("Bytes", () => {
  const abc = of(97, 98, 99);
  test.each<[string, Value[], Value]>([
    ["length", [abc], 3],
    ["get", [abc, 1], 98],
    ["get", [abc, 3], undefined],
    ["get", [abc, -1], undefined],
    ["slice", [abc, 1], of(98, 99)],
    ["slice", [abc, -1], of(99)],
    ["slice", [abc, 2, 1], of()],
    ["text", [abc], "abc"],
    ["text", [of(0xef, 0xbb, 0xbf, 0xff)], "\ufeff\ufffd"],
    ["concat", [abc, of(1)], of(97, 98, 99, 1)],
    ["concat", [abc, "é"], of(97, 98, 99, 0xc3, 0xa9)],
    ["index_of", [abc, of(98, 99)], 1],
    ["index_of", [abc, "bc"], 1],
    ["index_of", [abc, 99], 2],
    ["index_of", [abc, "x"], -1],
    ["index_of", [abc, "abcd"], -1],
    ["index_of", [abc, ""], 0],
    ["index_of", [new TextEncoder().encode("\r\n\r\r\n\r\n"), "\r\n\r\n"], 3],
    ["index_of", [abc, 300], -1],
  ])("%s of %j", (name, args, expected) => {
    expect(send("Bytes", name, ...args)).toEqual(expected);
  });

  test("index_of looks through many bytes, too", () => {
    expect(send("Bytes", "index_of", new Uint8Array(5000).fill(98).fill(97, 4000), "ba")).toBe(3999);
  });

  test.each<[string, Value[], string]>([
    ["get", [abc, "x"], 'TypeError: "get" needs a number, got string'],
    ["slice", [abc, 0.5], 'TypeError: "slice" needs a whole number, got 0.5'],
    ["concat", [abc, 1], 'TypeError: "concat" needs Bytes or a string, got number'],
    ["index_of", [abc, []], 'TypeError: "index_of" needs Bytes, a string or a number, got List'],
  ])("%s of %j is a fault", (name, args, expected) => {
    expect(faultOf(send("Bytes", name, ...args))).toBe(expected);
  });

  test("a small slice does not keep a large buffer alive, a large one shares it", () => {
    const large = new Uint8Array(1000);
    expect((send("Bytes", "slice", large, 0, 10) as Uint8Array).buffer.byteLength).toBe(10);
    expect((send("Bytes", "slice", large, 0, 900) as Uint8Array).buffer).toBe(large.buffer);
  });

  test("sha1, hex and base64 are those of their standards, also for nothing", () => {
    expect(call("sha1", "abc")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
    expect(call("sha1", "")).toBe("da39a3ee5e6b4b0d3255bfef95601890afd80709");
    expect(send("Bytes", "hex", new Uint8Array([0, 15, 255]))).toBe("000fff");
    expect(call("base64_encode", "foob")).toBe("Zm9vYg==");
    expect(call("base64_decode", "Zm9vYg==")).toEqual(new Uint8Array(Buffer.from("foob")));
    expect(call("base64_decode", "")).toEqual(new Uint8Array(0));
    for (const text of ["Zm9vYg", "Zm9vYg=", "Zm9v Yg==", "Zm9vYh==", "é"])
      expect(call("base64_decode", text)).toBe(undefined);
    expect(faultOf(call("base64_decode", abc))).toBe('TypeError: "base64_decode" needs a string, got Bytes');
  });

  test("sha256 is hexadecimal, of Bytes and of a string's UTF-8 alike", () => {
    const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(call("sha256", "abc")).toBe(digest);
    expect(call("sha256", abc)).toBe(digest);
    expect(faultOf(call("sha256", 1))).toBe('TypeError: "sha256" needs Bytes or a string, got number');
  });
});
