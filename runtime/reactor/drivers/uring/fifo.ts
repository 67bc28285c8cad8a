// The port source "fifo" (libuv/fifo.ts says how it is opened, and why): each chunk that somebody writes into it is an event.

import { fstatSync } from "node:fs";
import type { DriverError, SourceHandle, Tag } from "../driver.ts";
import { FIFO_FLAGS, noFifo, unopened } from "../libuv/fifo.ts";
import { O_CLOEXEC } from "./abi.ts";
import type { Kit } from "./kit.ts";
import { INBOX } from "./memory.ts";
import { StreamHandle } from "./stream.ts";
import { close, openAtOnce, systemError } from "./system.ts";

export class FifoHandle extends StreamHandle implements SourceHandle {
  constructor(kit: Kit, fd: number) {
    super(kit, fd, { isSocket: false, readable: true, writable: true });
  }

  current(tag: Tag): void {
    this.read(tag, INBOX);
  }
}

/** The descriptor of the FIFO at `path`. */
export function openFifo(path: string): number | DriverError {
  const fd = openAtOnce(path, FIFO_FLAGS | O_CLOEXEC);
  if (fd < 0) return unopened(path, systemError(fd));
  if (fstatSync(fd).isFIFO()) return fd;
  close(fd);
  return noFifo(path);
}
