// A shard: runs the tasks of a program, one at a time, and answers what they ask for. The host of the engine.
//
//   driver ── completed, alarm ──> wake ──> run queue ── turn ──> engine.run ── asks ──> park, begin an answer ──> driver
//                                                                     └──── ends ──> settle the future, wake awaiters
//
// It is long because all of it is about the private state of one loop.
//
// The life of a task is drawn in task.ts; what is done about each request is in answers/. Here is only who runs when.
//
// A turn runs queued tasks until there are none or its time is up, and then goes back to the driver, so that I/O, timers
// and tasks all get their share. Without anything to run, nothing of ours runs at all.
//
// E1. The program ends when its own code and all its tasks have ended and no port is watched; when its own code fails; or
//     by `exit`. A listener does not keep it, a task that waits for one does.
// E2. When every task waits and nothing that could wake one is under way, none ever will be. If the program's own code is
//     among them it gets the fault Deadlock; if it has ended, the program ends: those left only served it.
// E3. A fault is unhandled when its task has ended and nobody awaits its future. It is reported once, a second after the
//     task's end or at the end of the program: a program may start a task and await it a little later.
// E4. A task that is awaited here before it has begun is begun at its `await`, on top of the task that awaits it: what is forked
//     and joined needs no turn of its own, and few such tasks are alive at once. When the turn is over nobody is, and all that
//     stand on each other wait in the queue as if it had never been done.
// E5. In the same way a task that waits here goes on, on top of the task that gives it what it waits for (answers/channels.ts, K8),
//     unless another shard would take it.

import { type Host, type Input, TOO_DEEP } from "../engine/host.ts";
import { E } from "../engine/machine.ts";
import type { Channel, Closure, EffectRequest, Fault, Future, FutureState, Value } from "../engine/values.ts";
import { type CounterMemory, Counters, counterMemory } from "../nexus/counters.ts";
import { Mark } from "../nexus/flight.ts";
import { figures, read, Saturation } from "../nexus/readings.ts";
import { Admission } from "./admission.ts";
import type { Answer } from "./answer.ts";
import { tryReceive, trySend } from "./answers/channels.ts";
import { cancelledFault } from "./answers/tasks.ts";
import { type Descriptor, Descriptors } from "./descriptors.ts";
import type { Completions, Driver, DriverError, DriverValue, Handle, Tag } from "./drivers/driver.ts";
import { type Engine, machine } from "./engine.ts";
import { inputPlace } from "./input-file.ts";
import { Keeper } from "./keep/keeper.ts";
import { MemoryWatch } from "./memory.ts";
import { Operations, type Submitter } from "./operations.ts";
import type { Finished, ReactorOptions } from "./options.ts";
import { Orphans } from "./orphans.ts";
import { faultInput, nameOf } from "./payload.ts";
import { Ports } from "./ports.ts";
import { type Queued, RunQueue, Urgency } from "./queue.ts";
import { answerTo } from "./requests.ts";
import { Peer } from "./shards/peer.ts";
import { Cancellation, type Delegate, LiveTask, TaskFuture, TaskState, UNARMED } from "./task.ts";
import { textInput } from "./text-input.ts";
import { Timers } from "./timers.ts";

/** How long a turn may take, in milliseconds. */
const TURN = 8;
/** How many tasks run between two looks at the clock. */
const LOOK = 8;
/**
 * How many timers are woken at a time, with those who are ready before them and as urgent. More would only wait in the run queue
 * instead of the wheel.
 */
const DUE = 4096;
/** How many at least; and when some are in the store: as many as run next, so that most have ended before they would be written again. */
const FEW_DUE = 64;
/** When so many tasks have run in two turns, and as many are left, it is a rush (drivers/driver.ts, D9). */
const RUSH = 64;

type Phase = "running" | "finished";

/** What a new task goes on with, and one whose request yields nil. */
const NIL: Input = { kind: "value", value: undefined };
/** Read once: asking the host each time costs more than the clock does. */
const ORIGIN = performance.timeOrigin;
const UNHANDLED = 70;
const MOST_TASKS = 1_000_000;

export class Reactor implements Host, Completions {
  readonly args: readonly string[];
  readonly driver: Driver;
  readonly engine: Engine;
  readonly counters: Counters;
  readonly operations = new Operations();
  readonly admission: Admission;
  readonly descriptors: Descriptors;
  readonly ports: Ports;
  /** This shard among the others; null when it is the only one. */
  readonly peer: Peer | null;
  /** Null when nothing is kept. */
  readonly keeper: Keeper | null;
  readonly finished: Promise<Finished>;
  readonly #options: ReactorOptions;
  readonly #clock: () => number;
  readonly #queue = new RunQueue();
  /** Of tasks, and of those that are in the store only by their numbers (keep/cold.ts). */
  readonly #timers: Timers<LiveTask | number>;
  readonly #counterMemory: CounterMemory;
  readonly #saturation: Saturation;
  /** What the engine had counted before this program. */
  readonly #performedBefore = E.performed;
  #settle: (finished: Finished) => void = () => undefined;
  #exitCode: number | null = null;
  #phase: Phase = "running";
  /** A debugger has stopped the program: nothing runs. */
  #isHeld = false;
  readonly #memory = new MemoryWatch();
  readonly shard: number;
  readonly shards: number;
  #ids: number;
  /** Tasks that have not ended; only counted while this shard is the only one. */
  #live = 0;
  #main: LiveTask | null = null;
  #turnEnds = 0;
  /** How many more tasks run before the next look at the clock. */
  #untilLook = LOOK;
  /** Of the task that runs, which starts others. */
  #generation = 0;
  /** A task has used up the turn's time, and said so. */
  #usedUp = false;
  /** Tasks that have run, in this turn and the one before: a loop that starts many takes turns with those it has started. */
  #ran = 0;
  #ranBefore = 0;
  /** In this turn. */
  #hasPrinted = false;
  /** For when the driver's alarm is set; Infinity: it is not. */
  #alarmAt = Number.POSITIVE_INFINITY;
  #someDue = false;
  #inTurn = false;
  /** Of the tasks that are woken now. */
  #urgency = Urgency.Ready;
  readonly #orphans = new Orphans((fault, task) => this.reportUnhandled(fault, task));
  #someUnhandled = false;
  /** While a wait of an earlier run is armed again. */
  #keptDeadline: number | undefined;

  constructor(options: ReactorOptions) {
    this.#options = options;
    this.#clock = options.now ?? (() => ORIGIN + performance.now());
    this.args = options.args ?? [];
    this.driver = options.driver;
    this.engine = options.engine ?? machine;
    this.ports = new Ports(this, options.ports ?? new Map());
    this.peer = options.peer === undefined ? null : new Peer(this, options.peer);
    this.shard = this.peer?.shard ?? 0;
    this.shards = this.peer?.shards ?? 1;
    this.#ids = this.shard;
    this.admission = new Admission(options.mostTasks ?? MOST_TASKS, () => this.live, this.operations);
    this.descriptors = new Descriptors((fd) => this.ports.isBound(fd), this.shard, this.shards);
    if (options.input !== undefined) this.descriptors.get(0)!.handle = textInput(options.input, this);
    this.#timers = new Timers(this.now());
    this.#counterMemory = options.counters ?? counterMemory({}, this.now());
    this.#saturation = new Saturation(this.#counterMemory.startedAt);
    this.counters = new Counters(this.#counterMemory, this.shard);
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.keeper = options.keeper === undefined ? null : new Keeper(this, options.keeper);
    this.driver.attach(this);
  }

  // ---- The program ----

  /** Starts the program's own code; or goes on with the tasks that an earlier run has left, and yields null. */
  start(program: Closure): Future | null {
    this.engine.setHost(this);
    if (this.keeper?.restore() === true) return null;
    const future = this.startTask(program, [], "program", true);
    this.#main = future.task;
    return future;
  }

  /** Starts a shard other than the first: it waits for tasks. */
  join(): void {
    this.engine.setHost(this);
    this.keeper?.join();
    this.driver.soon();
  }

  /** What `finished` yields, once that is known. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** Tasks of the program that have not ended, on all shards. */
  get live(): number {
    return this.peer?.memory.live ?? this.#live;
  }

  get mainHasEnded(): boolean {
    return this.#main === null || this.#main.state === TaskState.Done;
  }

  /** Ends the program now, whatever still waits. */
  finish(exitCode: number): void {
    if (this.#phase === "finished") return;
    this.#phase = "finished";
    // Ended from outside, it has not ended by itself.
    if (this.peer?.memory.stopping !== true) this.keeper?.finished();
    this.#orphans.reportDue(Number.POSITIVE_INFINITY);
    this.#queue.clear();
    this.driver.close();
    const someUnhandled = this.#someUnhandled || this.peer?.memory.someUnhandled === true;
    this.#exitCode = exitCode === 0 && someUnhandled ? UNHANDLED : exitCode;
    this.#settle({ exitCode: this.#exitCode });
  }

  /** E3 */
  reportUnhandled(fault: Fault, task: string): void {
    this.#someUnhandled = true;
    this.peer?.memory.unhandled();
    this.counters.faults++;
    this.#options.onUnhandledFault(fault, task);
  }

  // ---- The life of a task (task.ts) ----

  /** A new task, which owns its arguments: -> Fresh */
  startTask(closure: Closure, args: readonly Value[], name: string, isHome: boolean): TaskFuture {
    const id = this.nextId();
    const future = new TaskFuture(id);
    const task = new LiveTask(future, name, isHome, this.#generation + 1);
    future.task = task;
    this.engine.startStack(task, closure, args);
    this.#begun();
    this.keeper?.touch(task);
    if (isHome && this.shard !== 0 && this.peer!.sendTask(task, NIL, 0)) return future;
    this.#enqueue(task, NIL);
    return future;
  }

  #begun(tasks = 1): void {
    if (this.peer === null) this.#live += tasks;
    else this.peer.tasksStarted(tasks);
    this.counters.tasksStarted += tasks;
  }

  /** Parked -> Ready (T1) */
  wake(task: LiveTask, input: Input): void {
    if (task.state !== TaskState.Parked) throw new Error(`broken T1: ${task} is woken`);
    if (task.isDelegate()) {
      task.request = null;
      task.state = TaskState.Done;
      this.peer!.reply(task, input);
      return;
    }
    this.#becomesReady(task);
    this.keeper?.touch(task);
    this.#enqueue(task, input);
  }

  #becomesReady(task: LiveTask): void {
    this.counters.woken(task.request!.site.effect);
    task.state = TaskState.Ready;
    task.request = null;
    task.armed = UNARMED;
  }

  resume(task: LiveTask, value: Value): void {
    this.wake(task, value === undefined ? NIL : { kind: "value", value });
  }

  /** E4. Fresh -> Running */
  beginAwaited(future: Future, depth: number): void {
    const task = (future as TaskFuture).task;
    if (task === null || task.state !== TaskState.Fresh || !this.#mayRunAbove(task)) return;
    // Looking may have sent it to another shard.
    if (!this.#queue.takeOut(task)) return;
    this.observe(future);
    // One that is debugged may have to stop: it is not run on top of another, but next.
    if (E.isDebugged) this.#queue.pushFirst(task, NIL);
    else this.#step(task, NIL, depth);
  }

  /** E5. Parked -> Running, or Ready: when it may not run at this depth, or not now. */
  handOver(task: LiveTask, value: Value, depth: number): void {
    const mayRun = depth !== TOO_DEEP && !task.isDelegate() && !E.isDebugged && this.#mayRunAbove(task);
    if (!mayRun || (!task.isHome && this.peer?.memory.someHungry === true)) {
      this.resume(task, value);
      return;
    }
    this.#becomesReady(task);
    this.#step(task, value === undefined ? NIL : { kind: "value", value }, depth);
  }

  /** E4, E5: not one whose running is watched, and nobody when the turn is over. */
  #mayRunAbove(task: LiveTask): boolean {
    if (this.keeper?.isOnTrial(task) === true) return false;
    if (--this.#untilLook > 0) return true;
    if (this.#usedUp || this.turnIsOver()) return false;
    this.#untilLook = LOOK;
    return true;
  }

  /** Fresh or Ready -> Running -> Parked or Done */
  #step(task: LiveTask, input: Input, depth: number): void {
    task.state = TaskState.Running;
    this.counters.resumptions++;
    const above = this.#generation;
    this.#generation = task.generation;
    const outcome = this.engine.run(task, this.keeper === null ? input : this.keeper.steps(task, input), depth);
    this.#generation = above;
    if (depth === 0) this.keeper?.hasStepped();
    if (outcome.kind !== "asks") {
      this.#end(task, outcome.kind === "done" ? outcome : { kind: "failed", fault: outcome.fault });
      return;
    }
    const { request } = outcome;
    task.state = TaskState.Parked;
    task.request = request;
    this.counters.parked(request.site.effect);
    const answer = answerTo(request.site.effect);
    if (task.cancellation === Cancellation.Asked && answer?.releases !== true) this.#deliverCancellation(task);
    else if (answer === undefined)
      this.wake(task, faultInput("UnhandledEffect", `nobody handles the effect "${nameOf(request)}"`));
    else if (this.keeper !== null) this.keeper.asked(task, request);
    else this.#begin(answer, task, request);
  }

  /** Has a request answered: here, or by the shard that can. */
  beginNow(task: LiveTask, request: EffectRequest): void {
    this.#begin(answerTo(request.site.effect)!, task, request);
  }

  #begin(answer: Answer, task: LiveTask, request: EffectRequest): void {
    const owner = this.#ownerOf(answer, request);
    if (owner === this.shard) answer.begin(this, task, request);
    else this.peer!.ask(task, request, owner);
  }

  /** The shard that answers a request made here. */
  #ownerOf({ place }: Answer, request: EffectRequest): number {
    return place === undefined || this.peer === null ? this.shard : this.peer.ownerOf(place, request);
  }

  /** Answers a request of another shard, for the delegate of its task. */
  begin(delegate: Delegate, request: EffectRequest): void {
    delegate.request = request;
    answerTo(request.site.effect)!.begin(this, delegate, request);
  }

  /** Takes back a delegate's request. False when it cannot be: its answer will come. */
  withdrawRequest(delegate: Delegate): boolean {
    const request = delegate.request!;
    const answer = answerTo(request.site.effect)!;
    if (answer.withdraw === undefined) return false;
    answer.withdraw(this, delegate, request);
    return true;
  }

  /** A task has come from another shard, or could not go to one. */
  taskArrived(task: LiveTask, input: Input): void {
    this.#enqueue(task, input);
  }

  /** Running or Fresh -> Done */
  #end(task: LiveTask, outcome: FutureState): void {
    task.state = TaskState.Done;
    task.stack = null;
    this.keeper?.touch(task);
    const future = task.future as TaskFuture;
    const cancelled = task.cancellation !== Cancellation.None;
    future.task = null;
    this.counters.tasksEnded++;
    this.settle(future, cancelled ? { kind: "failed", fault: cancelledFault(this, task) } : outcome);
    if (task === this.#main) this.#mainEnded(future);
    else if (outcome.kind === "failed" && !cancelled && !future.observed) this.failedUnobserved(future, task.name);
    if (this.peer === null) this.#live--;
    else this.peer.taskEnded();
    this.admission.retry();
  }

  /** A future has its state, from here or from another shard. */
  settle(future: TaskFuture, state: FutureState): void {
    if (future.state.kind !== "pending") throw new Error(`broken: the future of task ${future.id} settles twice`);
    future.state = state;
    this.peer?.links.forget(future);
    this.keeper?.settled(future);
    const { waiters } = future;
    if (waiters === null) return;
    future.waiters = null;
    for (const waiter of waiters) waiter.settled(future);
  }

  /** A task that was started here has failed, and nobody awaits it so far (E3). */
  failedUnobserved(future: Future, name: string): void {
    this.#orphans.add(future, this.titleOf(future.id, name), this.now());
  }

  /** A task for people: "task 3 (name)", or "task 3@1 (name)" when shard 1 has started it. */
  titleOf(id: number, name: string): string {
    const creator = this.peer?.memory.creatorOf(id) ?? 0;
    return `task ${Math.floor(id / this.shards)}${creator === 0 ? "" : `@${creator}`} (${name})`;
  }

  /** Somebody awaits a future. */
  observe(future: Future): void {
    if (this.peer === null) future.observed = true;
    else this.peer.links.observe(future);
  }

  /** Somebody on another shard awaits a future that was made here. */
  observedElsewhere(id: number, future: Future | undefined): void {
    if (future !== undefined) future.observed = true;
    else this.#orphans.observe(id);
  }

  /** `cancel(future)`, wherever its task is. */
  cancelFuture(future: TaskFuture): void {
    this.keeper?.need(future);
    if (future.task !== null) this.cancel(future.task);
    else this.peer?.links.cancel(future);
  }

  #mainEnded(future: Future): void {
    if (future.state.kind === "failed") {
      this.reportUnhandled(future.state.fault, "program");
      this.finish(UNHANDLED);
    } else this.ports.mainEnded();
  }

  /** Has a task see CANCELLED where it waits, or at its next request; one that has not begun never does. */
  cancel(task: LiveTask): void {
    if (task.cancellation !== Cancellation.None || task.state === TaskState.Done) return;
    this.counters.cancellations++;
    task.cancellation = Cancellation.Asked;
    if (task.state === TaskState.Fresh) this.#end(task, { kind: "pending" });
    else if (task.state === TaskState.Parked && task.request !== null) {
      this.#takeBackRequest(task, () => this.#deliverCancellation(task));
    }
  }

  /** Takes back what a parked task has asked; `then` is called unless the task is answered first. */
  #takeBackRequest(task: LiveTask, then: () => void): void {
    const request = task.request!;
    const answer = answerTo(request.site.effect);
    if (this.keeper?.forgets(task) === true) {
      then();
      return;
    }
    // A task that cancels itself is parked on `cancel`, which is answered next.
    if (answer?.withdraw === undefined) return;
    if (this.#ownerOf(answer, request) !== this.shard) this.peer!.withdraw(task, then);
    else {
      answer.withdraw(this, task, request);
      then();
    }
  }

  /** Parked, nothing armed -> Ready */
  #deliverCancellation(task: LiveTask): void {
    task.cancellation = Cancellation.Delivered;
    this.wake(task, { kind: "perform", effect: "CANCELLED", payload: {} });
  }

  // ---- What the keeper uses (keep/) ----

  /** A task of an earlier run. */
  adopt(task: LiveTask, isMain: boolean): void {
    this.#begun();
    if (isMain) this.#main = task;
  }

  /** So many tasks of an earlier run sleep, and are in the store only. */
  adoptSleepers(tasks: number): void {
    this.#begun(tasks);
    this.counters.parked("TIMER", tasks);
  }

  /** Sets their timers, by their ids. */
  sleepUntil(deadlines: Float64Array, ids: Float64Array): void {
    this.#timers.addAll(deadlines, ids);
  }

  /** A task that sleeps is in the store only, from now on. */
  coolDown(task: LiveTask): void {
    this.#timers.replace(task.armed, task.id);
    (task.future as TaskFuture).task = null;
  }

  /** One of them cannot be read: it is not run. */
  sleeperIsLost(): void {
    this.counters.woken("TIMER");
    if (this.peer === null) this.#live--;
    else this.peer.taskEnded();
  }

  /** Arms a wait of an earlier run again, with the deadline that it had. */
  beginAgain(task: LiveTask, request: EffectRequest, deadline: number | undefined): void {
    this.#keptDeadline = deadline;
    this.counters.parked(request.site.effect);
    this.beginNow(task, request);
    this.#keptDeadline = undefined;
  }

  /** A task of an earlier run has failed and is not run. */
  someTaskFailed(): void {
    this.#someUnhandled = true;
    this.peer?.memory.unhandled();
  }

  /** When the task's timer is due, if it has one. */
  deadlineOf(task: LiveTask): number | undefined {
    const effect = task.request?.site.effect;
    const isTimed = (effect === "TIMER" || effect === "timeout") && task.armed !== UNARMED;
    return isTimed ? this.#timers.deadlineOf(task.armed) : undefined;
  }

  /** Has a parked task go on with this instead of its answer. Nothing happens when its request cannot be taken back. */
  interrupt(task: LiveTask, input: Input): void {
    this.#takeBackRequest(task, () => this.wake(task, input));
  }

  get queued(): Iterable<Queued> {
    return this.#queue;
  }

  /** The program's own code, while it has not ended. */
  get mainId(): number | null {
    return this.mainHasEnded ? null : this.#main!.id;
  }

  get lastId(): number {
    return this.#ids;
  }

  /** Numbers up to this one were used by an earlier run. */
  reserveIds(last: number): void {
    if (last > this.#ids) this.#ids += this.shards * Math.ceil((last - this.#ids) / this.shards);
  }

  printNow(line: string): void {
    this.#hasPrinted = true;
    this.#options.print(line);
  }

  flush(): void {
    this.#options.flush?.();
  }

  // ---- Debugging (runtime/debug) ----

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** From now on no task runs. What comes from outside is noted, and time goes on. */
  hold(): void {
    this.#isHeld = true;
  }

  /** The program goes on; `first` is a task that was stopped, and has its turn next. */
  proceed(first: LiveTask | null): void {
    this.#isHeld = false;
    if (first !== null) {
      this.#becomesReady(first);
      this.#queue.pushFirst(first, NIL);
    }
    this.driver.soon();
  }

  // ---- What answers use ----

  copy(value: Value): Value {
    return typeof value === "object" ? this.engine.copyValue(value) : value;
  }

  /** A tag for an operation that a task or a monitor hands to the driver. */
  submit(owner: LiveTask | Submitter): Tag {
    this.counters.submissions++;
    const tag = this.operations.begin(owner);
    if (owner instanceof LiveTask) owner.armed = tag;
    return tag;
  }

  /** Nobody waits for the task's operation any more: its tag, for the driver's `withdraw`. */
  takeBack(task: LiveTask): Tag {
    const tag = task.armed;
    task.armed = UNARMED;
    this.operations.end(tag);
    return tag;
  }

  /** Sets the task's timer. */
  arm(task: LiveTask, deadline: number): void {
    // Requests are made during a turn, which sets the alarm at its end.
    task.armed = this.#timers.add(this.#keptDeadline ?? deadline, task);
  }

  disarm(task: LiveTask): void {
    this.#timers.remove(task.armed);
    task.armed = UNARMED;
  }

  futureSettled(task: LiveTask, future: Future): void {
    const request = task.request;
    if (request !== null) answerTo(request.site.effect)?.settled?.(this, task, request, future);
  }

  startTurn(task: LiveTask): void {
    const request = task.request;
    if (request !== null) answerTo(request.site.effect)?.start?.(this, task, request);
  }

  /** The handle of a descriptor that is open. */
  handleOf(descriptor: Descriptor): Handle {
    const { what } = descriptor;
    if (what.kind === "standard") {
      this.#options.flush?.();
      if (descriptor.handle === null) this.#openStandard(descriptor, what.stream);
    }
    if (descriptor.handle === null) throw new Error(`broken V1: ${descriptor} has no handle`);
    return descriptor.handle;
  }

  #openStandard(descriptor: Descriptor, stream: 0 | 1 | 2): void {
    const place = stream === 0 && this.keeper !== null && descriptor.inputFile === null ? inputPlace() : null;
    if (place !== null) descriptor.isAt(place);
    descriptor.handle = this.driver.standard(stream);
  }

  /** Text on standard output that does not end a line. */
  prompt(text: string): void {
    const output = this.descriptors.get(1);
    if (output !== undefined) this.handleOf(output).write(this.operations.begin(NOBODY), text, 0);
  }

  // ---- The loop ----

  #enqueue(task: LiveTask, input: Input, urgency = this.#urgency): void {
    if (!this.#inTurn && this.#queue.length === 0) this.driver.soon();
    this.#queue.push(task, input, urgency);
  }

  poked(): void {
    this.driver.soon();
  }

  turn(): void {
    if (this.#phase === "finished" || this.#isHeld) return;
    const start = this.now();
    const { flight } = this.counters;
    if (flight.isWanted) flight.mark(Mark.Busy, start);
    this.#options.turns?.begins();
    this.#takeTurn(start);
    this.#options.turns?.ended();
    const end = this.now();
    if (flight.isWanted) flight.mark(Mark.Idle, end);
    this.counters.turns++;
    this.counters.busy += end - start;
    this.#count();
  }

  #takeTurn(start: number): void {
    if (this.peer !== null) this.#joinIn(this.peer);
    if (this.#isFinished()) return;
    this.keeper?.standStill();
    this.#turnEnds = start + TURN;
    this.#hasPrinted = false;
    this.#usedUp = false;
    this.#ranBefore = this.#ran;
    this.#ran = 0;
    this.#inTurn = true;
    do {
      if (this.#someDue) this.#wakeDue(start);
      this.#runQueued();
    } while (this.#someDue && this.#queue.length === 0 && !this.#mustPause());
    this.keeper?.noneSteps();
    if (this.#isHeld) this.#inTurn = false;
    if (this.#isFinished() || this.#isHeld) return;
    if (this.#queue.length === 0 && !this.#someDue) this.#nothingToRun();
    else this.peer?.tellAll();
    if (this.#isFinished()) return;
    this.#inTurn = false;
    this.keeper?.turnEnded();
    if (this.#isFinished()) return;
    if (this.#queue.length > 0 || this.#someDue) this.driver.soon(this.#isRush());
    this.#setAlarm();
  }

  /** Brings up to date what is not counted as it happens. */
  #count(): void {
    this.counters.performed = E.performed - this.#performedBefore;
    this.counters.queueLength = this.#queue.length;
    this.counters.timers = this.#armedTimers;
    const { counts } = this.driver;
    if (counts === undefined) return;
    this.counters.enters = counts.enters;
    this.counters.completions = counts.completed;
  }

  get #armedTimers(): number {
    return this.#timers.length - (this.keeper?.passedOver ?? 0);
  }

  /** Until the queue is empty or the turn's time is up. */
  #runQueued(): void {
    const { peer } = this;
    this.#untilLook = LOOK;
    while (this.#queue.length > 0) {
      const task = this.#queue.take();
      const input = this.#queue.input as Input;
      if (task === undefined || task.state === TaskState.Done) continue;
      peer?.deal(this.#queue);
      this.#step(task, input, 0);
      this.#ran++;
      if (this.#isFinished() || this.#isHeld) return;
      if (--this.#untilLook > 0 && !this.#usedUp) continue;
      if (this.#usedUp || this.turnIsOver()) {
        this.#queue.turnIsOver();
        if (this.#queue.movable > 0) peer?.isOverworked();
        return;
      }
      this.#untilLook = LOOK;
      peer?.receive();
    }
  }

  /** Nothing more runs in this turn. */
  #mustPause(): boolean {
    return this.#isFinished() || this.#isHeld || this.turnIsOver();
  }

  #isRush(): boolean {
    return Math.min(this.#ranBefore + this.#ran, this.#queue.length) >= RUSH;
  }

  /** Parked -> Ready, behind all that something has happened to: it has had its share of time. */
  putBack(task: LiveTask): void {
    this.#becomesReady(task);
    this.#enqueue(task, NIL, Urgency.Spent);
    this.#usedUp = true;
  }

  /** The beginning of a turn of one among several. */
  #joinIn(peer: Peer): void {
    // Several shards of a simulation share one engine.
    this.engine.setHost(this);
    if (peer.memory.stopping) {
      this.finish(0);
      return;
    }
    if (this.#queue.length > 0 || this.#someDue) peer.beBusy();
    peer.receive();
  }

  #isFinished(): boolean {
    return this.#phase === "finished";
  }

  /** E1, E2 */
  #nothingToRun(): void {
    const { peer } = this;
    this.#options.flush?.();
    // In this order: a task that ends elsewhere either wakes this shard or is seen here.
    peer?.waitsForRoom(this.admission.isFull);
    this.admission.retry();
    // What is held back has yet to begin.
    const underWay = this.operations.length + this.#armedTimers + (this.keeper?.held ?? 0);
    peer?.beIdle(underWay);
    if (this.shard !== 0) return;
    if (this.live === 0 && this.ports.watched === 0) {
      // What the last tasks said before they ended may still be in the mail.
      if (peer?.hasMail === true) this.driver.soon();
      else this.finish(0);
      return;
    }
    if (underWay > 0 || peer?.isQuiet() === false) return;
    if (this.mainHasEnded) this.finish(0);
    else if (this.#main?.state === TaskState.Parked) this.#deadlocked(this.#main);
  }

  #deadlocked(task: LiveTask): void {
    const waits = `"${nameOf(task.request!)}" waits for something that cannot happen`;
    const fault = faultInput("Deadlock", `${waits}: every task waits, and nothing under way could wake one`);
    this.#takeBackRequest(task, () => this.wake(task, fault));
  }

  completed(tag: Tag, value: DriverValue): void {
    if (this.#phase === "finished") return;
    const owner = this.#reap(tag);
    if (owner instanceof LiveTask) {
      const request = owner.request!;
      owner.armed = UNARMED;
      answerTo(request.site.effect)?.completed?.(this, owner, request, value);
    } else owner?.completed(value);
    this.#urgency = Urgency.Ready;
  }

  failed(tag: Tag, error: DriverError): void {
    if (this.#phase === "finished") return;
    const owner = this.#reap(tag);
    if (owner instanceof LiveTask) {
      const request = owner.request!;
      owner.armed = UNARMED;
      answerTo(request.site.effect)?.failed?.(this, owner, request, error);
    } else owner?.failed(error);
    this.#urgency = Urgency.Ready;
  }

  /** An event has come from outside: whose it is. Whoever it wakes is urgent. */
  #reap(tag: Tag): LiveTask | Submitter | undefined {
    this.#eventCame();
    return this.operations.end(tag);
  }

  #eventCame(): void {
    this.#urgency = Urgency.Event;
    this.counters.events++;
    const { flight } = this.counters;
    if (flight.isWanted) flight.mark(Mark.Event, this.now());
  }

  // ---- Time ----

  alarm(): void {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    this.#someDue = true;
    this.driver.soon();
  }

  /** Wakes tasks whose time has come; a million at once take several turns. */
  #wakeDue(now: number): void {
    const most = this.keeper?.someAreCold === true ? FEW_DUE : Math.max(FEW_DUE, DUE - this.#queue.urgent);
    for (let n = 0; n < most; n++) {
      const sleeper = this.#timers.takeDue(now);
      if (sleeper === undefined) break;
      const task = typeof sleeper === "number" ? this.keeper!.sleeperIsDue(sleeper) : sleeper;
      if (task === undefined) continue;
      const request = task.request!;
      task.armed = UNARMED;
      this.#eventCame();
      answerTo(request.site.effect)?.expired?.(this, task, request);
    }
    this.#urgency = Urgency.Ready;
    this.#someDue = this.#timers.earliest <= now;
    this.#orphans.reportDue(now);
  }

  /** An alarm that is set too early is left: when it rings, the right one is set. */
  #setAlarm(): void {
    const next = Math.min(this.#timers.earliest, this.#orphans.due, this.keeper?.due ?? Number.POSITIVE_INFINITY);
    if (next === Number.POSITIVE_INFINITY) {
      if (this.#alarmAt !== next) this.driver.alarm(null);
    } else if (next < this.#alarmAt) this.driver.alarm(Math.ceil(next - this.now()));
    else return;
    this.#alarmAt = next;
  }

  // ---- Host ----

  print(line: string): void {
    if (this.keeper?.holdsLine(line) !== true) this.printNow(line);
  }

  spawn(closure: Closure, args: readonly Value[]): Future {
    const isHome = this.engine.isHome(closure);
    const copies = this.engine.copyValues([closure, ...args]);
    const own = copies.shift() as Closure;
    return this.startTask(own, copies, closure.code.name, isHome);
  }

  refusesTask(closure: Closure, args: readonly Value[]): string | undefined {
    return this.keeper?.refusesTask(closure, args);
  }

  trySend(channel: Channel, value: Value, depth: number): boolean {
    // Whoever ran on top of the sender may have ended the program: then that goes no further.
    if (this.#isHere(channel)) return trySend(this, channel, value, depth) && !this.#isFinished();
    return this.peer!.loans.trySend(channel, value);
  }

  tryReceive(channel: Channel): Value {
    return this.#isHere(channel) ? tryReceive(this, channel) : this.peer!.loans.tryReceive(channel);
  }

  #isHere(channel: Channel): boolean {
    this.keeper?.touchChannel(channel);
    return this.peer === null || this.peer.memory.creatorOf(channel.id) === this.shard;
  }

  turnIsOver(): boolean {
    this.peer?.deal(this.#queue);
    this.peer?.tellAll();
    return this.now() >= this.#turnEnds || this.keeper?.isAwaited === true;
  }

  mayGoOn(): boolean {
    if (this.peer !== null || this.keeper !== null) return false;
    const othersWait = this.#queue.length > 0 || this.#someDue || this.#timers.length > 0;
    const worldMayCall = this.operations.length > 0 || this.ports.watched > 0 || this.#options.isInterruptible === true;
    // What was printed leaves the process only between turns.
    if (othersWait || worldMayCall || this.#hasPrinted || this.#orphans.due !== Number.POSITIVE_INFINITY) return false;
    this.#turnEnds = this.now() + TURN;
    return true;
  }

  memoryLimit(): number | undefined {
    return this.#memory.isLow() ? this.#memory.limit : undefined;
  }

  handlerInstalled(handler: Closure): void {
    this.ports.handlerInstalled(handler.code.effect!);
    this.peer?.handlerInstalled(handler);
  }

  nextId(): number {
    this.#ids += this.shards;
    return this.#ids;
  }

  /** The shard that a descriptor belongs to; hardware ports and the standard streams are the first's. */
  shardOfDescriptor(fd: number): number {
    return fd <= 2 || (this.ports.isBound(fd) && this.descriptors.get(fd) === undefined)
      ? 0
      : (this.peer?.memory.creatorOf(fd) ?? 0);
  }

  now(): number {
    return this.#clock();
  }

  metrics(): Readonly<Record<string, number>> {
    this.#count();
    return figures(read(this.#counterMemory, this.now()), this.#saturation);
  }

  isWarmBoot(): boolean {
    return this.keeper?.isWarm === true;
  }
}

/** Asks the driver for something whose end concerns nobody. */
const NOBODY: Submitter = { completed: () => undefined, failed: () => undefined };
