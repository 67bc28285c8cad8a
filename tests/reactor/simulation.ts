// Several shards on one thread, driven by one seeded source of chance: which shard has its next round, how long a turn lasts,
// when an operation completes, how the clock moves. The engine, the codec, the rings and the shards are the real ones; only
// the threads and the operating system are missing. The same seed gives the same run, to the last step.
//
// What must hold is checked at every step of a task:
//
// S1. A task runs where it is, and nowhere else: never again where it has left, never after it has ended.
// S2. Home tasks run on shard 0.
// S3. When all tasks have ended, no shard keeps a future for another.

import type { FileTree } from "../../language/ast.ts";
import { memoryCache } from "../../language/parse/parse.ts";
import { load } from "../../runtime/cli/execute.ts";
import { check, compile, hasErrors } from "../../runtime/cli/frontend.ts";
import { parsePrelude } from "../../runtime/cli/prelude.ts";
import { loadSources } from "../../runtime/cli/sources.ts";
import type { CompiledProgram } from "../../runtime/compile/program.ts";
import type { Host, Task } from "../../runtime/engine/host.ts";
import { E, programSegment } from "../../runtime/engine/machine.ts";
import { NO_ROOM, room, STACK_LIMIT } from "../../runtime/engine/stack.ts";
import { counterMemory } from "../../runtime/nexus/counters.ts";
import {
  type Completions,
  type Driver,
  DriverError,
  type Handle,
  type Tag,
} from "../../runtime/reactor/drivers/driver.ts";
import { answer, type Waker } from "../../runtime/reactor/drivers/waker.ts";
import type { Engine } from "../../runtime/reactor/engine.ts";
import { machine } from "../../runtime/reactor/engine.ts";
import { Reactor } from "../../runtime/reactor/shard.ts";
import { SharedMemory } from "../../runtime/reactor/shards/memory.ts";
import type { LiveTask } from "../../runtime/reactor/task.ts";

/** Mulberry32: a number from 0 up to 1, and the next. */
function chance(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FILE = "/simulated/main.wal";
const cache = memoryCache();
const prelude = parsePrelude(cache);

export interface Simulated {
  readonly program: CompiledProgram;
  readonly trees: readonly FileTree[];
}

/** A program to be simulated, many times. */
export function prepare(source: string): Simulated {
  const { trees } = loadSources(
    [FILE],
    (path) => (path === FILE ? source : undefined),
    () => cache,
  );
  const checked = check(trees);
  if (hasErrors(checked.diagnostics)) throw new Error(checked.diagnostics.map(({ message }) => message).join("\n"));
  return { program: compile(checked, prelude), trees: [prelude, ...trees] };
}

/** The clock of a whole run, in milliseconds. */
interface Clock {
  now: number;
}

/** A driver whose operations complete when chance says so. It knows one: `exists`, which is true of names with an even length. */
class ChanceDriver implements Driver {
  #completions: Completions | null = null;
  #turnWanted = false;
  #rings = Number.POSITIVE_INFINITY;
  readonly #inFlight: { readonly tag: Tag; readonly value: boolean }[] = [];
  isClosed = false;

  constructor(
    readonly clock: Clock,
    readonly random: () => number,
    readonly bell: Int32Array,
  ) {}

  attach(completions: Completions): void {
    this.#completions = completions;
  }
  waker(): Waker {
    return { kind: "loop", bell: this.bell };
  }
  exists(tag: Tag, path: string): void {
    this.#inFlight.push({ tag, value: path.length % 2 === 0 });
  }
  withdraw(tag: Tag): void {
    const at = this.#inFlight.findIndex((each) => each.tag === tag);
    if (at >= 0) this.#inFlight.splice(at, 1);
  }
  alarm(delay: number | null): void {
    this.#rings = delay === null ? Number.POSITIVE_INFINITY : this.clock.now + delay;
  }
  soon(): void {
    this.#turnWanted = true;
  }
  close(): void {
    this.isClosed = true;
  }
  open = (tag: Tag): void => this.#refuse(tag);
  listen = (tag: Tag): void => this.#refuse(tag);
  connect = (tag: Tag): void => this.#refuse(tag);
  signal = (tag: Tag): void => this.#refuse(tag);
  standard(): Handle {
    throw new Error("a simulation has no standard streams");
  }
  source(): DriverError {
    return new DriverError("ENODEV", "a simulation has no ports");
  }
  #refuse(tag: Tag): void {
    this.#completions!.failed(tag, new DriverError("ENOSYS", "not simulated"));
  }

  /** Whether a round would do anything now. */
  get canGoOn(): boolean {
    if (this.isClosed) return false;
    // Reading a bell changes it, so it is asked last and what it says is kept.
    return this.#turnWanted || this.#inFlight.length > 0 || this.#rings <= this.clock.now || this.#isRung();
  }
  /** When it would, if nothing else happens. */
  get next(): number {
    return this.isClosed ? Number.POSITIVE_INFINITY : this.#rings;
  }
  #isRung(): boolean {
    if (!answer(this.bell)) return false;
    this.#completions!.poked?.();
    return true;
  }

  /** Some of what can happen happens. */
  round(): void {
    const completions = this.#completions!;
    while (this.#inFlight.length > 0 && this.random() < 0.6) {
      const at = Math.floor(this.random() * this.#inFlight.length);
      const [done] = this.#inFlight.splice(at, 1);
      completions.completed(done!.tag, done!.value);
    }
    if (this.#rings <= this.clock.now) {
      this.#rings = Number.POSITIVE_INFINITY;
      completions.alarm();
    }
    this.#isRung();
    if (this.#turnWanted && this.random() < 0.8) {
      this.#turnWanted = false;
      completions.turn();
    }
  }
}

export interface Run {
  readonly lines: readonly string[];
  readonly faults: readonly string[];
  readonly exitCode: number;
  /** Tasks that went from one shard to another. */
  readonly moved: number;
}

/** More rounds than any of the programs takes. */
const ENOUGH = 200_000;

/** Runs a program on `shards` shards as `seed` has it. Throws when a rule is broken. */
export function simulate({ program, trees }: Simulated, shards: number, seed: number): Run {
  const random = chance(seed);
  // By this, which goes on counting from run to run, loops ask for time once in a while.
  E.resumed = 0;
  const clock: Clock = { now: 1_000_000 };
  const memory = SharedMemory.create(shards);
  const counters = counterMemory({ shards }, clock.now);
  const loaded = load(program, trees);
  const lines: string[] = [];
  const faults: string[] = [];
  const reactors: Reactor[] = [];
  const engine = watched(reactors);
  const drivers = Array.from({ length: shards }, (_, shard) => new ChanceDriver(clock, random, memory.bell(shard)));
  // A shard that looks at the clock finds that a little time has gone by; so turns end where chance has it. Also by chance somebody
  // wants its next call to look at it (reactor/turns.ts).
  room[0] = STACK_LIMIT;
  const now = (): number => {
    clock.now += random() * 1.5;
    if (random() < 0.2) room[0] = NO_ROOM;
    return clock.now;
  };
  drivers.forEach((driver, shard) => {
    reactors.push(
      new Reactor({
        driver,
        engine,
        now,
        counters,
        print: (line) => void lines.push(line),
        onUnhandledFault: (fault, task) => void faults.push(`${fault.kind}: ${fault.message} in ${task}`),
        peer: {
          shard,
          memory,
          code: {
            code: (id) => loaded.codes.get(id),
            classCode: (id) => loaded.classes.get(id),
            traitCode: (id) => loaded.traits.get(id),
            own: (id) => loaded.own(id),
            programSegment,
          },
          // All shards of a simulation share the machine, and so the constants and handlers of the program.
          constants: [],
          installHandler: () => undefined,
          needShards: () => undefined,
        },
      }),
    );
    memory.setWaker(shard, driver.waker());
  });
  const exitCode = (): number | null => reactors.find((reactor) => reactor.exitCode !== null)?.exitCode ?? null;
  const [first, ...others] = reactors;
  first!.start(loaded.main);
  for (const reactor of others) reactor.join();

  for (let rounds = 0; exitCode() === null; rounds++) {
    if (rounds > ENOUGH) throw new Error("the program does not end");
    const ready = drivers.filter((driver) => driver.canGoOn);
    if (ready.length > 0) ready[Math.floor(random() * ready.length)]!.round();
    else {
      const next = Math.min(...drivers.map((driver) => driver.next));
      if (next === Number.POSITIVE_INFINITY) throw new Error("every shard sleeps, and nothing would wake one");
      clock.now = Math.max(clock.now, next);
    }
  }
  room[0] = STACK_LIMIT;
  checkNothingLost(reactors);
  return {
    lines,
    faults,
    exitCode: exitCode()!,
    moved: reactors.reduce((sum, { counters: own }) => sum + own.tasksStolen, 0),
  };
}

/** S3 */
function checkNothingLost(reactors: readonly Reactor[]): void {
  while (reactors.some(({ peer }) => peer!.hasMail)) for (const { peer } of reactors) peer!.receive();
  const count = (of: "tasksStarted" | "tasksEnded"): number =>
    reactors.reduce((sum, { counters }) => sum + counters[of], 0);
  if (count("tasksEnded") < count("tasksStarted")) return;
  for (const { peer } of reactors)
    if (peer!.links.kept.futures > 0)
      throw new Error(`broken S3: shard ${peer!.shard} keeps futures that have settled`);
}

/** The machine, with S1 and S2 checked whenever a task is run. */
function watched(reactors: readonly Reactor[]): Engine {
  let running: Host | null = null;
  const left = new WeakSet<Task>();
  const latest = new Map<number, Task>();
  return {
    ...machine,
    setHost(host) {
      running = host;
      machine.setHost(host);
    },
    run(task, input, depth) {
      const known = latest.get(task.id);
      if (known !== undefined && known !== task) left.add(known);
      if (left.has(task)) throw new Error(`broken S1: ${task} runs where it has left or after its end`);
      latest.set(task.id, task);
      const shard = reactors.indexOf(running as Reactor);
      if ((task as LiveTask).isHome && shard !== 0) throw new Error(`broken S2: ${task} runs on shard ${shard}`);
      const outcome = machine.run(task, input, depth);
      if (outcome.kind !== "asks") left.add(task);
      return outcome;
    },
  };
}
