// 100,000 reads of 512 bytes from files in the page cache, issued at once by as many tasks, a buffer each.

import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { c, go, node, side, walia, workFolder } from "../processes.ts";
import { atMost, type Figures, type Row, ratio, type Size } from "../row.ts";

const BYTES = 512;
const FILES = 10;
const folder = join(workFolder, "reads");

const count = (size: Size): number => (size === "full" ? 100_000 : 10_000);

/** Makes the files; yields the sum of the blocks' first bytes. */
function makeFiles(reads: number): number {
  mkdirSync(folder, { recursive: true });
  let sum = 0;
  for (let file = 0; file < FILES; file++) {
    const blocks = Math.ceil((reads - file) / FILES);
    const content = randomBytes(blocks * BYTES);
    for (let block = 0; block < blocks; block++) sum += content[block * BYTES]!;
    writeFileSync(join(folder, String(file)), content);
  }
  return sum;
}

export const reads: Row = {
  name: "reads",
  title: (size) => `${count(size).toLocaleString("en")} reads of ${BYTES} bytes`,
  rounds: (size) => (size === "full" ? 5 : 2),
  columns: [
    { figure: "ms", title: "ms", best: "least", digits: 0 },
    { figure: "enters", title: "calls of io_uring_enter", best: "least", digits: 0 },
  ],
  async sides(size) {
    const sum = makeFiles(count(size));
    const args = [count(size), FILES, folder];
    const check = (figures: Figures): void => {
      if (figures.sum !== sum) throw new Error(`read something else: ${figures.sum}, not ${sum}`);
    };
    return [
      side("C", c("reads.c", args), check),
      side("Walia, uring", walia("reads", ["--driver", "uring", "--shards", "1"], args), check),
      side("Walia, libuv", walia("reads", ["--driver", "libuv", "--shards", "1"], args), check),
      side("Go", go("reads", args), check),
      side("fs.read", node("reads", args), check),
      side("fs.promises", node("promisedReads", args), check),
    ];
  },
  claims: (best) => [
    atMost("at most 8 calls of io_uring_enter", best("Walia, uring", "enters"), 8),
    atMost("at most 1.5 × C", ratio(best("Walia, uring", "ms"), best("C", "ms")), 1.5, 2),
  ],
  clean: () => rmSync(folder, { recursive: true, force: true }),
};
