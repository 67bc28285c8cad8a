// A shard in its worker thread: loads the program and runs its part of it. It is built by itself (dist/shard.cjs), without what
// only the command needs: a thread starts the sooner the less it loads.

import { parentPort, workerData } from "node:worker_threads";
import { installProgramHandler, programSegment } from "../../engine/machine.ts";
import { room } from "../../engine/stack.ts";
import type { Driver } from "../../reactor/drivers/driver.ts";
import { Reactor } from "../../reactor/shard.ts";
import { SharedMemory } from "../../reactor/shards/memory.ts";
import { sharedTurns, WatchedTurns } from "../../reactor/turns.ts";
import { load } from "../execute.ts";
import { paint } from "../paint.ts";
import { faultText } from "../trace.ts";
import { View } from "../view.ts";
import { makeDriver } from "./drivers.ts";
import { keeperOf, recordsOf } from "./kept.ts";
import type { ShardGo, ShardNews, ShardStart } from "./messages.ts";
import { Output } from "./output.ts";
import { postStandardStreams } from "./posted.ts";

async function runShard(): Promise<void> {
  const start = workerData as ShardStart;
  const { shard, trees } = start;
  const tell = (news: ShardNews): void => parentPort!.postMessage(news);
  process.on("uncaughtException", (error) => tell({ kind: "broken", error }));
  const texts = new Map(trees.map((tree) => [tree.path, tree.text]));
  const view = new View(paint(start.isColored), (path) => texts.get(path), start.folder);
  const memory = new SharedMemory(start.memory, start.shards);
  const output = start.printsAtMain
    ? { print: (text: string) => tell({ kind: "lines", text }), flush: () => undefined }
    : new Output(memory, () => tell({ kind: "brokenPipe" }));
  const driver = await makeDriver(start.driver, start.attendant, memory.bell(shard));
  const go = await whenToGo();
  // The command ends, and says why.
  if (go === null) process.exit();
  const { kept } = go;
  const loaded = load(start.program, trees, kept?.older);
  const code = {
    code: (id: string) => loaded.codes.get(id),
    classCode: (id: string) => loaded.classes.get(id),
    traitCode: (id: string) => loaded.traits.get(id),
    own: (id: string) => loaded.own(id),
    programSegment,
  };
  const records = kept === null ? null : await recordsOf(kept);
  const keeper = kept === null ? undefined : await keeperOf(kept, records, loaded, code, tell);
  if (start.printsAtMain)
    postStandardStreams(
      driver,
      () => reactor,
      (stream, data) => tell({ kind: "written", stream, data }),
    );
  const turns = sharedTurns(room);
  tell({ kind: "turns", shared: turns });
  const reactor: Reactor = new Reactor({
    driver,
    ports: start.ports,
    args: start.args,
    mostTasks: start.mostTasks,
    counters: start.counters,
    print: (line) => output.print(line),
    flush: output.flush,
    onUnhandledFault: (fault, task) => {
      output.flush();
      tell({ kind: "complaint", text: faultText(fault, task, view) });
    },
    keeper,
    turns: new WatchedTurns(turns, () => tell({ kind: "watchTurns" })),
    peer: {
      shard,
      memory,
      code,
      constants: loaded.constants,
      installHandler: installProgramHandler,
      needShards: () => tell({ kind: "needShards" }),
    },
  });
  memory.setWaker(shard, driver.waker());
  if (shard === 0) reactor.start(loaded.main);
  else reactor.join();
  keepStepping(driver);
  const { exitCode } = await reactor.finished;
  output.flush();
  await records?.close();
  await keeper?.journal.close();
  tell({ kind: "finished", exitCode });
}

/** Waits until the main thread knows what the shard is to go on with. */
const whenToGo = (): Promise<ShardGo | null> => new Promise((resolve) => parentPort!.once("message", resolve));

/**
 * Enters a driver that waits in the kernel again and again, each time from Node's loop: what Node and V8 do between two rounds
 * of it (promises, forgetting what is no longer used) is done here, too.
 */
function keepStepping(driver: Driver): void {
  if (driver.step === undefined) return;
  const round = (): void => {
    if (driver.step!(true)) setImmediate(round);
  };
  round();
}

void runShard();
