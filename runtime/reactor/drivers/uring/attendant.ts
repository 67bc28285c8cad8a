// Runs on a thread that returns to Node's loop and does for a uring driver what a ring cannot: looking up names, signals,
// and those sources of hardware-port events that need Node. It has a libuv driver of its own for that.
//
//   uring driver's thread                                            attendant's thread
//   Remote ── postMessage: ToAttendant ──────────────────────────────> attend ──> LibuvDriver
//      ^                                                                             │
//      └─ poked: receiveMessageOnPort <── wake <── postMessage: FromAttendant <──────┘
//
// Every submission has a number of its own and exactly one answer; that somebody withdrew it is the driver's business.

import { lookup } from "node:dns";
import type { MessagePort } from "node:worker_threads";
import { errorOf } from "../base.ts";
import {
  type Completions,
  DriverError,
  type DriverValue,
  type Source,
  type SourceHandle,
  type Tag,
} from "../driver.ts";
import { LibuvDriver } from "../libuv.ts";
import { type Waker, wake } from "../waker.ts";

export type ToAttendant =
  | { readonly kind: "hello"; readonly waker: Waker }
  | { readonly kind: "lookup"; readonly tag: Tag; readonly host: string }
  | { readonly kind: "signal"; readonly tag: Tag; readonly name: string }
  | { readonly kind: "source"; readonly handle: number; readonly source: Source }
  | { readonly kind: "read"; readonly tag: Tag; readonly handle: number; readonly max: number }
  | { readonly kind: "write"; readonly tag: Tag; readonly handle: number; readonly data: string | Uint8Array }
  | { readonly kind: "current"; readonly tag: Tag; readonly handle: number }
  | { readonly kind: "ready"; readonly tag: Tag; readonly handle: number; readonly events: number }
  | { readonly kind: "withdraw"; readonly tag: Tag; readonly handle: number | null }
  | { readonly kind: "close"; readonly handle: number };

/** `value`: addresses, for a lookup; else what a driver yields. */
export type FromAttendant =
  | { readonly tag: Tag; readonly value: Exclude<DriverValue, object> | Uint8Array | readonly string[] }
  | { readonly tag: Tag; readonly error: { readonly code: string; readonly text: string } };

/**
 * Serves the driver at the other end of `port` until that is closed, or until what this returns is called: the end of a program
 * has files to put away (a socket that a port listens on). It does not hold the process by itself.
 */
export function attend(port: MessagePort): () => void {
  const driver = new LibuvDriver();
  const handles = new Map<number, SourceHandle | DriverError>();
  let waker: Waker | null = null;
  const reply = (message: FromAttendant): void => {
    port.postMessage(message);
    if (waker !== null) wake(waker);
  };
  const fail = (tag: Tag, { code, text }: DriverError): void => reply({ tag, error: { code, text } });
  const completions: Completions = {
    completed: (tag, value) => reply({ tag, value: value as Uint8Array | undefined }),
    failed: fail,
    alarm: ignore,
    turn: ignore,
  };
  driver.attach(completions);

  const open = (number: number): SourceHandle | null => {
    const handle = handles.get(number);
    return handle === undefined || handle instanceof DriverError ? null : handle;
  };
  const onHandle = (tag: Tag, number: number, act: (handle: SourceHandle) => void): void => {
    const handle = handles.get(number);
    if (handle instanceof DriverError) fail(tag, handle);
    else if (handle !== undefined) act(handle);
  };

  const serve = (message: ToAttendant): void => {
    switch (message.kind) {
      case "hello":
        waker = message.waker;
        break;
      case "lookup":
        find(message.host, (found) => {
          if (found instanceof DriverError) fail(message.tag, found);
          else reply({ tag: message.tag, value: found });
        });
        break;
      case "signal":
        driver.signal(message.tag, message.name);
        break;
      case "source":
        handles.set(message.handle, driver.source(message.source));
        break;
      case "read":
        onHandle(message.tag, message.handle, (handle) => handle.read(message.tag, message.max, 0));
        break;
      case "write":
        onHandle(message.tag, message.handle, (handle) => handle.write(message.tag, message.data, 0));
        break;
      case "current":
        onHandle(message.tag, message.handle, (handle) => handle.current(message.tag));
        break;
      case "ready":
        onHandle(message.tag, message.handle, (handle) => handle.ready(message.tag, message.events));
        break;
      case "withdraw":
        if (message.handle === null) driver.withdraw(message.tag);
        else open(message.handle)?.withdraw(message.tag);
        break;
      case "close":
        open(message.handle)?.close();
        handles.delete(message.handle);
        break;
    }
  };
  port.on("message", serve);
  port.on("close", () => driver.close());
  port.unref();
  return () => {
    driver.close();
    port.close();
  };
}

/** The addresses of a name, at least one. */
function find(host: string, done: (found: readonly string[] | DriverError) => void): void {
  // Node says of the empty name that it is deprecated, on standard error.
  if (host === "") done(new DriverError("ENOTFOUND", "an empty name has no address"));
  else {
    lookup(host, { all: true }, (error, found) => {
      done(error ? errorOf(error) : found.map(({ address }) => address));
    });
  }
}

function ignore(): void {}
