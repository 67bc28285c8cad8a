import { describe, expect, test } from "vitest";
import { planUpgrade } from "../../runtime/upgrade/upgrade.ts";
import { type Built, build, type Files, FOLDER, Run, writeTo } from "./kept.ts";
import { EDITS, type Edit, numberOf, SHAPES, textOf } from "./shapes.ts";

/** The program of all shapes after an edit. */
function filesOf(edit: Edit | null): Files {
  const texts = SHAPES.map((_, i) => (edit === null ? textOf(i) : edit.edit(textOf(i), numberOf(i))));
  const starts = `var tasks = [];\n${SHAPES.map((_, i) => `tasks.add(start_${numberOf(i)}());\n`).join("")}all(tasks);\n`;
  const shapes = `${texts.join("\n")}\n`;
  return edit?.isMoved ? { "shapes.wal": shapes, "main.wal": `${starts}` } : { "main.wal": shapes + starts };
}

/** Until every task is suspended and written down. */
const BEGIN = 500;
const LONG = 60_000;

/** What each shape prints in an uninterrupted run, before and after the moment of suspension. */
function uninterrupted(built: Built): { readonly before: string[]; readonly after: string[] } {
  const run = new Run(built).pass(BEGIN);
  const before = run.lines.splice(0);
  run.pass(LONG);
  expect(run.faults).toEqual([]);
  expect(run.isOver).toBe(true);
  return { before, after: run.lines };
}

const linesOf = (lines: readonly string[], i: number): string[] =>
  lines.filter((line) => line.startsWith(`${numberOf(i)} `));

describe("twenty kinds of edit, twenty suspended tasks", () => {
  const old = build(filesOf(null));
  const oldLines = uninterrupted(old);
  const image = new Run(old).pass(BEGIN).records;

  test("the shapes are twenty, and so are the edits", () => {
    expect([SHAPES.length, EDITS.length]).toEqual([20, 20]);
    for (const edit of EDITS) expect(edit.outcomes).toHaveLength(SHAPES.length);
  });

  test.each(EDITS.map((edit) => [edit.name, edit] as const))("%s", (_name, edit) => {
    const now = build(filesOf(edit));
    const nowLines = uninterrupted(now);
    const { outcomes, changes } = planUpgrade({
      folder: FOLDER,
      image,
      older: [old.source],
      now: now.source,
      sources: now.sources,
      only: null,
    });
    const letters = SHAPES.map((_, i) => letterOf(outcomes, i));
    expect(report(letters, outcomes)).toEqual(report([...edit.outcomes], outcomes));
    if (edit.says !== undefined)
      for (const { subject, obstacles } of outcomes)
        if (subject.kind === "task" && obstacles.length > 0)
          expect(obstacles.map(({ what }) => what).join("\n")).toMatch(edit.says);

    const records = new Map([...image].map(([table, content]) => [table, new Map(content)]));
    writeTo(records, changes);
    const run = new Run(now, 1_000_000 + BEGIN, records, [old]).pass(LONG);
    expect(run.faults).toEqual([]);
    expect({ isOver: run.isOver, pending: run.pendingTasks }).toEqual({ isOver: true, pending: 0 });
    SHAPES.forEach((_, i) => {
      const expected = letters[i] === "m" ? nowLines : oldLines;
      expect(linesOf(run.lines, i)).toEqual(linesOf(expected.after, i));
    });
  });
});

type Outcomes = ReturnType<typeof planUpgrade>["outcomes"];

/** Tasks of a shape by the names of their functions. */
function letterOf(outcomes: Outcomes, i: number): string {
  const kinds = outcomes.flatMap(({ subject, kind }) =>
    subject.kind === "task" && subject.task.name.endsWith(`_${numberOf(i)}`) ? [kind] : [],
  );
  if (kinds.includes("stays")) return "s";
  return kinds.includes("moved") ? "m" : ".";
}

/** The letters with the shapes they stand for and the reasons. */
function report(letters: readonly string[], outcomes: Outcomes): string[] {
  return letters
    .map((letter, i) => `${SHAPES[i]!.name}: ${letter}`)
    .concat(
      outcomes.flatMap(({ subject, obstacles }) =>
        obstacles.map(({ what }) => `${subject.kind === "task" ? subject.task.name : subject.name}: ${what}`),
      ),
    );
}
