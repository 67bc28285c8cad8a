// Several edits at once, at any moment: whatever an upgrade decides of a task, the task must print what an uninterrupted run of the
// source prints that it finishes with. UPGRADE_RUNS makes more runs, UPGRADE_SEED repeats one.

import { expect, test } from "vitest";
import { planUpgrade } from "../../runtime/upgrade/upgrade.ts";
import { type Built, build, FOLDER, Run, writeTo } from "./kept.ts";
import { EDITS, numberOf, SHAPES, textOf } from "./shapes.ts";

const RUNS = Number(process.env.UPGRADE_RUNS ?? 2);
const FIRST = Number(process.env.UPGRADE_SEED ?? Math.floor(Math.random() * 1_000_000));
const START = 1_000_000;
const LONG = 60_000;
const SEEDS = Array.from({ length: RUNS }, (_, i) => FIRST + i);

/** Mulberry32 */
function chance(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const programOf = (texts: readonly string[]): Built =>
  build({ "main.wal": `${texts.join("\n")}\n${SHAPES.map((_, i) => `start_${numberOf(i)}();\n`).join("")}` });

/** What is printed after a moment. */
function rest(built: Built, moment: number): string[] {
  const run = new Run(built, START).pass(moment);
  const already = run.lines.length;
  run.pass(LONG);
  expect(run.faults).toEqual([]);
  return run.lines.slice(already);
}

const old = programOf(SHAPES.map((_, i) => textOf(i)));

test.each(SEEDS)("seed %i", (seed) => {
  const random = chance(seed);
  const moment = [50, 500, 1500, 2500][random(4)]!;
  const edited = SHAPES.map((_, i) => {
    let text = textOf(i);
    for (let n = random(4); n > 0; n--) {
      const { edit, isMoved = false } = EDITS[random(EDITS.length)]!;
      if (!isMoved) text = attempt(() => edit(text, numberOf(i))) ?? text;
    }
    // Edits that do not go together leave the shape as it was.
    return attempt(() => build({ "main.wal": text })) === undefined ? textOf(i) : text;
  });
  const now = programOf(edited);
  const run = new Run(old, START).pass(moment);
  const { outcomes, changes } = planUpgrade({
    folder: FOLDER,
    image: run.records,
    older: [old.source],
    now: now.source,
    sources: now.sources,
    only: null,
  });
  const records = new Map([...run.records].map(([table, content]) => [table, new Map(content)]));
  writeTo(records, changes);
  const last = new Run(now, START + moment, records, [old]).pass(LONG);
  expect(last.faults).toEqual([]);
  expect({ isOver: last.isOver, pending: last.pendingTasks }).toEqual({ isOver: true, pending: 0 });
  const [oldRest, nowRest] = [rest(old, moment), rest(now, moment)];
  SHAPES.forEach((_, i) => {
    const own = (lines: readonly string[]): string =>
      lines.filter((line) => line.startsWith(`${numberOf(i)} `)).join("\n");
    const kinds = outcomes.flatMap(({ subject, kind }) =>
      subject.kind === "task" && subject.task.name.endsWith(`_${numberOf(i)}`) ? [kind] : [],
    );
    // A shape may have several tasks. One that has none any more had ended.
    const [someStay, someDoNot] = [kinds.includes("stays"), kinds.some((kind) => kind !== "stays")];
    const allowed = [...(someStay || !someDoNot ? [own(oldRest)] : []), ...(someDoNot ? [own(nowRest)] : [])];
    expect(allowed, `${edited[i]}\n${kinds}`).toContain(own(last.lines));
  });
});

/** Undefined when it fails. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
