// What the store under the event horizon costs: parks, latency, opening after a SIGKILL, bytes of a task; and what it costs whole
// programs (kept-programs.ts). Each row says what it
// is to reach; what it is compared with is measured in the same run, alternately. bench/README.md says what is measured.
//
//   npm run bench:horizon                  everything, ten minutes
//   npm run bench:horizon -- --quick       smaller sizes

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { open, type RootDatabase } from "lmdb";
import type { Change } from "../runtime/horizon/change.ts";
import { payloadOf } from "../runtime/horizon/check.ts";
import { Horizon } from "../runtime/horizon/horizon.ts";
import { Store } from "../runtime/horizon/store.ts";
import { Table } from "../runtime/horizon/tables.ts";
import { readTask, Standing, taskChanges } from "../runtime/horizon/task-record.ts";
import type { Durability } from "../runtime/horizon/writer.ts";
import { programRows } from "./kept-programs.ts";
import { sessionStack } from "./stack.ts";

const quick = process.argv.includes("--quick");
const folder = mkdtempSync(join(tmpdir(), "walia-bench-"));
const writer = new URL("./horizon-writer.js", import.meta.url);
const stack = await sessionStack();
const since = Date.now();

/** A task that waits for a connection, with two frames of four small locals. */
const park = (id: number, generation: number): Change[] =>
  taskChanges(
    {
      id,
      name: "session",
      standing: Standing.Waiting,
      effect: "IO_READ",
      on: id + 3,
      since,
      home: false,
      generation,
      crashes: 0,
    },
    stack,
  );

const rows: string[] = [];
const row = (what: string, result: string, target: string): void => {
  rows.push(`| ${what} | ${result} | ${target} |`);
  console.log(`${what}: ${result}   (${target})`);
};

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
const percentile = (values: number[], share: number): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length * share)]!;
const seconds = (milliseconds: number[]): string => `${(median(milliseconds) / 1000).toFixed(2)} s`;
const perSecond = (count: number, milliseconds: number): string =>
  Math.round((count / milliseconds) * 1000).toLocaleString("en");

/** 10,000 tasks, each waiting again and again; the clock stops when the last park is on the disk. */
async function parks(durability: Durability): Promise<void> {
  const horizon = await Horizon.open(join(folder, `${durability}.wld`), { by: "bench", durability, shards: 1, writer });
  const journal = horizon.journal(0);
  const tasks = 10_000;
  for (let id = 0; id < tasks; id++) journal.step(park(id, 0));
  await horizon.checkpoint();
  const rounds = quick ? 5 : 30;
  const bare = bareStore(`${durability}.mdb`);
  const rates: number[] = [];
  const theirs: number[] = [];
  let commits = 0;
  for (let run = 0; run < 3; run++) {
    const before = horizon.commits;
    const start = performance.now();
    for (let round = 1; round <= rounds; round++)
      for (let n = 0; n < tasks; n++) journal.step(park((n * 7919) % tasks, round));
    await horizon.checkpoint();
    rates.push((tasks * rounds) / (performance.now() - start));
    commits = horizon.commits - before;
    theirs.push(putAll(bare, tasks, rounds));
  }
  await bare.close();
  const total = (tasks * rounds).toLocaleString("en");
  const result = `${perSecond(median(rates), 1)} parks/s, ${commits} commits for ${total}; bare LMDB, ${rounds} commits: ${perSecond(median(theirs), 1)} puts/s`;
  row(`10,000 tasks park again and again, \`${durability}\``, result, durability === "group" ? "≥ 100,000/s" : "");
  await horizon.close();
}

const bareStore = (name: string): RootDatabase<Uint8Array, Uint8Array> =>
  open<Uint8Array, Uint8Array>({
    path: join(folder, name),
    noSubdir: true,
    pageSize: 4096,
    overlappingSync: false,
    keyEncoding: "binary",
    encoding: "binary",
  });

/** Puts per millisecond into bare LMDB: records made beforehand, each round one transaction. */
function putAll(bare: RootDatabase<Uint8Array, Uint8Array>, tasks: number, rounds: number): number {
  const record = park(1, 1)[0]!.payload!;
  const key = Buffer.alloc(4);
  const start = performance.now();
  for (let round = 1; round <= rounds; round++)
    bare.transactionSync(() => {
      for (let n = 0; n < tasks; n++) {
        key.writeUInt32BE((n * 7919) % tasks);
        record[4] = round;
        bare.putSync(key, record);
      }
    });
  return (tasks * rounds) / (performance.now() - start);
}

/** One task, park after park, beside bare LMDB that commits a record of the same size. */
async function strict(): Promise<void> {
  const horizon = await Horizon.open(join(folder, "latency.wld"), {
    by: "bench",
    durability: "strict",
    shards: 1,
    writer,
  });
  const journal = horizon.journal(0);
  const bare = bareStore("bare.mdb");
  const key = new Uint8Array([1, 1]);
  const record = park(1, 1)[0]!.payload!;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let n = 0; n < (quick ? 500 : 3000); n++) {
    record[4] = n;
    const start = performance.now();
    journal.wait(journal.step(park(1, n)));
    const middle = performance.now();
    bare.putSync(key, record);
    ours.push(middle - start);
    theirs.push(performance.now() - middle);
  }
  const ratio = median(ours) / median(theirs);
  row(
    "one task parks, `strict`, until it is on the disk",
    `p50 ${median(ours).toFixed(3)} ms, p99 ${percentile(ours, 0.99).toFixed(3)}; bare LMDB ${median(theirs).toFixed(3)}, ${percentile(theirs, 0.99).toFixed(3)}: ${ratio.toFixed(2)} ×`,
    "≤ 1.3 × bare LMDB",
  );
  await horizon.close();
  await bare.close();
}

/** Opens a file that a killed process has left, reading what recovery reads. */
async function start(): Promise<void> {
  const count = quick ? 100_000 : 1_000_000;
  const file = join(folder, "million.wld");
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "fill", file, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
  const bytes = statSync(file).size / count;
  row(
    `on disk, a task of two frames with four small locals (continuation ${stack.length} bytes)`,
    `${bytes.toFixed(0)} bytes`,
    "≤ 200 bytes",
  );
  const times: number[] = [];
  const cpu: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < 3; run++) {
    let tasks = 0;
    let first = 0;
    const used = process.cpuUsage();
    const begin = performance.now();
    const store = await Store.open(file, {
      by: "bench",
      visit: (table, key, part) => {
        if (table !== Table.Tasks || typeof key !== "number") return;
        readTask(key, payloadOf(part));
        if (tasks++ === 0) first = performance.now() - begin;
      },
    });
    times.push(performance.now() - begin);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1000);
    if (run === 0) row(`… the first task is known`, `${first.toFixed(0)} ms after opening began`, "");
    await store.close();
    bare.push(await scan(file));
  }
  row(
    `opening ${count.toLocaleString("en")} tasks after SIGKILL: every page and record checked, every wait read`,
    `${seconds(times)} (${seconds(cpu)} of processor time); LMDB's own scan of the same table ${seconds(bare)}`,
    "≤ 5 s",
  );
}

/** Milliseconds in which LMDB passes over all tasks, checking nothing. */
async function scan(file: string): Promise<number> {
  const root = open<Uint8Array, Uint8Array>({
    path: file,
    noSubdir: true,
    readOnly: true,
    keyEncoding: "binary",
    encoding: "binary",
  });
  const tasks = root.openDB<Uint8Array, Uint8Array>({ name: "tasks", keyEncoding: "binary", encoding: "binary" });
  const begin = performance.now();
  let bytes = 0;
  for (const { value } of tasks.getRange({})) bytes += value.length;
  const ms = performance.now() - begin;
  await root.close();
  if (bytes === 0) throw new Error("there is nothing to scan");
  return ms;
}

/** The process that is killed. */
async function fill(file: string, count: number): Promise<void> {
  const store = await Store.open(file, { by: "bench" });
  for (let id = 0; id < count; ) {
    const changes: Change[] = [];
    for (let n = 0; n < 10_000 && id < count; n++) changes.push(...park(id++, 1));
    store.commit(changes);
  }
  console.log("filled");
  setInterval(() => undefined, 1000);
}

const [mode, file, count] = process.argv.slice(2);
if (mode === "fill") await fill(file!, Number(count));
else {
  try {
    await parks("group");
    await parks("off");
    await strict();
    await start();
    await programRows(folder, quick, row);
    console.log(`\n| work | measured | to reach |\n| --- | --- | --- |\n${rows.join("\n")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
