// How a shard keeps its part of a program: names of its variables, its journal, and what is said of tasks of older source.

import type { LoadedProgram } from "../../compile/load.ts";
import type { Journal } from "../../horizon/journal.ts";
import { RunningEntry } from "../../horizon/running.ts";
import type { StoreReader } from "../../horizon/store.ts";
import type { KeptRecords } from "../../reactor/keep/cold.ts";
import type { KeeperOptions } from "../../reactor/keep/keeper.ts";
import type { CodeContext } from "../../reactor/shards/parcel.ts";
import type { KeptStart, ShardNews } from "./messages.ts";

/** Reads records again. A file that may not be there yet is opened when something is to be read. */
export interface Records extends KeptRecords {
  close(): Promise<void>;
}

/** Null when nothing will be read. */
export async function recordsOf({ seat, sleepers, memoryLimit }: KeptStart): Promise<Records | null> {
  if ((sleepers?.ids.length ?? 0) === 0 && memoryLimit === undefined) return null;
  const { StoreReader } = await import("../../horizon/store.ts");
  let reader: StoreReader | undefined;
  const opened = (): StoreReader => {
    reader ??= new StoreReader(seat.path, seat.limit);
    return reader;
  };
  if (sleepers !== null && sleepers.ids.length > 0) {
    // Later, it would wait for what the program writes first.
    try {
      opened();
    } catch {
      // Whoever needs a record is told.
    }
  }
  return {
    get: (table, key) => opened().get(table, key),
    close: async () => reader?.close(),
  };
}

/** `tell`: to the main thread. */
export async function keeperOf(
  { durability, seat, folder, sources, isWarm, image, sleepers, memoryLimit, accused }: KeptStart,
  records: KeptRecords | null,
  loaded: LoadedProgram,
  code: CodeContext,
  tell: (news: ShardNews) => void,
): Promise<KeeperOptions & { readonly journal: Journal }> {
  const { Journal } = await import("../../horizon/journal.ts");
  const entry = new RunningEntry(seat.path, seat.shard);
  const prefix = `${folder}/`;
  // Names stay the same when the program's folder is moved.
  const nameOf = (ref: string): string => (ref.startsWith(prefix) ? ref.slice(prefix.length) : ref);
  const refs = new Map([...loaded.globals.keys(), ...loaded.variables].map((ref) => [nameOf(ref), ref]));
  return {
    durability,
    journal: new Journal(seat),
    code,
    globals: new Map([...loaded.globals].map(([ref, cell]) => [nameOf(ref), cell])),
    hasVariables: loaded.variables.length > 0,
    kept: {
      add: (name) => void loaded.kept.add(refs.get(name) ?? name),
      [Symbol.iterator]: () => [...loaded.kept].map(nameOf).values(),
    },
    isCurrent: (id) => loaded.isCurrent(id),
    sources,
    isWarm,
    image,
    sleepers,
    records: records ?? NO_RECORDS,
    memoryLimit,
    trials: { accused, say: (task) => entry.say(task) },
    needed: () => tell({ kind: "keep" }),
    failed: (reason) => tell({ kind: "keepFailed", reason }),
    complain: (text) => tell({ kind: "complaint", text: `walia: ${text}` }),
  };
}

const NO_RECORDS: KeptRecords = { get: () => undefined };
