// Everything that can be wrong with a `.wld` file, as one exception that says what it is, where, and what to do about it.

import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/** One thing that is wrong inside a file. */
export interface Damage {
  /** The page it was found on; undefined when that is not known. */
  readonly page?: number;
  /** The table, and the record's key in it as people write it, as far as that is known. */
  readonly table?: string;
  readonly key?: string;
  readonly what: string;
}

export type TroubleKind =
  /** Another program has it. */
  | "in use"
  /** It is ours, and something in it is not as it was written. */
  | "damaged"
  /** It is something else: another program's file, a folder, an empty file. */
  | "foreign"
  /** Written by a release whose files this one does not know. */
  | "version"
  /** It is not there, or may not be read or written. */
  | "unreadable"
  /** Writing to it failed; nothing more is written by this process. */
  | "failed"
  /** Another process has taken it over; nothing more is written by this one. */
  | "taken"
  /** A limit: this one record, or the file, would be too large. */
  | "too large"
  /** It was closed before. */
  | "closed";

export class HorizonError extends Error {
  constructor(
    readonly kind: TroubleKind,
    readonly path: string,
    /** What is wrong and the cure, without the path. */
    readonly reason: string,
    readonly damage: readonly Damage[] = [],
  ) {
    super(`${path}: ${reason}`);
    this.name = "HorizonError";
  }
}

/** A line for people. */
export function damageText({ page, table, key, what }: Damage): string {
  const place = [table === undefined ? undefined : key === undefined ? `table ${table}` : `${table} ${key}`];
  if (page !== undefined) place.push(`page ${page}`);
  const known = place.filter((part) => part !== undefined).join(", ");
  return known === "" ? what : `${known}: ${what}`;
}

const SHOWN = 5;

export function damaged(path: string, damage: readonly Damage[]): HorizonError {
  const shown = damage.slice(0, SHOWN).map((one) => `\n  ${damageText(one)}`);
  const more = damage.length > SHOWN ? `\n  and ${damage.length - SHOWN} more` : "";
  return new HorizonError(
    "damaged",
    path,
    `the file is damaged.${shown.join("")}${more}\nPut back a copy, or start over with --fresh. What is still readable can be exported.`,
    damage,
  );
}

/** What an operating system's error about opening or reading the file means to people. */
export function cannotOpen(path: string, error: unknown): HorizonError {
  const code = codeOf(error);
  const reasons: Record<string, string> = {
    ENOENT: "there is no such file",
    EISDIR: "this is a folder, where a file that holds a program's state is expected",
    ENOTDIR: "a part of the path is not a folder",
    EACCES: "no permission to read and write it",
    EPERM: "no permission to read and write it",
    EROFS: "the file system is read-only, so the program's state cannot be kept there; --no-wld runs without it",
    ENOSPC: "the disk is full, so the program's state cannot be kept; make room, or run with --no-wld",
    EMFILE: "this process has too many files open",
  };
  return new HorizonError("unreadable", path, reasons[code] ?? messageOf(error));
}

export function cannotWrite(path: string, error: unknown): HorizonError {
  const [what, cure] = isFull(path, error)
    ? ["the disk is full", "Make room and start the program again"]
    : [`writing failed: ${messageOf(error)}`, "Check the disk, then start the program again"];
  return new HorizonError(
    "failed",
    path,
    `${what}. The file has everything up to the last write that was completed, and nothing of later ones. ${cure}: it goes on from there.`,
  );
}

/** LMDB says "Input/output error" when a disk is full, so the disk is asked. */
function isFull(path: string, error: unknown): boolean {
  if (codeOf(error) === "ENOSPC" || /no space|quota/i.test(messageOf(error))) return true;
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < LEAST_ROOM;
  } catch {
    return false;
  }
}

/** One commit may need that much. */
const LEAST_ROOM = 256 * 1024;

export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
