// Which tasks of a file can never go on, and why. Only what records say of what they share is looked at, not the code: whoever could
// wake a task is believed to do it, so what is found here is certain.
//
// Y1. A task is *alive* when it is ready, when something outside wakes it (a timer, a descriptor, a signal), or when what it waits for is
//     there or comes from one that is alive: the task whose future it awaits, or any that can reach the channel it waits at.
// Y2. A channel can be reached by a task whose record names it, or names a channel in which it lies; and by all, when what belongs to
//     the whole program does. What a task that is not alive holds, nobody reaches through it.

import { Standing, type TaskRecord } from "../../horizon/task-record.ts";
import { Kind, type Named } from "../../reactor/shards/parcel.ts";

/** What a channel has in it. */
export interface ChannelState {
  readonly hasItems: boolean;
  readonly hasRoom: boolean;
  readonly closed: boolean;
}

interface Node {
  readonly record: Pick<TaskRecord, "id" | "name" | "effect" | "on">;
  /** It was put aside. */
  readonly failed: boolean;
  /** Numbers of the channels that it names, and of the futures that have not settled. */
  readonly channels: readonly number[];
  readonly pending: readonly number[];
  alive: boolean;
}

/** A task that can never go on. */
export interface Stuck {
  readonly id: number;
  readonly name: string;
  readonly why: string;
}

const NONE: readonly number[] = [];

export class Waits {
  readonly #nodes = new Map<number, Node>();
  /** Channels by the channel in whose items they lie. */
  readonly #within = new Map<number, readonly number[]>();
  /** What belongs to the whole program names these. */
  readonly #common: number[] = [];
  /** A watched port starts a task by itself. */
  hasMonitors = false;
  readonly #reached = new Set<number>();
  /** Tasks that become alive with a task or a channel. */
  readonly #forTask = new Map<number, Node[]>();
  readonly #forChannel = new Map<number, Node[]>();
  readonly #new: Node[] = [];

  addTask(record: TaskRecord, named: readonly Named[]): void {
    const channels = idsOf(named, Kind.Channel);
    const pending = idsOf(named, Kind.Pending);
    const alive = record.standing === Standing.Ready || isWokenFromOutside(record);
    const { id, name, effect, on } = record;
    const failed = record.standing === Standing.Failed;
    this.#nodes.set(id, { record: { id, name, effect, on }, failed, channels, pending, alive });
  }

  addChannel(id: number, named: readonly Named[]): void {
    this.#within.set(id, idsOf(named, Kind.Channel));
  }

  /** Something that belongs to the whole program: its variables, its handlers, a listener's session function. */
  addCommon(named: readonly Named[]): void {
    this.#common.push(...idsOf(named, Kind.Channel));
  }

  /** The tasks that are not alive (Y1), but for those that were put aside. `channelOf`: undefined when that is not known. */
  stuck(channelOf: (id: number) => ChannelState | undefined): Stuck[] {
    for (const node of this.#nodes.values()) {
      if (node.failed) continue;
      if (!node.alive && this.#isAnswered(node, channelOf)) node.alive = true;
      if (node.alive) this.#new.push(node);
      else this.#waitFor(node);
    }
    if (this.#new.length > 0 || this.hasMonitors) this.#reach(this.#common);
    for (let node = this.#new.pop(); node !== undefined; node = this.#new.pop()) {
      this.#reach(node.channels);
      this.#revive(this.#forTask, node.record.id);
    }
    return [...this.#nodes.values()]
      .filter(({ alive, failed }) => !alive && !failed)
      .map((node) => ({ id: node.record.id, name: node.record.name, why: this.#why(node) }));
  }

  /** What it waits for is there already. */
  #isAnswered({ record: { effect, on }, pending }: Node, channelOf: (id: number) => ChannelState | undefined): boolean {
    if (effect === "receive" || effect === "send") {
      const channel = on === undefined ? undefined : channelOf(on);
      if (channel === undefined || channel.closed) return true;
      return effect === "receive" ? channel.hasItems : channel.hasRoom;
    }
    return effect === "await" ? on === undefined || !pending.includes(on) : pending.length === 0;
  }

  #waitFor(node: Node): void {
    const { effect, on } = node.record;
    if (effect === "receive" || effect === "send") push(this.#forChannel, on!, node);
    else for (const id of effect === "await" ? [on!] : node.pending) push(this.#forTask, id, node);
  }

  #reach(channels: readonly number[]): void {
    const rest = [...channels];
    for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
      if (this.#reached.has(id)) continue;
      this.#reached.add(id);
      rest.push(...(this.#within.get(id) ?? NONE));
      this.#revive(this.#forChannel, id);
    }
  }

  #revive(waiting: Map<number, Node[]>, id: number): void {
    for (const node of waiting.get(id) ?? []) {
      if (node.alive) continue;
      node.alive = true;
      this.#new.push(node);
    }
    waiting.delete(id);
  }

  #why(node: Node): string {
    const { effect, on } = node.record;
    if (effect === "receive")
      return `it waits for a message on channel ${on}, and no task that can go on knows that channel`;
    if (effect === "send")
      return `it waits for room in channel ${on}, which is full, and no task that can go on knows that channel`;
    if (effect !== "await")
      return `it waits for the first of ${node.pending.map((id) => this.#title(id)).join(", ")}, and none of them can go on`;
    if (!this.#nodes.has(on!)) return `it waits for task ${on}, which is gone and has left no result`;
    if (this.#nodes.get(on!)!.failed) return `it waits for ${this.#title(on!)}, which has failed`;
    const circle = this.#circleFrom(node);
    return circle === null
      ? `it waits for ${this.#title(on!)}, which can never go on`
      : `it waits for ${circle.map((id) => this.#title(id)).join(", which waits for ")}: a circle`;
  }

  /** The tasks after this one up to itself, each waiting for the next; null when they do not come back to it. */
  #circleFrom(first: Node): number[] | null {
    const circle: number[] = [];
    const seen = new Set<number>();
    for (let node: Node | undefined = first; node !== undefined && node.record.effect === "await"; ) {
      const next: number = node.record.on!;
      circle.push(next);
      if (next === first.record.id) return circle;
      if (seen.has(next)) return null;
      seen.add(next);
      node = this.#nodes.get(next);
    }
    return null;
  }

  #title(id: number): string {
    const node = this.#nodes.get(id);
    return node === undefined ? `task ${id}` : `task ${id} (${node.record.name})`;
  }
}

/** Requests that only another task of the program answers. */
const FROM_INSIDE: ReadonlySet<string> = new Set(["await", "race", "any", "receive", "send"]);

const isWokenFromOutside = ({ standing, effect, deadline }: TaskRecord): boolean =>
  standing === Standing.Waiting && (deadline !== undefined || !FROM_INSIDE.has(effect));

const idsOf = (named: readonly Named[], kind: Kind): readonly number[] => {
  const ids = named.filter((one) => one.kind === kind).map(({ id }) => id);
  return ids.length === 0 ? NONE : ids;
};

function push(lists: Map<number, Node[]>, key: number, node: Node): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [node]);
  else list.push(node);
}
