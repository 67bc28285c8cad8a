// The `.wld` file of a program that `walia run` starts: found, opened when there is something to keep, closed, and taken away
// when it has nothing in it. What is in it, and when it is written, is the reactor's (reactor/keep/).
//
// V1. Sources stand in the file whole: names and texts of the program's files, under the fingerprint of all. Those of an earlier
//     run that differ from today's are compiled again, because a suspended task may be in the middle of them.
// V2. A program that may open few files only could have used them all by the time at which there is something to keep. Then the
//     file is opened at the start.

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { type Cache, fingerprint } from "../../cache/cache.ts";
import type { ProgramVersion } from "../compile/load.ts";
import { PRELUDE_PATH } from "../compile/program.ts";
import { checkFile } from "../horizon/check.ts";
import { commitsItself, DEFAULT_CAPACITY, Horizon, type HorizonOptions } from "../horizon/horizon.ts";
import { isRunning } from "../horizon/owner.ts";
import { readRunning, removeRunning } from "../horizon/running.ts";
import { makeSpace } from "../horizon/space.ts";
import { inUse, ownerOf, removeWithLock } from "../horizon/store.ts";
import { Table } from "../horizon/tables.ts";
import { HorizonError } from "../horizon/trouble.ts";
import { type AskForHelp, readImage, type Started } from "../reactor/keep/image.ts";
import type { Durability } from "../reactor/keep/keeper.ts";
import type { Keeping } from "./shards/cluster.ts";
import type { KeptStart } from "./shards/messages.ts";
import { prepareRun, type Runnable } from "./store.ts";
import { FileTrouble } from "./trouble.ts";
import { version } from "./version.ts";

/** `server.wal` has `server.wld` beside it; a folder has a file of its own name in it. */
export function wldPath(name: string, first: string, folder: string): string {
  const path = resolve(folder, name);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return join(path, `${basename(path)}.wld`);
  return `${first.replace(/\.wal$/, "")}.wld`;
}

export interface KeptOptions {
  readonly path: string;
  readonly durability: Durability;
  /** Bytes that the file may hold. */
  readonly limit: number;
  /** Bytes that tasks that sleep may take in memory; undefined: as many as they want. */
  readonly memoryLimit: number | undefined;
  readonly isFresh: boolean;
  readonly shards: number;
  readonly runnable: Runnable;
  readonly cache: Cache;
  complain(text: string): void;
}

type SourceFile = readonly [name: string, text: string];

export class Kept implements Keeping {
  readonly #options: KeptOptions;
  readonly #memory: SharedArrayBuffer;
  readonly #folder: string;
  readonly #sources: KeptStart["sources"];
  #earlier: Started | null = null;
  #accused: ReadonlySet<number> = new Set();
  /** Tasks may be left in the file when the program has ended. */
  #mayHaveFailed = false;
  #older: ProgramVersion[] = [];
  #opening: Promise<Horizon> | null = null;
  /** The program has ended by itself, so only its variables are kept. */
  #hasEnded = false;
  #failed: (reason: string) => void = () => undefined;

  constructor(options: KeptOptions) {
    this.#options = options;
    this.#memory = makeSpace(options.shards, DEFAULT_CAPACITY);
    this.#folder = dirname(options.path).replaceAll("\\", "/");
    this.#sources = sourcesOf(options.runnable.trees, options.path);
  }

  /** FileTrouble when it cannot be read, or another process has it. */
  async find(ask: AskForHelp): Promise<void> {
    const { path, isFresh } = this.#options;
    try {
      if (isFresh) startOver(path);
      if (existsSync(path)) await this.#read(ask);
      if (fewDescriptors()) await (await this.#open()).started;
    } catch (error) {
      throw error instanceof HorizonError ? new FileTrouble(path, error.reason) : error;
    }
  }

  async #read(ask: AskForHelp): Promise<void> {
    const accused = readRunning(this.#options.path);
    let earlier: Started | null = null;
    await this.#open(async (path) => {
      const { report, started } = await readImage(path, this.#sources.key, accused, ask);
      earlier = started;
      return report;
    });
    this.#earlier = earlier;
    const { image, going, failed } = earlier!;
    this.#accused = accused;
    removeRunning(this.#options.path);
    this.#mayHaveFailed = failed > 0 || this.#accused.size > 0;
    if (failed > 0)
      this.#options.complain(
        failed === 1
          ? "1 task has failed and is kept; walia horizon list --failed shows it"
          : `${failed} tasks have failed and are kept; walia horizon list --failed shows them`,
      );
    if (going > 0) {
      const how = going === 1 ? "1 task" : `${going} tasks`;
      this.#options.complain(`goes on where an earlier run was, with ${how}; --fresh starts over`);
    }
    for (const [key, record] of image.get(Table.Sources) ?? [])
      if (key !== this.#sources.key) await this.#compileOlder(record);
  }

  /** V1 */
  async #compileOlder(record: Uint8Array): Promise<void> {
    const runnable = await compileKept(record, this.#options.path, this.#options.cache);
    if (runnable === null) this.#options.complain("the source of an earlier run has errors for this release of Walia");
    else this.#older.push(runnable);
  }

  startOf(shard: number): KeptStart {
    const { path, durability, shards, limit, memoryLimit } = this.#options;
    return {
      durability,
      seat: { path, memory: this.#memory, shards, shard, limit, commits: commitsItself(durability, shards) },
      folder: this.#folder,
      sources: this.#sources,
      isWarm: this.#earlier !== null,
      image: shard === 0 ? (this.#earlier?.image ?? null) : null,
      sleepers: shard === 0 ? (this.#earlier?.sleepers ?? null) : null,
      memoryLimit: memoryLimit === undefined ? undefined : memoryLimit / shards,
      accused: shard === 0 ? this.#accused : new Set(),
      older: this.#older,
    };
  }

  watch(failed: (reason: string) => void): void {
    this.#failed = failed;
  }

  ended(): void {
    this.#hasEnded = true;
  }

  async open(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${why.replace(/\.?$/, ".")} To keep nothing, run with --no-wld.`);
    }
  }

  #open(check?: HorizonOptions["check"]): Promise<Horizon> {
    const { path, durability, shards, limit } = this.#options;
    this.#opening ??= Horizon.open(path, {
      by: version,
      limit,
      durability,
      shards,
      // The keeper has gathered already: one step is all that has happened since the last.
      interval: 0,
      writer: join(__dirname, "horizon-writer.js"),
      memory: this.#memory,
      failed: (error) => this.#failed(error.message),
      ...(check && { check }),
    });
    return this.#opening;
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    const horizon = await this.#opening?.catch(() => null);
    // What failed was reported when it did.
    await horizon?.close().catch(() => undefined);
    const { path, runnable } = this.#options;
    const hasVariables = runnable.program.variables.some((variable) => variable !== null);
    if (!this.#hasEnded) return;
    removeRunning(path);
    if (horizon != null && !hasVariables && !(this.#mayHaveFailed && hasTasks(path))) removeWithLock(path);
  }
}

/**
 * Compiles the sources in a record of a `.wld` file (V1); null when they have errors for this release. HorizonError when the record
 * is none.
 */
export async function compileKept(record: Uint8Array, path: string, cache: Cache): Promise<Runnable | null> {
  const texts = textsOf(record, path);
  return (await prepareRun([...texts.keys()], (name) => texts.get(name), cache)).runnable;
}

/** The record of a program's sources in the `.wld` file at `path`, and its key (V1). */
export function sourcesOf(trees: Runnable["trees"], path: string): KeptStart["sources"] {
  const folder = dirname(path).replaceAll("\\", "/");
  const files = trees
    .filter((tree) => tree.path !== PRELUDE_PATH)
    .map((tree): SourceFile => [relative(folder, tree.path).replaceAll("\\", "/"), tree.text]);
  const record = Buffer.from(JSON.stringify(files));
  return { key: fingerprint(record), record };
}

/** The texts in a record of sources, by the paths where the files are if they are still there. HorizonError when it is none. */
export function textsOf(record: Uint8Array, path: string): ReadonlyMap<string, string> {
  const folder = dirname(path);
  return new Map(sourceFiles(record, path).map(([name, text]) => [resolve(folder, name).replaceAll("\\", "/"), text]));
}

function sourceFiles(record: Uint8Array, path: string): readonly SourceFile[] {
  const isFile = (file: unknown): boolean =>
    Array.isArray(file) && file.length === 2 && file.every((part) => typeof part === "string");
  try {
    const files: unknown = JSON.parse(Buffer.from(record).toString("utf8"));
    if (Array.isArray(files) && files.length > 0 && files.every(isFile)) return files as SourceFile[];
  } catch {
    // Said below.
  }
  throw new HorizonError("damaged", path, "the record of the program's sources is none.");
}

/** Fewer files than this may be open in a process that has few (V2): no program opens more before it first waits. */
const FEW_DESCRIPTORS = 4096;

/** Node has raised the limit as far as it may. Where nobody tells it, it is high. */
function fewDescriptors(): boolean {
  try {
    const [, most] = /^Max open files +(\d+) /m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return Number(most) < FEW_DESCRIPTORS;
  } catch {
    return false;
  }
}

/** Takes the file of an earlier run away. HorizonError when it is in use. */
function startOver(path: string): void {
  if (!existsSync(path)) return;
  const owner = unreadableOwner(path);
  if (owner !== undefined && isRunning(owner)) throw inUse(path, owner);
  removeWithLock(path);
  removeRunning(path);
}

function hasTasks(path: string): boolean {
  return (checkFile(path).records.get(Table.Tasks) ?? 0) > 0;
}

/** A damaged file has no owner that one could ask. */
function unreadableOwner(path: string): ReturnType<typeof ownerOf> {
  try {
    return ownerOf(path);
  } catch {
    return undefined;
  }
}
