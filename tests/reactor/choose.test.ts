// Which driver a machine gets, and what is said when it is not the one that was asked for.

import { afterEach, expect, test } from "vitest";
import { chooseDriver } from "../../runtime/reactor/drivers/choose.ts";
import { DriverError } from "../../runtime/reactor/drivers/driver.ts";
import { drivers } from "./drivers.ts";

const real = { platform: process.platform, arch: process.arch, versions: process.versions };
const pretend = (what: Partial<typeof real>): void => {
  for (const [name, value] of Object.entries(what)) Object.defineProperty(process, name, { value, configurable: true });
};
afterEach(() => pretend(real));

test("libuv can be had anywhere", async () => {
  expect(await chooseDriver("libuv")).toEqual({ kind: "libuv", reason: "asked for" });
});

test.runIf(drivers.length > 1)("uring is chosen where it works, with the kernel's version as the reason", async () => {
  expect(await chooseDriver()).toEqual({ kind: "uring", reason: expect.stringMatching(/^io_uring of Linux \d/) });
  expect(await chooseDriver("uring")).toEqual(await chooseDriver());
});

test.each([
  [{ platform: "darwin" } as const, "io_uring is part of Linux only"],
  [{ platform: "linux", arch: "s390x" } as const, "io_uring is not used on s390x machines"],
  [
    { platform: "linux", versions: { ...real.versions, electron: "30" } } as const,
    "Electron does not share memory with the system",
  ],
])("%j gets libuv, and is told why", async (machine, reason) => {
  pretend(machine);
  expect(await chooseDriver()).toEqual({ kind: "libuv", reason });
  const forced = await chooseDriver("uring");
  expect(forced).toEqual(new DriverError("ENOSYS", `the uring driver cannot be used: ${reason}`));
});
