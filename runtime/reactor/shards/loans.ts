// What this shard has borrowed of channels that others have made: items to receive, and room to send into, without asking for
// each. The lender's side, and when it lends, is in answers/channels.ts (K5, K6).
//
//   owner  ── with an answer: the next items, or room for so many ──> borrower
//          <── Item: one that was sent into lent room ───────────────
//          ── Recall: somebody else wants that end ──────────────────>
//          <── Return: what was not used; the loan is over ───────────
//
// Z1. At most one shard has each end of a channel, and nobody else uses the end meanwhile. So what happens at an end happens on
//     one shard, in the order in which it is called, as if there were no others.
// Z2. A loan is over when its Return has come, in no other way. The borrower sends one when it has used everything and asks for
//     more, when the end is recalled, when it has nothing to run, and when it stands still for a cut (keep/stand.ts). A Recall
//     that finds no loan has crossed its Return: messages keep their order, so a later loan cannot have come before it.
// Z3. A loan keeps the borrower's stand-in, and with it the channel (links.ts, L4).

import { type Channel, SIGNAL, type Value } from "../../engine/values.ts";

export enum ChannelEnd {
  Sending,
  Receiving,
}

/** What loans ask of the shard that they belong to. */
export interface LoanHost {
  /** Sends an item to the channel's owner; false when it cannot go to another shard. */
  sendItem(channel: Channel, value: Value): boolean;
  /** Z2; `rest`: of the receiving end its items, of the sending end how much room. */
  giveBack(channel: Channel, rest: readonly Value[] | number): void;
}

export class Loans {
  readonly #host: LoanHost;
  /** Channels whose receiving end is here: their stand-ins hold the items. */
  readonly #receiving = new Set<Channel>();
  /** Channels whose sending end is here, with the room that is left. */
  readonly #sending = new Map<Channel, number>();

  constructor(host: LoanHost) {
    this.#host = host;
  }

  /** With an answer something was lent. */
  borrow(channel: Channel, loan: readonly Value[] | number): void {
    if (typeof loan === "number") this.#sending.set(channel, loan);
    else {
      for (const item of loan) channel.items.push(item);
      this.#receiving.add(channel);
    }
  }

  /** Sends into borrowed room; false when there is none. */
  trySend(channel: Channel, value: Value): boolean {
    const room = this.#sending.get(channel);
    if (room === undefined || room === 0 || !this.#host.sendItem(channel, value)) return false;
    this.#sending.set(channel, room - 1);
    return true;
  }

  /** Receives a borrowed item; SIGNAL when there is none. */
  tryReceive({ items }: Channel): Value {
    return items.length > 0 ? items.shift() : SIGNAL;
  }

  /** Z2. Nothing happens when the end is not here. */
  giveBack(channel: Channel, end: ChannelEnd): void {
    if (end === ChannelEnd.Receiving) {
      if (this.#receiving.delete(channel)) this.#host.giveBack(channel, channel.items.take(channel.items.length));
      return;
    }
    const room = this.#sending.get(channel);
    if (room === undefined) return;
    this.#sending.delete(channel);
    this.#host.giveBack(channel, room);
  }

  giveBackAll(): void {
    for (const channel of this.#receiving) this.giveBack(channel, ChannelEnd.Receiving);
    for (const channel of this.#sending.keys()) this.giveBack(channel, ChannelEnd.Sending);
  }
}
