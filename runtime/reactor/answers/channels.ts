// Requests on channels: send, receive, close. Answered by the shard that made the channel.
//
// K1. Receivers wait only while there is neither an item nor a sender; senders wait only while the channel is full; both
//     also while their end is lent (K5). Items leave in the order in which `send` was called.
// K2. A value is copied when it changes hands: into the channel, or straight from a waiting sender to a receiver.
// K3. Closing loses nothing: what is in the channel and what waiting senders hold is still received; then it yields nil.
//     Sending afterwards is a fault.
// K4. A task that need not wait does not ask: on the channel's own shard the library tries first (`trySend`, `tryReceive`).
// K5. Another shard that comes back for more is lent an end (shards/loans.ts): from then on items go there as they are sent, or come
//     from there as far as there is room. While it is lent nobody else uses it: who wants to waits, and has it asked back. Closing
//     is a use of the sending end.
// K6. Lent items count as being in the channel until their room has come back, and lent room as taken, so a channel holds as
//     much as its capacity says; and for everybody who waits on another shard, one more, which is for him. If he has stopped
//     waiting when it comes, it stays in the channel.
// K7. In a program that is kept, a value has a largest size, and so have the items of a channel together (keep/limits.ts, Z1). What
//     is more is refused, also when its sender has waited; only then is it known how much the channel holds. Items of lent
//     ends are counted where they are: those between shards are small, larger ones are asked for.
// K8. On a channel without room, a receiver goes on as soon as it has its value, on top of the sender (shard.ts, E5): it would
//     have to before the next value. With room, a sender fills that first, so that a receiver is woken once for many.

import { sizeOf } from "../../codec/size.ts";
import { Fifo } from "../../engine/fifo.ts";
import { type Input, TOO_DEEP } from "../../engine/host.ts";
import { Channel, type EffectRequest, SIGNAL, type Value } from "../../engine/values.ts";
import type { Answer } from "../answer.ts";
import { channelTooLarge, LARGEST_VALUE, valueTooLarge } from "../keep/limits.ts";
import { faultInput, wrongField } from "../payload.ts";
import type { Reactor } from "../shard.ts";
import { ChannelEnd } from "../shards/loans.ts";
import { Inlet, Outlet, type StreamEnd, WINDOW, windowOf } from "../shards/streams.ts";
import type { Delegate, LiveTask } from "../task.ts";

/** How many requests in a row it takes to be lent an end. */
const LEAST_PATIENCE = 2;
const MOST_PATIENCE = 64;
/** A loan through which so many items have gone has paid. */
const PLENTY = 1024;

/** An end that another shard has. */
interface Lent<Stream extends StreamEnd> {
  readonly stream: Stream;
  /** It was asked back, or is on its way: nothing more goes through it. */
  isRecalled: boolean;
  /** Of the receiving end: items that have come back, and how many that were sent are accounted for (Z3 in loans.ts). */
  readonly back: Value[];
  accounted: number;
}

/** One end of a channel. */
class End<Stream extends StreamEnd> {
  readonly tasks = new Fifo<LiveTask>();
  /** Null when it is here. */
  loan: Lent<Stream> | null = null;
  /** The shard of the last request that was answered, how many there were in a row, and how many it takes to be lent the end. */
  #user = -1;
  #requests = 0;
  #patience = LEAST_PATIENCE;

  /** Somebody of the channel's own shard has used it. */
  usedHere(): void {
    this.#user = -1;
  }

  /** A shard has used it by a request: whether it is to be lent the end with the answer. */
  usedBy(shard: number): boolean {
    this.#requests = this.#user === shard ? this.#requests + 1 : 1;
    this.#user = shard;
    return this.#requests >= this.#patience && this.loan === null && this.tasks.length === 0;
  }

  lend(stream: Stream): void {
    this.loan = { stream, isRecalled: false, back: [], accounted: 0 };
  }

  /** Somebody else wants it: it is lent less readily from now on. */
  askedBack(): void {
    this.loan!.isRecalled = true;
    this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
  }

  /** The loan is over; so many items have gone through it. */
  isBack(used: number): void {
    if (used >= PLENTY) this.#patience = LEAST_PATIENCE;
    this.#requests = 0;
    this.loan = null;
  }
}

/** What is going on at a channel; kept in the channel itself (`waiting`). */
class Ends {
  readonly sending = new End<Inlet>();
  readonly receiving = new End<Outlet>();
  /** Who waits to close it (K5). */
  readonly closing: LiveTask[] = [];
}

function endsOf(channel: Channel): Ends {
  channel.waiting ??= new Ends();
  return channel.waiting as Ends;
}

/** The channel of a request; undefined when it was given something else. */
function channelOf(reactor: Reactor, task: LiveTask, request: EffectRequest): Channel | undefined {
  const { f_channel: channel } = request;
  if (channel instanceof Channel) {
    reactor.keeper?.touchChannel(channel);
    return channel;
  }
  reactor.wake(task, wrongField(request, "channel", "a Channel", channel));
  return undefined;
}

/** How many items may still be put in (K6). The shard that has the receiving end has a window of the capacity, the rest is here. */
function roomOf(channel: Channel, { sending, receiving }: Ends): number {
  const { capacity } = channel;
  const room = receiving.loan === null ? capacity : capacity - windowOf(channel) + receiving.loan.stream.room;
  return room - channel.items.length - (sending.loan?.stream.granted ?? 0);
}

/** Whether an end may be used here. If not, it is asked back (K5). */
function isHere(reactor: Reactor, channel: Channel, end: End<StreamEnd>, which: ChannelEnd): boolean {
  const { loan } = end;
  if (loan === null) return true;
  if (!loan.isRecalled) {
    end.askedBack();
    reactor.peer!.recall(channel, which, loan.stream.to);
  }
  return false;
}

/** Sends for a task of this shard, if that need not wait and is no fault (K4). */
export function trySend(reactor: Reactor, channel: Channel, value: Value, depth: number): boolean {
  (channel.waiting as Ends | undefined)?.sending.usedHere();
  return put(reactor, channel, value, depth);
}

/** `depth`: where a receiver may run on top of the sender (K8), or TOO_DEEP. */
function put(reactor: Reactor, channel: Channel, value: Value, depth: number): boolean {
  if (channel.closed) return false;
  const size = sizeIn(reactor, value);
  if (size > LARGEST_VALUE) return false;
  const ends = channel.waiting as Ends | undefined;
  if (ends === undefined) {
    if (channel.items.length >= channel.capacity) return false;
  } else {
    if (!isHere(reactor, channel, ends.sending, ChannelEnd.Sending)) return false;
    const { loan, tasks } = ends.receiving;
    const receiver = loan === null ? tasks.shift() : undefined;
    if (receiver !== undefined) {
      reactor.handOver(receiver, reactor.copy(value), channel.capacity === 0 ? depth : TOO_DEEP);
      return true;
    }
    if (roomOf(channel, ends) <= 0) return false;
    if (loan !== null && mayGo(reactor, channel, ends, value)) {
      loan.stream.put(reactor.copy(value));
      return true;
    }
  }
  if (!fits(channel, size)) return false;
  channel.items.push(reactor.copy(value));
  channel.bytes += size;
  return true;
}

/** Whether the next item goes on to the shard that has the receiving end. For a large one the end is asked back (K7). */
function mayGo(reactor: Reactor, channel: Channel, { receiving }: Ends, item: Value): boolean {
  const { stream, isRecalled } = receiving.loan!;
  if (isRecalled || stream.room <= 0 || channel.items.length > 0) return false;
  if (reactor.keeper?.isLarge(item) !== true) return true;
  isHere(reactor, channel, receiving, ChannelEnd.Receiving);
  return false;
}

/** What a value counts towards the limits (K7); nothing while none apply. */
function sizeIn(reactor: Reactor, value: Value): number {
  return reactor.keeper === null ? 0 : sizeOf(value, LARGEST_VALUE);
}

const fits = (channel: Channel, size: number): boolean => channel.bytes + size <= LARGEST_VALUE;

function bytesOf(reactor: Reactor, items: readonly Value[]): number {
  return reactor.keeper === null ? 0 : items.reduce<number>((sum, item) => sum + sizeIn(reactor, item), 0);
}

/** Why a value that may not wait in the channel for its size cannot be sent (K7); null when that is not why. */
function refusalOf(reactor: Reactor, channel: Channel, ends: Ends, value: Value): Input | null {
  const size = sizeIn(reactor, value);
  if (size > LARGEST_VALUE) return valueTooLarge("send needs a value", size);
  const isFull = ends.sending.loan !== null || roomOf(channel, ends) <= 0;
  return isFull || fits(channel, size) ? null : channelTooLarge(channel.bytes, size);
}

const send: Answer = {
  place: "channel",
  begin(reactor, task, request) {
    const channel = channelOf(reactor, task, request);
    if (channel === undefined) return;
    const ends = endsOf(channel);
    const mayLend = task.isDelegate() && ends.sending.usedBy(task.from) && reactor.peer!.mayLend;
    if (put(reactor, channel, request.f_value, TOO_DEEP)) {
      if (mayLend) lendRoom(reactor, channel, ends, task);
      reactor.resume(task, undefined);
      grantRoom(channel, ends);
      return;
    }
    const refusal = channel.closed
      ? faultInput("IoError", "send on a closed channel", { code: "EPIPE" })
      : refusalOf(reactor, channel, ends, request.f_value);
    if (refusal !== null) reactor.wake(task, refusal);
    else if (mayLend && reactor.keeper?.isLarge(request.f_value) !== true) {
      lendRoom(reactor, channel, ends, task);
      reactor.peer!.lendToWaiting(task);
    } else ends.sending.tasks.push(task);
  },
  withdraw: (_reactor, task, request) => endsOf(request.f_channel as Channel).sending.tasks.remove(task),
};

/** Takes the value of the sender that has waited longest, if one may be taken, and lets it go on. */
function takeFromSender(reactor: Reactor, channel: Channel): { readonly value: Value } | undefined {
  const ends = channel.waiting as Ends | undefined;
  if (ends === undefined || ends.sending.loan !== null) return undefined;
  const sender = ends.sending.tasks.shift();
  if (sender === undefined) return undefined;
  const value = reactor.copy(sender.request?.f_value);
  reactor.resume(sender, undefined);
  return { value };
}

/** There is room for an item: of the sender that has waited longest and is not too large (K7). False when there is none. */
function letSenderIn(reactor: Reactor, channel: Channel): boolean {
  const ends = channel.waiting as Ends | undefined;
  if (ends === undefined || ends.sending.loan !== null) return false;
  const { tasks } = ends.sending;
  for (let sender = tasks.shift(); sender !== undefined; sender = tasks.shift()) {
    const value = sender.request?.f_value;
    const size = sizeIn(reactor, value);
    if (!fits(channel, size)) {
      reactor.wake(sender, channelTooLarge(channel.bytes, size));
      continue;
    }
    channel.items.push(reactor.copy(value));
    channel.bytes += size;
    reactor.resume(sender, undefined);
    return true;
  }
  return false;
}

/** Receives for a task of this shard, if that need not wait; else SIGNAL (K4). */
export function tryReceive(reactor: Reactor, channel: Channel): Value {
  (channel.waiting as Ends | undefined)?.receiving.usedHere();
  return take(reactor, channel);
}

function take(reactor: Reactor, channel: Channel): Value {
  const ends = channel.waiting as Ends | undefined;
  if (ends !== undefined && !isHere(reactor, channel, ends.receiving, ChannelEnd.Receiving)) return SIGNAL;
  if (channel.items.length > 0) {
    const item = takeItem(reactor, channel);
    if (ends !== undefined) {
      if (roomOf(channel, ends) > 0) letSenderIn(reactor, channel);
      grantRoom(channel, ends);
    }
    return item;
  }
  const next = takeFromSender(reactor, channel);
  if (next !== undefined) return next.value;
  return channel.closed ? undefined : SIGNAL;
}

/** Takes the first item out of the channel itself. */
function takeItem(reactor: Reactor, channel: Channel): Value {
  const item = channel.items.shift();
  channel.bytes -= sizeIn(reactor, item);
  return item;
}

/** Takes the first item out for another shard; SIGNAL: there is none, or one too large to be between shards (K7). */
function takeToGo(reactor: Reactor, channel: Channel): Value {
  if (channel.items.length === 0) return SIGNAL;
  const item = takeItem(reactor, channel);
  if (reactor.keeper?.isLarge(item) !== true) return item;
  channel.items.unshift([item]);
  channel.bytes += sizeIn(reactor, item);
  return SIGNAL;
}

const receive: Answer = {
  place: "channel",
  begin(reactor, task, request) {
    const channel = channelOf(reactor, task, request);
    if (channel === undefined) return;
    const ends = endsOf(channel);
    const isOver = channel.closed && channel.items.length === 0;
    const mayLend = task.isDelegate() && ends.receiving.usedBy(task.from) && reactor.peer!.mayLend && !isOver;
    const value = take(reactor, channel);
    if (value !== SIGNAL) {
      if (mayLend) lendItems(reactor, channel, ends, task);
      reactor.resume(task, value);
      if (mayLend) goOn(reactor, channel, ends);
    } else if (mayLend) {
      lendItems(reactor, channel, ends, task);
      reactor.peer!.lendToWaiting(task);
    } else {
      ends.receiving.tasks.push(task);
      grantRoom(channel, ends);
    }
  },
  withdraw: (_reactor, task, request) => endsOf(request.f_channel as Channel).receiving.tasks.remove(task),
};

const close: Answer = {
  place: "channel",
  begin(reactor, task, request) {
    const channel = channelOf(reactor, task, request);
    if (channel === undefined) return;
    const ends = endsOf(channel);
    if (isHere(reactor, channel, ends.sending, ChannelEnd.Sending)) closeNow(reactor, channel, ends, task);
    else ends.closing.push(task);
  },
  releases: true,
};

function closeNow(reactor: Reactor, channel: Channel, ends: Ends, task: LiveTask): void {
  channel.closed = true;
  // Whoever waits elsewhere has to ask again to learn of it.
  isHere(reactor, channel, ends.receiving, ChannelEnd.Receiving);
  goOn(reactor, channel, ends);
  reactor.resume(task, undefined);
}

/** Whatever can go on does: items to those who wait for them, senders into what room there is, room to who has the sending end. */
function goOn(reactor: Reactor, channel: Channel, ends: Ends): void {
  do handOut(reactor, channel, ends);
  while (roomOf(channel, ends) > 0 && letSenderIn(reactor, channel));
  grantRoom(channel, ends);
}

/** Gives waiting receivers, or the shard that has the receiving end, what there is for them. */
function handOut(reactor: Reactor, channel: Channel, ends: Ends): void {
  const { loan, tasks } = ends.receiving;
  if (loan !== null) {
    while (loan.stream.room > 0 && !loan.isRecalled) {
      const item = takeToGo(reactor, channel);
      if (item !== SIGNAL) loan.stream.put(item);
      else if (channel.items.length > 0) isHere(reactor, channel, ends.receiving, ChannelEnd.Receiving);
      else return;
    }
    return;
  }
  while (tasks.length > 0) {
    // He waits no longer when it is asked how much there is room for.
    const task = tasks.shift()!;
    const value = take(reactor, channel);
    if (value === SIGNAL) {
      tasks.unshift([task]);
      return;
    }
    reactor.resume(task, value);
  }
}

/** Lets the shard that has the sending end know what else it may send (K6). */
function grantRoom(channel: Channel, ends: Ends): void {
  const { loan } = ends.sending;
  if (loan === null || loan.isRecalled) return;
  const { stream } = loan;
  const room = Math.min(roomOf(channel, ends) + ends.receiving.tasks.length, WINDOW - stream.granted);
  if (room > 0) stream.grant(room);
}

// ---- Loans (K5) ----

/** Lends the receiving end, with the next items. */
function lendItems(reactor: Reactor, channel: Channel, { receiving }: Ends, delegate: Delegate): void {
  const items: Value[] = [];
  while (items.length < windowOf(channel)) {
    const item = takeToGo(reactor, channel);
    if (item === SIGNAL) break;
    items.push(item);
  }
  const room = windowOf(channel) - items.length;
  receiving.lend(new Outlet(reactor.peer!, channel, delegate.from, room, items.length));
  reactor.peer!.lends(channel);
  delegate.loan = { channel, of: [items, room, channel.closed] };
}

/** Lends the sending end, with the room that there is. */
function lendRoom(reactor: Reactor, channel: Channel, ends: Ends, delegate: Delegate): void {
  const room = Math.max(Math.min(roomOf(channel, ends), WINDOW), 0);
  ends.sending.lend(new Inlet(reactor.peer!, channel, delegate.from, room, 0));
  reactor.peer!.lends(channel);
  delegate.loan = { channel, of: room };
}

/** The shard that has the sending end has sent items. */
export function itemsCame(reactor: Reactor, channel: Channel, items: readonly Value[]): void {
  reactor.keeper?.touchChannel(channel);
  const ends = endsOf(channel);
  ends.sending.loan!.stream.took(items.length);
  for (const item of items) channel.items.push(item);
  channel.bytes += bytesOf(reactor, items);
  goOn(reactor, channel, ends);
}

/** The shard that has the receiving end has room for more. */
export function roomCame(reactor: Reactor, channel: Channel, room: number): void {
  reactor.keeper?.touchChannel(channel);
  const ends = endsOf(channel);
  ends.receiving.loan!.stream.room += room;
  goOn(reactor, channel, ends);
}

/** Items cannot go to the shard that has the receiving end: it has to ask, and is told so. */
export function itemsRefused(reactor: Reactor, channel: Channel, items: readonly Value[]): void {
  channel.items.unshift(items);
  channel.bytes += bytesOf(reactor, items);
  isHere(reactor, channel, endsOf(channel).receiving, ChannelEnd.Receiving);
}

/** The shard that has the sending end gives it back. */
export function sendingEndCameBack(reactor: Reactor, channel: Channel): void {
  const ends = endsOf(channel);
  const { stream } = ends.sending.loan!;
  stream.end();
  ends.sending.isBack(stream.come);
  reactor.peer!.loanIsOver(channel);
  goOn(reactor, channel, ends);
  for (const task of ends.closing.splice(0)) closeNow(reactor, channel, ends, task);
}

/** The shard that has the receiving end gives it back, or what came after it had; `accounted`: how many items it speaks of (Z3). */
export function itemsCameBack(reactor: Reactor, channel: Channel, items: readonly Value[], accounted: number): void {
  reactor.keeper?.touchChannel(channel);
  const ends = endsOf(channel);
  const loan = ends.receiving.loan!;
  const { stream, back } = loan;
  loan.isRecalled = true;
  loan.accounted += accounted;
  for (const item of items) back.push(item);
  if (loan.accounted < stream.sent) return;
  const rest = back.concat(stream.takeBack());
  channel.items.unshift(rest);
  channel.bytes += bytesOf(reactor, rest);
  ends.receiving.isBack(stream.sent - back.length);
  reactor.peer!.loanIsOver(channel);
  goOn(reactor, channel, ends);
}

export const channelAnswers: Readonly<Record<string, Answer>> = { send, receive, close };
