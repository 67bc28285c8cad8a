// A listening socket as a handle.
//
// L1. Node accepts every connection the system has; it cannot be told to wait. Up to BACKLOG connections that nobody has
//     accepted yet are kept, unread, so that their data stays with the system; one more is reset, as a full queue of the
//     system's own would do.

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { BaseHandle, errorOf, NONE, Watchers } from "../base.ts";
import { ACCEPT, type Completions, type DriverError, type Handle, type Tag } from "../driver.ts";

export const BACKLOG = 4096;

export class ListenerHandle extends BaseHandle {
  #port = 0;
  readonly #server: Server;
  readonly #connection: (socket: Socket) => Handle;
  readonly #waiting: Socket[] = [];
  readonly #watchers = new Watchers();
  #accepting: Tag = NONE;
  #failure: DriverError | null = null;

  readonly #onGone: (handle: ListenerHandle) => void;

  /** `connection` makes the handle of a connection. */
  constructor(
    completions: Completions,
    connection: (socket: Socket) => Handle,
    onGone: (handle: ListenerHandle) => void,
  ) {
    super(completions);
    this.#connection = connection;
    this.#onGone = onGone;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
      this.#onConnection(socket);
    });
  }

  override get port(): number {
    return this.#port;
  }

  /** Starts to listen and calls back once, with null or the reason why not. */
  listen(host: string | undefined, port: number, done: (error: DriverError | null) => void): void {
    const server = this.#server;
    server.once("error", (error) => done(errorOf(error)));
    server.listen(host === undefined ? { port } : { port, host }, () => {
      server.removeAllListeners("error").on("error", (error) => this.#onError(errorOf(error)));
      this.#port = (server.address() as AddressInfo).port;
      done(null);
    });
  }

  override accept(tag: Tag): void {
    const socket = this.#waiting.shift();
    if (socket !== undefined) this.completions.completed(tag, this.#connection(socket));
    else if (this.#failure !== null) {
      this.completions.failed(tag, this.#failure);
      this.#failure = null;
    } else this.#accepting = tag;
  }

  override ready(tag: Tag, events: number): void {
    if ((events & ACCEPT) === 0) super.ready(tag, events);
    else if (this.#waiting.length > 0) this.completions.completed(tag, ACCEPT);
    else this.#watchers.add(tag, events);
  }

  override withdraw(tag: Tag): void {
    if (this.#accepting === tag) this.#accepting = NONE;
    else this.#watchers.remove(tag);
  }

  override close(): void {
    this.#accepting = NONE;
    this.#onGone(this);
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.resetAndDestroy();
  }

  #onConnection(socket: Socket): void {
    const tag = this.#accepting;
    if (tag !== NONE) {
      this.#accepting = NONE;
      this.completions.completed(tag, this.#connection(socket));
    } else if (this.#waiting.length >= BACKLOG) socket.resetAndDestroy();
    else {
      // Nobody listens to it yet; what is wrong with it shows at the first operation after `accept`.
      socket.on("error", ignore);
      this.#waiting.push(socket);
      this.#watchers.tell(this.completions, ACCEPT);
    }
  }

  /** An error of the listener as a whole (EMFILE); the next connection may well be fine. */
  #onError(error: DriverError): void {
    const tag = this.#accepting;
    this.#accepting = NONE;
    if (tag !== NONE) this.completions.failed(tag, error);
    else this.#failure = error;
  }
}

function ignore(): void {}
