// What is refused for its size is measured first, without encoding it.

import { expect, test } from "vitest";
import { encode } from "../../runtime/codec/encode.ts";
import { TooLargeError } from "../../runtime/codec/format.ts";
import { sizeOf } from "../../runtime/codec/size.ts";
import { MapValue, type Value } from "../../runtime/engine/values.ts";

const shared: Value[] = ["x".repeat(1000)];
const cycle: Value[] = [1];
cycle.push(cycle);

test.each<[string, Value]>([
  ["nothing", undefined],
  ["a number", 0.1],
  ["a text", "x".repeat(10_000)],
  ["Bytes", new Uint8Array(10_000)],
  ["a list", Array.from({ length: 1000 }, (_, i) => i + 0.5)],
  ["a map", MapValue.of([["key", "x".repeat(500)]])],
  ["what is shared", [shared, shared, shared]],
  ["what contains itself", cycle],
  ["a list in a list, 100,000 deep", deep(100_000)],
])("%s is about as large as its bytes", (_what, value) => {
  const bytes = encode(value).length;
  expect(sizeOf(value)).toBeGreaterThanOrEqual(bytes - 4);
  expect(sizeOf(value)).toBeLessThanOrEqual(bytes * 4 + 16);
});

function deep(depth: number): Value {
  let value: Value = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

test("looking ends when it is enough", () => {
  const value = Array.from({ length: 100 }, () => ["x".repeat(100)]);
  expect(sizeOf(value, 1000)).toBeLessThan(1500);
  expect(sizeOf(value)).toBeGreaterThan(10_000);
});

test("what grows larger than it may is not encoded, however it grows", () => {
  for (const value of ["x".repeat(2000), new Uint8Array(2000), Array.from({ length: 2000 }, () => 1)]) {
    expect(() => encode(value, { most: 1500 })).toThrow(TooLargeError);
    expect(encode(value, { most: 2500 }).length).toBeLessThan(2500);
  }
});
