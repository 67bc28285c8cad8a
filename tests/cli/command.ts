// Starts the real `walia` command, as it was built, in child processes; and makes folders of files for it.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect } from "vitest";
import { plain } from "../../runtime/cli/paint.ts";
import type { Terminal } from "../../runtime/cli/terminal.ts";

const root = resolve(import.meta.dirname, "../..");
export const command = join(root, "bin/walia.js");
const NODE_OPTIONS = ["--stack-size=3900"];

let base = "";

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "walia-cli-"));
  // `npm test` has built it; a test that is run by itself may come first.
  if (!existsSync(join(root, "dist/start.cjs"))) spawnSync(process.execPath, [join(root, "scripts/build.mjs")]);
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

let folders = 0;

/** A new folder with these files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(base, `folder-${++folders}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

export interface Options {
  /** The working folder. */
  readonly in?: string;
  /** What a program keeps stays for its next run; else each run is its first. */
  readonly isKept?: boolean;
  /** Standard input; none unless given. */
  readonly input?: string | Uint8Array;
  /** Standard input is this file instead. */
  readonly inputFile?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `walia` with these words to its end. */
export async function walia(words: readonly string[], options: Options = {}): Promise<Ended> {
  return finish(spawnWalia(words, options), options.input);
}

/** Runs a shell command in which `walia` is the command. */
export async function shell(script: string, options: Options = {}): Promise<Ended> {
  const definition = `walia() { "${process.execPath}" ${NODE_OPTIONS.join(" ")} "${command}" "$@"; }`;
  return finish(spawn("bash", ["-c", `${definition}\n${script}`], settings(options)), options.input);
}

/** Runs a program's text from standard input. */
export async function runText(text: string, options: Options = {}): Promise<Ended> {
  return walia(["run", "-"], { ...options, input: text });
}

/** A terminal for a command in this process, and what is said on it. */
export function recordingTerminal(): { readonly terminal: Terminal; readonly said: { out: string; err: string } } {
  const said = { out: "", err: "" };
  const terminal = {
    paint: plain,
    errorPaint: plain,
    print: (line: string) => {
      said.out += `${line}\n`;
    },
    complain: (line: string) => {
      said.err += `${line}\n`;
    },
  } as Terminal;
  return { terminal, said };
}

/** A command that is still running. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #lines: AsyncIterator<string>;

  constructor(
    readonly child: ChildProcess,
    input: Options["input"],
  ) {
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    this.ended = finish(child, input);
  }

  /** The next line on standard output. */
  async line(): Promise<string | undefined> {
    return (await this.#lines.next()).value;
  }
}

export function startWalia(words: readonly string[], options: Options = {}): Running {
  return new Running(spawnWalia(words, options), options.input);
}

export function spawnWalia(words: readonly string[], options: Options): ChildProcess {
  const [first, ...rest] = words;
  const runs = first === "run" && rest[0] !== "--help";
  const all = runs && options.isKept !== true ? ["run", "--no-wld", ...rest] : words;
  const input = options.inputFile === undefined ? "pipe" : openSync(options.inputFile, "r");
  const child = spawn(process.execPath, [...NODE_OPTIONS, command, ...all], {
    ...settings(options),
    stdio: [input, "pipe", "pipe"],
  });
  if (typeof input === "number") closeSync(input);
  return child;
}

function settings(options: Options): { cwd: string; env: NodeJS.ProcessEnv } {
  const { FORCE_COLOR: _force, NO_COLOR: _no, NODE_OPTIONS: _options, ...inherited } = process.env;
  return { cwd: options.in ?? base, env: { ...inherited, WALIA_CACHE: join(base, "cache"), ...options.env } };
}

function finish(child: ChildProcess, input: string | Uint8Array = ""): Promise<Ended> {
  let out = "";
  let err = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  // A command that reads nothing may be gone before it was written to.
  child.stdin?.on("error", () => undefined).end(input);
  return new Promise((done) => {
    child.once("close", (code, signal) => {
      const ended = { code, signal, out, err };
      expectOurWords(ended);
      done(ended);
    });
  });
}

/** No error, stack or source of the host is ever shown. */
function expectOurWords({ out, err }: Ended): void {
  for (const text of [out, err]) {
    expect(text).not.toMatch(
      /\bat .*\.(cjs|js|mjs|ts):\d+|node:internal|\[object |ReferenceError|SyntaxError|RangeError/,
    );
    expect(text).not.toContain("internal error");
  }
}
