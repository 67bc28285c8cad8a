// `walia run --nexus` on a real terminal, which util-linux's `script` makes; and without one.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { command, folderWith, walia } from "./command.ts";

const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?1049l";

interface Session {
  readonly child: ChildProcess;
  /** All that has come to the terminal. */
  readonly text: () => string;
  /** When this has come to it. */
  until(text: string): Promise<void>;
  readonly code: Promise<number | null>;
}

/** Runs a program with the display on a terminal of its own. */
function onTerminal(program: string, { options = "", redirect = "" } = {}): Session {
  const folder = folderWith({ "a.wal": program });
  const line = `stty rows 24 cols 80; '${process.execPath}' --stack-size=3900 '${command}' run --nexus ${options} a.wal ${redirect}`;
  const child = spawn("script", ["-qefc", line, "/dev/null"], {
    cwd: folder,
    env: { ...process.env, TERM: "xterm-256color", LC_ALL: "C.UTF-8", NO_COLOR: "1" },
  });
  let text = "";
  let told = (): void => undefined;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    told();
  });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    ...{ child, code, text: () => text },
    until: (wanted) =>
      new Promise((resolve) => {
        told = () => (text.includes(wanted) ? resolve() : undefined);
        told();
      }),
  };
}

describe.runIf(hasScript)("on a terminal", () => {
  test.each([
    ["on the threads and the driver that are usual here", ""],
    ["on this thread", "--shards 1 --driver libuv"],
  ])("shows a program %s, gives the terminal back, and then what it wrote", async (_where, options) => {
    const program = `
      print "first";
      sleep(700);
      file_write(1, "in pieces ");
      file_write(1, "of a line\\n");
      print "last";
      exit(3);
    `;
    const { code, text } = onTerminal(program, { options });
    expect(await code).toBe(3);
    const [before, shown, after] = split(text());
    expect(before).toBe("");
    expect(shown).toContain("COMMAND NEXUS  a.wal");
    expect(shown).toContain("EVENT_SATURATION");
    expect(shown).toContain("first");
    expect(after).toMatch(/^first\r\nin pieces of a line\r\nlast\r\nnexus: .* 1 task, .*\r\n$/);
  });

  test.each([
    ["Ctrl-C", 'print "ready"; sleep(60_000);', "\x03", /^ready\r\nnexus: .*\r\n$/, 130],
    ["a busy program and Ctrl-C", 'print "ready"; while (true) {}', "\x03", /^ready\r\nnexus: .*\r\n$/, 130],
    ["a fault", "sleep(600); nil.name;", "", /^fault NilAccess: (.*\r\n)+nexus: .*\r\n$/, 70],
  ])("after %s it is as it was", async (_what, program, typed, expected, exitCode) => {
    const { child, code, text, until } = onTerminal(program);
    await until("COMMAND NEXUS");
    child.stdin!.write(typed);
    expect(await code).toBe(exitCode);
    const [, , after] = split(text());
    expect(after.replace("^C", "")).toMatch(expected);
  });

  test("a program that ends at once has no display", async () => {
    const { code, text } = onTerminal('print "hello";');
    expect(await code).toBe(0);
    expect(text()).toMatch(/^hello\r\nnexus: .* 1 task, 0 events, .*\r\n$/);
  });

  test("output that goes elsewhere goes there", async () => {
    const { code, text } = onTerminal('print "to the file"; sleep(600);', { redirect: "> out.txt; cat out.txt" });
    expect(await code).toBe(0);
    const [, shown, after] = split(text());
    expect(shown).not.toContain("to the file");
    expect(after).toMatch(/^nexus: .*\r\nto the file\r\n$/);
  });
});

test("without a terminal it says so, and the program runs", async () => {
  const folder = folderWith({ "a.wal": 'print "ran";' });
  expect(await walia(["run", "--nexus", "a.wal"], { in: folder })).toEqual({
    ...{ code: 0, signal: null, out: "ran\n" },
    err: "walia: --nexus needs a terminal at standard error; going on without it\n",
  });
});

/** What came before, on and after the alternate screen. */
function split(text: string): [before: string, shown: string, after: string] {
  const [enter, leave] = [text.indexOf(ENTER), text.lastIndexOf(LEAVE)];
  expect(enter).toBeGreaterThanOrEqual(0);
  expect(leave).toBeGreaterThan(enter);
  expect(text.indexOf(ENTER, enter + 1)).toBe(-1);
  return [
    text.slice(0, text.lastIndexOf("\x1b[?2026h", enter)),
    text.slice(enter, leave),
    text.slice(leave + LEAVE.length),
  ];
}
