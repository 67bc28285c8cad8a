// The only place that knows npm `lmdb`: how a file is opened, and its tables.
//
// L1. `overlappingSync: false`, and no option that syncs less. A commit returns when the data is on the disk: pages, fdatasync,
//     then the first page with them in it. With the default, data whose fdatasync failed was seen, and acknowledged data was lost.
// L2. Transactions are synchronous. Asynchronous ones reject a second, hidden promise when they fail, and answer only on an
//     event loop; the thread that commits has nothing else to do (writer.ts).
// L3. Nobody keeps a snapshot: as long as one is in use, LMDB cannot use the pages again that were freed since, and the file
//     grows. So every read is followed by `endRead`; the binding itself would do that only when the event loop turns.
// L4. The map is as large as the file may ever be, from the start: address space, not memory. So nothing is mapped anew while
//     other threads read.

import { type Database, open, type RootDatabase } from "lmdb";
import { PAGE } from "./pages.ts";
import { TABLES, type Table, tableName } from "./tables.ts";

export type TableHandle = Database<Buffer, Buffer>;

export interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  /** By `Table`. */
  readonly tables: readonly TableHandle[];
}

const BINARY = { keyEncoding: "binary", encoding: "binary" } as const;

/** Opens the file, and makes it and its tables when they are not there. Throws what LMDB throws. */
export function openEnvironment(path: string, limit: number, mode: "write" | "read"): Environment {
  const root = open<Buffer, Buffer>({
    path,
    noSubdir: true,
    pageSize: PAGE,
    mapSize: limit,
    maxDbs: TABLES.length + 1,
    overlappingSync: false,
    readOnly: mode === "read",
    ...BINARY,
  });
  const tables: TableHandle[] = [];
  const openAll = (): void => {
    for (const table of TABLES) tables[table] = openTable(root, table);
  };
  // In one transaction, so that making twelve tables costs one commit.
  if (mode === "write") root.transactionSync(openAll);
  else openAll();
  return { root, tables };
}

function openTable(root: RootDatabase<Buffer, Buffer>, table: Table): TableHandle {
  const handle: TableHandle | undefined = root.openDB<Buffer, Buffer>({ name: tableName(table), ...BINARY });
  if (handle === undefined) throw new Error(`the table ${tableName(table)} is missing`);
  return handle;
}

/** Lets go of the snapshot that reads are made in (L3). */
export function endRead({ root }: Environment): void {
  root.resetReadTxn();
}
