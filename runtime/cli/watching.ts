// Whoever watches a program while `walia run` runs it: `--telemetry`, `--metrics-port`, `--nexus`. They look at the counters in
// shared memory (nexus/counters.ts) from the main thread. Without any of them, nothing here is loaded or runs.
//
// G1. What is to happen at the end of a program happens however it ends: by itself, by `exit`, by a fault, or by a signal
//     that nobody else listens to. After that the signal does what it would have done.

import type { AddressInfo } from "node:net";
import { type CounterMemory, counterMemory, watch } from "../nexus/counters.ts";
import { answers } from "../reactor/requests.ts";
import type { Terminal } from "./terminal.ts";

export interface WatchOptions {
  /** Prometheus text on standard error, at the end. */
  readonly telemetry: boolean;
  /** Where it is served while the program runs; 0: a free port. */
  readonly metricsPort: number | null;
  /** The display on the terminal. */
  readonly nexus: boolean;
}

export interface Watched {
  /** How the program is called. */
  readonly title: string;
  readonly shards: number;
  readonly terminal: Terminal;
}

export interface Watching {
  /** Where the program is to count; undefined when nobody watches. */
  readonly counters: CounterMemory | undefined;
  /** The display is on the terminal: only this thread may write there. */
  readonly isShown: boolean;
  /** The program has ended. */
  end(): Promise<void>;
}

/** Marks that a shard keeps for the display: those of a tenth of a second at 160,000 events a second. */
const MARKS = 16_384;

const NOBODY: Watching = { counters: undefined, isShown: false, end: async () => undefined };

/** Begins to watch a program that is about to start. Throws FileTrouble for a port that cannot be had. */
export async function startWatching(options: WatchOptions, { terminal, ...watched }: Watched): Promise<Watching> {
  const isShown = options.nexus && process.stderr.isTTY === true && process.env.TERM !== "dumb";
  if (options.nexus && !isShown)
    terminal.complain("walia: --nexus needs a terminal at standard error; going on without it");
  if (!options.telemetry && options.metricsPort === null && !isShown) return NOBODY;
  const counters = counterMemory(
    { shards: watched.shards, effects: [...answers.keys()], marks: isShown ? MARKS : 0 },
    Date.now(),
  );
  watch(counters);
  const atEnd: (() => Promise<void>)[] = [];
  if (options.telemetry || options.metricsPort !== null) {
    const { Telemetry, serve } = await import("./telemetry.ts");
    const telemetry = new Telemetry(counters);
    if (options.telemetry)
      atEnd.push(async () => {
        terminal.flush();
        process.stderr.write(await telemetry.text());
      });
    if (options.metricsPort !== null) {
      const server = await serve(telemetry, options.metricsPort);
      const { port } = server.address() as AddressInfo;
      terminal.complain(`walia: metrics at http://127.0.0.1:${port}/metrics`);
    }
  }
  if (isShown) {
    const { showNexus } = await import("./nexus.ts");
    const close = showNexus(counters, watched.title);
    atEnd.unshift(async () => {
      terminal.flush();
      close();
    });
  }
  const end = async (): Promise<void> => {
    stopListening();
    for (const last of atEnd.splice(0)) await last();
  };
  const stopListening = beforeSignals(end);
  return { counters, isShown, end };
}

/** G1. Gives what ends that. */
function beforeSignals(end: () => Promise<void>): () => void {
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const onSignal = (signal: NodeJS.Signals): void => {
    // The program waits for it, or whoever runs the program does, and ends it.
    if (process.listenerCount(signal) > 1) return;
    void end().then(() => process.kill(process.pid, signal));
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
