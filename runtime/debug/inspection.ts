// What a client sees of a stopped program: threads, stacks, scopes, variables, and values of expressions. Numbers that stand for frames and
// values are good until the program goes on.

import { basename } from "node:path";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { type Continuation, MapValue, typeName, type Value } from "../engine/values.ts";
import { type LiveTask, TaskState } from "../reactor/task.ts";
import { Refusal } from "./connection.ts";
import { handlersFrom, payloadOf, type Reason } from "./control.ts";
import { isLibrary, type Place } from "./debuggee.ts";
import { look } from "./evaluate.ts";
import type { Execution } from "./execution.ts";
import { type Entry, entriesOf, framesOfContinuation, handlerLabel, waitText } from "./frames.ts";
import { aroundOf, capturesOf, FramePlace, localsOf, selfOf, type Variable, visibleAt } from "./scopes.ts";
import { preview, wholeText } from "./show.ts";
import { type Part, partsOf } from "./values.ts";

/** Suspended tasks that are listed; of the others it is said how many there are. */
const SUSPENDED = 200;
/** Frames that a client gets that does not say how many it wants. */
const FRAMES = 1000;
/** The thread that says how many tasks are not listed. */
const MORE_THREADS = 2 ** 31 - 1;
const PAGE = 10_000;

/** Conversions for a client that counts from 0. */
export interface Client {
  readonly lineBase: 0 | 1;
  readonly columnBase: 0 | 1;
  readonly pathOf: (path: string) => string;
}

/** What a `frameId` stands for. */
interface ShownFrame {
  readonly task: LiveTask;
  readonly place: FramePlace;
}

/** What a `variablesReference` stands for. */
interface Opened {
  readonly indexed: number;
  readonly named: number;
  items(start: number, count: number): Part[];
  fields(): Part[];
  /** The frame in which new values are evaluated. */
  readonly place: FramePlace | null;
  /** The expression that means it. */
  readonly path: string | null;
  /** Opens into these instead. */
  readonly frames?: Continuation;
}

export class Inspection {
  /** By number from 1; a label stands for none. */
  #frames: (ShownFrame | null)[] = [];
  #opened: Opened[] = [];

  constructor(
    readonly execution: Execution,
    readonly client: Client,
  ) {}

  /** The program goes on. */
  forget(): void {
    this.#frames = [];
    this.#opened = [];
  }

  // ---- Threads and stacks ----

  threads(): DebugProtocol.Thread[] {
    const { tasks, stopped } = this.execution.control;
    const active = tasks.filter((task) => task.state !== TaskState.Parked || task === stopped);
    const waiting = tasks.filter((task) => task.state === TaskState.Parked && task !== stopped);
    const first = stopped === null ? [] : [stopped];
    const listed = [
      ...first,
      ...active.filter((task) => task !== stopped).slice(0, SUSPENDED),
      ...waiting.slice(0, SUSPENDED),
    ];
    const threads = listed.map((task) => ({ id: task.id, name: this.#titleOf(task) }));
    const more = tasks.length - listed.length;
    if (more > 0) threads.push({ id: MORE_THREADS, name: `… ${more.toLocaleString("en")} more tasks` });
    // A client takes it that there is one.
    return threads.length > 0 ? threads : [{ id: MORE_THREADS, name: "no task" }];
  }

  #titleOf(task: LiveTask): string {
    const title = task.name === "program" ? "program" : `${task.name} ${task.id}`;
    if (task === this.execution.control.stopped) return title;
    return task.state === TaskState.Parked ? `${title} (${waitText(task)})` : `${title} (ready)`;
  }

  stackTrace(args: DebugProtocol.StackTraceArguments): DebugProtocol.StackTraceResponse["body"] {
    this.#mustBeStopped();
    const task = this.execution.control.task(args.threadId);
    if (task === undefined) return { stackFrames: [], totalFrames: 0 };
    const start = args.startFrame ?? 0;
    const end = start + (args.levels === undefined || args.levels === 0 ? FRAMES : args.levels);
    const stackFrames: DebugProtocol.StackFrame[] = [];
    let index = 0;
    for (const entry of entriesOf(task, (of) => this.#awaiterOf(of))) {
      if (index >= end) return { stackFrames, totalFrames: index + 1 };
      if (index >= start) stackFrames.push(this.#shownEntry(entry));
      index++;
    }
    return { stackFrames, totalFrames: index };
  }

  #awaiterOf(task: LiveTask): LiveTask | undefined {
    return this.execution.control.tasks.find((other) => {
      if (other.request === null || other === task) return false;
      const { f_future: future, f_futures: futures } = other.request;
      return future === task.future || (Array.isArray(futures) && futures.includes(task.future));
    });
  }

  #shownEntry(entry: Entry): DebugProtocol.StackFrame {
    const { places } = this.execution;
    if (entry.kind === "label") {
      const place = entry.of === null ? null : places.ofCode(entry.of, 0);
      return { id: this.#frames.push(null), name: entry.name, presentationHint: "label", ...this.#position(place) };
    }
    const { frame, segment, index, task, name } = entry;
    const isSubtle = isLibrary(frame.code);
    const canRestart = !isSubtle && task === this.execution.control.stopped;
    return {
      id: this.#frames.push({ task, place: new FramePlace(segment, index) }),
      name,
      ...this.#position(places.ofCode(frame.code, frame.at)),
      ...(isSubtle && { presentationHint: "subtle" as const }),
      canRestart,
    };
  }

  #position(
    place: Place | null,
  ): Pick<DebugProtocol.StackFrame, "line" | "column" | "endLine" | "endColumn" | "source"> {
    if (place === null) return { line: 0, column: 0 };
    return { ...this.range(place), source: this.source(place.path) };
  }

  /** A place as the client counts. */
  range({ line, column, endLine, endColumn }: Place): {
    line: number;
    column: number;
    endLine: number;
    endColumn: number;
  } {
    const { lineBase, columnBase } = this.client;
    const lineOf = (n: number): number => n - 1 + lineBase;
    const columnOf = (n: number): number => n - 1 + columnBase;
    return { line: lineOf(line), column: columnOf(column), endLine: lineOf(endLine), endColumn: columnOf(endColumn) };
  }

  source(path: string): DebugProtocol.Source {
    return path.startsWith("walia:")
      ? { name: path, sourceReference: 1, presentationHint: "deemphasize", origin: "library" }
      : { name: basename(path), path: this.client.pathOf(path) };
  }

  /** The frame with this number; null without a number, which means no frame. */
  frame(id: number | undefined): ShownFrame | null {
    if (id === undefined) return null;
    this.#mustBeStopped();
    const frame = this.#frames[id - 1];
    if (frame === undefined) throw new Refusal("this frame is not there any more: the program has gone on");
    return frame;
  }

  #mustBeStopped(): void {
    if (this.execution.control.reason === null) throw new Refusal("the program is running: pause it first");
  }

  // ---- Scopes and variables ----

  scopes({ frameId }: DebugProtocol.ScopesArguments): DebugProtocol.Scope[] {
    const frame = this.frame(frameId);
    if (frame === null) return [];
    const { place } = frame;
    const scopes: DebugProtocol.Scope[] = [];
    const add = (name: string, variables: readonly Variable[], hint?: string): void => {
      if (variables.length === 0 && hint !== "locals") return;
      const reference = this.#open(variables.map(asPart), place);
      scopes.push({
        name,
        variablesReference: reference,
        namedVariables: variables.length,
        expensive: false,
        ...(hint !== undefined && { presentationHint: hint }),
      });
    };
    const reason = this.execution.control.reason;
    const isInnermost = place.index === 0 && place.segment === frame.task.stack;
    if (frame.task === this.execution.control.stopped && isInnermost && reason?.kind === "effect")
      add(`perform ${JSON.stringify(reason.request.site.effect)}`, this.#performing(reason));
    const self = selfOf(place);
    const own = self === undefined ? [] : [{ name: "this", get: () => self, set: () => "`this` cannot be changed" }];
    add("Locals", [...own, ...localsOf(place)], "locals");
    add("Captured", capturesOf(place));
    for (let around = aroundOf(place); around !== null; around = aroundOf(around))
      add(`Locals of ${around.frame.code.name}`, [...localsOf(around), ...capturesOf(around)]);
    const path = place.frame.code.source?.path ?? "";
    add("Program", this.execution.globals(path), "globals");
    return scopes;
  }

  /** The fields of what is about to be performed, and what it is to yield, when somebody says so. */
  #performing({ request }: Extract<Reason, { kind: "effect" }>): Variable[] {
    const { control } = this.execution;
    const fields = Object.entries(payloadOf(request)).map(([name, value]) => ({
      name,
      get: () => value,
      set: () => "the fields of a request cannot be changed",
    }));
    const yields: Variable = {
      name: "(yields)",
      get: () => control.answered,
      set: (value) => {
        control.answer(value);
        return null;
      },
    };
    return [...fields, yields];
  }

  variables(args: DebugProtocol.VariablesArguments): DebugProtocol.Variable[] {
    const opened = this.#reference(args.variablesReference);
    const isHex = args.format?.hex === true;
    const { filter } = args;
    const count = args.count === undefined || args.count === 0 ? PAGE : args.count;
    if (opened.frames !== undefined) return this.#framesOf(opened.frames);
    const items = filter === "named" ? [] : opened.items(args.start ?? 0, count);
    const fields = filter === "indexed" ? [] : opened.fields();
    const page = filter === "named" && args.count ? fields.slice(args.start ?? 0, (args.start ?? 0) + count) : fields;
    return [...page, ...items].map((part) => this.#variable(part, opened, isHex));
  }

  #variable(part: Part, opened: Opened, isHex: boolean): DebugProtocol.Variable {
    const value = part.get();
    const whole = opened.path;
    const path = part.path === null || whole === null ? null : part.path(whole);
    return { name: part.name, ...this.shown(value, opened.place, path, isHex) };
  }

  /** A value as variables and answers show it. */
  shown(
    value: Value,
    place: FramePlace | null,
    path: string | null,
    isHex = false,
  ): Omit<DebugProtocol.Variable, "name"> {
    const parts = partsOf(value);
    const reference =
      parts === null || parts.indexed + parts.named === 0
        ? 0
        : this.#opened.push({ ...parts, place, path, ...(parts.continuation && { frames: parts.continuation }) });
    return {
      value: preview(value, isHex),
      type: typeName(value),
      variablesReference: reference,
      ...(path !== null && { evaluateName: path }),
      ...(parts !== null && parts.indexed > 0 && { indexedVariables: parts.indexed }),
      ...(parts !== null && parts.named > 0 && { namedVariables: parts.named }),
    };
  }

  /** A continuation's frames, each with its variables. */
  #framesOf(continuation: Continuation): DebugProtocol.Variable[] {
    return framesOfContinuation(continuation).map(({ name, segment, index, frame }, number) => {
      const place = new FramePlace(segment, index);
      const fixed = [...localsOf(place), ...capturesOf(place)].map((variable) => ({
        ...asPart(variable),
        set: () => "a continuation never changes",
      }));
      const at = this.execution.places.ofCode(frame.code, frame.at);
      return {
        name: `[${number}] ${name}`,
        value: at === null ? "" : `${basename(at.path)}:${at.line}`,
        variablesReference: fixed.length === 0 ? 0 : this.#open(fixed, null),
        namedVariables: fixed.length,
      };
    });
  }

  #open(parts: readonly Part[], place: FramePlace | null): number {
    const opened = { indexed: 0, named: parts.length, items: () => [], fields: () => [...parts], place, path: "" };
    return this.#opened.push(opened);
  }

  #reference(reference: number): Opened {
    this.#mustBeStopped();
    const opened = this.#opened[reference - 1];
    if (opened === undefined) throw new Refusal("this value is not there any more: the program has gone on");
    return opened;
  }

  setVariable(args: DebugProtocol.SetVariableArguments): Omit<DebugProtocol.Variable, "name"> {
    const opened = this.#reference(args.variablesReference);
    const part = opened.fields().find(({ name }) => name === args.name) ?? this.#itemNamed(opened, args.name);
    if (part === undefined) throw new Refusal(`there is nothing named ${args.name} here`);
    const result = this.execution.evaluate(args.value, opened.place, false);
    if (result.kind === "error") throw new Refusal(result.message);
    const refusal = part.set(result.value);
    if (refusal !== null) throw new Refusal(refusal);
    return this.shown(part.get(), opened.place, null, args.format?.hex === true);
  }

  #itemNamed(opened: Opened, name: string): Part | undefined {
    const index = /^\[(\d+)\]$/.exec(name)?.[1];
    if (index !== undefined) {
      const [item] = opened.items(Number(index), 1);
      if (item?.name === name) return item;
    }
    return opened.items(0, opened.indexed).find((item) => item.name === name);
  }

  // ---- Expressions ----

  evaluate(args: DebugProtocol.EvaluateArguments): DebugProtocol.EvaluateResponse["body"] {
    const frame = this.frame(args.frameId);
    const place = frame?.place ?? null;
    const isHex = args.format?.hex === true;
    if (args.context === "hover") return this.#hover(args.expression, place, isHex);
    this.#mustBeStopped();
    const result = this.execution.evaluate(args.expression, place, true);
    if (result.kind === "error") throw new Refusal(result.message);
    const isWhole = args.context === "clipboard" || args.context === "repl";
    return this.#result(result.value, place, args.expression, isHex, isWhole);
  }

  /** W4 of evaluate.ts */
  #hover(text: string, place: FramePlace | null, isHex: boolean): DebugProtocol.EvaluateResponse["body"] {
    this.#mustBeStopped();
    const scope = this.execution.scopeAt(place);
    const found = look(text, scope, (name) => this.execution.globals(scope.path).find((each) => each.name === name));
    if (found === undefined) throw new Refusal(`${text} is not a variable here`);
    return this.#result(found.value, place, text, isHex, false);
  }

  #result(
    value: Value,
    place: FramePlace | null,
    path: string,
    isHex: boolean,
    isWhole: boolean,
  ): DebugProtocol.EvaluateResponse["body"] {
    const { value: short, ...rest } = this.shown(value, place, path, isHex);
    return { result: isWhole ? wholeText(value, isHex) : short, ...rest };
  }

  setExpression(args: DebugProtocol.SetExpressionArguments): Omit<DebugProtocol.Variable, "name"> {
    const place = this.frame(args.frameId)?.place ?? null;
    this.#mustBeStopped();
    const result = this.execution.evaluate(`${args.expression} = (${args.value})`, place, true);
    if (result.kind === "error") throw new Refusal(result.message);
    return this.shown(result.value, place, args.expression, args.format?.hex === true);
  }

  /** Names that may follow what is written in the console so far. */
  completions(args: DebugProtocol.CompletionsArguments): DebugProtocol.CompletionItem[] {
    const { lineBase, columnBase } = this.client;
    const line = args.text.split(/\r?\n/)[args.line === undefined ? 0 : args.line - lineBase] ?? "";
    const before = line.slice(0, Math.max(0, args.column - columnBase));
    const [, object, prefix = ""] =
      /(?:((?:[A-Za-z_]\w*|\[\d+\])(?:\.[A-Za-z_]\w*|\[\d+\])*)\.)?([A-Za-z_]\w*)?$/.exec(before) ?? [];
    // Behind a dot there are only fields, of what can be looked up.
    if (object === undefined && /\.\s*$/.test(before.slice(0, before.length - prefix.length))) return [];
    const place = this.frame(args.frameId)?.place ?? null;
    const item = (label: string, type: DebugProtocol.CompletionItemType): DebugProtocol.CompletionItem => ({
      label,
      type,
      start: before.length - prefix.length + columnBase,
      length: prefix.length,
    });
    const fits = (name: string): boolean => name.startsWith(prefix);
    const scope = this.execution.scopeAt(place);
    const globals = this.execution.globals(scope.path);
    if (object !== undefined) {
      const found = look(object, scope, (name) => globals.find((each) => each.name === name));
      if (found === undefined) return [];
      const parts = partsOf(found.value);
      const keys = found.value instanceof MapValue ? (parts?.items(0, PAGE) ?? []) : (parts?.fields() ?? []);
      return keys
        .map(({ name }) => name)
        .filter((name) => fits(name) && /^\w+$/.test(name))
        .map((name) => item(name, "field"));
    }
    const variables = [...visibleNames(place), ...globals.map(({ name }) => name)].filter(fits);
    const functions = this.execution.debuggee.program.units
      .filter(({ kind, file, name }) => kind === "function" && !file.startsWith("walia:") && /^\w+$/.test(name))
      .map(({ name }) => name);
    return [
      ...[...new Set(variables)].map((name) => item(name, "variable")),
      ...[...new Set(functions)]
        .filter((name) => fits(name) && name !== "function")
        .map((name) => item(name, "function")),
    ];
  }

  // ---- Faults ----

  exceptionInfo({ threadId }: DebugProtocol.ExceptionInfoArguments): DebugProtocol.ExceptionInfoResponse["body"] {
    const { control } = this.execution;
    const { reason, stopped } = control;
    if (stopped?.id !== threadId || reason === null || (reason.kind !== "fault" && reason.kind !== "unhandled effect"))
      throw new Refusal("this task has not stopped at a fault");
    const isFault = reason.kind === "fault";
    const kind = isFault ? reason.fault.kind : "UnhandledEffect";
    const effect = isFault ? "FAULT" : reason.request.site.effect;
    const message = isFault ? reason.fault.message : `nobody handles the effect ${JSON.stringify(effect)}`;
    const handlers = handlersFrom(stopped.stack!).map(({ handler }) => {
      const place = this.execution.places.ofCode(handler!.code, 0);
      const label = handlerLabel(handler!).name;
      return place === null ? label : `${label} (${basename(place.path)}:${place.line})`;
    });
    const searched =
      handlers.length === 0 ? "there is no handler" : `handlers, innermost first: ${handlers.join(", ")}`;
    const outcome = isFault && reason.isHandled ? "a handler answers it" : `none handles ${JSON.stringify(effect)}`;
    return {
      exceptionId: kind,
      description: message,
      breakMode: isFault && reason.isHandled ? "always" : "unhandled",
      details: { typeName: kind, message: `${message}\n${searched}; ${outcome}` },
    };
  }
}

function visibleNames(place: FramePlace | null): string[] {
  return place === null ? [] : visibleAt(place).map(({ name }) => name);
}

/** A variable that is hidden by another of its name has no expression. */
const asPart = (variable: Variable): Part => ({
  ...variable,
  path: /^\w+$/.test(variable.name) ? () => variable.name : null,
});
