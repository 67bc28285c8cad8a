// A shard whose thread dies ends the whole program, in order: the other shards end too, and the command says what happened.
// No program can bring that about, so the shards here are stand-ins that do what a broken one would.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { type ClusterOptions, runCluster } from "../../runtime/cli/shards/cluster.ts";
import { folderWith } from "./command.ts";

/** Runs two shards: the first asks for the second, which does `what`, and stays until all is over. */
function runBroken(what: string, complaints: string[]): Promise<number> {
  const folder = folderWith({
    "shard.mjs": `
      import { parentPort } from "node:worker_threads";
      parentPort.once("message", ({ start }) => {
        if (start.shard === 0) {
          parentPort.postMessage({ kind: "needShards" });
          const words = new Int32Array(start.memory); // The fourth is STOPPING (shards/memory.ts).
          setInterval(() => { if (Atomics.load(words, 3) === 1) process.exit(); }, 10);
        } else { ${what} }
      });
    `,
  });
  const entry = pathToFileURL(join(folder, "shard.mjs"));
  const options: Partial<ClusterOptions> = {
    entry,
    first: new Worker(entry),
    shards: 2,
    driver: "libuv",
    counters: undefined,
    keep: null,
    output: null,
    complain: (text) => void complaints.push(text),
  };
  return runCluster(options as ClusterOptions);
}

test("a thread that fails ends the program with its error", async () => {
  await expect(runBroken('throw new Error("it broke");', [])).rejects.toThrow("it broke");
});

test("a thread that stops ends the program, which says which one it was", async () => {
  await expect(runBroken("process.exit(0);", [])).rejects.toThrow("core 1 has stopped");
});

test("a thread without memory ends the program as a fault would", async () => {
  const complaints: string[] = [];
  const dies = 'throw Object.assign(new Error("heap"), { code: "ERR_WORKER_OUT_OF_MEMORY" });';
  expect(await runBroken(dies, complaints)).toBe(70);
  expect(complaints).toEqual(["fault LimitExceeded: core 1 has used up its memory"]);
});
