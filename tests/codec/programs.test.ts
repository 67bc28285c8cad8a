// The law on which stealing, the horizon and the debugger rest: whatever a program does, its stack encoded and decoded
// before every single delivery of a value into it changes nothing that can be seen. Nor does it that a task gives way at a call.

import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { decodeStack } from "../../runtime/codec/decode.ts";
import { encodeStack } from "../../runtime/codec/encode.ts";
import type { CodecContext } from "../../runtime/codec/format.ts";
import type { LoadedProgram } from "../../runtime/compile/load.ts";
import { programIndexOf, programSegment, setProbe } from "../../runtime/engine/machine.ts";
import { NO_ROOM, room, STACK_LIMIT } from "../../runtime/engine/stack.ts";
import type { Value } from "../../runtime/engine/values.ts";
import { Atomic, Cell, Channel, Closure, captureOf, Future, Instance, MapValue } from "../../runtime/engine/values.ts";
import { runWalia } from "../run.ts";

afterEach(() => setProbe(null));

/** Every object that global variables hold: it is stored with them, so it stays the same object. */
function heldByGlobals(program: LoadedProgram): Map<object, number> {
  const held = new Map<object, number>();
  const work: Value[] = [...program.globals.values()].map((cell) => cell.v);
  for (let value = work.pop(); work.length > 0 || value !== undefined; value = work.pop()) {
    if (typeof value !== "object" || value === null || held.has(value)) continue;
    held.set(value, held.size);
    if (Array.isArray(value)) work.push(...value);
    else if (value instanceof MapValue) for (const [key, entry] of value.entries) work.push(key, entry);
    else if (value instanceof Cell) work.push(value.v);
    else if (value instanceof Closure) value.code.captures.forEach((_, i) => void work.push(captureOf(value, i)));
    else if (value instanceof Instance) work.push(...Object.values(value));
  }
  return held;
}

/** Makes every delivery go through bytes, and tells of every other. Gives the number of deliveries so far. */
function throughBytes(program: LoadedProgram, tell: () => void = () => undefined): () => number {
  let count = 0;
  const shared = new Map<number, Future | Channel | Atomic>();
  setProbe((stack, value) => {
    if (++count % 2 === 0) tell();
    const held = heldByGlobals(program);
    const objects = [...held.keys()];
    const find =
      <T>(type: new (...args: never[]) => T) =>
      (id: number) => {
        const found = shared.get(id);
        return found instanceof type ? found : undefined;
      };
    const context: CodecContext = {
      code: (id) => program.codes.get(id),
      classCode: (id) => program.classes.get(id),
      traitCode: (id) => program.traits.get(id),
      future: find(Future),
      channel: find(Channel),
      atomic: find(Atomic),
      programSegment,
      external: (number) => objects[number],
      own: (id) => program.own(id),
    };
    const options = {
      programIndex: programIndexOf,
      external: (object: object) => held.get(object),
      met: (object: Future | Channel | Atomic) => void shared.set(object.id, object),
    };
    const { stack: decoded, beside } = decodeStack(encodeStack(stack, options, value), context);
    return { stack: decoded, value: beside };
  });
  return () => count;
}

/** Makes every other turn end at its first call (engine/machine.ts, M6); the one between gets it over with. */
function givingWay() {
  let turns = 0;
  const counted = {
    /** How many turns have ended so. */
    gaveWay: 0,
    // In each turn an hour goes by, so that it is over when it asks.
    now: () => Date.now() + turns * 3_600_000,
    turns: {
      begins: () => {
        if (++turns % 2 === 1) room[0] = NO_ROOM;
      },
      ended: () => {
        if (turns % 2 === 1 && room[0] === STACK_LIMIT) counted.gaveWay++;
        room[0] = STACK_LIMIT;
      },
    },
    // Else a task that runs alone would go on at once.
    limit: 600_000,
  };
  return counted;
}

async function same(source: string, args: readonly string[] = [], output?: string): Promise<void> {
  const plain = await runWalia(source, { args });
  // A program that fails would be the same both times and show nothing.
  expect(plain).toEqual({ faults: "", exitCode: 0, output: output ?? expect.stringMatching(/./) });
  let deliveries = () => 0;
  const probed = await runWalia(source, {
    args,
    loaded: (program) => {
      deliveries = throughBytes(program);
    },
  });
  expect(probed).toEqual(plain);
  expect(deliveries()).toBeGreaterThan(0);
  expect(await runWalia(source, { args, ...givingWay(), loaded: (program) => void throughBytes(program) })).toEqual(
    plain,
  );
  setProbe(null);
  const turns = givingWay();
  expect(await runWalia(source, { args, ...turns })).toEqual(plain);
  expect(turns.gaveWay).toBeGreaterThan(0);
}

const EXAMPLES = new URL("../../examples/", import.meta.url);
const programs = readdirSync(EXAMPLES).filter((name) => name.endsWith(".out"));

describe("every example runs the same with its stack in bytes at every suspension, and giving way at calls", () => {
  test.each(programs)("%s", (output) => {
    const name = output.replace(".out", ".wal");
    const args = name === "word_count.wal" ? [new URL("data/walia.txt", EXAMPLES).pathname] : [];
    const read = (file: string): string => readFileSync(new URL(file, EXAMPLES), "utf8");
    return same(read(name), args, read(output));
  });
});

describe("so does", () => {
  test("a search whose continuations are resumed many times, with shared and plain variables", () =>
    same(`fun f() {
      var shared = 0;
      handle "PICK" { var all = []; for (o in [1, 2, 3]) { all.add_all(resume(effect.continuation, o)); } all }
      var own = 0;
      own = own + perform "PICK"; shared = shared + 1;
      own = own * 10 + perform "PICK"; shared = shared + 1;
      [own + shared * 1000]
    } print f();`));
  test("a clause in place that suspends, inside a continuation resumed twice", () =>
    same(`fun f() {
      handle "OUT" { [resume(effect.continuation, "a"), resume(effect.continuation, "b")] }
      handle "MID" { var got = perform "OUT"; resume(effect.continuation, got + "m") }
      handle "IN" { resume(effect.continuation, "i") }
      perform "MID" + perform "IN" + perform "MID"
    } print f();`));
  test("a program of tasks, channels, classes, methods and faults", () =>
    same(`class Account { var balance = 0; fun init(b) { this.balance = b; } fun take(n) { if (n > this.balance) perform "POOR" { n: n } else { this.balance = this.balance - n; n } } }
      async fun producer(c, n) { for (i in 0..n) { c.send(i); yield_now(); } c.close(); }
      async fun consumer(c) { var sum = 0; var got = c.receive(); while (got != nil) { sum = sum + got; got = c.receive(); } sum }
      var c = Channel(2); producer(c, 10); print await consumer(c);
      fun f() { handle "FAULT" { resume(effect.continuation, 7) } 1 + [1, 2].map(x => x + nil).sum() } print f();
      fun g() { handle "POOR" { "poor by " + effect.n } Account(5).take(9) } print g();
      var at = Atomic(1); at.add(2); print at.get();
      print all([1, 2, 3].map(async fun(x) { sleep(1); x * 2 }));`));
  test("deep recursion, tail calls and abandoned performers", () =>
    same(`fun deep(n) if (n == 0) perform "E" else 1 + deep(n - 1);
      fun f() { handle "E" { [resume(effect.continuation, 0), resume(effect.continuation, 1)] } deep(300) }
      fun g() { handle "E" { "dropped" } deep(300) }
      fun even(n) if (n == 0) true else odd(n - 1); fun odd(n) if (n == 0) false else even(n - 1);
      print f(); print g(); print even(500);`));
});
