// Requests on channels: send, receive, close. Answered by the shard that made the channel.
//
// K1. Receivers wait only while there is neither an item nor a sender; senders wait only while the channel is full; both
//     also while their end is lent (K5). Items leave in the order in which `send` was called.
// K2. A value is copied when it changes hands: into the channel, or straight from a waiting sender to a receiver.
// K3. Closing loses nothing: what is in the channel and what waiting senders hold is still received; then it yields nil.
//     Sending afterwards is a fault.
// K4. A task that need not wait does not ask: on the channel's own shard the library tries first (`trySend`, `tryReceive`).
// K5. Another shard that comes back for more is lent an end (shards/loans.ts): the next items, or room for so many. While it
//     is lent nobody else uses it: who wants to waits, and has it asked back. Closing is a use of the sending end.
// K6. Lent items count as being in the channel and lent room as taken, so a channel holds as much as its capacity says.
// K7. In a program that is kept, a value has a largest size, and so have the items of a channel together (keep/limits.ts, Z1). What
//     is more is refused, also when its sender has waited; only then is it known how much the channel holds. Items of lent
//     ends are counted where they are: those sent into lent room are small, larger ones are asked for.
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
import type { Delegate, LiveTask } from "../task.ts";

/** The most that is lent at once, and how many more requests it takes when nothing of a loan was used. */
const MOST_LENT = 1024;
const PENALTY = -3;

/** One end of a channel. */
class End {
  readonly tasks = new Fifo<LiveTask>();
  /** Which shard has it, and how much of what it was lent has not been seen to be used; null when it is here. */
  loan: { readonly shard: number; readonly lent: number; left: number; isRecalled: boolean } | null = null;
  /** The shard of the last request that was answered, and how much a loan to it may be: it doubles with each request. */
  #user = -1;
  #size = 0;

  /** Somebody of the channel's own shard has used it. */
  usedHere(): void {
    this.#user = -1;
  }

  /** A shard has used it by a request: how much it may be lent with the answer. */
  usedBy(shard: number): number {
    if (this.#user !== shard) this.#size = 0;
    else this.#size = this.#size < 0 ? this.#size + 1 : Math.min(Math.max(this.#size * 2, 1), MOST_LENT);
    this.#user = shard;
    return this.#size;
  }

  lend(shard: number, count: number): void {
    this.loan = { shard, lent: count, left: count, isRecalled: false };
  }

  /** The loan is over; so much of it was not used. */
  isBack(unused: number): void {
    if (unused > 0) this.#size = this.loan!.lent > unused ? this.loan!.lent - unused : PENALTY;
    this.loan = null;
  }
}

/** What is going on at a channel; kept in the channel itself (`waiting`). */
class Ends {
  readonly sending = new End();
  readonly receiving = new End();
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

/** How many items may still be put in (K6). */
function roomOf(channel: Channel, { sending, receiving }: Ends): number {
  return channel.capacity - channel.items.length - (sending.loan?.left ?? 0) - (receiving.loan?.left ?? 0);
}

/** Whether an end may be used here. If not, it is asked back (K5). */
function isHere(reactor: Reactor, channel: Channel, end: End, which: ChannelEnd): boolean {
  if (end.loan === null) return true;
  if (!end.loan.isRecalled) {
    end.loan.isRecalled = true;
    reactor.peer!.recall(channel, which, end.loan.shard);
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
    const receiver = ends.receiving.loan === null ? ends.receiving.tasks.shift() : undefined;
    if (receiver !== undefined) {
      reactor.handOver(receiver, reactor.copy(value), channel.capacity === 0 ? depth : TOO_DEEP);
      return true;
    }
    if (roomOf(channel, ends) <= 0) return false;
  }
  if (!fits(channel, size)) return false;
  channel.items.push(reactor.copy(value));
  channel.bytes += size;
  return true;
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
    if (put(reactor, channel, request.f_value, TOO_DEEP)) {
      if (task.isDelegate()) lendRoom(reactor, channel, ends, task);
      reactor.resume(task, undefined);
      return;
    }
    const refusal = channel.closed
      ? faultInput("IoError", "send on a closed channel", { code: "EPIPE" })
      : refusalOf(reactor, channel, ends, request.f_value);
    if (refusal === null) ends.sending.tasks.push(task);
    else reactor.wake(task, refusal);
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
    const item = channel.items.shift();
    channel.bytes -= sizeIn(reactor, item);
    letSenderIn(reactor, channel);
    return item;
  }
  const next = takeFromSender(reactor, channel);
  if (next !== undefined) return next.value;
  return channel.closed ? undefined : SIGNAL;
}

const receive: Answer = {
  place: "channel",
  begin(reactor, task, request) {
    const channel = channelOf(reactor, task, request);
    if (channel === undefined) return;
    const ends = endsOf(channel);
    const value = take(reactor, channel);
    if (value === SIGNAL) ends.receiving.tasks.push(task);
    else {
      if (task.isDelegate()) lendItems(reactor, channel, ends, task);
      reactor.resume(task, value);
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
  handOut(reactor, channel, ends);
  reactor.resume(task, undefined);
}

/** Gives waiting receivers what there is for them. */
function handOut(reactor: Reactor, channel: Channel, { receiving }: Ends): void {
  while (receiving.loan === null && receiving.tasks.length > 0) {
    const value = take(reactor, channel);
    if (value === SIGNAL) return;
    reactor.resume(receiving.tasks.shift()!, value);
  }
}

// ---- Loans (K5) ----

/** Lends half of the items that are next: the rest makes room while those are used. All of them, if no more will come. */
function lendItems(reactor: Reactor, channel: Channel, { receiving }: Ends, delegate: Delegate): void {
  const { items } = channel;
  const count = Math.min(receiving.usedBy(delegate.from), channel.closed ? items.length : items.length >> 1);
  if (count <= 0 || receiving.tasks.length > 0 || !reactor.peer!.mayLend) return;
  const lent = items.take(count);
  channel.bytes -= bytesOf(reactor, lent);
  delegate.loan = { channel, of: lent };
  receiving.lend(delegate.from, count);
}

function lendRoom(reactor: Reactor, channel: Channel, ends: Ends, delegate: Delegate): void {
  const { sending } = ends;
  const count = Math.min(sending.usedBy(delegate.from), roomOf(channel, ends));
  if (count <= 0 || sending.tasks.length > 0 || !reactor.peer!.mayLend) return;
  delegate.loan = { channel, of: count };
  sending.lend(delegate.from, count);
}

/** A shard has sent an item for which it was lent room. */
export function itemCame(reactor: Reactor, channel: Channel, item: Value): void {
  reactor.keeper?.touchChannel(channel);
  const ends = endsOf(channel);
  ends.sending.loan!.left--;
  channel.items.push(item);
  channel.bytes += sizeIn(reactor, item);
  handOut(reactor, channel, ends);
}

/** A loan is over: what was not used of it comes back, items or an amount of room. */
export function loanCameBack(reactor: Reactor, channel: Channel, rest: readonly Value[] | number): void {
  reactor.keeper?.touchChannel(channel);
  const ends = endsOf(channel);
  if (typeof rest === "number") ends.sending.isBack(rest);
  else {
    ends.receiving.isBack(rest.length);
    channel.items.unshift(rest);
    channel.bytes += bytesOf(reactor, rest);
  }
  handOut(reactor, channel, ends);
  while (roomOf(channel, ends) > 0 && letSenderIn(reactor, channel));
  if (ends.sending.loan === null) for (const task of ends.closing.splice(0)) closeNow(reactor, channel, ends, task);
}

export const channelAnswers: Readonly<Record<string, Answer>> = { send, receive, close };
