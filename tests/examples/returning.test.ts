// Examples whose tasks outlive their program: it is killed and started again, and they go on.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, type Running, startWalia, walia } from "../cli/command.ts";
import { Peer } from "../cli/peer.ts";
import { freePort, root } from "./command.ts";

/** An example in a folder of its own, in which it may be killed and run again. What it says is on the disk before it is seen. */
class Kept {
  readonly #folder: string;
  readonly #name: string;
  readonly #args: readonly string[];
  readonly #seen = new Set<string>();

  constructor(name: string, ...args: readonly string[]) {
    this.#name = name;
    this.#args = args;
    this.#folder = folderWith({ [name]: readFileSync(join(root, "examples", name), "utf8") });
  }

  run(): Running {
    const words = ["run", "--durability", "strict", this.#name, ...this.#args];
    return startWalia(words, { in: this.#folder, isKept: true });
  }

  /** The lines that are new, up to this one. What was said just before a kill is said again. */
  async linesUpTo(program: Running, last: string): Promise<string[]> {
    const lines: string[] = [];
    while (lines.at(-1) !== last) {
      const line = await program.line();
      if (line === undefined) throw new Error(`ended after ${lines.join("; ")}: ${(await program.ended).err}`);
      if (!this.#seen.has(line)) lines.push(line);
      this.#seen.add(line);
    }
    return lines;
  }

  async horizon(...words: readonly string[]): Promise<string> {
    const { out, err, code } = await walia(["horizon", ...words], { in: this.#folder });
    expect({ err, code }).toEqual({ err: "", code: 0 });
    return out;
  }
}

async function kill(program: Running): Promise<void> {
  program.child.kill("SIGKILL");
  await program.ended;
}

test("a long letter is written in pieces, over broken connections and a kill", async () => {
  const port = await freePort();
  const example = new Kept("long_letter.wal", String(port));
  const letter = "Dear Charles,\nthe engine weaves\nalgebraical patterns.\nAda\n.\n";
  /** Ada comes, hears where to go on, and writes so many characters. */
  const write = async (length: number): Promise<{ ada: Peer; from: number }> => {
    let ada = await Peer.named("Ada", port);
    while (!(await ada.hears())) ada = await Peer.named("Ada", port);
    const from = Number(/^GO ON AT (\d+)$/.exec(await ada.line())?.[1]);
    ada.send(letter.slice(from, from + length));
    return { ada, from };
  };
  const first = example.run();
  expect(await first.line()).toBe("Waiting for letters");
  const begun = await write(14);
  expect(begun.from).toBe(0);
  begun.ada.end();
  const second = await write(10);
  expect(second.from).toBe(14);
  second.ada.break();
  const third = await write(5);
  expect(third.from).toBeGreaterThanOrEqual(14);
  await kill(first);
  const again = example.run();
  const last = await write(letter.length);
  expect(last.from).toBeGreaterThanOrEqual(third.from);
  expect(await last.ada.line()).toBe("THANK YOU");
  expect(await again.line()).toBe("A letter from Ada: 4 lines");
  await kill(again);
});

test("purchases are decided over a socket, by walia horizon resume, and after a restart", async () => {
  const port = await freePort();
  const example = new Kept("purchases.wal", String(port));
  const asked = ["a telescope for 900", "a yacht for 250000", "a pencil for 2"];
  const first = example.run();
  expect(await example.linesUpTo(first, "Purchase 3: a pencil for 2. Yes or no?")).toEqual(
    asked.map((what, i) => `Purchase ${i + 1}: ${what}. Yes or no?`),
  );
  expect(await (await Peer.named("9 yes", port)).line()).toBe("Which purchase?");
  expect(await (await Peer.named("1 yes", port)).line()).toBe("Thank you.");
  await example.linesUpTo(first, "Purchase 1: a telescope is ordered");
  await kill(first);

  const { tasks } = JSON.parse(await example.horizon("list", "--json"));
  const waiting = tasks.filter((task: { function: string }) => task.function === "decision");
  expect(waiting).toHaveLength(2);
  await example.horizon("resume", String(waiting[0].id), "--with", '"no"');

  const second = example.run();
  const refused = "Purchase 2: a yacht is refused";
  expect(await example.linesUpTo(second, refused)).toEqual([refused]);
  expect(await (await Peer.named("3 yes", port)).line()).toBe("Thank you.");
  expect(await example.linesUpTo(second, "All purchases are decided.")).toEqual([
    "Purchase 3: a pencil is ordered",
    "All purchases are decided.",
  ]);
  expect((await second.ended).code).toBe(0);
});

test("purchases that nobody decides keep their deadlines while the program is killed", async () => {
  // A day of half a second.
  const example = new Kept("purchases.wal", "0", "500");
  const first = example.run();
  await example.linesUpTo(first, "Purchase 3: nobody has decided for three days. Please do!");
  await kill(first);
  const lines = await example.linesUpTo(example.run(), "All purchases are decided.");
  expect(lines).toEqual([
    "Purchase 1: a telescope is forgotten, for nobody cares",
    "Purchase 2: a yacht is forgotten, for nobody cares",
    "Purchase 3: a pencil is forgotten, for nobody cares",
    "All purchases are decided.",
  ]);
});
