// The words after `walia run`: options, the file, and what the program gets as `args()`.

import { availableParallelism } from "node:os";
import { DEFAULT_LIMIT } from "../horizon/record.ts";
import type { DriverKind } from "../reactor/drivers/choose.ts";
import type { Durability } from "../reactor/keep/keeper.ts";
import { MOST_SHARDS } from "../reactor/shards/memory.ts";
import { UsageError } from "./trouble.ts";
import type { WatchOptions } from "./watching.ts";

export interface RunOptions {
  readonly names: readonly string[];
  /** All that follows `--`, else all that follows the first name. */
  readonly args: readonly string[];
  readonly shards: number;
  /** How many tasks may live before no more connections are accepted; undefined: as many as usual. */
  readonly mostTasks: number | undefined;
  /** Null: the best one that this system has. */
  readonly driver: DriverKind | null;
  /** Says what was chosen. */
  readonly isVerbose: boolean;
  readonly watch: WatchOptions;
  /** What is promised of the `.wld` file; null: there is none. */
  readonly durability: Durability | null;
  /** Bytes that the `.wld` file may hold. */
  readonly wldLimit: number;
  /** Bytes that tasks that sleep may take in memory; undefined: as many as they want. */
  readonly memoryLimit: number | undefined;
  /** Whatever an earlier run has left is thrown away. */
  readonly isFresh: boolean;
}

const MOST_PORT = 65_535;
const MOST_TASKS = 1_000_000_000;
const LEAST_WLD = 1024 ** 2;
const LEAST_MEMORY = 1024 ** 2;
const MODES: readonly string[] = ["group", "strict", "off"] satisfies readonly Durability[];
const DRIVERS: readonly string[] = ["uring", "libuv"] satisfies readonly DriverKind[];

export function runOptions(words: readonly string[]): RunOptions {
  let shards = Math.min(availableParallelism(), MOST_SHARDS);
  let driver: DriverKind | null = null;
  let mostTasks: number | undefined;
  let isVerbose = false;
  let durability: Durability = "group";
  let isKept = true;
  let wldLimit = DEFAULT_LIMIT;
  let memoryLimit: number | undefined;
  let isFresh = false;
  let telemetry = false;
  let nexus = false;
  let metricsPort: number | null = null;
  let at = 0;
  /** The value of an option, `--name VALUE` or `--name=VALUE`. */
  const valueAfter = (name: string, given: string | undefined): string => {
    const value = given ?? words[++at];
    if (value === undefined) throw new UsageError("run", `--${name} needs a value`);
    return value;
  };
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--" || word === "-" || !word.startsWith("-")) break;
    const [, name = "", given] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === "telemetry" && given === undefined) telemetry = true;
    else if (name === "nexus" && given === undefined) nexus = true;
    else if (name === "verbose" && given === undefined) isVerbose = true;
    else if (name === "no-wld" && given === undefined) isKept = false;
    else if (name === "fresh" && given === undefined) isFresh = true;
    else if (name === "durability") {
      const value = valueAfter(name, given);
      if (!MODES.includes(value)) throw new UsageError("run", `--durability is ${MODES.join(", ")}, not ${value}`);
      durability = value as Durability;
    } else if (name === "metrics-port") metricsPort = wholeNumber(name, valueAfter(name, given), 0, MOST_PORT);
    else if (name === "shards") shards = wholeNumber(name, valueAfter(name, given), 1, MOST_SHARDS);
    else if (name === "max-tasks") mostTasks = wholeNumber(name, valueAfter(name, given), 1, MOST_TASKS);
    else if (name === "wld-limit") wldLimit = size(name, valueAfter(name, given), LEAST_WLD);
    else if (name === "memory-limit") memoryLimit = size(name, valueAfter(name, given), LEAST_MEMORY);
    else if (name === "driver") {
      const value = valueAfter(name, given);
      if (!DRIVERS.includes(value)) throw new UsageError("run", `--driver is ${DRIVERS.join(" or ")}, not ${value}`);
      driver = value as DriverKind;
    } else throw new UsageError("run", `there is no option ${word}`);
  }
  if (memoryLimit !== undefined && !isKept)
    throw new UsageError("run", "--memory-limit needs the .wld file, and there is none with --no-wld");
  const watch = { telemetry, nexus, metricsPort };
  const keeping = { durability: isKept ? durability : null, wldLimit, memoryLimit, isFresh };
  return { ...split(words.slice(at)), shards, driver, mostTasks, isVerbose, watch, ...keeping };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError("run", `--${name} is a whole number from ${least} to ${most}, not ${text}`);
}

/** Bytes: "512M", "64G". */
function size(name: string, text: string, least: number): number {
  const [, digits, unit = ""] = /^([0-9]{1,12})([KMGT]?)$/i.exec(text) ?? [];
  const value = Number(digits) * 1024 ** " KMGT".indexOf(unit.toUpperCase() || " ");
  if (value >= least && Number.isSafeInteger(value)) return value;
  throw new UsageError("run", `--${name} is a size from ${least / 1024 ** 2}M, such as 512M or 64G, not ${text}`);
}

function split(words: readonly string[]): { readonly names: readonly string[]; readonly args: readonly string[] } {
  const dashes = words.indexOf("--");
  const names = words.slice(0, dashes < 0 ? 1 : dashes);
  if (names.length === 0) throw new UsageError("run", "which file?");
  return { names, args: words.slice(dashes < 0 ? 1 : dashes + 1) };
}
