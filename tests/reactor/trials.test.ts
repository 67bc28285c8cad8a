// Tasks that were running when the process ended: backed off, at last kept as failed, and no harm to the others.

import { describe, expect, test } from "vitest";
import { Table } from "../../runtime/horizon/tables.ts";
import { readTask, Standing, type TaskRecord, taskChanges } from "../../runtime/horizon/task-record.ts";
import { build, Run } from "../upgrade/kept.ts";

const PROGRAM = build({
  "main.wal": `
async fun bad() { sleep(100); print "bad goes on"; sleep(100); print "bad ends"; 7 }
async fun good() { for (i in 0..3) { sleep(100); print "good " + i; } }
const b = bad();
good();
print await b;
`,
});

const taskOf = (run: Run, name: string): TaskRecord => {
  const tasks = [...run.records.get(Table.Tasks)!].map(([id, record]) => readTask(id as number, record).task);
  return tasks.find((task) => task.name === name)!;
};

/** A start after the process has ended while `name` was running. */
function startAfter(run: Run, name: string | null): Run {
  const accused = name === null ? [] : [taskOf(run, name).id];
  return new Run(PROGRAM, run.now, run.records, [], new Set(accused));
}

/** The task runs and ends the process, so often. */
function crashed(run: Run, times: number): Run {
  let last = run;
  for (let n = 0; n < times; n++) last = startAfter(last, "bad");
  return last;
}

describe("a task that was running when the process ended", () => {
  test("goes on after a pause that doubles, and the others at once", () => {
    const first = new Run(PROGRAM).pass(50);
    let run = startAfter(first, "bad").pass(400);
    const { id } = taskOf(run, "bad");
    expect(run.complaints).toEqual([`task ${id} (bad) was running when the process ended; it goes on in 0.5 s`]);
    expect(run.lines).toEqual(["good 0", "good 1", "good 2"]);
    expect(run.pass(101).lines.at(-1)).toBe("bad goes on");
    run = crashed(first, 3).pass(1999);
    expect(run.complaints[0]).toMatch(/ended, 3 times in a row; it goes on in 2 s$/);
    expect(run.lines).not.toContain("bad goes on");
    expect(run.pass(2).lines.at(-1)).toBe("bad goes on");
  });

  test("keeps what it waits for while it is backed off: killed again, it has the deadline that it had", () => {
    const run = startAfter(new Run(PROGRAM).pass(50), "bad").pass(20);
    expect(taskOf(run, "bad")).toMatchObject({ crashes: 1, effect: "TIMER", deadline: 1_000_100 });
    expect(startAfter(run, null).pass(501).lines).toContain("bad goes on");
  });

  test("is trusted again when it has run and that was kept", () => {
    const run = crashed(new Run(PROGRAM).pass(50), 4).pass(4050);
    expect(run.lines.at(-1)).toBe("bad goes on");
    expect(taskOf(run, "bad").crashes).toBe(0);
    expect(run.pass(200).lines.slice(-2)).toEqual(["bad ends", "7"]);
  });

  test("says that it runs until it is trusted, and others never do", () => {
    const first = new Run(PROGRAM).pass(150);
    expect(first.said).toEqual([]);
    const run = startAfter(first, null).pass(1000);
    const marks = run.said.filter((task) => task !== 0);
    expect(new Set(marks).size).toBe(3);
    expect(marks.length).toBeLessThan(6);
    expect(run.said.at(-1)).toBe(0);
  });

  test("cancelled while it is backed off, it ends", () => {
    const program = build({
      "main.wal": `
async fun bad() { handle "CANCELLED" { print "cancelled"; perform "CANCELLED" } sleep(100); print "not here"; }
const b = bad();
sleep(150);
cancel(b);
`,
    });
    const first = new Run(program).pass(50);
    const run = new Run(program, first.now, first.records, [], new Set([taskOf(first, "bad").id])).pass(1000);
    expect(run.lines).toEqual(["cancelled"]);
    expect(run.isOver).toBe(true);
  });
});

describe("a task that was running the fifth time", () => {
  const failed = (): Run => crashed(new Run(PROGRAM).pass(50), 5).pass(60_000);

  test("is kept as failed and not run; others end, and who awaits it waits", () => {
    const run = failed();
    const task = taskOf(run, "bad");
    expect(run.complaints).toEqual([
      `task ${task.id} (bad) was running when the process ended, 5 times in a row; it is kept as failed: walia horizon show ${task.id}`,
    ]);
    expect(run.lines).toEqual(["good 0", "good 1", "good 2"]);
    expect(task).toMatchObject({ standing: Standing.Failed, crashes: 5, effect: "TIMER" });
    expect([run.isOver, run.faults]).toEqual([false, []]);
    const next = startAfter(run, null).pass(60_000);
    expect([next.lines, next.complaints, next.isOver]).toEqual([[], [], false]);
  });

  test("is tried again when it is resumed", () => {
    const run = failed();
    const task = { ...taskOf(run, "bad"), standing: Standing.Waiting, crashes: 0 };
    const { frames } = readTask(task.id, run.records.get(Table.Tasks)!.get(task.id)!);
    for (const { table, key, payload } of taskChanges(task, frames!))
      if (payload !== undefined) run.records.get(table)!.set(key, payload);
    const next = startAfter(run, null).pass(500);
    expect(next.lines).toEqual(["bad goes on", "bad ends", "7"]);
    expect(next.isOver).toBe(true);
  });

  test("stays when the program has ended, which then begins anew", () => {
    const program = build({
      "main.wal": 'async fun bad() { sleep(100); print "bad"; }\nbad();\nprint "begins";\nsleep(50);\n',
    });
    const first = new Run(program).pass(20);
    const accused = new Set([taskOf(first, "bad").id]);
    let run = first;
    for (let n = 0; n < 5; n++) run = new Run(program, run.now, run.records, [], accused);
    run.pass(1000);
    expect([run.lines, run.isOver]).toEqual([[], true]);
    expect(taskOf(run, "bad").standing).toBe(Standing.Failed);
    const next = new Run(program, run.now, run.records).pass(20);
    expect(next.lines).toEqual(["begins"]);
    expect(taskOf(next, "bad").standing).toBe(Standing.Failed);
    next.pass(1000);
    expect([next.lines, next.isOver]).toEqual([["begins", "bad"], true]);
    expect(taskOf(next, "bad").standing).toBe(Standing.Failed);
  });
});
