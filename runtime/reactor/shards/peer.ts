// A shard among others: the messages between them. What only one shard can answer is asked of it, tasks go where there is
// room, and futures settle wherever they are known (links.ts).
//
// Kinds of messages (`MessageKind`), each a parcel (parcel.ts) behind one byte:
//
//   Task       a task that has not begun or is ready, with its stack and what it goes on with
//   Request    what a parked task asks, for the shard that can answer it; Answer brings it back; Withdraw asks for less
//   Settled, Cancel, Observed, PassedOn, Dropped     links.ts
//   Items, Room, Recall, Return                      loans.ts, streams.ts
//   Handler    the program has a new handler for the whole program; from shard 0
//   Constant   the value of a constant that tasks may read anywhere; from shard 0, before any message after it was computed
//
// Dealing (D): Acar, Charguéraud, Rainey, "Scheduling parallel programs by work stealing with private deques" (2013), in the form
// where who has work gives it. The run queue of a shard is its own; only a wish is shared.
//
// D1. A shard without work writes down its wish (memory.ts, APPETITE) and sleeps. A shard that has more than it can run next
//     looks for wishes at its scheduling points: between tasks, and when a long loop asks whether its turn is over. It takes
//     one off by compare-and-swap, so that exactly one shard answers it, and sends half of the loops that have used up their
//     time, or else half of the oldest tasks that may move (queue.ts). A wish that cannot be met after all is put back.
// D2. A task that moves leaves the run queue before its message is written, and is in no other place: it is the message's. The
//     message is delivered exactly once and in order (ring.ts), and the receiver puts the task into its run queue before it does
//     anything else. So a task is on one shard or in one message, never in two, and never lost.
// D3. Home tasks stay on shard 0; started elsewhere, they are sent there at once. Parked tasks never move.
//
// Asking (R):
//
// R1. A task that is parked on a request of another shard is known here under a token until the answer comes. There, a
//     delegate that nobody runs is parked on the same request; to wake it is to answer (task.ts).
// R2. An answer is the end of a request, also of one that is being withdrawn. `Withdrawn` is an answer as well: so a value
//     that was taken from a channel for this task reaches it, even if the task is cancelled meanwhile.
//     `AT_LOAN` is one, too: the task waits here from now on, at an end of a channel that was lent with it (loans.ts).
//
// Ending (Q):
//
// Q1. Only shard 0 ends the program or finds that it is stuck. A shard says that it is idle after its last message is published,
//     and that it is busy, with a new epoch, before it reads one. If all are idle, with nothing under way, as many messages were
//     received as sent, and no epoch has changed between the beginning and the end of looking, then there was a moment at which
//     nothing was left (the second wave of Mattern, "Algorithms for distributed termination detection", 1987).

import { faultFromValue, faultToValue } from "../../codec/fault.ts";
import { CodecError } from "../../codec/format.ts";
import type { Input } from "../../engine/host.ts";
import {
  type Cell,
  Channel,
  type Closure,
  type EffectRequest,
  type Future,
  type FutureState,
  type Value,
} from "../../engine/values.ts";
import { Mark } from "../../nexus/flight.ts";
import type { Place } from "../answer.ts";
import { itemsCame, itemsCameBack, itemsRefused, roomCame, sendingEndCameBack } from "../answers/channels.ts";
import { nameOf } from "../payload.ts";
import type { RunQueue } from "../queue.ts";
import type { Reactor } from "../shard.ts";
import { Delegate, LiveTask, type TaskFuture, TaskState, UNARMED } from "../task.ts";
import { type LinkHost, SharedLinks } from "./links.ts";
import { type ChannelEnd, type Loan, type LoanHost, Loans } from "./loans.ts";
import type { SharedMemory } from "./memory.ts";
import { type CodeContext, inputFromValue, inputToValue, Packer } from "./parcel.ts";
import type { Ring } from "./ring.ts";
import type { StreamEnd } from "./streams.ts";

/** The most tasks that go to another shard at once. */
const MOST = 128;

enum MessageKind {
  Task,
  Request,
  Answer,
  Withdraw,
  Settled,
  Cancel,
  Observed,
  PassedOn,
  Dropped,
  Items,
  Room,
  Recall,
  Return,
  Handler,
  Constant,
}

/** The answer to a request that has been withdrawn (R2). */
const WITHDRAWN = undefined;
/** The answer to one that waits, from now on, at an end of a channel that is lent with it. */
const AT_LOAN = true;

export interface PeerOptions {
  readonly shard: number;
  readonly memory: SharedMemory;
  readonly code: CodeContext;
  /** Constants that tasks may read anywhere; shard 0 computes them. In the same order in every shard. */
  readonly constants: readonly Cell[];
  /** Installs a handler of the whole program that shard 0 has installed. */
  installHandler(handler: Closure): void;
  /** There is work for more shards than have been started. */
  needShards(): void;
}

/** What goes with a task's stack: its number, name, whether it must run at home, whether it has yet to begin, its input … */
type Travelling = [number, string, boolean, boolean, Value, isOnTrial: boolean, generation: number];

/** A task that waits for an answer from another shard (R1). */
interface Asked {
  readonly task: LiveTask;
  readonly of: number;
  /** What to do when the request has been withdrawn. */
  withdrawn: (() => void) | null;
}

export class Peer implements LinkHost, LoanHost {
  readonly shard: number;
  readonly memory: SharedMemory;
  readonly links: SharedLinks;
  readonly loans: Loans;
  readonly #reactor: Reactor;
  readonly #options: PeerOptions;
  readonly #packer: Packer;
  readonly #outgoing: Ring[];
  readonly #incoming: Ring[];
  /** Rings with messages that found no room. */
  readonly #blocked = new Set<number>();
  readonly #asked = new Map<number, Asked>();
  readonly #delegates = new Map<string, Delegate>();
  /** Who has something to say soon (W2 in streams.ts). */
  #toTell: StreamEnd[] = [];
  /** Shard 0: constants that the others have not been told, by their index. */
  #unsent: number[];
  #tokens = 0;
  #idle = false;
  #hasAskedForShards = false;
  #waitsForRoom = false;
  #standsStill = false;

  constructor(reactor: Reactor, options: PeerOptions) {
    const { shard, memory } = options;
    this.#reactor = reactor;
    this.#options = options;
    this.shard = shard;
    this.memory = memory;
    this.links = new SharedLinks(this, memory);
    this.loans = new Loans(this);
    this.#unsent = shard === 0 ? [...options.constants.keys()] : [];
    this.#packer = new Packer(this.links, options.code);
    const others = Array.from({ length: memory.shards }, (_, other) => other);
    this.#outgoing = others.map((other) => memory.ring(shard, other));
    this.#incoming = others.map((other) => memory.ring(other, shard));
  }

  get shards(): number {
    return this.memory.shards;
  }

  // ---- Messages ----

  #send(to: number, kind: MessageKind, parcel: Uint8Array): void {
    if (this.#unsent.length > 0 && kind !== MessageKind.Constant) this.#sendConstants();
    this.memory.sent(this.shard);
    if (!this.#outgoing[to]!.send(kind, parcel)) this.#blocked.add(to);
    this.memory.deliver(to);
  }

  /** Those that have a value by now; they never get another. */
  #sendConstants(): void {
    const { constants } = this.#options;
    const computed = this.#unsent.filter((index) => constants[index]!.v !== undefined);
    if (computed.length === 0) return;
    this.#unsent = this.#unsent.filter((index) => constants[index]!.v === undefined);
    for (const index of computed)
      for (let other = 1; other < this.shards; other++)
        this.#post(other, MessageKind.Constant, [index, constants[index]!.v]);
  }

  #post(to: number, kind: MessageKind, values: readonly Value[]): void {
    this.#send(to, kind, this.#packer.pack(values as Value[], to));
  }

  get hasMail(): boolean {
    return this.memory.hasMail(this.shard);
  }

  /** Takes in what has come. */
  receive(): void {
    if (!this.hasMail) return;
    this.beBusy();
    this.memory.clearMail(this.shard);
    for (const to of this.#blocked) {
      if (this.#outgoing[to]!.flush()) this.#blocked.delete(to);
      this.memory.deliver(to);
    }
    for (let from = 0; from < this.shards; from++) {
      if (from !== this.shard) this.#receiveFrom(from);
    }
  }

  #receiveFrom(from: number): void {
    const ring = this.#incoming[from]!;
    for (let message = ring.receive(); message !== undefined; message = ring.receive()) {
      // What a third shard knew of the program's handlers when it wrote this, shard 0 had sent here before.
      if (from !== 0 && this.shard !== 0) this.#receiveFrom(0);
      this.#take(message[0] as MessageKind, message.subarray(1), from);
      this.memory.received(this.shard);
    }
    if (ring.takeFull()) this.memory.deliver(from);
  }

  #take(kind: MessageKind, parcel: Uint8Array, from: number): void {
    if (kind === MessageKind.Task) {
      this.#takeTask(parcel, from);
      return;
    }
    const values = this.#packer.unpack(parcel, from) as Value[];
    const [id] = values as number[];
    switch (kind) {
      case MessageKind.Request:
        this.#answer(from, values);
        break;
      case MessageKind.Answer:
        this.#answered(values);
        break;
      case MessageKind.Withdraw:
        this.#withdrawDelegate(from, id!);
        break;
      case MessageKind.Settled:
        this.links.news(id!, this.#stateOf(values));
        break;
      case MessageKind.Cancel:
        this.#cancelTask(id!);
        break;
      case MessageKind.Observed:
        this.#reactor.observedElsewhere(id!, this.links.find(id!));
        break;
      case MessageKind.PassedOn:
        this.links.passedOn(id!, values[1] as number);
        break;
      case MessageKind.Dropped:
        this.links.dropped(id!, from, values[1] as number);
        break;
      case MessageKind.Items:
        if (this.#isOwn(id!)) itemsCame(this.#reactor, this.links.channel(id!), values[1] as Value[]);
        else this.loans.itemsCame(id!, this.links.borrowed(id!), values[1] as Value[], from);
        break;
      case MessageKind.Room:
        if (this.#isOwn(id!)) roomCame(this.#reactor, this.links.channel(id!), values[1] as number);
        else this.loans.roomCame(this.links.borrowed(id!), values[1] as number);
        break;
      case MessageKind.Recall:
        this.#recalled(id!, values[1] as ChannelEnd);
        break;
      case MessageKind.Return:
        this.#loanCameBack(this.links.channel(id!), values[1] as Value[] | undefined, values[2] as number);
        break;
      case MessageKind.Constant:
        this.#options.constants[id!]!.v = values[1];
        break;
      case MessageKind.Handler:
        this.#options.installHandler(values[0] as Closure);
        break;
    }
  }

  // ---- Links ----

  tellSettled(to: number, future: Future): void {
    const { id, state } = future;
    if (state.kind === "pending") throw new Error("broken L1: news of a future that is pending");
    const value = state.kind === "done" ? state.value : faultToValue(state.fault);
    try {
      this.#post(to, MessageKind.Settled, [id, state.kind === "done", value]);
    } catch (error) {
      this.#post(to, MessageKind.Settled, [id, false, faultToValue(cannotGo(error, "a result"))]);
    }
  }

  #stateOf([, isDone, value]: readonly Value[]): FutureState {
    return isDone === true
      ? { kind: "done", value }
      : { kind: "failed", fault: faultFromValue(value, this.#options.code) };
  }

  tellCancelled(to: number, id: number): void {
    this.#post(to, MessageKind.Cancel, [id]);
  }

  tellObserved(to: number, id: number): void {
    this.#post(to, MessageKind.Observed, [id]);
  }

  tellPassedOn(channel: number, to: number): void {
    this.#post(this.memory.creatorOf(channel), MessageKind.PassedOn, [channel, to]);
  }

  tellDropped(channel: number, count: number): void {
    this.#post(this.memory.creatorOf(channel), MessageKind.Dropped, [channel, count]);
  }

  settle(future: TaskFuture, state: FutureState): void {
    this.#reactor.settle(future, state);
  }

  failedUnobserved(future: Future, name: string): void {
    this.#reactor.failedUnobserved(future, name);
  }

  #cancelTask(id: number): void {
    const future = this.links.find(id);
    if (future !== undefined) this.#reactor.cancelFuture(future);
  }

  /** A new handler of the whole program, for all other shards; they got it from the first one and pass it on to nobody. */
  handlerInstalled(handler: Closure): void {
    if (this.shard !== 0) return;
    for (let other = 0; other < this.shards; other++)
      if (other !== this.shard) this.#post(other, MessageKind.Handler, [handler]);
  }

  // ---- Loans ----

  /** Not while the shard stands still for a cut: everything is to be where it is kept. */
  get mayLend(): boolean {
    return !this.#standsStill;
  }

  set standsStill(does: boolean) {
    this.#standsStill = does;
    if (!does) return;
    this.loans.giveBackAll();
    this.tellAll();
  }

  #borrow(channel: Channel, loan: Loan): void {
    this.loans.borrow(channel, loan);
    if (this.#standsStill) this.loans.giveBackAll();
  }

  #isOwn(id: number): boolean {
    return this.memory.creatorOf(id) === this.shard;
  }

  /** An end of a channel of this shard is lent: until it is back the channel is kept (Z4 in loans.ts). */
  lends(channel: Channel): void {
    this.links.passedOn(channel, this.shard);
  }

  loanIsOver(channel: Channel): void {
    this.links.dropped(channel.id, this.shard, 1);
  }

  /** Somebody wants an end of a channel of this shard that another one has. */
  recall(channel: Channel, end: ChannelEnd, from: number): void {
    this.#post(from, MessageKind.Recall, [channel.id, end]);
  }

  #recalled(id: number, end: ChannelEnd): void {
    const channel = this.links.borrowed(id);
    if (channel !== undefined) this.loans.giveBack(channel, end);
  }

  /** `rest`: items that were not used; undefined for a sending end. */
  #loanCameBack(channel: Channel, rest: readonly Value[] | undefined, come: number): void {
    if (rest === undefined) sendingEndCameBack(this.#reactor, channel);
    else itemsCameBack(this.#reactor, channel, rest, come);
  }

  postReturn(to: number, id: number, rest: Value[] | undefined, come: number): void {
    this.#post(to, MessageKind.Return, [id, rest, come]);
  }

  postItems(to: number, channel: Channel, items: Value[]): void {
    this.#post(to, MessageKind.Items, [channel.id, items]);
  }

  postRoom(to: number, channel: Channel, room: number): void {
    this.#post(to, MessageKind.Room, [channel.id, room]);
  }

  refused(channel: Channel, items: readonly Value[]): void {
    itemsRefused(this.#reactor, channel, items);
  }

  askOwner(task: LiveTask, owner: number): void {
    this.ask(task, task.request!, owner);
  }

  resume(task: LiveTask, value: Value): void {
    this.#reactor.resume(task, value);
  }

  isLarge(value: Value): boolean {
    return this.#reactor.keeper?.isLarge(value) === true;
  }

  /** While this shard stands still for a cut, nothing waits here. Who has been rung and is still to look is not rung for each item. */
  isWaiting(shard: number): boolean {
    return this.#standsStill || (this.memory.isIdle(shard) && !this.memory.hasMail(shard));
  }

  later(end: StreamEnd): void {
    this.#toTell.push(end);
  }

  /** Tells the others what could wait a moment. */
  tellAll(): void {
    while (this.#toTell.length > 0) {
      const ends = this.#toTell;
      this.#toTell = [];
      for (const end of ends) {
        end.isDue = false;
        end.tell();
      }
    }
  }

  // ---- Tasks that move (D) ----

  /** Sends a task that is in no queue any more. False: something in it cannot go, and nothing has happened. */
  sendTask(task: LiveTask, input: Input, to: number): boolean {
    const { id, name, isHome, state, generation } = task;
    const isOnTrial = this.#reactor.keeper?.isOnTrial(task) === true;
    const beside = [id, name, isHome, state === TaskState.Fresh, inputToValue(input), isOnTrial, generation];
    let parcel: Uint8Array;
    try {
      parcel = this.#packer.packStack(task.stack!, beside, to);
    } catch (error) {
      if (error instanceof CodecError) return false;
      throw error;
    }
    this.links.taskGoes(task.future as TaskFuture, name, to);
    this.#reactor.keeper?.goes(task);
    task.state = TaskState.Done;
    task.stack = null;
    this.#send(to, MessageKind.Task, parcel);
    return true;
  }

  #takeTask(parcel: Uint8Array, from: number): void {
    const { counters } = this.#reactor;
    const began = this.#reactor.now();
    const { stack, beside } = this.#packer.unpackStack(parcel, from);
    const [id, name, isHome, isFresh, input, isOnTrial, generation] = beside as Travelling;
    const future = this.links.taskComes(id, from);
    const task = new LiveTask(future, name, isHome, generation);
    future.task = task;
    task.stack = stack;
    if (!isFresh) task.state = TaskState.Ready;
    this.#reactor.keeper?.comes(task, isOnTrial);
    this.#reactor.taskArrived(task, inputFromValue(input, this.#options.code));
    counters.tasksStolen++;
    counters.stealing += this.#reactor.now() - began;
    if (counters.flight.isWanted) counters.flight.mark(Mark.Stolen, began);
  }

  /** A scheduling point: gives tasks to a shard that has none (D1). */
  deal(queue: RunQueue): void {
    const { memory } = this;
    if (queue.movable === 0 || !memory.someHungry) return;
    for (let step = 1; step < this.shards; step++) {
      const other = (this.shard + step) % this.shards;
      if (!memory.takeWish(other)) continue;
      const { counters } = this.#reactor;
      const began = this.#reactor.now();
      const tasks = queue.takeMovable(MOST);
      let gone = 0;
      for (const { task, input } of tasks) {
        if (this.sendTask(task, input, other)) gone++;
        else this.#reactor.taskArrived(task, input);
      }
      if (gone === 0) memory.beHungry(other);
      else counters.stealsAnswered++;
      counters.stealing += this.#reactor.now() - began;
      return;
    }
  }

  /** Tasks have begun here. */
  tasksStarted(tasks: number): void {
    this.memory.tasksStarted(this.shard, tasks);
  }

  /** A task has ended here. */
  taskEnded(): void {
    this.memory.taskEnded(this.shard);
    this.memory.wakeThoseWhoWantRoom();
  }

  /** Whether this shard is to be woken when tasks end anywhere. */
  waitsForRoom(waits: boolean): void {
    if (waits === this.#waitsForRoom) return;
    this.#waitsForRoom = waits;
    this.memory.wantRoom(this.shard, waits);
  }

  /** A turn's time was not enough, and there are tasks that others could run: it is worth starting them. */
  isOverworked(): void {
    if (this.#hasAskedForShards) return;
    this.#hasAskedForShards = true;
    if (this.memory.askForShards()) this.#options.needShards();
  }

  // ---- Requests that others answer (R) ----

  /** The shard that answers a request made here. */
  ownerOf(place: Place, request: EffectRequest): number {
    switch (place) {
      case "first":
        return 0;
      case "channel": {
        const { f_channel: channel } = request;
        return channel instanceof Channel ? this.memory.creatorOf(channel.id) : this.shard;
      }
      case "descriptor": {
        const fd = request.f_fd ?? request.f_target;
        if (typeof fd !== "number" || !Number.isSafeInteger(fd) || fd < 0) return this.shard;
        return this.#reactor.shardOfDescriptor(fd);
      }
    }
  }

  /** R1. Or it waits here, at an end of a channel that is lent. */
  ask(task: LiveTask, request: EffectRequest, of: number): void {
    const { f_channel: channel } = request;
    if (channel instanceof Channel && this.loans.wait(task, channel, request)) return;
    const token = ++this.#tokens;
    try {
      this.#post(of, MessageKind.Request, [token, task.id, task.name, request]);
    } catch (error) {
      this.#reactor.wake(task, { kind: "fault", fault: cannotGo(error, `"${nameOf(request)}"`) });
      return;
    }
    task.armed = token;
    this.#asked.set(token, { task, of, withdrawn: null });
  }

  /** Takes back what a task has asked of another shard; `withdrawn` is called unless an answer was under way (R2). */
  withdraw(task: LiveTask, withdrawn: () => void): void {
    if (task.armed === UNARMED) {
      this.loans.withdraw(task);
      withdrawn();
      return;
    }
    const asked = this.#asked.get(task.armed)!;
    if (asked.withdrawn === null) this.#post(asked.of, MessageKind.Withdraw, [task.armed]);
    asked.withdrawn = withdrawn;
  }

  #answer(from: number, [token, id, name, request]: readonly Value[]): void {
    const delegate = new Delegate(id as number, name as string, from, token as number);
    this.#delegates.set(`${from}:${token}`, delegate);
    this.#reactor.begin(delegate, request as EffectRequest);
  }

  /** A delegate has been woken: its request is answered. */
  reply(delegate: Delegate, input: Input): void {
    const { from, token, loan } = delegate;
    this.#delegates.delete(`${from}:${token}`);
    const answer = inputToValue(input);
    if (loan !== null) {
      try {
        this.#post(from, MessageKind.Answer, [token, answer, loan.of]);
        return;
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        const { channel, of } = loan;
        if (typeof of === "number") this.#loanCameBack(channel, undefined, 0);
        else this.#loanCameBack(channel, of[0], of[0].length);
      }
    }
    try {
      this.#post(from, MessageKind.Answer, [token, answer]);
    } catch (error) {
      const refused: Input = { kind: "fault", fault: cannotGo(error, "an answer") };
      this.#post(from, MessageKind.Answer, [token, inputToValue(refused)]);
    }
  }

  /** A delegate's request is not answered: its task waits by itself, at the end of a channel that it is lent. */
  lendToWaiting(delegate: Delegate): void {
    const { from, token, loan } = delegate;
    delegate.request = null;
    delegate.state = TaskState.Done;
    this.#delegates.delete(`${from}:${token}`);
    this.#post(from, MessageKind.Answer, [token, AT_LOAN, loan!.of]);
  }

  #withdrawDelegate(from: number, token: number): void {
    const delegate = this.#delegates.get(`${from}:${token}`);
    if (delegate === undefined || !this.#reactor.withdrawRequest(delegate)) return;
    this.#delegates.delete(`${from}:${token}`);
    this.#post(from, MessageKind.Answer, [token, WITHDRAWN]);
  }

  #answered([token, input, loan]: readonly Value[]): void {
    const asked = this.#asked.get(token as number);
    if (asked === undefined) throw new Error("broken R1: an answer that nobody waits for");
    this.#asked.delete(token as number);
    const { task, of, withdrawn } = asked;
    if (loan !== undefined) this.#borrow(task.request!.f_channel as Channel, loan as Loan);
    if (input === AT_LOAN && withdrawn === null) {
      task.armed = UNARMED;
      this.ask(task, task.request!, of);
    } else if (input === WITHDRAWN || input === AT_LOAN) withdrawn?.();
    else this.#reactor.wake(task, inputFromValue(input, this.#options.code));
  }

  // ---- Nothing to do (Q) ----

  /** Before anything is done that was not under way. */
  beBusy(): void {
    if (!this.#idle) return;
    this.#idle = false;
    this.memory.beBusy(this.shard);
    this.memory.takeWish(this.shard);
    if (this.shard === 0) this.memory.judging = false;
  }

  /** Nothing to run: `underway` operations and timers may bring something. */
  beIdle(underway: number): void {
    this.loans.rest();
    this.tellAll();
    if (this.#idle) this.memory.beIdle(this.shard, underway);
    else {
      this.#idle = true;
      this.memory.beIdle(this.shard, underway);
      this.memory.beHungry(this.shard);
      this.#reactor.counters.stealsAsked++;
    }
    // When the last task has ended, wherever, it is for shard 0 to end the program; of those who end tasks at once, one sees it.
    if (this.shard !== 0 && (this.memory.judging || this.memory.live === 0)) this.memory.wake(0);
  }

  /** Shard 0, which is idle: is everything over? If not, it is woken to ask again when that may have changed (Q1). */
  isQuiet(): boolean {
    this.memory.judging = true;
    return !this.hasMail && this.memory.isQuiet();
  }
}

function cannotGo(error: unknown, what: string): ReturnType<typeof faultFromValue> {
  if (!(error instanceof CodecError)) throw error;
  const message = `${what} cannot go to another core: ${error.what}`;
  return { kind: "LimitExceeded", message, fields: {}, trace: [] };
}
