// Counters and flights in shared memory: what one side writes, the other reads.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Counters, counterMemory, counterNames, layout, watch } from "../../runtime/nexus/counters.ts";
import { Flight, FlightReader, Mark } from "../../runtime/nexus/flight.ts";
import { figures, read, Saturation } from "../../runtime/nexus/readings.ts";
import { ask, bench } from "../reactor/scripted.ts";

describe("counters", () => {
  test("every counter of every shard has a place of its own", () => {
    const memory = counterMemory({ shards: 3, effects: ["TIMER", "await"], marks: 8 });
    watch(memory);
    const shards = [0, 1, 2].map((shard) => new Counters(memory, shard));
    let next = 1;
    for (const counters of shards) for (const name of counterNames) counters[name] = next++;
    const written = shards.map((counters) => counterNames.map((name) => counters[name]));
    shards[0]!.flight.mark(Mark.Event, 5);
    expect(read(memory, 0).shards.map((counts) => counterNames.map((name) => counts[name]))).toEqual(written);

    for (const [shard, effect] of [
      [1, "TIMER"],
      [2, "TIMER"],
      [2, "await"],
      [2, "NOBODY_KNOWS"],
    ] as const)
      shards[shard]!.parked(effect);
    shards[1]!.woken("TIMER");
    const { shards: found, sum, effects } = read(memory, 0);
    expect(sum.events).toBe(found[0]!.events + found[1]!.events + found[2]!.events);
    expect(found.map(({ requests }, shard) => requests - written[shard]![counterNames.indexOf("requests")]!)).toEqual([
      0, 1, 3,
    ]);
    expect(effects).toEqual([
      { name: "TIMER", asked: 2, waiting: 1 },
      { name: "await", asked: 1, waiting: 1 },
      { name: "other", asked: 1, waiting: 1 },
    ]);
  });

  test("no two shards write to the same cache line", () => {
    const memory = counterMemory({ shards: 4, effects: ["A"], marks: 16 });
    const { block, flight, length } = layout(memory);
    for (let shard = 0; shard < 4; shard++) {
      expect(block(shard) % 8).toBe(0);
      expect(flight(shard) % 8).toBe(0);
    }
    expect(block(1) - block(0)).toBeGreaterThanOrEqual(counterNames.length + 2);
    expect(flight(0)).toBeGreaterThanOrEqual(block(3) + counterNames.length + 2);
    expect(length).toBe(memory.buffer.byteLength / 8);
  });

  test("effects are counted by name only when somebody watches", () => {
    const memory = counterMemory({ effects: ["TIMER"] });
    const counters = new Counters(memory);
    counters.parked("TIMER");
    counters.woken("TIMER");
    expect(read(memory, 0).effects[0]).toEqual({ name: "TIMER", asked: 0, waiting: 0 });
    expect(read(memory, 0).sum).toMatchObject({ requests: 1, tasksSuspended: 0 });
  });

  test("what a worker counts is seen here", async () => {
    const memory = counterMemory({ shards: 2 });
    const { block } = layout(memory);
    const at = block(1) + counterNames.indexOf("events");
    const code = `
      const { parentPort, workerData: { memory, at } } = require("node:worker_threads");
      new Float64Array(memory.buffer)[at] += 2 ** 40 + 1;
      parentPort.postMessage("counted");`;
    const worker = new Worker(code, { eval: true, workerData: { memory, at } });
    await once(worker, "message");
    expect(read(memory, 0).shards.map(({ events }) => events)).toEqual([0, 2 ** 40 + 1]);
    await worker.terminate();
  });

  test("a shard counts what its tasks do", async () => {
    const memory = counterMemory({ effects: ["TIMER", "spawn"] }, 1_000_000);
    watch(memory);
    const s = bench({ counters: memory });
    s.start(function* () {
      yield ask("TIMER", { ms: 10 });
      yield ask("TIMER", { ms: 20 });
      return null as never;
    });
    const before = read(memory, 0);
    expect(before.sum).toMatchObject({ tasksStarted: 1, tasksSuspended: 1, timers: 1, queueLength: 0 });
    expect(before.effects[0]).toEqual({ name: "TIMER", asked: 1, waiting: 1 });
    s.driver.pass(100);
    const { sum, effects } = read(memory, 0);
    expect(sum).toMatchObject({ tasksStarted: 1, tasksEnded: 1, tasksSuspended: 0, timers: 0 });
    expect(sum).toMatchObject({ requests: 2, events: 2, resumptions: 3 });
    expect(effects[0]).toEqual({ name: "TIMER", asked: 2, waiting: 0 });
  });
});

describe("figures", () => {
  test("have the names that programs see", () => {
    const memory = counterMemory({ shards: 2 });
    const counters = [new Counters(memory, 0), new Counters(memory, 1)];
    counters[0]!.events = 30;
    counters[1]!.events = 20;
    counters[0]!.tasksStarted = 5;
    counters[1]!.tasksEnded = 2;
    const found = figures(read(memory, 2000), new Saturation(1000));
    expect(found).toMatchObject({ EVENT_SATURATION: 50, EVENTS: 50, TASKS_LIVE: 3, TASKS_SUSPENDED: 0, SHARDS: 2 });
    expect(Object.keys(found).join(" ")).toMatch(/^[A-Z_ ]+$/);
  });

  test("EVENT_SATURATION is the rate between two readings that are a while apart", () => {
    const memory = counterMemory();
    const counters = new Counters(memory);
    const saturation = new Saturation(0);
    const at = (time: number, events: number): number => {
      counters.events = events;
      return saturation.read(read(memory, time));
    };
    expect(at(0, 0)).toBe(0);
    expect(at(50, 100)).toBe(2000); // since the start: there is nothing better yet
    expect(at(1000, 1000)).toBe(1000);
    expect(at(1001, 5000)).toBe(1000); // too close to the one before
    expect(at(1500, 1500)).toBe(1000);
    expect(at(2500, 1500)).toBe(0);
  });
});

describe("a flight", () => {
  test("gives each mark once, in order, and says how many the watcher was too slow for", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant("take" as const), fc.nat(12)), { maxLength: 50 }), (steps) => {
        const memory = counterMemory({ marks: 8 });
        const at = layout(memory).flight(0);
        const flight = new Flight(memory, at);
        const reader = new FlightReader(memory, at);
        let made = 0;
        let seen = 0;
        for (const step of steps) {
          if (step !== "take") {
            for (let i = 0; i < step; i++) flight.mark(made % 4, made++);
            continue;
          }
          const { times, kinds, lost } = reader.take();
          seen += lost;
          // The place of the mark that may be being written counts as lost.
          expect(lost).toBe(Math.max(0, made - (seen - lost) - 7));
          expect(times).toEqual(Array.from({ length: made - seen }, (_, i) => seen + i));
          expect(kinds).toEqual(times.map((time) => time % 4));
          seen = made;
        }
      }),
    );
  });

  test("is wanted only while somebody watches, and only where there is room for one", () => {
    const [memory, none] = [counterMemory({ marks: 8 }), counterMemory()];
    const flights = [memory, none].map((memory) => new Counters(memory).flight);
    expect(flights.map(({ isWanted }) => isWanted)).toEqual([false, false]);
    watch(memory);
    watch(none);
    expect(flights.map(({ isWanted }) => isWanted)).toEqual([true, false]);
  });

  test("of a shard shows its turns and events", () => {
    const memory = counterMemory({ marks: 64 }, 1_000_000);
    watch(memory);
    const reader = new FlightReader(memory, layout(memory).flight(0));
    const s = bench({ counters: memory });
    s.start(function* () {
      yield ask("TIMER", { ms: 10 });
      return null as never;
    });
    s.driver.pass(50);
    const { times, kinds } = reader.take();
    const marks = kinds.map((kind, i) => `${Mark[kind]} ${times[i]! - 1_000_000}`);
    expect(marks).toEqual(["Busy 0", "Idle 0", "Busy 10", "Event 10", "Idle 10"]);
  });
});
