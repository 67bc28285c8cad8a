// The driver of a shard that runs on a thread of its own.

import { createReadStream, createWriteStream, fstatSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { isatty, ReadStream, WriteStream } from "node:tty";
import type { MessagePort } from "node:worker_threads";
import type { DriverKind } from "../../reactor/drivers/choose.ts";
import type { Completions, Driver, Handle, Tag } from "../../reactor/drivers/driver.ts";
import { DriverError } from "../../reactor/drivers/driver.ts";
import { StreamHandle } from "../../reactor/drivers/libuv/stream.ts";
import { LibuvDriver } from "../../reactor/drivers/libuv.ts";
import type { FromAttendant, ToAttendant } from "../../reactor/drivers/uring/attendant.ts";

/** `attendant`: its port to the main thread, which alone hears signals. `bell`: the word that others ring. */
export async function makeDriver(kind: DriverKind, attendant: MessagePort, bell: Int32Array): Promise<Driver> {
  if (kind === "libuv") return new ThreadDriver(attendant, bell);
  const { UringDriver } = await import("../../reactor/drivers/uring.ts");
  return new UringDriver(attendant, bell);
}

/** Node's loop on a thread other than the main one: signals come by the attendant. */
class ThreadDriver extends LibuvDriver {
  readonly #attendant: MessagePort;
  readonly #waiting = new Set<Tag>();
  #completions!: Completions;

  constructor(attendant: MessagePort, bell: Int32Array) {
    super(bell);
    this.#attendant = attendant;
    attendant.unref();
  }

  override attach(completions: Completions): void {
    super.attach(completions);
    this.#completions = completions;
    this.#attendant.on("message", (message: FromAttendant) => {
      if (!this.#waiting.delete(message.tag)) return;
      this.#rest();
      if ("error" in message) completions.failed(message.tag, new DriverError(message.error.code, message.error.text));
      else completions.completed(message.tag, undefined);
    });
    this.#attendant.unref();
  }

  override signal(tag: Tag, name: string): void {
    this.#waiting.add(tag);
    this.#attendant.ref();
    this.#tell({ kind: "signal", tag, name });
  }

  override withdraw(tag: Tag): void {
    if (!this.#waiting.delete(tag)) {
      super.withdraw(tag);
      return;
    }
    this.#rest();
    this.#tell({ kind: "withdraw", tag, handle: null });
  }

  override close(): void {
    this.#attendant.close();
    super.close();
  }

  /** Node gives other threads no streams of their own for these, so they are made here, as it makes those of the main one. */
  override standard(stream: 0 | 1 | 2): Handle {
    const { readable, writable } = standardStream(stream);
    return this.keep(new StreamHandle(this.#completions, readable, writable, { release: "keep" }));
  }

  #tell(message: ToAttendant): void {
    this.#attendant.postMessage(message);
  }

  /** Nothing asked for keeps the thread alive no longer than that. */
  #rest(): void {
    if (this.#waiting.size === 0) this.#attendant.unref();
  }
}

function standardStream(fd: 0 | 1 | 2): { readonly readable: Readable | null; readonly writable: Writable | null } {
  if (isatty(fd))
    return fd === 0
      ? { readable: new ReadStream(fd), writable: null }
      : { readable: null, writable: new WriteStream(fd) };
  const stat = fstatSync(fd);
  if (stat.isFIFO() || stat.isSocket()) {
    const socket = new Socket({ fd, readable: fd === 0, writable: fd !== 0 });
    return fd === 0 ? { readable: socket, writable: null } : { readable: null, writable: socket };
  }
  return fd === 0
    ? { readable: createReadStream("", { fd, autoClose: false }), writable: null }
    : { readable: null, writable: createWriteStream("", { fd, autoClose: false }) };
}
