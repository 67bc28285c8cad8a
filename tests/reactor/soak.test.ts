// A server that lives through a storm of clients, most of which misbehave: afterwards it has the descriptors and tasks that it
// had before, no more memory, and serves as it did. On each driver, on two shards, as a process of its own.
//
//   SOAK_SECONDS=60 npx vitest run tests/reactor/soak.test.ts        storms of a minute each, eight of them: nine minutes
//   SOAK_SEED=7 …                                                     the same clients again
//
// S1. A first storm makes the server warm: code is compiled and pools have grown. The second is the one that is weighed.
// S2. Memory may grow by three quarters of what a buffer for each whole exchange would be, if it were kept. A small space for
//     new objects makes the collector come often.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { command, folderWith } from "../cli/command.ts";
import { onEachDriver } from "./drivers.ts";
import { LEAST_BYTES, Storm } from "./soak-clients.ts";

const SECONDS = Number(process.env.SOAK_SECONDS ?? 0);
const SEED = Number(process.env.SOAK_SEED ?? (Date.now() % 1_000_000) + 1);
/** Clients of a storm when it is not told to last. */
const CLIENTS = 1000;
const WIDTH = 40;

const SERVER = `
const line_end = "\\n".bytes();
const exhausted = Atomic(0);

/// What is done about a fault of the system: count it if descriptors have run out, and yield nil.
fun noted(code) {
    if (code == "EMFILE" or code == "ENFILE") exhausted.add(1);
    nil
}

/// Heads and bodies of one connection, until it ends.
fun converse(connection) {
    var input = "".bytes();
    while (true) {
        var end = input.index_of(line_end);
        while (end < 0) {
            if (input.length() > 4096) return nil;
            var more = net_read(connection);
            if (more == nil) return nil;
            input = input.concat(more);
            end = input.index_of(line_end);
        }
        var head = json_parse(input.slice(0, end).text());
        input = input.slice(end + 1);
        if (head.ask == "counts") {
            net_write(connection, json_text({ tasks: walia_metrics().TASKS_LIVE, exhausted: exhausted.get() }) + "\\n");
        } else if (head.ask == "end") {
            exit(0);
        } else input = echo(connection, input, head.size);
        if (input == nil) return nil;
    }
}

/// Sends a body back; yields what came behind it, or nil when the connection has ended in it.
fun echo(connection, input, size) {
    var left = size;
    while (left > 0) {
        if (input.length() == 0) input = net_read(connection);
        if (input == nil) return nil;
        var part = input.slice(0, math_min(left, input.length()));
        net_write(connection, part);
        left = left - part.length();
        input = input.slice(part.length());
    }
    input
}

fun open_file() {
    handle "FAULT" { noted(effect.code) }
    file_open("/dev/null")
}

async fun serve(connection) {
    var file = open_file();
    {
        handle "FAULT" { nil }
        converse(connection);
    }
    if (file != nil) net_close(file);
    net_close(connection);
}

fun accept() {
    handle "FAULT" { noted(effect.code) }
    net_accept(listener)
}

const listener = net_listen(num(args()[0]));
print "listening";
while (true) {
    var connection = accept();
    if (connection == nil) sleep(1) else serve(connection);
}
`;

interface Counts {
  readonly tasks: number;
  readonly exhausted: number;
}

/** A connection on which the server tells about itself. */
class Control {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  static async to(port: number): Promise<Control> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Control(socket);
  }

  async counts(): Promise<Counts> {
    this.#socket.write('{"ask": "counts"}\n');
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the server has closed the connection on which it is asked");
    return JSON.parse(value);
  }

  end(): void {
    this.#socket.end('{"ask": "end"}\n');
  }
}

class Server {
  readonly errors: () => string;
  readonly closed: Promise<number | null>;

  private constructor(
    readonly pid: number,
    closed: Promise<number | null>,
    errors: () => string,
  ) {
    this.closed = closed;
    this.errors = errors;
  }

  /** `limits`: shell commands before it. */
  static async start(driver: string, port: number, limits: string): Promise<Server> {
    const program = join(folderWith({ "server.wal": SERVER }), "server.wal");
    const words = [command, "run", "--no-wld", "--driver", driver, "--shards", "2", program, String(port)];
    const child = spawn(
      "sh",
      ["-c", `${limits} exec "$0" --stack-size=3900 --max-semi-space-size=1 "$@"`, process.execPath, ...words],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      errors += text;
    });
    const closed = once(child, "close").then(([code]) => code as number | null);
    const listening = once(createInterface({ input: child.stdout }), "line");
    await Promise.race([
      listening,
      closed.then(() => {
        throw new Error(`the server ended: ${errors}`);
      }),
    ]);
    return new Server(child.pid!, closed, () => errors);
  }

  /** Those of connections, listeners and opened files; threads and drivers that start a little later have others. */
  get descriptors(): number {
    const folder = `/proc/${this.pid}/fd`;
    return readdirSync(folder).filter((name) => /^socket:|^\/dev\/null$/.test(targetOf(join(folder, name)))).length;
  }

  get residentBytes(): number {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, "latin1"))![1]) * 1024;
  }
}

/** Empty when it has just been closed. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

interface Weather {
  readonly driver: string;
  readonly limits: string;
  readonly width: number;
  readonly mayRefuse: boolean;
}

/** Two storms over one server; what is left of them. */
async function endure({ driver, limits, width, mayRefuse }: Weather): Promise<{ whole: number; exhausted: number }> {
  const port = await freePort();
  const server = await Server.start(driver, port, limits);
  try {
    const control = await Control.to(port);
    const now = async () => {
      const { tasks } = await control.counts(); // First: it answers once it has accepted the connection.
      return { tasks, descriptors: server.descriptors };
    };
    const before = await now();
    const storm = async (seed: number): Promise<Storm> => {
      const storm = new Storm(port, seed, mayRefuse);
      const end = performance.now() + SECONDS * 1000;
      await storm.run(width, () => (SECONDS === 0 ? storm.ended < CLIENTS : performance.now() < end));
      // The server may still be closing what its clients have closed.
      for (let left = await now(); ; left = await now()) {
        if (left.descriptors <= before.descriptors && left.tasks === before.tasks) break;
        if (performance.now() > end + PATIENCE) expect(left).toEqual(before);
      }
      return storm;
    };
    await storm(SEED); // S1
    const warm = server.residentBytes;
    const { whole } = await storm(SEED + 1);
    const grown = server.residentBytes - warm;
    console.log(
      `${driver}: seed ${SEED}, ${whole} whole exchanges, ${before.descriptors} descriptors, ${before.tasks} tasks, memory ${(warm / 2 ** 20).toFixed(0)} + ${(grown / 2 ** 20).toFixed(1)} MB`,
    );
    expect(grown, "bytes of memory by which it has grown").toBeLessThan(whole * LEAST_BYTES * 0.75); // S2
    await new Storm(port, SEED, false).exchange();
    const { exhausted } = await control.counts();
    control.end();
    expect(await server.closed).toBe(0);
    expect(server.errors()).toBe("");
    return { whole, exhausted };
  } finally {
    if (server.errors() !== "") console.log(server.errors());
    try {
      process.kill(server.pid, "SIGKILL");
    } catch {
      // It has ended, as it should.
    }
  }
}

/** Milliseconds that the server has for closing what a storm has left. */
const PATIENCE = 20_000;
const timeout = SECONDS * 3000 + 60_000;

onEachDriver(({ name: driver }) => {
  test("nothing is left of a storm of clients", { timeout }, async () => {
    const { exhausted } = await endure({ driver, limits: "", width: WIDTH, mayRefuse: false });
    expect(exhausted).toBe(0);
  });

  test("nor when descriptors run out in it", { timeout }, async () => {
    const { exhausted } = await endure({ driver, limits: "ulimit -n 90;", width: WIDTH + 40, mayRefuse: true });
    expect(exhausted).toBeGreaterThan(0);
  });
});
