// `walia run --telemetry` and `--metrics-port`: what they show, where, and that they change nothing else.

import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { Telemetry } from "../../runtime/cli/telemetry.ts";
import { Counters, counterMemory, watch } from "../../runtime/nexus/counters.ts";
import { folderWith, startWalia, walia } from "./command.ts";

const SLEEPERS = 'async fun f() sleep(1); for (i in 0..3) f(); print "out";';

/** The samples of a text by name and labels; throws for a line that is not of the exposition format. */
function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || /^# (HELP|TYPE) [a-z_]+ \S/.test(line)) continue;
    const [, name, value] = /^([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) ([0-9.e+-]+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`no sample: ${line}`);
    found.set(name, Number(value));
  }
  return found;
}

test("the text has every counter of every shard, and the effects that were asked for", async () => {
  const memory = counterMemory({ shards: 2, effects: ["TIMER", "IO_READ"] }, 500_000);
  watch(memory);
  const shards = [new Counters(memory, 0), new Counters(memory, 1)];
  shards[0]!.events = 700;
  shards[1]!.events = 300;
  shards[1]!.busy = 1500;
  shards[1]!.parked("TIMER");
  shards[0]!.queueLength = 7;
  let now = 501_000;
  const telemetry = new Telemetry(memory, () => now);
  const first = samples(await telemetry.text());
  expect(first.get('walia_events_total{shard="0"}')).toBe(700);
  expect(first.get('walia_events_total{shard="1"}')).toBe(300);
  expect(first.get('walia_busy_seconds_total{shard="1"}')).toBe(1.5);
  expect(first.get('walia_queue_length{shard="0"}')).toBe(7);
  expect(first.get('walia_effect_requests_total{effect="TIMER"}')).toBe(1);
  expect(first.get('walia_effect_waiting{effect="TIMER"}')).toBe(1);
  expect(first.has('walia_effect_waiting{effect="IO_READ"}')).toBe(false);
  expect(first.get("walia_event_saturation")).toBe(1000);
  expect(first.get("walia_start_time_seconds")).toBe(500);

  // Read again: totals are what they are, not what was added to the last text.
  now += 1000;
  shards[0]!.events = 710;
  shards[1]!.woken("TIMER");
  const second = samples(await telemetry.text());
  expect(second.get('walia_events_total{shard="0"}')).toBe(710);
  expect(second.get("walia_event_saturation")).toBe(10);
  expect(second.get('walia_effect_waiting{effect="TIMER"}')).toBe(0);
});

describe("--telemetry", () => {
  test("comes at the end on standard error, and leaves output and exit code alone", async () => {
    const folder = folderWith({ "a.wal": `${SLEEPERS} sleep(5); exit(3);` });
    const { out, err, code } = await walia(["run", "--telemetry", "a.wal"], { in: folder });
    expect({ out, code }).toEqual({ out: "out\n", code: 3 });
    const found = samples(err);
    expect(found.get('walia_tasks_started_total{shard="0"}')).toBe(4);
    expect(found.get('walia_effect_requests_total{effect="TIMER"}')).toBe(4);
  });

  test("comes after the fault that ends a program", async () => {
    const folder = folderWith({ "a.wal": "nil.name;" });
    const { err, code } = await walia(["run", "--telemetry", "a.wal"], { in: folder });
    expect(code).toBe(70);
    expect(err).toMatch(/^fault NilAccess.*\n# HELP walia_/s);
    expect(err).toContain('walia_faults_total{shard="0"} 1\n');
  });

  test("comes when a signal ends the program, and the signal still does", async () => {
    const folder = folderWith({
      // The task runs, and prints, when the program's own code waits.
      "a.wal": 'async fun tell() { print "ready"; } tell(); sleep(60_000);',
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const running = startWalia(["run", "--telemetry", "a.wal"], { in: folder });
      await running.line();
      running.child.kill(signal);
      const ended = await running.ended;
      expect(ended.signal).toBe(signal);
      expect(samples(ended.err).get('walia_tasks_suspended{shard="0"}')).toBe(1);
    }
  });

  test("does not take a signal away from a program that waits for it", async () => {
    const folder = folderWith({
      "a.wal":
        'async fun f() { perform "SIGNAL" { name: "SIGTERM" }; print "got it"; exit(4); } f(); sleep(10); print "ready";',
    });
    const running = startWalia(["run", "--telemetry", "a.wal"], { in: folder });
    await running.line();
    running.child.kill("SIGTERM");
    const { code, out, err } = await running.ended;
    expect({ code, out }).toEqual({ code: 4, out: "ready\ngot it\n" });
    expect(samples(err).get('walia_effect_requests_total{effect="SIGNAL"}')).toBe(1);
  });
});

describe("--metrics-port", () => {
  test("serves while the program runs, and does not keep it", async () => {
    const folder = folderWith({ "a.wal": `${SLEEPERS} perform "SIGNAL" { name: "SIGTERM" }; print "over";` });
    const running = startWalia(["run", "--metrics-port", "0", "a.wal"], { in: folder });
    const [told] = await once(running.child.stderr!, "data");
    await running.line();
    const [, url] = /^walia: metrics at (http:\S+)\n$/.exec(told) ?? [];
    const response = await fetch(url!);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(samples(await response.text()).get('walia_tasks_started_total{shard="0"}')).toBe(4);
    expect((await fetch(new URL("/", url))).status).toBe(404);
    expect((await fetch(url!, { method: "POST", body: "x" })).status).toBe(405);
    // A connection that stays open changes nothing.
    running.child.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, out: "out\nover\n" });
  });

  test("that is in use, and one that is no port, are said", async () => {
    const folder = folderWith({ "a.wal": 'print "ran";' });
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const taken = await walia(["run", `--metrics-port=${port}`, "a.wal"], { in: folder });
    other.close();
    expect(taken).toEqual({
      ...{ code: 74, signal: null, out: "" },
      err: `walia: --metrics-port ${port}: the port is in use\n`,
    });
    for (const [words, message] of [
      [["--metrics-port", "65536"], "--metrics-port is a whole number from 0 to 65535, not 65536"],
      [["--metrics-port=http"], "--metrics-port is a whole number from 0 to 65535, not http"],
      [["--metrics-port"], "--metrics-port needs a value"],
      [["--telemetry=yes", "a.wal"], "there is no option --telemetry=yes"],
    ] as const) {
      const { code, err } = await walia(["run", ...words], { in: folder });
      expect({ code, err }).toEqual({ code: 64, err: `walia: ${message}\nTry: walia help run\n` });
    }
  });

  test("options after the file's name are the program's", async () => {
    const folder = folderWith({ "a.wal": "print args();" });
    const { out, err } = await walia(["run", "a.wal", "--telemetry"], { in: folder });
    expect({ out, err }).toEqual({ out: '["--telemetry"]\n', err: "" });
  });
});
