// What the command remembers between runs, in the user's cache folder: results by a key that names all they came from.
//
//   <folder>/<kind>-<key>.json     line 1: "walia-cache 1 " and the SHA-256 of the rest, in hexadecimal; then JSON
//
// K1. An entry counts if and only if its first line agrees with the rest. Anything else in its place is as good as nothing.
// K2. A key includes the build of the compiler, so an entry is never read by another one.
// K3. An entry is written under a name of its own and then renamed: other processes see all of it or nothing.
// K4. Nothing about the cache is ever an error: without it everything takes longer.
// K5. The folder is cut to MAX_TOTAL bytes when something is written, oldest use first.
//
// The user's own folder is trusted: an entry with the right first line is believed.

import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const FORMAT = "walia-cache 1 ";
const MAX_ENTRY = 32 * 1024 * 1024;
const MAX_TOTAL = 128 * 1024 * 1024;
/** A use is noted once in this time, in milliseconds. */
const GRAIN = 3_600_000;

export interface Cache {
  read(kind: string, key: string): unknown;
  write(kind: string, key: string, value: unknown): void;
}

export const noCache: Cache = { read: () => undefined, write: () => undefined };

/** The cache of this build in `folder`. */
export function openCache(folder: string, build: string): Cache {
  const pathOf = (kind: string, key: string): string =>
    join(folder, `${kind}-${hash(`${build}\n${key}`).slice(0, 40)}.json`);
  return {
    read: (kind, key) => readEntry(pathOf(kind, key)),
    write: (kind, key, value) => writeEntry(folder, pathOf(kind, key), value),
  };
}

/**
 * Where the cache is: WALIA_CACHE ("off": nowhere), else the system's place for such things. Undefined when there is none.
 */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { WALIA_CACHE: own, XDG_CACHE_HOME: xdg, LOCALAPPDATA: windows } = environment;
  if (own !== undefined && own !== "") return own === "off" ? undefined : own;
  // The specification has relative paths ignored.
  if (xdg?.startsWith("/")) return join(xdg, "walia");
  if (process.platform === "win32") return windows === undefined ? undefined : join(windows, "walia", "cache");
  const home = homedir();
  return process.platform === "darwin" ? join(home, "Library", "Caches", "walia") : join(home, ".cache", "walia");
}

/** SHA-256, in hexadecimal. */
export function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function readEntry(path: string): unknown {
  try {
    const text = fs.readFileSync(path, "utf8");
    const end = text.indexOf("\n");
    const body = text.slice(end + 1);
    if (text.slice(0, end) !== FORMAT + hash(body)) return undefined;
    noteUse(path);
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function noteUse(path: string): void {
  const now = Date.now();
  if (now - fs.statSync(path).mtimeMs > GRAIN) fs.utimesSync(path, now / 1000, now / 1000);
}

function writeEntry(folder: string, path: string, value: unknown): void {
  const body = JSON.stringify(value);
  if (body.length > MAX_ENTRY) return;
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.writeFileSync(temporary, `${FORMAT}${hash(body)}\n${body}`, { flag: "wx", mode: 0o600 });
    fs.renameSync(temporary, path);
    prune(folder);
  } catch {
    fs.rmSync(temporary, { force: true });
  }
}

/** K5; a temporary file that a killed process left behind grows old like any entry. */
function prune(folder: string): void {
  const entries = fs.readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() && /^[a-z]+-[0-9a-f]{40}\.json/.test(name)
      ? [{ path, size: stat.size, used: stat.mtimeMs }]
      : [];
  });
  let total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total <= MAX_TOTAL) return;
  entries.sort((a, b) => a.used - b.used);
  for (const { path, size } of entries) {
    if (total <= MAX_TOTAL / 2) return;
    fs.rmSync(path, { force: true });
    total -= size;
  }
}
