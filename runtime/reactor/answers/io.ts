// What is done to any descriptor or port: IO_READ, IO_WRITE, IO_SYNC, IO_WAIT, IO_CLOSE; and `input`, a line of standard
// input.
//
// R1. `fd` names a descriptor. `target` names a bound hardware port, else a descriptor.
// R2. Reads and writes take their turn at a descriptor and move its offset, unless they say where.

import type { Input } from "../../engine/host.ts";
import type { EffectRequest, Value } from "../../engine/values.ts";
import type { Answer } from "../answer.ts";
import type { Descriptor } from "../descriptors.ts";
import type { Handle, Tag } from "../drivers/driver.ts";
import { evict, inTurn, notOpen } from "../lanes.ts";
import { CLOSED, eventsOf, ioFault, isWhole, subjectOf, wrongField, wrongValue } from "../payload.ts";
import { beforeRead, beforeWrite, forget, hasSession, outlivesFailure } from "../sessions.ts";
import type { Reactor } from "../shard.ts";
import { LiveTask } from "../task.ts";

/** The most that one read yields unless it says otherwise. */
const CHUNK = 65536;
const LONGEST = 2 ** 31 - 1;

/** The descriptor that a request is about (R1), or the fault that says why there is none. */
export function findTarget(reactor: Reactor, request: EffectRequest): Descriptor | Input {
  const { f_fd: fd, f_target: target } = request;
  if (fd !== undefined) return findDescriptor(reactor, request, "fd", fd);
  if (isWhole(target, 0, LONGEST) && reactor.descriptors.get(target) === undefined) {
    return reactor.ports.find(request, target);
  }
  return findDescriptor(reactor, request, target === undefined ? "fd" : "target", target);
}

export function findDescriptor(reactor: Reactor, request: EffectRequest, field: string, fd: Value): Descriptor | Input {
  if (!isWhole(fd, 0, Number.MAX_SAFE_INTEGER)) return wrongValue(request, field, "a descriptor", fd);
  return reactor.descriptors.get(fd) ?? notOpen(request, fd);
}

function maxOf(request: EffectRequest): number {
  return typeof request.f_max === "number" ? request.f_max : CHUNK;
}

/** The first `max` of the bytes that were given back. */
function takeUnread(descriptor: Descriptor, unread: Uint8Array, max: number): Uint8Array {
  descriptor.unread = unread.length > max ? unread.subarray(max) : null;
  return unread.subarray(0, max);
}

const LARGEST = Number.MAX_SAFE_INTEGER;

const isPositioned = (request: EffectRequest): boolean => request.f_at !== undefined;

/** With `at`, a place in a file, it waits for no turn and moves no offset: any number of them are under way at once (R2). */
function positioned(
  inTurn: Answer,
  submit: (handle: Handle, tag: Tag, request: EffectRequest, at: number) => void,
): Answer {
  const descriptorOf = (reactor: Reactor, request: EffectRequest): Descriptor => {
    const descriptor = findTarget(reactor, request);
    if ("kind" in descriptor) throw new Error("broken V1: the descriptor of a waiting task is gone");
    return descriptor;
  };
  return {
    ...inTurn,
    begin(reactor, task, request) {
      const at = request.f_at;
      const descriptor = findTarget(reactor, request);
      const fault = "kind" in descriptor ? descriptor : inTurn.check?.(request);
      if (!isPositioned(request)) inTurn.begin(reactor, task, request);
      else if (fault) reactor.wake(task, fault);
      else if (!isWhole(at, 0, LARGEST)) reactor.wake(task, wrongValue(request, "at", "a place in a file", at));
      else {
        const file = descriptor as Descriptor;
        const handle = reactor.handleOf(file);
        if (!handle.seekable) reactor.wake(task, wrongValue(request, "at", "nil: this descriptor has no places", at));
        else {
          file.positioned++;
          submit(handle, reactor.submit(task), request, at);
        }
      }
    },
    completed(reactor, task, request, value) {
      if (!isPositioned(request)) inTurn.completed!(reactor, task, request, value);
      else {
        descriptorOf(reactor, request).positioned--;
        reactor.resume(task, value === null ? undefined : (value as Value));
      }
    },
    failed(reactor, task, request, error) {
      if (!isPositioned(request)) inTurn.failed!(reactor, task, request, error);
      else {
        const descriptor = descriptorOf(reactor, request);
        descriptor.positioned--;
        reactor.wake(task, ioFault(request, subjectOf(descriptor), error, descriptor.fd));
      }
    },
    withdraw(reactor, task, request) {
      if (!isPositioned(request)) inTurn.withdraw!(reactor, task, request);
      else {
        const descriptor = descriptorOf(reactor, request);
        descriptor.positioned--;
        descriptor.handle?.withdraw(reactor.takeBack(task));
      }
    },
  };
}

const readInTurn = inTurn("descriptor", {
  find: findTarget,
  check(request) {
    const max = request.f_max;
    if (max === undefined || isWhole(max, 1, LONGEST)) return null;
    return wrongValue(request, "max", "a whole number of bytes", max);
  },
  lane: (descriptor) => descriptor.reading,
  before: beforeRead,
  outlivesFailure,
  atOnce(descriptor, request) {
    const { unread } = descriptor;
    return unread === null ? null : { value: takeUnread(descriptor, unread, maxOf(request)) };
  },
  submit: (handle, tag, request, descriptor) => handle.read(tag, maxOf(request), descriptor.offset),
  answer(_reactor, value, _request, descriptor) {
    if (!(value instanceof Uint8Array)) {
      descriptor.ended = true;
      return { value: undefined };
    }
    descriptor.offset += value.length;
    descriptor.heard?.push(value);
    return { value };
  },
});

const read = positioned(readInTurn, (handle, tag, request, at) => handle.read(tag, maxOf(request), at, true));

function isData(data: Value): data is string | Uint8Array {
  return typeof data === "string" || data instanceof Uint8Array;
}

const writeInTurn = inTurn("descriptor", {
  find: findTarget,
  check: (request) =>
    isData(request.f_data) ? null : wrongField(request, "data", "a string or Bytes", request.f_data),
  lane: (descriptor) => descriptor.writing,
  before: (_reactor, descriptor, request) => beforeWrite(descriptor, request),
  submit: (handle, tag, request, descriptor) =>
    handle.write(tag, request.f_data as string | Uint8Array, descriptor.offset),
  answer(_reactor, value, _request, descriptor) {
    descriptor.offset += value as number;
    return { value: value as number };
  },
});

const write = positioned(writeInTurn, (handle, tag, request, at) =>
  handle.write(tag, request.f_data as string | Uint8Array, at, true),
);

const sync = inTurn("descriptor", {
  find: (reactor, request) => findDescriptor(reactor, request, "fd", request.f_fd),
  lane: (descriptor) => descriptor.writing,
  submit: (handle, tag) => handle.sync(tag),
  answer: () => ({ value: undefined }),
});

/** A line of standard input, without its end; nil when there is none left. */
const input: Answer = (() => {
  const taking = inTurn("first", {
    find: (reactor, request) => findDescriptor(reactor, request, "fd", 0),
    lane: (descriptor) => descriptor.reading,
    atOnce: (descriptor) => {
      const { unread } = descriptor;
      const end = unread?.indexOf(0x0a) ?? -1;
      return unread === null || end < 0 ? null : { value: takeLine(descriptor, unread, end) };
    },
    submit: (handle, tag) => handle.read(tag, CHUNK, 0),
    answer(_reactor, value, _request, descriptor) {
      const { unread } = descriptor;
      if (value instanceof Uint8Array) {
        descriptor.offset += value.length;
        descriptor.unread = unread === null ? value : Buffer.concat([unread, value]);
        return null;
      }
      return { value: unread === null ? undefined : takeLine(descriptor, unread, unread.length) };
    },
  });
  return {
    ...taking,
    begin(reactor, task, request) {
      if (typeof request.f_prompt === "string") reactor.prompt(request.f_prompt);
      taking.begin(reactor, task, request);
    },
  };
})();

function takeLine(descriptor: Descriptor, unread: Uint8Array, end: number): string {
  descriptor.unread = end + 1 < unread.length ? unread.subarray(end + 1) : null;
  const line = Buffer.from(unread.subarray(0, end)).toString();
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

const wait: Answer = {
  place: "descriptor",
  begin(reactor, task, request) {
    const descriptor = findTarget(reactor, request);
    const events = request.f_events;
    if ("kind" in descriptor) reactor.wake(task, descriptor);
    else if (events !== undefined && !isWhole(events, 1, LONGEST)) {
      reactor.wake(task, wrongValue(request, "events", "WLD_EVENT_ constants", events));
    } else if (descriptor.unread !== null || descriptor.renewed !== null)
      reactor.resume(task, eventsOf(request, descriptor));
    else {
      descriptor.watch(task);
      reactor.handleOf(descriptor).ready(reactor.submit(task), eventsOf(request, descriptor));
    }
  },
  completed(reactor, task, request, value) {
    unwatch(reactor, task, request);
    reactor.resume(task, value as number);
  },
  failed(reactor, task, request, error) {
    const descriptor = unwatch(reactor, task, request);
    // It is worth a read, which will wait for the peer.
    if (descriptor !== undefined && hasSession(reactor, descriptor))
      reactor.resume(task, eventsOf(request, descriptor));
    else
      reactor.wake(
        task,
        ioFault(request, descriptor === undefined ? "" : subjectOf(descriptor), error, descriptor?.fd),
      );
  },
  withdraw(reactor, task, request) {
    unwatch(reactor, task, request)?.handle?.withdraw(reactor.takeBack(task));
  },
};

function unwatch(reactor: Reactor, task: LiveTask, request: EffectRequest): Descriptor | undefined {
  const descriptor = findTarget(reactor, request);
  if ("kind" in descriptor) return undefined;
  descriptor.unwatch(task);
  return descriptor;
}

const close: Answer = {
  place: "descriptor",
  begin(reactor, task, request) {
    const descriptor = findDescriptor(reactor, request, "fd", request.f_fd);
    if ("kind" in descriptor) {
      reactor.wake(task, descriptor);
      return;
    }
    const closed = (other: EffectRequest): Input => ioFault(other, subjectOf(descriptor), CLOSED, descriptor.fd);
    forget(reactor, descriptor);
    evictPositioned(reactor, descriptor, closed);
    reactor.descriptors.remove(descriptor);
    evict(reactor, descriptor, closed);
    reactor.resume(task, undefined);
  },
  releases: true,
};

/** Performed where a read waits whose connection was made anew (sessions.ts; keep/restore.ts, L3). Unhandled, the read goes on. */
const reconnect: Answer = { begin: (reactor, task) => reactor.resume(task, undefined) };

/**
 * The part of `evict` for those who use it without taking turns: all of them have an operation in flight, which the driver takes
 * back when the handle is closed.
 */
function evictPositioned(reactor: Reactor, descriptor: Descriptor, faultFor: (request: EffectRequest) => Input): void {
  if (descriptor.positioned === 0) return;
  for (const task of reactor.operations.owners) {
    if (!(task instanceof LiveTask)) continue;
    const request = task.request!;
    const { effect } = request.site;
    if ((effect !== "IO_READ" && effect !== "IO_WRITE") || !isPositioned(request)) continue;
    if (findTarget(reactor, request) !== descriptor) continue;
    reactor.takeBack(task);
    reactor.wake(task, faultFor(request));
  }
  descriptor.positioned = 0;
}

export const ioAnswers: Readonly<Record<string, Answer>> = {
  IO_RECONNECT: reconnect,
  IO_READ: read,
  IO_WRITE: write,
  IO_SYNC: sync,
  IO_WAIT: wait,
  IO_CLOSE: close,
  input,
};
