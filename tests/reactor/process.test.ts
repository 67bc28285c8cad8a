// What the operating system sees of a program: no CPU while it waits, the default action of signals, an end by itself.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bundle, bundle } from "./bundle.ts";
import type { Job } from "./child.ts";
import { onEachDriver } from "./drivers.ts";

const folder = mkdtempSync(join(tmpdir(), "walia-process-"));
let child: Bundle;

beforeAll(async () => {
  child = await bundle("child.ts");
});
afterAll(() => {
  child.remove();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly output: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

onEachDriver((on) => {
  /** Starts a job; `limits`: shell commands before it. */
  function start(
    work: Omit<Job, "on">,
    limits = "",
  ): { readonly ended: Promise<Ended>; kill(signal: NodeJS.Signals): void } {
    const command = `${limits} exec ${process.execPath} --stack-size=3900 ${child.path} "$0"`;
    const started = spawn("sh", ["-c", command, JSON.stringify({ ...work, on: on.name })], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    started.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    return {
      ended: new Promise((resolve) => started.on("close", (code, signal) => resolve({ output, code, signal }))),
      kill: (signal) => started.kill(signal),
    };
  }

  test("a program that only waits uses no CPU", async () => {
    const fifo = join(folder, `${on.name}-idle`);
    execFileSync("mkfifo", [fifo]);
    const source = `
    unsafe { io_monitor(0x80, WLD_EVENT_READ); }
    handle "IO_READ" { resume(effect.continuation, true); }
    async fun on_signal() { perform "SIGNAL" { name: "SIGUSR2" }; }
    async fun on_connection() { net_accept(net_listen(0, "127.0.0.1")); }
    async fun on_message(channel) { channel.receive(); }
    on_signal();
    on_connection();
    on_message(Channel(0));
    for (i in 0..1000) sleeper();
    async fun sleeper() { sleep(3600000); }
  `;
    const { ended } = start({ source, ports: [[0x80, `fifo:${fifo}`]], measure: { span: 3000, enough: 10 } });
    const { output } = await ended;
    expect(JSON.parse(output).cpu).toBeLessThan(10);
  });

  test("a process ends by itself when its program does, whatever is still open", async () => {
    const fifo = join(folder, `${on.name}-open`);
    execFileSync("mkfifo", [fifo]);
    const source = `
    async fun served(listener) { var peer = net_accept(listener); net_write(peer, "x"); }
    async fun reads(fd) { net_read(fd); }
    async fun port() { unsafe { port_read(0x80) } }
    async fun on_signal() { perform "SIGNAL" { name: "SIGUSR2" }; }
    async fun sleeper() { sleep(3600000); }
    async fun main() {
      var listener = net_listen(${20_000 + (process.pid % 20_000)}, "127.0.0.1");
      served(listener);
      var client = net_connect("127.0.0.1", ${20_000 + (process.pid % 20_000)});
      net_read(client);
      reads(client);
      reads(listener);
      file_open("/dev/null");
      port();
      on_signal();
      sleeper();
      sleep(50);
      exit(7);
    }
    main();
  `;
    const { ended } = start({ source, ports: [[0x80, `fifo:${fifo}`]] });
    expect(await ended).toMatchObject({ code: 7, signal: null });
  });

  test("standard input that stays open does not keep a program that has read what it wanted", async () => {
    const job: Job = { source: "", readsLine: true, on: on.name };
    const reader = spawn(process.execPath, [child.path, JSON.stringify(job)], { stdio: ["pipe", "pipe", "inherit"] });
    let output = "";
    reader.stdout.on("data", (text) => {
      output += text;
    });
    reader.stdin.write("one\ntwo\nthree");
    expect(await new Promise((resolve) => reader.on("close", resolve))).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ output: "read one\n", faults: "" });
  });

  test("a signal that nobody waits for does what it always does", async () => {
    const source = `
    async fun once() { perform "SIGNAL" { name: "SIGTERM" }; }
    perform "IO_WRITE" { fd: 1, data: "" };
    await once();
    sleep(3600000);
  `;
    const started = start({ source });
    const timer = setInterval(() => started.kill("SIGTERM"), 1500);
    const ended = await started.ended;
    clearInterval(timer);
    // The first wakes the program, or comes before it has begun; a later one ends it.
    expect(ended).toMatchObject({ code: null, signal: "SIGTERM" });
  });

  test("running out of descriptors is a fault of the task that asked, and the program goes on", async () => {
    const source = `
    fun open_many() {
      handle "FAULT" { effect.kind + " " + effect.code }
      while (true) file_open("/dev/null");
    }
    print open_many();
    net_close(3);
    net_close(4);
    file_open("/dev/null");
    print "goes on";
  `;
    const { ended } = start({ source }, "ulimit -n 64;");
    const { output, code } = await ended;
    expect(JSON.parse(output)).toEqual({ output: "IoError EMFILE\ngoes on\n", faults: "", exitCode: 0 });
    expect(code).toBe(0);
  });
});
