// A listening socket as a handle.
//
// L1. Accepting begins with the first `accept` or `ready`. One entry then accepts for as long as somebody asks (multishot): a
//     thousand clients that come at once are in after one system call instead of a thousand.
// L2. Connections that nobody has asked for yet are held, unread; at HELD of them the entry is withdrawn, and the rest stays
//     with the system. It is put back when they have been taken: who does not accept, does not pile up.

import { errorNumbered, NONE, Watchers } from "../base.ts";
import { ACCEPT, type DriverError, type Handle, type Tag } from "../driver.ts";
import { CQE_MORE, ECANCELED, EINTR, OP_ACCEPT, SHUT_RD, SOCK_CLOEXEC, SQE_ACCEPT_MULTISHOT } from "./abi.ts";
import { type Kit, UringHandle } from "./kit.ts";
import type { Operation } from "./ring.ts";
import { close, shutdown } from "./system.ts";

/** Connections held for who has not asked yet (L2). */
const HELD = 64;

export class ListenerHandle extends UringHandle implements Operation {
  readonly #port: number;
  readonly #connection: (fd: number) => Handle;
  readonly #held: number[] = [];
  readonly #watchers = new Watchers();
  #accepting: Tag = NONE;
  /** Of the entry in flight, NONE when there is none. */
  #slot = NONE;
  #failure: DriverError | null = null;
  #closing = false;

  /** `connection` makes the handle of a connection. */
  constructor(kit: Kit, fd: number, port: number, connection: (fd: number) => Handle) {
    super(kit, fd);
    this.#port = port;
    this.#connection = connection;
  }

  override get port(): number {
    return this.#port;
  }

  override accept(tag: Tag): void {
    const fd = this.#held.shift();
    if (fd !== undefined) this.completions.completed(tag, this.#connection(fd));
    else if (this.#failure !== null) {
      this.completions.failed(tag, this.#failure);
      this.#failure = null;
    } else {
      this.#accepting = tag;
      this.#demand();
    }
  }

  override ready(tag: Tag, events: number): void {
    if ((events & ACCEPT) === 0) super.ready(tag, events);
    else if (this.#held.length > 0 || this.#failure !== null) this.completions.completed(tag, ACCEPT);
    else {
      this.#watchers.add(tag, events);
      this.#demand();
    }
  }

  override withdraw(tag: Tag): void {
    if (this.#accepting === tag) this.#accepting = NONE;
    else this.#watchers.remove(tag);
  }

  override close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#accepting = NONE;
    // Frees the port at once, and ends the entry in flight, before the descriptor itself is given back.
    shutdown(this.fd, SHUT_RD);
    for (const fd of this.#held.splice(0)) close(fd);
    this.release();
  }

  override destroy(): void {
    this.close();
  }

  completed(result: number, flags: number): void {
    if ((flags & CQE_MORE) === 0) this.#slot = NONE;
    if (this.#closing) {
      if (result >= 0) close(result);
      return;
    }
    if (result >= 0) this.#accepted(result);
    else if (result !== ECANCELED && result !== EINTR) this.#failed(errorNumbered(-result));
    // The entry is over without our wish, or was withdrawn and is needed again by now.
    if (this.#slot === NONE && (this.#accepting !== NONE || this.#watchers.wants(ACCEPT))) this.#demand();
  }

  #demand(): void {
    if (this.#slot !== NONE) return;
    const { ring } = this.kit;
    this.#slot = ring.begin(this);
    ring.entry(this.#slot, OP_ACCEPT | SQE_ACCEPT_MULTISHOT, this.fd, 0, 0, 0, SOCK_CLOEXEC, 0);
  }

  #accepted(fd: number): void {
    const tag = this.#accepting;
    if (tag !== NONE) {
      this.#accepting = NONE;
      this.completions.completed(tag, this.#connection(fd));
      return;
    }
    this.#held.push(fd);
    if (this.#held.length === HELD && this.#slot !== NONE) this.kit.ring.cancel(this.#slot);
    this.#watchers.tell(this.completions, ACCEPT);
  }

  /** An error of the listener as a whole (EMFILE); the next connection may well be fine. */
  #failed(error: DriverError): void {
    const tag = this.#accepting;
    this.#accepting = NONE;
    if (tag !== NONE) this.completions.failed(tag, error);
    else this.#failure = error;
    this.#watchers.tell(this.completions, ACCEPT);
  }
}
