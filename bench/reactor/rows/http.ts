// HTTP hello: a server on one core, wrk on the other.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { type Command, go, hasTool, node, start, stop, walia } from "../processes.ts";
import { atLeast, type Figures, type Row, type Side, type Size } from "../row.ts";

const SERVER_CORE = "0";
const CLIENT_CORE = "1";
export const CONNECTIONS = 100;
const seconds = (size: Size): number => (size === "full" ? 5 : 1);

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

const pinned = ({ program, args, ...rest }: Command, core: string): Command => ({
  program: "taskset",
  args: ["-c", core, program, ...args],
  ...rest,
});

/** `said`: the line with which the server says that it listens. */
function server(
  name: string,
  size: Size,
  command: (port: number) => Command | null,
  said: (port: number) => string,
): Side | null {
  if (command(0) === null) return null;
  return { name, run: () => serve((port) => command(port)!, said, seconds(size)) };
}

/** Has a server answer wrk for so long. */
export async function serve(
  command: (port: number) => Command,
  said: (port: number) => string,
  seconds: number,
): Promise<Figures> {
  const port = await freePort();
  const started = start(pinned(command(port), SERVER_CORE));
  try {
    await started.line(said(port));
    const url = `http://127.0.0.1:${port}/`;
    const page = await (await fetch(url)).text();
    if (page !== "Hello from Walia!\n") throw new Error(`served "${page}"`);
    return await load(url, seconds);
  } finally {
    await stop(started);
  }
}

async function load(url: string, seconds: number): Promise<Figures> {
  const args = ["-c", CLIENT_CORE, "wrk", "-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, url];
  const wrk = spawn("taskset", args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  wrk.stdout.setEncoding("utf8").on("data", (more) => {
    text += more;
  });
  await new Promise((resolve, reject) => wrk.on("close", resolve).on("error", reject));
  const trouble = /Socket errors.*|Non-2xx.*/.exec(text);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(text);
  if (trouble !== null || rate === null) throw new Error(trouble?.[0] ?? `wrk said: ${text}`);
  return { rate: Number(rate[1]) };
}

/** Says so when a tool is missing. */
export const canLoad = (): boolean => hasTool("wrk", ["-v"]) && hasTool("taskset", ["-V"]);

/** What examples/http_hello.wal says when it listens. */
export const greets = (port: number): string => `Listening on http://127.0.0.1:${port}/`;

export const http: Row = {
  name: "http",
  title: (size) =>
    `HTTP hello on one core, wrk -t1 -c${CONNECTIONS} -d${seconds(size)}s on the other; requests a second`,
  rounds: (size) => (size === "full" ? 4 : 1),
  columns: [{ figure: "rate", title: "requests/s", best: "most", digits: 0 }],
  async sides(size) {
    if (!canLoad()) return [];
    const hello = (driver: string) => (port: number) =>
      walia("examples/http_hello.wal", ["--driver", driver, "--shards", "1"], [port]);
    return [
      server("Walia, uring", size, hello("uring"), greets),
      server("Walia, libuv", size, hello("libuv"), greets),
      server(
        "node:http",
        size,
        (port) => node("http", [port]),
        () => "listening",
      ),
      server(
        "Go net/http",
        size,
        (port) => go("http", [port], 1),
        () => "listening",
      ),
    ];
  },
  claims(best) {
    const [nodes, goes] = [best("node:http", "rate"), best("Go net/http", "rate")];
    const ours = best("Walia, uring", "rate");
    return [
      atLeast("more requests a second than node:http", ours, nodes, 0),
      atLeast("within 10 % of Go's", ours, goes === null ? null : goes * 0.9, 0),
    ];
  },
};
