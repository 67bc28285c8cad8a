// `walia lsp`: the language server, dist/server.js, in a process of its own that talks over this one's input and output. It is
// no part of the command's bundle, which is started as a script and cannot load modules.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "./context.ts";
import { ExitCode } from "./exit-codes.ts";
import { FileTrouble, UsageError } from "./trouble.ts";

const CHANNEL = /^--(stdio|socket=\d+|pipe=.+|clientProcessId=\d+)$/;

export async function lsp(words: readonly string[], _context: Context): Promise<number> {
  const unknown = words.find((word) => !CHANNEL.test(word));
  if (unknown !== undefined) throw new UsageError("lsp", `lsp does not know ${unknown}`);
  // Beside the command's own bundle.
  const server = join(__dirname, "server.js");
  if (!existsSync(server)) throw new FileTrouble(server, "the language server is not there: run npm run build");
  const child = spawn(process.execPath, ["--stack-size=3900", server, ...words], { stdio: "inherit" });
  // Who ends this process means the server.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("error", () => resolve(ExitCode.FileTrouble));
    child.on("exit", (code) => resolve(code ?? ExitCode.Fine));
  });
}
