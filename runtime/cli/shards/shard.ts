// A shard in its worker thread: loads the program and runs its part of it. It is built by itself (dist/shard.cjs), without what
// only the command needs: a thread starts the sooner the less it loads.

import { parentPort } from "node:worker_threads";
import { installProgramHandler, programSegment } from "../../engine/machine.ts";
import { room } from "../../engine/stack.ts";
import type { Driver } from "../../reactor/drivers/driver.ts";
import type { HelpRequest } from "../../reactor/keep/image.ts";
import { Reactor } from "../../reactor/shard.ts";
import { SharedMemory } from "../../reactor/shards/memory.ts";
import { sharedTurns, WatchedTurns } from "../../reactor/turns.ts";
import { load } from "../execute.ts";
import { paint } from "../paint.ts";
import { faultText } from "../trace.ts";
import { View } from "../view.ts";
import { makeDriver } from "./drivers.ts";
import { keeperOf, recordsOf } from "./kept.ts";
import type { ShardGo, ShardNews, ShardStart, ToShard } from "./messages.ts";
import { Output } from "./output.ts";
import { postStandardStreams } from "./posted.ts";

async function runShard(): Promise<void> {
  process.on("uncaughtException", (error) => tell({ kind: "broken", error }));
  const orders = new Orders();
  const start = await orders.start();
  const { shard, trees } = start;
  const texts = new Map(trees.map((tree) => [tree.path, tree.text]));
  const view = new View(paint(start.isColored), (path) => texts.get(path), start.folder);
  const memory = new SharedMemory(start.memory, start.shards);
  const output = start.printsAtMain
    ? { print: (text: string) => tell({ kind: "lines", text }), flush: () => undefined }
    : new Output(memory, () => tell({ kind: "brokenPipe" }));
  const driver = await makeDriver(start.driver, start.attendant, memory.bell(shard));
  const { kept } = await orders.go();
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

const tell = (news: ShardNews): void => parentPort!.postMessage(news);

/** What the main thread says, from the first moment on. */
class Orders {
  #started: (start: ShardStart) => void = () => undefined;
  #goes: (go: ShardGo) => void = () => undefined;
  readonly #start = new Promise<ShardStart>((resolve) => {
    this.#started = resolve;
  });
  readonly #go = new Promise<ShardGo>((resolve) => {
    this.#goes = resolve;
  });

  readonly #listener = (order: ToShard | null): void => void this.#hear(order);

  constructor() {
    parentPort!.on("message", this.#listener);
  }

  start(): Promise<ShardStart> {
    return this.#start;
  }

  /** Nothing is said after that, so nothing is listened to: the thread ends when the program has ended. */
  async go(): Promise<ShardGo> {
    const go = await this.#go;
    parentPort!.off("message", this.#listener);
    return go;
  }

  async #hear(order: ToShard | null): Promise<void> {
    // The command ends, and says why.
    if (order === null) process.exit();
    switch (order.kind) {
      case "start":
        this.#started(order.start);
        break;
      case "help":
        await helpReading(order.request);
        break;
      case "go":
        this.#goes(order.go);
        break;
    }
  }
}

async function helpReading(request: HelpRequest): Promise<void> {
  const { help } = await import("../../reactor/keep/image.ts");
  // It will be needed (kept.ts), and there is time now.
  await import("../../horizon/store.ts");
  const shared = help(request);
  const parts = [...(shared?.parts.values() ?? [])];
  parentPort!.postMessage({ kind: "helped", shared } satisfies ShardNews, [
    ...parts.map(({ ids }) => ids.buffer as ArrayBuffer),
    ...parts.map(({ deadlines }) => deadlines.buffer as ArrayBuffer),
  ]);
}

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
