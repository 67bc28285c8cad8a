// The port source "fifo" (libuv/fifo.ts says how it is opened, and why): each chunk that somebody writes into it is an event.

import type { SourceHandle, Tag } from "../driver.ts";
import type { Kit } from "./kit.ts";
import { INBOX } from "./memory.ts";
import { StreamHandle } from "./stream.ts";

export class FifoHandle extends StreamHandle implements SourceHandle {
  constructor(kit: Kit, fd: number) {
    super(kit, fd, { isSocket: false, readable: true, writable: true });
  }

  current(tag: Tag): void {
    this.read(tag, INBOX);
  }
}
