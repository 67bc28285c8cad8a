// What a reactor is given, and what comes of it.

import type { Fault } from "../engine/values.ts";
import type { CounterMemory } from "../nexus/counters.ts";
import type { Driver } from "./drivers/driver.ts";
import type { Engine } from "./engine.ts";
import type { KeeperOptions } from "./keep/keeper.ts";
import type { PeerOptions } from "./shards/peer.ts";
import type { Turns } from "./turns.ts";

export interface ReactorOptions {
  readonly driver: Driver;
  /** Sources of hardware ports (sources.ts). */
  readonly ports?: ReadonlyMap<number, string>;
  readonly args?: readonly string[];
  /** Puts one line on standard output. */
  print(line: string): void;
  /** Puts out what `print` has kept back: something is about to be written past it, or there is nothing to run. */
  flush?(): void;
  /** Somebody outside may call `finish` while the program runs, so even a task that runs alone must stop now and then. */
  readonly isInterruptible?: boolean;
  /** Stands in for standard input. */
  readonly input?: string;
  /** E3; `task` says whose it was. */
  onUnhandledFault(fault: Fault, task: string): void;
  /** The clock: milliseconds since 1970. */
  now?(): number;
  /** Where it counts; somebody else may watch. */
  readonly counters?: CounterMemory | undefined;
  readonly engine?: Engine;
  /** How many tasks may live before no more connections are accepted. */
  readonly mostTasks?: number | undefined;
  /** Makes this shard one of several; without it, it is the only one. */
  readonly peer?: PeerOptions;
  /** Lets another thread see turns that take too long. */
  readonly turns?: Turns;
  /** Keeps the program, so that another run can go on with it. */
  readonly keeper?: KeeperOptions | undefined;
}

export interface Finished {
  /** 0; what `exit` was given; or 70 when a fault was unhandled. */
  readonly exitCode: number;
}
