import { expect, test } from "vitest";
import { decode } from "../../runtime/codec/decode.ts";
import { encode } from "../../runtime/codec/encode.ts";
import { faultFromValue, faultToValue } from "../../runtime/codec/fault.ts";
import { CodecError } from "../../runtime/codec/format.ts";
import type { Fault } from "../../runtime/engine/values.ts";
import { MapValue } from "../../runtime/engine/values.ts";
import { codes, context } from "./graphs.ts";

const fault: Fault = {
  kind: "IoError",
  message: "gone",
  fields: { code: "EPIPE", fd: 3, data: [1, 2] },
  trace: [
    { code: codes[1]!, at: 1, note: null },
    { code: null, at: 0, note: "further frames" },
  ],
};

test("a fault comes back from bytes", () => {
  const again = faultFromValue(decode(encode(faultToValue(fault)), context), context);
  expect({ ...again, fields: { ...again.fields } }).toEqual(fault);
  expect(again.trace[0]!.code).toBe(codes[1]);
});

test("code that is no longer there is named in the trace", () => {
  const again = faultFromValue(faultToValue(fault), { code: () => undefined });
  expect(again.trace[0]).toEqual({ code: null, at: 1, note: codes[1]!.id });
});

test("anything else is an error", () => {
  const map = faultToValue(fault);
  map.set("trace", [1]);
  for (const value of [undefined, "x", new MapValue(), map])
    expect(() => faultFromValue(value, context)).toThrow(CodecError);
});
