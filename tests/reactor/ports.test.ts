// Hardware ports and their monitors, with a driver by hand; and the "ports" of walia.json.

import { describe, expect, test } from "vitest";
import type { Value } from "../../runtime/engine/values.ts";
import { DriverError } from "../../runtime/reactor/drivers/driver.ts";
import { parsePorts, parseSource } from "../../runtime/reactor/sources.ts";
import { ask, bench, Performed, type Script } from "./scripted.ts";

const PORTS = new Map([
  [0x80, "fifo:/run/power"],
  [0x81, "file:/sys/temp"],
]);
const bytes = (text: string): Uint8Array => Buffer.from(text);

function scene() {
  const b = bench({ ports: PORTS });
  const seen: string[] = [];
  return {
    ...b,
    seen,
    /** The program's handler for IO_READ: notes the event, and yields what `answer` says. */
    handle(answer: (data: string) => Value) {
      b.engine.onRead = function* (payload): Script {
        yield ask("yield");
        const data = Buffer.from(payload.data as Uint8Array).toString();
        seen.push(`${payload.target} ${data}`);
        return answer(data);
      };
      b.reactor.handlerInstalled(b.engine.programHandler("IO_READ")!);
    },
    event(what: string, text: string) {
      b.driver.complete(what, bytes(text));
      b.driver.run();
    },
  };
}

function* watching(...ports: number[]): Script {
  for (const port of ports) yield ask("monitor", { port, events: 1 });
  return;
}

describe("monitors", () => {
  test("each event is handled, in order, one at a time, until the handler says false", async () => {
    const s = scene();
    s.handle((data) => data !== "stop");
    s.start(() => watching(0x80, 0x81));
    s.event("read fifo", "on");
    s.event("read file", "20");
    s.event("read fifo", "off");
    expect(s.seen).toEqual(["128 on", "129 20", "128 off"]);
    expect(s.driver.isClosed).toBe(false);
    s.event("read fifo", "stop");
    s.event("read file", "stop");
    expect(s.driver.submitted.size).toBe(0);
    expect(await s.exitCode()).toBe(0);
  });

  test("an event before there is a handler waits for it", () => {
    const s = scene();
    s.start(function* () {
      yield ask("monitor", { port: 0x80, events: 1 });
      yield ask("TIMER", { ms: 100 });
      s.handle(() => true);
      yield ask("TIMER", { ms: 100 });
      return;
    });
    s.event("read fifo", "early");
    expect(s.seen).toEqual([]);
    s.driver.pass(150);
    expect(s.seen).toEqual(["128 early"]);
  });

  test("without a handler when the program's code has ended, the event is a fault", async () => {
    const s = scene();
    s.start(() => watching(0x80));
    s.event("read fifo", "lost");
    expect(s.faults).toEqual([
      'UnhandledEffect: port 0x80 (fifo:/run/power) has an event, but the program has no handler for "IO_READ" at its top level',
    ]);
    expect(await s.exitCode()).toBe(70);
  });

  test("nil and a fault keep it watching; the fault is reported", () => {
    const s = scene();
    s.handle((data) => {
      if (data === "bad") throw new Performed("FAULT", { kind: "TypeError", message: "no" });
      return undefined;
    });
    s.start(() => watching(0x80));
    s.event("read fifo", "bad");
    s.event("read fifo", "good");
    expect(s.faults).toEqual(["TypeError: no"]);
    expect(s.seen).toEqual(["128 bad", "128 good"]);
    expect([...s.driver.submitted.values()]).toEqual(["read fifo"]);
  });

  test("an error of the source ends the monitor and is reported", async () => {
    const s = scene();
    s.handle(() => true);
    s.start(() => watching(0x81));
    s.driver.fail("read file", new DriverError("ENOENT", "no such file or directory"));
    s.driver.run();
    expect(s.faults).toEqual(["IoError: port 0x81 (file:/sys/temp) failed: no such file or directory (ENOENT)"]);
    expect(await s.exitCode()).toBe(70);
  });

  test("watching twice is watching once, and the port can be read and written beside it", () => {
    const s = scene();
    s.handle(() => true);
    s.start(function* () {
      yield* watching(0x81, 0x81);
      const value = yield ask("port_read", { port: 0x81 });
      s.seen.push(`value ${Buffer.from(value as Uint8Array)}`);
      s.seen.push(`wrote ${yield ask("port_write", { port: 0x81, value: 42 })}`);
      return;
    });
    expect([...s.driver.submitted.values()]).toEqual(["read file", "current file"]);
    s.event("current file", "20");
    s.driver.complete("write file", 2);
    s.driver.run();
    expect(s.seen).toEqual(["value 20", "wrote 2"]);
  });

  test("reading a port without a value waits its turn behind the monitor", () => {
    const s = scene();
    s.handle(() => true);
    s.start(function* () {
      yield* watching(0x80);
      s.seen.push(`read ${Buffer.from((yield ask("IO_READ", { target: 0x80 })) as Uint8Array)}`);
      return;
    });
    expect([...s.driver.submitted.values()]).toEqual(["read fifo"]);
    s.event("read fifo", "first");
    s.event("read fifo", "second");
    expect(s.seen).toEqual(["128 first", "read second"]);
  });

  test("an unbound port is a fault that shows the line to add", () => {
    const s = scene();
    s.start(() => watching(0x99));
    expect(s.faults).toEqual([
      'IoError: io_monitor: port 0x99 is not bound to a source; add to walia.json: { "ports": { "0x99": "fifo:/path/of/a/fifo" } }',
    ]);
  });
});

describe("walia.json", () => {
  test("binds ports to sources, relative paths from its own folder", () => {
    const text = JSON.stringify({
      ports: {
        "0x80": "fifo:run/power",
        "129": "file:/sys/temp",
        "0X82": "unix:x.sock",
        "0x83": "gpio:/dev/gpiochip0/4",
      },
    });
    const { ports, errors } = parsePorts(text, "/project");
    expect(errors).toEqual([]);
    expect([...ports].sort(([a], [b]) => a - b)).toEqual([
      [128, "fifo:/project/run/power"],
      [129, "file:/sys/temp"],
      [130, "unix:/project/x.sock"],
      [131, "gpio:/dev/gpiochip0/4"],
    ]);
    expect(parseSource("gpio:/dev/gpiochip0/4")).toEqual({ kind: "gpio", chip: "/dev/gpiochip0", line: "4" });
  });

  test("says what is wrong with each, and binds the others", () => {
    const { ports, errors } = parsePorts(
      JSON.stringify({
        ports: {
          power: "fifo:/a",
          "0x80": "fifo:/a",
          "128": "fifo:/b",
          "2": 5,
          "3": "serial:/dev/x",
          "4": "gpio:/dev/chip",
          "5": "fifo:",
        },
      }),
      "/",
    );
    expect([...ports.keys()]).toHaveLength(1);
    expect(errors).toEqual([
      '"ports": the source of "2" must be a string, "fifo:PATH", "file:PATH", "unix:PATH" or "gpio:CHIP/LINE"',
      '"ports": "serial:/dev/x" is not a source for "3"; write "fifo:PATH", "file:PATH", "unix:PATH" or "gpio:CHIP/LINE"',
      '"ports": "gpio:/dev/chip" is not a source for "4"; write "fifo:PATH", "file:PATH", "unix:PATH" or "gpio:CHIP/LINE"',
      '"ports": "fifo:" is not a source for "5"; write "fifo:PATH", "file:PATH", "unix:PATH" or "gpio:CHIP/LINE"',
      '"ports": "power" is not a port number; write it as "0x80" or "128"',
      '"ports": "0x80" is bound twice',
    ]);
  });

  test("a file that is no object, or no JSON, binds nothing", () => {
    expect(parsePorts("{}", "/")).toEqual({ ports: new Map(), errors: [] });
    expect(parsePorts("[]", "/").errors).toEqual(["it must hold an object: { … }"]);
    expect(parsePorts('{ "ports": [] }', "/").errors).toEqual([
      '"ports" must be an object: { "0x80": "fifo:/run/power" }',
    ]);
    expect(parsePorts("{", "/").errors[0]).toMatch(/^not valid JSON: /);
    expect(parsePorts('{ "ports": { "__proto__": "fifo:/a" } }', "/").errors).toHaveLength(1);
  });
});
