import { describe, expect, test } from "vitest";
import { Table } from "../../runtime/horizon/tables.ts";
import { readTask } from "../../runtime/horizon/task-record.ts";
import { type Outcome, planUpgrade } from "../../runtime/upgrade/upgrade.ts";
import { build, FOLDER, Run, writeTo } from "./kept.ts";

/** Runs the versions one after another, each until all wait; the last to its end. Upgrades on the way to each. */
function upgraded(...versions: readonly string[]): {
  /** What the last run printed. */
  readonly lines: readonly string[];
  /** Of the last upgrade. */
  readonly outcomes: readonly Outcome[];
  readonly reasons: readonly string[];
  readonly records: Run["records"];
} {
  const built = versions.map((text) => build({ "main.wal": text }));
  let run = new Run(built[0]!).pass(500);
  let outcomes: readonly Outcome[] = [];
  let records = run.records;
  for (const [i, now] of built.entries()) {
    if (i === 0) continue;
    const older = built.slice(0, i);
    const plan = planUpgrade({
      folder: FOLDER,
      image: run.records,
      older: older.map(({ source }) => source),
      now: now.source,
      sources: now.sources,
      only: null,
    });
    outcomes = plan.outcomes;
    records = new Map([...run.records].map(([table, content]) => [table, new Map(content)]));
    writeTo(records, plan.changes);
    const isLast = i === built.length - 1;
    run = new Run(now, run.now, records, older).pass(isLast ? 60_000 : 100);
    expect(run.faults).toEqual([]);
    expect(run.isOver).toBe(isLast);
  }
  const reasons = outcomes.flatMap(({ obstacles }) => obstacles.map(({ what }) => what));
  return { lines: run.lines, outcomes, reasons, records };
}

const kindsOf = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map(({ subject, kind }) => `${subject.kind === "task" ? subject.task.name : subject.name}: ${kind}`);

describe("what moves", () => {
  const cases: readonly (readonly [name: string, before: string, now: string, lines: readonly string[]])[] = [
    [
      "a task that has not begun",
      `async fun later(n) { print "old " + n; }\nsleep(1000);\nlater(3);\nfun idle() 1;\n`,
      `async fun later(n) { print "new " + n; }\nsleep(1000);\nlater(3);\nfun idle() 1;\n`,
      ["new 3"],
    ],
    [
      "the rest of the program's own statements, also in a statement that was changed elsewhere",
      `for (i in 0..2) { sleep(1000); print "turn " + i; }\nprint "end";\n`,
      `print "begin";\nfor (i in 0..2) { sleep(1000); print "round " + i; }\nprint "the end";\n`,
      ["round 0", "round 1", "the end"],
    ],
    [
      "functions that variables hold, and handlers of the whole program",
      `handle "NAME" { resume(effect.continuation, "old"); }\nvar f = fun(x) { x + 1 };\nfun main() { sleep(1000); print perform "NAME"; print f(1); print f(1); }\nmain();\n`,
      `handle "NAME" { resume(effect.continuation, "new"); }\nvar f = fun(x) { x + 2 };\nfun main() { sleep(1000); print perform "NAME"; print f(1); print f(1); }\nmain();\n`,
      ["new", "3", "3"],
    ],
    [
      "objects, with a new field that has a constant value",
      `class Box { var n = 1; fun show() { "n" + this.n } }\nvar shared = Box();\nfun main(b) { sleep(1000); b.n = 2; print b.show(); print shared.show(); }\nmain(shared);\n`,
      `class Box { var n = 1; var m = 5; fun show() { "n" + this.n + "m" + this.m } }\nvar shared = Box();\nfun main(b) { sleep(1000); b.n = 2; print b.show(); print shared.show(); }\nmain(shared);\n`,
      ["n2m5", "n2m5"],
    ],
    [
      "a frame that has nothing left to do goes",
      `fun inner() { sleep(1000); print "gone"; }\nfun outer() { inner(); print "outer"; }\nouter();\n`,
      `fun inner() { sleep(1000); }\nfun outer() { inner(); print "outer"; }\nouter();\n`,
      ["outer"],
    ],
    [
      "a function declared in a function, and one without a name beside another",
      `async fun work() { fun step(n) { sleep(1000); print "step " + n; } [1].each(x => step(x)); [2].each(x => step(x * 2)); }\nwork();\n`,
      `async fun work() { fun step(n) { sleep(1000); print "stage " + n; } [1].each(x => step(x)); [2].each(x => step(x * 3)); }\nwork();\n`,
      ["stage 1", "stage 6"],
    ],
    [
      "variables of one name, and counters of loops in loops, each its own",
      `async fun work() { var x = 1; { var x = 2; for (a in [1, 2]) { for (b in [3, 4]) { sleep(1000); print "old " + a + b + x; } } } print x; }\nwork();\n`,
      `async fun work() { var x = 1; { var x = 2; for (a in [1, 2]) { for (b in [3, 4]) { sleep(1000); print "new " + a + b + x; } } } print x; }\nwork();\n`,
      ["new 132", "new 142", "new 232", "new 242", "1"],
    ],
    [
      "the same wait in two places that other steps tell apart",
      `async fun work() { print "a"; sleep(1000); print "b"; sleep(1000); print "c"; }\nwork();\n`,
      `async fun work() { sleep(1000); print "a"; sleep(1000); print "b"; sleep(1000); print "c"; }\nwork();\n`,
      ["b", "c"],
    ],
  ];
  test.each(cases)("%s", (_name, before, now, lines) => {
    const result = upgraded(before, now);
    expect(result.reasons).toEqual([]);
    expect(result.lines).toEqual(lines);
  });

  test("goes on from version to version, and the sources that nothing needs go", () => {
    const text = (word: string): string =>
      `async fun work() { for (i in 0..5) { sleep(250); print "${word} " + i; } }\nwork();\n`;
    const { lines, records } = upgraded(text("one"), text("two"), text("three"));
    expect(lines).toEqual(["three 2", "three 3", "three 4"]);
    expect([...(records.get(Table.Sources)?.keys() ?? [])]).toHaveLength(1);
  });

  test("a task whose new code reads a variable of the program runs where the variables are", () => {
    const text = (step: string): string => `var n = 1;\nasync fun work() { sleep(1000); ${step} }\nwork();\n`;
    const { records, lines } = upgraded(text('print "x";'), text("print n;"));
    const homes = [...records.get(Table.Tasks)!].map(([id, bytes]) => readTask(id as number, bytes).task);
    expect(homes.find(({ name }) => name === "work")?.home).toBe(true);
    expect(lines).toEqual(["1"]);
  });
});

describe("what stays, and why", () => {
  const cases: readonly (readonly [
    name: string,
    before: string,
    now: string,
    reason: RegExp,
    lines: readonly string[],
  ])[] = [
    [
      "a variable that a function shares now",
      `async fun work() { var n = 1; sleep(1000); n = n + 1; print n; }\nwork();\n`,
      `async fun work() { var n = 1; var add = nil; sleep(1000); add = fun() { n = n + 5; }; add(); print n; }\nwork();\n`,
      /it needs the variable `add`|`n` is shared/,
      ["2"],
    ],
    [
      "a variable that is shared in one source only",
      `async fun work() { var n = 1; sleep(1000); n = n + 1; print n; }\nwork();\n`,
      `async fun work() { var n = 1; sleep(1000); var add = fun() { n = n + 5; }; add(); print n; }\nwork();\n`,
      /the variable `n` is shared with a function that changes it in one source only/,
      ["2"],
    ],
    [
      "a value that the old code has not computed",
      `fun ask() { sleep(1000); 1 }\nfun one() 10;\nfun two() 20;\nasync fun work() { print one() + ask(); }\nwork();\n`,
      `fun ask() { sleep(1000); 1 }\nfun one() 10;\nfun two() 20;\nasync fun work() { print two() + ask(); }\nwork();\n`,
      /it needs the value of `two\(\)`, which the old code has not computed there/,
      ["11"],
    ],
    [
      "a list that a loop goes over",
      `async fun work() { var a = ["a"]; var b = ["b"]; for (x in a) { sleep(1000); print x; } }\nwork();\n`,
      `async fun work() { var a = ["a"]; var b = ["b"]; for (x in b) { sleep(1000); print x; } }\nwork();\n`,
      /it needs the value of `b`/,
      ["a"],
    ],
    [
      "a branch that was taken on another condition",
      `async fun work(n) { if (n > 1) { sleep(1000); print "large"; } }\nwork(2);\n`,
      `async fun work(n) { if (n > 5) { sleep(1000); print "large"; } }\nwork(2);\n`,
      /stands inside `if \(n > 5\)` now/,
      ["large"],
    ],
    [
      "a clause that has begun and resumes in another way now",
      `async fun work() { handle "A" { sleep(1000); var r = resume(effect.continuation, 1); print "then"; r } print perform "A"; }\nwork();\n`,
      `async fun work() { handle "A" { sleep(1000); resume(effect.continuation, 1) } print perform "A"; }\nwork();\n`,
      /the handler of "A" resumes in another way now/,
      ["1", "then"],
    ],
    [
      "a field whose first value is computed",
      `class Box { var n = 1; }\nfun main(b) { sleep(1000); print b.n; }\nmain(Box());\n`,
      `class Box { var n = 1; var list = []; }\nfun main(b) { sleep(1000); print b.n; }\nmain(Box());\n`,
      /its new field `list`, whose first value is computed/,
      ["1"],
    ],
    [
      "a variable of the program that has no value",
      `async fun work() { sleep(1000); print "x"; }\nwork();\n`,
      `var limit = [1];\nfun most() limit.get(0);\nasync fun work() { sleep(1000); print most(); }\nwork();\n`,
      /it needs the variable `limit` of the program/,
      ["x"],
    ],
    [
      "a statement of the program that was changed around a wait that leaves no frame in it",
      `fun main(n) { sleep(1000); print n; }\nmain(1);\n`,
      `fun main(n) { sleep(1000); print n; }\nmain(2);\n`,
      /the statement of the program, in which it waits, was changed/,
      ["1"],
    ],
    [
      "a step that goes from before it to after it, out of what a handler covers and into it",
      `async fun work() { print "a"; handle "X" { nil } sleep(1000); print "b"; }\nwork();\n`,
      `async fun work() { handle "X" { nil } sleep(1000); print "a"; print "b"; }\nwork();\n`,
      /`print "a"` came before it and comes after it now/,
      ["b"],
    ],
    [
      "an assignment that goes from after it to before it",
      `async fun work(n) { var done = false; sleep(1000); done = true; print done; }\nwork(1);\n`,
      `async fun work(n) { var done = false; done = true; sleep(1000); print done; }\nwork(1);\n`,
      /`done = true` came after it and comes before it now/,
      ["true"],
    ],
    [
      "one of several steps alike that goes to the other side",
      `async fun work() { print "x"; print "x"; sleep(1000); print "end"; }\nwork();\n`,
      `async fun work() { print "x"; sleep(1000); print "x"; print "end"; }\nwork();\n`,
      /`print "x"` came before it and comes after it now/,
      ["end"],
    ],
    [
      "a variable of another of two with one name",
      `async fun work() { var x = 1; { var x = 2; sleep(1000); print x; } print x; }\nwork();\n`,
      `async fun work() { { var x = 2; sleep(1000); print x; } print "end"; }\nwork();\n`,
      /another number of variables there is called `x` now/,
      ["2", "1"],
    ],
  ];
  test.each(cases)("%s", (_name, before, now, reason, lines) => {
    const result = upgraded(before, now);
    expect(result.reasons.join("\n")).toMatch(reason);
    expect(result.lines).toEqual(lines);
  });

  test("a variable of the program has no value because a run with the new source has met it", () => {
    const old = build({ "main.wal": `async fun work() { sleep(1000); print "x"; }\nwork();\n` });
    const now = build({
      "main.wal": `var limit = 3;\nvar none;\nasync fun work() { sleep(1000); print limit; }\nwork();\n`,
    });
    const first = new Run(old).pass(300);
    const second = new Run(now, first.now, first.records, [old]).pass(300);
    const { outcomes } = planUpgrade({
      folder: FOLDER,
      image: second.records,
      older: [old.source],
      now: now.source,
      sources: now.sources,
      only: null,
    });
    expect(outcomes.flatMap(({ obstacles }) => obstacles.map(({ what }) => what))).toEqual([
      expect.stringMatching(/it needs the variable `limit` of the program/),
    ]);
  });

  test("an upgrade of some tasks leaves the others alone", () => {
    const text = (word: string): string =>
      `async fun work(n) { sleep(1000); print "${word} " + n; }\nasync fun both() { all([work(1), work(2)]); }\nboth();\n`;
    const [old, now] = [build({ "main.wal": text("old") }), build({ "main.wal": text("new") })];
    const { records } = new Run(old).pass(500);
    const [first] = [...records.get(Table.Tasks)!]
      .map(([id, bytes]) => readTask(id as number, bytes).task)
      .filter(({ name }) => name === "work");
    const plan = planUpgrade({
      folder: FOLDER,
      image: records,
      older: [old.source],
      now: now.source,
      sources: now.sources,
      only: new Set([first!.id]),
    });
    expect(kindsOf(plan.outcomes)).toEqual(["work: moved"]);
    writeTo(records, plan.changes);
    const run = new Run(now, 1_000_500, records, [old]).pass(60_000);
    expect(run.lines).toEqual(["new 1", "old 2"]);
  });
});
