// Whether this kernel, as it is configured and confined, has the io_uring that the driver needs. Finds out by making a ring.

import { readFileSync } from "node:fs";
import { release } from "node:os";
import { DriverError } from "../driver.ts";
import { NEEDED_OPS, OP_SUPPORTED, PROBE_HEAD_BYTES, PROBE_OP_BYTES, PROBE_OPS, REGISTER_PROBE } from "./abi.ts";
import { Inboxes } from "./memory.ts";
import { Ring } from "./ring.ts";
import { ringRegister } from "./system.ts";

/** Of a ring that is made for the probe only. */
const SMALLEST = 8;

/** What is missing, in words; null when all is there. */
export function probe(): string | null {
  const ring = Ring.create(SMALLEST);
  if (ring instanceof DriverError) return refusal(ring);
  const inboxes = Inboxes.create(ring.fd);
  const isComplete = !(inboxes instanceof DriverError) && hasNeededOps(ring.fd);
  // Its pages are unmapped behind the ring that uses them.
  ring.close();
  if (!(inboxes instanceof DriverError)) inboxes.close();
  return isComplete ? null : tooOld();
}

function hasNeededOps(ringFd: number): boolean {
  const reply = new ArrayBuffer(PROBE_HEAD_BYTES + PROBE_OPS * PROBE_OP_BYTES);
  if (ringRegister(ringFd, REGISTER_PROBE, reply, PROBE_OPS) < 0) return false;
  const view = new DataView(reply);
  return NEEDED_OPS.every(
    (op) => (view.getUint16(PROBE_HEAD_BYTES + op * PROBE_OP_BYTES + 2, true) & OP_SUPPORTED) !== 0,
  );
}

function refusal({ code, text }: DriverError): string {
  switch (code) {
    case "ENOSYS":
      return `${releaseText()} has no io_uring, or a sandbox hides it`;
    case "EPERM":
    case "EACCES":
      return `io_uring is forbidden here (${switchText()})`;
    case "EINVAL":
      return tooOld();
    default:
      return `io_uring_setup failed: ${text} (${code})`;
  }
}

function tooOld(): string {
  return `${releaseText()} has too old an io_uring; 5.19 is new enough`;
}

function releaseText(): string {
  return `Linux ${release()}`;
}

/** What the administrator has said of io_uring; containers forbid it in their own way. */
function switchText(): string {
  try {
    const value = readFileSync("/proc/sys/kernel/io_uring_disabled", "utf8").trim();
    return value === "0" ? "by the container or a security module" : `kernel.io_uring_disabled = ${value}`;
  } catch {
    return "by the container or a security module";
  }
}
