// What a uring driver has an attendant do (attendant.ts has the drawing): this is the driver's end.
//
// A submission goes out under a number of its own, because a tag may be used again while the answer to a withdrawn one is
// still on its way.

import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { BaseHandle, NONE } from "../base.ts";
import {
  type Completions,
  DriverError,
  type DriverValue,
  type Source,
  type SourceHandle,
  type Tag,
} from "../driver.ts";
import type { Waker } from "../waker.ts";
import type { FromAttendant, ToAttendant } from "./attendant.ts";

type Answer = (answer: FromAttendant) => void;

export class Remote {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Answer>();
  #numbers = 0;

  constructor(port: MessagePort, waker: Waker) {
    this.#port = port;
    this.post({ kind: "hello", waker });
  }

  /** Yields addresses in figures, or the reason why there are none. Returns the number of the submission. */
  lookup(host: string, done: (found: readonly string[] | DriverError) => void): number {
    const tag = this.number((answer) => {
      done("error" in answer ? errorFrom(answer.error) : (answer.value as readonly string[]));
    });
    this.post({ kind: "lookup", tag, host });
    return tag;
  }

  signal(name: string, answered: Answer): number {
    const tag = this.number(answered);
    this.post({ kind: "signal", tag, name });
    return tag;
  }

  /** `gone` is told when the source has been closed. */
  source(completions: Completions, source: Source, gone: (handle: SourceHandle) => void): SourceHandle {
    return new RemoteSource(this, completions, source, ++this.#numbers, gone);
  }

  /** Nobody waits for the answer any more; `handle`: whose submission it is, or null for the driver's own. */
  withdraw(tag: number, handle: number | null): void {
    if (this.#waiting.delete(tag)) this.post({ kind: "withdraw", tag, handle });
  }

  /** A number for a submission, whose answer goes to `answered`. */
  number(answered: Answer): number {
    this.#waiting.set(++this.#numbers, answered);
    return this.#numbers;
  }

  post(message: ToAttendant): void {
    this.#port.postMessage(message);
  }

  /** Takes the answers that have come; to be called when the driver is poked. */
  receive(): void {
    while (this.#waiting.size > 0) {
      const received: { readonly message: FromAttendant } | undefined = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      const { message } = received;
      const answered = this.#waiting.get(message.tag);
      this.#waiting.delete(message.tag);
      answered?.(message);
    }
  }

  close(): void {
    this.#waiting.clear();
    this.#port.close();
  }
}

/** A source of hardware-port events that the attendant has opened. */
class RemoteSource extends BaseHandle implements SourceHandle {
  readonly #remote: Remote;
  readonly #handle: number;
  readonly #gone: (handle: SourceHandle) => void;
  /** Submissions in flight: their tags here, their numbers there. */
  readonly #submitted = new Map<Tag, number>();

  constructor(
    remote: Remote,
    completions: Completions,
    source: Source,
    handle: number,
    gone: (handle: SourceHandle) => void,
  ) {
    super(completions);
    this.#gone = gone;
    this.#remote = remote;
    this.#handle = handle;
    remote.post({ kind: "source", handle, source });
  }

  override read(tag: Tag, max: number): void {
    this.#remote.post({ kind: "read", tag: this.#submit(tag), handle: this.#handle, max });
  }

  override write(tag: Tag, data: string | Uint8Array): void {
    this.#remote.post({ kind: "write", tag: this.#submit(tag), handle: this.#handle, data });
  }

  current(tag: Tag): void {
    this.#remote.post({ kind: "current", tag: this.#submit(tag), handle: this.#handle });
  }

  override ready(tag: Tag, events: number): void {
    this.#remote.post({ kind: "ready", tag: this.#submit(tag), handle: this.#handle, events });
  }

  override withdraw(tag: Tag): void {
    const number = this.#submitted.get(tag) ?? NONE;
    this.#submitted.delete(tag);
    this.#remote.withdraw(number, this.#handle);
  }

  override close(): void {
    for (const tag of [...this.#submitted.keys()]) this.withdraw(tag);
    this.#remote.post({ kind: "close", handle: this.#handle });
    this.#gone(this);
  }

  #submit(tag: Tag): number {
    const number = this.#remote.number((answer) => {
      this.#submitted.delete(tag);
      report(this.completions, tag, answer);
    });
    this.#submitted.set(tag, number);
    return number;
  }
}

/** Tells what the attendant has answered. */
export function report(completions: Completions, tag: Tag, answer: FromAttendant): void {
  if ("error" in answer) completions.failed(tag, errorFrom(answer.error));
  else completions.completed(tag, answer.value as DriverValue);
}

function errorFrom({ code, text }: { readonly code: string; readonly text: string }): DriverError {
  return new DriverError(code, text);
}
