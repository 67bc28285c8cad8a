// A client of a program with a session function: it connects, says its name, breaks off and comes back.

import { connect, type Socket } from "node:net";

/** Somebody who connects to a program and speaks in lines. */
export class Peer {
  readonly #socket: Socket;
  #text = "";
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).on("error", () => undefined);
    socket.setEncoding("utf8").on("data", (text: string) => {
      this.#text += text;
      socket.emit("news");
    });
    socket.on("close", () => {
      this.#closed = true;
      socket.emit("news");
    });
  }

  /** Connects, as soon as somebody listens, and says its name. */
  static async named(name: string, port: number): Promise<Peer> {
    for (;;) {
      const socket = connect(port, "127.0.0.1");
      const peer = new Peer(socket);
      const isThere = await new Promise((done) =>
        socket.on("connect", () => done(true)).on("close", () => done(false)),
      );
      if (!isThere) continue;
      socket.write(`${name}\n`);
      return peer;
    }
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Waits for a line; false when the connection is closed without. */
  async hears(): Promise<boolean> {
    while (!this.#text.includes("\n")) {
      if (this.#closed) return false;
      await new Promise<void>((done) => this.#socket.once("news", done));
    }
    return true;
  }

  /** The next line. */
  async line(): Promise<string> {
    if (!(await this.hears())) throw new Error(`closed after "${this.#text}"`);
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  end(): void {
    this.#socket.end();
  }

  break(): void {
    this.#socket.resetAndDestroy();
  }
}
