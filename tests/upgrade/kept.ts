// A program kept in memory: run until everybody waits, stopped there as by a power cut, and gone on with, also with another source.
// The keeper, the records and the engine are the real ones; only the clock, the file and the operating system are missing.

import { fingerprint } from "../../cache/cache.ts";
import type { FileTree } from "../../language/ast.ts";
import { memoryCache } from "../../language/parse/parse.ts";
import { load } from "../../runtime/cli/execute.ts";
import { check, compile, hasErrors, programSource } from "../../runtime/cli/frontend.ts";
import { parsePrelude } from "../../runtime/cli/prelude.ts";
import { loadSources } from "../../runtime/cli/sources.ts";
import type { ProgramVersion } from "../../runtime/compile/load.ts";
import { programSegment } from "../../runtime/engine/machine.ts";
import type { Change } from "../../runtime/horizon/change.ts";
import { type Key, TABLES, Table } from "../../runtime/horizon/tables.ts";
import { type Image, ImageReader, type Started } from "../../runtime/reactor/keep/image.ts";
import { Reactor } from "../../runtime/reactor/shard.ts";
import type { ProgramSource } from "../../runtime/upgrade/version.ts";
import { HandDriver } from "../reactor/scripted.ts";

export const FOLDER = "/program";
const cache = memoryCache();
const prelude = parsePrelude(cache);

export type Files = Readonly<Record<string, string>>;

/** A version of a program: what runs, and what an upgrade takes. */
export interface Built extends ProgramVersion {
  readonly source: ProgramSource;
  readonly sources: { readonly key: string; readonly record: Uint8Array };
}

/** Throws when the program has errors. */
export function build(files: Files): Built {
  const paths = Object.keys(files).map((name) => `${FOLDER}/${name}`);
  const { trees } = loadSources(
    paths,
    (path) => files[path.slice(FOLDER.length + 1)],
    () => cache,
  );
  const checked = check(trees);
  const errors = checked.diagnostics.filter(({ severity }) => severity === "error");
  if (hasErrors(checked.diagnostics)) throw new Error(errors.map(({ message }) => message).join("\n"));
  const all: FileTree[] = [prelude, ...trees];
  const text = JSON.stringify(Object.entries(files));
  return {
    program: compile(checked, prelude),
    trees: all,
    source: programSource(checked, prelude),
    sources: { key: fingerprint(text), record: Buffer.from(text) },
  };
}

type Records = Map<Table, Map<number | string, Uint8Array>>;

export class Run {
  readonly lines: string[] = [];
  readonly faults: string[] = [];
  readonly complaints: string[] = [];
  /** Tasks that were said to be running, and 0 when they were not any more. */
  readonly said: number[] = [];
  readonly records: Records;
  /** Tasks that were in the file only and have been read, by their numbers. */
  readonly read: number[] = [];
  /** A step is on the disk only when somebody waits for it, instead of at once. */
  isDiskSlow = false;
  /** Milliseconds that somebody waits for it who does. */
  diskTakes = 0;
  /** Steps that somebody has waited for. */
  readonly awaited: number[] = [];
  #steps = 0;
  #durable = 0;
  readonly #driver = new HandDriver();
  readonly #reactor: Reactor;

  /** `image`: what an earlier run has left; `older`: the versions of the program that it needs; `accused`: whom it ended with. */
  constructor(
    built: Built,
    now = 1_000_000,
    image: Image | null = null,
    older: readonly ProgramVersion[] = [],
    accused: ReadonlySet<number> = new Set(),
    memoryLimit?: number,
  ) {
    this.#driver.now = now;
    this.records = new Map([...(image ?? [])].map(([table, records]) => [table, new Map(records)]));
    const earlier = image === null ? null : readAtStart(this.records, built.sources.key, accused);
    const loaded = load(built.program, built.trees, older);
    this.#reactor = new Reactor({
      driver: this.#driver,
      now: () => this.#driver.now,
      print: (line) => void this.lines.push(line),
      onUnhandledFault: (fault, task) => void this.faults.push(`${task}: ${fault.kind}: ${fault.message}`),
      keeper: {
        durability: "group",
        journal: {
          step: (changes: readonly Change[]) => this.#write(changes),
          flush: () => undefined,
          wait: (stamp) => this.#wait(stamp),
          prepare: () => undefined,
          takeStamp: () => 0,
          part: () => 0,
          abandon: () => undefined,
          size: 0,
          limit: 1,
          isFull: false,
          isDurable: (stamp) => stamp <= this.#durable,
        },
        code: {
          code: (id) => loaded.codes.get(id),
          classCode: (id) => loaded.classes.get(id),
          traitCode: (id) => loaded.traits.get(id),
          own: (id) => loaded.own(id),
          programSegment,
        },
        globals: loaded.globals,
        hasVariables: loaded.variables.length > 0,
        kept: loaded.kept,
        isCurrent: (id) => loaded.isCurrent(id),
        sources: built.sources,
        trials: { accused, say: (task) => void this.said.push(task) },
        isWarm: image !== null,
        image: earlier?.image ?? null,
        sleepers: earlier?.sleepers ?? null,
        memoryLimit,
        records: { get: (table, key) => this.#get(table, key) },
        needed: () => undefined,
        failed: (reason) => void this.faults.push(reason),
        complain: (text) => void this.complaints.push(text),
      },
    });
    this.#reactor.start(loaded.main);
  }

  get now(): number {
    return this.#driver.now;
  }

  get isOver(): boolean {
    return this.#driver.isClosed;
  }

  get pendingTasks(): number {
    return this.records.get(Table.Tasks)?.size ?? 0;
  }

  /** Lets this much time go by. */
  pass(ms: number): this {
    this.#driver.pass(ms);
    return this;
  }

  #get(table: Table, key: Key): Uint8Array | undefined {
    if (table === Table.Tasks) this.read.push(key as number);
    return this.records.get(table)?.get(key);
  }

  #write(changes: readonly Change[]): number {
    writeTo(this.records, changes);
    this.#steps++;
    if (!this.isDiskSlow) this.#durable = this.#steps;
    return this.#steps;
  }

  #wait(stamp: number): boolean {
    this.awaited.push(stamp);
    this.#driver.now += this.diskTakes;
    this.#durable = Math.max(this.#durable, stamp);
    return true;
  }
}

/** What a start reads of these records. */
function readAtStart(records: Records, sources: string, accused: ReadonlySet<number>): Started {
  const reader = new ImageReader(sources, accused);
  for (const table of TABLES) {
    const tasks = table === Table.Tasks ? reader.collector() : null;
    for (const [key, record] of [...(records.get(table) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const part = { bytes: record, at: 0, length: record.length };
      if (tasks === null) reader.take(table, key, part);
      else tasks.take(key, part);
    }
    if (tasks !== null) reader.join([tasks.end()]);
  }
  return reader.end();
}

export function writeTo(records: Records, changes: readonly Change[]): void {
  for (const { table, key, payload } of changes) {
    const content = records.get(table) ?? new Map<number | string, Uint8Array>();
    records.set(table, content);
    if (payload === undefined) content.delete(key);
    else content.set(key, payload.slice());
  }
}
