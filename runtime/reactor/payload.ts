// The payload of a request: reading its fields, and the faults that say what is wrong with them. For every answer.
//
// Y1. A fault names the effect as the program wrote it and the field: `IO_READ needs fd: a descriptor, got string`.
// Y2. What cannot be done is a fault of the task that asked, and of nobody else.

import type { Input } from "../engine/host.ts";
import { type EffectRequest, type FaultKind, typeName, type Value } from "../engine/values.ts";
import type { Descriptor } from "./descriptors.ts";
import { ACCEPT, DriverError, READ } from "./drivers/driver.ts";

/** A FAULT to be performed where the request was made. */
export function faultInput(kind: FaultKind, message: string, fields: Readonly<Record<string, Value>> = {}): Input {
  return { kind: "perform", effect: "FAULT", payload: { kind, message, ...fields } };
}

/** Functions of the library whose requests are called otherwise. */
const WRITTEN_AS = new Map([
  ["monitor", "io_monitor"],
  ["yield", "yield_now"],
]);

/** What the program asked for, as its author wrote it. */
export function nameOf(request: EffectRequest): string {
  const { effect } = request.site;
  return WRITTEN_AS.get(effect) ?? effect;
}

/** Y1. `expected` with its article: "a string". */
export function wrongField(request: EffectRequest, field: string, expected: string, got: Value): Input {
  const kind = got === undefined ? "NilAccess" : "TypeError";
  return faultInput(kind, `${nameOf(request)} needs ${field}: ${expected}, got ${typeName(got)}`);
}

/** The same for a value of the right type that will not do: shows it. */
export function wrongValue(request: EffectRequest, field: string, expected: string, got: Value): Input {
  if (typeof got !== "number" && typeof got !== "string") return wrongField(request, field, expected, got);
  const shown = typeof got === "number" ? String(got) : JSON.stringify(got);
  return faultInput("TypeError", `${nameOf(request)} needs ${field}: ${expected}, got ${shown}`);
}

/** An IoError of the system. `subject`: what it was done to, for the message. */
export function ioFault(request: EffectRequest, subject: string, error: DriverError, fd?: number): Input {
  const message = `${nameOf(request)} ${subject} failed: ${error.text} (${error.code})`;
  return faultInput("IoError", message, fd === undefined ? { code: error.code } : { code: error.code, fd });
}

/** What IO_WAIT waits for. */
export function eventsOf(request: EffectRequest, descriptor: Descriptor): number {
  const events = request.f_events;
  if (typeof events === "number") return events;
  return descriptor.what.kind === "listener" ? ACCEPT : READ;
}

/** How messages call a descriptor. */
export function subjectOf(descriptor: Descriptor): string {
  const { fd, what } = descriptor;
  switch (what.kind) {
    case "standard":
      return `on standard ${["input", "output", "error"][what.stream]}`;
    case "listener":
      return `on descriptor ${fd} (listening on port ${what.port})`;
    case "accepted":
      return `on descriptor ${fd}`;
    case "dialled":
      return `on descriptor ${fd} (connected to ${what.host}:${what.port})`;
    case "file":
      return `on descriptor ${fd} (${what.path})`;
    case "port":
      return `on ${portTitle(fd, what.source)}`;
  }
}

/** Ports are written in hexadecimal, as programs and walia.json do. */
export function portName(port: number): string {
  return `0x${port.toString(16)}`;
}

export function portTitle(port: number, source: string): string {
  return `port ${portName(port)} (${source})`;
}

export function isWhole(value: Value, from: number, to: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= from && value <= to;
}

export const CLOSED = new DriverError("ECANCELED", "it was closed by another task");
export const NOT_OPEN = new DriverError("EBADF", "no such descriptor is open");
