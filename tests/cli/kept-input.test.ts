// What a killed program had read of its standard input and not used is there for the next run; a file is read on where it was.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, type Options, startWalia, walia } from "./command.ts";

const LONG = 60_000;

/** Kills a program when it says that it is kept, and yields what it says when it goes on. */
async function interrupted(
  program: string,
  options: readonly string[],
  first: Options,
  then: Options,
): Promise<string> {
  const folder = folderWith({ "main.wal": program });
  const words = ["run", ...options, "main.wal"];
  const running = startWalia(words, { ...first, in: folder, isKept: true });
  for (let line = await running.line(); line !== "kept"; line = await running.line())
    if (line === undefined) throw new Error((await running.ended).err);
  running.child.kill("SIGKILL");
  await running.ended;
  writeFileSync(join(folder, "go"), "");
  const { out, err, code } = await walia(words, { ...then, in: folder, isKept: true });
  expect(code, err).toBe(0);
  // It may have been killed before it was kept that it had said so.
  return out.replace(/^kept\n/, "");
}

/** Takes a little with `first`, and the rest when it has been started again. */
const reader = (first: string): string => `
fun main() {
    print ${first};
    checkpoint();
    print "kept";
    while (!io_exists("go")) sleep(10);
    var line = input();
    while (line != nil) {
        print line;
        line = input();
    }
}
main();
`;

const LINE = "input()";
const BYTES = 'perform "IO_READ" { fd: 0, max: 4 }.text().trim()';

describe("after a kill, standard input", () => {
  test.each([
    { from: "lines", first: LINE, options: [] },
    { from: "lines, without io_uring", first: LINE, options: ["--driver", "libuv"] },
    // There the driver takes what there is, and gives out as much as it is asked for.
    { from: "bytes, without io_uring", first: BYTES, options: ["--driver", "libuv", "--durability", "strict"] },
  ])(
    "that was a pipe begins with what was not used: $from",
    async ({ first, options }) => {
      const out = await interrupted(reader(first), options, { input: "one\ntwo\nthr" }, { input: "ee\nfour\n" });
      expect(out).toBe("two\nthree\nfour\n");
    },
    LONG,
  );

  test.each([
    { what: "the same file goes on where it was", options: [] },
    { what: "the same file goes on where it was, without io_uring", options: ["--driver", "libuv"] },
  ])(
    "$what",
    async ({ options }) => {
      // More than is read at once.
      const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
      const inputFile = join(folderWith({ lines: `${lines.join("\n")}\n` }), "lines");
      const out = await interrupted(reader(LINE), options, { inputFile }, { inputFile });
      expect(out.split("\n").slice(0, -1)).toEqual(lines.slice(1));
    },
    LONG,
  );

  test(
    "another file is read from its beginning, behind what was not used",
    async () => {
      const folder = folderWith({ first: "one\ntwo\n", second: "three\nfour\n" });
      const [first, second] = [{ inputFile: join(folder, "first") }, { inputFile: join(folder, "second") }];
      expect(await interrupted(reader(LINE), [], first, second)).toBe("two\nthree\nfour\n");
    },
    LONG,
  );
});
