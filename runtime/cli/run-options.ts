// The words after `walia run`: options, the file, and what the program gets as `args()`.

import { UsageError } from "./trouble.ts";
import type { WatchOptions } from "./watching.ts";

export interface RunOptions {
  readonly names: readonly string[];
  /** All that follows `--`, else all that follows the first name. */
  readonly args: readonly string[];
  readonly watch: WatchOptions;
}

const MOST_PORT = 65_535;

export function runOptions(words: readonly string[]): RunOptions {
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
    else if (name === "metrics-port") metricsPort = wholeNumber(name, valueAfter(name, given), 0, MOST_PORT);
    else throw new UsageError("run", `there is no option ${word}`);
  }
  return { ...split(words.slice(at)), watch: { telemetry, nexus, metricsPort } };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError("run", `--${name} is a whole number from ${least} to ${most}, not ${text}`);
}

function split(words: readonly string[]): { readonly names: readonly string[]; readonly args: readonly string[] } {
  const dashes = words.indexOf("--");
  const names = words.slice(0, dashes < 0 ? 1 : dashes);
  if (names.length === 0) throw new UsageError("run", "which file?");
  return { names, args: words.slice(dashes < 0 ? 1 : dashes + 1) };
}
