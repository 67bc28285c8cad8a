// `walia horizon`: looks into the `.wld` file of a program, and changes what is in it. Each of its subcommands is a file beside
// this one. What they read and write is the business of horizon/ and reactor/keep/; here it is put into words.
//
// H1. Whatever only looks works while the program runs; whatever changes the file refuses then, and names the process.
// H2. A change is one transaction: all of it is in the file, or nothing.

import { HorizonError } from "../../horizon/trouble.ts";
import type { Context } from "../context.ts";
import { ExitCode } from "../exit-codes.ts";
import { helpText } from "../help.ts";
import { FileTrouble, UsageError } from "../trouble.ts";

/** What every subcommand gets. */
export interface HorizonContext extends Context {
  /** Unix milliseconds. */
  readonly now: () => number;
}

export type Subcommand = (words: readonly string[], context: HorizonContext) => Promise<number>;

/** Each is loaded when it is asked for. */
const subcommands: Readonly<Record<string, () => Promise<Subcommand>>> = {
  list: async () => (await import("./list.ts")).list,
  show: async () => (await import("./show.ts")).show,
  resume: async () => (await import("./resume.ts")).resume,
  edit: async () => (await import("./edit.ts")).edit,
  drop: async () => (await import("./drop.ts")).drop,
  upgrade: async () => (await import("./upgrade.ts")).upgrade,
  export: async () => (await import("./export.ts")).exportTo,
  import: async () => (await import("./import.ts")).importFrom,
  diff: async () => (await import("./diff.ts")).diff,
  verify: async () => (await import("./verify.ts")).verify,
  doctor: async () => (await import("./doctor.ts")).doctor,
  inspect: async () => (await import("./inspect/inspect.ts")).inspect,
  compact: async () => (await import("./compact.ts")).compact,
};

export async function horizon(words: readonly string[], context: Context, now = Date.now): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) throw new UsageError("horizon", `which of ${Object.keys(subcommands).join(", ")}?`);
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand === undefined)
    throw new UsageError("horizon", `there is no ${name}; there are ${Object.keys(subcommands).join(", ")}`);
  if (rest[0] === "--help" || rest[0] === "-h") {
    context.terminal.print(helpText("horizon")!);
    return ExitCode.Fine;
  }
  try {
    return await (await subcommand())(rest, { ...context, now });
  } catch (error) {
    throw error instanceof HorizonError ? new FileTrouble(error.path, error.reason) : error;
  }
}
