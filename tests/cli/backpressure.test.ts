// Nothing is gathered without bound: a peer that sends faster than a program reads has to wait, and so has a program whose peer
// does not read, or whose channel is full. Sizes are compared with what the system's own buffers may hold.

import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { folderWith, startWalia } from "./command.ts";

const MB = 1024 * 1024;
/** More than the buffers of both ends of a connection hold, and far less than what is sent. */
const BUFFERED = 16 * MB;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Yields the port it listens on; `onClient` gets each connection. */
async function listen(onClient: (socket: Socket) => void): Promise<number> {
  const server = createServer(onClient).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as { port: number }).port;
}

describe.each(["uring", "libuv"])("driver %s", (driver) => {
  const start = (source: string, ...args: string[]) =>
    startWalia(["run", "--driver", driver, "a.wal", ...args], { in: folderWith({ "a.wal": source }) });

  test("a fast peer waits for a slow reader", async () => {
    const all = 128 * MB;
    let client: Socket | null = null;
    const port = await listen((socket) => {
      client = socket;
      socket.on("error", () => undefined);
      socket.write(Buffer.alloc(all));
    });
    const program = start(
      `
      var socket = net_connect("127.0.0.1", num(args().get(0)));
      var got = 0;
      for (i in 0..300) { got = got + net_read(socket, 1000).length(); yield_now(); }
      print "read " + str(got);
      sleep(100000);
      `,
      String(port),
    );
    expect(await program.line()).toMatch(/^read \d+$/);
    expect(all - client!.writableLength).toBeLessThan(BUFFERED);
    program.child.kill("SIGKILL");
    await program.ended;
    client!.destroy();
  });

  test("a program waits for a peer that does not read", async () => {
    let client: Socket | null = null;
    const port = await listen((socket) => {
      client = socket;
      socket.on("error", () => undefined);
      socket.pause();
    });
    const program = start(
      `
      async fun pour(socket, written) { for (i in 0..256) { net_write(socket, "x".repeat(1000000)); written.add(1); } }
      fun main() {
          var written = Atomic(0);
          pour(net_connect("127.0.0.1", num(args().get(0))), written);
          var before = -1;
          while (before != written.get()) { before = written.get(); sleep(300); }
          print "stuck at " + str(before);
          sleep(100000);
      }
      main();
      `,
      String(port),
    );
    const line = await program.line();
    expect(Number(/^stuck at (\d+)$/.exec(line ?? "")?.[1]) * 1_000_000).toBeLessThan(BUFFERED);
    program.child.kill("SIGKILL");
    await program.ended;
    client!.destroy();
  });

  test("a task waits for room in a channel", async () => {
    const program = start(`
      async fun pour(channel, sent) { for (i in 0..1000000) { channel.send(i); sent.add(1); } }
      fun main() {
          var sent = Atomic(0);
          var channel = Channel(10);
          pour(channel, sent);
          for (i in 0..100) { yield_now(); }
          print sent.get();
          exit(0);
      }
      main();
    `);
    expect(await program.line()).toBe("10");
    expect((await program.ended).code).toBe(0);
  });
});
