// The system calls that Node does not have, through koffi. Imported by the uring driver only, so that a program on another
// system, or on the libuv driver, never loads koffi.
//
// Each call costs some 400 ns on the way, so what happens often goes through the ring; these are for setting up, for
// waiting, and for what a ring cannot do. Results are the kernel's: negative numbers are errors.

import koffi from "koffi";
import { errorNumbered } from "../base.ts";
import type { DriverError } from "../driver.ts";
import { ONE, writeEventfdsBy } from "../waker.ts";
import {
  F_GETFL,
  F_SETFL,
  MAP_ANONYMOUS,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_READ,
  PROT_WRITE,
  SYS_IO_URING_ENTER,
  SYS_IO_URING_REGISTER,
  SYS_IO_URING_SETUP,
} from "./abi.ts";

const libc = koffi.load(null);

type Call = (...args: (number | bigint | string | ArrayBufferView | ArrayBuffer | null)[]) => number;

const setupCall: Call = libc.func("syscall", "int64", ["int64", "uint", "void *"]);
const enterCall: Call = libc.func("syscall", "int64", ["int64", "int", "uint", "uint", "uint", "uint64", "size_t"]);
const registerCall: Call = libc.func("syscall", "int64", ["int64", "int", "uint", "void *", "uint"]);
const mmapCall: (...args: (number | null)[]) => bigint = libc.func("mmap", "void *", [
  "void *",
  "size_t",
  "int",
  "int",
  "int",
  "int64",
]);
const munmapCall: Call = libc.func("munmap", "int", ["void *", "size_t"]);
const eventfdCall: Call = libc.func("eventfd", "int", ["uint", "int"]);
const openCall: Call = libc.func("open", "int", ["str", "int"]);
const closeCall: Call = libc.func("close", "int", ["int"]);
const writeCall: Call = libc.func("write", "int64", ["int", "void *", "size_t"]);
const fcntlCall: Call = libc.func("fcntl", "int", ["int", "int", "int64"]);
const socketCall: Call = libc.func("socket", "int", ["int", "int", "int"]);
const setsockoptCall: Call = libc.func("setsockopt", "int", ["int", "int", "int", "void *", "uint"]);
const bindCall: Call = libc.func("bind", "int", ["int", "void *", "uint"]);
const listenCall: Call = libc.func("listen", "int", ["int", "int"]);
const getsocknameCall: Call = libc.func("getsockname", "int", ["int", "void *", "void *"]);
const shutdownCall: Call = libc.func("shutdown", "int", ["int", "int"]);
const inetPtonCall: Call = libc.func("inet_pton", "int", ["int", "str", "void *"]);

/** libc's -1 and errno as the kernel's negative number. */
function checked(result: number): number {
  return result < 0 ? -koffi.errno() : result;
}

export const ringSetup = (entries: number, params: ArrayBuffer): number =>
  checked(setupCall(SYS_IO_URING_SETUP, entries, params));

/** `argument`: the address of a struct io_uring_getevents_arg, with ENTER_EXT_ARG; else 0. */
export const ringEnter = (
  fd: number,
  toSubmit: number,
  minComplete: number,
  flags: number,
  argument: number,
  bytes: number,
): number => checked(enterCall(SYS_IO_URING_ENTER, fd, toSubmit, minComplete, flags, argument, bytes));

export const ringRegister = (fd: number, opcode: number, argument: ArrayBuffer, count: number): number =>
  checked(registerCall(SYS_IO_URING_REGISTER, fd, opcode, argument, count));

/** Memory shared with the kernel, until `unmap`; nobody may look at `view` afterwards. */
export interface Mapping {
  readonly view: ArrayBuffer;
  readonly address: number;
  unmap(): void;
}

/** Maps a ring's memory at `offset`; or, for fd -1, fresh memory of whole pages. A number is an error. */
export function map(fd: number, length: number, offset: number): Mapping | number {
  const kind = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
  const pointer = mmapCall(null, length, PROT_READ | PROT_WRITE, kind, fd, offset);
  // MAP_FAILED is the last address there is; koffi gives pointers as signed or unsigned numbers.
  if (BigInt.asIntN(64, pointer) === -1n) return -koffi.errno();
  return {
    view: koffi.view(pointer, length),
    address: Number(pointer),
    unmap: () => {
      munmapCall(pointer, length);
    },
  };
}

/** Where the memory of a buffer is. It does not move as long as the buffer lives (memory.ts, B1). */
export const addressOf = (memory: ArrayBuffer | Uint8Array): number => Number(koffi.address(memory));

export const eventfd = (flags: number): number => checked(eventfdCall(0, flags));

/** Opens what is there already. Waits for the system: for what it has at hand. */
export const openAtOnce = (path: string, flags: number): number => checked(openCall(path, flags));

/**
 * Closes a descriptor that came from the system. Not Node's `closeSync`: on a worker thread Node keeps a list of those that it
 * has opened, warns of others, and would close at the thread's end what has long been somebody else's.
 */
export function close(fd: number): void {
  closeCall(fd);
}

writeEventfdsBy((fd) => {
  writeCall(fd, ONE, ONE.length);
});

/** Adds and takes away file status flags (O_NONBLOCK). */
export function changeStatusFlags(fd: number, add: number, remove: number): void {
  const flags = fcntlCall(fd, F_GETFL, 0);
  if (flags >= 0 && ((flags | add) & ~remove) !== flags) fcntlCall(fd, F_SETFL, (flags | add) & ~remove);
}

export const socket = (family: number, type: number): number => checked(socketCall(family, type, 0));
export const setOption = (fd: number, level: number, option: number, value: number): number =>
  checked(setsockoptCall(fd, level, option, Int32Array.of(value), 4));
export const bind = (fd: number, address: Uint8Array): number => checked(bindCall(fd, address, address.length));
export const listen = (fd: number, backlog: number): number => checked(listenCall(fd, backlog));
export const shutdown = (fd: number, how: number): number => checked(shutdownCall(fd, how));

/** The address a socket is bound to, as the system writes it. */
export function boundAddress(fd: number): DataView {
  const address = new Uint8Array(128);
  getsocknameCall(fd, address, Int32Array.of(address.length));
  return new DataView(address.buffer);
}

/** Writes a numeric address in the system's form; `text` must be one. */
export function writeAddress(family: number, text: string, into: Uint8Array): void {
  inetPtonCall(family, text, into);
}

/** The error of a call that gave `result`. */
export const systemError = (result: number): DriverError => errorNumbered(-result);
