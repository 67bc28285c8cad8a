// Connections on which nothing happens: what each weighs in the server's process, and whether the server uses any CPU.
//
// Weighed is the process's resident memory, before and after the connections that count; some hundred have come before
// them, so that the server's code is warm. Garbage of accepting them is in it. The CPU time is that of twenty seconds which begin
// when V8 has put its heaps in order, as it does once, some eight seconds after a program has fallen silent.

import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Command, go, node, processorTime, residentBytes, start, stop, walia } from "../processes.ts";
import { atMost, type Row, type Side, type Size } from "../row.ts";
import { freePort } from "./http.ts";

const WARM = 500;
const AT_ONCE = 100;
/** Memory and CPU time have settled when they have not moved for so many milliseconds. */
const SETTLED = 1000;
/** And how long V8 may take. */
const IN_ORDER = 12_000;
const count = (size: Size): number => (size === "full" ? 10_000 : 1000);
const seconds = (size: Size): number => (size === "full" ? 20 : 2);

async function connectMany(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let left = count; left > 0; left -= AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, left) }, () => {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      return new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    });
    await Promise.all(batch);
  }
  return sockets;
}

async function settled(pid: number): Promise<void> {
  for (let before = -1; before !== processorTime(pid); ) {
    before = processorTime(pid);
    await delay(SETTLED);
  }
}

function server(name: string, size: Size, command: (port: number) => Command | null): Side | null {
  if (command(0) === null) return null;
  return {
    name,
    async run() {
      const port = await freePort();
      const started = start(command(port)!);
      const sockets: Socket[] = [];
      try {
        await started.line("listening");
        sockets.push(...(await connectMany(port, WARM)));
        await settled(started.pid);
        const empty = residentBytes(started.pid);
        sockets.push(...(await connectMany(port, count(size))));
        await settled(started.pid);
        const bytes = (residentBytes(started.pid) - empty) / count(size);
        await delay(IN_ORDER);
        const before = processorTime(started.pid);
        await delay(seconds(size) * 1000);
        if (sockets.some((socket) => socket.destroyed)) throw new Error("a connection was closed");
        return { bytes, cpu: processorTime(started.pid) - before };
      } finally {
        for (const socket of sockets) socket.destroy();
        await stop(started);
      }
    },
  };
}

export const idle: Row = {
  name: "idle",
  title: (size) => `${count(size).toLocaleString("en")} idle connections, for ${seconds(size)} seconds`,
  rounds: (size) => (size === "full" ? 3 : 1),
  columns: [
    { figure: "bytes", title: "bytes each", best: "least", digits: 0 },
    { figure: "cpu", title: "CPU, ms", best: "least", digits: 0 },
  ],
  async sides(size) {
    const ours = (driver: string) => (port: number) => walia("idle", ["--driver", driver, "--shards", "1"], [port]);
    return [
      server("Walia, uring", size, ours("uring")),
      server("Walia, libuv", size, ours("libuv")),
      server("Go", size, (port) => go("idle", [port])),
      server("Node", size, (port) => node("idle", [port])),
    ];
  },
  claims: (best) => [
    atMost("at most 2,048 bytes each", best("Walia, uring", "bytes"), 2048),
    atMost("no CPU (ms)", best("Walia, uring", "cpu"), 0),
  ],
};
