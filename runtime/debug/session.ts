// A session of the Debug Adapter Protocol: one client, one program at a time, on one thread. The program runs in turns of a few
// milliseconds, and messages are answered between them.
//
//   initialize ─> launch ─> "initialized" ─> breakpoints … configurationDone ─> the program runs ─> "exited", "terminated" ─> disconnect
//
// S1. `launch` is answered when the program is compiled and in the engine, so breakpoints are placed where its statements are.
// S2. A run that has been ended or started again says nothing more (`#run`).
// S3. Tests run one after another, each in a state of its own; the session ends after the last.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { Frame } from "../engine/segments.ts";
import { Cell } from "../engine/values.ts";
import type { LiveTask } from "../reactor/task.ts";
import { checkArguments } from "./arguments.ts";
import { type Asked, type AskedName, type Breakpoint, Breakpoints } from "./breakpoints.ts";
import { CAPABILITIES, FILTERS } from "./capabilities.ts";
import { Connection, Refusal } from "./connection.ts";
import { DEFAULT_FILTERS, type Filters, NO_FILTERS, type Reason } from "./control.ts";
import type { Place } from "./debuggee.ts";
import { Execution } from "./execution.ts";
import { type Client, Inspection } from "./inspection.ts";
import { type Case, type LaunchArguments, launchArguments, type Prepare } from "./launch.ts";
import type { StepKind } from "./stepping.ts";

/** Arguments come from a client; what a handler rests on has been checked (arguments.ts). */
type Requests = { readonly [command: string]: (args: never) => unknown };

export class Session {
  readonly #prepare: Prepare;
  readonly #connection: Connection;
  readonly #breakpoints = new Breakpoints(null);
  #client: Client | null = null;
  #launched: { readonly args: LaunchArguments; cases: readonly Case[] } | null = null;
  #execution: Execution | null = null;
  #inspection: Inspection | null = null;
  #isConfigured = false;
  /** S2 */
  #run = 0;

  constructor(input: Readable, output: Writable, prepare: Prepare) {
    this.#prepare = prepare;
    this.#connection = new Connection(input, output, (command, args) => this.#answer(command, args));
  }

  /** Serves until the client is gone; why that was, unless it said goodbye. */
  async serve(): Promise<string | undefined> {
    const trouble = await this.#connection.ended;
    this.#stopRun();
    return trouble;
  }

  #answer(command: string, args: unknown): unknown {
    const handler = Object.hasOwn(this.#requests, command) ? this.#requests[command] : undefined;
    if (handler === undefined) throw new Refusal(`the debugger does not know the request ${JSON.stringify(command)}`);
    if (this.#client === null && command !== "initialize" && command !== "disconnect")
      throw new Refusal(`"initialize" must come before ${JSON.stringify(command)}`);
    const given = (typeof args === "object" && args !== null ? args : {}) as Record<string, unknown>;
    checkArguments(command, given);
    return handler(given as never);
  }

  readonly #requests: Requests = {
    initialize: (args: DebugProtocol.InitializeRequestArguments) => this.#initialize(args),
    launch: (args: object) => this.#launch(args),
    attach: () => {
      throw new Refusal("a running program cannot be attached to: launch it");
    },
    setBreakpoints: (args: DebugProtocol.SetBreakpointsArguments) => this.#setBreakpoints(args),
    setFunctionBreakpoints: (args: DebugProtocol.SetFunctionBreakpointsArguments) => this.#setNames(args),
    setExceptionBreakpoints: (args: DebugProtocol.SetExceptionBreakpointsArguments) => this.#setFilters(args),
    breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) => this.#locations(args),
    configurationDone: () => this.#configured(),
    threads: () => ({ threads: this.#looking().threads() }),
    stackTrace: (args: DebugProtocol.StackTraceArguments) => this.#looking().stackTrace(args),
    scopes: (args: DebugProtocol.ScopesArguments) => ({ scopes: this.#looking().scopes(args) }),
    variables: (args: DebugProtocol.VariablesArguments) => ({ variables: this.#looking().variables(args) }),
    setVariable: (args: DebugProtocol.SetVariableArguments) => this.#looking().setVariable(args),
    setExpression: (args: DebugProtocol.SetExpressionArguments) => this.#looking().setExpression(args),
    evaluate: (args: DebugProtocol.EvaluateArguments) => this.#looking().evaluate(args),
    completions: (args: DebugProtocol.CompletionsArguments) => ({ targets: this.#looking().completions(args) }),
    exceptionInfo: (args: DebugProtocol.ExceptionInfoArguments) => this.#looking().exceptionInfo(args),
    source: () => ({ content: this.#running().places.textOf("walia:prelude") ?? "", mimeType: "text/x-walia" }),
    loadedSources: () => ({ sources: this.#running().places.paths.map((path) => this.#looking().source(path)) }),
    continue: () => this.#goOn(),
    next: (args: DebugProtocol.NextArguments) => this.#step(args, "next"),
    stepIn: (args: DebugProtocol.StepInArguments) => this.#step(args, "stepIn"),
    stepOut: (args: DebugProtocol.StepOutArguments) => this.#step(args, "stepOut"),
    pause: () => this.#running().control.pause(),
    restartFrame: (args: DebugProtocol.RestartFrameArguments) => this.#restartFrame(args),
    terminateThreads: (args: DebugProtocol.TerminateThreadsArguments) => this.#cancel(args),
    restart: () => this.#restart(),
    terminate: () => this.#terminate(),
    disconnect: () => {
      this.#stopRun();
      this.#connection.close();
    },
  };

  // ---- Beginning ----

  #initialize(args: DebugProtocol.InitializeRequestArguments): DebugProtocol.Capabilities {
    if (this.#client !== null) throw new Refusal('"initialize" comes once');
    const isUri = args.pathFormat === "uri";
    this.#client = {
      lineBase: args.linesStartAt1 === false ? 0 : 1,
      columnBase: args.columnsStartAt1 === false ? 0 : 1,
      pathOf: (path) => (isUri ? pathToFileURL(path).href : path),
    };
    return CAPABILITIES;
  }

  /** S1 */
  async #launch(given: object): Promise<void> {
    if (this.#launched !== null) throw new Refusal("a program is launched already");
    const args = launchArguments(given);
    this.#launched = { args, cases: await this.#prepared(args) };
    this.#load(this.#launched.cases[0]!);
    this.#connection.event("initialized");
  }

  async #prepared(args: LaunchArguments): Promise<readonly Case[]> {
    const prepared = await this.#prepare(args);
    if (prepared.kind === "ready") return prepared.cases;
    this.#output("stderr", `${prepared.text}\n`, null);
    const errors = prepared.count === 1 ? "an error" : `${prepared.count} errors`;
    throw new Refusal(`the program has ${errors}; see the debug console`);
  }

  /** Puts a program into the engine. */
  #load({ load }: Case): void {
    const { args } = this.#launched!;
    const run = ++this.#run;
    this.#execution = new Execution(
      load(),
      this.#breakpoints,
      {
        output: (category, text, place) => run === this.#run && this.#output(category, text, place),
        stopped: (task, reason) => run === this.#run && this.#stopped(task, reason),
      },
      args.args,
    );
    this.#inspection = new Inspection(this.#execution, this.#client!);
    for (const breakpoint of this.#breakpoints.placeAgain(this.#execution.places))
      this.#connection.event("breakpoint", { reason: "changed", breakpoint: this.#shownBreakpoint(breakpoint) });
    this.#useFilters();
  }

  #configured(): void {
    if (this.#launched === null) throw new Refusal('"launch" must come before "configurationDone"');
    if (this.#isConfigured) throw new Refusal('"configurationDone" comes once');
    this.#isConfigured = true;
    void this.#runAll();
  }

  /** S3 */
  async #runAll(): Promise<void> {
    const { args, cases } = this.#launched!;
    let failed = 0;
    for (const [index, each] of cases.entries()) {
      if (index > 0) this.#load(each);
      const run = this.#run;
      const execution = this.#execution!;
      if (args.stopOnEntry && !args.noDebug && index === 0) execution.control.stopOnEntry();
      const code = await execution.run(!args.noDebug);
      if (run !== this.#run) return;
      if (code !== 0) failed++;
      if (each.title !== null) this.#output("console", `${code === 0 ? "✓" : "✗"} ${each.title}\n`, null);
      if (index === cases.length - 1) this.#ended(each.title === null ? code : failed > 0 ? 1 : 0);
    }
  }

  #ended(exitCode: number): void {
    this.#connection.event("exited", { exitCode });
    this.#connection.event("terminated");
  }

  // ---- Ending ----

  /** S2 */
  #stopRun(): void {
    this.#run++;
    this.#execution?.reactor.finish(0);
  }

  #terminate(): void {
    const wasRunning = this.#execution !== null && this.#execution.reactor.exitCode === null;
    this.#stopRun();
    if (wasRunning) this.#connection.event("terminated");
  }

  /** The files are read anew. */
  async #restart(): Promise<void> {
    if (this.#launched === null) throw new Refusal("nothing is launched yet");
    this.#stopRun();
    this.#launched.cases = await this.#prepared(this.#launched.args);
    this.#load(this.#launched.cases[0]!);
    if (this.#isConfigured) void this.#runAll();
  }

  #cancel({ threadIds }: DebugProtocol.TerminateThreadsArguments): void {
    const { control, reactor } = this.#running();
    for (const id of threadIds ?? []) {
      const task = control.task(id);
      if (task !== undefined) reactor.cancel(task);
    }
  }

  // ---- Breakpoints ----

  #setBreakpoints(args: DebugProtocol.SetBreakpointsArguments): DebugProtocol.SetBreakpointsResponse["body"] {
    const path = this.#pathOf(args.source);
    const { lineBase, columnBase } = this.#client!;
    const asked = (args.breakpoints ?? []).map(
      ({ line, column, condition, hitCondition, logMessage }): Asked => ({
        line: line + 1 - lineBase,
        column: column === undefined ? undefined : column + 1 - columnBase,
        condition,
        hits: hitCondition,
        log: logMessage,
      }),
    );
    const set = this.#breakpoints.setInFile(path, asked, this.#hasChanged(path));
    this.#execution?.arm();
    return { breakpoints: set.map((each) => this.#shownBreakpoint(each)) };
  }

  #pathOf({ path }: DebugProtocol.Source): string {
    if (typeof path !== "string") throw new Refusal("a breakpoint needs the path of its file");
    return resolve(path.startsWith("file:") ? fileURLToPath(path) : path).replaceAll("\\", "/");
  }

  /** Does the file read differently now than when the program was started? */
  #hasChanged(path: string): boolean {
    const text = this.#execution?.places.textOf(path);
    if (text === undefined) return false;
    try {
      return readFileSync(path, "utf8").replace(/^\uFEFF/, "") !== text;
    } catch {
      return true;
    }
  }

  #setNames(args: DebugProtocol.SetFunctionBreakpointsArguments): DebugProtocol.SetFunctionBreakpointsResponse["body"] {
    const asked = (args.breakpoints ?? []).map(
      ({ name, condition, hitCondition }): AskedName => ({ name: String(name), condition, hits: hitCondition }),
    );
    const set = this.#breakpoints.setNames(asked);
    this.#execution?.arm();
    return { breakpoints: set.map((each) => this.#shownBreakpoint(each)) };
  }

  #shownBreakpoint({ id, isVerified, message, place }: Breakpoint): DebugProtocol.Breakpoint {
    return {
      id,
      verified: isVerified,
      ...(message !== undefined && { message }),
      ...(place !== null && { ...this.#looking().range(place), source: this.#looking().source(place.path) }),
    };
  }

  /** As the client has set them. */
  #filters: Filters = DEFAULT_FILTERS;

  #setFilters({ filters }: DebugProtocol.SetExceptionBreakpointsArguments): void {
    const unknown = filters.find((name) => FILTERS.every(({ filter }) => filter !== name));
    if (unknown !== undefined) throw new Refusal(`there is no exception filter ${JSON.stringify(unknown)}`);
    this.#filters = {
      unhandledFaults: filters.includes("unhandled"),
      allFaults: filters.includes("all"),
      unhandledEffects: filters.includes("effects"),
    };
    this.#useFilters();
  }

  #useFilters(): void {
    if (this.#execution !== null)
      this.#execution.control.filters = this.#launched!.args.noDebug ? NO_FILTERS : this.#filters;
  }

  #locations(args: DebugProtocol.BreakpointLocationsArguments): DebugProtocol.BreakpointLocationsResponse["body"] {
    const { lineBase } = this.#client!;
    const line = args.line + 1 - lineBase;
    const endLine = args.endLine === undefined ? line : args.endLine + 1 - lineBase;
    const places = this.#breakpoints.locations(this.#pathOf(args.source), line, endLine);
    const starts = new Map(places.map((place) => [`${place.line}:${place.column}`, place]));
    return {
      breakpoints: [...starts.values()].map((place) => {
        const { line: at, column } = this.#looking().range(place);
        return { line: at, column };
      }),
    };
  }

  // ---- Stopping and going on ----

  #stopped(task: LiveTask | null, reason: Reason): void {
    const ids = "ids" in reason ? { hitBreakpointIds: reason.ids } : {};
    const text = reasonText(reason);
    this.#connection.event("stopped", {
      reason: REASONS[reason.kind],
      allThreadsStopped: true,
      ...(task !== null && { threadId: task.id }),
      ...(text !== undefined && { description: text, text }),
      ...ids,
    });
  }

  #goOn(): DebugProtocol.ContinueResponse["body"] {
    this.#stoppedOnly();
    this.#inspection?.forget();
    this.#running().control.proceed();
    return { allThreadsContinued: true };
  }

  #step({ threadId }: { readonly threadId: number }, kind: StepKind): void {
    this.#stoppedOnly();
    const { control } = this.#running();
    const task = control.task(threadId);
    if (task === undefined) throw new Refusal("this task has ended");
    this.#inspection?.forget();
    control.proceed({ task, kind });
  }

  #stoppedOnly(): void {
    if (this.#running().control.reason === null) throw new Refusal("the program is running");
  }

  /** A function of the stopped task begins again, with what its parameters hold now. What it has changed elsewhere stays changed. */
  #restartFrame({ frameId }: DebugProtocol.RestartFrameArguments): void {
    const { control } = this.#running();
    const frame = this.#looking().frame(frameId);
    if (frame === null || frame.task !== control.stopped || frame.task.request?.site.effect !== "stopped")
      throw new Refusal("only a frame of the task that has stopped can begin again");
    const { segment, frame: old } = frame.place;
    const { code, at, slots } = old;
    const held = code.points[at]!.slots;
    const given = code.points[0]!.slots.map((name) => held.indexOf(name === "k" ? "continuation" : name));
    if (code.source === null || given.includes(-1))
      throw new Refusal("what this frame began with is not there any more");
    const args = given.map((index, i) => {
      const value = slots[index];
      return value instanceof Cell && code.points[0]!.slots[i] !== "self" ? value.v : value;
    });
    const fresh = Frame.of(code, 0, args);
    fresh.next = old.next;
    segment.frames = fresh;
    frame.task.stack = segment;
    this.#inspection?.forget();
    control.beginAgain(frame.task);
  }

  // ---- Telling ----

  #output(category: "stdout" | "stderr" | "console", output: string, place: Place | null): void {
    const where =
      place === null || this.#inspection === null
        ? {}
        : { source: this.#inspection.source(place.path), ...withoutEnd(this.#inspection.range(place)) };
    this.#connection.event("output", { category, output, ...where });
  }

  #running(): Execution {
    if (this.#execution === null) throw new Refusal("nothing is launched yet");
    if (this.#execution.reactor.exitCode !== null) throw new Refusal("the program has ended");
    return this.#execution;
  }

  #looking(): Inspection {
    if (this.#inspection === null) throw new Refusal("nothing is launched yet");
    return this.#inspection;
  }
}

const REASONS: Readonly<Record<Reason["kind"], string>> = {
  entry: "entry",
  step: "step",
  pause: "pause",
  restart: "restart",
  breakpoint: "breakpoint",
  "function breakpoint": "function breakpoint",
  effect: "function breakpoint",
  fault: "exception",
  "unhandled effect": "exception",
};

function reasonText(reason: Reason): string | undefined {
  switch (reason.kind) {
    case "effect":
      return `performs ${JSON.stringify(reason.request.site.effect)}`;
    case "fault":
      return `${reason.fault.kind}: ${reason.fault.message}`;
    case "unhandled effect":
      return `nobody handles ${JSON.stringify(reason.request.site.effect)}`;
    default:
      return undefined;
  }
}

const withoutEnd = ({ line, column }: { readonly line: number; readonly column: number }) => ({ line, column });
