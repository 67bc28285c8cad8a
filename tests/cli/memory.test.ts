// Programs that grow without end: a fault of theirs, never the end of the process.

import { expect, test } from "vitest";
import { folderWith, runText, startWalia, walia } from "./command.ts";

const SMALL = { env: { NODE_OPTIONS: "--max-old-space-size=150" } };
const MESSAGE = "LimitExceeded: the program holds nearly all of the 150 MB that it may use";

test.each([
  ["recursion", "fun f(x) f(x) + 1; f(1);"],
  ["a list", "var xs = []; while (true) { xs.add([1, 2, 3]); }"],
  [
    "continuations",
    `var all = []; fun f() { handle "E" { all.add(effect.continuation); resume(effect.continuation, 1) } while (true) perform "E"; } f();`,
  ],
])("%s that grows without end is a fault", async (_what, program) => {
  const ended = await runText(program, SMALL);
  expect(ended.err.split("\n")[0]).toBe(`fault ${MESSAGE}`);
  expect(ended.code).toBe(70);
});

test("a program that handles the fault goes on, and garbage is no reason for one", async () => {
  const ended = await runText(
    `fun f(x) f(x) + 1; fun safe() { handle "FAULT" { effect.kind } f(1) } print safe();
     var n = 0; for (i in 0..2000000) { var garbage = [i, [i]]; n = n + garbage.length(); } print n;`,
    SMALL,
  );
  expect(ended).toMatchObject({ code: 0, out: "LimitExceeded\n4000000\n", err: "" });
});

const MANY = `
var woken = 0;
async fun sleeper(n, until) {
    const own = [];
    for (i in 0..300) own.add(n + i);
    sleep(until - time_now());
    woken = woken + own.length() + own.get(7) - n;
}
fun main() {
    const until = time_now() + 4000;
    for (n in 0..12000) { sleeper(n, until + n / 10); if (n % 100 == 0) yield_now(); }
    checkpoint();
    print "asleep";
    while (woken < 12000 * 307) sleep(100);
    print woken;
}
main();
`;

test("with a limit on their memory, more tasks sleep than there is room for, and all wake, also after a kill on other cores", async () => {
  const folder = folderWith({ "main.wal": MANY });
  const options = { in: folder, isKept: true, env: { NODE_OPTIONS: "--max-old-space-size=40" } };
  const words = ["run", "--memory-limit", "2M"];
  const first = startWalia([...words, "--shards", "1", "main.wal"], options);
  expect(await first.line()).toBe("asleep");
  first.child.kill("SIGKILL");
  await first.ended;
  const { out, code } = await walia([...words, "--shards", "2", "main.wal"], options);
  expect(out.replace("asleep\n", "")).toBe("3684000\n");
  expect(code).toBe(0);
});

test("a limit is a size, and for what is kept", async () => {
  const ended = await walia(["run", "--memory-limit", "8", "main.wal"]);
  expect(ended.err).toContain("--memory-limit is a size from 1M, such as 512M or 64G, not 8");
  expect(ended.code).toBe(64);
  const without = await walia(["run", "--memory-limit", "8M", "--no-wld", "main.wal"]);
  expect(without.err).toContain("--memory-limit needs the .wld file, and there is none with --no-wld");
  expect(without.code).toBe(64);
});
