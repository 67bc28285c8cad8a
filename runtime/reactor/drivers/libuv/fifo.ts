// The port source "fifo": a named pipe. Each chunk that somebody writes into it is an event.
//
// It is opened for reading and writing and never blocks: no thread waits for a writer to come, and because we are
// ourselves a writer its end never comes when the last other one goes. What is written to the port goes into the same pipe.

import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { errorOf } from "../base.ts";
import { type Completions, DriverError, type SourceHandle, type Tag } from "../driver.ts";
import { EVENT } from "./source.ts";
import { StreamHandle } from "./stream.ts";

export class FifoHandle extends StreamHandle implements SourceHandle {
  current(tag: Tag): void {
    this.read(tag, EVENT);
  }
}

export function openFifo(
  completions: Completions,
  path: string,
  onGone: (handle: StreamHandle) => void,
): FifoHandle | DriverError {
  const fd = openFifoPath(path);
  if (fd instanceof DriverError) return fd;
  const pipe = new Socket({ fd, readable: true, writable: true });
  return new FifoHandle(completions, pipe, pipe, { release: "end", onGone });
}

/** The descriptor of a FIFO. */
export function openFifoPath(path: string): number | DriverError {
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    if (fstatSync(fd).isFIFO()) return fd;
    closeSync(fd);
    return new DriverError("EINVAL", `${path} is not a FIFO; make one with: mkfifo ${path}`);
  } catch (error) {
    const { code, text } = errorOf(error);
    return new DriverError(code, code === "ENOENT" ? `${path} does not exist; make it with: mkfifo ${path}` : text);
  }
}
