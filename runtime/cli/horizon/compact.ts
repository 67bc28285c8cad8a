// `walia horizon compact`: writes the file anew, without the room of records that are gone, and without channels and atomics that nobody
// has any more.

import { compactFile } from "../../horizon/compact.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { version } from "../version.ts";
import type { HorizonContext } from "./horizon.ts";
import { requireIdle } from "./opened.ts";
import { Progress } from "./progress.ts";
import { neededIn } from "./shared.ts";
import { onlyName, whichFile } from "./which.ts";
import { sizeText } from "./words.ts";

export async function compact(words: readonly string[], { folder, terminal }: HorizonContext): Promise<number> {
  const { names } = parseOptions("horizon", words, { flags: [] });
  const path = whichFile(onlyName(names), folder);
  requireIdle(path);
  const progress = new Progress("compacting", terminal);
  const isNeeded = await neededIn(path, progress);
  const { before, after } = await compactFile(path, version, { meter: progress, isNeeded });
  progress.end();
  terminal.print(`${sizeText(before)} before, ${sizeText(after)} now`);
  return ExitCode.Fine;
}
