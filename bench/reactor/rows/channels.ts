// Two tasks that exchange messages: on one core; on two that are both busy; on two of which one waits at any time.
//
// On two shards the receiver has to be on the second, which the counters of the program must show: a run in which it stayed
// is no measurement and fails. Channels with room let both sides be busy; a message that is answered before the next is sent
// keeps one waiting.

import { figuresOf, go, node, side, start, walia } from "../processes.ts";
import { atMost, type Figures, type Row, type Side, type Size } from "../row.ts";

const ROOM = 1024;
const streamed = (size: Size): number => (size === "full" ? 1_000_000 : 100_000);
const pinged = (size: Size): number => (size === "full" ? 50_000 : 2000);

function check(count: number): (figures: Figures) => void {
  const sum = (count * (count - 1)) / 2;
  return (figures) => {
    if (figures.sum !== sum) throw new Error(`the messages' sum is ${figures.sum}, not ${sum}`);
  };
}

function acrossShards(name: string, kind: "stream" | "ping", count: number, capacity: number): Side {
  const command = walia("channels", ["--shards", "2", "--telemetry"], [kind, count, capacity]);
  return {
    name,
    async run() {
      const started = start(command);
      const figures = await figuresOf(started);
      check(count)(figures);
      const moved = /^walia_tasks_stolen_total\{shard="1"\} (\d+)/m.exec(started.errors());
      if (moved === null || moved[1] === "0") throw new Error("the receiver was not taken by the other shard");
      return figures;
    },
  };
}

const title = (count: number, text: string): string => `${count.toLocaleString("en")} messages ${text}`;
const columns = [{ figure: "ns", title: "ns a message", best: "least", digits: 0 }] as const;
const rounds = (size: Size): number => (size === "full" ? 4 : 1);

export const sameShard: Row = {
  name: "channel",
  title: (size) => title(streamed(size), "between two tasks of one shard"),
  rounds,
  columns,
  async sides(size) {
    const count = streamed(size);
    const ours = (capacity: number) => walia("channels", ["--shards", "1"], ["stream", count, capacity]);
    return [
      side("Walia, no room", ours(0), check(count)),
      side(`Walia, room for ${ROOM}`, ours(ROOM), check(count)),
      side("Go, no room", go("channels", ["stream", count, 0], 1), check(count)),
      side(`Go, room for ${ROOM}`, go("channels", ["stream", count, ROOM], 1), check(count)),
      side("promise queue, no room", node("promiseQueue", [count]), check(count)),
    ];
  },
  claims: (best) => [atMost("at most 150 ns a message", best("Walia, no room", "ns"), 150)],
};

export const busyShards: Row = {
  name: "channel-busy",
  title: (size) => title(streamed(size), `between two cores, both busy; room for ${ROOM}`),
  rounds,
  columns,
  async sides(size) {
    const count = streamed(size);
    return [
      acrossShards("Walia", "stream", count, ROOM),
      side("Go", go("channels", ["stream", count, ROOM], 2), check(count)),
      side("MessagePort", node("messagePort", [count]), check(count)),
    ];
  },
  claims: (best) => [atMost("at most 1,000 ns a message", best("Walia", "ns"), 1000)],
};

export const waitingShards: Row = {
  name: "channel-ping",
  title: (size) => title(2 * pinged(size), "to and fro between two cores, of which one waits at any time"),
  rounds,
  columns,
  async sides(size) {
    const count = pinged(size);
    return [
      acrossShards("Walia", "ping", count, 0),
      side("Go", go("channels", ["ping", count, 0], 2), check(count)),
      side("Atomics.wait", node("atomicsWait", [count]), check(count)),
    ];
  },
  claims: (best) => [atMost("at most 15,000 ns a message", best("Walia", "ns"), 15_000)],
};
