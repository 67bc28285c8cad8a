// What peers, files and the system do to a driver, and what is left afterwards: nothing. Real sockets on the loopback.

import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ACCEPT, DriverError, type Handle, READ, WRITE } from "../../runtime/reactor/drivers/driver.ts";
import { type Asking, asking, settle } from "./asking.ts";
import { onEachDriver } from "./drivers.ts";

/** Descriptors of this process. */
const descriptors = (): number => readdirSync("/proc/self/fd").length;
const hasProc = process.platform === "linux";

onEachDriver((on) => {
  let io: Asking;
  let folder: string;
  const peers: Socket[] = [];
  const servers: Server[] = [];

  beforeEach(() => {
    io = asking(on.make());
    folder = mkdtempSync(join(tmpdir(), "walia-faults-"));
  });
  afterEach(() => {
    io.driver.close();
    for (const peer of peers.splice(0)) peer.destroy();
    for (const server of servers.splice(0)) server.close();
    rmSync(folder, { recursive: true });
  });

  async function dial(port: number): Promise<Socket> {
    const peer = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    peers.push(peer);
    peer.on("error", () => undefined);
    await new Promise((resolve) => peer.once("connect", resolve));
    return peer;
  }

  async function connected(): Promise<{ listener: Handle; connection: Handle; peer: Socket }> {
    const listener = await io.handle((tag) => io.driver.listen(tag, "127.0.0.1", 0));
    const peer = await dial(listener.port);
    const connection = await io.handle((tag) => listener.accept(tag));
    return { listener, connection, peer };
  }

  describe("a peer", () => {
    test("that closes its half still gets an answer", async () => {
      const { connection, peer } = await connected();
      let text = "";
      peer.on("data", (chunk) => {
        text += chunk;
      });
      peer.end("question");
      expect(await io.bytes(connection)).toBe("question");
      expect(await io.bytes(connection)).toBe(null);
      expect(await io.ask((tag) => connection.write(tag, "answer", 0))).toBe(6);
      connection.close();
      await new Promise((resolve) => peer.once("end", resolve));
      expect(text).toBe("answer");
    });

    test("that is silent keeps nobody: withdrawing and closing are at once", async () => {
      const { connection } = await connected();
      const tags = [
        io.submit((tag) => connection.read(tag, 10, 0)),
        io.submit((tag) => connection.ready(tag, READ)),
        io.submit((tag) => connection.ready(tag, READ)),
      ];
      connection.withdraw(tags[0]!);
      connection.withdraw(tags[1]!);
      await settle();
      connection.close();
      await settle();
      expect(tags.filter((tag) => io.results.has(tag))).toEqual([]);
    });

    test("that is gone breaks the writes to it, one of them at the latest, and those after it", async () => {
      const { connection, peer } = await connected();
      peer.resetAndDestroy();
      await new Promise((resolve) => peer.once("close", resolve));
      let result: unknown = 0;
      for (let tries = 0; tries < 100 && !(result instanceof DriverError); tries++) {
        result = await io.ask((tag) => connection.write(tag, "x", 0));
        await settle();
      }
      expect(result).toMatchObject({ code: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) });
      expect(await io.ask((tag) => connection.write(tag, "x", 0))).toEqual(result);
    });

    test("that sends while nobody reads: `ready` says so until it has been read", async () => {
      const { connection, peer } = await connected();
      peer.write("abc");
      for (let n = 0; n < 3; n++) expect(await io.ask((tag) => connection.ready(tag, READ))).toBe(READ);
      expect(await io.bytes(connection, 2)).toBe("ab");
      expect(await io.ask((tag) => connection.ready(tag, READ | WRITE))).toBe(READ | WRITE);
      expect(await io.bytes(connection, 2)).toBe("c");
    });

    test("that waits at a listener whose program does not accept is taken later, with what it sent", async () => {
      const listener = await io.handle((tag) => io.driver.listen(tag, "127.0.0.1", 0));
      const many = 200;
      for (let n = 0; n < many; n++) (await dial(listener.port)).write(`${n} `);
      const seen = new Set<string>();
      for (let n = 0; n < many; n++) {
        const connection = await io.handle((tag) => listener.accept(tag));
        seen.add((await io.bytes(connection))!.split(" ")[0]!);
        connection.close();
      }
      expect(seen.size).toBe(many);
    });

    test("that comes when a crowd has just been taken is not overlooked", async () => {
      const listener = await io.handle((tag) => io.driver.listen(tag, "127.0.0.1", 0));
      const crowd = 150;
      for (let n = 0; n < crowd; n++) await dial(listener.port);
      expect(await io.ask((tag) => listener.ready(tag, ACCEPT))).toBe(ACCEPT);
      // As fast as can be, so that the next one is asked for while the driver still tells the system to pause.
      for (let n = 0; n < crowd; n++) await io.handle((tag) => listener.accept(tag));
      const next = io.handle((tag) => listener.accept(tag));
      (await dial(listener.port)).write("me too");
      expect(await io.bytes(await next)).toBe("me too");
    });
  });

  describe("names and addresses", () => {
    test("localhost is this machine", async () => {
      const server = createServer((socket) => socket.end("here"));
      servers.push(server);
      const port = await new Promise<number>((resolve) => {
        server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
      });
      const connection = await io.handle((tag) => io.driver.connect(tag, "localhost", port));
      expect(await io.bytes(connection)).toBe("here");
    });

    test("a listener without a host is reached by both families", async () => {
      const listener = await io.handle((tag) => io.driver.listen(tag, undefined, 0));
      for (const host of ["127.0.0.1", "::1"]) {
        const connection = await io.handle((tag) => io.driver.connect(tag, host, listener.port));
        const accepted = await io.handle((tag) => listener.accept(tag));
        await io.ask((tag) => connection.write(tag, host, 0));
        expect(await io.bytes(accepted)).toBe(host);
      }
    });

    test.each(["no host at all", "256.1.1.1", "nowhere.invalid", "::1%", "zero\0byte", "x".repeat(300), ""])(
      "%j is refused with a code",
      async (host) => {
        const came = await io.ask((tag) => io.driver.connect(tag, host, 1));
        expect(came).toBeInstanceOf(DriverError);
      },
    );

    test("an address that is not this machine's cannot be listened on", async () => {
      expect(await io.ask((tag) => io.driver.listen(tag, "192.0.2.1", 0))).toMatchObject({ code: "EADDRNOTAVAIL" });
    });
  });

  describe("files", () => {
    test.each([
      ["a zero byte", (path: string) => `${path}\0hidden`, "EINVAL"],
      ["a name too long", (path: string) => join(path, "x".repeat(5000)), "ENAMETOOLONG"],
      ["nothing", () => "", "ENOENT"],
      ["a file where a folder should be", () => "/etc/passwd/x", "ENOTDIR"],
    ])("a path with %s is an error", async (_name, pathFrom, code) => {
      expect(await io.ask((tag) => io.driver.open(tag, pathFrom(folder), "r"))).toMatchObject({ code });
    });

    test("there is nothing at a path with a zero byte", async () => {
      expect(await io.ask((tag) => io.driver.exists(tag, `${folder}\0`))).toBe(false);
    });

    test("a file that vanishes is still there for who has it open", async () => {
      const path = join(folder, "a");
      writeFileSync(path, "still here");
      const file = await io.handle((tag) => io.driver.open(tag, path, "r"));
      unlinkSync(path);
      expect(await io.bytes(file)).toBe("still here");
      expect(await io.ask((tag) => io.driver.exists(tag, path))).toBe(false);
    });

    test("many reads and writes at once keep their places", async () => {
      const path = join(folder, "a");
      const file = await io.handle((tag) => io.driver.open(tag, path, "w"));
      const pieces = Array.from({ length: 500 }, (_, n) =>
        String(n)
          .padStart(9, "0")
          .repeat(1 + (n % 3) * 200),
      );
      const starts = pieces.map((_, n) => pieces.slice(0, n).join("").length);
      await Promise.all(pieces.map((piece, n) => io.ask((tag) => file.write(tag, piece, starts[n]!))));
      file.close();
      expect(readFileSync(path, "utf8")).toBe(pieces.join(""));
      const reader = await io.handle((tag) => io.driver.open(tag, path, "r"));
      const read = await Promise.all(pieces.map((piece, n) => io.bytes(reader, piece.length, starts[n])));
      expect(read).toEqual(pieces);
    });

    test("what was read is not changed by what is read later", async () => {
      const path = join(folder, "a");
      writeFileSync(path, "x".repeat(40_000));
      const file = await io.handle((tag) => io.driver.open(tag, path, "r"));
      const sizes = [1, 100, 2000, 3000, 20_000];
      const first = await Promise.all(sizes.map((max) => io.ask((tag) => file.read(tag, max, 0))));
      writeFileSync(path, "y".repeat(40_000));
      for (let n = 0; n < 50; n++) await io.bytes(file, sizes[n % sizes.length], 0);
      const texts = first.map((bytes) => Buffer.from(bytes as Uint8Array).toString());
      expect(texts).toEqual(sizes.map((size) => "x".repeat(size)));
    });
  });

  test("a random life of connections, resets and withdrawals leaves no descriptor behind", async () => {
    const act = fc.constantFrom("write", "read", "both", "reset", "end", "withdraw", "ready", "close", "leave");
    const life = async (acts: readonly string[]): Promise<void> => {
      const { listener, connection, peer } = await connected();
      peer.on("data", () => undefined);
      for (const what of acts) {
        if (what === "write") io.submit((tag) => connection.write(tag, "w".repeat(3000), 0));
        if (what === "read") io.submit((tag) => connection.read(tag, 100, 0));
        if (what === "both") peer.write("p".repeat(5000));
        if (what === "reset") peer.resetAndDestroy();
        if (what === "end") peer.end();
        if (what === "withdraw") connection.withdraw(io.submit((tag) => connection.read(tag, 100, 0)));
        if (what === "ready") io.submit((tag) => connection.ready(tag, READ));
        if (what === "close") break;
        await settle();
      }
      connection.close();
      listener.close();
      peer.destroy();
      await new Promise((resolve) => (peer.closed ? resolve(null) : peer.once("close", resolve)));
    };
    await life(["both", "read"]);
    await settle();
    const before = hasProc ? descriptors() : 0;
    // D3: a handle has one read and one write in flight, so each life has at most one of each.
    const lives = fc.uniqueArray(act, { maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(lives, (acts) =>
        life(acts.includes("read") ? acts.filter((each) => each !== "withdraw") : acts),
      ),
      { numRuns: 100 },
    );
    if (hasProc) await expect.poll(descriptors).toBeLessThanOrEqual(before);
  });

  test("a driver that is closed in the middle of everything gives all descriptors back", async () => {
    const count = descriptors();
    const other = asking(on.make());
    const listener = await other.handle((tag) => other.driver.listen(tag, "127.0.0.1", 0));
    const peer = await dial(listener.port);
    const connection = await other.handle((tag) => listener.accept(tag));
    writeFileSync(join(folder, "a"), "x".repeat(1_000_000));
    const file = await other.handle((tag) => other.driver.open(tag, join(folder, "a"), "r"));
    other.submit((tag) => listener.accept(tag));
    other.submit((tag) => connection.read(tag, 10, 0));
    other.submit((tag) => connection.write(tag, "z".repeat(20_000_000), 0));
    other.submit((tag) => file.read(tag, 1_000_000, 0));
    other.submit((tag) => other.driver.connect(tag, "127.0.0.1", listener.port));
    other.submit((tag) => other.driver.open(tag, join(folder, "a"), "r"));
    const told = other.results.size;
    other.driver.close();
    peer.destroy();
    await expect.poll(descriptors).toBeLessThanOrEqual(count);
    expect(other.results.size).toBe(told);
  });
});
