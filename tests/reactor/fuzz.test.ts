// Random crowds of tasks that sleep, talk, await, race and cancel each other, on a hand-driven clock. Whatever they do, the
// reactor breaks none of its rules (it throws "broken …" when it does), every program ends, and nothing stays armed.
// A failure prints its seed and the smallest crowd that shows it.

import fc from "fast-check";
import { expect, test } from "vitest";
import { Channel, type Future, type Value } from "../../runtime/engine/values.ts";
import { DriverError } from "../../runtime/reactor/drivers/driver.ts";
import { ask, bench, Performed, type Script, script } from "./scripted.ts";

const SIZE = 6;
const other = fc.nat(SIZE - 1);
const ms = fc.integer({ min: 0, max: 20 });
const action = fc.oneof(
  fc.record({ kind: fc.constant("sleep" as const), ms }),
  fc.record({ kind: fc.constant("send" as const), channel: fc.nat(1) }),
  fc.record({ kind: fc.constant("receive" as const), channel: fc.nat(1) }),
  fc.record({ kind: fc.constant("close" as const), channel: fc.nat(1) }),
  fc.record({ kind: fc.constant("await" as const), other }),
  fc.record({ kind: fc.constant("cancel" as const), other }),
  fc.record({ kind: fc.constant("timeout" as const), other, ms }),
  fc.record({ kind: fc.constant("race" as const), other, second: other }),
  fc.record({ kind: fc.constant("any" as const), other, second: other }),
  fc.record({ kind: fc.constant("read" as const) }),
  fc.record({ kind: fc.constant("write" as const) }),
  fc.record({ kind: fc.constant("ready" as const) }),
  fc.record({ kind: fc.constant("shut" as const), fd: fc.nat(1) }),
  fc.record({ kind: fc.constant("fail" as const) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const crowd = fc.array(fc.record({ actions: fc.array(action, { maxLength: 6 }), cleansUp: fc.boolean() }), {
  minLength: SIZE,
  maxLength: SIZE,
});

function requestFor(action: Action, futures: readonly Future[], channels: readonly Channel[]) {
  switch (action.kind) {
    case "sleep":
      return ask("TIMER", { ms: action.ms });
    case "send":
      return ask("send", { channel: channels[action.channel], value: 1 });
    case "receive":
    case "close":
      return ask(action.kind, { channel: channels[action.channel] });
    case "await":
    case "cancel":
      return ask(action.kind, { future: futures[action.other] });
    case "timeout":
      return ask("timeout", { future: futures[action.other], ms: action.ms });
    case "race":
    case "any":
      return ask(action.kind, { futures: [futures[action.other], futures[action.second]] });
    case "read":
      return ask("IO_READ", { fd: 0 });
    case "write":
      return ask("IO_WRITE", { fd: 1, data: "x" });
    case "ready":
      return ask("IO_WAIT", { fd: 0 });
    case "shut":
      return ask("IO_CLOSE", { fd: action.fd });
    case "fail":
      return ask("NOBODY_HANDLES_THIS");
  }
}

/** Runs a crowd to its end; the driver answers what is asked of it after a while, now well, now badly. */
async function run(tasks: readonly { readonly actions: readonly Action[]; readonly cleansUp: boolean }[]) {
  const b = bench();
  const futures: Future[] = [];
  const channels = [new Channel(1000, 0), new Channel(1001, 2)];
  function* member(actions: readonly Action[], cleansUp: boolean): Script {
    for (const action of actions) {
      try {
        yield requestFor(action, futures, channels);
      } catch (thrown) {
        if (!(thrown instanceof Performed)) throw thrown;
        if (thrown.effect !== "CANCELLED") continue;
        if (cleansUp) yield ask("TIMER", { ms: 3 });
        throw thrown;
      }
    }
    return actions.length;
  }
  b.start(function* (): Script {
    for (const { actions, cleansUp } of tasks) {
      futures.push(
        b.reactor.spawn(
          script("member", () => member(actions, cleansUp)),
          [],
        ),
      );
    }
    let ended: Value = 0;
    for (const future of futures) {
      try {
        yield ask("await", { future });
      } catch {
        ended = Number(ended) + 1;
      }
    }
    return ended;
  });
  for (let round = 0; round < 100 && !b.driver.isClosed; round++) {
    b.driver.pass(5);
    for (const what of new Set(b.driver.submitted.values())) {
      // An earlier answer may have had this one withdrawn.
      if (b.driver.isClosed || ![...b.driver.submitted.values()].includes(what)) continue;
      if (round % 3 === 2) b.driver.fail(what, new DriverError("EIO", "i/o error"));
      else b.driver.complete(what, what.startsWith("read") ? Buffer.from("x") : 1);
      b.driver.run();
    }
  }
  return b;
}

test("no crowd of tasks breaks the rules, hangs, or leaves anything armed", async () => {
  await fc.assert(
    fc.asyncProperty(crowd, async (tasks) => {
      const { driver, reactor, exitCode } = await run(tasks);
      expect(driver.isClosed).toBe(true);
      expect([0, 70]).toContain(await exitCode());
      expect(reactor.operations.length).toBe(0);
      expect(driver.submitted.size).toBe(0);
      for (const fd of [0, 1]) {
        const descriptor = reactor.descriptors.get(fd);
        if (descriptor === undefined) continue;
        expect(descriptor.watching).toEqual([]);
        for (const lane of [descriptor.reading, descriptor.writing])
          expect([lane.holder, lane.waiting.length]).toEqual([null, 0]);
      }
    }),
    { numRuns: 500 },
  );
});
