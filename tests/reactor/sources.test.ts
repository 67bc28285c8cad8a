// Sources of hardware-port events, asked directly: real FIFOs, files and sockets, and a gpiomon of our own on the PATH.

import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DriverError, READ, type Source, type SourceHandle } from "../../runtime/reactor/drivers/driver.ts";
import { type Asking, asking, settle } from "./asking.ts";
import { onEachDriver } from "./drivers.ts";

onEachDriver((on) => {
  let io: Asking;
  let folder: string;
  const PATH = process.env.PATH;

  beforeEach(() => {
    io = asking(on.make());
    folder = mkdtempSync(join(tmpdir(), "walia-sources-"));
  });
  afterEach(() => {
    io.driver.close();
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  function open(source: Source): SourceHandle {
    const handle = io.driver.source(source);
    if (handle instanceof DriverError) throw new Error(`${handle.code}: ${handle.text}`);
    return handle;
  }

  describe("fifo", () => {
    function fifo(): { path: string; handle: SourceHandle } {
      const path = join(folder, "power");
      execFileSync("mkfifo", [path]);
      return { path, handle: open({ kind: "fifo", path }) };
    }

    test("each chunk is an event, and a writer that goes away ends nothing", async () => {
      const { path, handle } = fifo();
      for (const word of ["on", "off", "on again"]) {
        const event = io.bytes(handle);
        writeFileSync(path, word); // opens, writes and closes: the last writer is gone each time
        expect(await event).toBe(word);
      }
      const tag = io.submit((each) => handle.read(each, 10, 0));
      await settle();
      expect(io.results.has(tag)).toBe(false);
    });

    test("what is written while nobody reads is there for the next read", async () => {
      const { path, handle } = fifo();
      writeFileSync(path, "early");
      await settle();
      expect(await io.bytes(handle)).toBe("early");
      writeFileSync(path, "later");
      expect(await io.ask((tag) => handle.ready(tag, READ))).toBe(READ);
      expect(await io.bytes(handle)).toBe("later");
    });

    test("a path that is missing or no FIFO says how to make one", () => {
      const path = join(folder, "none");
      expect(io.driver.source({ kind: "fifo", path })).toEqual(
        new DriverError("ENOENT", `${path} does not exist; make it with: mkfifo ${path}`),
      );
      writeFileSync(path, "");
      expect(io.driver.source({ kind: "fifo", path })).toMatchObject({ code: "EINVAL" });
    });
  });

  describe("file", () => {
    function file(content: string): { path: string; handle: SourceHandle } {
      const path = join(folder, "temp");
      writeFileSync(path, content);
      return { path, handle: open({ kind: "file", path }) };
    }

    test("a change of the content is an event; writing the same again is none", async () => {
      const { path, handle } = file("20");
      const event = io.bytes(handle);
      await settle();
      writeFileSync(path, "20", { flag: "r+" });
      await settle();
      writeFileSync(path, "25", { flag: "r+" });
      expect(await event).toBe("25");
      const next = io.bytes(handle);
      appendFileSync(path, ".5");
      expect(await next).toBe("25.5");
    });

    test("a file replaced under its name is watched on", async () => {
      const { path, handle } = file("old");
      const event = io.bytes(handle);
      await settle(); // A uring driver has another thread watch it.
      writeFileSync(`${path}.new`, "new");
      renameSync(`${path}.new`, path);
      expect(await event).toBe("new");
      const next = io.bytes(handle);
      await settle();
      writeFileSync(path, "newer");
      expect(await next).toMatch(/^newer$|^$/);
    });

    test("it has a value at any time, and can be written", async () => {
      const { path, handle } = file("20");
      expect(await io.text((tag) => handle.current(tag))).toBe("20");
      expect(await io.ask((tag) => handle.write(tag, "31", 0))).toBe(2);
      expect(readFileSync(path, "utf8")).toBe("31");
    });

    test("a file that is missing or vanishes is an error", async () => {
      const missing = open({ kind: "file", path: join(folder, "none") });
      expect(await io.ask((tag) => missing.read(tag, 10, 0))).toMatchObject({ code: "ENOENT" });
      const { path, handle } = file("20");
      const event = io.ask((tag) => handle.read(tag, 10, 0));
      await settle();
      unlinkSync(path);
      expect(await event).toMatchObject({ code: "ENOENT" });
    });
  });

  describe("unix", () => {
    const dial = (path: string): Promise<Socket> =>
      new Promise((resolve, reject) => {
        const socket = connect(path, () => resolve(socket));
        socket.on("error", reject);
      });

    const destroyed = (socket: Socket): boolean => socket.destroy().destroyed;

    test("nobody listens at the path: we do, and take everybody who comes", async () => {
      const path = join(folder, "x.sock");
      const handle = open({ kind: "unix", path });
      const event = io.bytes(handle);
      await expect.poll(() => existsSync(path)).toBe(true);
      const [one, two] = [await dial(path), await dial(path)];
      one.write("from one");
      expect(await event).toBe("from one");
      const next = io.bytes(handle);
      one.destroy();
      two.write("from two");
      expect(await next).toBe("from two");
      const answer = new Promise((resolve) => two.once("data", (chunk) => resolve(String(chunk))));
      expect(await io.ask((tag) => handle.write(tag, "to all", 0))).toBe(6);
      expect(await answer).toBe("to all");
      two.destroy();
      handle.close();
    });

    test("somebody listens: we dial; when they go, that is an error", async () => {
      const path = join(folder, "x.sock");
      let peer: Socket | null = null;
      const server = createServer((socket) => {
        peer = socket;
        socket.write("hello");
      }).listen(path);
      await new Promise((resolve) => server.once("listening", resolve));
      const handle = open({ kind: "unix", path });
      expect(await io.bytes(handle)).toBe("hello");
      const event = io.ask((tag) => handle.read(tag, 10, 0));
      (peer as Socket | null)?.destroy();
      expect(await event).toMatchObject({ code: "EPIPE" });
      server.close();
    });

    test("a socket file that nobody serves any more is replaced; another file is left alone", async () => {
      const path = join(folder, "x.sock");
      const serve = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
      spawnSync(process.execPath, ["-e", serve]);
      expect(existsSync(path)).toBe(true);
      const handle = open({ kind: "unix", path });
      const event = io.bytes(handle);
      await expect.poll(() => dial(path).then(destroyed, () => false)).toBe(true);
      (await dial(path)).end("served again");
      expect(await event).toBe("served again");
      const file = join(folder, "letter");
      writeFileSync(file, "dear reader");
      const wrong = open({ kind: "unix", path: file });
      expect(await io.ask((tag) => wrong.read(tag, 10, 0))).toMatchObject({ code: "ECONNREFUSED" });
      expect(readFileSync(file, "utf8")).toBe("dear reader");
    });
  });

  describe("gpio", () => {
    /** Puts a program on the PATH that acts as gpiomon, gpioget and gpioset and notes how it was called. */
    function tools(help: string, script: string): void {
      for (const tool of ["gpiomon", "gpioget", "gpioset"]) {
        const path = join(folder, tool);
        const lines = [
          "#!/bin/sh",
          `echo "${tool} $*" >> ${folder}/calls`,
          `if [ "$1" = "--help" ]; then echo "${help}"; exit 0; fi`,
          tool === "gpiomon" ? script : tool === "gpioget" ? "echo 1" : "",
        ];
        writeFileSync(path, lines.join("\n"));
        chmodSync(path, 0o755);
      }
      process.env.PATH = `${folder}${delimiter}${PATH}`;
    }
    const calls = (): string[] => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    const line = { kind: "gpio", chip: "/dev/gpiochip0", line: "4" } as const;

    test("each line of gpiomon is an event, with libgpiod 2", async () => {
      tools("Usage: gpiomon [OPTIONS] <line>...  -c, --chip <chip>", "echo rising; echo falling; exec sleep 60");
      const handle = open(line);
      expect(await io.bytes(handle)).toBe("rising");
      expect(await io.bytes(handle)).toBe("falling");
      expect(await io.text((tag) => handle.current(tag))).toBe("1");
      expect(await io.ask((tag) => handle.write(tag, "1", 0))).toBe(1);
      expect(calls()).toEqual([
        "gpiomon --help",
        "gpiomon --format=%E --chip /dev/gpiochip0 4",
        "gpioget --numeric --chip /dev/gpiochip0 4",
        "gpioset --chip /dev/gpiochip0 --toggle 0 4=1",
      ]);
    });

    test("and with libgpiod 1, whose edges are numbers", async () => {
      tools(
        "Usage: gpiomon [OPTIONS] <chip name/number> <offset 1>  -b, --line-buffered",
        "echo 1; echo 0; exec sleep 60",
      );
      const handle = open(line);
      expect(await io.bytes(handle)).toBe("rising");
      expect(await io.bytes(handle)).toBe("falling");
      expect(await io.ask((tag) => handle.write(tag, "0", 0))).toBe(1);
      expect(calls().slice(1)).toEqual([
        "gpiomon --line-buffered --format=%e /dev/gpiochip0 4",
        "gpioset /dev/gpiochip0 4=0",
      ]);
    });

    test("a gpiomon that gives up says why; one that is missing says what to install", async () => {
      tools("--chip", 'echo "cannot open the chip" >&2; exit 1');
      const handle = open(line);
      expect(await io.ask((tag) => handle.read(tag, 10, 0))).toEqual(new DriverError("EIO", "cannot open the chip"));
      process.env.PATH = join(folder, "empty");
      const without = open(line);
      expect(await io.ask((tag) => without.read(tag, 10, 0))).toEqual(
        new DriverError("ENOENT", "the program gpiomon is missing; install it with: apt install gpiod"),
      );
    });
  });
});
