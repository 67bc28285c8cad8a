// Requests on channels: send, receive, close.
//
// K1. Receivers wait only while there is neither an item nor a sender; senders wait only while the channel is full. So
//     never both, and items leave in the order in which `send` was called.
// K2. A value is copied when it changes hands: into the channel, or straight from a waiting sender to a receiver.
// K3. Closing loses nothing: what is in the channel and what waiting senders hold is still received; then it yields nil.
//     Sending afterwards is a fault.
// K4. A task that need not wait does not ask: on the channel's own shard the library tries first (`trySend`, `tryReceive`).

import { Channel, type EffectRequest, SIGNAL, type Value } from "../../engine/values.ts";
import type { Answer } from "../answer.ts";
import { faultInput, wrongField } from "../payload.ts";
import { WaitQueue } from "../queue.ts";
import type { Reactor } from "../shard.ts";
import type { LiveTask } from "../task.ts";

/** Who waits at a channel; kept in the channel itself (`waiting`). */
class Waiting {
  readonly senders = new WaitQueue<LiveTask>();
  readonly receivers = new WaitQueue<LiveTask>();
}

function waitingAt(channel: Channel): Waiting {
  channel.waiting ??= new Waiting();
  return channel.waiting as Waiting;
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

/** Sends, if that need not wait and is no fault. */
export function trySend(reactor: Reactor, channel: Channel, value: Value): boolean {
  if (channel.closed) return false;
  const waiting = channel.waiting as Waiting | undefined;
  const receiver = waiting?.receivers.shift();
  if (receiver !== undefined) reactor.resume(receiver, reactor.copy(value));
  else if (channel.items.length < channel.capacity) channel.items.push(reactor.copy(value));
  else return false;
  return true;
}

const send: Answer = {
  place: "channel",
  begin(reactor, task, request) {
    const channel = channelOf(reactor, task, request);
    if (channel === undefined) return;
    if (trySend(reactor, channel, request.f_value)) reactor.resume(task, undefined);
    else if (channel.closed) reactor.wake(task, faultInput("IoError", "send on a closed channel", { code: "EPIPE" }));
    else waitingAt(channel).senders.push(task);
  },
  withdraw: (_reactor, task, request) => waitingAt(request.f_channel as Channel).senders.remove(task),
};

/** Takes the value of the sender that has waited longest, if there is one, and lets it go on. */
function takeFromSender(reactor: Reactor, channel: Channel): { readonly value: Value } | undefined {
  const sender = (channel.waiting as Waiting | undefined)?.senders.shift();
  if (sender === undefined) return undefined;
  const value = reactor.copy(sender.request?.f_value);
  reactor.resume(sender, undefined);
  return { value };
}

/** Receives, if that need not wait; else SIGNAL. */
export function tryReceive(reactor: Reactor, channel: Channel): Value {
  if (channel.items.length > 0) {
    const item = channel.items.shift();
    const next = takeFromSender(reactor, channel);
    if (next !== undefined) channel.items.push(next.value);
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
    const value = tryReceive(reactor, channel);
    if (value === SIGNAL) waitingAt(channel).receivers.push(task);
    else reactor.resume(task, value);
  },
  withdraw: (_reactor, task, request) => waitingAt(request.f_channel as Channel).receivers.remove(task),
};

const close: Answer = {
  place: "channel",
  begin(reactor, task, request) {
    const channel = channelOf(reactor, task, request);
    if (channel === undefined) return;
    channel.closed = true;
    const { receivers } = waitingAt(channel);
    for (let receiver = receivers.shift(); receiver !== undefined; receiver = receivers.shift()) {
      reactor.resume(receiver, undefined);
    }
    reactor.resume(task, undefined);
  },
  releases: true,
};

export const channelAnswers: Readonly<Record<string, Answer>> = { send, receive, close };
