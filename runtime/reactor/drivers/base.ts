// What the handles of every driver share: a home for each operation that a kind of handle does not have, and the names and
// words of the system's errors.

import { constants } from "node:fs";
import { getSystemErrorMap } from "node:util";
import { type Completions, DriverError, type Handle, type OpenMode, type Tag } from "./driver.ts";

/** No submission. Tags are never negative. */
export const NONE: Tag = -1;

/** What the system is told for each way of opening. */
export const OPEN_FLAGS: Readonly<Record<OpenMode, number>> = {
  r: constants.O_RDONLY,
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
  "r+": constants.O_RDWR,
};

/** A handle on which every operation fails; each kind overrides those it has. */
export abstract class BaseHandle implements Handle {
  constructor(protected readonly completions: Completions) {}

  /** These two are no fields: there may be a great many handles. */
  get port(): number {
    return 0;
  }

  get seekable(): boolean {
    return false;
  }

  read(tag: Tag, _max: number, _position: number): void {
    this.completions.failed(tag, new DriverError("EBADF", "it is not open for reading"));
  }

  write(tag: Tag, _data: string | Uint8Array, _position: number): void {
    this.completions.failed(tag, new DriverError("EBADF", "it is not open for writing"));
  }

  accept(tag: Tag): void {
    this.completions.failed(tag, new DriverError("EINVAL", "it does not listen"));
  }

  ready(tag: Tag, _events: number): void {
    this.completions.failed(tag, new DriverError("EINVAL", "it has no such event"));
  }

  /** Streams have nothing to sync: what was written is with the system. */
  sync(tag: Tag): void {
    this.completions.completed(tag, undefined);
  }

  abstract withdraw(tag: Tag): void;
  abstract close(): void;
}

/** What is wrong with a path that the system must not see, because it would see half of it; null when nothing is. */
export function pathError(path: string): DriverError | null {
  return path.includes("\0") ? new DriverError("EINVAL", "a path has no zero byte in it") : null;
}

/** Those waiting for a handle to become ready; most handles never have any. */
export class Watchers {
  readonly #waiting: { readonly tag: Tag; readonly events: number }[] = [];

  add(tag: Tag, events: number): void {
    this.#waiting.push({ tag, events });
  }

  remove(tag: Tag): void {
    const index = this.#waiting.findIndex((watcher) => watcher.tag === tag);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** True when somebody waits for one of `events`. */
  wants(events: number): boolean {
    return this.#waiting.some((watcher) => (watcher.events & events) !== 0);
  }

  /** Tells everybody who waits for one of `events`. */
  tell(completions: Completions, events: number): void {
    for (const watcher of this.#waiting.filter(({ events: wanted }) => (wanted & events) !== 0)) {
      this.remove(watcher.tag);
      completions.completed(watcher.tag, watcher.events & events);
    }
  }
}

const texts = new Map<string, string>();

/** What a code of the system means, in words. */
export function textOf(code: string): string {
  if (texts.size === 0) for (const [name, text] of getSystemErrorMap().values()) texts.set(name, text);
  return texts.get(code) ?? "the system refused";
}

/** The error that the system numbers `errno` (positive). */
export function errorNumbered(errno: number): DriverError {
  const [code, text] = getSystemErrorMap().get(-errno) ?? ["EIO", `the system's error ${errno}`];
  return new DriverError(code, text);
}

/** Node's error as ours. */
export function errorOf(error: unknown): DriverError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") return new DriverError("EIO", message || textOf("EIO"));
  // Node says this of a stream that was closed under a write.
  if (code === "ERR_STREAM_DESTROYED" || code === "ERR_STREAM_WRITE_AFTER_END") {
    return new DriverError("EPIPE", textOf("EPIPE"));
  }
  return new DriverError(code, texts.get(code) ?? (code.startsWith("ERR_") ? message : textOf(code)));
}
