// Writes a file anew without the room that records left which are gone: record after record, in the order of their keys, so
// that pages are full.

import { renameSync, rmSync, statSync } from "node:fs";
import type { Change } from "./change.ts";
import { checkFile, type Meter, payloadOf, type Visit } from "./check.ts";
import { FORMAT_KEY, OWNER_KEY } from "./format.ts";
import { isRunning } from "./owner.ts";
import { create, inUse, ownerOf, removeWithLock, syncFolder } from "./store.ts";
import { type Key, Table } from "./tables.ts";
import { cannotWrite, damaged } from "./trouble.ts";

/** Records that are written together. */
const BATCH = 10_000;

export interface Compacted {
  /** Bytes of the file. */
  readonly before: number;
  readonly after: number;
}

export interface CompactOptions {
  readonly meter?: Meter;
  /** Which records stay; all unless told. */
  readonly isNeeded?: (table: Table, key: Key) => boolean;
}

/**
 * Replaces the file by a dense one, at once or not at all. No program may be running with it. HorizonError when one is, or
 * when something in the file is damaged: what can be read of it can be exported.
 */
export async function compactFile(
  path: string,
  by: string,
  { meter, isNeeded = () => true }: CompactOptions = {},
): Promise<Compacted> {
  const owner = ownerOf(path);
  if (owner !== undefined && isRunning(owner)) throw inUse(path, owner);
  const before = statSync(path).size;
  const dense = `${path}.compact`;
  removeWithLock(dense);
  await create(dense, by, (commit) => {
    let batch: Change[] = [];
    const copy: Visit = (table, key, part) => {
      if (table === Table.Meta && (key === OWNER_KEY || key === FORMAT_KEY)) return;
      if (!isNeeded(table, key)) return;
      if (batch.push({ table, key, payload: payloadOf(part) }) < BATCH) return;
      commit(batch);
      batch = [];
    };
    const { damage } = checkFile(path, copy, { meter });
    if (damage.length > 0) throw damaged(path, damage);
    commit(batch);
  });
  try {
    renameSync(dense, path);
    // LMDB makes another one; this one is of the file that is gone.
    rmSync(`${path}-lock`, { force: true });
    syncFolder(path);
  } catch (error) {
    removeWithLock(dense);
    throw cannotWrite(path, error);
  }
  return { before, after: statSync(path).size };
}
