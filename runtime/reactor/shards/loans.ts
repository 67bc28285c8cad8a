// What this shard has borrowed of channels that others have made: ends of them, at which its tasks send, receive and wait as if
// the channel were here. The lender's side, and when it lends, is in answers/channels.ts (K5, K6); between them are streams.ts.
//
//   owner  ── with an answer: an end, with the next items or room for so many ──> borrower
//          <──────────────── Items, Room: both ways (streams.ts) ───────────────>
//          ── Recall: somebody else wants that end ──────────────────────────────>
//          <── Return: what was not used; the loan is over ───────────────────────
//
// Z1. At most one shard has each end of a channel, and nobody else uses the end meanwhile. So what happens at an end happens on
//     one shard, in the order in which it is called, as if there were no others.
// Z2. The borrower sends a Return when the end is recalled, when a task asks for what only the owner can do, when nothing has
//     happened at the end for a while, and when the shard stands still for a cut (keep/stand.ts). A Recall that finds no loan has crossed
//     its Return: messages keep their order, so a later loan cannot have come before it.
// Z3. A receiving end has come back when all items that were sent to it are accounted for: the Return says how many had come, and
//     those that come after it are sent back at once. Until then the owner uses and lends it to nobody. A sending end has come
//     back with its Return; room that is under way to it is passed over.
// Z4. A loan keeps the borrower's stand-in, and with it the channel (links.ts, L4); until it is over the owner keeps the channel
//     as well (`Peer.lends`).
// Z5. Whoever waits at an end when it is given back asks the owner instead, in their order.

import { Fifo } from "../../engine/fifo.ts";
import { type Channel, type EffectRequest, SIGNAL, type Value } from "../../engine/values.ts";
import type { LiveTask } from "../task.ts";
import { Inlet, Outlet, type StreamHost, windowOf } from "./streams.ts";

/** After so many rests an end that is not used is given back. */
const MOST_RESTS = 8;

export enum ChannelEnd {
  Sending,
  Receiving,
}

/** What goes to the borrower: room to send into; or the next items, how many more may come, and that none will. */
export type Loan = number | [items: Value[], granted: number, isLast: boolean];

/** What loans ask of the shard that they belong to. */
export interface LoanHost extends StreamHost {
  readonly memory: { creatorOf(id: number): number };
  /** Z2; `rest`: of the receiving end its items, of which `come` had come in all; undefined for the sending end. */
  postReturn(to: number, id: number, rest: Value[] | undefined, come: number): void;
  /** Has the owner of the channel answer what a parked task asks. */
  askOwner(task: LiveTask, owner: number): void;
  resume(task: LiveTask, value: Value): void;
  /** Whether only the owner may take a value (answers/channels.ts, K7). */
  isLarge(value: Value): boolean;
}

/** What is here of a channel of another shard; kept in its stand-in (`waiting`), whose items are those of the receiving end. */
class Borrowed {
  sending: Outlet | null = null;
  readonly senders = new Fifo<LiveTask>();
  receiving: Inlet | null = null;
  readonly receivers = new Fifo<LiveTask>();
  /** The channel is closed: what lies in it is the last. */
  isLast = false;
  /** How often the shard has rested since something happened here. */
  rests = 0;
}

export class Loans {
  readonly #host: LoanHost;
  /** Channels of which something is here. */
  readonly #channels = new Set<Channel>();

  constructor(host: LoanHost) {
    this.#host = host;
  }

  /** With an answer an end was lent. */
  borrow(channel: Channel, loan: Loan): void {
    const owner = this.#host.memory.creatorOf(channel.id);
    const here = borrowedOf(channel) ?? new Borrowed();
    channel.waiting = here;
    this.#channels.add(channel);
    if (typeof loan === "number") here.sending = new Outlet(this.#host, channel, owner, loan, 0);
    else {
      const [items, granted, isLast] = loan;
      here.receiving = new Inlet(this.#host, channel, owner, granted, items.length);
      here.isLast = isLast;
      for (const item of items) channel.items.push(item);
    }
  }

  // ---- Tasks of this shard ----

  /** Sends into borrowed room; false when there is none. */
  trySend(channel: Channel, value: Value): boolean {
    const here = borrowedOf(channel);
    if (here === undefined || here.sending === null || here.sending.room <= 0) return false;
    here.rests = 0;
    return this.#put(here.sending, value);
  }

  #put(outlet: Outlet, value: Value): boolean {
    if (this.#host.isLarge(value)) return false;
    // What cannot go has to be known now; and its sender may change what is not simple.
    if (typeof value === "object") return outlet.putNow(value);
    outlet.put(value);
    return true;
  }

  /** Receives a borrowed item; SIGNAL when there is none. */
  tryReceive(channel: Channel): Value {
    if (channel.items.length === 0) return SIGNAL;
    const item = channel.items.shift();
    const here = borrowedOf(channel)!;
    here.rests = 0;
    this.#grant(channel, here);
    return item;
  }

  /** Lets the owner know what else may come: as much as the channel holds, and something for everybody who waits (K6). */
  #grant(channel: Channel, { receiving, receivers }: Borrowed): void {
    const room = windowOf(channel) + receivers.length - channel.items.length - receiving!.granted;
    if (room > 0) receiving!.grant(room);
  }

  /** Has a task wait at an end that is here. False: its request is for the owner, who has got the end back, if it was here. */
  wait(task: LiveTask, channel: Channel, { site, f_value: value }: EffectRequest): boolean {
    const here = borrowedOf(channel);
    if (here === undefined) return false;
    if (site.effect !== "receive") {
      const mayWait = site.effect === "send" && here.sending !== null && here.sending.room <= 0;
      if (!mayWait || this.#host.isLarge(value)) {
        this.giveBack(channel, ChannelEnd.Sending);
        return false;
      }
      here.senders.push(task);
    } else {
      if (here.receiving === null || here.isLast) {
        this.giveBack(channel, ChannelEnd.Receiving);
        return false;
      }
      here.receivers.push(task);
      this.#grant(channel, here);
    }
    here.rests = 0;
    return true;
  }

  /** A task no longer waits. */
  withdraw(task: LiveTask): void {
    const { site, f_channel: channel } = task.request!;
    const here = borrowedOf(channel as Channel)!;
    (site.effect === "receive" ? here.receivers : here.senders).remove(task);
  }

  // ---- The owner ----

  /** Items have come: to whoever waits, else into the stand-in. */
  itemsCame(id: number, channel: Channel | undefined, items: Value[], from: number): void {
    const here = borrowedOf(channel);
    if (channel === undefined || here === undefined || here.receiving === null) {
      this.#host.postReturn(from, id, items, items.length);
      return;
    }
    here.rests = 0;
    here.receiving.took(items.length);
    for (const item of items) {
      const receiver = here.receivers.shift();
      if (receiver === undefined) channel.items.push(item);
      else this.#host.resume(receiver, item);
    }
    this.#grant(channel, here);
  }

  /** There is more room. */
  roomCame(channel: Channel | undefined, room: number): void {
    const here = borrowedOf(channel);
    if (channel === undefined || here === undefined || here.sending === null) return;
    here.rests = 0;
    here.sending.room += room;
    while (here.senders.length > 0 && here.sending.room > 0) {
      const sender = here.senders.shift()!;
      if (this.#put(here.sending, sender.request!.f_value)) this.#host.resume(sender, undefined);
      else {
        here.senders.unshift([sender]);
        this.giveBack(channel, ChannelEnd.Sending);
        return;
      }
    }
  }

  // ---- The end of a loan (Z2) ----

  /** Nothing happens when the end is not here. */
  giveBack(channel: Channel, end: ChannelEnd): void {
    const here = borrowedOf(channel);
    if (here === undefined) return;
    const owner = this.#host.memory.creatorOf(channel.id);
    let waiting: Fifo<LiveTask>;
    if (end === ChannelEnd.Sending) {
      if (here.sending === null) return;
      here.sending.tell();
      here.sending = null;
      waiting = here.senders;
      this.#host.postReturn(owner, channel.id, undefined, 0);
    } else {
      if (here.receiving === null) return;
      const { come } = here.receiving;
      here.receiving.end();
      here.receiving = null;
      waiting = here.receivers;
      this.#host.postReturn(owner, channel.id, channel.items.take(channel.items.length), come);
    }
    if (here.sending === null && here.receiving === null) {
      channel.waiting = undefined;
      this.#channels.delete(channel);
    }
    for (const task of waiting.take(waiting.length)) this.#host.askOwner(task, owner); // Z5
  }

  giveBackAll(): void {
    for (const channel of this.#channels) {
      this.giveBack(channel, ChannelEnd.Receiving);
      this.giveBack(channel, ChannelEnd.Sending);
    }
  }

  /** The shard has nothing to run. An end at which nothing has happened for a while, and nobody waits, is of no use here. */
  rest(): void {
    for (const channel of this.#channels) {
      const here = borrowedOf(channel)!;
      if (++here.rests < MOST_RESTS) continue;
      if (here.receivers.length === 0) this.giveBack(channel, ChannelEnd.Receiving);
      if (here.senders.length === 0) this.giveBack(channel, ChannelEnd.Sending);
    }
  }
}

function borrowedOf(channel: Channel | undefined): Borrowed | undefined {
  return channel?.waiting as Borrowed | undefined;
}
