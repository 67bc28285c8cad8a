// What the programs of the crash tests do: a run of steps that a seed decides, so that the state after any number of them is
// known. A file that survived something is right when its content is exactly the state after some step, and that step is not
// before the last one that was acknowledged.

import { type Change, put, remove } from "../../runtime/horizon/change.ts";
import { checkFile, payloadOf } from "../../runtime/horizon/check.ts";
import { type Key, Table, tableName } from "../../runtime/horizon/tables.ts";
import { damageText } from "../../runtime/horizon/trouble.ts";

const TASKS = 40;

/** A number for each step, well mixed. */
function mix(seed: number, step: number): number {
  let x = (seed ^ Math.imul(step, 0x9e3779b1)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Record in which a file says after which step it is. */
const PROGRESS: Key = 0;

/**
 * What one step changes: a task's state, sometimes too large for a page; what it consumed; its output, and the one before that
 * has left; how far everything is. All in one, or none.
 */
export function changesOf(seed: number, step: number): Change[] {
  const n = mix(seed, step);
  const length = n % 13 === 0 ? 5000 : 30 + (n % 90);
  const state = Buffer.alloc(length, step & 0xff);
  state.writeUInt32LE(step, 0);
  const progress = Buffer.alloc(4);
  progress.writeUInt32LE(step, 0);
  return [
    n % 11 === 0 ? remove(Table.Tasks, n % TASKS) : put(Table.Tasks, n % TASKS, state),
    put(Table.Channels, PROGRESS, progress),
    put(Table.Output, step, progress),
    remove(Table.Output, Math.max(0, step - 3)),
    put(Table.Globals, `g${n % 5}`, progress),
  ];
}

const nameOf = (table: Table, key: Key): string => `${tableName(table)} ${key}`;

/** What must be in the file after a step, for one step after the other. */
export class Model {
  readonly content = new Map<string, string>();
  #step = 0;

  constructor(readonly seed: number) {}

  /** Goes on to a step, or starts anew when that one is past. */
  at(step: number): ReadonlyMap<string, string> {
    if (step < this.#step) {
      this.content.clear();
      this.#step = 0;
    }
    while (this.#step < step)
      for (const { table, key, payload } of changesOf(this.seed, ++this.#step)) {
        if (payload === undefined) this.content.delete(nameOf(table, key));
        else this.content.set(nameOf(table, key), Buffer.from(payload).toString("base64"));
      }
    return this.content;
  }
}

/** The step after which a sound file is; what is wrong with it otherwise. */
export function stepOf(path: string, model: Model): number | string {
  const content = new Map<string, string>();
  let step = 0;
  const { damage } = checkFile(path, (table, key, part) => {
    if (table === Table.Meta) return;
    const payload = Buffer.from(payloadOf(part));
    content.set(nameOf(table, key), payload.toString("base64"));
    if (table === Table.Channels && key === PROGRESS) step = payload.readUInt32LE(0);
  });
  if (damage.length > 0) return `damaged: ${damage.map(damageText).join("; ")}`;
  const expected = model.at(step);
  for (const [name, payload] of expected)
    if (content.get(name) !== payload) return `after step ${step}, ${name} is not what it should be`;
  return content.size === expected.size ? step : `after step ${step}, there are records that should be gone`;
}

/** The step after which a file is, from its own word. For a program that goes on with it. */
export function progressOf(table: Table, key: Key, payload: Uint8Array): number | undefined {
  return table === Table.Channels && key === PROGRESS ? Buffer.from(payload).readUInt32LE(0) : undefined;
}
