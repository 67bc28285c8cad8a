// What the main thread and the shards of a program, each in a worker thread, tell each other.

import type { MessagePort } from "node:worker_threads";
import type { FileTree } from "../../../language/ast.ts";
import type { ProgramVersion } from "../../compile/load.ts";
import type { CompiledProgram } from "../../compile/program.ts";
import type { Shared } from "../../horizon/check.ts";
import type { JournalSeat } from "../../horizon/journal.ts";
import type { CounterMemory } from "../../nexus/counters.ts";
import type { DriverKind } from "../../reactor/drivers/choose.ts";
import type { HelpRequest, Image, Sleepers, TaskPart } from "../../reactor/keep/image.ts";
import type { Durability, KeeperOptions } from "../../reactor/keep/keeper.ts";
import type { SharedTurns } from "../../reactor/turns.ts";

/** To a shard's thread, in this order. Null in place of one of them: all is over before it began. */
export type ToShard =
  | { readonly kind: "start"; readonly start: ShardStart }
  /** To the first one, which may read while it waits. */
  | { readonly kind: "help"; readonly request: HelpRequest }
  | { readonly kind: "go"; readonly go: ShardGo };

/** What a shard starts with. */
export interface ShardStart {
  readonly shard: number;
  readonly shards: number;
  readonly memory: SharedArrayBuffer;
  readonly counters: CounterMemory;
  readonly driver: DriverKind;
  /** To the attendant on the main thread, for what a driver cannot do on this one. */
  readonly attendant: MessagePort;
  readonly program: CompiledProgram;
  readonly trees: readonly FileTree[];
  readonly ports: ReadonlyMap<number, string>;
  readonly args: readonly string[];
  readonly mostTasks: number | undefined;
  readonly folder: string;
  /** Colours for what goes to standard error. */
  readonly isColored: boolean;
  /** The main thread prints what the program prints: it shows something else on the terminal, too. */
  readonly printsAtMain: boolean;
}

/** What a shard that has started begins with. */
export interface ShardGo {
  /** What keeps the program; null when nothing is to be kept. */
  readonly kept: KeptStart | null;
}

/** What a shard needs to keep its part of the program. */
export interface KeptStart {
  readonly durability: Durability;
  readonly seat: JournalSeat;
  /** The folder that names of variables are relative to. */
  readonly folder: string;
  readonly sources: KeeperOptions["sources"];
  readonly isWarm: boolean;
  readonly image: Image | null;
  readonly sleepers: Sleepers | null;
  /** Bytes that tasks of the shard that sleep may take; undefined: as many as they want. */
  readonly memoryLimit: number | undefined;
  /** Tasks that were running when the earlier run ended. */
  readonly accused: ReadonlySet<number>;
  /** Versions of the program that suspended tasks may belong to. */
  readonly older: readonly ProgramVersion[];
}

/** From a shard. */
export type ShardNews =
  /** The program is over: it ended, by `exit` or with a fault. */
  | { readonly kind: "finished"; readonly exitCode: number }
  /** Whole lines for standard output, without the last line's end. */
  | { readonly kind: "lines"; readonly text: string }
  /** What the program has written to standard output or error by itself. */
  | { readonly kind: "written"; readonly stream: 1 | 2; readonly data: string | Uint8Array }
  /** Text for standard error. */
  | { readonly kind: "complaint"; readonly text: string }
  /** There is something to keep: the `.wld` file is needed now. */
  | { readonly kind: "keep" }
  /** Nothing can be kept any more. */
  | { readonly kind: "keepFailed"; readonly reason: string }
  /** What it has read, when it was asked to help; null: it could not. */
  | { readonly kind: "helped"; readonly shared: Shared<TaskPart> | null }
  /** There is work for more shards. */
  | { readonly kind: "needShards" }
  /** What the thread shares with who watches its turns; it has not begun any. */
  | { readonly kind: "turns"; readonly shared: SharedTurns }
  /** It has begun one, and nobody watches. */
  | { readonly kind: "watchTurns" }
  /** Nobody reads standard output any more. */
  | { readonly kind: "brokenPipe" }
  /** A mistake of ours. */
  | { readonly kind: "broken"; readonly error: Error };
