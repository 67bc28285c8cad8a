// Where the suspended tasks of a file stand in its sources, to be asked again and again whether they could move to a source that is
// being edited: records are read once, and tasks that stand alike are looked at together.

import { Table } from "../horizon/tables.ts";
import { readTask, type TaskRecord } from "../horizon/task-record.ts";
import type { Image } from "../reactor/keep/image.ts";
import { InertCodes } from "./inert.ts";
import { Matcher, Obstacle } from "./match.ts";
import { olderWith } from "./move.ts";
import { recordPacker } from "./records.ts";
import type { Version } from "./version.ts";
import { walkCode } from "./walk.ts";

/** A piece of code that a task cannot do without. */
type Need =
  | { readonly kind: "frame"; readonly id: string; readonly at: number }
  | { readonly kind: "statement"; readonly id: string; readonly hasFrame: boolean }
  | { readonly kind: "function"; readonly id: string }
  | { readonly kind: "class"; readonly id: string };

/** Tasks that need the same. */
export interface Standing {
  readonly needs: readonly Need[];
  readonly tasks: readonly TaskRecord[];
}

/** Why tasks could not move. */
export interface Stuck {
  readonly obstacle: Obstacle;
  readonly tasks: readonly TaskRecord[];
}

/**
 * Reads the tasks of a file, one in each step; `versions` are those of its sources. Tasks that cannot be read are passed over.
 */
export function* standingsOf(image: Image, versions: readonly Version[]): Generator<void, Standing[]> {
  const codes = new InertCodes(versions);
  const standings = new Map<string, { needs: readonly Need[]; tasks: TaskRecord[] }>();
  for (const [id, bytes] of image.get(Table.Tasks) ?? []) {
    const { task, frames = image.get(Table.Frames)?.get(id) } = readTask(id as number, bytes);
    yield;
    if (frames === undefined) continue;
    let needs: readonly Need[];
    try {
      const { stack, beside } = recordPacker(codes).unpackStack(frames, 0);
      needs = needsOf([stack, beside]);
    } catch {
      continue;
    }
    const key = JSON.stringify(needs);
    const known = standings.get(key);
    if (known === undefined) standings.set(key, { needs, tasks: [task] });
    else known.tasks.push(task);
  }
  return [...standings.values()];
}

function needsOf(roots: readonly unknown[]): Need[] {
  const needs = new Map<string, Need>();
  const add = (need: Need): void => {
    if (!need.id.startsWith("walia:")) needs.set(JSON.stringify(need), need);
  };
  walkCode(roots, {
    frame: ({ code, at }) => add({ kind: "frame", id: code.id, at }),
    statement: ({ slots }, hasFrame) => add({ kind: "statement", id: String(slots[0]), hasFrame }),
    closure: ({ code }) => add({ kind: "function", id: code.id }),
    class: ({ code }) => add({ kind: "class", id: code.id }),
    trait: ({ code }) => add({ kind: "class", id: code.id }),
  });
  return [...needs.values()];
}

/** What keeps tasks from moving from their versions to this one. Throws LimitError. */
export function stuckIn(standings: readonly Standing[], versions: readonly Version[], now: Version): Stuck[] {
  // Whether variables have values is asked when tasks really move.
  const matcher = new Matcher(now, () => true);
  const stuck = new Map<Obstacle, TaskRecord[]>();
  for (const { needs, tasks } of standings) {
    const obstacles = new Set<Obstacle>();
    for (const need of needs) {
      try {
        find(need, matcher, versions);
      } catch (error) {
        if (!(error instanceof Obstacle)) throw error;
        obstacles.add(error);
      }
    }
    for (const obstacle of obstacles) stuck.set(obstacle, [...(stuck.get(obstacle) ?? []), ...tasks]);
  }
  return [...stuck].map(([obstacle, tasks]) => ({ obstacle, tasks }));
}

/** Throws Obstacle. */
function find(need: Need, matcher: Matcher, versions: readonly Version[]): void {
  const { id } = need;
  if (need.kind === "class") {
    const older = olderWith(id, matcher.now, versions, (version) => version.classCode(id));
    if (older !== undefined) matcher.class(older.version, id);
    return;
  }
  const older = olderWith(id, matcher.now, versions, (version) => version.unit(id));
  if (older === undefined) return;
  if (need.kind === "frame") matcher.frame(older.version, older.found, need.at);
  else if (need.kind === "statement") matcher.statement(older.version, older.found, need.hasFrame);
  else matcher.closure(older.version, older.found);
}
