/// <reference lib="es2024.sharedmemory" />
// The bell of a driver on Node's loop (waker.ts).
//
// `Atomics.waitAsync` leaves the loop asleep and calls back on it after a notify; nothing polls. It takes as long as a
// message through a MessagePort (56 and 67 us on the machine it was tried on), and needs no channel for each pair of threads.

import { answer, PARKED, park, type Waker, wake } from "../waker.ts";

/** The longest time a timer of Node takes. */
const FOREVER = 2 ** 31 - 1;

export class LoopBell {
  readonly waker: Waker;
  readonly #onRing: () => void;
  /** Node does not count a wait of this kind as a reason to stay alive; this is one, and never comes (D6). */
  readonly #alive = setInterval(ignore, FOREVER);
  #closed = false;

  constructor(bell: Int32Array, onRing: () => void) {
    this.waker = { kind: "loop", bell };
    this.#onRing = onRing;
    this.#listen();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#alive);
    // Ends the wait under way, which would keep its promise and the bell.
    wake(this.waker);
  }

  #listen(): void {
    const { bell } = this.waker;
    if (!park(bell)) {
      this.#answer();
      return;
    }
    const wait = Atomics.waitAsync(bell, 0, PARKED);
    // Not asynchronous when somebody has rung since `park`.
    if (wait.async) void wait.value.then(this.#answer);
    else queueMicrotask(this.#answer);
  }

  readonly #answer = (): void => {
    if (this.#closed) return;
    const rung = answer(this.waker.bell);
    if (rung) this.#onRing();
    if (!this.#closed) this.#listen();
  };
}

function ignore(): void {}
