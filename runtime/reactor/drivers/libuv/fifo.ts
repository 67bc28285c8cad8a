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
  try {
    const fd = openSync(path, FIFO_FLAGS);
    if (fstatSync(fd).isFIFO()) {
      const pipe = new Socket({ fd, readable: true, writable: true });
      return new FifoHandle(completions, pipe, pipe, { release: "end", onGone });
    }
    closeSync(fd);
    return noFifo(path);
  } catch (error) {
    return unopened(path, errorOf(error));
  }
}

export const FIFO_FLAGS = constants.O_RDWR | constants.O_NONBLOCK;

export function noFifo(path: string): DriverError {
  return new DriverError("EINVAL", `${path} is not a FIFO; make one with: mkfifo ${path}`);
}

export function unopened(path: string, { code, text }: DriverError): DriverError {
  return new DriverError(code, code === "ENOENT" ? `${path} does not exist; make it with: mkfifo ${path}` : text);
}
