// Goes on with what an earlier run has left in its `.wld` file. Cells of globals get their values; when tasks were pending, they
// are put where they were: descriptors are opened again first, then each wait is armed anew from its request (task.ts, T2).
//
// L1. What cannot be opened again stays a descriptor on which every operation fails, with the reason.
// L2. A deadline is the one from before. A wait that others can end is taken up in the order in which it began.
// L3. The first read on a connection that was dialled sees IO_RECONNECT, then goes on with the new connection. One that was
//     accepted waits for its peer, if the listener has a session function that will know it (sessions.ts).
// L4. A task or descriptor that cannot be read is reported and stays in the file as it is; the others are not disturbed.
// L5. A task that was running when the process ended is not trusted (trials.ts).
// L6. Of tasks that only wait for their time, only the timers are set (cold.ts). Nothing is cut before all waits are armed.

import { decode } from "../../codec/decode.ts";
import type { Input } from "../../engine/host.ts";
import { installProgramHandler } from "../../engine/machine.ts";
import type { Cell, Closure, Future, Value } from "../../engine/values.ts";
import { type Change, remove } from "../../horizon/change.ts";
import { Table } from "../../horizon/tables.ts";
import { readTask, Standing, type TaskRecord, taskChanges } from "../../horizon/task-record.ts";
import type { Described, Descriptor } from "../descriptors.ts";
import { DriverError, type DriverValue, type Handle, type OpenMode, type Tag } from "../drivers/driver.ts";
import { LostHandle } from "../gone.ts";
import { skipInput } from "../input-file.ts";
import { awaitPeer, receiving } from "../sessions.ts";
import type { Reactor } from "../shard.ts";
import { type CodeContext, inputFromValue, NO_CODE } from "../shards/parcel.ts";
import type { LiveTask } from "../task.ts";
import type { ColdTasks } from "./cold.ts";
import type { Image } from "./image.ts";
import type { Recall, Recalled } from "./recall.ts";
import { failedText, MOST_CRASHES, pauseAfter, pauseText, type Trials } from "./trials.ts";

export interface RestoreOptions {
  readonly image: Image;
  readonly code: Pick<CodeContext, "code">;
  readonly globals: ReadonlyMap<string, Cell>;
  readonly kept: { add(name: string): void };
  /** Tasks that were running when the earlier run ended, and who sees to them. */
  readonly accused: ReadonlySet<number>;
  readonly trials: Trials;
  readonly recall: Recall;
  /** Tasks that are read when they are needed. */
  readonly cold: ColdTasks;
  /** All waits are armed. */
  armed(): void;
  complain(text: string): void;
}

export class Restorer {
  readonly tasks: LiveTask[] = [];
  /** Tasks that go on, and how many steps they have made. */
  readonly kept = new Map<number, number>();
  /** Tasks that are in the file and are not run (trials.ts, R3). */
  readonly failed: number[] = [];
  /** What is said of the tasks that were running; on the disk before anything runs. */
  readonly accusations: Change[] = [];
  readonly #accused = new Map<number, TaskRecord>();
  readonly descriptors = new Set<number>();
  readonly #reactor: Reactor;
  readonly #options: RestoreOptions;
  readonly #program: readonly Value[];
  readonly #accepted: Descriptor[] = [];
  #opening = 0;
  #waiting: Recalled[] = [];

  constructor(reactor: Reactor, options: RestoreOptions) {
    this.#reactor = reactor;
    this.#options = options;
    const program = this.#table(Table.Globals).get("program");
    this.#program = program === undefined ? [] : (decode(program, NO_CODE) as Value[]);
    for (const id of options.accused) this.#accuse(id);
    for (const [key, record] of this.#table(Table.Tasks)) {
      const id = key as number;
      if (!this.#counts(id)) continue;
      const { standing, generation } = this.#accused.get(id) ?? readTask(id, record).task;
      if (standing === Standing.Failed) this.failed.push(id);
      else this.kept.set(id, generation);
    }
    if (this.#hasEnded) return;
    for (const fd of this.#table(Table.Descriptors).keys()) this.descriptors.add(fd as number);
  }

  /** L5 */
  #accuse(id: number): void {
    const record = this.#table(Table.Tasks).get(id);
    if (record === undefined || !this.#counts(id)) return;
    const { task, frames = this.#table(Table.Frames).get(id) } = readTask(id, record);
    if (task.standing === Standing.Failed) return;
    const crashes = task.crashes + 1;
    const hasFailed = crashes >= MOST_CRASHES;
    const accused = { ...task, crashes, standing: hasFailed ? Standing.Failed : task.standing };
    this.#accused.set(id, accused);
    this.accusations.push(...taskChanges(accused, frames ?? new Uint8Array(0)));
    const title = `task ${id} (${task.name})`;
    this.#options.complain(hasFailed ? failedText(title, id, crashes) : pauseText(title, crashes));
  }

  /** A task of this run's own doing has failed just now. */
  get someFailed(): boolean {
    return [...this.#accused.values()].some(({ standing }) => standing === Standing.Failed);
  }

  /** Ports that were watched. */
  get monitors(): number[] {
    return [...this.#table(Table.Monitors).keys()] as number[];
  }

  #table(table: Table): ReadonlyMap<number | string, Uint8Array> {
    return this.#options.image.get(table) ?? new Map();
  }

  /** The program of that run has ended by itself: only its variables count. */
  get #hasEnded(): boolean {
    return this.#program[3] === true;
  }

  /** Of a program that has ended, tasks count that had failed before: some may have been resumed since. */
  #counts(task: number): boolean {
    return !this.#hasEnded || (this.#program[4] as readonly number[] | undefined)?.includes(task) === true;
  }

  /** What is in the file and does not count. */
  get leftovers(): Change[] {
    const changes = [...this.#table(Table.Output).keys()].map((key) => remove(Table.Output, key));
    if (!this.#hasEnded) return changes;
    for (const table of [Table.Tasks, Table.Frames, Table.Descriptors, Table.Monitors])
      for (const key of this.#table(table).keys())
        if ((table !== Table.Tasks && table !== Table.Frames) || !this.#counts(key as number))
          changes.push(remove(table, key));
    return changes;
  }

  /** False when no task was pending. */
  restore(): boolean {
    const reactor = this.#reactor;
    const [mainId, , kept] = this.#program;
    for (const [key, record] of this.#table(Table.Globals)) {
      if (!String(key).startsWith("shard ")) continue;
      const last = decode(record, NO_CODE) as number;
      reactor.reserveIds(last);
      reactor.descriptors.reserve(last + 1);
    }
    // Before anything is asked of what was there: it is all this shard's.
    if (reactor.peer !== null) reactor.peer.memory.floor = Math.max(reactor.lastId, reactor.descriptors.next);
    const isResumed = this.kept.size > 0 || this.someFailed || this.#options.cold.left > 0;
    if (isResumed) this.#restoreHandlers();
    this.#restoreGlobals((kept ?? []) as string[]);
    if (!isResumed) {
      this.#options.recall.fillChannels();
      return false;
    }
    let older = 0;
    for (const [id, record] of this.#table(Table.Tasks))
      if (this.kept.has(id as number) && this.#readTask(id as number, record, id === mainId)) older++;
    if (older > 0) this.#options.complain(olderText(older));
    this.#options.recall.fillChannels();
    reactor.adoptSleepers(this.#options.cold.left);
    this.#openAll();
    return true;
  }

  #restoreHandlers(): void {
    const bytes = this.#table(Table.Globals).get("handlers");
    if (bytes === undefined) return;
    for (const handler of this.#options.recall.packer.unpack(bytes, 0) as Closure[]) installProgramHandler(handler);
  }

  /** `kept`: those that have had their first value. */
  #restoreGlobals(kept: readonly string[]): void {
    const bytes = this.#table(Table.Globals).get("globals");
    if (bytes === undefined) return;
    const [names, values, numbers, objects] = this.#options.recall.packer.unpack(bytes, 0) as [
      string[],
      Value[],
      number[],
      object[],
    ];
    names.forEach((name, i) => {
      const cell = this.#options.globals.get(name);
      if (cell === undefined) return;
      cell.v = values[i];
      if (kept.includes(name)) this.#options.kept.add(name);
    });
    for (const [i, number] of numbers.entries()) this.#options.recall.pins.set(number, objects[i]!);
  }

  /** True for a task that has code of an older source. */
  #readTask(id: number, bytes: Uint8Array, isMain: boolean): boolean {
    const { task: stored, frames = this.#table(Table.Frames).get(id) } = readTask(id, bytes);
    const record = this.#accused.get(id) ?? stored;
    try {
      const recalled = this.#options.recall.task(record, frames ?? new Uint8Array(0));
      this.#reactor.adopt(recalled.task, isMain);
      this.tasks.push(recalled.task);
      this.#waiting.push(recalled);
      return recalled.isOlder;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.complain(`task ${id} (${record.name}) cannot go on: ${why}. It stays in the file.`);
      return false;
    }
  }

  // ---- Descriptors ----

  #openAll(): void {
    this.#opening++;
    for (const [fd, bytes] of this.#hasEnded ? [] : this.#table(Table.Descriptors)) {
      const fields = this.#fieldsOf(fd as number, bytes);
      if (fields !== null) this.#open(fd as number, fields);
    }
    this.#opened();
  }

  /** Null for a listener whose session function is of no source that this release can read: then it is not there (EBADF). */
  #fieldsOf(fd: number, bytes: Uint8Array): Value[] | null {
    try {
      return this.#options.recall.packer.unpack(bytes, 0) as Value[];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.complain(`descriptor ${fd} cannot be opened again: ${why}. It stays in the file.`);
      return null;
    }
  }

  #open(fd: number, [kind, first, second, third]: readonly Value[]): void {
    const reactor = this.#reactor;
    const { driver } = reactor;
    switch (kind) {
      case "file": {
        const mode = second as OpenMode;
        // What "w" has emptied and written stays.
        const how = mode === "w" ? "r+" : mode;
        const descriptor = reactor.descriptors.restore(fd, { kind, path: first as string, mode });
        descriptor.offset = third as number;
        this.#begin(descriptor, (tag) => driver.open(tag, first as string, how));
        break;
      }
      case "listener": {
        const what = { kind, host: first as string | undefined, port: second as number, session: third } as const;
        const listener = reactor.descriptors.restore(fd, what);
        const opened = (): void => receiving(reactor, listener, third);
        this.#begin(listener, (tag) => driver.listen(tag, what.host, what.port), opened);
        break;
      }
      case "dialled": {
        const what = { kind, host: first as string, port: second as number } as const;
        const descriptor = reactor.descriptors.restore(fd, what);
        const opened = (): void => {
          descriptor.renewed = `the program was started again and has dialled ${what.host}:${what.port} anew`;
        };
        this.#begin(descriptor, (tag) => driver.connect(tag, what.host, what.port), opened);
        break;
      }
      case "input": {
        const input = reactor.descriptors.get(fd)!;
        if ((first as Uint8Array).length > 0) input.unread = first as Uint8Array;
        const place = typeof second === "string" ? skipInput({ file: second, at: third as number }) : null;
        if (place !== null) input.isAt(place);
        break;
      }
      default: {
        const what: Described = { kind: "accepted", listener: first as number, key: second };
        this.#accepted.push(reactor.descriptors.restore(fd, what));
      }
    }
  }

  #begin(descriptor: Descriptor, submit: (tag: Tag) => void, opened = (): void => undefined): void {
    this.#opening++;
    submit(
      this.#reactor.submit({
        completed: (value: DriverValue) => {
          descriptor.handle = value as Handle;
          opened();
          this.#opened();
        },
        failed: (error) => {
          descriptor.handle = new LostHandle(this.#reactor, error);
          this.#opened();
        },
      }),
    );
  }

  #opened(): void {
    if (--this.#opening > 0) return;
    for (const descriptor of this.#accepted)
      if (!awaitPeer(this.#reactor, descriptor)) descriptor.handle = new LostHandle(this.#reactor, UNKNOWN_PEER);
    this.#restoreMonitors();
    const waiting = this.#waiting.sort((a, b) => a.order - b.order);
    this.#waiting = [];
    for (const one of waiting) this.#goOnInTime(one);
    this.#options.cold.arm();
    this.#options.armed();
    this.#reactor.driver.soon();
  }

  #restoreMonitors(): void {
    for (const [port, bytes] of this.#hasEnded ? [] : this.#table(Table.Monitors)) {
      const [event, task] = decode(bytes, NO_CODE) as [Uint8Array | undefined, number | undefined];
      const future = task === undefined ? undefined : this.#futureOf(task);
      const trouble = this.#reactor.ports.restore(port as number, event, future);
      if (trouble !== null) this.#options.complain(trouble);
    }
  }

  /** Undefined for a task that could not be read. */
  #futureOf(task: number): Future | undefined {
    const { cold, recall } = this.#options;
    return cold.isLeft(task) ? recall.future(task) : this.tasks.find(({ id }) => id === task)?.future;
  }

  /** L5 */
  #goOnInTime({ task, record, input: value, request }: Recalled): void {
    const { trials, code } = this.#options;
    const { crashes, deadline } = record;
    const input = request === undefined ? inputFromValue(value ?? [0, undefined], code) : undefined;
    const goOn = (): void => this.#goOn(task, input, deadline);
    task.request = request ?? null;
    trials.begin(task, crashes);
    if (crashes === 0) goOn();
    else trials.delay({ task, input, deadline, goOn }, this.#reactor.now() + pauseAfter(crashes));
  }

  /** L2 */
  #goOn(task: LiveTask, input: Input | undefined, deadline: number | undefined): void {
    if (input !== undefined) this.#reactor.taskArrived(task, input);
    else this.#reactor.beginAgain(task, task.request!, deadline);
  }
}

const UNKNOWN_PEER = new DriverError("ECONNRESET", "the program was started again, and the connection is gone");

const olderText = (count: number): string =>
  count === 1
    ? "1 task finishes with the source that it was suspended in; walia horizon upgrade moves it where it can"
    : `${count} tasks finish with the source that they were suspended in; walia horizon upgrade moves those that it can`;
