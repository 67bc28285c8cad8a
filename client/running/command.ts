// The `walia` command that comes with the extension, started with the editor's own Node or with one that the user names.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { l10n, workspace } from "vscode";
import type { Captured, Conversation, Heard, Invocation, WaliaCommand } from "../platform.ts";

/**
 * Node's options for a larger stack, as bin/walia.js has them: deep recursion is quicker. The main thread on Windows has too
 * little room for it.
 */
export const STACK: string[] = process.platform === "win32" ? [] : ["--stack-size=3900"];

/** The command in the extension's folder. */
export function bundledCommand(extensionPath: string): WaliaCommand {
  const script = join(extensionPath, "bin/walia.js");
  const invocation = (words: readonly string[]): Invocation => {
    const own = workspace.getConfiguration("walia").get<string>("node.path", "");
    return {
      program: own === "" ? process.execPath : own,
      args: [...STACK, script, ...words],
      // Makes a plain Node of the desktop editor's program; others do not know it.
      env: own === "" ? { ELECTRON_RUN_AS_NODE: "1" } : {},
    };
  };
  return {
    invocation,
    capture: (words, folder, signal) => capture(invocation(words), folder, signal),
    converse: (words, folder, heard) => converse(invocation(words), folder, heard),
  };
}

const notStarted = (program: string, message: string): string =>
  l10n.t("cannot start {0}: {1}. The setting walia.node.path says which Node runs programs.", program, message);

function capture({ program, args, env }: Invocation, folder: string, signal: AbortSignal): Promise<Captured> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const stop = (): void => void child.kill();
    signal.addEventListener("abort", stop);
    child.on("error", ({ message }) => reject(new Error(notStarted(program, message))));
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      resolve({ code, output, errors });
    });
    if (signal.aborted) stop();
  });
}

/** Of what it says on standard error so much is kept. */
const MOST_ERRORS = 2000;

function converse({ program, args, env }: Invocation, folder: string, heard: Heard): Conversation {
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env, NO_COLOR: "1" } });
  let isOver = false;
  let errors = "";
  const end = (reason: string): void => {
    if (isOver) return;
    isOver = true;
    heard.end(reason);
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!isOver) heard.line(line);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = `${errors}${text}`.slice(-MOST_ERRORS);
  });
  child.on("error", ({ message }) => end(`walia: ${notStarted(program, message)}`));
  child.on("close", () => end(errors.trim()));
  // What is said to one that has just ended is heard by nobody.
  child.stdin.on("error", () => undefined);
  return {
    say: (line) => void child.stdin.write(`${line}\n`),
    stop: () => {
      isOver = true;
      child.kill();
    },
  };
}
