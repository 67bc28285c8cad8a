// Listeners with a session function: who gets a connection, and what its readers and writers see when the peer goes and comes
// back. The driver's part is played by hand.

import { describe, expect, test } from "vitest";
import type { Value } from "../../runtime/engine/values.ts";
import { DriverError } from "../../runtime/reactor/drivers/driver.ts";
import { ask, bench, Performed, type Script, script } from "./scripted.ts";

/** The first read is the key; "-" is none. */
const byFirstWord = script("session", function* (fd: number): Script {
  const word = yield ask("IO_READ", { fd });
  if (!(word instanceof Uint8Array)) return;
  const text = Buffer.from(word).toString();
  return text === "-" ? undefined : text;
} as (...args: never[]) => Script);

const RESET = new DriverError("ECONNRESET", "connection reset by peer");

/** A listener, descriptor 3, whose connections are called by letters, and tasks that note what they are answered. */
function scene(session: Value = byFirstWord) {
  const b = bench();
  const seen: string[] = [];
  b.start(function* () {
    yield ask("IO_LISTEN", { port: 1, session });
    return yield ask("TIMER", { ms: 1_000_000 });
  });
  b.driver.complete("listen 1", b.driver.handle("l"));
  b.driver.run();
  const s = {
    ...b,
    seen,
    /** A task that makes these requests, one after the other. */
    task(name: string, ...requests: ReturnType<typeof ask>[]) {
      const body = function* (): Script {
        for (const request of requests) {
          try {
            const value = yield request;
            seen.push(`${name}: ${value instanceof Uint8Array ? Buffer.from(value).toString() : value}`);
          } catch (thrown) {
            if (!(thrown instanceof Performed)) throw thrown;
            seen.push(`${name}: ${thrown.payload.code ?? thrown.effect}`);
          }
        }
        return;
      };
      b.reactor.spawn(script(name, body), []);
      b.driver.run();
    },
    /** A peer connects. */
    comes(name: string) {
      b.driver.complete("accept l", b.driver.handle(name));
      b.driver.run();
    },
    /** A peer sends, or ends with null. */
    sends(name: string, text: string | null) {
      b.driver.complete(`read ${name}`, text === null ? null : Buffer.from(text));
      b.driver.run();
    },
    breaks(name: string) {
      b.driver.fail(`read ${name}`, RESET);
      b.driver.run();
    },
    /** What the driver has in hand. */
    get submitted() {
      return [...b.driver.submitted.values()];
    },
    /** What was noted since the last time. */
    get news() {
      return seen.splice(0);
    },
  };
  return s;
}

const accept = ask("IO_ACCEPT", { fd: 3 });
const read = ask("IO_READ", { fd: 4 });
const write = ask("IO_WRITE", { fd: 4, data: "hi" });
const close = (fd: number) => ask("IO_CLOSE", { fd });

/** The program has accepted ada, descriptor 4, and has read her name. */
function withAda() {
  const s = scene();
  s.task("server", accept, read);
  s.comes("a");
  s.sends("a", "ada");
  expect(s.news).toEqual(["server: 4", "server: ada"]);
  return s;
}

describe("a new connection", () => {
  test("is accepted when its session function has looked at it, and nothing is taken from it", () => {
    const s = scene();
    s.task("server", accept, ask("IO_READ", { fd: 4, max: 2 }), read, read);
    s.comes("a");
    expect(s.news).toEqual([]);
    s.sends("a", "ada");
    expect(s.news).toEqual(["server: 4", "server: ad", "server: a"]);
    s.sends("a", "more");
    expect(s.news).toEqual(["server: more"]);
  });

  test("whose end the session function has seen is read to its end by whoever gets it, who can still answer", () => {
    const s = scene(
      script("session", function* (fd: number): Script {
        yield ask("IO_READ", { fd });
        yield ask("IO_READ", { fd });
        return "ada";
      } as (...args: never[]) => Script),
    );
    s.task("server", accept, read, read, write);
    s.comes("a");
    s.sends("a", "all");
    s.sends("a", null);
    s.sends("a", null);
    s.driver.complete("write a", 2);
    s.driver.run();
    expect(s.news).toEqual(["server: 4", "server: all", "server: undefined", "server: 2"]);
  });

  test("that says nothing keeps nobody else waiting", () => {
    const s = scene();
    s.task("server", accept);
    s.comes("silent");
    s.comes("b");
    s.sends("b", "-");
    expect(s.news).toEqual(["server: 5"]);
  });

  test("that breaks off while it is greeted was nobody's", () => {
    const s = scene();
    s.task("server", accept);
    s.comes("a");
    s.breaks("a");
    expect(s.news).toEqual([]);
    expect(s.faults).toEqual([]);
    expect(s.submitted).toEqual(["accept l"]);
  });

  test("takes the place of one with its key that nobody has accepted", () => {
    const s = scene();
    s.task("server", ask("IO_WAIT", { target: 3 }));
    s.comes("a");
    s.comes("b");
    s.sends("a", "ada");
    s.task("other", ask("IO_WAIT", { target: 3 }));
    s.sends("b", "ada");
    s.task("late", accept, ask("IO_READ", { fd: 5 }));
    expect(s.news).toEqual(["server: 4", "other: 4", "late: 5", "late: ada"]);
  });

  test("needs a key that can be compared", () => {
    const s = scene(
      script("session", function* () {
        yield ask("yield");
        return [1];
      }),
    );
    s.task("server", accept);
    s.comes("a");
    expect(s.news).toEqual([]);
    expect(s.faults).toEqual(["TypeError: the session function yields a string, a number, Bytes or nil, got List"]);
  });

  test("is closed when the session function fails, which is reported", () => {
    const s = scene(
      script("session", function* () {
        return yield ask("IO_READ", { fd: "x" });
      }),
    );
    s.task("server", accept);
    s.comes("a");
    expect(s.faults).toEqual(['TypeError: IO_READ needs fd: a descriptor, got "x"']);
    expect(s.reactor.descriptors.get(4)).toBe(undefined);
  });
});

describe("a peer that comes back", () => {
  const ways: readonly [how: string, goes: (s: ReturnType<typeof scene>) => void][] = [
    ["after its connection broke", (s) => s.breaks("a")],
    ["while its old connection seems to be there", () => undefined],
  ];
  for (const [how, goes] of ways)
    test(`${how} goes on where it was: the waiting read sees IO_RECONNECT`, () => {
      const s = withAda();
      s.task("reader", read, read, read);
      goes(s);
      expect(s.news).toEqual([]);
      s.comes("b");
      s.sends("b", "ada");
      expect(s.news).toEqual(["reader: IO_RECONNECT", "reader: ada"]);
      s.sends("b", "rest");
      expect(s.news).toEqual(["reader: rest"]);
      expect(s.submitted).toEqual(["accept l"]);
    });

  test("after the end of its stream is waited for by the next read", () => {
    const s = withAda();
    s.task("reader", read, read, read);
    s.sends("a", null);
    expect(s.news).toEqual(["reader: undefined"]);
    s.comes("b");
    s.sends("b", "ada");
    expect(s.news).toEqual(["reader: IO_RECONNECT", "reader: ada"]);
  });

  test("while nobody reads is told to the next read, and nothing is written to it before", () => {
    const s = withAda();
    s.comes("b");
    s.sends("b", "ada");
    s.task("server", write, ask("IO_WAIT", { target: 4 }), read, write);
    expect(s.news).toEqual(["server: ECONNRESET", "server: 1", "server: IO_RECONNECT"]);
    s.driver.complete("write b", 2);
    s.driver.run();
    expect(s.news).toEqual(["server: 2"]);
  });

  test("finds that what was being written failed", () => {
    const s = withAda();
    s.task("writer", write);
    s.task("second", write);
    s.comes("b");
    s.sends("b", "ada");
    expect(s.news).toEqual(["writer: ECONNRESET", "second: ECONNRESET"]);
  });

  test("is new when its connection was closed, and one without a key always is", () => {
    const s = withAda();
    s.task("server", close(4), accept, accept);
    s.comes("b");
    s.sends("b", "ada");
    s.comes("c");
    s.sends("c", "-");
    expect(s.news).toEqual(["server: undefined", "server: 5", "server: 6"]);
  });
});

test("writes fail and waits last while the peer is away", () => {
  const s = withAda();
  s.task("reader", read);
  s.breaks("a");
  s.task("writer", write);
  s.task("watcher", ask("IO_WAIT", { target: 4 }));
  expect(s.news).toEqual(["writer: ECONNRESET"]);
  s.comes("b");
  s.sends("b", "ada");
  expect(s.news).toEqual(["watcher: 1", "reader: IO_RECONNECT"]);
});

test("nobody is waited for when the listener is closed", () => {
  const s = withAda();
  s.task("reader", read);
  s.breaks("a");
  s.task("closer", close(3));
  expect(s.news).toEqual(["reader: ECONNRESET", "closer: undefined"]);
  expect(s.reactor.operations.length).toBe(0);
});

test("a reader that is cancelled leaves the connection to the next", () => {
  const s = withAda();
  s.task("first", read);
  s.breaks("a");
  s.task("second", read);
  s.reactor.cancel(s.reactor.descriptors.get(4)!.reading.holder as never);
  s.driver.run();
  s.comes("b");
  s.sends("b", "ada");
  expect(s.news).toEqual(["first: CANCELLED", "second: IO_RECONNECT"]);
});

test("a listener that cannot accept says so to whoever asks, and accepts again after that", () => {
  const s = withAda();
  s.driver.fail("accept l", new DriverError("EMFILE", "too many open files"));
  s.driver.run();
  s.task("server", ask("IO_WAIT", { target: 3 }), accept, accept);
  expect(s.news).toEqual(["server: 4", "server: EMFILE"]);
  s.comes("b");
  s.sends("b", "-");
  expect(s.news).toEqual(["server: 5"]);
});

test("a session that is no function is refused at the call", () => {
  const b = bench();
  b.start(function* () {
    return yield ask("IO_LISTEN", { port: 1, session: "ada" });
  });
  expect(b.faults).toEqual(["TypeError: IO_LISTEN needs session: a function, got string"]);
});
