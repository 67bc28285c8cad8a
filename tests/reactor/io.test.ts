// Descriptors as tasks use them: turns, closing, payloads, standard streams. The driver's part is played by hand.

import { describe, expect, test } from "vitest";
import type { Value } from "../../runtime/engine/values.ts";
import { DriverError } from "../../runtime/reactor/drivers/driver.ts";
import type { ReactorOptions } from "../../runtime/reactor/options.ts";
import { ask, bench, Performed, type Script, script } from "./scripted.ts";

/** Starts one task a script; each script's requests are answered, and what they yield is noted. */
function scene(options: Partial<ReactorOptions> = {}) {
  const b = bench(options);
  const seen: string[] = [];
  const note = (what: string): void => {
    seen.push(what);
  };
  function* asking(name: string, requests: readonly ReturnType<typeof ask>[]): Script {
    for (const request of requests) {
      try {
        const value = yield request;
        note(`${name}: ${value instanceof Uint8Array ? Buffer.from(value).toString() : value}`);
      } catch (thrown) {
        if (!(thrown instanceof Performed)) throw thrown;
        const { kind, message, code, fd } = thrown.payload;
        note(`${name}: ${thrown.effect} ${kind} ${message}${code === undefined ? "" : ` [${code} ${fd}]`}`);
      }
    }
    return;
  }
  return {
    ...b,
    seen,
    /** One script a task, in this order. */
    start(tasks: Readonly<Record<string, readonly ReturnType<typeof ask>[]>>) {
      b.start(function* () {
        for (const [name, requests] of Object.entries(tasks)) {
          b.reactor.spawn(
            script(name, () => asking(name, requests)),
            [],
          );
        }
        // Keeps the program until its tasks have been looked at.
        return yield ask("TIMER", { ms: 1_000_000 });
      });
    },
    complete(what: string, value: Parameters<typeof b.driver.complete>[1]) {
      b.driver.complete(what, value);
      b.driver.run();
    },
  };
}

/** A scene with a connection as descriptor 3. */
function connected(tasks: Parameters<ReturnType<typeof scene>["start"]>[0]) {
  const s = scene();
  s.start({ opener: [ask("IO_CONNECT", { host: "h", port: 1 })] });
  s.complete("connect h:1", s.driver.handle("c"));
  expect(s.seen).toEqual(["opener: 3"]);
  s.seen.length = 0;
  const bodies = Object.entries(tasks);
  for (const [name, requests] of bodies) {
    s.reactor.spawn(
      script(name, function* () {
        for (const request of requests) {
          try {
            const value: Value = yield request;
            s.seen.push(`${name}: ${value instanceof Uint8Array ? Buffer.from(value).toString() : value}`);
          } catch (thrown) {
            if (!(thrown instanceof Performed)) throw thrown;
            s.seen.push(`${name}: ${thrown.payload.code ?? thrown.effect} ${thrown.payload.message ?? ""}`);
          }
        }
        return;
      }),
      [],
    );
  }
  s.driver.run();
  return s;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const submitted = (s: ReturnType<typeof scene>): string[] => [...s.driver.submitted.values()];

describe("taking turns", () => {
  test("two tasks that read one descriptor are served in order, one operation at a time", () => {
    const s = connected({ a: [ask("IO_READ", { fd: 3 })], b: [ask("IO_READ", { fd: 3 })] });
    expect(submitted(s)).toEqual(["read c"]);
    s.complete("read c", bytes("one"));
    expect(submitted(s)).toEqual(["read c"]);
    s.complete("read c", null);
    expect(s.seen).toEqual(["a: one", "b: undefined"]);
  });

  test("reading and writing do not wait for each other", () => {
    const s = connected({ a: [ask("IO_READ", { fd: 3 })], b: [ask("IO_WRITE", { fd: 3, data: "hi" })] });
    expect(submitted(s)).toEqual(["read c", "write c"]);
    s.complete("write c", 2);
    expect(s.seen).toEqual(["b: 2"]);
  });

  test("an error answers the one who asked, and the next has its turn", () => {
    const s = connected({ a: [ask("IO_READ", { fd: 3 })], b: [ask("IO_READ", { fd: 3 })] });
    s.driver.fail("read c", new DriverError("ECONNRESET", "connection reset by peer"));
    s.driver.run();
    expect(s.seen).toEqual([
      "a: ECONNRESET IO_READ on descriptor 3 (connected to h:1) failed: connection reset by peer (ECONNRESET)",
    ]);
    expect(submitted(s)).toEqual(["read c"]);
  });

  test("closing wakes everybody who waits for it; the number means nothing afterwards", () => {
    const s = connected({
      a: [ask("IO_READ", { fd: 3 }), ask("IO_READ", { fd: 3 })],
      b: [ask("IO_READ", { fd: 3 })],
      c: [ask("IO_WAIT", { target: 3 })],
      d: [ask("IO_CLOSE", { fd: 3 }), ask("IO_CLOSE", { fd: 3 })],
    });
    const closed = "on descriptor 3 (connected to h:1) failed: it was closed by another task (ECANCELED)";
    expect(s.seen).toEqual([
      `c: ECANCELED IO_WAIT ${closed}`,
      `a: ECANCELED IO_READ ${closed}`,
      `b: ECANCELED IO_READ ${closed}`,
      "d: undefined",
      "a: EBADF IO_READ on descriptor 3 failed: no such descriptor is open (EBADF)",
      "d: EBADF IO_CLOSE on descriptor 3 failed: no such descriptor is open (EBADF)",
    ]);
    expect(s.reactor.operations.length).toBe(0);
  });

  test("a cancelled reader gives up its turn, queued or not", () => {
    const s = connected({
      a: [ask("IO_READ", { fd: 3 })],
      b: [ask("IO_READ", { fd: 3 })],
      c: [ask("IO_READ", { fd: 3 })],
    });
    const [a, b] = ["a", "b"].map((name) => {
      const lane = s.reactor.descriptors.get(3)!.reading;
      return [lane.holder, ...lane.waiting].find((user) => String(user).includes(`(${name})`));
    });
    s.reactor.cancel(b as never);
    s.reactor.cancel(a as never);
    s.driver.run();
    expect(submitted(s)).toEqual(["read c"]);
    s.complete("read c", bytes("for c"));
    expect(s.seen).toEqual(["b: CANCELLED ", "a: CANCELLED ", "c: for c"]);
    expect(s.reactor.operations.length).toBe(0);
  });

  test("ten thousand writes that the system takes at once do not nest", () => {
    const s = connected({});
    const handle = s.reactor.descriptors.get(3)!;
    handle.handle = {
      ...s.driver.handle("c"),
      write: (tag, data) => s.reactor.completed(tag, data.length),
    };
    for (let i = 0; i < 10_000; i++) {
      s.reactor.spawn(
        script("w", function* () {
          return yield ask("IO_WRITE", { fd: 3, data: "x" });
        }),
        [],
      );
    }
    s.driver.run();
    expect(s.reactor.counters.tasksEnded).toBe(10_001);
  });
});

describe("payloads", () => {
  test("a fault names the effect and the field", () => {
    const s = scene();
    s.start({
      t: [
        ask("IO_READ", { fd: "three" }),
        ask("IO_READ", {}),
        ask("IO_READ", { fd: 0, max: 0 }),
        ask("IO_READ", { fd: 9 }),
        ask("IO_WRITE", { fd: 1, data: 5 }),
        ask("IO_LISTEN", { port: 70_000 }),
        ask("IO_LISTEN", { port: 80, host: 1 }),
        ask("IO_CONNECT", { host: "h" }),
        ask("IO_OPEN", { path: 1 }),
        ask("IO_OPEN", { path: "x", mode: "rw" }),
        ask("IO_EXISTS", {}),
        ask("SIGNAL", { name: 9 }),
        ask("IO_WAIT", { target: 1, events: -1 }),
        ask("send", { channel: 1, value: 1 }),
        ask("race", { futures: [] }),
        ask("exit", { code: 1000 }),
      ],
    });
    expect(s.seen).toEqual([
      't: FAULT TypeError IO_READ needs fd: a descriptor, got "three"',
      "t: FAULT NilAccess IO_READ needs fd: a descriptor, got nil",
      "t: FAULT TypeError IO_READ needs max: a whole number of bytes, got 0",
      "t: FAULT IoError IO_READ on descriptor 9 failed: no such descriptor is open (EBADF) [EBADF 9]",
      "t: FAULT TypeError IO_WRITE needs data: a string or Bytes, got number",
      "t: FAULT TypeError IO_LISTEN needs port: a port from 0 to 65535, got 70000",
      "t: FAULT TypeError IO_LISTEN needs host: a string, got number",
      "t: FAULT NilAccess IO_CONNECT needs port: a port from 1 to 65535, got nil",
      "t: FAULT TypeError IO_OPEN needs path: a string, got number",
      't: FAULT TypeError IO_OPEN needs mode: "r", "w", "a" or "r+", got "rw"',
      "t: FAULT NilAccess IO_EXISTS needs path: a string, got nil",
      't: FAULT TypeError SIGNAL needs name: a string such as "SIGTERM", got number',
      "t: FAULT TypeError IO_WAIT needs events: WLD_EVENT_ constants, got -1",
      "t: FAULT TypeError send needs channel: a Channel, got number",
      "t: FAULT TypeError race needs futures: a List of Futures, got List",
      "t: FAULT TypeError exit needs code: a whole number from 0 to 255, got 1000",
    ]);
  });
});

describe("descriptors by what they are", () => {
  test("a file moves its offset by what is read and written", () => {
    const s = scene();
    s.start({
      t: [
        ask("IO_OPEN", { path: "f", mode: "r+" }),
        ask("IO_READ", { fd: 3, max: 5 }),
        ask("IO_WRITE", { fd: 3, data: "xyz" }),
      ],
    });
    s.complete("open f", s.driver.handle("f"));
    s.complete("read f", bytes("hello"));
    expect(s.reactor.descriptors.get(3)?.offset).toBe(5);
    s.complete("write f", 3);
    expect(s.reactor.descriptors.get(3)?.offset).toBe(8);
    expect(s.reactor.descriptors.get(3)?.what).toEqual({ kind: "file", path: "f", mode: "r+" });
  });

  test("a listener remembers the port it got, and its connections whose they are", () => {
    const s = scene();
    s.start({ t: [ask("IO_LISTEN", { port: 0 }), ask("IO_ACCEPT", { fd: 3 }), ask("IO_CLOSE", { fd: 4 })] });
    s.complete("listen 0", s.driver.handle("l"));
    expect(s.reactor.descriptors.get(3)?.what).toMatchObject({ kind: "listener", port: 4000 });
    s.complete("accept l", s.driver.handle("c"));
    expect(s.seen).toEqual(["t: 3", "t: 4", "t: undefined"]);
  });

  test("an open that is cancelled is withdrawn", () => {
    const s = scene();
    s.start({ t: [ask("IO_OPEN", { path: "f" })] });
    expect(submitted(s)).toEqual(["open f"]);
    s.reactor.finish(0);
    expect(s.driver.isClosed).toBe(true);
  });
});

describe("standard input", () => {
  test("input takes lines, IO_READ what is left, and both nil at the end", () => {
    const s = scene({ input: "first\r\nsecond\nrest of it" });
    s.start({
      t: [
        ask("input"),
        ask("input"),
        ask("IO_READ", { fd: 0, max: 4 }),
        ask("input"),
        ask("input"),
        ask("IO_READ", { fd: 0 }),
      ],
    });
    expect(s.seen).toEqual(["t: first", "t: second", "t: rest", "t:  of it", "t: undefined", "t: undefined"]);
  });

  test("lines are put together from what the driver reads", () => {
    const s = scene();
    s.start({ t: [ask("input"), ask("input"), ask("input")] });
    s.complete("read standard 0", bytes("grö").subarray(0, 3));
    s.complete("read standard 0", Buffer.concat([bytes("grö").subarray(3), bytes("ße\nnext")]));
    expect(s.seen).toEqual(["t: größe"]);
    s.complete("read standard 0", null);
    s.complete("read standard 0", null);
    expect(s.seen).toEqual(["t: größe", "t: next", "t: undefined"]);
  });

  test("a prompt goes to standard output before the line is read", () => {
    const s = scene();
    s.start({ t: [ask("input", { prompt: "name? " })] });
    expect(submitted(s)).toEqual(["write standard 1", "read standard 0"]);
  });
});
