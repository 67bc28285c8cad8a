// A client of the debug adapter for tests: of the built command in a process of its own, or of a session in the test's own process,
// which is spoken to in the same way and starts sooner. Every message that comes is checked for the form that the protocol gives it.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PassThrough, type Readable, type Writable } from "node:stream";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { afterAll, expect } from "vitest";
import { openCache } from "../../cache/cache.ts";
import { debugSession } from "../../runtime/cli/debug.ts";
import { Terminal } from "../../runtime/cli/terminal.ts";

const COMMAND = resolve(import.meta.dirname, "../../bin/walia.js");
/** What was parsed is kept from one client of a test file to the next. */
const CACHE = mkdtempSync(join(tmpdir(), "walia-debug-cache-"));
const cache = openCache(CACHE, "tests");
const terminal = new Terminal();
afterAll(() => rmSync(CACHE, { recursive: true, force: true }));

type Message = DebugProtocol.Response | DebugProtocol.Event;
// biome-ignore lint/suspicious/noExplicitAny: bodies are looked at as the protocol has them, test by test.
export type Body = any;

/** A request that was refused. */
export class Refused extends Error {}

export class Client {
  readonly folder = mkdtempSync(join(tmpdir(), "walia-debug-"));
  readonly #input: Writable;
  /** Events that nobody has waited for yet. */
  readonly #events: DebugProtocol.Event[] = [];
  readonly #answers = new Map<number, (response: DebugProtocol.Response) => void>();
  #waiting: { readonly names: readonly string[]; readonly found: (event: DebugProtocol.Event) => void } | null = null;
  #bytes: Buffer = Buffer.alloc(0);
  #sequence = 0;
  /** Everything that the program and the debugger have put out, by category. */
  readonly output: Record<"stdout" | "stderr" | "console" | "important", string> = {
    stdout: "",
    stderr: "",
    console: "",
    important: "",
  };
  readonly outputs: DebugProtocol.OutputEvent["body"][] = [];
  errors = "";
  readonly ended: Promise<number | null>;

  constructor(files: Readonly<Record<string, string>> = {}, isProcess = false) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
    const [input, output, ended] = isProcess ? this.#startProcess() : this.#startSession();
    this.#input = input;
    this.ended = ended;
    output.on("data", (chunk: Buffer) => this.#received(chunk));
  }

  #startProcess(): [Writable, Readable, Promise<number | null>] {
    const env = { ...process.env, WALIA_CACHE: CACHE };
    const child = spawn(process.execPath, [COMMAND, "debug"], { cwd: this.folder, env });
    child.stderr.on("data", (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    child.stdin.on("error", () => undefined);
    return [child.stdin, child.stdout, new Promise((found) => child.on("close", found))];
  }

  #startSession(): [Writable, Readable, Promise<number | null>] {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const context = { folder: this.folder, terminal, cache };
    const ended = debugSession(input, output, context).serve();
    return [input, output, ended.then((trouble) => (trouble === undefined ? 0 : 64))];
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  #received(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/^Content-Length: (\d+)$/.exec(this.#bytes.toString("latin1", 0, end))![1]);
      if (this.#bytes.length < end + 4 + length) return;
      const text = this.#bytes.toString("utf8", end + 4, end + 4 + length);
      this.#bytes = this.#bytes.subarray(end + 4 + length);
      this.#take(JSON.parse(text) as Message);
    }
  }

  #take(message: Message): void {
    expect(message.seq).toBeGreaterThan(0);
    // No answer ever shows where in our code something went wrong.
    expect(JSON.stringify(message)).not.toMatch(/\bat \S+ \(.*(walia\.cjs|node:)/);
    if (message.type === "response") {
      const response = message as DebugProtocol.Response;
      expect(typeof response.success).toBe("boolean");
      const answer = this.#answers.get(response.request_seq);
      expect(answer, "an answer to no request").toBeDefined();
      this.#answers.delete(response.request_seq);
      answer!(response);
      return;
    }
    const event = message as DebugProtocol.Event;
    expect(event.type).toBe("event");
    if (event.event === "output") {
      const { category, output } = event.body as { category: keyof Client["output"]; output: string };
      this.output[category] += output;
      this.outputs.push(event.body);
    }
    if (this.#waiting?.names.includes(event.event)) {
      const { found } = this.#waiting;
      this.#waiting = null;
      found(event);
    } else this.#events.push(event);
  }

  write(bytes: string): void {
    this.#input.write(bytes);
  }

  /** The body of the answer; throws Refused. */
  async request(command: string, args?: object): Promise<Body> {
    const seq = ++this.#sequence;
    const text = JSON.stringify({ seq, type: "request", command, arguments: args });
    const answer = new Promise<DebugProtocol.Response>((found) => this.#answers.set(seq, found));
    this.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    const response = await answer;
    expect(response.command).toBe(command);
    if (response.success) return response.body;
    throw new Refused(response.message);
  }

  /** The next event of one of these names, also one that has come before. */
  async event(...names: readonly string[]): Promise<Body> {
    const at = this.#events.findIndex(({ event }) => names.includes(event));
    if (at >= 0) return this.#events.splice(at, 1)[0]!.body;
    const event = new Promise<DebugProtocol.Event>((found) => {
      this.#waiting = { names, found };
    });
    return (await event).body;
  }

  /** Launches main.wal, unless told otherwise, up to the point where breakpoints are set. */
  async launch(args: object = {}): Promise<void> {
    await this.request("initialize", {
      adapterID: "walia",
      linesStartAt1: true,
      columnsStartAt1: true,
      pathFormat: "path",
    });
    await this.request("launch", { program: this.path("main.wal"), ...args });
    await this.event("initialized");
  }

  /** Sets breakpoints on lines, or with more, in a file. */
  async breakpoints(lines: readonly (number | object)[], file = "main.wal"): Promise<DebugProtocol.Breakpoint[]> {
    const breakpoints = lines.map((line) => (typeof line === "number" ? { line } : line));
    return (await this.request("setBreakpoints", { source: { path: this.path(file) }, breakpoints })).breakpoints;
  }

  run(): Promise<void> {
    return this.request("configurationDone");
  }

  /** Where the program stops next: "reason name:line", and the thread. */
  async stop(): Promise<{ readonly at: string; readonly thread: number; readonly body: Body }> {
    const body = await this.event("stopped");
    expect(body.allThreadsStopped).toBe(true);
    const { stackFrames } = await this.request("stackTrace", { threadId: body.threadId });
    const top = stackFrames.find(({ presentationHint }: Body) => presentationHint === undefined);
    return { at: `${body.reason} ${top?.name}:${top?.line}`, thread: body.threadId, body };
  }

  /** The stack of a thread: "name:line", labels in brackets, library frames in parentheses. */
  async stack(threadId: number): Promise<string[]> {
    const { stackFrames } = await this.request("stackTrace", { threadId });
    return stackFrames.map(({ name, line, presentationHint }: Body) => {
      const text = line === 0 ? name : `${name}:${line}`;
      return presentationHint === "label" ? `[${text}]` : presentationHint === "subtle" ? `(${name})` : text;
    });
  }

  /** The number of the frame that is `index` frames from the top, labels counted. */
  async frame(threadId: number, index = 0): Promise<number> {
    const { stackFrames } = await this.request("stackTrace", { threadId });
    return stackFrames[index].id;
  }

  /** Scopes of a frame, each with its variables as "name = value". */
  async scopes(frameId: number): Promise<Record<string, string[]>> {
    const { scopes } = await this.request("scopes", { frameId });
    const all: Record<string, string[]> = {};
    for (const { name, variablesReference } of scopes)
      all[name] = (await this.variables(variablesReference)).map(({ name: of, value }) => `${of} = ${value}`);
    return all;
  }

  async variables(variablesReference: number, more: object = {}): Promise<DebugProtocol.Variable[]> {
    return (await this.request("variables", { variablesReference, ...more })).variables;
  }

  async evaluate(expression: string, frameId?: number, context = "repl"): Promise<string> {
    return (await this.request("evaluate", { expression, frameId, context })).result;
  }

  /** Goes on to the end; the exit code. */
  async finish(): Promise<number> {
    const { exitCode } = await this.event("exited");
    await this.event("terminated");
    return exitCode;
  }

  /** Says nothing more, without a goodbye. */
  hangUp(): void {
    this.#input.end();
  }

  /** Ends the debugger, and takes its folder away. */
  async close(): Promise<number | null> {
    this.hangUp();
    const code = await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}
