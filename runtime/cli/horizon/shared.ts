// Which channels and atomics of a file somebody still has. A run takes away the record of one that it has let go of; of a run that was
// killed before, records stay that nobody will ever name again.

import { payloadOf, type Visit } from "../../horizon/check.ts";
import { readFile } from "../../horizon/store.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import { readTask } from "../../horizon/task-record.ts";
import { isParcel } from "../../reactor/keep/dropping.ts";
import { Kind, type Named, namedIn } from "../../reactor/shards/parcel.ts";
import type { Progress } from "./progress.ts";

/** Says of a record whether it is needed: all are, but for channels and atomics that none of the others leads to. */
export async function neededIn(path: string, progress: Progress): Promise<(table: Table, key: Key) => boolean> {
  const reached = new Shared();
  const { damage } = await readFile(path, reached.visit, { meter: progress });
  // What cannot be read might name anything.
  if (damage.length > 0 || reached.isUncertain) return () => true;
  return (table, key) =>
    table === Table.Channels
      ? reached.channels.has(key as number)
      : table !== Table.Atomics || reached.atomics.has(key as number);
}

class Shared {
  readonly channels = new Set<number>();
  readonly atomics = new Set<number>();
  isUncertain = false;
  /** What lies in channels that have not been reached. */
  readonly #within = new Map<number, readonly Named[]>();

  readonly visit: Visit = (table, key, part) => {
    try {
      this.#look(table, key, payloadOf(part));
    } catch {
      this.isUncertain = true;
    }
  };

  #look(table: Table, key: Key, payload: Uint8Array): void {
    if (table === Table.Tasks) {
      const { frames } = readTask(key as number, payload);
      if (frames !== undefined) this.#reach(namedIn(frames));
    } else if (table === Table.Channels && !this.channels.has(key as number))
      this.#within.set(key as number, namedIn(payload));
    else if (table === Table.Channels || table === Table.Frames || table === Table.Descriptors)
      this.#reach(namedIn(payload));
    else if (table === Table.Globals && isParcel(key)) this.#reach(namedIn(payload));
  }

  #reach(named: readonly Named[]): void {
    const rest = [...named];
    for (let one = rest.pop(); one !== undefined; one = rest.pop()) {
      const { kind, id } = one;
      if (kind === Kind.Atomic) this.atomics.add(id);
      if (kind !== Kind.Channel || this.channels.has(id)) continue;
      this.channels.add(id);
      rest.push(...(this.#within.get(id) ?? []));
      this.#within.delete(id);
    }
  }
}
