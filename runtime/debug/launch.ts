// What a program is started with under the debugger: the arguments of `launch`, checked.

import { Refusal } from "./connection.ts";
import type { Debuggee } from "./debuggee.ts";

export interface LaunchArguments {
  /** Names of files and folders that are one program. */
  readonly program: readonly string[];
  /** The program's `args()`. */
  readonly args: readonly string[];
  /** The folder in which it runs; undefined: where the debugger was started. */
  readonly cwd: string | undefined;
  readonly stopOnEntry: boolean;
  readonly noDebug: boolean;
  /** The title of the one test that runs. */
  readonly test: string | undefined;
  /** All tests of the files run, instead of the program. */
  readonly tests: boolean;
}

/** A program that can be started; or a test, each in a state of its own. */
export interface Case {
  /** Of a test. */
  readonly title: string | null;
  /** Puts it into the engine, in place of what was there. */
  load(): Debuggee;
}

export type Prepared =
  | { readonly kind: "ready"; readonly cases: readonly Case[] }
  /** `text`: the diagnostics, as the command shows them. */
  | { readonly kind: "errors"; readonly count: number; readonly text: string };

/** Reads, checks and compiles. Throws a Refusal for what cannot be found or read. */
export type Prepare = (args: LaunchArguments) => Promise<Prepared>;

/** Keys that clients add for themselves. */
const CLIENTS = new Set([
  ...["name", "type", "request", "presentation", "preLaunchTask", "postDebugTask", "internalConsoleOptions"],
  ...["debugServer", "serverReadyAction", "suppressMultipleSessionWarning", "console", "consoleMode"],
]);

/** What each argument besides `program` must be. */
export const KINDS = {
  args: "a list of strings",
  cwd: "a string",
  stopOnEntry: "true or false",
  noDebug: "true or false",
  test: "a string",
  tests: "true or false",
} as const;

const FITS: Readonly<Record<(typeof KINDS)[keyof typeof KINDS], (value: unknown) => boolean>> = {
  "a string": (value) => typeof value === "string",
  "true or false": (value) => typeof value === "boolean",
  "a list of strings": isStrings,
};

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** Checks the arguments of `launch`; the Refusal names the one that is wrong. */
export function launchArguments(given: unknown): LaunchArguments {
  const all = (typeof given === "object" && given !== null ? given : {}) as Record<string, unknown>;
  const { program } = all;
  if (program === undefined) throw new Refusal('"program" is missing: the path of a .wal file, or a list of paths');
  const names = isStrings(program) ? program : typeof program === "string" ? [program] : [];
  if (names.length === 0 || names.includes(""))
    throw new Refusal('"program" must be the path of a .wal file, or a list of paths');
  for (const [key, value] of Object.entries(all)) {
    if (key === "program" || key.startsWith("__") || CLIENTS.has(key) || value === undefined) continue;
    if (!Object.hasOwn(KINDS, key))
      throw new Refusal(
        `there is no argument ${JSON.stringify(key)}: there are program, ${Object.keys(KINDS).join(", ")}`,
      );
    const kind = KINDS[key as keyof typeof KINDS];
    if (!FITS[kind](value)) throw new Refusal(`"${key}" must be ${kind}`);
  }
  if (all.tests === true && all.test !== undefined) throw new Refusal('give "test" or "tests", not both');
  return {
    program: names,
    args: (all.args as string[] | undefined) ?? [],
    cwd: all.cwd as string | undefined,
    stopOnEntry: all.stopOnEntry === true,
    noDebug: all.noDebug === true,
    test: all.test as string | undefined,
    tests: all.tests === true,
  };
}
