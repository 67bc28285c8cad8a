// walia.json: found in the folder of the program's first file, or in one above it.

import { dirname, join } from "node:path";
import { parsePorts } from "../reactor/sources.ts";
import { FileTrouble, type ReadText } from "./trouble.ts";

/** The sources of hardware ports for a program that starts with this file; none when there is no walia.json. */
export function findPorts(path: string, read: ReadText): ReadonlyMap<number, string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const config = join(folder, "walia.json").replaceAll("\\", "/");
    const text = read(config);
    if (text !== undefined) {
      const { ports, errors } = parsePorts(text, folder);
      if (errors.length > 0) throw new FileTrouble(config, errors.join("; "));
      return ports;
    }
    if (dirname(folder) === folder) return new Map();
  }
}
