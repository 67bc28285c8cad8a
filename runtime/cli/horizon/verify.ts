// `walia horizon verify`: reads every page and every record, and says what is wrong with which.
//
//   --json   { version, file, records, damage [{ table, key, page, what }] }
//
// W1. A record is sound when its checksum is right, and its content can be read with the program whose sources are in the file. While
//     the program runs the second is left out: it writes new ones meanwhile.

import type { Visit } from "../../horizon/check.ts";
import { payloadOf } from "../../horizon/check.ts";
import { readFile } from "../../horizon/store.ts";
import { type Key, Table, tableName } from "../../horizon/tables.ts";
import { readTask } from "../../horizon/task-record.ts";
import { type Damage, damageText } from "../../horizon/trouble.ts";
import type { Reading } from "../../reactor/keep/reading.ts";
import { oneLine } from "../excerpt.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { shownPath } from "../paths.ts";
import type { HorizonContext } from "./horizon.ts";
import { isInUse, openFile } from "./opened.ts";
import { Progress } from "./progress.ts";
import { onlyName, whichFile } from "./which.ts";
import { countText } from "./words.ts";

export async function verify(words: readonly string[], { folder, terminal, cache }: HorizonContext): Promise<number> {
  const { names, flags } = parseOptions("horizon", words, { flags: ["json"] });
  const path = whichFile(onlyName(names), folder);
  const isRunning = isInUse(path);
  const { reading, troubles } = isRunning ? { reading: null, troubles: [] } : await openFile(path, cache);
  const progress = new Progress("verifying", terminal);
  const unread: Damage[] = troubles.map((what) => ({ what }));
  /** Tasks whose frames stand apart and have not come yet. */
  const apart = new Set<Key>();
  const tell = (table: Table, key: Key, what: string): void =>
    void unread.push({ table: tableName(table), key: String(key), what });
  const visit: Visit = (table, key, part) => {
    if (table === Table.Frames && !apart.delete(key)) tell(table, key, "no task has these frames");
    try {
      if (!readContent(table, key, payloadOf(part), reading)) apart.add(key);
    } catch (error) {
      tell(table, key, error instanceof Error ? error.message : String(error));
    }
  };
  const report = await readFile(path, visit, { meter: progress });
  for (const id of apart) tell(Table.Frames, id, "the record is missing");
  progress.end();
  const damage = [...report.damage, ...unread];
  const records = [...report.records.values()].reduce((sum, count) => sum + count, 0);
  if (flags.has("json")) terminal.print(JSON.stringify({ version: 1, file: shownPath(path, folder), records, damage }));
  else {
    for (const one of damage) terminal.print(`${terminal.paint.error("damaged")} ${oneLine(damageText(one))}`);
    const what = isRunning ? "; a program is running: only checksums were compared" : "";
    terminal.print(`${countText(records, "record")} read, ${damage.length} damaged${what}`);
  }
  return damage.length === 0 ? ExitCode.Fine : ExitCode.Found;
}

/** Reads the content of a record (W1); false for a task whose frames stand apart. Error when it cannot be read. */
function readContent(table: Table, key: Key, payload: Uint8Array, reading: Reading | null): boolean {
  if (table === Table.Tasks) {
    const { frames } = readTask(key as number, payload);
    if (frames === undefined) return false;
    reading?.checkStack(frames);
  } else if (table === Table.Frames) reading?.checkStack(payload);
  else if (table === Table.Channels || table === Table.Descriptors) reading?.checkValue(payload);
  return true;
}
