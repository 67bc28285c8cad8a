// Tasks written in JavaScript for tests of the reactor: a generator that yields requests and gets their answers. An effect
// performed at its suspension point (FAULT, CANCELLED) is thrown into it as a Performed; one that it does not catch ends it.

import type { Input, Outcome, Task } from "../../runtime/engine/host.ts";
import { makeRequest } from "../../runtime/engine/machine.ts";
import type { Segment } from "../../runtime/engine/segments.ts";
import { Closure, type Fault, type Value } from "../../runtime/engine/values.ts";
import type {
  Completions,
  Driver,
  DriverError,
  DriverValue,
  Handle,
  Source,
  SourceHandle,
  Tag,
} from "../../runtime/reactor/drivers/driver.ts";
import { newBell, type Waker } from "../../runtime/reactor/drivers/waker.ts";
import type { Engine } from "../../runtime/reactor/engine.ts";
import type { ReactorOptions } from "../../runtime/reactor/options.ts";
import { Reactor } from "../../runtime/reactor/shard.ts";

export type Script = Generator<Asked, Value, Value>;

interface Asked {
  readonly effect: string;
  readonly payload: Readonly<Record<string, Value>>;
}

/** A request, to be yielded. */
export function ask(effect: string, payload: Readonly<Record<string, Value>> = {}): Asked {
  return { effect, payload };
}

/** What is thrown into a script. */
export class Performed {
  constructor(
    readonly effect: string,
    readonly payload: Readonly<Record<string, Value>>,
  ) {}
}

/** A function that a task can run; its arguments are the script's. */
export function script(name: string, body: (...args: never[]) => Script, effect: string | null = null): Closure {
  return new Closure({ name, effect } as Closure["code"], -1, body as unknown as Closure["enter"]);
}

function faultOf(thrown: unknown): Fault {
  if (!(thrown instanceof Performed)) throw thrown;
  const { kind, message, ...fields } = thrown.payload;
  if (thrown.effect !== "FAULT") return { kind: "Cancelled", message: "the task was cancelled", fields: {}, trace: [] };
  return { kind: String(kind), message: String(message), fields, trace: [] };
}

function goOn(running: Script, input: Input): IteratorResult<Asked, Value> {
  switch (input.kind) {
    case "value":
      return running.next(input.value);
    case "perform":
      return running.throw(new Performed(input.effect, input.payload));
    case "fault": {
      const { kind, message, fields } = input.fault;
      return running.throw(new Performed("FAULT", { kind, message, ...fields }));
    }
  }
}

export interface ScriptedEngine extends Engine {
  /** The handler of the whole program for IO_READ: a script that gets the payload. */
  onRead: ((payload: Readonly<Record<string, Value>>) => Script) | null;
}

export function scriptedEngine(): ScriptedEngine {
  return {
    onRead: null,
    setHost: () => undefined,
    startStack(task: Task, closure: Closure, args: readonly Value[]) {
      const begin = closure.enter as unknown as (...args: readonly Value[]) => Script;
      task.stack = begin(...args) as unknown as Segment;
    },
    run(task: Task, input: Input): Outcome {
      const running = task.stack as unknown as Script;
      try {
        const { done, value } = goOn(running, input);
        if (done) return { kind: "done", value: value as Value };
        const { effect, payload } = value as Asked;
        return { kind: "asks", request: makeRequest(effect, payload) };
      } catch (thrown) {
        return { kind: "failed", fault: faultOf(thrown) };
      }
    },
    performTask(_effect, payload) {
      return script("event", () => this.onRead!(payload));
    },
    programHandler(effect) {
      return effect === "IO_READ" && this.onRead !== null ? script("event", () => this.onRead!({}), effect) : undefined;
    },
    isHome: () => true,
    copyValue: (value) => (Array.isArray(value) ? [...value] : value),
    copyValues: (values) => values.map((value) => (Array.isArray(value) ? [...value] : value)),
  };
}

/** A driver without an operating system: time and completions are the test's. */
export class HandDriver implements Driver {
  completions: Completions | null = null;
  now = 1_000_000;
  ringsAt: number | null = null;
  isTurnWanted = false;
  isClosed = false;
  /** Alarms set, for tests that count them. */
  alarms = 0;
  readonly submitted = new Map<Tag, string>();

  attach(completions: Completions): void {
    this.completions = completions;
  }
  waker(): Waker {
    return { kind: "loop", bell: newBell() };
  }
  open(tag: Tag, path: string): void {
    this.submitted.set(tag, `open ${path}`);
  }
  exists(tag: Tag, path: string): void {
    this.submitted.set(tag, `exists ${path}`);
  }
  listen(tag: Tag, _host: string | undefined, port: number): void {
    this.submitted.set(tag, `listen ${port}`);
  }
  connect(tag: Tag, host: string, port: number): void {
    this.submitted.set(tag, `connect ${host}:${port}`);
  }
  signal(tag: Tag, name: string): void {
    this.submitted.set(tag, `signal ${name}`);
  }
  withdraw(tag: Tag): void {
    this.submitted.delete(tag);
  }
  standard(stream: 0 | 1 | 2): Handle {
    return this.handle(`standard ${stream}`);
  }
  source({ kind }: Source): SourceHandle {
    return this.handle(kind);
  }
  alarm(delay: number | null): void {
    if (delay !== null) this.alarms++;
    this.ringsAt = delay === null ? null : this.now + delay;
  }
  soon(): void {
    this.isTurnWanted = true;
  }
  close(): void {
    this.isClosed = true;
  }

  /** A handle whose operations are noted under `name`. */
  handle(name: string): SourceHandle {
    const note = (what: string) => (tag: Tag) => {
      this.submitted.set(tag, `${what} ${name}`);
    };
    return {
      port: 4000,
      seekable: false,
      read: note("read"),
      write: note("write"),
      accept: note("accept"),
      ready: note("ready"),
      sync: note("sync"),
      current: note("current"),
      withdraw: (tag) => this.withdraw(tag),
      close: () => undefined,
    };
  }

  /** Ends the one operation that was noted as `what`. */
  complete(what: string, value: DriverValue): void {
    this.completions!.completed(this.#take(what), value);
  }
  fail(what: string, error: DriverError): void {
    this.completions!.failed(this.#take(what), error);
  }
  #take(what: string): Tag {
    for (const [tag, noted] of this.submitted) {
      if (noted !== what) continue;
      this.submitted.delete(tag);
      return tag;
    }
    throw new Error(`nothing was submitted as ${what}, but ${[...this.submitted.values()].join(", ")}`);
  }

  /** Turns until nothing is left to run. */
  run(): void {
    while (this.isTurnWanted) {
      this.isTurnWanted = false;
      this.completions!.turn();
    }
  }

  /** Lets time pass, ringing the alarm whenever it is due. */
  pass(ms: number): void {
    const until = this.now + ms;
    this.run();
    while (this.ringsAt !== null && this.ringsAt <= until) {
      this.now = Math.max(this.now, this.ringsAt);
      this.ringsAt = null;
      this.completions!.alarm();
      this.run();
    }
    this.now = until;
  }
}

export interface Bench {
  readonly reactor: Reactor;
  readonly driver: HandDriver;
  readonly engine: ScriptedEngine;
  /** Lines printed, and faults that nobody handled: `kind: message`. */
  readonly lines: string[];
  readonly faults: string[];
  /** Once the program has ended. */
  exitCode(): Promise<number>;
  /** Starts the program and runs until everybody waits. */
  start(body: () => Script): void;
}

/** A reactor that runs scripts on a hand-driven clock. */
export function bench(options: Partial<ReactorOptions> = {}): Bench {
  const driver = new HandDriver();
  const engine = scriptedEngine();
  const lines: string[] = [];
  const faults: string[] = [];
  const reactor = new Reactor({
    driver,
    engine,
    now: () => driver.now,
    print: (line) => lines.push(line),
    onUnhandledFault: (fault) => faults.push(`${fault.kind}: ${fault.message}`),
    ...options,
  });
  return {
    reactor,
    driver,
    engine,
    lines,
    faults,
    exitCode: async () => (driver.isClosed ? (await reactor.finished).exitCode : Number.NaN),
    start(body) {
      reactor.start(script("main", body));
      driver.run();
    },
  };
}
