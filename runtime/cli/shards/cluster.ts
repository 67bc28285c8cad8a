// A program on several threads: the main thread starts a worker for each shard, shows what they complain about, and ends them
// all when the program is over. It runs nothing of the program itself, so it always hears signals.
//
//   Starting ── shard 0 ──> Running ── "needShards" ──> Running, all shards
//                              └── finished, a broken shard ──> Stopping ── all have ended, or PATIENCE ──> Ended
//
// X1. The first thing that ends a program decides its exit code. A fault that some shard reported makes a 0 a 70.
//     A thread that dies ends the program: what its tasks have done is not known any more.
// X2. When the program ends, every shard gets the chance to let out what it has printed; one that is busy for longer than
//     PATIENCE is ended where it is. One that is still starting is let be: it sees that all is over when it has started, and to
//     end a thread that loads a native library takes the process down.
// X3. The first shard's thread starts before anything is known of the program. Until it is told of one it loads nothing native, so the
//     command may end at any time. What an earlier run has left is read meanwhile; the thread helps with that as soon as it can, and is
//     told when it is done.

import { MessageChannel, type Transferable, Worker } from "node:worker_threads";
import type { Shared } from "../../horizon/check.ts";
import { type CounterMemory, counterMemory } from "../../nexus/counters.ts";
import { attend } from "../../reactor/drivers/uring/attendant.ts";
import type { AskForHelp, TaskPart } from "../../reactor/keep/image.ts";
import { SharedMemory } from "../../reactor/shards/memory.ts";
import { TurnWatcher } from "../../reactor/turns.ts";
import { ExitCode } from "../exit-codes.ts";
import type { KeptStart, ShardNews, ShardStart, ToShard } from "./messages.ts";

/** How long shards have for ending, in milliseconds (X2). */
const PATIENCE = 500;

type Common = Omit<ShardStart, "shard" | "memory" | "counters" | "printsAtMain" | "attendant">;

export interface ClusterOptions extends Common {
  /** What starts a worker (start.ts), and the first one, which has started already (X3). */
  readonly entry: URL;
  readonly first: Worker;
  /** Where the shards count; by default, where nobody looks but themselves. */
  readonly counters: CounterMemory | undefined;
  /** What keeps the program, asked for when its first shard has been told of it; null when nothing is to be kept. */
  readonly keep: (() => Promise<Keeping>) | null;
  /** Puts out what the program prints, and what it writes by itself; null: the shards do it. */
  readonly output: ProgramOutput | null;
  complain(text: string): void;
}

/** What keeps a program that runs on threads. */
export interface Keeping {
  /**
   * Reads what an earlier run has left, with the help of another thread, before a shard is told what to start with (X3). Rejects when that
   * cannot be done.
   */
  find(ask: AskForHelp): Promise<void>;
  /** For a shard to start with. */
  startOf(shard: number): KeptStart;
  /** There is something to keep. Rejects when that cannot be done. */
  open(): Promise<void>;
  /** The program has ended by itself. */
  ended(): void;
  /** Calls `failed` when nothing can be kept any more. */
  watch(failed: (reason: string) => void): void;
}

export interface ProgramOutput {
  /** Whole lines on standard output, without the last line's end. */
  print(lines: string): void;
  /** On standard output or error. */
  write(stream: 1 | 2, data: string | Uint8Array): void;
}

/** The thread of a shard, which waits for what it is told (messages.ts). */
const startThread = (entry: URL): Worker => new Worker(entry, { trackUnmanagedFds: false });

/** Runs a program to its end; its exit code. Throws an Error for a mistake of ours. */
export function runCluster(options: ClusterOptions): Promise<number> {
  const { entry, first, complain, output, keep, ...common } = options;
  const memory = SharedMemory.create(options.shards);
  const counters = options.counters ?? counterMemory({ shards: options.shards }, Date.now());
  const running = new Map<number, Worker>();
  const watcher = new TurnWatcher();
  let keeping: Keeping | null = null;

  return new Promise((resolve, reject) => {
    let outcome: { readonly code: number } | { readonly error: Error } | null = null;
    let impatient: NodeJS.Timeout | undefined;

    let helped: (shared: Shared<TaskPart> | null) => void = () => undefined;

    const tell = (worker: Worker, message: ToShard | null, transfer: readonly Transferable[] = []): void =>
      worker.postMessage(message, transfer);

    const startShard = (shard: number, worker: Worker): Worker => {
      const { port1, port2 } = new MessageChannel();
      const leave = attend(port1);
      const own = { shard, memory: memory.buffer, counters, attendant: port2, printsAtMain: output !== null };
      tell(worker, { kind: "start", start: { ...common, ...own } }, [port2]);
      running.set(shard, worker);
      worker.on("message", (news: ShardNews) => hear(news));
      worker.on("error", (error) => {
        if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
          if (outcome === null) complain(`fault LimitExceeded: core ${shard} has used up its memory`);
          end({ code: ExitCode.Fault });
        } else end({ error });
      });
      worker.on("exit", () => {
        leave();
        helped(null);
        running.delete(shard);
        if (outcome === null) end({ error: new Error(`core ${shard} has stopped`) });
        else if (running.size === 0) settle();
      });
      return worker;
    };

    /** X3 */
    const goOn = (shard: number, worker: Worker): void =>
      tell(worker, { kind: "go", go: { kept: keeping?.startOf(shard) ?? null } });

    /** X3 */
    const find = async (ask: AskForHelp): Promise<void> => {
      if (keep === null) return;
      keeping = await keep();
      keeping.watch(cannotKeep);
      await keeping.find(ask);
    };

    const hear = (news: ShardNews): void => {
      switch (news.kind) {
        case "lines":
          output?.print(news.text);
          break;
        case "written":
          output?.write(news.stream, news.data);
          break;
        case "complaint":
          complain(news.text);
          break;
        case "keep":
          keeping!.open().catch((error: Error) => cannotKeep(error.message));
          break;
        case "keepFailed":
          cannotKeep(news.reason);
          break;
        case "helped":
          helped(news.shared);
          break;
        case "needShards":
          if (outcome === null)
            for (let shard = 1; shard < options.shards; shard++) goOn(shard, startShard(shard, startThread(entry)));
          break;
        case "turns":
          watcher.add(news.shared);
          break;
        case "watchTurns":
          if (outcome === null) watcher.watch();
          break;
        case "finished":
          if (outcome === null) keeping?.ended();
          end({ code: news.exitCode });
          break;
        case "brokenPipe":
          end({ code: ExitCode.BrokenPipe });
          break;
        case "broken":
          end({ error: news.error });
          break;
      }
    };

    /** Nobody can end a thread that sleeps in the kernel, the process neither. */
    const halt = (): void => {
      for (const shard of running.keys()) memory.halt(shard);
    };

    const cannotKeep = (reason: string): void => {
      if (outcome === null) complain(`walia: ${reason}`);
      end({ code: ExitCode.FileTrouble });
    };

    /** X1 */
    const end = (how: NonNullable<typeof outcome>): void => {
      if (outcome !== null) return;
      outcome = how;
      watcher.stop();
      memory.stop();
      for (const shard of running.keys()) memory.wake(shard);
      if (running.size === 0) settle();
      else
        impatient = setTimeout(() => {
          halt();
          for (const [shard, worker] of running) if (memory.hasStarted(shard)) void worker.terminate();
        }, PATIENCE);
    };

    const settle = (): void => {
      clearTimeout(impatient);
      process.off("exit", halt);
      if (outcome !== null && "error" in outcome) reject(outcome.error);
      else resolve(outcome!.code === 0 && memory.someUnhandled ? ExitCode.Fault : outcome!.code);
    };

    process.on("exit", halt);
    startShard(0, first);
    const ask: AskForHelp = (request) =>
      new Promise((resolve) => {
        helped = resolve;
        tell(first, { kind: "help", request });
      });
    find(ask).then(
      () => goOn(0, first),
      (error: Error) => {
        tell(first, null);
        end({ error });
      },
    );
  });
}
