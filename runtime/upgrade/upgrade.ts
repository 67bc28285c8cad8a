// Moves the suspended tasks of a `.wld` file to a new version of their program: reads its records, says which of them fit, and gives
// the changes that write those anew. What does not fit stays as it is, and finishes with the source that it was suspended in.
//
// U1. A record moves as a whole or stays as a whole: a task with all its frames and all that they hold; the variables together; the
//     handlers of the whole program together; a channel; a descriptor.
// U2. All changes are one transaction, with the source that they need. Sources that nothing needs any more go.

import { resolve } from "node:path";
import { decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import type { Value } from "../engine/values.ts";
import { type Change, put, remove } from "../horizon/change.ts";
import { Table } from "../horizon/tables.ts";
import { readTask, type TaskRecord, taskChanges } from "../horizon/task-record.ts";
import type { Image } from "../reactor/keep/image.ts";
import { NO_CODE } from "../reactor/shards/parcel.ts";
import { InertCodes } from "./inert.ts";
import { Matcher, Obstacle } from "./match.ts";
import { Mover } from "./move.ts";
import { Numbers } from "./outline.ts";
import { recordPacker } from "./records.ts";
import { type ProgramSource, Version } from "./version.ts";

export interface UpgradeOptions {
  /** Of the `.wld` file: names in it are relative to that. */
  readonly folder: string;
  /** Every record of the file. */
  readonly image: Image;
  /** The programs of the sources in the file other than the new one, in the order of their records. */
  readonly older: readonly ProgramSource[];
  readonly now: ProgramSource;
  /** How the file knows the new source. */
  readonly sources: { readonly key: string; readonly record: Uint8Array };
  /** Only these tasks, and nothing besides tasks; null for all there is. */
  readonly only: ReadonlySet<number> | null;
  /** Told of each task that has been looked at. */
  readonly step?: () => void;
}

/** What becomes of a record. */
export interface Outcome {
  /** A task, or a record that tasks share: its name for people. */
  readonly subject:
    | { readonly kind: "task"; readonly task: TaskRecord }
    | { readonly kind: "shared"; readonly name: string };
  /** "current": all its code is of the new source already. */
  readonly kind: "moved" | "stays" | "current";
  /** Why it stays. */
  readonly obstacles: readonly Obstacle[];
}

export interface Upgrade {
  /** Tasks in the order of their ids, then what they share. */
  readonly outcomes: readonly Outcome[];
  /** For one transaction (U2); empty when nothing moves. */
  readonly changes: readonly Change[];
}

/** Works out an upgrade; writes nothing. Throws LimitError for a program that is nested too deeply. */
export function planUpgrade(options: UpgradeOptions): Upgrade {
  return new Planner(options).plan();
}

class Planner {
  readonly #options: UpgradeOptions;
  readonly #codes: InertCodes;
  readonly #mover: Mover;
  readonly #outcomes: Outcome[] = [];
  readonly #changes: Change[] = [];

  constructor(options: UpgradeOptions) {
    this.#options = options;
    const numbers = new Numbers();
    const now = new Version(options.now, numbers);
    // The last of them wins where several have the same code, as when a program is loaded (compile/load.ts).
    const older = options.older.map((source) => new Version(source, numbers)).reverse();
    this.#codes = new InertCodes([now, ...older]);
    const variables = this.#variables();
    this.#mover = new Mover(this.#codes, new Matcher(now, (variable) => variables.has(variable)), older);
  }

  /**
   * Those that have a value: not nil, or nil because they were given it. Names in the records are relative to the program's folder.
   */
  #variables(): ReadonlySet<string> {
    const bytes = this.#table(Table.Globals).get("globals");
    if (bytes === undefined) return new Set();
    try {
      const [names, values] = recordPacker(this.#codes).unpack(bytes, 0) as [string[], Value[]];
      const given = new Set(this.#program()[2] as string[]);
      const set = names.filter((name, i) => values[i] !== undefined || given.has(name));
      return new Set(set.map((name) => resolve(this.#options.folder, name).replaceAll("\\", "/")));
    } catch {
      // What is wrong with the record is said where it is to be moved.
      return new Set();
    }
  }

  /** The record of the program (reactor/keep/scribe.ts). */
  #program(): readonly Value[] {
    const bytes = this.#table(Table.Globals).get("program");
    return bytes === undefined ? [] : (decode(bytes, NO_CODE) as Value[]);
  }

  plan(): Upgrade {
    const { only, step } = this.#options;
    for (const [id, bytes] of this.#table(Table.Tasks)) {
      if (only === null || only.has(id as number)) this.#task(id as number, bytes);
      step?.();
    }
    if (only === null) this.#shared();
    if (this.#changes.length > 0) this.#moveSources();
    return { outcomes: this.#outcomes, changes: this.#changes };
  }

  #table(table: Table): ReadonlyMap<number | string, Uint8Array> {
    return this.#options.image.get(table) ?? new Map();
  }

  #task(id: number, bytes: Uint8Array): void {
    const { task, frames = this.#table(Table.Frames).get(id) ?? new Uint8Array(0) } = readTask(id, bytes);
    this.#record({ kind: "task", task }, () => {
      const packer = recordPacker(this.#codes);
      const { stack, beside } = packer.unpackStack(frames, 0);
      return {
        roots: [stack, beside],
        changes: (isHome) => taskChanges({ ...task, home: task.home || isHome }, packer.packStack(stack, beside, 0)),
      };
    });
  }

  #shared(): void {
    for (const [key, name] of SHARED) this.#parcel(Table.Globals, key, name, this.#table(Table.Globals).get(key));
    for (const [id, bytes] of this.#table(Table.Channels)) this.#parcel(Table.Channels, id, `channel ${id}`, bytes);
    for (const [fd, bytes] of this.#table(Table.Descriptors))
      this.#parcel(Table.Descriptors, fd, `descriptor ${fd}`, bytes);
  }

  #parcel(table: Table, key: number | string, name: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return;
    this.#record({ kind: "shared", name }, () => {
      const packer = recordPacker(this.#codes);
      const value = packer.unpack(bytes, 0);
      return { roots: [value], changes: () => [put(table, key, packer.pack(value, 0))] };
    });
  }

  /** U1 */
  #record(
    subject: Outcome["subject"],
    read: () => { readonly roots: readonly unknown[]; readonly changes: (isHome: boolean) => Change[] },
  ): void {
    const tell = (kind: Outcome["kind"], obstacles: readonly Obstacle[] = []): void =>
      void this.#outcomes.push({ subject, kind, obstacles });
    try {
      const { roots, changes } = read();
      const moved = this.#mover.move(roots);
      if (!("hasChanged" in moved)) {
        tell("stays", moved);
        return;
      }
      if (moved.hasChanged) this.#changes.push(...changes(moved.isHome));
      tell(moved.hasChanged ? "moved" : "current");
    } catch (error) {
      // The record was checked when it was read: what cannot be decoded needs code that is in no source of the file.
      const why = error instanceof Error ? error.message : String(error);
      tell("stays", [new Obstacle(`it cannot be read: ${why}`, null)]);
    }
  }

  /** U2 */
  #moveSources(): void {
    const { sources, only } = this.#options;
    const { key, record } = sources;
    this.#changes.push(put(Table.Sources, key, record));
    if (only !== null || this.#outcomes.some(({ kind }) => kind === "stays")) return;
    for (const other of this.#table(Table.Sources).keys())
      if (other !== key) this.#changes.push(remove(Table.Sources, other));
    const [main, last, ...rest] = this.#program();
    if (last === undefined) return;
    this.#changes.push(put(Table.Globals, "program", encode([main, key, ...rest])));
  }
}

const SHARED = [
  ["globals", "the variables of the program"],
  ["handlers", "the handlers of the whole program"],
] as const;
