// `walia fmt`: formats files where they are. What does not parse stays as it is, and is said on standard error.
//
// M1. A file is written only when its text changes, and keeps its byte order mark.
// M2. Standard input is formatted to standard output, whole, also when nothing changes: so an editor can use it as a filter.

import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { formatFile } from "../../language/format/format.ts";
import { memoryCache, parseFile } from "../../language/parse/parse.ts";
import type { Context } from "./context.ts";
import { ExitCode } from "./exit-codes.ts";
import { expandNames, textReader } from "./files.ts";
import { parseOptions } from "./options.ts";
import { absolutePath, STDIN_NAME } from "./paths.ts";
import { FileTrouble } from "./trouble.ts";
import { View } from "./view.ts";

export async function fmt(words: readonly string[], { folder, terminal }: Context): Promise<number> {
  const { names, flags } = parseOptions("fmt", words, { flags: ["check"] });
  const paths = expandNames(names.length === 0 ? ["."] : names, folder);
  const read = await textReader(paths, folder);
  const view = new View(terminal.paint, read, folder);
  const stdin = absolutePath(STDIN_NAME, folder);
  let changed = 0;
  for (const path of paths) {
    const text = read(path);
    if (text === undefined) throw new FileTrouble(path, "there is no such file");
    const tree = parseFile(path, text, memoryCache());
    const made = formatFile(tree);
    const broken = tree.items.find((item) => item.tree.errors.length > 0);
    if (broken) {
      const at = broken.offset + broken.tree.errors[0]!.start;
      terminal.complain(`${view.where(path, at)}: this does not parse and stays as it is; walia check says why`);
    }
    if (path === stdin && !flags.has("check")) {
      terminal.flush();
      process.stdout.write(made);
    } else if (made !== text) {
      changed++;
      terminal.print(view.shown(path));
      if (!flags.has("check")) write(path, made);
    }
  }
  return flags.has("check") && changed > 0 ? ExitCode.NotFormatted : ExitCode.Fine;
}

/** M1 */
function write(path: string, text: string): void {
  try {
    writeFileSync(path, hasByteOrderMark(path) ? `\ufeff${text}` : text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new FileTrouble(path, `it cannot be written${code === "" ? "" : ` (${code})`}`);
  }
}

function hasByteOrderMark(path: string): boolean {
  const first = Buffer.alloc(3);
  const fd = openSync(path, "r");
  try {
    readSync(fd, first);
  } finally {
    closeSync(fd);
  }
  return first.equals(Buffer.from("\ufeff"));
}
