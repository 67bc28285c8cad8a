// What the command and the language server remember between runs, in the user's cache folder: results by a key that names all they came from.
//
//   <folder>/<kind>-<fingerprint of build and key>     line 1: "walia-cache 1", fingerprint of the rest, build, key as JSON
//                                                      the rest: the value, as JSON or as bytes
//
// K1. An entry counts if and only if its first line agrees with the rest, with the build of the compiler, and with the key
//     that is asked for. Anything else in its place is as good as nothing.
// K2. An entry is written under a name of its own and then renamed: other processes see all of it or nothing.
// K3. Nothing about the cache is ever an error: without it everything takes longer.
// K4. The folder is cut to half of MAX_TOTAL bytes when it has grown beyond that, oldest use first.
//
// The user's own folder is trusted: an entry with the right first line is believed. Fingerprints guard against accidents
// only; node:crypto would take longer to load than a small program takes to run.

import * as fs from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const FORMAT = "walia-cache 1";
const MAX_ENTRY = 32 * 1024 * 1024;
const MAX_TOTAL = 128 * 1024 * 1024;
/** A use is noted once in this time, in milliseconds. */
const GRAIN = 3_600_000;

export interface Cache {
  /** The value that was written under this key, as JSON gives it back; undefined when there is none. */
  read(kind: string, key: string): unknown;
  write(kind: string, key: string, value: unknown): void;
  readBytes(kind: string, key: string): Buffer | undefined;
  writeBytes(kind: string, key: string, bytes: Uint8Array): void;
}

export const noCache: Cache = {
  read: () => undefined,
  write: () => undefined,
  readBytes: () => undefined,
  writeBytes: () => undefined,
};

/** The cache of this build in `folder`. */
export function openCache(folder: string, build: string): Cache {
  const pathOf = (kind: string, key: string): string => join(folder, `${kind}-${fingerprint(`${build}\n${key}`)}`);
  const writeBytes = (kind: string, key: string, bytes: Uint8Array): void => {
    if (bytes.length <= MAX_ENTRY)
      attempt(() => writeEntry(folder, pathOf(kind, key), header(bytes, build, key), bytes));
  };
  const readBytes = (kind: string, key: string): Buffer | undefined =>
    attempt(() => readEntry(pathOf(kind, key), (bytes) => header(bytes, build, key)));
  return {
    readBytes,
    writeBytes,
    read: (kind, key) => {
      const bytes = readBytes(kind, key);
      return bytes === undefined ? undefined : attempt(() => JSON.parse(bytes.toString()));
    },
    write: (kind, key, value) => writeBytes(kind, key, Buffer.from(JSON.stringify(value))),
  };
}

/** K3 */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
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

/** 64 bits of a text or of bytes, in hexadecimal: two sums over words of 32 bits, mixed at the end as in MurmurHash3. */
export function fingerprint(content: string | Uint8Array): string {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const whole = bytes.length >> 2;
  const from = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const words = new Uint32Array(from.buffer, from.byteOffset, whole);
  let a = 0x9747b28c ^ bytes.length;
  let b = 0x5bd1e995 ^ bytes.length;
  // No calls in the loop: it mostly runs before V8 has compiled it. Both steps lose nothing, so no single change is missed.
  for (let i = 0; i < whole; i++) {
    const word = words[i]!;
    a = Math.imul((a << 13) | (a >>> 19), 0xcc9e2d51) ^ word;
    b = (Math.imul((b << 7) | (b >>> 25), 0x38b34ae5) + word) | 0;
  }
  for (let i = whole * 4; i < bytes.length; i++) {
    a = Math.imul((a << 13) | (a >>> 19), 0xcc9e2d51) ^ bytes[i]!;
    b = (Math.imul((b << 7) | (b >>> 25), 0x38b34ae5) + bytes[i]!) | 0;
  }
  return hexadecimal(a) + hexadecimal(b);
}

function hexadecimal(sum: number): string {
  let x = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0).toString(16).padStart(8, "0");
}

/** K1 */
function header(rest: Uint8Array, build: string, key: string): string {
  return `${FORMAT} ${fingerprint(rest)} ${build} ${JSON.stringify(key)}`;
}

function readEntry(path: string, headerOf: (rest: Uint8Array) => string): Buffer | undefined {
  const bytes = fs.readFileSync(path);
  const end = bytes.indexOf(10);
  const rest = bytes.subarray(end + 1);
  if (bytes.toString("utf8", 0, Math.max(end, 0)) !== headerOf(rest)) return undefined;
  noteUse(path);
  return rest;
}

function noteUse(path: string): void {
  const now = Date.now();
  if (now - fs.statSync(path).mtimeMs > GRAIN) fs.utimesSync(path, now / 1000, now / 1000);
}

/** K2 */
function writeEntry(folder: string, path: string, head: string, rest: Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  makeFolder(folder);
  try {
    fs.writeFileSync(temporary, Buffer.concat([Buffer.from(`${head}\n`), rest]), { mode: 0o600 });
    fs.renameSync(temporary, path);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  prune(folder);
}

/** Not `mkdirSync` with `recursive`: Node 20 never comes back from that where a parent exists but may hold nothing (/proc). */
function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
  }
}

/** K4; a temporary file that a killed process left behind grows old like any entry. */
function prune(folder: string): void {
  const entries = fs.readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() && /^[a-z]+-[0-9a-f]{16}(\.\d+\.tmp)?$/.test(name)
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
