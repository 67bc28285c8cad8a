import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, decodeStack } from "../../runtime/codec/decode.ts";
import { encode, encodeStack } from "../../runtime/codec/encode.ts";
import { CodecError, Tag, VERSION } from "../../runtime/codec/format.ts";
import type { Code } from "../../runtime/engine/code.ts";
import { Frame, Segment, SegmentKind } from "../../runtime/engine/segments.ts";
import type { Value } from "../../runtime/engine/values.ts";
import {
  Channel,
  ClassValue,
  Closure,
  Continuation,
  Future,
  type Instance,
  MapValue,
} from "../../runtime/engine/values.ts";
import { classes, codes, context, difference, graph, programIndex, stack } from "./graphs.ts";

const options = { programIndex };
const roundTrip = (value: Value): Value => decode(encode(value, options), context);

/** Decodes what may be anything: a value, or a CodecError; never another exception. */
function tryDecode(bytes: Uint8Array): boolean {
  try {
    if (bytes[1] === Tag.Stack) decodeStack(bytes, context);
    else decode(bytes, context);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return false;
  }
}

describe("encode and decode", () => {
  test("give back every graph of values, sharing and cycles included", () => {
    fc.assert(
      fc.property(graph, (value) => {
        expect(difference(value, roundTrip(value))).toBe(null);
      }),
      { numRuns: 500 },
    );
  });

  test("give back every stack, and what stands beside it", () => {
    fc.assert(
      fc.property(stack, ({ stack, beside }) => {
        const again = decodeStack(encodeStack(stack, options, beside), context);
        expect(difference([stack, beside], [again.stack, again.beside])).toBe(null);
      }),
      { numRuns: 500 },
    );
  });

  test("encoding again gives the same bytes", () => {
    fc.assert(
      fc.property(graph, (value) => {
        const bytes = encode(value, options);
        expect(encode(decode(bytes, context), options)).toEqual(bytes);
      }),
    );
  });

  test.each([
    0,
    -0,
    1,
    -1,
    -32,
    -33,
    159,
    160,
    2 ** 31,
    -(2 ** 31),
    2 ** 53 - 1,
    2 ** 53,
    0.1,
    5e-324,
    1 / 0,
    -1 / 0,
    0 / 0,
  ])("the number %d is exact", (n) => {
    expect(roundTrip(n)).toBe(n);
  });

  test.each([
    "",
    "a",
    "é",
    "😀",
    "\0",
    "\ufeff",
    "\ud800",
    "a\udc00b",
    "0".repeat(32),
    "F".repeat(32),
    "x".repeat(100_000),
  ])("the string %j is exact", (text) => {
    expect(roundTrip([text, text])).toEqual([text, text]);
  });

  test("hexadecimal texts, also more of them than are remembered, and what only looks like one", () => {
    const texts = Array.from({ length: 10_000 }, (_, i) => i.toString(16).padStart(i % 2 === 0 ? 32 : 64, "0"));
    const others = [...texts.slice(0, 3).map((text) => text.replace(/.$/, "G")), "0".repeat(33), "A".repeat(32)];
    expect(roundTrip([...texts, ...others])).toEqual([...texts, ...others]);
    expect(roundTrip([...texts].reverse())).toEqual([...texts].reverse());
  });

  test("what the codec was told of is told of each shared thing once", () => {
    const met: object[] = [];
    const future = new Future(3);
    const channel = new Channel(300, 1);
    encode([future, [future, channel]], { programIndex, met: (shared) => met.push(shared) });
    expect(met).toEqual([future, channel]);
  });

  test("an object that is kept elsewhere is not written, and stays that object", () => {
    const global: Value[] = [1, 2, 3];
    const cls = new ClassValue(classes[0]!);
    const account: Instance = new cls.code.construct(cls);
    account.f_all = global;
    const kept: object[] = [global, cls];
    const external = (object: object): number | undefined => (kept.includes(object) ? kept.indexOf(object) : undefined);
    const bytes = encode([global, account], { ...options, external });
    const [list, again] = decode(bytes, { ...context, external: (n) => kept[n] }) as [Value, Instance];
    expect([list === global, again.f_all === global, again.cls === cls]).toEqual([true, true, true]);
    expect(() => decode(bytes, context)).toThrow("no external object 0");
    expect(() => decode(bytes, { ...context, external: () => global })).toThrow("no class where one is expected");
  });

  test("what captured nothing is the program's own, when the context has it", () => {
    const own = new Map<string, Closure | ClassValue>([
      [codes[0]!.id, new Closure(codes[0]!, 1, codes[0]!.enter)],
      [codes[1]!.id, new Closure(codes[1]!, 1, codes[1]!.enter)],
      [classes[0]!.id, new ClassValue(classes[0]!)],
    ]);
    const bytes = encode([...own.values()], options);
    const again = decode(bytes, { ...context, own: (id) => own.get(id) }) as Value[];
    expect([...own.values()].map((value, i) => value === again[i])).toEqual([true, false, true]);
  });

  test("what is no value is refused", () => {
    expect(() => encode(new Date())).toThrow(new CodecError("a Date of the host is no value", -1));
    expect(() => encode([null as unknown as object])).toThrow("a null of the host is no value");
  });
});

describe("size and depth", () => {
  const deep = (depth: number, wrap: (inner: Value) => Value): Value => {
    let value: Value = "inmost";
    for (let i = 0; i < depth; i++) value = wrap(value);
    return value;
  };

  test.each<[number, string, (inner: Value) => Value, (outer: Value) => Value]>([
    [1_000_000, "lists", (inner) => [inner], (outer) => (outer as Value[])[0]],
    [100_000, "lists with more to come", (inner) => [inner, 1], (outer) => (outer as Value[])[0]],
    [
      1_000_000,
      "maps, a linked list,",
      (inner) => MapValue.of([["tail", inner]]),
      (outer) => (outer as MapValue).get("tail"),
    ],
  ])("%d nested %s need no host stack", (depth, _name, wrap, unwrap) => {
    let value = roundTrip(deep(depth, wrap));
    for (let i = 0; i < depth; i++) value = unwrap(value);
    expect(value).toBe("inmost");
  });

  test("a million frames and half a million segments need no host stack", () => {
    let frame: Frame | null = null;
    for (let i = 0; i < 1_000_000; i++) {
      const outer: Frame = Frame.of(codes[1]!, 1, [i]);
      outer.next = frame;
      frame = outer;
    }
    let top = new Segment(SegmentKind.Base, null, null, null, undefined, null, 0);
    top.frames = frame;
    for (let i = 0; i < 500_000; i++) top = new Segment(SegmentKind.Under, top, null, null, undefined, top, 0);
    const again = decodeStack(encodeStack(top, options), context).stack;
    let segments = 0;
    let bottom = again;
    for (; bottom.below !== null; bottom = bottom.below) segments++;
    let frames = 0;
    for (let f = bottom.frames; f !== null; f = f.next) frames++;
    expect([segments, frames]).toEqual([500_000, 1_000_000]);
  });

  test("a list of a million items", () => {
    const list = Array.from({ length: 1_000_000 }, (_, i) => i);
    const bytes = encode(list, options);
    expect(bytes.length).toBeLessThan(4_000_000);
    expect(decode(bytes, context)).toEqual(list);
  });

  test("a suspended task of two frames with four small locals is under 200 bytes", () => {
    const code = (path: string): Code => ({
      ...codes[4]!,
      id: `5f2c9e01a4b7d3386c1f0e9d8b7a6c55:${path}`,
    });
    const inner = Frame.of(code("handle_client"), 4, ["GET /", 17, true, undefined]);
    inner.next = Frame.of(code("main/fun#1"), 4, [3, "host", [1, 2], 0.5]);
    const base = new Segment(SegmentKind.Base, null, null, null, undefined, null, 0);
    base.frames = inner;
    expect(encodeStack(base, options).length).toBeLessThan(100);
  });

  test("instances of one class name their fields once", () => {
    const cls = new ClassValue(classes[0]!);
    const accounts = Array.from({ length: 1000 }, (_, i) => {
      const account: Instance = new cls.code.construct(cls);
      account.f_owner = i;
      account.f_balance = 7;
      return account;
    });
    expect(encode(accounts, options).length).toBeLessThan(9000);
  });
});

describe("hostile bytes", () => {
  test("cut at every byte, they are an error", () => {
    fc.assert(
      fc.property(stack, ({ stack, beside }) => {
        const bytes = encodeStack(stack, options, beside);
        for (let end = 0; end < bytes.length; end++) expect(tryDecode(bytes.subarray(0, end))).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  test("with any byte changed, they are a value or an error", () => {
    fc.assert(
      fc.property(stack, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (made, flips) => {
        const bytes = encodeStack(made.stack, options, made.beside);
        for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
        tryDecode(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test("any bytes at all are a value or an error", () => {
    const tag = fc.oneof(fc.nat(Tag.End), fc.nat(8), fc.nat(255));
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 40 }), (tags) => {
        tryDecode(Uint8Array.of(VERSION, ...tags));
      }),
      { numRuns: 8000 },
    );
  });

  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
  test.each<[string, number[], string]>([
    ["a count", [Tag.List, ...huge], "a List of 9007199254740991 parts"],
    ["a Map's count", [Tag.Map, 5, 0, 0, 0, 0, 0, 0, 0, 0], "a Map of 10 parts in 8 bytes"],
    ["Bytes", [Tag.Bytes, ...huge], "Bytes of 9007199254740991 bytes where 0 are left"],
    ["a text", [Tag.Text, 0x7d, 1], "a text of 31 bytes where 1 are left"],
    ["a text that is not UTF-8", [Tag.Text, 5, 0xff], "a text that is not UTF-8"],
    ["a text again", [Tag.Text, 4], "text 1 of 0"],
    ["an object again", [Tag.Again, 0], "object 0 of 0"],
    ["a number too large", [Tag.Natural, ...huge.slice(0, 7), 0xff, 0x7f], "a number too"],
    ["nothing", [], "a value of 1 parts in 0 bytes"],
    ["more than a value", [Tag.Nil, Tag.Nil], "1 bytes too many"],
    ["an unknown tag", [Tag.End], `tag ${Tag.End} where a value is expected`],
    ["a cell among values", [Tag.List, 1, Tag.Cell, Tag.Nil], "where a value is expected"],
    ["a segment among values", [Tag.Segment, 2, 0, Tag.NoFrame], "where a value is expected"],
    ["an unknown future", [Tag.Future, 9], "no future 9"],
    ["unknown code", [Tag.Closure, 0, 1, 5, 0x78, 0], 'no code "'],
    ["a continuation of nothing", [Tag.Continuation, 0], "a stack of no segments"],
    ["an odd segment", [Tag.Continuation, 1, Tag.Segment, 9, 0, 0], "segment of kind 9"],
    ["a segment under none", [Tag.Continuation, 1, Tag.Segment, 1, 0, 0, Tag.NoFrame], "under none"],
  ])("%s", (_name, bytes, message) => {
    expect(() => decode(Uint8Array.of(VERSION, ...bytes), context)).toThrow(message);
  });

  test("another version is named", () => {
    expect(() => decode(Uint8Array.of(9, 0), context)).toThrow("format version 9, this program reads 1 (at byte 0)");
  });

  test("a cell that is referred to from a list is no value", () => {
    const closure = new Closure(codes[1]!, 1, codes[1]!.enter, 5);
    const bytes = encode([closure, 1], options);
    const list = [...bytes];
    // The capture, the small number 5, becomes a cell that holds it; the second item becomes a reference to that cell.
    const at = list.lastIndexOf(0x40 + 32 + 5);
    list.splice(at, 2, Tag.Cell, 0x40 + 32 + 5, Tag.Again, 2);
    expect(() => decode(Uint8Array.from(list), context)).toThrow("a cell where a value is expected");
  });

  test("many owners together cannot claim more than there is", () => {
    const bytes = new Uint8Array(3 * 1000 + 1);
    bytes[0] = VERSION;
    for (let i = 0; i < 1000; i++) bytes.set([Tag.List, 0xff, 0x0f], 1 + 3 * i);
    expect(() => decode(bytes, context)).toThrow("parts in");
  });

  test("frames that go round are refused", () => {
    const frame = new Frame(codes[1]!, 1);
    const base = new Segment(SegmentKind.Base, null, null, null, undefined, null, 0);
    base.frames = frame;
    const k = new Continuation(base, base);
    const bytes = encode(k, options);
    const round = [...bytes.subarray(0, bytes.length - 1), Tag.FrameAgain, 0];
    expect(() => decode(Uint8Array.from(round), context)).toThrow("a stack of frames without an end");
  });

  test("a stack is no value and a value no stack", () => {
    const base = new Segment(SegmentKind.Base, null, null, null, undefined, null, 0);
    expect(() => decode(encodeStack(base, options), context)).toThrow("where a value is expected");
    expect(() => decodeStack(encode(1), context)).toThrow("a value where a stack is expected");
  });

  test("a stack whose search for handlers would run off is refused", () => {
    const base = new Segment(SegmentKind.Base, null, null, null, undefined, null, 0);
    const top = new Segment(SegmentKind.Under, base, null, null, undefined, null, 0);
    expect(() => decodeStack(encodeStack(top, options), context)).toThrow("a stack that searches nowhere");
  });

  test("frames that do not fit their code are refused", () => {
    const base = new Segment(SegmentKind.Base, null, null, null, undefined, null, 0);
    const points = codes[1]!.points.map((point) => ({ ...point, slots: point.slots.slice(1) }));
    const other: Code = { ...codes[1]!, points: [...points, points[0]!] };
    base.frames = Frame.of(other, 2, [1]);
    expect(() => decodeStack(encodeStack(base, options), context)).toThrow("stub1 with 1 slots at 2, its code has 2");
    base.frames = new Frame(other, 6);
    expect(() => decodeStack(encodeStack(base, options), context)).toThrow("stub1 has no suspension point 6");
  });
});
