// What every command gets.

import type { Cache } from "../../cache/cache.ts";
import type { Terminal } from "./terminal.ts";

export interface Context {
  /** The working folder. */
  readonly folder: string;
  readonly terminal: Terminal;
  readonly cache: Cache;
}
