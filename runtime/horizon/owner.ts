// Who is running the program of a `.wld` file. The record "owner" in the table `meta` names the process; it is written in
// the same transaction that looks whether somebody else's is there, so of two that start at once one wins.
//
// O1. A process is the one in the record when its id, its time of start and the machine's boot are the same. So after a
//     crash, a reboot, or when the id belongs to somebody else by now, the record is nobody's and the next one takes it.
// O2. Every write looks first whether the record is still its writer's (store.ts). A process that was wrongly taken for dead,
//     because it runs where this one cannot see it, stops with its next write instead of running beside the other.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Owner {
  readonly pid: number;
  /** When the process started, as the operating system tells it; empty where it does not. */
  readonly started: string;
  /** The boot of the machine it runs on; empty where nobody tells. */
  readonly boot: string;
  /** Unix milliseconds: since when it has the file. */
  readonly since: number;
  /** Different each time a file is opened. */
  readonly token: string;
}

/** This process, which is about to take a file. */
export function thisProcess(): Owner {
  const token = crypto.randomUUID();
  return { pid: process.pid, started: startOf(process.pid) ?? "", boot: bootId(), since: Date.now(), token };
}

/** O1 */
export function isRunning(owner: Owner): boolean {
  if (owner.boot !== bootId()) return false;
  const started = startOf(owner.pid);
  return started !== undefined && started === owner.started;
}

export const encodeOwner = (owner: Owner): Uint8Array => Buffer.from(JSON.stringify(owner));

/** The owner in a record; undefined for a record that is none. */
export function decodeOwner(payload: Uint8Array): Owner | undefined {
  try {
    const owner: Owner = JSON.parse(Buffer.from(payload).toString("utf8"));
    const texts = [owner.started, owner.boot, owner.token];
    const isOwner = Number.isSafeInteger(owner.pid) && owner.pid > 0 && Number.isSafeInteger(owner.since);
    return isOwner && texts.every((text) => typeof text === "string") ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** When a process started; undefined when there is none with this id, empty where the system does not tell. */
function startOf(pid: number): string | undefined {
  if (process.platform === "linux") return linuxStart(pid);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return undefined;
  }
  if (process.platform === "win32") return "";
  return spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() ?? "";
}

/** Field 22 of /proc/PID/stat; the name in field 2 may have anything in it, so what counts is behind its last parenthesis. */
function linuxStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has let go of all its files.
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
