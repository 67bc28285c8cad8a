// Programs that grow without end: a fault of theirs, never the end of the process.

import { expect, test } from "vitest";
import { runText } from "./command.ts";

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
