// The port source "unix": a stream socket in the file system. Each chunk that arrives on it is an event.
//
// U1. Whoever listens at the path already is dialled; if nobody does, we listen there ourselves and take everybody who
//     comes. A socket file that nobody serves any more is replaced.
// U2. What is written to the port goes to everybody connected to it; that is enough if one of them takes it.
// U3. When the peer we dialled goes, that is an error of the port (there is nothing left to wait for); the next operation
//     starts over with U1. When one who came to us goes, nothing is said.

import { lstatSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { errorOf } from "../base.ts";
import { type Completions, DriverError, type Tag } from "../driver.ts";
import { QueuedSource } from "./source.ts";

type State =
  | { readonly kind: "closed" }
  | { readonly kind: "dialling"; readonly socket: Socket }
  | { readonly kind: "dialled"; readonly socket: Socket }
  | { readonly kind: "listening"; readonly server: Server; readonly peers: Set<Socket> };

export class UnixPort extends QueuedSource {
  readonly #path: string;
  #state: State = { kind: "closed" };
  /** Writes that came before the socket was open, and those in flight. */
  #unwritten: { readonly tag: Tag; readonly data: string | Uint8Array }[] = [];
  readonly #submitted = new Set<Tag>();

  constructor(completions: Completions, path: string) {
    super(completions);
    this.#path = path;
  }

  override write(tag: Tag, data: string | Uint8Array): void {
    this.#submitted.add(tag);
    if (this.#state.kind === "closed") this.#dial();
    if (this.#state.kind === "dialling") this.#unwritten.push({ tag, data });
    else this.#send(tag, data);
  }

  override withdraw(tag: Tag): void {
    if (!this.#submitted.delete(tag)) super.withdraw(tag);
  }

  override close(): void {
    const state = this.#state;
    this.#state = { kind: "closed" };
    this.#submitted.clear();
    this.#unwritten = [];
    if (state.kind === "listening") {
      state.server.close();
      for (const peer of state.peers) peer.destroy();
    } else if (state.kind !== "closed") state.socket.destroy();
  }

  protected override demand(): void {
    if (this.#state.kind === "closed") this.#dial();
    else for (const peer of this.#peers()) peer.resume();
  }

  protected override hold(): void {
    for (const peer of this.#peers()) peer.pause();
  }

  #peers(): Iterable<Socket> {
    const state = this.#state;
    return state.kind === "listening" ? state.peers : state.kind === "dialled" ? [state.socket] : [];
  }

  #dial(): void {
    const socket = connect(this.#path);
    this.#state = { kind: "dialling", socket };
    socket.on("data", (chunk) => this.deliver(chunk));
    socket.on("connect", () => {
      this.#state = { kind: "dialled", socket };
      this.#flush();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#state.kind === "dialling" && this.#isFree(error.code)) this.#listen();
      else this.#lost(errorOf(error));
    });
    socket.on("close", () => {
      if (this.#state.kind === "dialled") {
        this.#lost(new DriverError("EPIPE", `the other end of ${this.#path} has closed it`));
      }
    });
  }

  /** U1: true when nobody serves the path; clears away what is left of one who did. */
  #isFree(code: string | undefined): boolean {
    if (code === "ENOENT") return true;
    if (code !== "ECONNREFUSED" || !lstatSync(this.#path, { throwIfNoEntry: false })?.isSocket()) return false;
    try {
      unlinkSync(this.#path);
      return true;
    } catch {
      return false;
    }
  }

  #listen(): void {
    const peers = new Set<Socket>();
    const server = createServer((peer) => {
      peers.add(peer);
      peer.on("data", (chunk) => this.deliver(chunk));
      peer.on("error", ignore);
      peer.on("close", () => peers.delete(peer));
      if (!this.wanted) peer.pause();
    });
    this.#state = { kind: "listening", server, peers };
    server.on("error", (error) => this.#lost(errorOf(error)));
    server.listen(this.#path, () => this.#flush());
  }

  /** U3 */
  #lost(error: DriverError): void {
    if (this.#state.kind === "closed") return;
    const writes = [...this.#submitted];
    this.close();
    for (const tag of writes) this.completions.failed(tag, error);
    this.fail(error);
  }

  #flush(): void {
    const unwritten = this.#unwritten;
    this.#unwritten = [];
    for (const { tag, data } of unwritten) if (this.#submitted.has(tag)) this.#send(tag, data);
  }

  /** U2 */
  #send(tag: Tag, data: string | Uint8Array): void {
    const peers = [...this.#peers()].filter((peer) => peer.writable);
    let left = peers.length;
    let taken = false;
    if (left === 0) {
      this.#submitted.delete(tag);
      this.completions.failed(tag, new DriverError("ENOTCONN", `nobody is connected to ${this.#path}`));
    }
    for (const peer of peers) {
      peer.write(data, (error) => {
        taken ||= !error;
        if (--left > 0 || !this.#submitted.delete(tag)) return;
        if (error && !taken) this.completions.failed(tag, errorOf(error));
        else this.completions.completed(tag, typeof data === "string" ? Buffer.byteLength(data) : data.length);
      });
    }
  }
}

function ignore(): void {}
