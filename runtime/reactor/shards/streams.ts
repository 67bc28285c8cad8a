// A channel between two shards: items go one way as far as there is room for them, and room comes back the other way. Which
// end of a channel is on another shard, and since when, is in loans.ts.
//
//   Outlet ──── Items ────> Inlet        whoever has the sending end holds the outlet, the receiving end is behind the inlet
//          <──── Room ─────
//
// W1. What an inlet has granted and what has not come yet is one number, in three places: room of the outlet, items under way,
//     room under way. So an inlet knows how much may still come, whatever the outlet does.
// W2. Neither end says anything item by item. It waits until there is enough to say, until its turn is over, or until its task
//     asks for time, whichever is first; and not at all when the other shard has nothing to run. A borrower sends an object at once,
//     with what is before it (`putNow`): if it cannot go, its sender has to be told.

import { CodecError } from "../../codec/format.ts";
import type { Channel, Value } from "../../engine/values.ts";

/** The most items that are on their way to, or lie at, a shard that has borrowed an end. */
export const WINDOW = 1024;
/** So many items are enough for a message. */
const BATCH = 128;

/** How many items of a channel may be on another shard than the rest. */
export const windowOf = (channel: Channel): number => Math.min(channel.capacity, WINDOW);

/** What the ends ask of the shard that they belong to. */
export interface StreamHost {
  /** Sends items; CodecError when one of them cannot go to another shard. */
  postItems(to: number, channel: Channel, items: Value[]): void;
  postRoom(to: number, channel: Channel, room: number): void;
  /** One of these cannot go to another shard: none has gone, and the outlet has them no more. */
  refused(channel: Channel, items: readonly Value[]): void;
  /** Whether a shard waits for something to do. */
  isWaiting(shard: number): boolean;
  /** Calls `tell` soon, and always before this shard sleeps (W2). */
  later(end: StreamEnd): void;
}

export abstract class StreamEnd {
  /** `tell` is to be called. */
  isDue = false;

  constructor(
    protected readonly host: StreamHost,
    readonly channel: Channel,
    /** The shard of the other end. */
    readonly to: number,
  ) {}

  /** Says what there is to say. */
  abstract tell(): void;

  /** W2 */
  protected tellSoon(): void {
    if (this.host.isWaiting(this.to)) this.tell();
    else if (!this.isDue) {
      this.isDue = true;
      this.host.later(this);
    }
  }
}

export class Outlet extends StreamEnd {
  /** What has not been sent yet. */
  #items: Value[] = [];

  constructor(
    host: StreamHost,
    channel: Channel,
    to: number,
    /** How many items may still be put in. */
    public room: number,
    /** How many have been sent. */
    public sent: number,
  ) {
    super(host, channel, to);
  }

  /** Takes an item that belongs to nobody else. There must be room. */
  put(item: Value): void {
    this.room--;
    this.#items.push(item);
    if (this.#items.length === 1) this.tellSoon();
    else if (this.#items.length >= BATCH) this.tell();
  }

  /** Sends an item now, after those before it. False: it cannot go to another shard, and is still its sender's. */
  putNow(item: Value): boolean {
    this.tell();
    return this.#send([item]);
  }

  override tell(): void {
    const items = this.takeBack();
    if (items.length > 0 && !this.#send(items)) this.host.refused(this.channel, items);
  }

  #send(items: Value[]): boolean {
    try {
      this.host.postItems(this.to, this.channel, items);
    } catch (error) {
      if (error instanceof CodecError) return false;
      throw error;
    }
    this.room -= items.length;
    this.sent += items.length;
    return true;
  }

  /** Takes out what has not been sent yet. */
  takeBack(): Value[] {
    const items = this.#items;
    this.#items = [];
    this.room += items.length;
    return items;
  }
}

export class Inlet extends StreamEnd {
  /** Of what is granted, what the outlet has not been told. */
  #untold = 0;
  /** So much room is enough for a message. */
  readonly #enough: number;

  constructor(
    host: StreamHost,
    channel: Channel,
    to: number,
    /** How many items may still come (W1). */
    public granted: number,
    /** How many have come. */
    public come: number,
  ) {
    super(host, channel, to);
    this.#enough = Math.max(windowOf(channel) >> 2, 1);
  }

  /** So many more may come. */
  grant(room: number): void {
    const wasNothing = this.#untold === 0;
    this.granted += room;
    this.#untold += room;
    if (this.#untold >= this.#enough) this.tell();
    else if (wasNothing) this.tellSoon();
  }

  /** Nobody is to be told of more: the loan is over. */
  end(): void {
    this.#untold = 0;
  }

  /** So many have come. */
  took(items: number): void {
    this.granted -= items;
    this.come += items;
  }

  override tell(): void {
    if (this.#untold === 0) return;
    this.host.postRoom(this.to, this.channel, this.#untold);
    this.#untold = 0;
  }
}
