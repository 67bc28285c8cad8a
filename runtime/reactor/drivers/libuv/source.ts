// What the sources of hardware-port events share: events wait in a short queue for whoever reads them next.
//
// Q1. An event that nobody has asked for is queued and `hold` asks the source to stop; `demand` starts it again. What the
//     source has in hand at that moment is still queued, no more.
// Q2. An error answers the read that waits, or the next one. The source may recover: it is told once.

import { BaseHandle, NONE, Watchers } from "../base.ts";
import { type Completions, type DriverError, READ, type SourceHandle, type Tag } from "../driver.ts";

/** The longest event given at once. */
export const EVENT = 65536;

export abstract class QueuedSource extends BaseHandle implements SourceHandle {
  readonly #events: Uint8Array[] = [];
  readonly #watchers = new Watchers();
  #reading: Tag = NONE;
  #max = 0;
  #failure: DriverError | null = null;

  /** Somebody waits for an event: start, or go on. Called again and again. */
  protected abstract demand(): void;
  /** Nobody waits: stop, if that can be done. */
  protected abstract hold(): void;

  constructor(completions: Completions) {
    super(completions);
  }

  override read(tag: Tag, max: number): void {
    const event = this.#events.shift();
    if (event !== undefined) this.completions.completed(tag, this.#take(event, max));
    else if (this.#failure !== null) {
      const failure = this.#failure;
      this.#failure = null;
      this.completions.failed(tag, failure);
    } else {
      this.#reading = tag;
      this.#max = max;
      this.demand();
    }
  }

  /** Sources without a value of their own give their next event. */
  current(tag: Tag): void {
    this.read(tag, EVENT);
  }

  override ready(tag: Tag, events: number): void {
    if ((events & READ) === 0) super.ready(tag, events);
    else if (this.#events.length > 0 || this.#failure !== null) this.completions.completed(tag, READ);
    else {
      this.#watchers.add(tag, READ);
      this.demand();
    }
  }

  override withdraw(tag: Tag): void {
    if (this.#reading === tag) this.#reading = NONE;
    else this.#watchers.remove(tag);
  }

  protected deliver(event: Uint8Array): void {
    const tag = this.#reading;
    if (tag !== NONE) {
      this.#reading = NONE;
      this.completions.completed(tag, this.#take(event, this.#max));
    } else this.#events.push(event);
    if (this.#events.length === 0) return;
    this.hold();
    this.#watchers.tell(this.completions, READ);
  }

  protected fail(error: DriverError): void {
    const tag = this.#reading;
    this.#reading = NONE;
    if (tag !== NONE) this.completions.failed(tag, error);
    else this.#failure = error;
    this.#watchers.tell(this.completions, READ);
  }

  protected get wanted(): boolean {
    return this.#reading !== NONE || this.#watchers.wants(READ);
  }

  #take(event: Uint8Array, max: number): Uint8Array {
    if (event.length <= max) return event;
    this.#events.unshift(event.subarray(max));
    return event.subarray(0, max);
  }
}
