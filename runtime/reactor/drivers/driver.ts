// What the reactor asks of an operating system, as one small interface. Written by a driver (libuv.ts, uring.ts), used by
// the reactor. Nothing here knows tasks, effects or Walia's values: a submission carries a tag, a number that means
// something to the submitter only, and its result comes back under that tag.
//
//   reactor -- open, connect, read … (tag) --> driver, handle
//   reactor <-- completed(tag, value) | failed(tag, error) -- driver
//
// D1. Every submission ends in exactly one completion or failure, unless it is withdrawn: once `withdraw(tag)` has
//     returned, nothing is ever reported under that tag.
// D2. A result may come inside the call that submits. Whoever submits is ready for it before.
// D3. A handle has at most one read or accept and at most one write in flight; `ready` as often as one likes. Whoever has
//     more to ask queues it. Only a seekable handle takes any number of reads and writes at once: each has its position.
// D4. A buffer belongs to the driver until its operation is over, withdrawn or not. Bytes in a completion belong to the
//     receiver and are never written to again; bytes given to `write` are not written to by anybody.
// D5. Closing a handle withdraws what is in flight on it.
// D6. A driver holds the process alive as long as something it was asked for may still happen, and not after `close`.
// D7. Nothing polls: a driver with nothing to report uses no CPU.
// D8. A driver belongs to the thread that made it. Other threads reach it in one way only, through its waker (waker.ts).
// D9. What has been submitted leaves at the latest when the turn is over, in as few system calls as the driver can. In a rush,
//     which the submitter declares, `patient` operations may wait a little longer (uring.ts, U6).

import type { Waker } from "./waker.ts";

/** Names a submission; chosen by the submitter. */
export type Tag = number;

/** Why an operation failed: the system's name for it (`ECONNRESET`) and the same in words. */
export class DriverError {
  constructor(
    readonly code: string,
    readonly text: string,
  ) {}
}

export type DriverValue = Handle | Uint8Array | number | boolean | null | undefined;

/** Who is told. */
export interface Completions {
  completed(tag: Tag, value: DriverValue): void;
  failed(tag: Tag, error: DriverError): void;
  /** The time given to `alarm` has come, or a little earlier by the clock's grain. */
  alarm(): void;
  /** Answers `soon`. */
  turn(): void;
  /** Another thread has called `wake` once or more since the last time; only drivers whose waker was asked for say it. */
  poked?(): void;
}

/** What to wait for, and what came, as bits; the values are those of Walia's WLD_EVENT_ constants. */
export const READ = 1;
export const WRITE = 2;
export const ACCEPT = 4;

/** How a file is opened. */
export type OpenMode = "r" | "w" | "a" | "r+";

/** An open file, connection, listener, standard stream or source of events. */
export interface Handle {
  /** Listeners: the port it listens on, also when the system chose it; 0 for all else. */
  readonly port: number;
  /** True when reads and writes go by `position`. */
  readonly seekable: boolean;
  /** Of a stream: bytes that it has taken from the system, and that come with the next read. */
  readonly held?: Uint8Array | null;
  /** Yields between 1 and `max` bytes, or null at the end. `patient`: one of perhaps very many at once (D9). */
  read(tag: Tag, max: number, position: number, patient?: boolean): void;
  /** Yields the number of bytes, when the system has all of them. Strings go out as UTF-8. */
  write(tag: Tag, data: string | Uint8Array, position: number, patient?: boolean): void;
  /** Yields the handle of a connection. */
  accept(tag: Tag): void;
  /** Yields the bits of `events` for which an operation would not wait; takes nothing from the stream. */
  ready(tag: Tag, events: number): void;
  /** Yields undefined when all that was written is on the device. */
  sync(tag: Tag): void;
  withdraw(tag: Tag): void;
  /** Lets go of it, after what was written has gone out (D5). */
  close(): void;
}

/** Where the events of a hardware port come from. */
export type Source =
  | { readonly kind: "fifo"; readonly path: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "gpio"; readonly chip: string; readonly line: string };

/** A source as a handle: each `read` yields the next event. */
export interface SourceHandle extends Handle {
  /** Yields the value it has now, where the kind of source has one; else the next event. */
  current(tag: Tag): void;
}

export interface Driver {
  /** Of a driver with a ring: how often it entered the kernel, and completions taken from it; they only grow. */
  readonly counts?: { readonly enters: number; readonly completed: number };
  /**
   * One round: sends what was submitted, waits with `mayWait` until there is something to report, and reports it. False once the
   * driver is closed. Only drivers that wait in the kernel themselves have it, and do nothing without it; all others live on
   * Node's loop.
   */
  step?(mayWait: boolean): boolean;
  /** By which other threads wake this one; each time `poked` is told. From now on the driver waits for that, too (D6). */
  waker(): Waker;
  /** Names who is told, before anything is submitted. */
  attach(completions: Completions): void;
  /** Yields the file's handle. */
  open(tag: Tag, path: string, mode: OpenMode): void;
  /** Yields whether there is something at `path`. */
  exists(tag: Tag, path: string): void;
  /** Yields the listener's handle. Without a host: every address of this machine. Port 0: a free one. */
  listen(tag: Tag, host: string | undefined, port: number): void;
  /** Yields the connection's handle. */
  connect(tag: Tag, host: string, port: number): void;
  /** Yields undefined when the signal arrives. While nobody asks for it, it does what it always does. */
  signal(tag: Tag, name: string): void;
  /** Takes back one of the above (D1). */
  withdraw(tag: Tag): void;
  /** Standard input, output or error. */
  standard(stream: 0 | 1 | 2): Handle;
  source(source: Source): SourceHandle | DriverError;
  /** Rings once, `delay` milliseconds from now; replaces the last one. Null: not at all. */
  alarm(delay: number | null): void;
  /**
   * Asks for one `turn`, once the results that are ready by then have been delivered. `inRush`: the turn that asks has run a
   * great many tasks, and as many are still to come (D9).
   */
  soon(inRush?: boolean): void;
  /** Closes all that is open. Nothing is reported any more. */
  close(): void;
}
