// Programs on two shards, each in a thread of its own, on both drivers: everything that a program can see of that is as it
// is on one. That tasks really move is part of each program: it goes on until some have.

import { describe, expect, test } from "vitest";
import { folderWith, startWalia, walia } from "./command.ts";

/** Forks until a task has gone to the other shard: tasks of `work` must take some time. */
const UNTIL_STOLEN = `
  fun spin(n) { var x = 0; for (i in 0..n) { x = x + i % 7; } x }
  async fun work() { spin(20000); true }
  fun share() {
      while (walia_metrics().get("TASKS_STOLEN") == 0) {
          var tasks = [];
          for (i in 0..200) { tasks.add(work()); }
          all(tasks);
      }
  }
`;

describe.each(["uring", "libuv"])("on two shards, driver %s", (driver) => {
  const run = (source: string, files: Readonly<Record<string, string>> = {}, input = "") =>
    walia(["run", "--shards", "2", "--driver", driver, "a.wal"], {
      in: folderWith({ "a.wal": source, ...files }),
      input,
    });

  test("results come back from where tasks have gone", async () => {
    const { code, out, err } = await run(`
      ${UNTIL_STOLEN}
      share();
      async fun fib(n) { if (n < 12) { slow(n) } else { var a = fib(n - 1); var b = fib(n - 2); (await a) + (await b) } }
      fun slow(n) if (n < 2) n else slow(n - 1) + slow(n - 2);
      print await fib(22);
    `);
    expect({ code, out, err }).toEqual({ code: 0, out: "17711\n", err: "" });
  });

  test("constants have their values wherever they are read", async () => {
    const { code, out, err } = await run(`
      ${UNTIL_STOLEN}
      const size = num("20") + 1;
      const twice = fun(n) n * 2;
      const log = Channel(1000);
      share();
      async fun uses(n) { spin(20000); log.send(twice(size)); size + n }
      var tasks = [];
      for (i in 0..100) { tasks.add(uses(i)); }
      print all(tasks).sum();
      print log.receive();
    `);
    expect({ code, out, err }).toEqual({ code: 0, out: "7050\n42\n", err: "" });
  });

  test("channels, atomics and futures mean the same everywhere", async () => {
    const { code, out, err } = await run(`
      ${UNTIL_STOLEN}
      async fun produce(channel, counter, name) {
          for (i in 0..200) { channel.send([name, i]); counter.add(1); spin(500); }
          true
      }
      async fun consume(channel) {
          var last = Map();
          var seen = 0;
          for (i in 0..800) {
              var item = channel.receive();
              if (last.get(item.get(0)) != nil) { assert(last.get(item.get(0)) == item.get(1) - 1, "order"); }
              last.set(item.get(0), item.get(1));
              seen = seen + 1;
          }
          seen
      }
      share();
      fun main() {
          var channel = Channel(3);
          var counter = Atomic(0);
          var senders = ["a", "b", "c", "d"].map(name => produce(channel, counter, name));
          var seen = consume(channel);
          all(senders);
          print all([seen]).get(0);
          print counter.get();
      }
      main();
    `);
    expect({ code, out, err }).toEqual({ code: 0, out: "800\n800\n", err: "" });
  });

  test("lines stay whole, and each task's in their order", async () => {
    const { code, out } = await run(`
      ${UNTIL_STOLEN}
      async fun tell(name) { for (i in 0..500) { print name.repeat(150) + " " + str(i); if (i % 50 == 0) { spin(3000); } } true }
      share();
      all(["a", "b", "c", "d"].map(name => tell(name)));
    `);
    expect(code).toBe(0);
    const lines = out.split("\n").slice(0, -1);
    for (const name of "abcd") {
      const own = lines.filter((line) => line.startsWith(name));
      expect(own).toEqual(Array.from({ length: 500 }, (_, i) => `${name.repeat(150)} ${i}`));
    }
    expect(lines).toHaveLength(2000);
  });

  test("a task reads, writes and connects wherever it runs", async () => {
    const { code, out, err } = await run(
      `
      ${UNTIL_STOLEN}
      async fun copy(i) {
          spin(20000);
          var text = io_read("in.txt");
          io_write("out" + str(i) + ".txt", text);
          io_read("out" + str(i) + ".txt").length()
      }
      async fun echo(listener) {
          var socket = net_accept(listener);
          net_write(socket, net_read(socket));
          net_close(socket);
      }
      async fun call(port) {
          spin(20000);
          var socket = net_connect("127.0.0.1", port);
          net_write(socket, "hello");
          var reply = net_read(socket).text();
          net_close(socket);
          reply
      }
      share();
      fun main() {
          var tasks = [];
          for (i in 0..40) { tasks.add(copy(i)); }
          print all(tasks).sum();
          var port = 20000 + time_now() % 20000;
          var listener = net_listen(port);
          var calls = [];
          for (i in 0..20) { echo(listener); calls.add(call(port)); }
          print all(calls).join("").length();
          print input();
      }
      main();
      `,
      { "in.txt": "twelve bytes" },
      "a line\n",
    );
    expect({ code, out, err }).toEqual({ code: 0, out: "480\n100\na line\n", err: "" });
  });

  test("a fault somewhere is the fault of whoever awaits it, with its trace", async () => {
    const { code, err } = await run(`
      ${UNTIL_STOLEN}
      async fun fails(n) { spin(20000); var m = if (n == 77) nil.length() else n; m }
      share();
      fun main() {
          var tasks = [];
          for (i in 0..100) { tasks.add(fails(i)); }
          all(tasks);
      }
      main();
    `);
    expect(code).toBe(70);
    expect(err).toMatch(/^fault NilAccess: .*\n {2}at fails \(a\.wal:\d+:\d+\)/);
  });

  test("a fault that nobody awaits is reported once", async () => {
    const { code, out, err } = await run(`
      ${UNTIL_STOLEN}
      async fun fails() { spin(20000); nil.length() }
      share();
      for (i in 0..8) { fails(); }
      print "started";
    `);
    expect({ code, out }).toEqual({ code: 70, out: "started\n" });
    expect(err.match(/^fault NilAccess/gm)).toHaveLength(8);
  });

  test("exit ends the program from any shard, and what was printed before is there", async () => {
    const { code, out, err } = await run(`
      ${UNTIL_STOLEN}
      async fun leaves(n) { spin(20000); if (n == 150) { print "leaving"; exit(3); } true }
      share();
      fun main() {
          var tasks = [];
          for (i in 0..200) { tasks.add(leaves(i)); }
          all(tasks);
          sleep(100000);
      }
      main();
    `);
    expect({ code, out, err }).toEqual({ code: 3, out: "leaving\n", err: "" });
  });

  test("variables of the program change at home, whoever asks for it", async () => {
    const { code, out, err } = await run(`
      ${UNTIL_STOLEN}
      var total = 0;
      async fun bump(n) { total = total + n; true }
      async fun spread(n) { spin(5000); await bump(n) }
      share();
      fun main() {
          var tasks = [];
          for (i in 0..300) { tasks.add(spread(1)); }
          all(tasks);
          print total;
      }
      main();
    `);
    expect({ code, out, err }).toEqual({ code: 0, out: "300\n", err: "" });
  });

  test("connections wait while as many tasks live as are allowed", async () => {
    const { code, out, err } = await walia(["run", "--shards", "2", "--driver", driver, "--max-tasks", "8", "a.wal"], {
      in: folderWith({
        "a.wal": `
          var most = 0;
          async fun serve(socket) {
              var live = walia_metrics().get("TASKS_LIVE");
              if (live > most) { most = live; }
              sleep(20);
              net_write(socket, "done");
              net_close(socket);
          }
          async fun server(listener, n) { for (i in 0..n) { serve(net_accept(listener)); } }
          fun main() {
              var port = 20000 + time_now() % 20000;
              var listener = net_listen(port);
              server(listener, 40);
              var sockets = [];
              for (i in 0..40) { sockets.add(net_connect("127.0.0.1", port)); }
              print sockets.map(socket => net_read(socket).text()).join("").length();
              print most <= 8;
          }
          main();
        `,
      }),
    });
    expect({ code, out, err }).toEqual({ code: 0, out: "160\ntrue\n", err: "" });
  });

  test("a signal ends it, and one that it waits for does not", async () => {
    const folder = folderWith({
      "waits.wal": 'async fun tell() { print "ready"; } tell(); sleep(100000);',
      "hears.wal":
        'async fun hear() { perform "SIGNAL" { name: "SIGTERM" }; print "heard"; exit(5); } hear(); while (walia_metrics().SUBMISSIONS == 0) sleep(1); perform "SIGNAL" { name: "SIGWINCH" }; print "ready"; sleep(100000);',
    });
    const waits = startWalia(["run", "--shards", "2", "--driver", driver, "waits.wal"], { in: folder });
    await waits.line();
    waits.child.kill("SIGINT");
    expect((await waits.ended).signal).toBe("SIGINT");
    const hears = startWalia(["run", "--shards", "2", "--driver", driver, "hears.wal"], { in: folder });
    // Signals are asked for in order, and this one harms nobody who does not wait for it: once it is heard, the other is waited for.
    const poking = setInterval(() => hears.child.kill("SIGWINCH"), 20);
    await hears.line();
    clearInterval(poking);
    hears.child.kill("SIGTERM");
    const { code, out } = await hears.ended;
    expect({ code, out }).toEqual({ code: 5, out: "ready\nheard\n" });
  });
});

describe("the command line", () => {
  test.each([
    [["--shards", "0"], "--shards is a whole number from 1 to 64, not 0"],
    [["--shards", "many"], "--shards is a whole number from 1 to 64, not many"],
    [["--shards=1000"], "--shards is a whole number from 1 to 64, not 1000"],
    [["--driver", "kqueue"], "--driver is uring or libuv, not kqueue"],
  ])("%j is refused", async (options, message) => {
    const { code, err } = await walia(["run", ...options, "a.wal"], { in: folderWith({ "a.wal": "print 1;" }) });
    expect({ code, err: err.split("\n")[0] }).toEqual({ code: 64, err: `walia: ${message}` });
  });

  test("--verbose says what was chosen, in one line", async () => {
    const folder = folderWith({ "a.wal": "print 1;" });
    const { code, out, err } = await walia(["run", "--verbose", "--shards", "2", "--driver", "libuv", "a.wal"], {
      in: folder,
    });
    expect({ code, out, err }).toEqual({ code: 0, out: "1\n", err: "walia: driver libuv (asked for), cores 2\n" });
  });
});

describe("a recursion that would take years lets others run", () => {
  const run = (source: string, ...options: readonly string[]) =>
    walia(["run", ...options, "a.wal"], {
      in: folderWith({ "a.wal": `fun years(n) if (n == 0) 0 else years(n - 1) + years(n - 1);\n${source}` }),
    });

  test("a timer, on the only core", async () => {
    const source = `async fun late() { sleep(20); print "late"; exit(3); } late(); years(50);`;
    expect(await run(source, "--shards", "1", "--no-wld")).toMatchObject({ code: 3, out: "late\n", err: "" });
  });

  test("what is to be on the disk first, and tasks on the other core", async () => {
    const source = `async fun busy() { years(50) }
      async fun keeps() { sleep(20); checkpoint(); print "kept"; exit(3); } busy(); busy(); busy(); keeps();`;
    expect(await run(source, "--shards", "2")).toMatchObject({ code: 3, out: "kept\n", err: "" });
  });
});
