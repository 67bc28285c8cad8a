// When a program's state is written down (reactor/keep/keeper.ts, G2).

import { expect, test } from "vitest";
import { build, Run } from "../upgrade/kept.ts";

test("a checkpoint that waits long for the disk does not delay what comes after it", () => {
  const built = build({ "main.wal": `sleep(300); checkpoint(); print "kept"; sleep(100000); print "later";` });
  const run = new Run(built);
  run.diskTakes = 1000;
  run.pass(1500);
  expect({ lines: run.lines, awaited: run.awaited.length }).toEqual({ lines: ["kept"], awaited: 1 });
  const again = new Run(built, run.now, run.records).pass(1000);
  expect(again.lines).toEqual([]);
  expect(again.pass(100_000).lines).toEqual(["later"]);
});
