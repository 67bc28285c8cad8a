// Tasks, futures, channels and atomics. Whatever waits is a request to the host (engine/machine.ts, `ask`), which the
// reactor answers; `all` and `parallel` are in prelude.wal, on top of `await`.
//
//   request    payload           yields
//   race       futures           value or fault of the first that settles
//   any        futures           value of the first that succeeds, else the fault of the last
//   timeout    future, ms        its value or fault; after `ms` the fault LimitExceeded, and the future is cancelled
//   cancel     future            nil
//   send       channel, value    nil
//   receive    channel           a value, nil when closed and empty
//   close      channel           nil
//   yield                        nil

import { fault, wrongType } from "../engine/faults.ts";
import { currentHost } from "../engine/host.ts";
import { ask, makeRequest } from "../engine/machine.ts";
import { spawn } from "../engine/operators.ts";
import { show } from "../engine/show.ts";
import { depthAbove } from "../engine/tasks.ts";
import type { Value } from "../engine/values.ts";
import { Atomic, Channel, Closure, Future, isEqual, SIGNAL } from "../engine/values.ts";
import type { Native } from "./native.ts";
import { isWhole, method, native, needsNumber } from "./native.ts";

const TIMEOUT = { effect: "timeout" };
const CANCEL = { effect: "cancel" };
const SEND = { effect: "send" };
const RECEIVE = { effect: "receive" };
const CLOSE = { effect: "close" };
const YIELD = { effect: "yield" };

function task(_depth: number, f: Value, ...args: Value[]): Value {
  if (!(f instanceof Closure)) return wrongType('"task"', "a function", f);
  if (f.arity >= 0 && f.arity !== args.length)
    return fault("ArityError", `${show(f)} needs ${f.arity} arguments, "task" got ${args.length} for it`);
  return spawn(f, args);
}

/** A request that waits for some of these futures. */
function waitFor(request: "race" | "any"): [string, Native] {
  return [
    request,
    native(1, 1, (_depth, futures) => {
      if (!Array.isArray(futures)) return wrongType(`"${request}"`, "a List of Futures", futures);
      if (futures.length === 0) return fault("TypeError", `"${request}" needs at least one Future`);
      for (const future of futures)
        if (!(future instanceof Future)) return wrongType(`"${request}"`, "a List of Futures", future);
      return ask(makeRequest(request, { futures }));
    }),
  ];
}

/** As with `await`, what is no future is there at once. */
function timeout(_depth: number, future: Value, ms: Value): Value {
  if (typeof ms !== "number") return needsNumber("timeout", ms);
  return future instanceof Future ? ask({ site: TIMEOUT, f_future: future, f_ms: ms }) : future;
}

function cancel(_depth: number, future: Value): Value {
  return future instanceof Future ? ask({ site: CANCEL, f_future: future }) : wrongType('"cancel"', "a Future", future);
}

/** A channel without a capacity holds nothing: each send waits for its receive. */
function makeChannel(_depth: number, capacity: Value): Value {
  if (capacity === undefined) return new Channel(currentHost().nextId(), 0);
  if (typeof capacity !== "number") return needsNumber("Channel", capacity);
  if (!isWhole(capacity) || capacity < 0)
    return fault("TypeError", `"Channel" needs a whole number from 0 as its capacity, got ${show(capacity)}`);
  return new Channel(currentHost().nextId(), capacity);
}

function makeAtomic(_depth: number, n: Value): Value {
  return typeof n === "number" ? new Atomic(currentHost().nextId(), n) : needsNumber("Atomic", n);
}

/** Yields the new value. */
function add(_depth: number, self: Value, delta: Value): Value {
  if (typeof delta !== "number") return needsNumber("add", delta);
  return (self as Atomic).add(delta);
}

function set(_depth: number, self: Value, value: Value): Value {
  if (typeof value !== "number") return needsNumber("set", value);
  (self as Atomic).value = value;
  return value;
}

/** Whether the value was the expected one and was replaced. */
function compareSet(_depth: number, self: Value, expected: Value, value: Value): Value {
  if (typeof value !== "number") return needsNumber("compare_set", value);
  return (self as Atomic).replace((found) => isEqual(found, expected), value);
}

function send(depth: number, self: Value, value: Value): Value {
  const channel = self as Channel;
  return currentHost().trySend?.(channel, value, depthAbove(depth)) === true
    ? undefined
    : ask({ site: SEND, f_channel: channel, f_value: value });
}

function receive(_depth: number, self: Value): Value {
  const channel = self as Channel;
  const host = currentHost();
  const value = host.tryReceive === undefined ? SIGNAL : host.tryReceive(channel);
  if (value !== SIGNAL) return value;
  channel.receipt ??= { site: RECEIVE, f_channel: channel };
  return ask(channel.receipt);
}

export const taskFunctions: ReadonlyMap<string, Native> = new Map([
  ["task", native(1, Number.POSITIVE_INFINITY, task)],
  waitFor("race"),
  waitFor("any"),
  ["timeout", native(2, 2, timeout)],
  ["cancel", native(1, 1, cancel)],
  ["yield_now", native(0, 0, () => ask({ site: YIELD }))],
  ["Channel", native(0, 1, makeChannel)],
  ["Atomic", native(1, 1, makeAtomic)],
]);

export const channelMethods: ReadonlyMap<string, Native> = new Map([
  ["send", method(1, 1, send)],
  ["receive", method(0, 0, receive)],
  ["close", method(0, 0, (_depth, channel) => ask({ site: CLOSE, f_channel: channel }))],
]);

export const atomicMethods: ReadonlyMap<string, Native> = new Map([
  ["add", method(1, 1, add)],
  ["get", method(0, 0, (_depth, self) => (self as Atomic).value)],
  ["set", method(1, 1, set)],
  ["compare_set", method(2, 2, compareSet)],
]);
