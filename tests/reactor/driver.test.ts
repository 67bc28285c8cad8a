// Drivers, asked directly: real files and real sockets on the loopback.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ACCEPT, DriverError, type Handle, READ, WRITE } from "../../runtime/reactor/drivers/driver.ts";
import { wake } from "../../runtime/reactor/drivers/waker.ts";
import { type Asking, asking, settle } from "./asking.ts";
import { onEachDriver } from "./drivers.ts";

onEachDriver((on) => {
  let io: Asking;
  let folder: string;
  const peers: Socket[] = [];

  beforeEach(() => {
    io = asking(on.make());
    folder = mkdtempSync(join(tmpdir(), "walia-driver-"));
  });
  afterEach(() => {
    io.driver.close();
    for (const peer of peers.splice(0)) peer.destroy();
    rmSync(folder, { recursive: true });
  });

  /** A listener of the driver with a plain socket of Node's connected to it. */
  async function connected(): Promise<{ listener: Handle; connection: Handle; peer: Socket }> {
    const listener = await io.handle((tag) => io.driver.listen(tag, "127.0.0.1", 0));
    const peer = connect({ port: listener.port, host: "127.0.0.1", allowHalfOpen: true });
    peers.push(peer);
    peer.on("error", () => undefined);
    const connection = await io.handle((tag) => listener.accept(tag));
    return { listener, connection, peer };
  }

  function received(peer: Socket): Promise<string> {
    return new Promise((resolve) => {
      let text = "";
      peer.on("data", (chunk) => {
        text += chunk;
      });
      peer.on("end", () => resolve(text));
      peer.on("close", () => resolve(text));
    });
  }

  describe("files", () => {
    test("what is written is read back, by position", async () => {
      const path = join(folder, "a");
      const writer = await io.handle((tag) => io.driver.open(tag, path, "w"));
      expect(writer.seekable).toBe(true);
      expect(await io.ask((tag) => writer.write(tag, "größe", 0))).toBe(7);
      expect(await io.ask((tag) => writer.write(tag, Buffer.from("!!"), 7))).toBe(2);
      expect(await io.ask((tag) => writer.sync(tag))).toBe(undefined);
      writer.close();
      const reader = await io.handle((tag) => io.driver.open(tag, path, "r"));
      expect(await io.bytes(reader, 4, 0)).toBe("grö");
      expect(await io.bytes(reader, 100, 4)).toBe("ße!!");
      expect(await io.bytes(reader, 100, 9)).toBe(null);
    });

    test("appending goes to the end, whatever the position", async () => {
      const path = join(folder, "a");
      writeFileSync(path, "one");
      const file = await io.handle((tag) => io.driver.open(tag, path, "a"));
      await io.ask((tag) => file.write(tag, " two", 0));
      expect(readFileSync(path, "utf8")).toBe("one two");
    });

    test("a file that is not there, a folder and a file of others are errors with the system's code", async () => {
      const missing = await io.ask((tag) => io.driver.open(tag, join(folder, "nowhere"), "r"));
      expect(missing).toEqual(new DriverError("ENOENT", "no such file or directory"));
      const here = await io.handle((tag) => io.driver.open(tag, folder, "r"));
      expect(await io.ask((tag) => here.read(tag, 10, 0))).toMatchObject({ code: "EISDIR" });
      expect(await io.ask((tag) => io.driver.exists(tag, folder))).toBe(true);
      expect(await io.ask((tag) => io.driver.exists(tag, join(folder, "nowhere")))).toBe(false);
    });

    test("closing a file under a read in flight is safe, and nothing is reported", async () => {
      const path = join(folder, "a");
      writeFileSync(path, "x".repeat(100_000));
      const file = await io.handle((tag) => io.driver.open(tag, path, "r"));
      const tag = io.submit((each) => file.read(each, 100_000, 0));
      file.close();
      await settle();
      expect(io.results.has(tag)).toBe(false);
    });

    test("a read that asks for a terabyte gets a piece", async () => {
      const path = join(folder, "a");
      writeFileSync(path, "short");
      const file = await io.handle((tag) => io.driver.open(tag, path, "r"));
      expect(await io.bytes(file, 1e12, 0)).toBe("short");
    });
  });

  describe("connections", () => {
    test("bytes go both ways, and both ends see the end", async () => {
      const { connection, peer } = await connected();
      const all = received(peer);
      peer.write("hello");
      expect(await io.bytes(connection)).toBe("hello");
      expect(await io.ask((tag) => connection.write(tag, "good bye", 0))).toBe(8);
      peer.end("last");
      expect(await io.bytes(connection)).toBe("last");
      expect(await io.bytes(connection)).toBe(null);
      expect(await io.bytes(connection)).toBe(null);
      // The peer has only closed its half: we may still write.
      expect(await io.ask((tag) => connection.write(tag, "!", 0))).toBe(1);
      connection.close();
      expect(await all).toBe("good bye!");
    });

    test("a small max takes a chunk piece by piece", async () => {
      const { connection, peer } = await connected();
      peer.write("abcdef");
      expect(await io.bytes(connection, 4)).toBe("abcd");
      expect(await io.bytes(connection, 4)).toBe("ef");
    });

    test("a peer that sends without end is held back while nobody reads", async () => {
      const { connection, peer } = await connected();
      peer.write("x");
      expect(await io.bytes(connection)).toBe("x");
      const flood = Buffer.alloc(16 * 1024 * 1024, 1);
      let sent = false;
      peer.write(flood, () => {
        sent = true;
      });
      for (let i = 0; i < 20; i++) await settle();
      expect(sent).toBe(false);
      let count = 0;
      while (count < flood.length) count += (await io.bytes(connection))?.length ?? flood.length;
      expect(count).toBe(flood.length);
    });

    test("a write to a peer that does not read ends when the peer has taken it", async () => {
      const { connection, peer } = await connected();
      const big = "y".repeat(16 * 1024 * 1024);
      const tag = io.submit((each) => connection.write(each, big, 0));
      await settle();
      expect(io.results.has(tag)).toBe(false);
      let count = 0;
      peer.on("data", (chunk) => {
        count += chunk.length;
      });
      await expect.poll(() => io.results.get(tag)).toBe(big.length);
      await expect.poll(() => count).toBe(big.length);
    });

    test("a reset reaches the read that waits, and every operation after it", async () => {
      const { connection, peer } = await connected();
      const reading = io.ask((tag) => connection.read(tag, 10, 0));
      peer.resetAndDestroy();
      expect(await reading).toEqual(new DriverError("ECONNRESET", "connection reset by peer"));
      expect(await io.ask((tag) => connection.read(tag, 10, 0))).toMatchObject({ code: "ECONNRESET" });
      expect(await io.ask((tag) => connection.write(tag, "x", 0))).toMatchObject({ code: "ECONNRESET" });
    });

    test("ready tells of data and takes none of it", async () => {
      const { listener, connection, peer } = await connected();
      const readable = io.ask((tag) => connection.ready(tag, READ));
      peer.write("data");
      expect(await readable).toBe(READ);
      expect(await io.ask((tag) => connection.ready(tag, READ | WRITE))).toBe(READ | WRITE);
      expect(await io.bytes(connection)).toBe("data");
      const arriving = io.ask((tag) => listener.ready(tag, ACCEPT));
      peers.push(connect(listener.port, "127.0.0.1"));
      expect(await arriving).toBe(ACCEPT);
      await io.handle((tag) => listener.accept(tag));
    });

    test("a withdrawn read leaves the data to the next one", async () => {
      const { connection, peer } = await connected();
      const tag = io.submit((each) => connection.read(each, 100, 0));
      connection.withdraw(tag);
      peer.write("for the second");
      expect(await io.bytes(connection)).toBe("for the second");
      expect(io.results.has(tag)).toBe(false);
    });

    test("connecting yields a connection, or the system's reason", async () => {
      const server = createServer((socket) => socket.end("welcome")).listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { port: number };
      const connection = await io.handle((tag) => io.driver.connect(tag, "127.0.0.1", port));
      expect(await io.bytes(connection)).toBe("welcome");
      connection.close();
      await new Promise((resolve) => server.close(resolve));
      expect(await io.ask((tag) => io.driver.connect(tag, "127.0.0.1", port))).toMatchObject({ code: "ECONNREFUSED" });
    });

    test("a port in use is an error, and closing frees the port at once", async () => {
      const first = await io.handle((tag) => io.driver.listen(tag, "127.0.0.1", 0));
      const { port } = first;
      expect(await io.ask((tag) => io.driver.listen(tag, "127.0.0.1", port))).toMatchObject({ code: "EADDRINUSE" });
      first.close();
      const second = await io.handle((tag) => io.driver.listen(tag, "127.0.0.1", port));
      expect(second.port).toBe(port);
    });
  });

  describe("the rest", () => {
    test("several wait for a signal; afterwards nobody listens", async () => {
      const before = process.listenerCount("SIGUSR2");
      const both = [
        io.ask((tag) => io.driver.signal(tag, "SIGUSR2")),
        io.ask((tag) => io.driver.signal(tag, "SIGUSR2")),
      ];
      // A uring driver has another thread listen for it.
      await expect.poll(() => process.listenerCount("SIGUSR2")).toBeGreaterThan(before);
      process.kill(process.pid, "SIGUSR2");
      expect(await Promise.all(both)).toEqual([undefined, undefined]);
      expect(process.listenerCount("SIGUSR2")).toBe(before);
      expect(await io.ask((tag) => io.driver.signal(tag, "SIGNOPE"))).toMatchObject({ code: "EINVAL" });
      expect(await io.ask((tag) => io.driver.signal(tag, "SIGKILL"))).toMatchObject({ code: "EINVAL" });
      const tag = io.submit((each) => io.driver.signal(each, "SIGUSR2"));
      await settle();
      io.driver.withdraw(tag);
      await expect.poll(() => process.listenerCount("SIGUSR2")).toBe(before);
    });

    test("the alarm rings once; a new one replaces it", async () => {
      let rings = 0;
      const rung = io.nextAlarm().then(() => {
        rings++;
      });
      io.driver.alarm(100_000);
      io.driver.alarm(1);
      await rung;
      expect(rings).toBe(1);
    });

    test("a wake is told once, also when several came together, and each later one again", async () => {
      const waker = io.driver.waker();
      for (let round = 0; round < 3; round++) {
        const poked = io.nextPoke();
        wake(waker);
        wake(waker);
        await poked;
      }
      let late = false;
      void io.nextPoke().then(() => {
        late = true;
      });
      await settle();
      expect(late).toBe(false);
      io.driver.close();
      wake(waker);
      await settle();
      expect(late).toBe(false);
    });

    test("nothing is reported after close", async () => {
      const { listener, connection } = await connected();
      const tags = [
        io.submit((tag) => listener.accept(tag)),
        io.submit((tag) => connection.read(tag, 10, 0)),
        io.submit((tag) => io.driver.open(tag, folder, "r")),
        io.submit((tag) => io.driver.signal(tag, "SIGUSR2")),
      ];
      io.driver.close();
      await settle();
      expect(tags.filter((tag) => io.results.has(tag))).toEqual([]);
    });
  });
});
