import { describe, expect, test } from "vitest";
import type { ClassCode, Code, TraitCode } from "../../runtime/engine/code.ts";
import { makeRequest } from "../../runtime/engine/machine.ts";
import type { Value } from "../../runtime/engine/values.ts";
import {
  type Atomic,
  type Channel,
  ClassValue,
  Closure,
  Future,
  Instance,
  MapValue,
  TraitValue,
} from "../../runtime/engine/values.ts";
import { functions } from "../../runtime/library/index.ts";
import { asked, call, faultOf, seen, send } from "./calling.ts";

describe("numbers", () => {
  test.each<[Value, Value]>([
    ["42", 42],
    [" -3.5e2\n", -350],
    ["+1", 1],
    ["0x10", 16],
    ["-0xfF", -255],
    ["0b101", 5],
    ["1_000", 1000],
    [7, 7],
    [Uint8Array.of(49, 50), 12],
    ["", undefined],
    ["12a", undefined],
    ["0x", undefined],
    ["1.", undefined],
    [".5", undefined],
    ["Infinity", undefined],
    ["nil", undefined],
    [undefined, undefined],
    [[], undefined],
  ])("num of %j is %j", (value, expected) => {
    expect(call("num", value)).toBe(expected);
  });

  test("math", () => {
    expect(call("math_sqrt", 9)).toBe(3);
    expect(call("math_pow", 2, 10)).toBe(1024);
    expect(call("math_abs", -2)).toBe(2);
    expect([call("math_floor", -1.5), call("math_ceil", -1.5)]).toEqual([-2, -1]);
    expect([call("math_min", 3, 1, 2), call("math_max", 3, 1, 2)]).toEqual([1, 3]);
    expect([call("math_min", [3, 1]), call("math_max", [])]).toEqual([1, undefined]);
    expect([call("math_sin", 0), call("math_cos", 0), call("math_log", 1), call("math_exp", 0)]).toEqual([0, 1, 0, 1]);
    expect(faultOf(call("math_sqrt", "9"))).toBe('TypeError: "math_sqrt" needs a number, got string');
    expect(faultOf(call("math_pow", 2, undefined))).toBe('NilAccess: "math_pow" needs a number, got nil');
    expect(faultOf(call("math_min", 1, "2"))).toBe('TypeError: "math_min" needs a number, got string');
    expect(faultOf(call("math_max"))).toBe('ArityError: "math_max" needs at least one number');
  });

  test("random stays within its ends", () => {
    for (let i = 0; i < 200; i++) {
      const unit = call("random") as number;
      expect(unit >= 0 && unit < 1).toBe(true);
      expect([0, 1, 2]).toContain(call("random", 3));
      expect([-2, -1]).toContain(call("random", -2, 0));
    }
    expect(faultOf(call("random", 0))).toBe('TypeError: "random" needs an end above 0, got 0');
    expect(faultOf(call("random", "3"))).toBe('TypeError: "random" needs a whole number, got string');
  });
});

describe("the program", () => {
  test("print, arguments, time, metrics", () => {
    seen.lines.length = 0;
    call("print", [1, "a"]);
    expect(seen.lines).toEqual(['[1, "a"]']);
    expect(call("args")).toEqual(["one", "two"]);
    expect(call("time_now")).toBe(1_700_000_000_250);
    expect(call("clock")).toBe(1_700_000_000.25);
    expect(send("Map", "get", call("walia_metrics"), "EVENT_SATURATION")).toBe(5);
    expect(call("walia_is_warm_boot")).toBe(false);
  });

  test("requests of the host", () => {
    expect(asked(call("input"))).toEqual(["input", {}]);
    expect(asked(call("input", "name? "))).toEqual(["input", { prompt: "name? " }]);
    expect(asked(call("exit"))).toEqual(["exit", { code: 0 }]);
    expect(asked(call("exit", 3))).toEqual(["exit", { code: 3 }]);
    expect(asked(call("checkpoint"))).toEqual(["checkpoint", {}]);
    expect(asked(call("unique_id"))).toEqual(["checkpoint", { value: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    expect(asked(call("io_monitor", 0x80, 1))).toEqual(["monitor", { port: 0x80, events: 1 }]);
    expect(asked(call("port_read", 0x80))).toEqual(["port_read", { port: 0x80 }]);
    expect(asked(call("port_write", 0x80, "x"))).toEqual(["port_write", { port: 0x80, value: "x" }]);
    expect(faultOf(call("exit", 256))).toBe('TypeError: "exit" needs 0 to 255, got 256');
    expect(faultOf(call("exit", "1"))).toBe('TypeError: "exit" needs a whole number, got string');
    expect(faultOf(call("io_monitor", "x", 1))).toBe('TypeError: "io_monitor" needs a whole number, got string');
  });

  test("assert", () => {
    expect(call("assert", 0)).toBe(undefined);
    expect(faultOf(call("assert", false))).toBe("AssertError: assertion failed");
    expect(faultOf(call("assert", undefined, ["why", 1]))).toBe('AssertError: ["why", 1]');
  });

  test("values", () => {
    expect(call("str", [1])).toBe("[1]");
    expect(call("type_of", undefined)).toBe("nil");
    expect(call("type_of", new MapValue())).toBe("Map");
    expect(["abc", [1], Uint8Array.of(1, 2), MapValue.of([[1, 1]])].map((value) => call("len", value))).toEqual([
      3, 1, 2, 1,
    ]);
    expect(faultOf(call("len", 5))).toBe('TypeError: "len" needs a string, List, Map or Bytes, got number');
    expect(faultOf(call("length", undefined))).toContain('NilAccess: "length" needs');
  });

  test("mixin gives one instance the trait's methods and remembers it", () => {
    const enter = (): Value => 1;
    const trait = new TraitValue({
      id: "t",
      name: "Loud",
      methods: new Map([["shout$1", { enter } as unknown as Code]]),
    } as TraitCode);
    const one = new Instance(new ClassValue({ name: "A" } as ClassCode));
    expect(call("mixin", one, trait)).toBe(one);
    expect((one as unknown as Record<string, unknown>).m_shout$1).toBe(enter);
    expect(one.mixed).toEqual([trait]);
    expect(faultOf(call("mixin", [], trait))).toBe('TypeError: "mixin" needs an object of a class, got List');
    expect(faultOf(call("mixin", one, one))).toBe('TypeError: "mixin" needs a trait, got A');
  });

  test("a fault is performed again with its fields", () => {
    const request = makeRequest("FAULT", { kind: "IoError", message: "gone", code: "EPIPE", fd: 3 });
    expect(asked(call("__fault_again", request))).toEqual([
      "FAULT",
      { kind: "IoError", message: "gone", code: "EPIPE", fd: 3, target: 3 },
    ]);
    expect(faultOf(call("__fault", "IoError", "bad", "EINVAL"))).toBe("IoError: bad");
  });
});

describe("tasks", () => {
  const closure = (arity: number): Closure => new Closure({ name: "f" } as Code, arity, () => undefined);

  test("task starts a function with the rest of its arguments", () => {
    const f = closure(2);
    expect(call("task", f, 1, 2)).toBeInstanceOf(Future);
    expect(seen.spawned.at(-1)).toEqual({ closure: f, args: [1, 2] });
    expect(faultOf(call("task", f))).toBe('ArityError: <fun f> needs 2 arguments, "task" got 0 for it');
    expect(faultOf(call("task", "f"))).toBe('TypeError: "task" needs a function, got string');
  });

  test("waiting is asked of the host", () => {
    const future = new Future(1);
    expect(asked(call("race", [future]))).toEqual(["race", { futures: [future] }]);
    expect(asked(call("any", [future]))).toEqual(["any", { futures: [future] }]);
    expect(asked(call("timeout", future, 5))).toEqual(["timeout", { future, ms: 5 }]);
    expect(call("timeout", "done", 5)).toBe("done");
    expect(asked(call("cancel", future))).toEqual(["cancel", { future }]);
    expect(asked(call("yield_now"))).toEqual(["yield", {}]);
    expect(faultOf(call("race", []))).toBe('TypeError: "race" needs at least one Future');
    expect(faultOf(call("any", [1]))).toBe('TypeError: "any" needs a List of Futures, got number');
    expect(faultOf(call("race", future))).toBe('TypeError: "race" needs a List of Futures, got Future');
    expect(faultOf(call("timeout", future, "5"))).toBe('TypeError: "timeout" needs a number, got string');
    expect(faultOf(call("cancel", 1))).toBe('TypeError: "cancel" needs a Future, got number');
  });

  test("channels", () => {
    const channel = call("Channel", 2) as Channel;
    expect([channel.capacity, (call("Channel") as Channel).capacity]).toEqual([2, 0]);
    expect(asked(send("Channel", "send", channel, 1))).toEqual(["send", { channel, value: 1 }]);
    expect(asked(send("Channel", "receive", channel))).toEqual(["receive", { channel }]);
    expect(asked(send("Channel", "close", channel))).toEqual(["close", { channel }]);
    expect(faultOf(call("Channel", -1))).toContain('"Channel" needs a whole number from 0');
    expect(faultOf(call("Channel", "1"))).toBe('TypeError: "Channel" needs a number, got string');
  });

  test("atomics", () => {
    const atomic = call("Atomic", 5) as Atomic;
    expect(send("Atomic", "add", atomic, 2)).toBe(7);
    expect(send("Atomic", "compare_set", atomic, 5, 1)).toBe(false);
    expect(send("Atomic", "compare_set", atomic, 7, 1)).toBe(true);
    expect(send("Atomic", "set", atomic, 9)).toBe(9);
    expect(send("Atomic", "get", atomic)).toBe(9);
    expect(faultOf(call("Atomic", "5"))).toBe('TypeError: "Atomic" needs a number, got string');
    expect(faultOf(send("Atomic", "add", atomic, undefined))).toBe('NilAccess: "add" needs a number, got nil');
  });
});

describe("every native", () => {
  test("takes any value for any argument without an exception", () => {
    const odd: Value[] = [
      undefined,
      true,
      -1,
      0.5,
      0 / 0,
      "",
      "x",
      [],
      [[]],
      new MapValue(),
      new Uint8Array(2),
      new Future(1),
    ];
    for (const [name, native] of functions) {
      if (name.startsWith("__")) continue;
      const most = Math.min(native.max, 3);
      for (const a of odd) for (const b of odd) native.call(0, ...[a, b, a].slice(0, most));
    }
  });
});
