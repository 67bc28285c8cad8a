// Functions about the program and about values of any type: printing, arguments, time, `assert`, `mixin`, the store.

import { fault, wrongType } from "../engine/faults.ts";
import { currentHost } from "../engine/host.ts";
import { ask, makeRequest } from "../engine/machine.ts";
import { durableId } from "../engine/operators.ts";
import { show } from "../engine/show.ts";
import type { Value } from "../engine/values.ts";
import { Instance, isTruthy, MapValue, mixInto, TraitValue, typeName } from "../engine/values.ts";
import type { Native } from "./native.ts";
import { isWhole, native, needsWhole } from "./native.ts";

function print(_depth: number, value: Value): Value {
  currentHost().print(show(value));
  return undefined;
}

/** How many characters, items, keys or bytes. */
function length(what: string): Native {
  return native(1, 1, (_depth, value) => {
    if (typeof value === "string" || Array.isArray(value) || value instanceof Uint8Array) return value.length;
    if (value instanceof MapValue) return value.entries.size;
    return wrongType(`"${what}"`, "a string, List, Map or Bytes", value);
  });
}

function assert(_depth: number, condition: Value, message: Value): Value {
  if (isTruthy(condition)) return undefined;
  return fault("AssertError", message === undefined ? "assertion failed" : show(message));
}

function exit(_depth: number, code: Value): Value {
  if (code === undefined) return ask(makeRequest("exit", { code: 0 }));
  if (!isWhole(code)) return needsWhole("exit", code);
  return code >= 0 && code <= 255
    ? ask(makeRequest("exit", { code }))
    : fault("TypeError", `"exit" needs 0 to 255, got ${code}`);
}

function mixin(_depth: number, object: Value, trait: Value): Value {
  if (!(object instanceof Instance)) return wrongType('"mixin"', "an object of a class", object);
  if (!(trait instanceof TraitValue)) return wrongType('"mixin"', "a trait", trait);
  mixInto(object, trait);
  return object;
}

function monitor(_depth: number, port: Value, events: Value): Value {
  if (!isWhole(port)) return needsWhole("io_monitor", port);
  return isWhole(events) ? ask(makeRequest("monitor", { port, events })) : needsWhole("io_monitor", events);
}

function portRead(_depth: number, port: Value): Value {
  return isWhole(port) ? ask(makeRequest("port_read", { port })) : needsWhole("port_read", port);
}

function portWrite(_depth: number, port: Value, value: Value): Value {
  return isWhole(port) ? ask(makeRequest("port_write", { port, value })) : needsWhole("port_write", port);
}

export const programFunctions: ReadonlyMap<string, Native> = new Map([
  ["print", native(1, 1, print)],
  [
    "input",
    native(0, 1, (_depth, prompt) => ask(makeRequest("input", prompt === undefined ? {} : { prompt: show(prompt) }))),
  ],
  ["clock", native(0, 0, () => currentHost().now() / 1000)],
  ["time_now", native(0, 0, () => Math.floor(currentHost().now()))],
  ["args", native(0, 0, () => [...currentHost().args])],
  ["exit", native(0, 1, exit)],
  ["assert", native(1, 2, assert)],
  ["type_of", native(1, 1, (_depth, value) => typeName(value))],
  ["str", native(1, 1, (_depth, value) => show(value))],
  ["len", length("len")],
  ["length", length("length")],
  ["mixin", native(2, 2, mixin)],
  ["checkpoint", native(0, 0, () => ask(makeRequest("checkpoint", {})))],
  ["unique_id", native(0, 0, () => durableId())],
  ["walia_is_warm_boot", native(0, 0, () => currentHost().isWarmBoot())],
  ["walia_metrics", native(0, 0, () => MapValue.of(Object.entries(currentHost().metrics())))],
  ["io_monitor", native(2, 2, monitor)],
  ["port_read", native(1, 1, portRead)],
  ["port_write", native(2, 2, portWrite)],
]);

/** `WLD_EVENT_…`: one bit for each kind of event. */
export const constants: ReadonlyMap<string, Value> = new Map([
  ["WLD_EVENT_READ", 1],
  ["WLD_EVENT_WRITE", 2],
  ["WLD_EVENT_ACCEPT", 4],
  ["WLD_EVENT_CONNECT", 8],
  ["WLD_EVENT_TIMER", 16],
  ["WLD_EVENT_SIGNAL", 32],
  ["WLD_EVENT_CUSTOM", 64],
]);
