// Handles of connections that are gone: one that never comes back, and one whose peer may (sessions.ts).

import type { Input } from "../engine/host.ts";
import type { EffectRequest } from "../engine/values.ts";
import type { Descriptor } from "./descriptors.ts";
import { BaseHandle } from "./drivers/base.ts";
import { type Completions, DriverError, type Tag } from "./drivers/driver.ts";
import { ioFault, subjectOf } from "./payload.ts";

/** Every operation fails, for the same reason. */
export class LostHandle extends BaseHandle {
  readonly #error: DriverError;

  constructor(completions: Completions, error: DriverError) {
    super(completions);
    this.#error = error;
  }

  override read(tag: Tag): void {
    this.completions.failed(tag, this.#error);
  }
  override write(tag: Tag): void {
    this.completions.failed(tag, this.#error);
  }
  override accept(tag: Tag): void {
    this.completions.failed(tag, this.#error);
  }
  override ready(tag: Tag): void {
    this.completions.failed(tag, this.#error);
  }
  override sync(tag: Tag): void {
    this.completions.failed(tag, this.#error);
  }
  withdraw(_tag: Tag): void {}
  close(): void {}
}

const PEER_GONE = new DriverError("ECONNRESET", "the connection is gone");

/** The fault of a request about a connection whose peer has gone. */
export function gone(request: EffectRequest, descriptor: Descriptor): Input {
  return ioFault(request, subjectOf(descriptor), PEER_GONE, descriptor.fd);
}

/** Who wants to read waits until the peer is back; all else fails. */
export class AwayHandle extends LostHandle {
  readonly #waiting = new Set<Tag>();

  constructor(completions: Completions) {
    super(completions, PEER_GONE);
  }

  override read(tag: Tag): void {
    this.#waiting.add(tag);
  }
  override ready(tag: Tag): void {
    this.#waiting.add(tag);
  }
  override withdraw(tag: Tag): void {
    this.#waiting.delete(tag);
  }

  /** The peer cannot come back any more. */
  giveUp(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const tag of waiting) this.completions.failed(tag, PEER_GONE);
  }
}
