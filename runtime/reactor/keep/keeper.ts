// Keeps a running program in its `.wld` file: says at which moments its state is written down, and what of it has changed.
//
//   tasks, channels, descriptors that change ──> touched ── cut, between two turns ──> records ──> journal (horizon/)
//
// G1. A cut is taken between two turns, where every task is parked, ready or over and its stack is data. All that has changed
//     since the last cut goes into one step of the journal, so the file has the whole program as it was at one moment.
// G2. `group` cuts every ten milliseconds while something changes, and spends at most a tenth of the time on it. `strict` cuts
//     whenever something is about to leave the process; `off` only when the program asks for it, or ends.
// G3. What leaves the process in `strict` is held until the cut that has it is durable: requests that write, connect or open
//     are begun after that, and so is what was printed. `checkpoint()` is held in this way in every mode.
// G4. Nothing is written before there is something to keep: a task that waits, or a variable of the program.
// G5. A program that ends by itself leaves its variables, and tasks that have failed (trials.ts), and nothing else.
// G6. What is too large to be kept is refused, and nothing else stops for it (limits.ts).

import { encode } from "../../codec/encode.ts";
import { TooLargeError } from "../../codec/format.ts";
import { sizeOf } from "../../codec/size.ts";
import type { Input } from "../../engine/host.ts";
import type { Cell, Closure, EffectRequest, Future, Value } from "../../engine/values.ts";
import { Channel } from "../../engine/values.ts";
import { type Change, put, remove } from "../../horizon/change.ts";
import type { Journal, Stamp } from "../../horizon/journal.ts";
import { type Key, Table } from "../../horizon/tables.ts";
import { endChanges, taskChanges } from "../../horizon/task-record.ts";
import type { Descriptor } from "../descriptors.ts";
import { collectGarbage } from "../memory.ts";
import type { Reactor } from "../shard.ts";
import type { CodeContext } from "../shards/parcel.ts";
import { Cancellation, type LiveTask, type TaskFuture, TaskState, UNARMED } from "../task.ts";
import { ColdTasks, type KeptRecords } from "./cold.ts";
import { headOf } from "./head.ts";
import type { Image, Sleepers } from "./image.ts";
import {
  argumentsTooLarge,
  fileIsFull,
  LARGEST_STATE,
  LARGEST_VALUE,
  SMALL_STATE,
  SMALL_VALUE,
  stateTooLarge,
  valueTooLarge,
} from "./limits.ts";
import { Recall } from "./recall.ts";
import { Restorer } from "./restore.ts";
import { Scribe } from "./scribe.ts";
import { type PartJournal, Stand } from "./stand.ts";
import { type TrialOptions, Trials } from "./trials.ts";
import { WarmTasks } from "./warm.ts";

export type Durability = "strict" | "group" | "off";

export interface KeeperOptions {
  readonly durability: Durability;
  readonly journal: PartJournal & Pick<Journal, "step" | "flush" | "wait" | "isDurable" | "isFull" | "size" | "limit">;
  readonly code: CodeContext;
  /** The program's variables and constants, by names that stay the same wherever the program's folder is. */
  readonly globals: ReadonlyMap<string, Cell>;
  /** The program has a variable at its top level. */
  readonly hasVariables: boolean;
  /** Names of variables that have been given their first value; those that an earlier run has kept are added. */
  readonly kept: NameSet;
  /** Whether code is of the program's own source and not of an older one. */
  isCurrent(id: string): boolean;
  /** By what the sources of this run are known in the file. */
  readonly sources: { readonly key: string; readonly record: Uint8Array };
  /** Which tasks may be what ends the process. */
  readonly trials: TrialOptions;
  /** There was an earlier run. */
  readonly isWarm: boolean;
  /** What it has left, for the first shard; else null. */
  readonly image: Image | null;
  /** Its cold tasks, and where their records are read (cold.ts). */
  readonly sleepers: Sleepers | null;
  readonly records: KeptRecords;
  /** Bytes that tasks of this shard that sleep may take in memory (warm.ts); undefined: as many as they want. */
  readonly memoryLimit: number | undefined;
  /** There is something to keep now (G4): told once, before the first step. */
  needed(): void;
  /** Nothing can be kept any more. */
  failed(reason: string): void;
  /** Something of the earlier run cannot go on; a line for people. */
  complain(text: string): void;
}

/** A set of names of globals. */
export interface NameSet extends Iterable<string> {
  add(name: string): void;
}

/** Milliseconds between two cuts, and how much longer than a cut itself the time between two of them is (G2). */
const INTERVAL = 10;
const SHARE = 9;
/** Milliseconds after which a shard that cannot make the cut that it needs looks again. */
const AGAIN = 5;
/** What is seen outside, or makes the program wait for something outside (G3). */
const LEAVES: ReadonlySet<string> = new Set(["IO_WRITE", "IO_OPEN", "IO_CONNECT", "IO_SYNC", "IO_CLOSE", "port_write"]);

/** The descriptor of standard input. */
const INPUT = 0;

/** What is too large, for messages. */
const THE_TASK = "this task's state has";
const THE_VARIABLES = "the program's variables have";

/** A request that has yet to begin. */
interface Held {
  readonly task: LiveTask;
  readonly request: EffectRequest;
}

export class Keeper {
  readonly #reactor: Reactor;
  readonly #options: KeeperOptions;
  readonly #scribe: Scribe;
  readonly #touched = new Set<LiveTask>();
  readonly #channels = new Set<Channel>();
  readonly #descriptors = new Set<Descriptor>();
  /** Tasks that have a record, and how many steps of each were kept. */
  readonly #kept = new Map<number, number>();
  readonly #keptDescriptors = new Set<number>();
  readonly #held: Held[] = [];
  #printed: string[] = [];
  /** Lines of the last cut have left the process since. */
  #hasPrinted = false;
  readonly #last = new Map<string, Uint8Array>();
  #isNeeded = false;
  #hasFailed = false;
  #homeHasRun = true;
  #due: number;
  #order = 0;
  readonly #isFirst: boolean;
  #stand: Stand | null = null;
  readonly #trials: Trials;
  readonly #recall: Recall;
  readonly #cold: ColdTasks;
  readonly #warm: WarmTasks;
  /** Waits of the earlier run have yet to be armed (restore.ts, L6). */
  #isArming = false;
  /** Tasks that stay in the file and are not run (trials.ts, R3). */
  #failedTasks: readonly number[] = [];
  /** Tasks that the last cut has found too large, and what they shall see. */
  readonly #tooLarge = new Map<LiveTask, Input>();
  /** What tasks see that were to go on with something else. */
  readonly #refusals = new Map<LiveTask, Input>();

  constructor(reactor: Reactor, options: KeeperOptions) {
    this.#reactor = reactor;
    this.#options = options;
    this.#scribe = new Scribe(options.code, (channel) => this.#channels.add(channel));
    this.#trials = new Trials(options.trials);
    this.#recall = new Recall(options);
    this.#cold = new ColdTasks(reactor, {
      ...options,
      recall: this.#recall,
      woken: (task, generation, isEarlier) => this.#wasCold(task, generation, isEarlier),
    });
    this.#warm = new WarmTasks(options.memoryLimit);
    this.#due = reactor.now() + INTERVAL;
    this.#isNeeded = options.image !== null;
    this.#isFirst = reactor.shard === 0;
    if (reactor.peer !== null) this.#stand = new Stand(reactor.peer, options.journal);
    reactor.descriptors.changed = this.#descriptors;
  }

  get isWarm(): boolean {
    return this.#options.isWarm;
  }

  /** Goes on with what an earlier run has left. False when it left no tasks: then its own code runs. */
  restore(): boolean {
    const { image, journal } = this.#options;
    if (image === null) return false;
    for (const lines of image.get(Table.Output)?.values() ?? [])
      this.#reactor.printNow(Buffer.from(lines).toString().replace(/\n$/, ""));
    const { accused } = this.#options.trials;
    const restorer = new Restorer(this.#reactor, {
      ...this.#options,
      image,
      accused,
      trials: this.#trials,
      recall: this.#recall,
      cold: this.#cold,
      armed: () => {
        this.#isArming = false;
      },
    });
    this.#attempt(() => {
      const changes = [...restorer.leftovers, ...restorer.accusations];
      if (changes.length === 0) return;
      const stamp = journal.step(changes);
      if (restorer.accusations.length > 0) this.#await(stamp);
    });
    this.#failedTasks = restorer.failed;
    if (restorer.someFailed) this.#reactor.someTaskFailed();
    for (const [id, generation] of restorer.kept) this.#kept.set(id, generation);
    for (const fd of restorer.descriptors) this.#keptDescriptors.add(fd);
    this.#isArming = true;
    const isResumed = restorer.restore();
    if (!isResumed) {
      this.#isArming = false;
      return false;
    }
    const { left, leftAtHome } = this.#cold;
    this.#scribe.adopt(this.#recall.pins, restorer.monitors, leftAtHome > 0);
    // Records name each other's parts by number, which are given anew.
    for (const task of restorer.tasks) this.touch(task);
    if (left > 0) for (const channel of this.#recall.allChannels()) this.#scribe.meet(channel);
    else this.#recall.end();
    return true;
  }

  // ---- Cold tasks (cold.ts) ----

  /** The time of a task that is in the store only has come: the task, parked. Undefined when there is nothing to wake. */
  sleeperIsDue(id: number): LiveTask | undefined {
    return this.#cold.due(id);
  }

  /** Whoever has this pending future needs its task: it is not cold any more. */
  need(future: TaskFuture): void {
    this.#cold.need(future);
  }

  /** There are tasks that are in the store only. */
  get someAreCold(): boolean {
    return this.#cold.someAre;
  }

  /** Timers that will wake nobody. */
  get passedOver(): number {
    return this.#cold.passedOver;
  }

  #wasCold(task: LiveTask, generation: number, isEarlier: boolean): void {
    this.#kept.set(task.id, generation);
    if (isEarlier) this.#trials.begin(task, 0);
    this.touch(task);
    const { left, leftAtHome } = this.#cold;
    if (leftAtHome === 0) this.#scribe.letGoOfPins();
    if (left === 0) this.#recall.end();
  }

  /** What sleeps and is too much becomes cold, the tasks that have slept longest first. */
  #coolDown(): void {
    // What became cold in an earlier turn is garbage by now: within one turn nothing is that weak references know.
    if (this.#warm.takeGarbage()) collectGarbage();
    if (!this.#warm.areTooMany) return;
    const { journal, durability } = this.#options;
    // M4 of warm.ts; in `off` nothing is on the disk before the program asks for it.
    const { overdue } = this.#warm;
    if (overdue !== null && durability !== "off") this.#attempt(() => this.#await(overdue));
    for (const { task, generation } of this.#warm.takeSurplus((stamp) => journal.isDurable(stamp)))
      if (this.#sleepsSince(generation, task) && this.#cold.cool(task)) this.#kept.delete(task.id);
  }

  /** The task has waited in TIMER since it was written, and nobody has asked it for anything. */
  #sleepsSince(generation: number, task: LiveTask): boolean {
    const { id, state, request, cancellation } = task;
    if (this.#kept.get(id) !== generation || this.#touched.has(task) || this.#trials.isOnTrial(task)) return false;
    const sleeps = state === TaskState.Parked && request?.site.effect === "TIMER" && task.armed !== UNARMED;
    return sleeps && cancellation === Cancellation.None && id !== this.#reactor.mainId;
  }

  // ---- What has changed ----

  touch(task: LiveTask): void {
    this.#touched.add(task);
    if (task.isHome) this.#homeHasRun = true;
  }

  /** The task is about to run; what it goes on with. */
  steps(task: LiveTask, input: Input): Input {
    this.touch(task);
    this.#trials.runs(task);
    if (this.#refusals.size === 0) return input;
    const refusal = this.#refusals.get(task);
    this.#refusals.delete(task);
    return refusal ?? input;
  }

  /** It has run. */
  hasStepped(): void {
    this.#trials.hasRun();
  }

  /** No further task runs in this turn. */
  noneSteps(): void {
    this.#trials.noneRuns();
  }

  touchChannel(channel: Channel): void {
    this.#channels.add(channel);
  }

  /** A future has settled: what names it as pending is written again (scribe.ts, P2). */
  settled(future: Future): void {
    for (const namer of this.#scribe.names.settled(future)) {
      if (namer === "globals") this.#homeHasRun = true;
      else if (namer instanceof Channel) this.#channels.add(namer);
      else this.touch(namer);
    }
    this.#cold.settled(future);
  }

  /** The task is in a message for another shard, which keeps it from now on. */
  goes(task: LiveTask): void {
    this.#touched.delete(task);
    this.#refusals.delete(task);
    this.#trials.leaves(task);
    this.#scribe.taskEnds(task);
    this.#kept.delete(task.id);
  }

  /** Whether the task has yet to prove itself (trials.ts), for the shard that it goes to. */
  isOnTrial(task: LiveTask): boolean {
    return this.#trials.isOnTrial(task);
  }

  /** A task has come from another shard, which may have kept it. */
  comes(task: LiveTask, isOnTrial: boolean): void {
    if (isOnTrial) this.#trials.begin(task, 0);
    this.#kept.set(task.id, 1);
    this.touch(task);
  }

  // ---- Several shards (stand.ts) ----

  /** A shard other than the first has started. */
  join(): void {
    const { memory } = this.#reactor.peer!;
    this.#reactor.reserveIds(memory.floor);
    this.#reactor.descriptors.reserve(memory.floor);
  }

  /** The first shard waits for this one to stand still. */
  get isAwaited(): boolean {
    return !this.#isFirst && this.#stand?.isAwaited === true;
  }

  /** Before a turn of a shard other than the first: takes part in a cut, if there is one. */
  standStill(): void {
    if (this.isAwaited) this.#takePart();
  }

  /** What this shard has to say at a cut that the first one makes. */
  #takePart(): void {
    const { held, printed } = this.#release();
    const now = this.#reactor.now();
    this.#attempt(() => {
      const stamp = this.#stand!.takePart(() => this.#ownChanges(now, printed));
      if (stamp !== null) this.#warm.written(stamp);
      if (stamp !== null && (held.length > 0 || printed.length > 0)) this.#await(stamp);
    });
    this.#letOut(held, printed);
  }

  // ---- What is held back (G3) ----

  /** A task has asked for something: begins it, now or when it may leave. */
  asked(task: LiveTask, request: EffectRequest): void {
    const { f_data: data } = request;
    const { effect } = request.site;
    if (effect === "IO_WRITE" && sizeOf(data) > LARGEST_VALUE)
      this.#reactor.wake(task, valueTooLarge("IO_WRITE needs data", sizeOf(data)));
    else if (effect === "checkpoint" || (this.#options.durability === "strict" && LEAVES.has(effect)))
      this.#held.push({ task, request });
    else this.#reactor.beginNow(task, request);
  }

  /** Whether a value is too large to be sent into borrowed room (answers/channels.ts, K7). */
  isLarge(value: Value): boolean {
    return sizeOf(value, SMALL_VALUE) > SMALL_VALUE;
  }

  /** Z1, Z4 */
  refusesTask(closure: Closure, args: readonly Value[]): string | undefined {
    const { journal } = this.#options;
    if (journal.isFull) return fileIsFull(journal);
    const size = sizeOf([closure, ...args], LARGEST_VALUE);
    return size > LARGEST_VALUE ? argumentsTooLarge(size) : undefined;
  }

  /** The task goes another way: true when what it has asked was still to begin, and is forgotten now. */
  forgets(task: LiveTask): boolean {
    if (this.#trials.forget(task)) return true;
    const at = this.#held.findIndex((each) => each.task === task);
    if (at >= 0) this.#held.splice(at, 1);
    return at >= 0;
  }

  /** True when the line is printed later. */
  holdsLine(line: string): boolean {
    if (this.#options.durability !== "strict") return false;
    this.#printed.push(line);
    return true;
  }

  /** How many things have yet to begin, or wait for somebody outside: tasks that have failed do. */
  get held(): number {
    return this.#held.length + this.#trials.late + this.#failedTasks.length;
  }

  // ---- Cuts ----

  /** When there is something to do next: a cut, or a task that goes on late. Infinity while there is nothing. */
  get due(): number {
    return Math.min(this.#cutDue, this.#trials.due, this.#coolDue);
  }

  /** What is too much is looked at again, because it was not on the disk yet; in `off` with the next cut. */
  get #coolDue(): number {
    const { durability } = this.#options;
    return this.#warm.areTooMany && durability !== "off" && !this.#hasFailed ? this.#due : Number.POSITIVE_INFINITY;
  }

  get #cutDue(): number {
    if (this.#hasFailed || this.#isArming) return Number.POSITIVE_INFINITY;
    const isHeld = this.#held.length > 0 || this.#printed.length > 0;
    // Whoever must wait for the first shard asks it once, and is let out by its cut.
    if (isHeld) return this.#isFirst ? (this.#stand?.isReady === false ? this.#due : 0) : this.#due;
    // In `strict` somebody waits for it.
    if (this.#isFirst && this.#stand?.isWanted === true)
      return this.#options.durability === "strict" && this.#stand.isReady ? 0 : this.#due;
    if (this.#options.durability === "off") return Number.POSITIVE_INFINITY;
    if (this.#warm.wouldFill(this.#touched.size))
      return this.#isFirst && this.#stand?.isReady !== false ? 0 : this.#due;
    return this.#touched.size + this.#channels.size + this.#descriptors.size > 0 ? this.#due : Number.POSITIVE_INFINITY;
  }

  /** Between two turns (G1). */
  turnEnded(): void {
    // It may wait for the disk, which is not the cut's time (G2).
    this.#coolDown();
    const now = this.#reactor.now();
    this.#trials.goOn(now);
    if (this.#cutDue > now) {
      if (this.#coolDue <= now) this.#due = now + INTERVAL;
      return;
    }
    if (!this.#isFirst) {
      this.#stand!.want();
      this.#due = now + AGAIN;
      return;
    }
    if (this.#stand?.isReady === false) {
      this.#due = now + AGAIN;
      return;
    }
    const { held, printed } = this.#release();
    let took = 0;
    this.#attempt(() => {
      const stamp = this.#cut(now, printed);
      took = this.#reactor.now() - now;
      if (stamp !== null) this.#warm.written(stamp);
      if (stamp !== null && (held.length > 0 || printed.length > 0)) this.#await(stamp);
    });
    this.#letOut(held, printed);
    // The wait for the disk is not the cut's time: a slow one would make the next cut come late.
    this.#due = this.#reactor.now() + Math.max(INTERVAL, took * SHARE);
  }

  #release(): { readonly held: readonly Held[]; readonly printed: readonly string[] } {
    const printed = this.#printed;
    this.#printed = [];
    return { held: this.#held.splice(0), printed };
  }

  /** What was held back is in the file now (G3), and what must not grow further sees that first (G6). */
  #letOut(held: readonly Held[], printed: readonly string[]): void {
    if (this.#hasFailed) return;
    const refused = new Map(this.#tooLarge);
    this.#tooLarge.clear();
    for (const line of printed) this.#reactor.printNow(line);
    if (printed.length > 0) this.#reactor.flush();
    this.#hasPrinted ||= printed.length > 0;
    for (const { task, request } of held) {
      if (task.state !== TaskState.Parked || task.request !== request) continue;
      const refusal = refused.get(task);
      if (refusal === undefined) this.#reactor.beginNow(task, request);
      else this.#reactor.wake(task, refusal);
      refused.delete(task);
    }
    this.#refuse(refused);
  }

  /** Z2 */
  #refuse(refused: ReadonlyMap<LiveTask, Input>): void {
    this.#refusals.clear();
    for (const [task, refusal] of refused) {
      if (task.state === TaskState.Parked) this.#reactor.interrupt(task, refusal);
      else if (task.state === TaskState.Ready) this.#refusals.set(task, refusal);
      // It may still be what it was: then it is looked at again.
      this.touch(task);
    }
  }

  /** The program has ended by itself (G5). */
  finished(): void {
    if (this.#hasFailed) return;
    this.#attempt(() => {
      for (const line of this.#printed) this.#reactor.printNow(line);
      // The next run begins anew, so what was printed would be lost if the process died between here and its end.
      this.#reactor.flush();
      if (!this.#isNeeded && !this.#options.hasVariables) return;
      this.#need();
      const changes: Change[] = [];
      for (let shard = 0; shard < this.#reactor.shards; shard++) changes.push(remove(Table.Output, shard));
      // Other shards may have kept tasks that do not count any more, and say so no longer.
      const isOver = true;
      for (const id of this.#kept.keys()) changes.push(...endChanges(id));
      for (const fd of this.#keptDescriptors) changes.push(remove(Table.Descriptors, fd));
      for (const port of this.#scribe.keptMonitors) changes.push(remove(Table.Monitors, port));
      this.#scribe.forgetTasks();
      const variables = this.#globals(this.#options.globals, undefined);
      if (variables !== null) changes.push(put(Table.Globals, "globals", variables));
      changes.push(...this.#sharedChanges(), ...this.#program(null, isOver));
      // Tasks that have failed may be gone on with some day, by what the program was.
      if (this.#failedTasks.length === 0) {
        const { sources, image } = this.#options;
        for (const key of [...(image?.get(Table.Sources)?.keys() ?? []), sources.key])
          changes.push(remove(Table.Sources, key));
        changes.push(remove(Table.Globals, "handlers"));
      }
      this.#await(this.#options.journal.step(changes));
    });
  }

  /** Everything that has changed, as one step; null when there is nothing to keep (G4). */
  #cut(now: number, printed: readonly string[]): Stamp | null {
    const { journal, globals, hasVariables } = this.#options;
    const stand = this.#stand;
    const someWait = [...this.#touched].some((task) => task.state !== TaskState.Done) || stand !== null;
    if (!this.#isNeeded && !someWait && !hasVariables) {
      this.#touched.clear();
      return null;
    }
    this.#need();
    const make = (): Change[] => {
      const blamed = [...this.#touched].find(({ isHome, state }) => isHome && state !== TaskState.Done);
      // First, because tasks pin what the variables hold; again only when one has pinned something more.
      let variables = this.#homeHasRun ? this.#globals(globals, blamed) : null;
      const changes = this.#ownChanges(now, printed);
      if (this.#homeHasRun && this.#scribe.hasNewPins) variables = this.#globals(globals, blamed);
      if (variables !== null) this.#putChanged(changes, Table.Globals, "globals", variables);
      this.#homeHasRun = false;
      this.#putChanged(changes, Table.Globals, "handlers", this.#scribe.handlers());
      changes.push(...this.#scribe.monitors(this.#reactor.ports.monitors), ...this.#program(this.#reactor.mainId));
      return changes;
    };
    if (stand?.othersRun === true) return stand.lead(make);
    const changes = make();
    return changes.length === 0 ? null : journal.step(changes);
  }

  /** Tasks, descriptors, channels and atomics of this shard that have changed. */
  #ownChanges(now: number, printed: readonly string[]): Change[] {
    const changes: Change[] = [];
    const mostState = this.#options.journal.isFull ? SMALL_STATE : LARGEST_STATE;
    const inputs = new Map([...this.#reactor.queued].map(({ task, input }) => [task, input]));
    for (const task of this.#touched) {
      if (task.state === TaskState.Done) {
        this.#scribe.taskEnds(task);
        this.#trials.leaves(task);
        if (this.#kept.delete(task.id)) changes.push(...endChanges(task.id));
        continue;
      }
      const generation = (this.#kept.get(task.id) ?? 0) + 1;
      this.#kept.set(task.id, generation);
      const frames = this.#measured(task, THE_TASK, mostState, () =>
        this.#scribe.task(task, inputs.get(task) ?? this.#trials.lateOf(task)?.input, ++this.#order),
      );
      if (frames === null) continue;
      const deadline = this.#reactor.deadlineOf(task) ?? this.#trials.lateOf(task)?.deadline;
      const crashes = this.#trials.kept(task);
      changes.push(...taskChanges(headOf(task, { generation, deadline, crashes, now }), frames));
      if (this.#scribe.isAlone && task.request?.site.effect === "TIMER")
        this.#warm.add(task, generation, frames.length);
    }
    this.#touched.clear();
    for (const descriptor of this.#descriptors) {
      const { fd } = descriptor;
      if (this.#reactor.descriptors.get(fd) === descriptor) {
        this.#keptDescriptors.add(fd);
        changes.push(put(Table.Descriptors, fd, this.#scribe.descriptor(descriptor)));
      } else if (this.#keptDescriptors.delete(fd)) changes.push(remove(Table.Descriptors, fd));
    }
    this.#descriptors.clear();
    if (this.#isFirst) changes.push(...this.#inputChanges());
    changes.push(...this.#sharedChanges());
    const { shard, lastId, descriptors } = this.#reactor;
    this.#putChanged(changes, Table.Globals, `shard ${shard}`, encode(Math.max(lastId, descriptors.next)));
    if (printed.length > 0) changes.push(put(Table.Output, shard, Buffer.from(`${printed.join("\n")}\n`)));
    else if (this.#hasPrinted) changes.push(remove(Table.Output, shard));
    this.#hasPrinted = false;
    return changes;
  }

  /** Standard input is looked at with each cut: bytes come to it also while no task has asked for them. */
  #inputChanges(): Change[] {
    const input = this.#reactor.descriptors.get(INPUT);
    const changes: Change[] = [];
    const record = input === undefined ? undefined : this.#scribe.input(input);
    if (record !== undefined) {
      this.#keptDescriptors.add(INPUT);
      this.#putChanged(changes, Table.Descriptors, INPUT, record);
    } else if (this.#keptDescriptors.delete(INPUT)) changes.push(this.#removeChanged(Table.Descriptors, INPUT));
    return changes;
  }

  /** The record of the variables; null when they are more than a record can hold (Z3). */
  #globals(cells: ReadonlyMap<string, Cell>, blamed: LiveTask | undefined): Uint8Array | null {
    return this.#measured(blamed, THE_VARIABLES, LARGEST_STATE, () => this.#scribe.globals(cells));
  }

  /** What `write` yields; when it is too large, the task is told (Z2), and when it is larger than a record, null (Z3). */
  #measured(task: LiveTask | undefined, what: string, most: number, write: () => Uint8Array): Uint8Array | null {
    let bytes: Uint8Array | null = null;
    try {
      bytes = write();
      if (bytes.length <= most) return bytes;
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
    }
    const size = bytes?.length ?? Number.POSITIVE_INFINITY;
    if (task !== undefined) this.#tooLarge.set(task, stateTooLarge(what, size, most));
    return bytes;
  }

  /** Channels and atomics that records name, as far as they have changed. Those of a channel's items come on the way. */
  #sharedChanges(): Change[] {
    const changes: Change[] = [];
    for (const channel of this.#channels) {
      const isOwn =
        this.#reactor.peer === null || this.#reactor.peer.memory.creatorOf(channel.id) === this.#reactor.shard;
      if (isOwn && (this.#stand?.othersRun === true || this.#scribe.knows(channel)))
        changes.push(put(Table.Channels, channel.id, this.#scribe.channel(channel)));
    }
    this.#channels.clear();
    changes.push(...this.#scribe.atomics(), ...this.#scribe.lost());
    return changes;
  }

  #program(mainId: number | null, isOver = false): Change[] {
    const { sources, kept } = this.#options;
    const { key, record } = sources;
    const changes: Change[] = [];
    const program = [mainId ?? undefined, key, [...kept], isOver, isOver ? [...this.#failedTasks] : []];
    this.#putChanged(changes, Table.Globals, "program", encode(program));
    this.#putChanged(changes, Table.Sources, key, record);
    return changes;
  }

  #removeChanged(table: Table, key: Key): Change {
    this.#last.delete(`${table} ${key}`);
    return remove(table, key);
  }

  #putChanged(changes: Change[], table: Table, key: Key, payload: Uint8Array): void {
    const name = `${table} ${key}`;
    const last = this.#last.get(name);
    if (last !== undefined && Buffer.compare(last, payload) === 0) return;
    this.#last.set(name, payload);
    changes.push(put(table, key, payload));
  }

  #need(): void {
    if (this.#isNeeded) return;
    this.#isNeeded = true;
    this.#options.needed();
  }

  #await(stamp: Stamp): void {
    this.#options.journal.flush();
    this.#options.journal.wait(stamp);
  }

  /** The store refuses: nothing more is kept, and the program ends. */
  #attempt<T>(write: () => T): T | null {
    try {
      return write();
    } catch (error) {
      this.#hasFailed = true;
      this.#options.failed(error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}
