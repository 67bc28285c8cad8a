// Which `.wld` file is meant: the file itself, the program that it belongs to, or nothing, which means the only one that is there.

import { existsSync, readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { cannotOpen, codeOf } from "../../horizon/trouble.ts";
import { wldPath } from "../kept.ts";
import { FileTrouble, UsageError } from "../trouble.ts";

/** The path of the file. FileTrouble when there is none, UsageError when it could be several. */
export function whichFile(name: string | undefined, folder: string): string {
  try {
    return find(name, folder);
  } catch (error) {
    if (codeOf(error) === "") throw error;
    const path = resolve(folder, name ?? ".");
    throw new FileTrouble(path, cannotOpen(path, error).reason);
  }
}

function find(name: string | undefined, folder: string): string {
  if (name === undefined) return onlyFile(folder);
  const path = resolve(folder, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) {
    const own = wldPath(name, path, folder);
    return existsSync(own) ? own : onlyFile(path);
  }
  const file = name.endsWith(".wal") ? wldPath(name, path, folder) : path;
  if (existsSync(file)) return file;
  throw new FileTrouble(
    file,
    file === path ? "there is no such file" : `there is no such file: nothing is kept of ${name}`,
  );
}

function onlyFile(folder: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith(".wld"));
  if (names.length === 1) return resolve(folder, names[0]!);
  if (names.length === 0) throw new FileTrouble(folder, "there is no .wld file in this folder");
  throw new UsageError("horizon", `which file? There are ${names.sort().join(", ")}`);
}

/** The words after a subcommand: at most one name of a file. */
export function onlyName(names: readonly string[]): string | undefined {
  if (names.length > 1) throw new UsageError("horizon", `one file, not ${names.join(" and ")}`);
  return names[0];
}

export const isTaskNumber = (name: string): boolean => /^\d{1,15}$/.test(name);

/** The words after a subcommand for one task: its number, and at most one name of a file, in any order. */
export function taskAndFile(names: readonly string[], folder: string): { readonly id: number; readonly path: string } {
  const numbers = names.filter(isTaskNumber);
  if (numbers.length !== 1)
    throw new UsageError("horizon", numbers.length === 0 ? "which task? Its number, please" : "one task, please");
  const path = whichFile(onlyName(names.filter((name) => name !== numbers[0])), folder);
  return { id: Number(numbers[0]), path };
}
