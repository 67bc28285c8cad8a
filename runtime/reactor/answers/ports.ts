// Requests about hardware ports: monitor, port_read, port_write. See ports.ts.

import type { Input } from "../../engine/host.ts";
import type { EffectRequest, Value } from "../../engine/values.ts";
import type { Answer } from "../answer.ts";
import type { Descriptor } from "../descriptors.ts";
import { READ, type SourceHandle } from "../drivers/driver.ts";
import { inTurn } from "../lanes.ts";
import { isWhole, wrongField, wrongValue } from "../payload.ts";
import type { Reactor } from "../shard.ts";

function findPort(reactor: Reactor, request: EffectRequest): Descriptor | Input {
  const port = request.f_port;
  return isWhole(port, 0, Number.MAX_SAFE_INTEGER)
    ? reactor.ports.find(request, port)
    : wrongValue(request, "port", "the number of a port", port);
}

const monitor: Answer = {
  place: "first",
  begin(reactor, task, request) {
    const port = findPort(reactor, request);
    const { f_events: events } = request;
    if ("kind" in port) reactor.wake(task, port);
    else if (typeof events !== "number" || (events & READ) === 0) {
      reactor.wake(task, wrongValue(request, "events", "WLD_EVENT_READ", events));
    } else {
      reactor.ports.monitor(port);
      reactor.resume(task, undefined);
    }
  },
};

const portRead = inTurn("first", {
  find: findPort,
  // A value can be asked for while a monitor waits for the next event.
  lane: (port) => (port.what.kind === "port" && port.what.hasValue ? port.writing : port.reading),
  submit: (handle, tag) => (handle as SourceHandle).current(tag),
  answer: (_reactor, value) => ({ value: value instanceof Uint8Array ? value : undefined }),
});

/** What goes out for a value: text and bytes as they are, numbers in decimal, booleans as 1 and 0. */
function dataOf(value: Value): string | Uint8Array | undefined {
  if (typeof value === "string" || value instanceof Uint8Array) return value;
  if (typeof value === "boolean") return value ? "1" : "0";
  return typeof value === "number" ? String(value) : undefined;
}

const portWrite = inTurn("first", {
  find: findPort,
  check(request) {
    const { f_value: value } = request;
    return dataOf(value) === undefined
      ? wrongField(request, "value", "a number, string, boolean or Bytes", value)
      : null;
  },
  lane: (port) => port.writing,
  submit: (handle, tag, request) => handle.write(tag, dataOf(request.f_value) ?? "", 0),
  answer: (_reactor, value) => ({ value: value as number }),
});

export const portAnswers: Readonly<Record<string, Answer>> = {
  monitor,
  port_read: portRead,
  port_write: portWrite,
};
