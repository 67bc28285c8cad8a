// The `walia` command: finds the command that was asked for, and maps whatever ends it to a message and an exit code.
//
// Z1. What a user sees is in our words. Of a JavaScript error only the message is shown, as a mistake of ours, and where to
//     report it; never a stack.

import { cacheFolder, noCache, openCache } from "../../cache/cache.ts";
import { LimitError } from "../compile/limits.ts";
import type { Context } from "./context.ts";
import { ExitCode } from "./exit-codes.ts";
import { helpText } from "./help.ts";
import { shownPath } from "./paths.ts";
import { Terminal } from "./terminal.ts";
import { FileTrouble, UsageError } from "./trouble.ts";
import { build, versionText } from "./version.ts";

type Command = (words: readonly string[], context: Context) => Promise<number>;

/** Each is loaded when it is asked for. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run.ts")).run,
  check: async () => (await import("./check.ts")).check,
  test: async () => (await import("./test.ts")).test,
  fmt: async () => (await import("./fmt.ts")).fmt,
  horizon: async () => (await import("./horizon/horizon.ts")).horizon,
  lsp: async () => (await import("./lsp.ts")).lsp,
  debug: async () => (await import("./debug.ts")).debug,
  version:
    async () =>
    async (_words, { terminal }) => {
      terminal.print(versionText());
      return ExitCode.Fine;
    },
  help: async () => help,
};

const SHORT: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
  "-v": "version",
};

async function help([topic]: readonly string[], { terminal }: Context): Promise<number> {
  const text = helpText(topic);
  if (text === undefined) throw new UsageError("help", `there is no command ${topic}`);
  terminal.print(text);
  return ExitCode.Fine;
}

async function dispatch(words: readonly string[], context: Context): Promise<number> {
  const [first, ...rest] = words;
  if (first === undefined) {
    context.terminal.complain(helpText(undefined)!);
    return ExitCode.Usage;
  }
  const name = SHORT[first] ?? first;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const hint = first.endsWith(".wal") ? `; to run a program: walia run ${first}` : "";
    throw new UsageError("help", `there is no command ${first}${hint}`);
  }
  if (rest[0] === "--help" || rest[0] === "-h") return help([name], context);
  return (await command())(rest, context);
}

async function main(): Promise<void> {
  const terminal = new Terminal();
  const folder = cacheFolder(process.env);
  const context: Context = {
    folder: process.cwd(),
    terminal,
    cache: folder === undefined ? noCache : openCache(folder, build),
  };
  const end = async (code: number): Promise<void> => {
    await terminal.drain();
    process.exit(code);
  };
  process.on("uncaughtException", (error) => void end(explain(error, context)));
  try {
    await end(await dispatch(process.argv.slice(2), context));
  } catch (error) {
    await end(explain(error, context));
  }
}

/** Says what ended a command (Z1); the exit code. */
function explain(error: unknown, { terminal, folder }: Context): number {
  const { error: red } = terminal.errorPaint;
  if (error instanceof UsageError) {
    terminal.complain(
      `${red("walia:")} ${error.message}\nTry: walia help${error.command === "help" ? "" : ` ${error.command}`}`,
    );
    return ExitCode.Usage;
  }
  if (error instanceof FileTrouble) {
    terminal.complain(`${red("walia:")} ${shownPath(error.path, folder)}: ${error.reason}`);
    return ExitCode.FileTrouble;
  }
  if (error instanceof LimitError) {
    terminal.complain(`${red("walia:")} ${error.message}`);
    return ExitCode.NotChecked;
  }
  const message = error instanceof Error ? error.message : String(error);
  const limit = error instanceof RangeError ? LIMITS.find(([pattern]) => pattern.test(message)) : undefined;
  if (limit !== undefined) {
    terminal.complain(`${red("fault")} LimitExceeded: ${limit[1]}`);
    return ExitCode.Fault;
  }
  terminal.complain(
    [
      `${red("walia: internal error:")} ${message}`,
      "This is a mistake in walia, not in your program. Please report it, with the program if you can, and this line:",
      `  ${versionText()}`,
    ].join("\n"),
  );
  return ExitCode.Fault;
}

/** What the host says when a program asks for more than it can hold. */
const LIMITS: readonly (readonly [RegExp, string])[] = [
  [/^Invalid string length/, "a string would be longer than this machine can hold"],
  [/^Invalid (typed )?array length/, "a List or Bytes would be longer than this machine can hold"],
  [/^Array buffer allocation failed/, "there is not enough memory for these Bytes"],
  [/^(Map|Set) maximum size exceeded/, "a Map would be larger than this machine can hold"],
  [/^Maximum call stack size exceeded/, "something is nested too deeply"],
];

void main();
