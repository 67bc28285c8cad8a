// Paths as the user writes and reads them, and as the rest of the program has them (sources.ts, F1).

import { resolve } from "node:path";

/** What standard input is called. */
export const STDIN_NAME = "<stdin>";

/** The one path of a file, however it was named. */
export function absolutePath(name: string, folder: string): string {
  return resolve(folder, name).replaceAll("\\", "/");
}

/** Cut to the working folder, where the file is in it. */
export function shownPath(path: string, folder: string): string {
  const prefix = prefixOf(folder);
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** A message that names files, for people: rules write the paths that files have in the workspace. */
export function shownMessage(message: string, folder: string): string {
  const prefix = prefixOf(folder);
  // Below the root folder every path is as short as it gets.
  return prefix === "/" ? message : message.replaceAll(prefix, "");
}

function prefixOf(folder: string): string {
  const path = folder.replaceAll("\\", "/");
  return path.endsWith("/") ? path : `${path}/`;
}
