// Which driver a program gets on this machine, and why. Loads no more than it must: nothing of io_uring where that cannot be.

import { endianness, release } from "node:os";
import { DriverError } from "./driver.ts";

export type DriverKind = "uring" | "libuv";

export interface Choice {
  readonly kind: DriverKind;
  /** For people: "io_uring of Linux 6.18", or why it is not that. */
  readonly reason: string;
}

/** Machines on which the kernel's words are those of uring/abi.ts. */
const KNOWN_MACHINES: readonly string[] = ["x64", "arm64", "riscv64", "loong64"];

/** The best driver there is; or the one that is `forced`, or a DriverError that says why it cannot be had. */
export async function chooseDriver(forced?: DriverKind): Promise<Choice | DriverError> {
  if (forced === "libuv") return { kind: "libuv", reason: "asked for" };
  const obstacle = await obstacleToUring();
  if (obstacle === null) return { kind: "uring", reason: `io_uring of Linux ${release()}` };
  if (forced === undefined) return { kind: "libuv", reason: obstacle };
  return new DriverError("ENOSYS", `the uring driver cannot be used: ${obstacle}`);
}

/** What keeps a program from using io_uring here; null when nothing does. */
async function obstacleToUring(): Promise<string | null> {
  if (process.platform !== "linux") return "io_uring is part of Linux only";
  if (process.versions.electron !== undefined) return "Electron does not share memory with the system";
  if (!KNOWN_MACHINES.includes(process.arch) || endianness() !== "LE") {
    return `io_uring is not used on ${process.arch} machines`;
  }
  try {
    const { probe } = await import("./uring/probe.ts");
    return probe();
  } catch (error) {
    const [reason] = String((error as Error).message).split("\n");
    return `koffi, which makes system calls, does not load: ${reason}`;
  }
}
