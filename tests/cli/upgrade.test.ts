// `walia horizon upgrade`: a program that was killed and changed, from the first run to the last.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noCache } from "../../cache/cache.ts";
import { horizon } from "../../runtime/cli/horizon/horizon.ts";
import { Store } from "../../runtime/horizon/store.ts";
import { folderWith, recordingTerminal, startWalia, walia } from "./command.ts";

const LONG = 120_000;

/** Nobody waits for a time, so it is in the same state however slow the machine is. */
const PROGRAM = `async fun order(n, gate) {
    var total = n * 10;
    gate.receive();
    print "order " + n + " costs " + total;
}
async fun remind(n, gate) {
    gate.receive();
    print "remember " + n;
}
fun main() {
    var gate = Channel(1);
    var tasks = [order(1, gate), order(2, gate), remind(3, gate)];
    checkpoint();
    print "waiting";
    if (!walia_is_warm_boot()) sleep(100000000);
    gate.close();
    all(tasks);
}
main();
`;

/** Runs the program in a folder of its own until it waits, and kills it: what is kept is the state at its checkpoint. */
async function killed(): Promise<string> {
  const folder = folderWith({ "main.wal": PROGRAM });
  const running = startWalia(["run", "--shards", "1", "--durability", "off", "main.wal"], { in: folder, isKept: true });
  expect(await running.line()).toBe("waiting");
  running.child.kill("SIGKILL");
  await running.ended;
  return folder;
}

async function upgrade(
  folder: string,
  ...words: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const { terminal, said } = recordingTerminal();
  const code = await horizon(["upgrade", ...words], { folder, terminal, cache: noCache });
  return { code, out: said.out.replace(/^task \d+/, "task N"), err: said.err };
}

function edit(folder: string, change: (text: string) => string): void {
  const path = join(folder, "main.wal");
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

describe("walia horizon upgrade", () => {
  test(
    "moves what fits, says of the rest why not, and the next run finishes both",
    async () => {
      const folder = await killed();
      edit(folder, (text) =>
        text
          .replace(`print "order "`, `print "new order "`)
          .replace("async fun remind(n, gate) {", 'async fun remind(n, gate) {\n    var by = "mail";')
          .replace(`print "remember " + n`, `print "remember " + n + " by " + by`),
      );
      const report = `\
task N (remind): it needs the variable \`by\`, which the old code does not have there
  then main.wal:7:5
   7 |     gate.receive();
     |     ^^^^^^^^^^^^^^
  now  main.wal:8:5
   8 |     gate.receive();
     |     ^^^^^^^^^^^^^^

`;
      const rest =
        "1 stays with the old one, 1 task has it already.\nA task that stays finishes with the source that it was suspended in, which is in the file.\n";
      expect(await upgrade(folder, "--dry-run")).toEqual({
        code: 0,
        err: "",
        out: `${report}2 tasks would move to the new source, ${rest}`,
      });
      const { out } = await upgrade(folder, "--dry-run", "--json", "main.wld");
      const json = JSON.parse(out);
      expect(json).toMatchObject({ version: 1, file: "main.wld", dryRun: true, moved: 2 });
      expect(json.tasks[3]).toMatchObject({
        function: "remind",
        outcome: "stays",
        reasons: [{ before: { file: "main.wal", line: 7, column: 5, text: "    gate.receive();" }, now: { line: 8 } }],
      });
      expect(await upgrade(folder, "main.wal")).toMatchObject({
        code: 0,
        out: `${report}2 tasks moved to the new source, ${rest}`,
      });
      expect((await upgrade(folder)).out).toContain(
        "0 tasks moved to the new source, 1 stays with the old one, 3 tasks have",
      );
      const last = await walia(["run", "--shards", "1", "main.wal"], { in: folder, isKept: true });
      expect(last.err).toMatch(/1 task finishes with the source that it was suspended in/);
      expect(
        last.out
          .split("\n")
          .filter((line) => line !== "" && line !== "waiting")
          .sort(),
      ).toEqual(["new order 1 costs 10", "new order 2 costs 20", "remember 3"]);
      expect({ code: last.code, left: existsSync(join(folder, "main.wld")) }).toEqual({ code: 0, left: false });
    },
    LONG,
  );

  test(
    "refuses what it cannot do, and changes nothing then",
    async () => {
      const folder = await killed();
      await expect(upgrade(folder, "77")).rejects.toMatchObject({
        reason: expect.stringMatching(/there is no task 77/),
      });
      await expect(upgrade(folder, "other.wal")).rejects.toMatchObject({
        reason: expect.stringMatching(/nothing is kept/),
      });
      edit(folder, (text) => text.replace("order(2, gate)", "ordre(2, gate)"));
      const refused = await upgrade(folder);
      expect(refused).toMatchObject({ code: 65, out: "" });
      expect(refused.err).toMatch(/`ordre` is not defined/);
      const store = await Store.open(join(folder, "main.wld"), { by: "test" });
      try {
        await expect(upgrade(folder)).rejects.toMatchObject({
          reason: expect.stringMatching(/is running this program/),
        });
        expect((await upgrade(folder, "--dry-run")).code).toBe(65);
      } finally {
        await store.close();
      }
      edit(folder, () => PROGRAM);
      expect((await upgrade(folder)).out).toBe("4 tasks have it already.\n");
    },
    LONG,
  );
});
