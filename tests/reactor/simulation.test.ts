// Programs on several simulated shards, in thousands of interleavings (simulation.ts). What each prints does not depend on
// them. `SEED=… npx vitest run tests/reactor/simulation` replays a failure, `RUNS=…` tries more.

import { describe, expect, test } from "vitest";
import { prepare, simulate } from "./simulation.ts";

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const runs = process.env.SEED === undefined ? Number(process.env.RUNS ?? 60) : 1;

/** Each program, and what it prints on any number of shards, lines sorted. */
const programs: readonly (readonly [name: string, source: string, ...lines: readonly string[]])[] = [
  [
    "forks and joins",
    `
    async fun count(n) { if (n < 2) { n } else { var a = count(n - 1); var b = count(n - 2); (await a) + (await b) } }
    print await count(9);
    `,
    "34",
  ],
  [
    "channels keep the order of each sender, and lose and double nothing",
    `
    async fun sender(channel, name, n) { for (i in 0..n) { channel.send([name, i]); if (i % 3 == 0) { sleep(1); } } true }
    async fun receiver(channel) {
        var last = Map();
        var seen = 0;
        while (true) {
            var item = channel.receive();
            if (item == nil) { return seen; }
            var before = last.get(item.get(0));
            assert(before == nil or before < item.get(1), "order");
            last.set(item.get(0), item.get(1));
            seen = seen + 1;
        }
    }
    async fun all_of(channel) {
        var senders = [sender(channel, "a", 12), sender(channel, "b", 7), sender(channel, "c", 9)];
        all(senders);
        channel.close();
        true
    }
    fun main() {
        var channel = Channel(2);
        var counts = all([receiver(channel), receiver(channel), all_of(channel)]);
        print counts.get(0) + counts.get(1);
    }
    main();
    `,
    "28",
  ],
  [
    "a channel keeps its order and its capacity while cores send and receive many items at a time",
    `
    const capacity = 6;
    async fun sender(channel, sent, got, n) {
        for (i in 0..n) {
            channel.send(i);
            assert(sent.add(1) - got.get() <= capacity + 1, "more are in it than it holds");
            if (i % 23 == 7) { yield_now(); }
        }
        true
    }
    async fun receiver(channel, got) {
        var next = 0;
        var item = channel.receive();
        while (item != nil) {
            assert(item == next, "order");
            got.add(1);
            next = next + 1;
            item = channel.receive();
        }
        next
    }
    async fun pair(n) {
        var channel = Channel(capacity);
        var got = Atomic(0);
        var receives = receiver(channel, got);
        await sender(channel, Atomic(0), got, n);
        channel.close();
        await receives
    }
    print all([pair(60), pair(50), pair(40)]);
    `,
    "[60, 50, 40]",
  ],
  [
    "whoever sends or receives by turns finds the items in order, on any core",
    `
    async fun sender(channel, mine, theirs, from) {
        for (i in 0..3) {
            mine.receive();
            for (k in 0..30) { channel.send(from + i * 60 + k); }
            theirs.send(true);
        }
        true
    }
    async fun receiver(channel, mine, theirs) {
        var seen = [];
        for (i in 0..5) {
            mine.receive();
            for (k in 0..18) { seen.add(channel.receive()); }
            theirs.send(seen.last());
        }
        seen
    }
    async fun busy() { for (i in 0..50) { yield_now(); } true }
    fun main() {
        var channel = Channel(40);
        for (i in 0..4) { busy(); }
        var turns = [Channel(1), Channel(1), Channel(1), Channel(1)];
        turns[0].send(true);
        turns[2].send(true);
        var tasks = [sender(channel, turns[0], turns[1], 0), sender(channel, turns[1], turns[0], 30)];
        var taken = all([receiver(channel, turns[2], turns[3]), receiver(channel, turns[3], turns[2])]);
        all(tasks);
        for (i in 0..5) { for (k in 0..18) {
            assert(taken[0][i * 18 + k] == i * 36 + k, "order");
            assert(taken[1][i * 18 + k] == i * 36 + 18 + k, "order");
        } }
        print "in order";
    }
    main();
    `,
    "in order",
  ],
  [
    "a channel without room hands over one by one",
    `
    async fun ping(there, back, n) { var sum = 0; for (i in 0..n) { there.send(i); sum = sum + back.receive(); } sum }
    async fun pong(there, back, n) { for (i in 0..n) { back.send(there.receive() * 2); } true }
    fun main() {
        var there = Channel(0);
        var back = Channel(0);
        var sums = all([ping(there, back, 10), pong(there, back, 10), ping(there, back, 5), pong(there, back, 5)]);
        print sums.get(0) + sums.get(2) >= 0;
    }
    main();
    `,
    "true",
  ],
  [
    "a value that was sent reaches somebody, also when those who waited for it were cancelled",
    `
    async fun sender(channel, n) { for (i in 0..n) { channel.send(i + 1); } true }
    async fun taker(channel, got) {
        handle "CANCELLED" { nil }
        var item = channel.receive();
        while (item != nil) { got.add(item); item = channel.receive(); }
    }
    async fun impatient(channel, got) {
        for (i in 0..5) {
            var one = taker(channel, got);
            sleep(i % 3);
            cancel(one);
            await ended(one);
        }
    }
    async fun ended(future) { handle "FAULT" { nil } await future }
    async fun trial(capacity, n) {
        var channel = Channel(capacity);
        var got = Atomic(0);
        var sends = sender(channel, n);
        var tries = impatient(channel, got);
        var last = taker(channel, got);
        await sends;
        await tries;
        channel.close();
        await last;
        got.get()
    }
    print all([trial(0, 30), trial(1, 30), trial(5, 40)]);
    `,
    "[465, 465, 820]",
  ],
  [
    "a sender that is cancelled while it waits has sent what it said, in order",
    `
    async fun sender(channel, n, sent) {
        handle "CANCELLED" { nil }
        for (i in 0..n) { channel.send(i); sent.add(1); }
    }
    async fun ended(future) { handle "FAULT" { nil } await future }
    async fun receiver(channel) {
        var next = 0;
        var item = channel.receive();
        while (item != nil) { assert(item == next, "order"); next = next + 1; item = channel.receive(); }
        next
    }
    async fun trial(capacity, ms) {
        var channel = Channel(capacity);
        var sent = Atomic(0);
        var sends = sender(channel, 1000, sent);
        var receives = receiver(channel);
        sleep(ms);
        cancel(sends);
        await ended(sends);
        channel.close();
        var got = await receives;
        got - sent.get()
    }
    print all([trial(0, 3), trial(1, 5), trial(4, 9)]);
    `,
    "[0, 0, 0]",
  ],
  [
    "what is sent to another core is as it was when it was sent, and what is left when the channel closes is received",
    `
    async fun sender(channel, n) {
        var all_so_far = [];
        for (i in 0..n) {
            all_so_far.add(i);
            channel.send(if (i % 3 == 0) "no " + str(i) else all_so_far);
            if (i % 7 == 3) { yield_now(); }
        }
        channel.close();
        true
    }
    async fun receiver(channel) {
        var seen = 0;
        while (true) {
            var item = channel.receive();
            if (item == nil) { return seen; }
            assert(if (seen % 3 == 0) item == "no " + str(seen) else item.length() == seen + 1, "the " + str(seen) + "th");
            seen = seen + 1;
            if (seen % 11 == 0) { sleep(1); }
        }
    }
    async fun pair(capacity, n) {
        var channel = Channel(capacity);
        sender(channel, n);
        await receiver(channel)
    }
    print all([pair(0, 20), pair(3, 25), pair(50, 40)]);
    `,
    "[20, 25, 40]",
  ],
  [
    "an atomic counts every addition once",
    `
    async fun add(counter, n) { for (i in 0..n) { counter.add(1); if (i == 2) { yield_now(); } } true }
    async fun claim(flag) { flag.compare_set(0, 1) }
    fun main() {
        var counter = Atomic(0);
        var flag = Atomic(0);
        all([add(counter, 5), add(counter, 6), add(counter, 7), add(counter, 8)]);
        print counter.get();
        print all([claim(flag), claim(flag), claim(flag)]).filter(x => x).length();
    }
    main();
    `,
    "1",
    "26",
  ],
  [
    "variables of the program are changed at home only",
    `
    var total = 0;
    async fun bump(n) { total = total + n; yield_now(); total = total + n; true }
    async fun spread(n) { yield_now(); await bump(n) }
    all([spread(1), spread(2), spread(3), spread(4), spread(5)]);
    print total;
    `,
    "30",
  ],
  [
    "faults reach whoever awaits, wherever that is",
    `
    async fun fails(n) { yield_now(); if (n % 2 == 0) { nil.x } else { n } }
    async fun tries(n) { handle "FAULT" { 0 - 1 } await fails(n) }
    print all([tries(1), tries(2), tries(3), tries(4)]);
    `,
    "[1, -1, 3, -1]",
  ],
  [
    "cancelled tasks clean up and end, and those with a time limit too",
    `
    async fun sleeper(log, begun, ms) {
        handle "CANCELLED" { log.send("cleaned"); nil }
        begun.send(true);
        sleep(ms);
        log.send("slept");
        ms
    }
    async fun outer(log) {
        var begun = Channel(0);
        var one = sleeper(log, begun, 100000);
        begun.receive();
        cancel(one);
        handle "FAULT" { effect.kind }
        await one
    }
    async fun limited(log) {
        var begun = Channel(0);
        var one = sleeper(log, begun, 100000);
        begun.receive();
        handle "FAULT" { effect.kind }
        timeout(one, 5)
    }
    fun main() {
        var log = Channel(0);
        var logged = task(lines, log);
        print all([outer(log), limited(log), sleeper(log, Channel(1), 2)]);
        print all([logged]).get(0);
    }
    fun lines(log) { [log.receive(), log.receive(), log.receive()].sort() }
    main();
    `,
    '["Cancelled", "LimitExceeded", 2]',
    '["cleaned", "cleaned", "slept"]',
  ],
  [
    "futures can be handed on, and awaited by many",
    `
    async fun slow(n) { sleep(n); n }
    async fun second(futures) { race(futures) }
    async fun sum(futures) { var s = 0; for (f in futures) { s = s + await f; } s }
    async fun main() {
        var futures = [slow(9), slow(1), slow(5)];
        print all([sum(futures), sum(futures), second(futures)]).get(0);
        print await (await slow_future());
    }
    async fun slow_future() { slow(4) }
    await main();
    `,
    "15",
    "4",
  ],
  [
    "what is asked of the system is answered to whoever asked",
    `
    async fun ask(name) { [io_exists(name), io_exists(name + "x")] }
    print all([ask("a"), ask("bb"), ask("ccc")]);
    `,
    "[[false, true], [true, false], [false, true]]",
  ],
  [
    "continuations go along",
    `
    fun pick(options) perform "CHOOSE" { options: options };
    async fun sums(n) {
        handle "CHOOSE" {
            var out = [];
            for (o in effect.options) { yield_now(); out.add_all(resume(effect.continuation, o)); }
            out
        }
        [pick([1, 2]) * n + pick([10, 20])]
    }
    print all([sums(1), sums(2), sums(3)]);
    `,
    "[[11, 21, 12, 22], [12, 22, 14, 24], [13, 23, 16, 26]]",
  ],
  [
    "handlers of the whole program answer everywhere",
    `
    handle "ASK" { resume(effect.continuation, effect.n * 2); }
    async fun asks(n) { yield_now(); perform "ASK" { n: n } }
    print all([asks(1), asks(2), asks(3), asks(4)]);
    `,
    "[2, 4, 6, 8]",
  ],
  [
    "a program whose tasks can never go on gets a fault, and only when that is sure",
    `
    async fun waits(channel) { channel.receive() }
    handle "FAULT" { print effect.kind; exit(0); }
    const channel = Channel(0);
    all([waits(channel), waits(channel), waits(channel)]);
    `,
    "Deadlock",
  ],
];

describe.each([2, 3, 5])("on %i shards", (shards) => {
  test.each(programs)("%s", (_name, source, ...lines) => {
    const program = prepare(source);
    for (let n = 0; n < runs; n++) {
      const run = seed + n;
      let ran: ReturnType<typeof simulate>;
      try {
        ran = simulate(program, shards, run);
      } catch (error) {
        throw new Error(`SEED=${run}: ${(error as Error).message}`, { cause: error });
      }
      expect({ ...ran, lines: [...ran.lines].sort(), moved: 0 }, `SEED=${run}`).toEqual({
        lines: [...lines].sort(),
        faults: [],
        exitCode: 0,
        moved: 0,
      });
    }
  });
});

test("tasks do move", () => {
  const program = prepare(programs[0]![1]);
  const moved = Array.from({ length: 20 }, (_, n) => simulate(program, 3, seed + n).moved);
  expect(Math.max(...moved)).toBeGreaterThan(5);
});

test("the same seed gives the same run", () => {
  const program = prepare(programs[1]![1]);
  expect(simulate(program, 3, seed)).toEqual(simulate(program, 3, seed));
});
