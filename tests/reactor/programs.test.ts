// Whole programs on the real drivers: what LANGUAGE.md says of tasks and the reactor, as a program sees it.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Ran, type RunOptions, runWalia } from "../run.ts";
import { onEachDriver } from "./drivers.ts";

onEachDriver((on) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "walia-programs-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (source: string, options: RunOptions = {}): Promise<Ran> =>
    runWalia(source, { ...options, driver: on.makeCapturing() });

  /** Lines that a program prints; it must end well. */
  async function lines(source: string, options: RunOptions = {}): Promise<string[]> {
    const ran = await run(source, options);
    expect(ran).toMatchObject({ faults: "", exitCode: 0 });
    return ran.output.trimEnd().split("\n");
  }

  /** A port that nobody uses now. */
  async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  /** Connects as soon as somebody listens. */
  async function dial(port: number): Promise<Socket> {
    for (let tries = 0; tries < 500; tries++) {
      const socket = await new Promise<Socket | null>((resolve) => {
        const trying = connect(port, "127.0.0.1", () => resolve(trying));
        trying.on("error", () => resolve(null));
      });
      if (socket !== null) return socket;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`nobody listens on ${port}`);
  }

  function allFrom(socket: Socket): Promise<string> {
    return new Promise((resolve) => {
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text));
    });
  }

  describe("tasks", () => {
    test("sleep sorts", async () => {
      const source = `
      async fun later(n) { sleep(n); print n; n }
      var all_of_them = [200, 10, 100].map(n => later(n));
      print all(all_of_them);
    `;
      expect(await lines(source)).toEqual(["10", "100", "200", "[200, 10, 100]"]);
    });

    test("race, any, timeout and cancel", async () => {
      const source = `
      async fun slow(name, ms) {
        handle "CANCELLED" { print name + " cancelled"; perform "CANCELLED" }
        sleep(ms);
        name
      }
      async fun bad() { [].set(1, 2) }
      print race([slow("a", 200), slow("b", 5)]);
      print any([bad(), slow("c", 5)]);
      handle "FAULT" { resume(effect.continuation, effect.kind) }
      print timeout(slow("d", 10000), 10);
      var e = slow("e", 10000);
      yield_now();
      cancel(e);
      print await e;
      exit(0);
    `;
      expect(await lines(source)).toEqual(["b", "c", "LimitExceeded", "d cancelled", "e cancelled", "Cancelled"]);
    });

    test("tasks share nothing but channels: a list is copied on its way", async () => {
      const source = `
      var channel = Channel(1);
      async fun producer(list) { for (i in 0..3) { list.add(i); channel.send(list); } channel.close(); list }
      async fun run() {
        var mine = [9];
        var future = producer(mine);
        var got = channel.receive();
        while (got != nil) { got.add("x"); print got; got = channel.receive(); }
        print mine;
        print await future;
      }
      run();
    `;
      expect(await lines(source)).toEqual(
        ["[9, 0, x]", "[9, 0, 1, x]", "[9, 0, 1, 2, x]", "[9]", "[9, 0, 1, 2]"].map((line) =>
          line.replaceAll("x", '"x"'),
        ),
      );
    });

    test("a long computation does not keep a timer from coming", async () => {
      const source = `
      var stop = Atomic(0);
      async fun alarm() { sleep(20); stop.set(1); }
      alarm();
      var n = 0;
      while (stop.get() == 0) n = n + 1;
      print n > 1000;
    `;
      expect(await lines(source)).toEqual(["true"]);
    });

    test("a fault that nobody awaits ends its task only, and the exit code is 70", async () => {
      const ran = await run(`
      async fun bad() { nil.name }
      bad();
      sleep(10);
      print "still here";
    `);
      expect(ran.output).toBe("still here\n");
      expect(ran.faults).toMatch(/NilAccess/);
      expect(ran.exitCode).toBe(70);
    });

    test("waiting for what cannot happen is a fault", async () => {
      const ran = await run("Channel(0).receive();");
      expect(ran.faults).toMatch(/Deadlock: "receive" waits/);
      expect(ran.exitCode).toBe(70);
    });
  });

  describe("files", () => {
    test("what is written is read back, whole and in pieces", async () => {
      const path = JSON.stringify(join(folder, "notes.txt"));
      const source = `
      print io_write(${path}, "größe: 10\\nfarbe: rot\\n");
      var out = file_open(${path}, "a");
      file_write(out, "ende");
      perform "IO_SYNC" { fd: out };
      file_close(out);
      print io_read(${path}).text();
      var f = file_open(${path});
      print file_read(f, 3).text();
      print perform "IO_WAIT" { target: f } == WLD_EVENT_READ;
      file_close(f);
      print io_exists(${path});
      print io_exists(${path} + "x");
    `;
      const expected = ["23", "größe: 10", "farbe: rot", "ende", "gr\u00f6", "true", "true", "false"];
      expect((await lines(source)).map((line) => line.replace("gr\ufffd", "grö"))).toEqual(expected);
    });

    test("a file that is missing is an IoError with its code, which a handler may mend", async () => {
      const path = JSON.stringify(join(folder, "none"));
      const source = `
      handle "FAULT" { print effect.kind + " " + effect.code; print effect.message; resume(effect.continuation, -1) }
      print file_open(${path});
    `;
      const [kind, message, value] = await lines(source);
      expect(kind).toBe("IoError ENOENT");
      expect(message).toBe(`IO_OPEN of ${path} failed: no such file or directory (ENOENT)`);
      expect(value).toBe("-1");
    });
  });

  describe("the network", () => {
    const echo = (port: number): string => `
    async fun serve(socket) {
      var data = net_read(socket);
      while (data != nil) { net_write(socket, data); data = net_read(socket); }
      net_close(socket);
    }
    async fun listen(listener, n) { for (i in 0..n) serve(net_accept(listener)); net_close(listener); }
    var listener = net_listen(${port}, "127.0.0.1");
  `;

    test("an echo server and its clients, both in Walia", async () => {
      const port = await freePort();
      const source = `
      ${echo(port)}
      listen(listener, 20);
      async fun client(i) {
        var socket = net_connect("127.0.0.1", ${port});
        var total = 0;
        for (round in 0..10) {
          net_write(socket, "client " + i);
          total = total + net_read(socket).length();
        }
        net_close(socket);
        total
      }
      print all([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(i => client(i))).sum();
      print all([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(i => client(i))).sum();
    `;
      expect(await lines(source)).toEqual(["800", "800"]);
    });

    test("a megabyte through the echo server, to a peer that closes its half", async () => {
      const port = await freePort();
      const running = lines(`${echo(port)} await listen(listener, 1); print "served";`);
      const peer = await dial(port);
      const text = "0123456789abcdef".repeat(65_536);
      const back = allFrom(peer);
      peer.end(text);
      expect((await back) === text).toBe(true);
      expect(await running).toEqual(["served"]);
    });

    test("a peer that resets is a fault of the task that serves it, and of no other", async () => {
      const port = await freePort();
      const running = run(`
      async fun serve(socket) {
        handle "FAULT" { print effect.code + " on " + (effect.fd == socket); nil }
        net_write(socket, net_read(socket));
        net_read(socket);
        print "good peer";
      }
      async fun run() {
        var listener = net_listen(${port}, "127.0.0.1");
        var bad = serve(net_accept(listener));
        await bad;
        await serve(net_accept(listener));
      }
      run();
    `);
      const bad = await dial(port);
      bad.write("x");
      bad.once("data", () => bad.resetAndDestroy());
      const good = await dial(port);
      good.end("fine");
      expect(await running).toEqual({ output: "ECONNRESET on true\ngood peer\n", faults: "", exitCode: 0 });
    });

    test("a port in use and a refused connection are faults with their codes", async () => {
      const port = await freePort();
      const source = `
      handle "FAULT" { print effect.message; resume(effect.continuation, nil) }
      var a = net_listen(${port}, "127.0.0.1");
      net_listen(${port}, "127.0.0.1");
      net_close(a);
      net_connect("127.0.0.1", ${port});
      net_read(a);
    `;
      expect(await lines(source)).toEqual([
        `IO_LISTEN on port ${port} failed: address already in use (EADDRINUSE)`,
        `IO_CONNECT to 127.0.0.1:${port} failed: connection refused (ECONNREFUSED)`,
        "IO_READ on descriptor 3 failed: no such descriptor is open (EBADF)",
      ]);
    });

    test("closing a descriptor wakes the task that reads it", async () => {
      const port = await freePort();
      const source = `
      async fun reader(listener) {
        handle "FAULT" { "woken by " + effect.code }
        net_accept(listener)
      }
      var listener = net_listen(${port}, "127.0.0.1");
      var future = reader(listener);
      sleep(5);
      net_close(listener);
      print await future;
    `;
      expect(await lines(source)).toEqual(["woken by ECANCELED"]);
    });

    test("net_get talks to a real server", async () => {
      const { createServer: createHttp } = await import("node:http");
      const server = createHttp((request, response) => response.end(`you asked for ${request.url}`)).listen(
        0,
        "127.0.0.1",
      );
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { port: number };
      expect(
        await lines(`var page = net_get("http://127.0.0.1:${port}/a?b=1"); print page.status; print page.text;`),
      ).toEqual(["200", "you asked for /a?b=1"]);
      await new Promise((resolve) => server.close(resolve));
    });
  });

  describe("signals and standard input", () => {
    test("a signal wakes everybody who waits for it", async () => {
      const running = lines(`
      async fun waits(n) { perform "SIGNAL" { name: "SIGUSR2" }; print "signal " + n; }
      var both = [waits(1), waits(2)];
      all(both);
    `);
      await expect.poll(() => process.listenerCount("SIGUSR2")).toBe(1);
      process.kill(process.pid, "SIGUSR2");
      expect(await running).toEqual(["signal 1", "signal 2"]);
      expect(process.listenerCount("SIGUSR2")).toBe(0);
    });

    test("input yields lines, and nil at the end", async () => {
      expect(
        await lines('var line = input("name? "); print "hello " + line; print input();', { input: "Ada\n" }),
      ).toEqual(["name? hello Ada", "nil"]);
    });

    test("descriptors 1 and 2 are standard output and error, in order with print", async () => {
      const ran = await run(
        'print "a"; perform "IO_WRITE" { fd: 1, data: "b\\n" }; print "c"; perform "IO_WRITE" { fd: 2, data: "d" };',
      );
      expect(ran).toEqual({ output: "a\nb\nc\n", faults: "d", exitCode: 0 });
    });
  });

  describe("hardware ports", () => {
    /** The seed's program: two ports, a handler at the top level. */
    const sensors = `
    unsafe {
      io_monitor(0x80, WLD_EVENT_READ);
      io_monitor(0x81, WLD_EVENT_READ);
    }
    handle "IO_READ" {
      match effect.target {
        0x80 => print "Power Status Changed!",
        0x81 => print "Temperature Warning!",
      }
      resume(effect.continuation, effect.data.text().trim() != "stop");
    }
  `;

    function fifos(): { power: string; heat: string; ports: ReadonlyMap<number, string> } {
      const [power, heat] = [join(folder, "power"), join(folder, "heat")];
      execFileSync("mkfifo", [power, heat]);
      return {
        power,
        heat,
        ports: new Map([
          [0x80, `fifo:${power}`],
          [0x81, `fifo:${heat}`],
        ]),
      };
    }

    /** Writes into a FIFO as soon as somebody has it open, and waits until the text has been taken out. */
    async function feed(path: string, text: string): Promise<void> {
      for (let tries = 0; tries < 500; tries++) {
        try {
          const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
          writeSync(fd, text);
          closeSync(fd);
          await new Promise((resolve) => setTimeout(resolve, 20));
          return;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
      throw new Error(`nobody reads ${path}`);
    }

    test("the multi-sensor monitor runs its handler for each event, until it says false", async () => {
      const { power, heat, ports } = fifos();
      let ran: Ran | null = null;
      const running = run(sensors, { ports }).then((result) => {
        ran = result;
      });
      await feed(power, "on");
      await feed(heat, "90");
      await feed(power, "stop");
      await feed(heat, "stop");
      await running;
      expect(ran).toMatchObject({ faults: "", exitCode: 0 });
      expect((ran as Ran | null)?.output.trimEnd().split("\n")).toEqual([
        "Power Status Changed!",
        "Temperature Warning!",
        "Power Status Changed!",
        "Temperature Warning!",
      ]);
    });

    test("a port is read and written; an unbound one says what to add", async () => {
      const path = join(folder, "temp");
      writeFileSync(path, "21");
      const source = `
      unsafe {
        print port_read(0x81).text();
        port_write(0x81, 35);
        port_read(0x90);
      }
    `;
      const ran = await run(source, { ports: new Map([[0x81, `file:${path}`]]) });
      expect(ran.output).toBe("21\n");
      expect(readFileSync(path, "utf8")).toBe("35");
      expect(ran.faults).toMatch(/port 0x90 is not bound to a source; add to walia\.json: \{ "ports": \{ "0x90": "/);
      expect(ran.exitCode).toBe(70);
    });

    test("a socket that the port listens on is gone when the program ends", async () => {
      const path = join(folder, "x.sock");
      const running = lines(
        `unsafe { io_monitor(0x82, WLD_EVENT_READ); }
       handle "IO_READ" { print effect.data.text(); resume(effect.continuation, false); }`,
        { ports: new Map([[0x82, `unix:${path}`]]) },
      );
      await expect.poll(() => existsSync(path)).toBe(true);
      connect(path).end("through the socket");
      expect(await running).toEqual(["through the socket"]);
      expect(existsSync(path)).toBe(false);
    });
  });

  describe("a place in a file", () => {
    test("is read and written by any number of tasks at once, and moves no offset", async () => {
      const path = join(folder, "numbers");
      const out = await lines(
        `
        async fun put(file, i) { perform "IO_WRITE" { fd: file, data: str(i % 10), at: i } }
        async fun get(file, i) { num(perform "IO_READ" { fd: file, max: 1, at: i }.text()) }
        fun main(path) {
            var writing = file_open(path, "w");
            var writes = [];
            for (i in 0..500) { writes.add(put(writing, i)); }
            print all(writes).sum();
            var file = file_open(path, "r");
            var reads = [];
            for (i in 0..500) { reads.add(get(file, i)); }
            print all(reads).sum();
            print perform "IO_READ" { fd: file, max: 3 }.text();
            print perform "IO_READ" { fd: file, at: 100000 };
        }
        main(args().get(0));
        `,
        { args: [path] },
      );
      expect(out).toEqual(["500", "2250", "012", "nil"]);
    });

    test("that cannot be is a fault; so is one in what has no places, and in a file that is closed meanwhile", async () => {
      const path = join(folder, "a");
      writeFileSync(path, "abc");
      const out = await lines(
        `
        fun told(f) { handle "FAULT" { effect.kind } f() }
        async fun late(file) { told(() => perform "IO_READ" { fd: file, at: 0 }.length()) }
        fun main(path) {
            var file = file_open(path, "r");
            print told(() => perform "IO_READ" { fd: file, at: -1 });
            print told(() => perform "IO_READ" { fd: file, at: "x" });
            print told(() => perform "IO_READ" { fd: 0, at: 1 });
            var reading = late(file);
            yield_now();
            perform "IO_CLOSE" { fd: file };
            var result = all([reading]).get(0);
            print result == "IoError" or result == 3;
        }
        main(args().get(0));
        `,
        { args: [path] },
      );
      expect(out).toEqual(["TypeError", "TypeError", "TypeError", "true"]);
    });
  });
});
