// Clients for the soak test: some behave, most do not. Each is one connection from its beginning to its end.
//
// A request is a head, {"size": n} and a line end, and n bytes, which the server sends back.
//
// C1. What a client does comes from a seeded sequence; in which order connections make progress is the system's business.
// C2. No client waits for time to pass. One that is slow or silent waits until the storm has gone on to other clients.
// C3. What comes back is what was sent, from its beginning. Unless the server may refuse, all of it comes back.

import { connect, type Socket } from "node:net";

/** Whole numbers from 0 to below `end`. */
export type Dice = (end: number) => number;

/** A seeded sequence: xorshift of 32 bits (Marsaglia 2003). */
export function dice(seed: number): Dice {
  let state = seed | 1;
  return (end) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
}

/** The least that a whole exchange moves: more than the buffer of a read. */
export const LEAST_BYTES = 65_536;
/** Bodies and garbage are pieces of these. */
const BYTES = Uint8Array.from(
  { length: 4 * LEAST_BYTES },
  (
    (roll) => () =>
      roll(256)
  )(dice(7)),
);

/** The most clients that wait for others at a time. */
const MOST_HELD = 10;

/** Where the clients are, and who waits for others (C2). */
export class Storm {
  readonly dice: Dice;
  readonly port: number;
  /** Connections may be refused or reset by the server. */
  readonly mayRefuse: boolean;
  /** Clients that have ended. */
  ended = 0;
  /** Exchanges that came back whole. */
  whole = 0;
  readonly #held: (() => void)[] = [];
  #running = 0;

  constructor(port: number, seed: number, mayRefuse: boolean) {
    this.dice = dice(seed);
    this.port = port;
    this.mayRefuse = mayRefuse;
  }

  /** Runs clients, `width` at a time, for as long as `goesOn` says. */
  async run(width: number, goesOn: () => boolean): Promise<void> {
    this.#running = width;
    const one = async (): Promise<void> => {
      while (goesOn()) {
        await this.#client();
        this.ended++;
        this.#held.shift()?.();
      }
      this.#running--;
      this.#letSomeGo();
    };
    await Promise.all(Array.from({ length: width }, one));
  }

  /** A whole exchange, which must come back. */
  async exchange(): Promise<void> {
    const body = this.#body();
    const socket = this.#connect();
    socket.write(headFor(body));
    socket.end(body);
    await this.#receive(socket, body);
  }

  async #client(): Promise<void> {
    const { dice } = this;
    const kinds = [
      "whole",
      "whole",
      "whole",
      "slow",
      "reset",
      "resetAtOnce",
      "halfClosed",
      "silent",
      "garbage",
      "crowd",
    ];
    switch (kinds[dice(kinds.length)]) {
      case "whole":
        return this.exchange();
      case "slow": {
        const body = this.#body();
        const socket = this.#connect();
        socket.pause();
        socket.write(headFor(body));
        socket.end(body);
        await this.#hold();
        socket.resume();
        return this.#receive(socket, body);
      }
      case "reset": {
        const body = this.#body();
        const socket = this.#connect();
        socket.write(headFor(body));
        socket.write(body.subarray(0, dice(body.length)), () => socket.resetAndDestroy());
        return closed(socket);
      }
      case "resetAtOnce": {
        const socket = this.#connect();
        socket.once("connect", () => socket.resetAndDestroy());
        return closed(socket);
      }
      case "halfClosed": {
        // Its own half ends in the middle of a body, or of a head.
        const body = this.#body();
        const request = Buffer.concat([headFor(body), body]);
        const socket = this.#connect();
        socket.end(request.subarray(0, dice(request.length)));
        return closed(socket.resume());
      }
      case "silent": {
        const socket = this.#connect();
        await this.#hold();
        socket.destroy();
        return closed(socket);
      }
      case "garbage": {
        const socket = this.#connect();
        const from = dice(LEAST_BYTES);
        socket.end(Buffer.concat([BYTES.subarray(from, from + 1 + dice(2000)), Buffer.from("\n")]));
        return closed(socket.resume());
      }
      default: {
        const sockets = Array.from({ length: 1 + dice(20) }, () => this.#connect());
        await Promise.all(
          sockets.map((socket) => {
            socket.once("connect", () => socket.destroy());
            return closed(socket);
          }),
        );
      }
    }
  }

  #connect(): Socket {
    // What goes wrong with a connection shows in what comes back.
    return connect({ port: this.port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
  }

  #body(): Buffer {
    const size = LEAST_BYTES + this.dice(LEAST_BYTES);
    const from = this.dice(BYTES.length - size);
    return Buffer.from(BYTES.buffer, from, size);
  }

  async #receive(socket: Socket, body: Buffer): Promise<void> {
    const pieces: Buffer[] = [];
    socket.on("data", (piece) => pieces.push(piece));
    socket.once("end", () => socket.end());
    await closed(socket);
    const got = Buffer.concat(pieces);
    if (!body.subarray(0, got.length).equals(got)) throw new Error(`${got.length} bytes came back that were not sent`);
    if (got.length === body.length) this.whole++;
    else if (!this.mayRefuse) throw new Error(`${got.length} of ${body.length} bytes came back`);
  }

  /** Until other clients have ended (C2). */
  #hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#held.push(resolve);
      this.#letSomeGo();
    });
  }

  /** Somebody must be there who is not held. */
  #letSomeGo(): void {
    while (this.#held.length > 0 && this.#held.length >= Math.min(this.#running, MOST_HELD)) this.#held.shift()!();
  }
}

const headFor = (body: Buffer): Buffer => Buffer.from(`{"size": ${body.length}}\n`);

function closed(socket: Socket): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once("close", () => resolve()));
}
