// 100,000 reads of 512 bytes from files in the page cache, issued at once by as many tasks, a buffer each.
//
// A read moves its descriptor's offset, so reads of one descriptor follow one another. The reads are spread over as many
// descriptors as the system gives: with fewer than there are reads, they go in so many waves, which the title says.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { c, go, node, side, walia, workFolder } from "../processes.ts";
import { atMost, type Figures, type Row, ratio, type Size } from "../row.ts";

const BYTES = 512;
/** Descriptors that a process needs for itself. */
const SPARE = 500;
const folder = join(workFolder, "reads");

const count = (size: Size): number => (size === "full" ? 100_000 : 10_000);

function fileCount(size: Size): number {
  const limit = Number(spawnSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).stdout);
  return Number.isNaN(limit) ? count(size) : Math.min(count(size), Math.max(1, limit - SPARE));
}

/** Makes the files; yields the sum of the blocks' first bytes. */
function makeFiles(reads: number, files: number): number {
  mkdirSync(folder, { recursive: true });
  let sum = 0;
  for (let file = 0; file < files; file++) {
    const blocks = Math.ceil((reads - file) / files);
    const content = randomBytes(blocks * BYTES);
    for (let block = 0; block < blocks; block++) sum += content[block * BYTES]!;
    writeFileSync(join(folder, String(file)), content);
  }
  return sum;
}

export const reads: Row = {
  name: "reads",
  title(size) {
    const waves = Math.ceil(count(size) / fileCount(size));
    return `${count(size).toLocaleString("en")} reads of ${BYTES} bytes over ${fileCount(size).toLocaleString("en")} descriptors${waves > 1 ? `, so in ${waves} waves in Walia` : ""}`;
  },
  rounds: (size) => (size === "full" ? 5 : 2),
  columns: [
    { figure: "ms", title: "ms", best: "least", digits: 0 },
    { figure: "enters", title: "calls of io_uring_enter", best: "least", digits: 0 },
  ],
  async sides(size) {
    const files = fileCount(size);
    const sum = makeFiles(count(size), files);
    const args = [count(size), files, folder];
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
