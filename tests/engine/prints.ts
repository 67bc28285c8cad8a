// The one notation of the engine's tests: a program and what it prints.

import { expect } from "vitest";
import { runWalia } from "../run.ts";

/** Runs a program that must end without faults; compares what it prints, line by line. */
export async function prints(source: string, ...lines: readonly string[]): Promise<void> {
  const ran = await runWalia(source);
  expect({ faults: ran.faults, lines: ran.output.split("\n").slice(0, -1), exitCode: ran.exitCode }).toEqual({
    faults: "",
    lines,
    exitCode: 0,
  });
}

/** Runs a program that must end with an unhandled fault; compares the first line of the fault. */
export async function faults(source: string, message: string, ...lines: readonly string[]): Promise<void> {
  const ran = await runWalia(source, { check: false });
  expect({ fault: ran.faults.split("\n")[0], lines: ran.output.split("\n").slice(0, -1), code: ran.exitCode }).toEqual({
    fault: message,
    lines,
    code: 70,
  });
}
