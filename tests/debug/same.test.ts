// A program that is debugged does what it does anyway: with its probes asleep, and with a look at its whole stack before every
// single statement.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { FileTree } from "../../language/ast.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import { CapturingDriver } from "../../runtime/cli/capture.ts";
import { load } from "../../runtime/cli/execute.ts";
import { check, compile } from "../../runtime/cli/frontend.ts";
import { plain } from "../../runtime/cli/paint.ts";
import { parsePrelude } from "../../runtime/cli/prelude.ts";
import { faultText } from "../../runtime/cli/trace.ts";
import { View } from "../../runtime/cli/view.ts";
import type { CompiledProgram } from "../../runtime/compile/program.ts";
import { Control, NO_FILTERS } from "../../runtime/debug/control.ts";
import { E } from "../../runtime/engine/machine.ts";
import { Probes } from "../../runtime/engine/probes.ts";
import { Reactor } from "../../runtime/reactor/shard.ts";
import { type Ran, runWalia } from "../run.ts";

const cache = memoryCache();
const prelude = parsePrelude(cache);

interface Compiled {
  readonly tree: FileTree;
  readonly program: CompiledProgram;
}

function compiled(text: string): Compiled {
  const tree = parseFile("/program/main.wal", text, cache);
  return { tree, program: compile(check([tree]), prelude, { isProbed: () => true }) };
}

/** Runs with probes; `isWatched`: each is asked, and the whole stack is there when it is. Yields also how often that was. */
async function debugged(
  { tree, program }: Compiled,
  args: readonly string[],
  isWatched: boolean,
): Promise<Ran & { looks: number }> {
  const { text } = tree;
  const probes = new Probes(program.probes.length);
  const loaded = load(program, [prelude, tree], [], { probes });
  E.isDebugged = true;
  const driver = new CapturingDriver();
  const view = new View(plain, (path) => (path === tree.path ? text : undefined), "/program");
  let looks = 0;
  const control = new Control(probes, [], {
    reached: (task) => {
      expect(task.stack).not.toBeNull();
      looks++;
      return null;
    },
    performs: () => {
      looks++;
      return null;
    },
    stopped: () => undefined,
  });
  control.filters = NO_FILTERS;
  if (isWatched) {
    control.arm(new Set(program.probes.keys()));
    probes.watched = new Set([...text.matchAll(/perform "(\w+)"/g)].map(([, effect]) => effect!));
  }
  const reactor = new Reactor({
    driver,
    engine: control.engine,
    ports: new Map(),
    args,
    input: "",
    isInterruptible: true,
    print: (line) => {
      driver.written[1] += `${line}\n`;
    },
    onUnhandledFault: (fault, task) => {
      driver.written[2] += `${faultText(fault, task, view)}\n`;
    },
  });
  control.reactor = reactor;
  reactor.start(loaded.main);
  const { exitCode } = await reactor.finished;
  // The top level is on the stack under the debugger, also below the last call of a statement.
  const faults = driver.written[2].replace(/^ {2}at program \(.*\n/gm, "");
  return { output: driver.written[1], faults, exitCode, looks };
}

/** `output`: what it prints, when that is known and there are no faults. */
async function same(text: string, args: readonly string[] = [], output?: string): Promise<void> {
  const plainly =
    output === undefined ? await runWalia(text, { args, check: false }) : { output, faults: "", exitCode: 0 };
  const program = compiled(text);
  const { looks: none, ...asleep } = await debugged(program, args, false);
  expect(asleep).toEqual(plainly);
  expect(none).toBe(0);
  const { looks, ...watched } = await debugged(program, args, true);
  expect(watched).toEqual(plainly);
  expect(looks).toBeGreaterThan(0);
}

const EXAMPLES = new URL("../../examples/", import.meta.url);
const examples = readdirSync(EXAMPLES).filter((name) => name.endsWith(".out"));

describe("runs the same under the debugger", () => {
  test.each(examples)("%s", (output) => {
    const name = output.replace(".out", ".wal");
    const args = name === "word_count.wal" ? [new URL("data/walia.txt", EXAMPLES).pathname] : [];
    const read = (file: string): string => readFileSync(new URL(file, EXAMPLES), "utf8");
    return same(read(name), args, read(output));
  });

  test.each([
    [
      "continuations that are resumed many times",
      `fun f() {
        var shared = 0;
        handle "PICK" { var all = []; for (o in [1, 2, 3]) { all.add_all(resume(effect.continuation, o)); } all }
        var own = 0;
        own = own + perform "PICK"; shared = shared + 1;
        own = own * 10 + perform "PICK"; shared = shared + 1;
        [own + shared * 1000]
      } print f();`,
    ],
    [
      "clauses that run in place, suspend, and are resumed twice",
      `fun f() {
        handle "OUT" { [resume(effect.continuation, "a"), resume(effect.continuation, "b")] }
        handle "MID" { var got = perform "OUT"; resume(effect.continuation, got + "m") }
        handle "IN" { resume(effect.continuation, "i") }
        perform "MID" + perform "IN" + perform "MID"
      } print f();`,
    ],
    [
      "a request that passes hundreds of handlers",
      `fun deep(n) { if (n == 0) { perform "GET" } else { handle "GET" { resume(effect.continuation, 1 + perform "GET"); } deep(n - 1) } }
      fun f() { handle "GET" { resume(effect.continuation, 0); } deep(400) } print f();`,
    ],
    [
      "tasks, channels, classes and methods",
      `class Account { var balance = 0; fun init(b) { this.balance = b; } fun take(n) { if (n > this.balance) perform "POOR" { n: n } else { this.balance = this.balance - n; n } } }
      async fun producer(c, n) { for (i in 0..n) { c.send(i); yield_now(); } c.close(); }
      async fun consumer(c) { var sum = 0; var got = c.receive(); while (got != nil) { sum = sum + got; got = c.receive(); } sum }
      var c = Channel(2); producer(c, 10); print await consumer(c);
      fun g() { handle "POOR" { "poor by " + effect.n } Account(5).take(9) } print g();
      print all([1, 2, 3].map(async fun(x) { sleep(1); x * 2 }));`,
    ],
    [
      "faults that are answered, and one that is not",
      `fun f() { handle "FAULT" { resume(effect.continuation, 7) } 1 + [1, 2].map(x => x + nil).sum() } print f();
      fun g() { handle "FAULT" { "gave up: " + effect.kind } nil.name } print g();
      handle "FAULT" { resume(effect.continuation, effect.message) }
      print [1].nothing();
      perform "FAULT" { kind: "TypeError", message: "of its own" };
      async fun failing() { [][1] = 2; } handle "NONE" { 1 } print await failing();`,
    ],
    ["a fault that nobody answers", `fun f(x) { var y = x; y.name } print 1; f(nil);`],
    ["an effect that nobody answers", `fun f() { perform "NOBODY" { a: 1 } } print 1; f();`],
    [
      "recursion without an end of the host's stack, and tail calls",
      `fun deep(n) { if (n == 0) { perform "E" } else { 1 + deep(n - 1) } }
      fun f() { handle "E" { [resume(effect.continuation, 0), resume(effect.continuation, 1)] } deep(3000) }
      fun g() { handle "E" { "dropped" } deep(300) }
      fun even(n) { if (n == 0) { true } else { odd(n - 1) } } fun odd(n) { if (n == 0) { false } else { even(n - 1) } }
      print f(); print g(); print even(5000);`,
    ],
    [
      "ways out of covered code",
      `fun f(xs) { var seen = []; for (x in xs) { handle "NEXT" { "skipped" } if (x == 2) { continue; } if (x == 4) { break; } seen.add(x); if (x == 9) { return "nine"; } } seen }
      print f([1, 2, 3, 4, 5]); print f([9]);`,
    ],
    [
      "cancelled tasks that clean up",
      `async fun worker(c) { handle "CANCELLED" { c.send("cleaned"); nil } sleep(100000); }
      var c = Channel(1); var w = worker(c); sleep(5); cancel(w); print c.receive();`,
    ],
  ])("%s", (_title, text) => same(text));
});
