// Files as the command line takes them: names, folders and standard input become paths and texts.
//
// I1. A folder stands for every .wal file below it, by name in the order of character codes. Folders that begin with a dot,
//     and node_modules, are passed over; links to folders are not followed.
// I2. A text is UTF-8 without zero bytes; a byte order mark is no part of it. Nothing larger than MAX_BYTES is read.

import * as fs from "node:fs";
import { join } from "node:path";
import { getSystemErrorMap } from "node:util";
import { absolutePath, STDIN_NAME } from "./paths.ts";
import { FileTrouble, type ReadText } from "./trouble.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** The paths that names stand for, each once, in their order (I1). Standard input is `-`. */
export function expandNames(names: readonly string[], folder: string): string[] {
  const paths = new Set<string>();
  for (const name of names) {
    if (name === "-") paths.add(absolutePath(STDIN_NAME, folder));
    else for (const path of expandName(absolutePath(name, folder))) paths.add(path);
  }
  return [...paths];
}

function expandName(path: string): string[] {
  if (!attempt(path, () => fs.statSync(path)).isDirectory()) return [path];
  const found: string[] = [];
  const folders = [path];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const folder = next;
    for (const entry of attempt(folder, () => fs.readdirSync(folder, { withFileTypes: true }))) {
      const inside = join(folder, entry.name).replaceAll("\\", "/");
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && entry.name !== "node_modules") folders.push(inside);
      } else if (entry.name.endsWith(".wal")) found.push(inside);
    }
  }
  if (found.length === 0) throw new FileTrouble(path, "there is no .wal file in this folder");
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** Reads files, each once; standard input when one of the paths is its. */
export async function textReader(paths: readonly string[], folder: string): Promise<ReadText> {
  const stdin = absolutePath(STDIN_NAME, folder);
  const texts = new Map<string, string | undefined>();
  if (paths.includes(stdin)) texts.set(stdin, decode(stdin, await readStdin(stdin)));
  return (path) => {
    if (!texts.has(path)) texts.set(path, readText(path));
    return texts.get(path);
  };
}

async function readStdin(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MAX_BYTES) throw tooLarge(path);
  }
  return Buffer.concat(chunks);
}

/** Undefined when there is no file of this name. */
function readText(path: string): string | undefined {
  try {
    return decode(path, readBytes(path));
  } catch (error) {
    if (error instanceof FileTrouble || !isSystemError(error)) throw error;
    if (ABSENT.has(error.code)) return undefined;
    throw new FileTrouble(path, reasonOf(error));
  }
}

/** Nothing is there that an import could mean; a zero byte or an endless name is nobody's name. */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"]);

/** Not `readFileSync`: that has no limit, and a name may be that of a device. */
function readBytes(path: string): Buffer {
  const fd = fs.openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for (let size = Math.max(fs.fstatSync(fd).size + 1, 4096); ; size = 1 << 16) {
      const chunk = Buffer.allocUnsafe(Math.min(size, MAX_BYTES + 1));
      const count = fs.readSync(fd, chunk);
      if (count === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, count));
      length += count;
      if (length > MAX_BYTES) throw tooLarge(path);
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** I2 */
function decode(path: string, bytes: Buffer): string {
  if (bytes.includes(0)) throw new FileTrouble(path, "it is not a text file: it holds a zero byte");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileTrouble(path, "it is not a text file: it is not UTF-8");
  }
}

function tooLarge(path: string): FileTrouble {
  return new FileTrouble(path, `it is larger than ${MAX_BYTES / 1024 / 1024} MB`);
}

/** What the file system answers, or trouble with this path. */
function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new FileTrouble(path, reasonOf(error));
  }
}

interface SystemError extends Error {
  readonly code: string;
  readonly errno?: number;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function reasonOf({ code, errno }: SystemError): string {
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "it may not be read";
  if (code === "ERR_INVALID_ARG_VALUE") return "it is not the name of a file";
  const text = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return text === undefined ? code : `${text} (${code})`;
}
