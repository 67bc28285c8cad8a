// The ring under the uring driver: entries go in batches, completions are never lost, whatever is full; and no memory either.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DriverError, type Handle } from "../../runtime/reactor/drivers/driver.ts";
import { OP_NOP, OP_POLL_ADD, POLLIN } from "../../runtime/reactor/drivers/uring/abi.ts";
import { attend } from "../../runtime/reactor/drivers/uring/attendant.ts";
import { type Operation, Ring } from "../../runtime/reactor/drivers/uring/ring.ts";
import { close, eventfd } from "../../runtime/reactor/drivers/uring/system.ts";
import { UringDriver } from "../../runtime/reactor/drivers/uring.ts";
import { type Asking, asking } from "./asking.ts";
import { drivers } from "./drivers.ts";

describe.skipIf(drivers.every(({ name }) => name !== "uring"))("a ring", () => {
  /** As few entries as there can be, so that everything is full at once. */
  function smallRing(): Ring {
    const ring = Ring.create(4);
    if (ring instanceof DriverError) throw new Error(ring.text);
    return ring;
  }

  class Noting implements Operation {
    readonly results: number[] = [];
    readonly roles: number[] = [];

    completed(result: number, _flags: number, role: number): void {
      this.results.push(result);
      this.roles.push(role);
    }
  }

  const nop = (ring: Ring, operation: Operation, role: number): void => {
    ring.entry(ring.begin(operation, role), OP_NOP, -1, 0, 0, 0, 0, 0);
  };

  test("takes any number of entries before the next enter, and gives each completion once, in order", () => {
    const ring = smallRing();
    const noting = new Noting();
    for (let n = 0; n < 1000; n++) nop(ring, noting, n);
    for (let round = 0; noting.roles.length < 1000 && round < 2000; round++) {
      ring.enter(null);
      ring.reap();
    }
    expect(noting.roles).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect(ring.counts.spilled).toBeGreaterThan(0);
    expect(ring.inFlight).toBe(0);
    ring.close();
  });

  test("goes on when those who are told submit again, full as it may be", () => {
    const ring = smallRing();
    let left = 2000;
    const again: Operation = {
      completed() {
        if (left > 0) left--;
        if (left > 0) nop(ring, again, 0);
      },
    };
    for (let n = 0; n < 20; n++) nop(ring, again, 0);
    for (let round = 0; ring.inFlight > 0 && round < 10_000; round++) {
      ring.enter(null);
      ring.reap();
    }
    expect({ left, inFlight: ring.inFlight }).toEqual({ left: 0, inFlight: 0 });
    ring.close();
  });

  test("keeps what overflows in the kernel and loses none of it", () => {
    const ring = smallRing();
    const counter = eventfd(0);
    const noting = new Noting();
    // All of these complete at one moment, when the completion queue has room for eight.
    for (let n = 0; n < 100; n++) ring.entry(ring.begin(noting, n), OP_POLL_ADD, counter, 0, 0, 0, POLLIN, 0);
    ring.enter(null);
    ring.reap();
    expect(noting.results).toEqual([]);
    ring.cancelAll();
    for (let round = 0; ring.inFlight > 0 && round < 1000; round++) {
      ring.enter(null);
      ring.reap();
    }
    expect(new Set(noting.roles).size).toBe(100);
    expect(noting.roles.length).toBe(100);
    ring.close();
    close(counter);
  });

  test("waits no longer than it is told to", () => {
    const ring = smallRing();
    const start = performance.now();
    ring.enter(20);
    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
    expect(ring.reap()).toBe(0);
    ring.close();
  });

  test("that is closed takes entries nowhere", () => {
    const ring = smallRing();
    ring.close();
    nop(ring, new Noting(), 0);
  });
});

describe.skipIf(drivers.every(({ name }) => name !== "uring"))("a uring driver", () => {
  let io: Asking;
  let driver: UringDriver;
  let dismiss: () => void;
  let folder: string;
  let stop = false;

  beforeEach(() => {
    const { port1, port2 } = new MessageChannel();
    driver = new UringDriver(port2);
    dismiss = attend(port1);
    io = asking(driver);
    folder = mkdtempSync(join(tmpdir(), "walia-ring-"));
    stop = false;
    const pump = (): void => {
      if (!stop && driver.step(false)) setImmediate(pump);
    };
    setImmediate(pump);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    stop = true;
    driver.close();
    dismiss();
    rmSync(folder, { recursive: true });
  });

  test("takes all that a turn has submitted to the kernel in one call", async () => {
    const path = join(folder, "a");
    writeFileSync(path, "x".repeat(1000));
    const file = await io.handle((tag) => driver.open(tag, path, "r"));
    const { enters, submitted } = driver.counts;
    const [before, sent] = [enters, submitted];
    const reads = Array.from({ length: 1000 }, (_, n) => io.bytes(file, 1, n));
    driver.step(false);
    expect(driver.counts.enters - before).toBe(1);
    expect(driver.counts.submitted - sent).toBe(1000);
    expect((await Promise.all(reads)).join("")).toBe("x".repeat(1000));
  });

  test("in a rush, lets patient reads wait for others, each time a little longer, and nothing else", async () => {
    const path = join(folder, "a");
    writeFileSync(path, "x".repeat(1000));
    const file = await io.handle((tag) => driver.open(tag, path, "r"));
    stop = true;
    let now = performance.now();
    vi.spyOn(performance, "now").mockImplementation(() => now);
    let inRush = true;
    let completed = 0;
    const ignore = (): void => undefined;
    const done = (): void => {
      completed++;
    };
    driver.attach({ completed: done, failed: ignore, alarm: ignore, turn: () => driver.soon(inRush) });
    driver.soon(inRush);
    /** How often the kernel is entered in a step so many milliseconds later, with a read submitted before it. */
    const entersAfter = (ms: number): number => {
      now += ms;
      const before = driver.counts.enters;
      file.read(0, 1, 0, true);
      driver.step(true);
      return driver.counts.enters - before;
    };
    expect([0, 8, 31, 1].map(entersAfter)).toEqual([1, 0, 0, 1]);
    expect([8, 63, 1].map(entersAfter)).toEqual([0, 0, 1]);
    expect(entersAfter(8)).toBe(0);
    file.read(1, 1, 0);
    expect(entersAfter(1)).toBe(1);
    expect(entersAfter(1)).toBe(0);
    inRush = false;
    expect([0, 0, 0].map(entersAfter)).toEqual([0, 1, 1]);
    vi.restoreAllMocks();
    await expect
      .poll(() => {
        driver.step(false);
        return completed;
      })
      .toBe(14);
  });

  test("gives all its blocks back when nothing is under way", async () => {
    const atRest = driver.memory.taken;
    const path = join(folder, "a");
    const file = await io.handle((tag) => driver.open(tag, path, "w"));
    await Promise.all([1, 100, 5000, 70_000].map((size) => io.ask((tag) => file.write(tag, "y".repeat(size), 0))));
    file.close();
    const reader = await io.handle((tag) => driver.open(tag, path, "r"));
    await Promise.all([1, 100, 5000, 60_000, 100_000].map((size) => io.bytes(reader, size, 0)));
    reader.withdraw(io.submit((tag) => reader.read(tag, 60_000, 0)));
    const listener = await io.handle((tag) => driver.listen(tag, "127.0.0.1", 0));
    const peer: Socket = connect(listener.port, "127.0.0.1");
    peer.on("error", () => undefined);
    const connection: Handle = await io.handle((tag) => listener.accept(tag));
    connection.withdraw(io.submit((tag) => connection.write(tag, "z".repeat(20_000_000), 0)));
    io.submit((tag) => connection.write(tag, "behind it", 0));
    peer.destroy();
    await io.ask((tag) => driver.open(tag, join(folder, "none"), "r"));
    await io.ask((tag) => driver.exists(tag, path));
    connection.close();
    await expect.poll(() => driver.memory.taken).toBe(atRest);
  });

  test("has no buffer for a connection that only waits", async () => {
    const listener = await io.handle((tag) => driver.listen(tag, "127.0.0.1", 0));
    const atRest = driver.memory.taken;
    const peers: Socket[] = [];
    for (let n = 0; n < 100; n++) {
      peers.push(connect(listener.port, "127.0.0.1"));
      const connection = await io.handle((tag) => listener.accept(tag));
      io.submit((tag) => connection.read(tag, 65536, 0));
    }
    expect(driver.memory.taken).toBe(atRest);
    for (const peer of peers) peer.destroy();
  });

  test("more arrives at once than there are inboxes: every byte is read", async () => {
    const listener = await io.handle((tag) => driver.listen(tag, "127.0.0.1", 0));
    const many = 400;
    const peers: Socket[] = [];
    const reads: Promise<string | null>[] = [];
    for (let n = 0; n < many; n++) {
      const peer = connect(listener.port, "127.0.0.1");
      peers.push(peer);
      const connection = await io.handle((tag) => listener.accept(tag));
      reads.push(io.bytes(connection));
    }
    // While the driver does not look, all of them send.
    stop = true;
    await Promise.all(peers.map((peer, n) => new Promise((resolve) => peer.write(`from ${n}`, resolve))));
    await new Promise((resolve) => setImmediate(resolve));
    stop = false;
    const pump = (): void => {
      if (!stop && driver.step(false)) setImmediate(pump);
    };
    pump();
    expect(await Promise.all(reads)).toEqual(Array.from({ length: many }, (_, n) => `from ${n}`));
    for (const peer of peers) peer.destroy();
  });
});
