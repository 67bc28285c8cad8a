// One run of a program under the debugger: its reactor, its control, its breakpoints, and what it tells the client of itself.

import { E } from "../engine/machine.ts";
import type { EffectRequest } from "../engine/values.ts";
import { Reactor } from "../reactor/shard.ts";
import type { LiveTask } from "../reactor/task.ts";
import type { Breakpoints, Hit } from "./breakpoints.ts";
import { Control, payloadOf, type Reason } from "./control.ts";
import { type Debuggee, type Place, Places } from "./debuggee.ts";
import { type Evaluated, Evaluator, type Scope } from "./evaluate.ts";
import { ownFrameOf, pinnedStack } from "./frames.ts";
import { OutputDriver } from "./output.ts";
import { FramePlace, selfOf, type Variable, visibleAt } from "./scopes.ts";

/** What is told of a run. `place`: where in the program it comes from, if that is known. */
export interface Told {
  output(category: "stdout" | "stderr" | "console", text: string, place: Place | null): void;
  stopped(task: LiveTask | null, reason: Reason): void;
}

export class Execution {
  readonly places: Places;
  readonly control: Control;
  readonly evaluator: Evaluator;
  readonly reactor: Reactor;
  readonly #driver: OutputDriver;

  constructor(
    readonly debuggee: Debuggee,
    readonly breakpoints: Breakpoints,
    readonly told: Told,
    args: readonly string[],
  ) {
    this.places = new Places(debuggee);
    this.evaluator = new Evaluator(debuggee);
    const { probes } = debuggee;
    const units = debuggee.program.probes.map(({ unit }) => unit);
    this.control = new Control(probes, units, {
      reached: (task, probe) =>
        this.#reasonOf(
          this.breakpoints.atProbe(probe, (text) => this.#inTask(text, task)),
          task,
          null,
        ),
      performs: (task, request) =>
        this.#reasonOf(
          this.breakpoints.atEffect(request.site.effect, (text) => this.#inTask(text, task, request)),
          task,
          request,
        ),
      stopped: (task, reason) => {
        this.#driver.flush();
        told.stopped(task, reason);
      },
    });
    this.#driver = new OutputDriver((stream, lines) =>
      told.output(stream === 1 ? "stdout" : "stderr", lines, this.#printedAt()),
    );
    this.reactor = new Reactor({
      driver: this.#driver,
      engine: this.control.engine,
      ports: debuggee.ports,
      args,
      input: "",
      isInterruptible: true,
      print: (line) => told.output("stdout", `${line}\n`, this.#printedAt()),
      onUnhandledFault: (fault, task) => told.output("stderr", `${debuggee.faultText(fault, task)}\n`, null),
    });
    this.control.reactor = this.reactor;
  }

  /** Breakpoints have changed. */
  arm(): void {
    this.control.arm(this.breakpoints.probes);
    this.debuggee.probes.watched = this.breakpoints.effects;
  }

  /** Runs to the end; the exit code. */
  async run(isDebugged: boolean): Promise<number> {
    E.isDebugged = isDebugged;
    this.arm();
    this.reactor.start(this.debuggee.loaded.main);
    const { exitCode } = await this.reactor.finished;
    this.#driver.flush();
    return exitCode;
  }

  /** Evaluates at a frame; without one, among the program's variables. */
  evaluate(text: string, place: FramePlace | null, writesBack: boolean, more: readonly Variable[] = []): Evaluated {
    return this.evaluator.evaluate(text, this.scopeAt(place, more), writesBack);
  }

  /** What an expression at a frame may name, `more` before all else. */
  scopeAt(place: FramePlace | null, more: readonly Variable[] = []): Scope {
    const own = place === null ? [] : visibleAt(place);
    const added = new Set(more.map(({ name }) => name));
    const path = place?.frame.code.source?.path ?? this.debuggee.mainPath;
    const variables = [...more, ...own.filter(({ name }) => !added.has(name))];
    return { path, variables, self: place === null ? undefined : selfOf(place) };
  }

  /** The variables of the program that a file sees. */
  globals(path: string): Variable[] {
    const { registry, loaded } = this.debuggee;
    return [...loaded.globals].flatMap(([key, cell]): Variable[] => {
      const name = key.slice(key.lastIndexOf("#") + 1);
      const meaning = registry.meaningOf(path, name);
      if (meaning.kind !== "global" || `${meaning.file}#${name}` !== key) return [];
      return [
        {
          name,
          get: () => cell.v,
          set: (value) => {
            cell.v = value;
            return null;
          },
        },
      ];
    });
  }

  /** In the innermost frame of the program's own code; the fields of a request are names, too. */
  #inTask(text: string, task: LiveTask, request?: EffectRequest): Evaluated {
    const stack = pinnedStack(task);
    const top = stack === null ? null : ownFrameOf(stack);
    const place = top === null ? null : new FramePlace(top.segment, top.index);
    return this.evaluate(text, place, false, request === undefined ? [] : fieldsOf(request));
  }

  #reasonOf(hits: readonly Hit[], task: LiveTask, request: EffectRequest | null): Reason | null {
    const stops = hits.filter(({ breakpoint, log, trouble }) => {
      const place = breakpoint.place ?? this.#placeOf(task);
      if (trouble !== null) this.told.output("console", `${trouble}\n`, place);
      else if (log !== null) this.told.output("console", `${log}\n`, place);
      return log === null || trouble !== null;
    });
    if (stops.length === 0) return null;
    const ids = stops.map(({ breakpoint }) => breakpoint.id);
    if (request !== null) return { kind: "effect", ids, request };
    return {
      kind: stops.every(({ breakpoint }) => "name" in breakpoint.asked) ? "function breakpoint" : "breakpoint",
      ids,
    };
  }

  #placeOf(task: LiveTask): Place | null {
    const top = task.stack === null ? null : ownFrameOf(task.stack);
    return top === null ? null : this.places.ofCode(top.frame.code, top.frame.at);
  }

  /** Where the line that is printed now comes from. */
  #printedAt(): Place | null {
    const { probes } = this.debuggee;
    const place = this.places.probes[probes.printed] ?? null;
    probes.printed = -1;
    return place;
  }
}

/** The fields of a request as variables, and the request itself as `effect`. */
function fieldsOf(request: EffectRequest): Variable[] {
  const fixed = (name: string, value: unknown): Variable => ({
    name,
    get: () => value as ReturnType<Variable["get"]>,
    set: () => "a request cannot be changed",
  });
  return [fixed("effect", request), ...Object.entries(payloadOf(request)).map(([name, value]) => fixed(name, value))];
}
