// Counters say how often each part of a program has run (runtime/compile/counters.ts). A comment `//= 3` says so of the
// statement that begins on its line.

import { expect, test } from "vitest";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import { lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import { CapturingDriver } from "../../runtime/cli/capture.ts";
import { execute, load } from "../../runtime/cli/execute.ts";
import { check, compile } from "../../runtime/cli/frontend.ts";
import { parsePrelude } from "../../runtime/cli/prelude.ts";
import type { CompiledProgram } from "../../runtime/compile/program.ts";

const prelude = parsePrelude(memoryCache());

function compiled(text: string, isCounted: boolean): { readonly program: CompiledProgram; run(): Promise<Ran> } {
  const tree = parseFile("main.wal", text);
  const checked = check([tree]);
  expect(checked.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const program = compile(checked, prelude, { isCounted: () => isCounted });
  return {
    program,
    run: async () => {
      const counts = new Float64Array(program.counters.length);
      const loaded = load(program, [prelude, tree], [], { counts });
      const driver = new CapturingDriver();
      const said: string[] = [];
      await execute(loaded, {
        driver,
        ports: new Map(),
        input: "",
        print: (line) => void said.push(line),
        onUnhandledFault: ({ message }) => void said.push(message),
      });
      return { output: said.join("\n"), counts };
    },
  };
}

interface Ran {
  readonly output: string;
  readonly counts: Float64Array;
}

const PROGRAMS: Readonly<Record<string, string>> = {
  "statements, branches and what stands in place of a block": `
fun sign(n) {
    if (n < 0) {                                   //= 3
        return "-";                                //= 1
    }
    if (n == 0)                                    //= 2
        "0"                                        //= 1
    else
        "+"                                        //= 1
}
fun never() {
    sign(1);                                       //= 0
    while (true)                                   //= 0
        print "x";                                 //= 0
}
fun name_of(n) match n {                           //= 2
    1 => "one",                                    //= 1
    _ if n > 5 => "many",                          //= 0
    _ => {
        var text = "some";                         //= 1
        text                                       //= 1
    }
};
print sign(-1) + sign(0) + sign(1);                //= 1
print name_of(1) + name_of(2);                     //= 1
var twice = x =>                                   //= 1
    x * 2;                                         //= 4
print [1, 2, 3].map(twice).sum() + twice(4);       //= 1
unsafe {
    print 1;                                       //= 1
}
test "is not counted" {
    sign(1);
}
`,
  "what is suspended and goes on is counted once, what is resumed twice twice": `
fun pick(options)
    perform "CHOOSE" { options: options };         //= 2
fun every() {
    handle "CHOOSE" {                              //= 1
        var out = [];                              //= 2
        for (option in effect.options) {           //= 2
            out.add_all(resume(effect.continuation, option)); //= 3
        }
        out                                        //= 2
    }
    var first = pick([1, 2]);                      //= 1
    var second = if (first == 1)                   //= 2
        pick([10])                                 //= 1
    else
        20;                                        //= 1
    [first + second]                               //= 2
}
async fun later(ms) {
    sleep(ms);                                     //= 3
    ms                                             //= 3
}
fun down(n, total) {
    if (n == 0) return total;                      //= 1001
    down(n - 1, total + n)                         //= 1000
}
print every();                                     //= 1
print await all([later(1), later(2), later(3)]);   //= 1
print down(1000, 0);                               //= 1
`,
  "loops, classes and handlers": `
class Counter {
    var n = start();                               //= 2
    fun add(d) {
        this.n = this.n + d;                       //= 6
        if (d > 1) return this;                    //= 6
        nil                                        //= 2
    }
    fun unused() nil;                              //= 0
}
fun start()
    perform "START";                               //= 2
handle "START" {                                   //= 1
    resume(effect.continuation, 40);               //= 2
}
for (round in 0..2) {                              //= 1
    var counter = Counter();                       //= 2
    for (d in [1, 2, 3]) {                         //= 2
        if (d == 9) break;                         //= 6
        counter.add(d);                            //= 6
    }
    print counter.n;                               //= 2
}
`,
};

test.each(Object.entries(PROGRAMS))("%s", async (_name, text) => {
  const { program, run } = compiled(text, true);
  const { output, counts } = await run();
  const index = lineIndex(text);
  const lines = new Map<number, number>();
  program.counters.forEach(({ kind, start }, i) => {
    if (kind !== "statement") return;
    const { line } = toLineColumn(index, offset(start));
    lines.set(line, Math.max(lines.get(line) ?? 0, counts[i]!));
  });
  const said = text
    .split("\n")
    .map((line, i) => `${line.replace(/ *\/\/=.*/, "").padEnd(50)} ${lines.get(i + 1) ?? ""}`);
  const expected = text
    .split("\n")
    .map((line) => `${line.replace(/ *\/\/=.*/, "").padEnd(50)} ${/\/\/= (\d+)/.exec(line)?.[1] ?? ""}`);
  expect(said).toEqual(expected);
  // Counting changes nothing else.
  expect(output).toBe((await compiled(text, false).run()).output);
});

test("a program that is not counted has nothing of it in its code", () => {
  const { program } = compiled(PROGRAMS["loops, classes and handlers"]!, false);
  expect(program.counters).toEqual([]);
  expect(program.text).not.toContain("COUNTS");
});

test("each way of an if and of a match is a branch, also the else that is not written", () => {
  const { program } = compiled(
    "fun f(x) { if (x) 1; if (x) 1 else if (nil) 2 else 3; match x { 1 => 1, _ => 2 } }",
    true,
  );
  const branches = program.counters.filter(({ kind }) => kind === "branch").map(({ name, of }) => `${of} ${name}`);
  expect(branches).toEqual([
    ..."then else".split(" ").map((way) => `11 ${way}`),
    "21 then",
    "21 else",
    "35 then",
    "35 else",
    "54 arm",
    "54 arm",
  ]);
});
