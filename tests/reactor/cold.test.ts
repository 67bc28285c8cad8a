// Tasks that sleep and are in the file only (keep/cold.ts): read when their time has come or somebody needs them, and nobody can
// tell them from the others.

import { describe, expect, test } from "vitest";
import { Future } from "../../runtime/engine/values.ts";
import { Table } from "../../runtime/horizon/tables.ts";
import { readTask, taskChanges } from "../../runtime/horizon/task-record.ts";
import { WarmTasks } from "../../runtime/reactor/keep/warm.ts";
import { LiveTask } from "../../runtime/reactor/task.ts";
import { build, Run } from "../upgrade/kept.ts";

/** Whoever sleeps is in the file only when its program goes on; with a limit of a byte, as soon as it is on the disk. */
const LIMITS = [undefined, 1];

/** A program that is stopped after `ms`, as by a power cut; and what goes on of it. */
function stoppedAfter(ms: number, text: string, memoryLimit: number | undefined): Stopped {
  return new Stopped(build({ "main.wal": text }), ms, memoryLimit);
}

class Stopped {
  readonly first: Run;

  constructor(
    readonly program: ReturnType<typeof build>,
    ms: number,
    readonly memoryLimit: number | undefined,
  ) {
    this.first = this.run().pass(ms);
  }

  run(earlier?: Run): Run {
    return new Run(this.program, earlier?.now, earlier?.records, [], new Set(), this.memoryLimit);
  }

  goesOn(after: Run = this.first): Run {
    return this.run(after);
  }

  /** The number of the task of a function. */
  idOf(name: string, run: Run = this.first): number {
    const found = [...run.records.get(Table.Tasks)!].find(
      ([id, record]) => readTask(id as number, record).task.name === name,
    );
    return found![0] as number;
  }
}

describe.each(LIMITS)("a task that sleeps when its program is killed, limit %s", (limit) => {
  test("is read when its time has come and not before, and the others stay where they are", () => {
    const stopped = stoppedAfter(
      50,
      'async fun early() { sleep(100); print "early"; }\nasync fun late() { sleep(9000); print "late"; }\nearly(); late();\nsleep(9500);\n',
      limit,
    );
    const run = stopped.goesOn().pass(40);
    expect(run.read).toEqual([]);
    expect(run.pass(20).lines).toEqual(["early"]);
    expect(run.read).toEqual([stopped.idOf("early")]);
    expect(run.pass(20_000).lines).toEqual(["early", "late"]);
    expect(run.isOver).toBe(true);
  });

  test("is read shortly before it runs, also when very many are due at once", () => {
    const text = "async fun sleeper(i) { sleep(100); print i; }\nfor (i in 0..500) sleeper(i);\nsleep(9000);\n";
    const run = stoppedAfter(50, text, limit).goesOn();
    const { lines, read } = run;
    let most = 0;
    lines.push = (line) => {
      most = Math.max(most, read.length - lines.length);
      return Array.prototype.push.call(lines, line);
    };
    run.pass(200);
    expect([...lines]).toEqual(Array.from({ length: 500 }, (_, i) => String(i)));
    expect(most).toBeLessThan(100);
  });

  test("is not lost when the program is killed again and again, at once or later", () => {
    const stopped = stoppedAfter(
      50,
      "async fun f(n) { sleep(n * 100); print n; }\nfor (n in 1..6) f(n);\nsleep(1000);\n",
      limit,
    );
    let run = stopped.first;
    const lines: string[] = [];
    for (let round = 0; round < 9; round++) {
      run = stopped.goesOn(run).pass(round % 3 === 0 ? 0 : 98);
      lines.push(...run.lines);
    }
    run = stopped.goesOn(run).pass(2000);
    expect([...lines, ...run.lines]).toEqual(["1", "2", "3", "4", "5"]);
    expect(run.isOver).toBe(true);
  });

  test("shares with the program's variables what it shared, also when nobody else has it any more", () => {
    const stopped = stoppedAfter(
      50,
      `
var box = [0];
async fun add(n) { const own = box; sleep(n * 100); own.add(n); print own.join() + " " + box.join(); sleep(20); own.length(); }
add(1); add(2); add(4);
sleep(300);
box = [7];
sleep(1000);
`,
      limit,
    );
    let run = stopped.goesOn().pass(100);
    expect(run.lines).toEqual(["0,1 0,1"]);
    run = stopped.goesOn(run).pass(200);
    expect(run.lines).toEqual(["0,1,2 0,1,2"]);
    expect(stopped.goesOn(run).pass(200).lines).toEqual(["0,1,2,4 7"]);
  });

  test("shares channels, atomics and futures with whoever has them", () => {
    const stopped = stoppedAfter(
      50,
      `
async fun worker(n, channel, count, gate) {
    sleep(n * 100);
    count.add(1);
    channel.send(n + " " + await gate);
}
async fun opened() { sleep(150); "open" }
fun main() {
    const channel = Channel(1);
    const count = Atomic(0);
    const gate = opened();
    for (n in 1..4) worker(n, channel, count, gate);
    for (n in 1..4) print channel.receive();
    print count.get();
}
main();
`,
      limit,
    );
    let run = stopped.goesOn();
    const lines: string[] = [];
    for (let round = 0; round < 4; round++) {
      lines.push(...run.pass(60).lines);
      run = stopped.goesOn(run);
    }
    expect([...lines, ...run.pass(1000).lines]).toEqual(["1 open", "2 open", "3 open", "3"]);
    expect(run.isOver).toBe(true);
  });

  test("knows what came of a future that it has, although that has settled in between", () => {
    const stopped = stoppedAfter(
      50,
      `
async fun short() { sleep(100); "result" }
async fun long(future) { sleep(9000); print await future; }
long(short());
sleep(20);
`,
      limit,
    );
    const run = stopped.goesOn().pass(200);
    expect(run.pendingTasks).toBe(1);
    expect(stopped.goesOn(run).pass(9000).lines).toEqual(["result"]);
  });
});

describe.each(LIMITS)("whoever needs a task that sleeps in the file, limit %s", (limit) => {
  const SLEEPER =
    'async fun sleeper() { handle "CANCELLED" { print "cancelled"; perform "CANCELLED" } sleep(9000); print "slept"; 5 }\nasync fun other() { sleep(100); 1 }\n';
  const needs: readonly [what: string, code: string, lines: readonly string[], ms: number][] = [
    ["cancels it", "sleep(100); cancel(s);", ["cancelled"], 1000],
    ["awaits it", "sleep(100); print await s;", ["slept", "5"], 9000],
    [
      "awaits it for a time",
      'handle "FAULT" { print effect.kind; resume(effect.continuation, 0); } timeout(s, 100);',
      ["cancelled", "LimitExceeded"],
      1000,
    ],
    ["has it race", "print race([s, other()]); cancel(s);", ["1", "cancelled"], 1000],
    ["has its result", "print all([s, other()]).join();", ["slept", "5,1"], 9000],
  ];
  test.each(needs)("%s", (_, code, lines, ms) => {
    for (const at of [20, 50]) {
      const stopped = stoppedAfter(at, `${SLEEPER}const s = sleeper();\n${code}\n`, limit);
      const whole = stopped.run().pass(ms + 100);
      expect([...whole.lines].sort()).toEqual([...lines].sort());
      const run = stopped.goesOn().pass(ms);
      expect(run.lines).toEqual(whole.lines);
      expect([run.isOver, run.faults]).toEqual([true, whole.faults]);
    }
  });

  test("and it ends before its time: nobody waits for that", () => {
    const stopped = stoppedAfter(
      50,
      "async fun sleeper() { sleep(9000); }\nconst s = sleeper();\nconst c = Channel(0);\nsleep(100);\ncancel(s);\nc.receive();\n",
      limit,
    );
    const run = stopped.goesOn().pass(200);
    expect(run.faults.join()).toMatch(/Deadlock/);
    expect(run.isOver).toBe(true);
  });
});

test.each(LIMITS)("one whose record makes no sense is reported and stays, and the others go on, limit %s", (limit) => {
  const stopped = stoppedAfter(
    50,
    'async fun bad() { sleep(100); print "bad"; }\nasync fun good() { sleep(200); print "good"; }\nbad(); good();\nsleep(300);\nprint "end";\n',
    limit,
  );
  const id = stopped.idOf("bad");
  const { task, frames } = readTask(id, stopped.first.records.get(Table.Tasks)!.get(id)!);
  const { payload } = taskChanges(task, frames!.subarray(0, frames!.length - 1))[0]!;
  stopped.first.records.get(Table.Tasks)!.set(id, payload!);
  const run = stopped.goesOn().pass(20);
  expect(run.complaints).toEqual([]);
  run.pass(200);
  expect(run.complaints).toEqual([
    expect.stringMatching(new RegExp(`^task ${id} \\(bad\\) cannot go on: .*It stays in the file\\.$`)),
  ]);
  expect(run.records.get(Table.Tasks)!.has(id)).toBe(true);
  expect(run.pass(1000).lines).toEqual(["good", "end"]);
  expect([run.isOver, run.faults]).toEqual([true, []]);
});

test.each(LIMITS)("stopped at any moment, a program prints in all what it prints undisturbed, limit %s", (limit) => {
  const text = `
var log = [];
async fun step(n, next) {
    for (i in 0..3) { sleep(40); log.add(n * 10 + i); next.send(n); }
    log.length()
}
async fun tooLate() { sleep(1000); "late" }
fun main() {
    const channel = Channel(2);
    const tasks = [step(1, channel), step(2, channel), step(3, channel)];
    for (i in 0..9) print "got " + channel.receive();
    print all(tasks).length() + " " + log.length();
    const late = tooLate();
    sleep(50);
    cancel(late);
    print "end " + log.length();
}
main();
`;
  const program = build({ "main.wal": text });
  const undisturbed = new Run(program).pass(2000);
  expect(undisturbed.faults).toEqual([]);
  const whole = undisturbed.lines;
  expect(whole.at(-1), whole.join()).toBe("end 9");
  // Each time when everybody sleeps and what was done is in the file.
  for (const at of [20, 60, 100])
    for (const again of [1, 30, 60]) {
      const stopped = new Stopped(program, at, limit);
      const { first } = stopped;
      const second = stopped.goesOn().pass(again);
      const third = stopped.goesOn(second).pass(2000);
      const lines = [...first.lines, ...second.lines, ...third.lines];
      expect(lines.slice(-2), `stopped at ${at}, then after ${again}`).toEqual(whole.slice(-2));
      expect(third.isOver).toBe(true);
    }
});

describe("with a limit on memory", () => {
  test("whoever has slept longest is in the file only, and the others are not read", () => {
    const text =
      'async fun f(n) { sleep(500 + n * 100); }\nfor (n in 1..9) { f(n); sleep(20); }\nsleep(2000);\nprint "end";\n';
    const one = new Stopped(build({ "main.wal": text }), 250, 4000);
    const run = one.first;
    expect(run.read).toEqual([]);
    run.pass(3000);
    expect(run.lines).toEqual(["end"]);
    const tasks = run.read.length;
    expect(tasks).toBeGreaterThan(2);
    expect(tasks).toBeLessThan(8);
    expect(run.read).toEqual([...run.read].sort((a, b) => a - b));
  });

  test("who was needed before its time and sleeps again is woken when that is over, and not before", () => {
    const run = new Stopped(
      build({
        "main.wal": `
async fun sleeper() {
    handle "CANCELLED" { resume(effect.continuation, 0); }
    sleep(300);
    print "first " + time_now();
    sleep(500);
    print "second " + time_now();
}
const s = sleeper();
sleep(100);
cancel(s);
sleep(1000);
`,
      }),
      0,
      1,
    ).first;
    run.pass(3000);
    expect(run.lines).toEqual(["first 1000100", "second 1000600"]);
    expect(run.isOver).toBe(true);
  });
});

describe("on a disk that is slow, tasks that are started", () => {
  const text = `
async fun sleeper(i) { sleep(9000); print i; }
for (i in 0..200) { sleeper(i); sleep(20); }
checkpoint();
print "started";
sleep(20000);
`;
  const started = (memoryLimit: number | undefined): Run => {
    const run = new Run(build({ "main.wal": text }), undefined, null, [], new Set(), memoryLimit);
    run.isDiskSlow = true;
    return run.pass(3000);
  };

  test("wait for it when they take twice what they may (warm.ts, M4), and all wake", () => {
    const run = started(20_000);
    expect(run.awaited.length).toBeGreaterThan(1);
    run.pass(40_000);
    expect(run.lines.toSorted()).toEqual(["started", ...Array.from({ length: 200 }, (_, i) => String(i))].toSorted());
  });

  test.each([undefined, 10_000_000])("do not while they may take what they do, limit %s", (limit) => {
    expect(started(limit).awaited).toEqual([]);
  });
});

test("how many tasks would fill the memory is told by what those of the last cut take", () => {
  const warm = new WarmTasks(100_000);
  const holds = (): number => {
    let tasks = 1;
    while (!warm.wouldFill(tasks + 1)) tasks++;
    return tasks;
  };
  const before = holds();
  for (let n = 0; n < 10; n++) warm.add(new LiveTask(new Future(n), "t", false, 1), 1, 2000);
  expect(holds()).toBe(before);
  warm.written(1);
  expect(holds()).toBeLessThan(before / 10);
});
