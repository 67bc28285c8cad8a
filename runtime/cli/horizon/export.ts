// `walia horizon export OUT`: writes every record that can be read to a portable archive (horizon/archive.ts), also while the program runs.

import { resolve } from "node:path";
import { exportArchive } from "../../horizon/archive.ts";
import { damageText } from "../../horizon/trouble.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { UsageError } from "../trouble.ts";
import type { HorizonContext } from "./horizon.ts";
import { Progress } from "./progress.ts";
import { onlyName, whichFile } from "./which.ts";
import { countText } from "./words.ts";

export async function exportTo(words: readonly string[], { folder, terminal }: HorizonContext): Promise<number> {
  const { names } = parseOptions("horizon", words, { flags: [] });
  const [out, ...rest] = names;
  if (out === undefined) throw new UsageError("horizon", "export to which file?");
  const path = whichFile(onlyName(rest), folder);
  const archive = resolve(folder, out);
  if (archive === path) throw new UsageError("horizon", "the archive needs a name of its own");
  const progress = new Progress("exporting", terminal);
  const { records, damage } = await exportArchive(path, archive, progress);
  progress.end();
  terminal.print(`${countText(records, "record")} exported to ${out}`);
  for (const one of damage) terminal.complain(`${terminal.errorPaint.error("not exported")} ${damageText(one)}`);
  return damage.length === 0 ? ExitCode.Fine : ExitCode.FileTrouble;
}
