// What every handle of a uring driver works with, and what they have in common: waiting for readiness, and letting go.

import { BaseHandle, NONE } from "../base.ts";
import { type Completions, READ, type Tag, WRITE } from "../driver.ts";
import { OP_CLOSE, OP_POLL_ADD, POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP, SQE_CQE_SKIP_SUCCESS } from "./abi.ts";
import type { FileRead } from "./file.ts";
import type { Inboxes, Memory } from "./memory.ts";
import { NOBODY, type Operation, type Ring } from "./ring.ts";

export interface Kit {
  readonly ring: Ring;
  readonly memory: Memory;
  readonly inboxes: Inboxes;
  readonly completions: Completions;
  /** Reads of files that are over, to be used again. */
  readonly idleReads: FileRead[];
  /** The handle has let go of its descriptor. */
  gone(handle: UringHandle): void;
}

const READABLE = POLLIN | POLLHUP | POLLERR | POLLRDHUP;
const WRITABLE = POLLOUT | POLLHUP | POLLERR;

/** A descriptor of the system that the kernel works on through the ring. */
export abstract class UringHandle extends BaseHandle {
  #polls: Poll[] | null = null;

  constructor(
    protected readonly kit: Kit,
    protected fd: number,
  ) {
    super(kit.completions);
  }

  /** The system's number for it; NONE once it has been let go. */
  get descriptor(): number {
    return this.fd;
  }

  /** Closes at once, whatever is still to go out. */
  abstract destroy(): void;

  override withdraw(tag: Tag): void {
    const poll = this.#polls?.find((each) => each.tag === tag);
    if (poll !== undefined) this.#drop(poll);
  }

  /** Has `tag` wait until the system says that one of `events` would not wait. */
  protected poll(tag: Tag, events: number): void {
    this.#polls ??= [];
    this.#polls.push(new Poll(this.kit, this.fd, tag, events, (poll) => this.#forget(poll)));
  }

  /** Tells those who wait for one of `events`, which the system need not know of: bytes held here, an end, an error. */
  protected tell(events: number): void {
    for (const poll of this.#polls?.slice() ?? []) {
      if ((poll.events & events) === 0) continue;
      const { tag } = poll;
      this.#drop(poll);
      this.completions.completed(tag, poll.events & events);
    }
  }

  protected dropPolls(): void {
    for (const poll of this.#polls?.slice() ?? []) this.#drop(poll);
  }

  /** Lets go of the descriptor, once; unless it is kept, the system gets it back behind the entries queued so far. */
  protected release(keep = false): void {
    if (this.fd === NONE) return;
    if (!keep) this.kit.ring.entry(NOBODY, OP_CLOSE | SQE_CQE_SKIP_SUCCESS, this.fd, 0, 0, 0, 0, 0);
    this.fd = NONE;
    this.kit.gone(this);
  }

  #drop(poll: Poll): void {
    this.#forget(poll);
    poll.cancel();
  }

  #forget(poll: Poll): void {
    const at = this.#polls?.indexOf(poll) ?? NONE;
    if (at >= 0) this.#polls?.splice(at, 1);
  }
}

/** A wait of one submission for readiness. */
class Poll implements Operation {
  tag: Tag;
  readonly events: number;
  readonly #kit: Kit;
  readonly #slot: number;
  readonly #onOver: (poll: Poll) => void;

  constructor(kit: Kit, fd: number, tag: Tag, events: number, onOver: (poll: Poll) => void) {
    this.#kit = kit;
    this.tag = tag;
    this.events = events;
    this.#onOver = onOver;
    const mask = ((events & READ) === 0 ? 0 : POLLIN | POLLRDHUP) | ((events & WRITE) === 0 ? 0 : POLLOUT);
    this.#slot = kit.ring.begin(this);
    kit.ring.entry(this.#slot, OP_POLL_ADD, fd, 0, 0, 0, mask, 0);
  }

  cancel(): void {
    this.tag = NONE;
    this.#kit.ring.cancel(this.#slot);
  }

  completed(result: number): void {
    const { tag } = this;
    if (tag === NONE) return;
    this.#onOver(this);
    // What cannot be polled does not wait; neither does what is broken.
    const came = result < 0 ? READ | WRITE : bitsOf(result);
    this.#kit.completions.completed(tag, came & this.events);
  }
}

function bitsOf(polled: number): number {
  return ((polled & READABLE) === 0 ? 0 : READ) | ((polled & WRITABLE) === 0 ? 0 : WRITE);
}
