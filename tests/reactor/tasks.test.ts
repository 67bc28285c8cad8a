// Tasks, futures and channels on a hand-driven clock.

import { describe, expect, test } from "vitest";
import { Channel, type Future, type Value } from "../../runtime/engine/values.ts";
import { ask, bench, Performed, type Script, script } from "./scripted.ts";

/** Waits, notes, and yields a value. */
function* slow(note: (what: string) => void, name: string, ms: number): Script {
  try {
    yield ask("TIMER", { ms });
    note(`${name} done`);
    return name;
  } catch (thrown) {
    note(`${name} ${thrown instanceof Performed ? thrown.effect : "?"}`);
    throw thrown;
  }
}

function* failing(message: string): Script {
  yield ask("yield");
  throw new Performed("FAULT", { kind: "AssertError", message });
}

/** The payload of the fault that a request is answered with. */
function* faultFrom(asked: ReturnType<typeof ask>): Generator<typeof asked, Record<string, Value>, Value> {
  try {
    yield asked;
  } catch (thrown) {
    if (thrown instanceof Performed) return { ...thrown.payload };
  }
  return { kind: "no fault" };
}

function scene() {
  const b = bench();
  const seen: string[] = [];
  const note = (what: string): void => {
    seen.push(what);
  };
  const go = (name: string, ms: number): Future =>
    b.reactor.spawn(
      script(name, () => slow(note, name, ms)),
      [],
    );
  return { ...b, seen, note, go };
}

describe("timers", () => {
  test("tasks wake in the order of their deadlines, and of asking when those are equal", async () => {
    const s = scene();
    s.start(function* () {
      s.go("c", 30);
      s.go("a", 10);
      s.go("b", 10);
      s.go("now", 0);
      yield ask("yield");
      return;
    });
    s.driver.pass(9);
    expect(s.seen).toEqual(["now done"]);
    s.driver.pass(1);
    expect(s.seen).toEqual(["now done", "a done", "b done"]);
    s.driver.pass(20);
    expect(s.seen).toEqual(["now done", "a done", "b done", "c done"]);
    expect(await s.exitCode()).toBe(0);
  });

  test("the driver has one alarm, for the earliest", () => {
    const s = scene();
    s.start(function* () {
      for (let i = 0; i < 1000; i++) s.go(`t${i}`, 1000 + i);
      yield ask("yield");
      return;
    });
    expect(s.driver.alarms).toBe(1);
    expect(s.driver.ringsAt).toBe(s.driver.now + 1000);
  });

  test("a wrong number of milliseconds is a fault", async () => {
    const s = scene();
    s.start(function* () {
      s.note(String((yield* faultFrom(ask("TIMER", { ms: "soon" }))).message));
      s.note(String((yield* faultFrom(ask("TIMER", {}))).kind));
      s.note(String((yield* faultFrom(ask("TIMER", { ms: Number.POSITIVE_INFINITY }))).message));
      return;
    });
    expect(s.seen).toEqual([
      'TIMER needs ms: a number of milliseconds, got "soon"',
      "NilAccess",
      "TIMER needs ms: a number of milliseconds, got Infinity",
    ]);
    expect(await s.exitCode()).toBe(0);
  });
});

describe("await, race, any, timeout", () => {
  test("await yields the value of a future, before or after it is done", () => {
    const s = scene();
    s.start(function* () {
      const future = s.go("a", 10);
      s.note(String(yield ask("await", { future })));
      s.note(String(yield ask("await", { future })));
      s.note(String(yield ask("await", { future: 7 })));
      return;
    });
    s.driver.pass(10);
    expect(s.seen).toEqual(["a done", "a", "a", "7"]);
  });

  test("each awaiter gets a copy of its own", () => {
    const s = scene();
    const got: Value[] = [];
    s.start(function* () {
      const body = function* (): Script {
        yield ask("yield");
        return [1, 2];
      };
      const future = s.reactor.spawn(script("list", body), []);
      got.push(yield ask("await", { future }), yield ask("await", { future }));
      return;
    });
    expect(got).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(got[0]).not.toBe(got[1]);
  });

  test("the fault of a task is performed in its awaiter, and then not reported", async () => {
    const s = scene();
    s.start(function* () {
      const future = s.reactor.spawn(
        script("f", () => failing("no luck")),
        [],
      );
      s.note(String((yield* faultFrom(ask("await", { future }))).message));
      return;
    });
    expect(s.seen).toEqual(["no luck"]);
    expect(s.faults).toEqual([]);
    expect(await s.exitCode()).toBe(0);
  });

  test("race yields the first that settles, also when it fails; any waits for a success", () => {
    const s = scene();
    const fails = (): Future =>
      s.reactor.spawn(
        script("f", () => failing("early")),
        [],
      );
    s.start(function* () {
      s.note(String(yield ask("race", { futures: [s.go("slow", 20), s.go("quick", 10)] })));
      s.note(String((yield* faultFrom(ask("race", { futures: [s.go("slow", 20), fails()] }))).message));
      s.note(String(yield ask("any", { futures: [fails(), s.go("late", 10)] })));
      s.note(String((yield* faultFrom(ask("any", { futures: [fails(), fails()] }))).message));
      return;
    });
    s.driver.pass(100);
    expect(s.seen.filter((what) => !what.endsWith("done"))).toEqual(["quick", "early", "late", "early"]);
  });

  test("a future whose time is out is cancelled; one that is in time is not", () => {
    const s = scene();
    s.start(function* () {
      const future = s.go("long", 1000);
      const fault = yield* faultFrom(ask("timeout", { future, ms: 50 }));
      s.note(`${fault.kind}: ${fault.message}`);
      s.note(String(yield ask("timeout", { future: s.go("short", 10), ms: 50 })));
      return;
    });
    s.driver.pass(60);
    expect(s.seen).toEqual([
      "LimitExceeded: the task did not end within 50 ms",
      "long CANCELLED",
      "short done",
      "short",
    ]);
    expect(s.driver.ringsAt).toBe(null);
  });

  test("who waits no longer is forgotten: a long-lived future collects nobody", () => {
    const s = scene();
    let future: Future | null = null;
    s.start(function* () {
      future = s.go("long", 100_000);
      for (let i = 0; i < 5; i++) yield ask("race", { futures: [future, s.go(`r${i}`, 1)] });
      return;
    });
    s.driver.pass(10);
    expect((future as Future | null)?.waiters).toBe(null);
  });
});

describe("cancel", () => {
  test("a task that waits sees CANCELLED there, may clean up, and its awaiters see Cancelled", async () => {
    const s = scene();
    s.start(function* () {
      const future = s.reactor.spawn(
        script("worker", function* () {
          try {
            yield ask("TIMER", { ms: 1000 });
          } catch {
            yield ask("TIMER", { ms: 5 });
            s.note("cleaned up");
          }
          return "ignored";
        }),
        [],
      );
      yield ask("TIMER", { ms: 10 });
      yield ask("cancel", { future });
      yield ask("cancel", { future });
      const fault = yield* faultFrom(ask("await", { future }));
      s.note(`${fault.kind}: ${String(fault.message).replace(/\d+/, "N")}`);
      yield ask("cancel", { future });
      return;
    });
    s.driver.pass(20);
    expect(s.seen).toEqual(["cleaned up", "Cancelled: task N (worker) was cancelled"]);
    expect(await s.exitCode()).toBe(0);
  });

  test("a task that has not begun never does", async () => {
    const s = scene();
    s.start(function* () {
      const future = s.go("never", 0);
      yield ask("cancel", { future });
      return;
    });
    expect(s.seen).toEqual([]);
    expect(s.faults).toEqual([]);
    expect(await s.exitCode()).toBe(0);
  });

  test("a task that has its answer already gets it, and CANCELLED at its next request", () => {
    const s = scene();
    let reader: Future | null = null;
    s.start(function* () {
      yield ask("TIMER", { ms: 10 });
      // The reader was due at the same moment: it is ready, but has not run.
      yield ask("cancel", { future: reader! });
      return;
    });
    const body = function* (): Script {
      yield ask("TIMER", { ms: 10 });
      s.note("got its answer");
      try {
        yield ask("yield");
      } catch (thrown) {
        s.note((thrown as Performed).effect);
      }
      return;
    };
    reader = s.reactor.spawn(script("reader", body), []);
    s.driver.pass(10);
    expect(s.seen).toEqual(["got its answer", "CANCELLED"]);
  });

  test("what a cancelled task asked of the driver is withdrawn", () => {
    const s = scene();
    s.start(function* () {
      const future = s.reactor.spawn(
        script("dialler", function* () {
          return yield ask("IO_CONNECT", { host: "h", port: 1 });
        }),
        [],
      );
      yield ask("TIMER", { ms: 1 });
      expect([...s.driver.submitted.values()]).toEqual(["connect h:1"]);
      yield ask("cancel", { future });
      return;
    });
    s.driver.pass(1);
    expect(s.driver.submitted.size).toBe(0);
    expect(s.reactor.operations.length).toBe(0);
  });

  test("a task may cancel itself", async () => {
    const s = scene();
    let self: Future | null = null;
    s.start(function* () {
      self = s.reactor.spawn(
        script("self", function* () {
          yield ask("cancel", { future: self! });
          s.note("still here");
          try {
            yield ask("TIMER", { ms: 1000 });
          } catch {
            s.note("now gone");
          }
          return;
        }),
        [],
      );
      yield ask("yield");
      return;
    });
    expect(s.seen).toEqual(["still here", "now gone"]);
    expect(await s.exitCode()).toBe(0);
  });
});

describe("channels", () => {
  function channelScene(capacity: number, count: number) {
    const s = scene();
    const channel = new Channel(1, capacity);
    s.start(function* () {
      s.reactor.spawn(
        script("producer", function* () {
          for (let i = 1; i <= count; i++) {
            yield ask("send", { channel, value: i });
            s.note(`sent ${i}`);
          }
          yield ask("close", { channel });
          return;
        }),
        [],
      );
      for (;;) {
        const value = yield ask("receive", { channel });
        s.note(`got ${value}`);
        if (value === undefined) return;
      }
    });
    return s;
  }

  test("values come out in order, then nil when it is closed and empty", () => {
    for (const capacity of [0, 1, 3, 100]) {
      const s = channelScene(capacity, 6);
      const got = s.seen.filter((what) => what.startsWith("got"));
      expect(got).toEqual(["got 1", "got 2", "got 3", "got 4", "got 5", "got 6", "got undefined"]);
    }
  });

  test("a sender waits while the channel is full", () => {
    const s = scene();
    const channel = new Channel(1, 2);
    s.start(function* () {
      s.reactor.spawn(
        script("producer", function* () {
          for (let i = 1; i <= 4; i++) {
            yield ask("send", { channel, value: i });
            s.note(`sent ${i}`);
          }
          return;
        }),
        [],
      );
      yield ask("TIMER", { ms: 10 });
      s.note("look");
      yield ask("receive", { channel });
      yield ask("TIMER", { ms: 10 });
      return;
    });
    s.driver.pass(20);
    expect(s.seen).toEqual(["sent 1", "sent 2", "look", "sent 3"]);
  });

  test("closing loses nothing that was sent, and sending afterwards is a fault", () => {
    const s = scene();
    const channel = new Channel(1, 1);
    s.start(function* () {
      for (const value of ["a", "b"]) {
        s.reactor.spawn(
          script("sender", function* () {
            return yield ask("send", { channel, value });
          }),
          [],
        );
      }
      yield ask("yield");
      yield ask("close", { channel });
      const fault = yield* faultFrom(ask("send", { channel, value: "c" }));
      s.note(`${fault.kind} ${fault.code} ${fault.message}`);
      for (let i = 0; i < 3; i++) s.note(String(yield ask("receive", { channel })));
      return;
    });
    expect(s.seen).toEqual(["IoError EPIPE send on a closed channel", "a", "b", "undefined"]);
  });

  test("closing wakes everybody who receives; a cancelled receiver takes nothing", () => {
    const s = scene();
    const channel = new Channel(1, 0);
    const receiver = (name: string): Future =>
      s.reactor.spawn(
        script(name, function* () {
          s.note(`${name} ${yield ask("receive", { channel })}`);
          return;
        }),
        [],
      );
    s.start(function* () {
      const first = receiver("first");
      receiver("second");
      receiver("third");
      yield ask("yield");
      yield ask("cancel", { future: first });
      yield ask("send", { channel, value: "x" });
      yield ask("close", { channel });
      return;
    });
    expect(s.seen).toEqual(["second x", "third undefined"]);
  });
});

describe("the end of the program", () => {
  test("it waits for the tasks", async () => {
    const s = scene();
    s.start(function* () {
      s.go("background", 500);
      yield ask("yield");
      return;
    });
    expect(s.driver.isClosed).toBe(false);
    s.driver.pass(500);
    expect(s.seen).toEqual(["background done"]);
    expect(await s.exitCode()).toBe(0);
  });

  test("exit ends it at once, with its code", async () => {
    const s = scene();
    s.start(function* () {
      s.go("background", 500);
      yield ask("exit", { code: 3 });
      s.note("never");
      return;
    });
    expect(await s.exitCode()).toBe(3);
    expect(s.seen).toEqual([]);
  });

  test("a fault of the program's own code ends it with 70", async () => {
    const s = scene();
    s.start(() => failing("main broke"));
    expect(s.faults).toEqual(["AssertError: main broke"]);
    expect(await s.exitCode()).toBe(70);
  });

  test("a fault that nobody awaits is reported after a second, once", async () => {
    const s = scene();
    s.start(function* () {
      s.reactor.spawn(
        script("f", () => failing("unseen")),
        [],
      );
      yield ask("TIMER", { ms: 5000 });
      return;
    });
    s.driver.pass(999);
    expect(s.faults).toEqual([]);
    s.driver.pass(2);
    expect(s.faults).toEqual(["AssertError: unseen"]);
    s.driver.pass(5000);
    expect(s.faults.length).toBe(1);
    expect(await s.exitCode()).toBe(70);
  });

  test("one that is awaited a little later is not", async () => {
    const s = scene();
    s.start(function* () {
      const future = s.reactor.spawn(
        script("f", () => failing("seen late")),
        [],
      );
      yield ask("TIMER", { ms: 500 });
      yield* faultFrom(ask("await", { future }));
      yield ask("TIMER", { ms: 5000 });
      return;
    });
    s.driver.pass(6000);
    expect(s.faults).toEqual([]);
    expect(await s.exitCode()).toBe(0);
  });

  test("an effect that nobody handles is a fault that names it", async () => {
    const s = scene();
    s.start(function* () {
      const fault = yield* faultFrom(ask("LAUNCH", {}));
      s.note(`${fault.kind}: ${fault.message}`);
      return;
    });
    expect(s.seen).toEqual(['UnhandledEffect: nobody handles the effect "LAUNCH"']);
  });

  test("waiting for what cannot happen is a fault; tasks that only served the program do not keep it", async () => {
    const stuck = scene();
    stuck.start(function* () {
      yield ask("receive", { channel: new Channel(1, 0) });
      return;
    });
    expect(stuck.faults[0]).toMatch(/^Deadlock: "receive" waits for something that cannot happen/);
    expect(await stuck.exitCode()).toBe(70);

    const served = scene();
    served.start(function* () {
      served.reactor.spawn(
        script("server", function* () {
          return yield ask("receive", { channel: new Channel(1, 0) });
        }),
        [],
      );
      yield ask("yield");
      return;
    });
    expect(served.faults).toEqual([]);
    expect(await served.exitCode()).toBe(0);
  });

  test("a long chain of tasks that wake each other leaves room for the driver", () => {
    const s = scene();
    let turns = 0;
    s.start(function* () {
      for (let i = 0; i < 100; i++) {
        turns++;
        s.driver.now += 1;
        yield ask("yield");
      }
      return;
    });
    expect(turns).toBe(100);
    expect(s.reactor.counters.turns).toBeGreaterThan(8);
  });
});
