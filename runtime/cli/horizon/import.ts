// `walia horizon import IN`: makes a `.wld` file from an archive; none may be there.

import { resolve } from "node:path";
import { importArchive } from "../../horizon/archive.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseOptions } from "../options.ts";
import { shownPath } from "../paths.ts";
import { UsageError } from "../trouble.ts";
import { version } from "../version.ts";
import type { HorizonContext } from "./horizon.ts";
import { Progress } from "./progress.ts";
import { onlyName } from "./which.ts";
import { countText } from "./words.ts";

export async function importFrom(words: readonly string[], { folder, terminal }: HorizonContext): Promise<number> {
  const { names } = parseOptions("horizon", words, { flags: [] });
  const [archive, ...rest] = names;
  if (archive === undefined) throw new UsageError("horizon", "import which archive?");
  const name = onlyName(rest) ?? archive;
  const path = resolve(folder, name.endsWith(".wld") ? name : `${name.replace(/\.\w+$/, "")}.wld`);
  const progress = new Progress("importing", terminal);
  const records = await importArchive(resolve(folder, archive), path, version, progress);
  progress.end();
  terminal.print(`${countText(records, "record")} imported to ${shownPath(path, folder)}`);
  return ExitCode.Fine;
}
