// A program in a process of its own, for tests of what the operating system sees: CPU time, signals, the process's end.
// process.test.ts bundles and starts it with a job as JSON in argv[2].

import { LibuvDriver } from "../../runtime/reactor/drivers/libuv.ts";
import { Reactor } from "../../runtime/reactor/shard.ts";
import { runWalia } from "../run.ts";
import { ask, script, scriptedEngine } from "./scripted.ts";

export interface Job {
  readonly source: string;
  readonly ports?: readonly (readonly [number, string])[];
  /** Instead of `source`: reads a line of standard input, prints it and ends. */
  readonly readsLine?: true;
  /** Once this many milliseconds have passed, measures the CPU time of the next `idle` ones, prints it, and exits. */
  readonly measure?: { readonly after: number; readonly idle: number };
}

async function readLine(): Promise<void> {
  const reactor = new Reactor({
    driver: new LibuvDriver(),
    engine: scriptedEngine(),
    print: (line) => console.log(line),
    onUnhandledFault: (fault) => console.log(fault.message),
  });
  reactor.start(
    script("main", function* () {
      reactor.print(`read ${yield ask("input")}`);
      return;
    }),
  );
  await reactor.finished;
}

async function work(job: Job): Promise<void> {
  if (job.readsLine) return readLine();
  if (job.measure !== undefined) {
    const { after, idle } = job.measure;
    setTimeout(() => {
      const before = process.cpuUsage();
      setTimeout(() => {
        const { user, system } = process.cpuUsage(before);
        console.log(JSON.stringify({ cpu: (user + system) / 1000 }));
        process.exit();
      }, idle);
    }, after);
  }
  const ran = await runWalia(job.source, { ports: new Map(job.ports ?? []) });
  console.log(JSON.stringify(ran));
  process.exitCode = ran.exitCode;
}

void work(JSON.parse(process.argv[2] ?? "{}"));
