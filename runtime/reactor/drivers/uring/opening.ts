// What ends in a new handle: opening a file, listening, connecting. Each is an operation of the driver itself.

import { constants } from "node:fs";
import { OPEN_FLAGS } from "../base.ts";
import { DriverError, type OpenMode, type Tag } from "../driver.ts";
import {
  AF_INET6,
  AT_FDCWD,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  ECANCELED,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  O_CLOEXEC,
  OP_CONNECT,
  OP_LINK_TIMEOUT,
  OP_OPENAT,
  OP_STATX,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_SOCKET,
  SQE_CQE_SKIP_SUCCESS,
  SQE_IO_LINK,
  STATX_BYTES,
  TCP_NODELAY,
} from "./abi.ts";
import { numericAddress, type SocketAddress } from "./address.ts";
import type { Kit } from "./kit.ts";
import type { Block } from "./memory.ts";
import { NOBODY, type Operation } from "./ring.ts";
import { bind, close, listen, setOption, socket, systemError } from "./system.ts";

const BACKLOG = 4096;
/** How long one of several addresses may take before the next is tried, in seconds. */
const PATIENCE = 2;

/** Something of the driver's that is under way for `tag`. */
export interface Submitted {
  readonly tag: Tag;
  /** Nobody wants it any more. */
  giveUp(): void;
}

/** Who is told how it went. `fd` is a new descriptor, or the result of a call that makes none. */
export type Outcome = (submitted: Submitted, fd: number | DriverError) => void;

/** A path at the beginning of a block, as C writes it, with room for `more` bytes behind it. */
function pathBlock(kit: Kit, path: string, more = 0): { readonly block: Block; readonly length: number } {
  const length = Buffer.byteLength(path) + 1;
  const block = kit.memory.take(length + more);
  block.bytes.write(path);
  block.bytes[length - 1] = 0;
  return { block, length };
}

export class Opening implements Operation, Submitted {
  readonly #kit: Kit;
  readonly #block: Block;
  readonly #done: Outcome;

  constructor(
    kit: Kit,
    readonly tag: Tag,
    path: string,
    mode: OpenMode,
    done: Outcome,
  ) {
    this.#kit = kit;
    this.#done = done;
    this.#block = pathBlock(kit, path).block;
    // Non-blocking, so that a FIFO without a peer does not wait for one; plain files do not mind.
    const flags = OPEN_FLAGS[mode] | constants.O_NONBLOCK | O_CLOEXEC;
    kit.ring.entry(kit.ring.begin(this), OP_OPENAT, AT_FDCWD, this.#block.address, 0o666, 0, flags, 0);
  }

  /** It ends by itself, and what it opened is closed then. */
  giveUp(): void {}

  completed(result: number): void {
    this.#kit.memory.give(this.#block);
    this.#done(this, result < 0 ? systemError(result) : result);
  }
}

/** Whether there is something at a path: yields 0, or the error. */
export class Looking implements Operation, Submitted {
  readonly #kit: Kit;
  readonly #block: Block;
  readonly #done: Outcome;

  constructor(
    kit: Kit,
    readonly tag: Tag,
    path: string,
    done: Outcome,
  ) {
    this.#kit = kit;
    this.#done = done;
    const { block, length } = pathBlock(kit, path, STATX_BYTES + 8);
    this.#block = block;
    // The struct statx stands behind the path.
    const status = block.address + ((length + 7) & ~7);
    kit.ring.entry(kit.ring.begin(this), OP_STATX, AT_FDCWD, block.address, 0, status, 0, 0);
  }

  giveUp(): void {}

  completed(result: number): void {
    this.#kit.memory.give(this.#block);
    this.#done(this, result < 0 ? systemError(result) : result);
  }
}

/** Connects to the first of some addresses that answers. */
export class Connecting implements Operation, Submitted {
  readonly #kit: Kit;
  readonly #done: Outcome;
  #addresses: readonly SocketAddress[] = [];
  #next = 0;
  #fd = -1;
  #slot = -1;
  #block: Block | null = null;
  #isWanted = true;

  constructor(
    kit: Kit,
    readonly tag: Tag,
    done: Outcome,
  ) {
    this.#kit = kit;
    this.#done = done;
  }

  giveUp(): void {
    this.#isWanted = false;
    if (this.#block !== null) this.#kit.ring.cancel(this.#slot);
  }

  /** Begins, once the addresses are known. */
  dial(addresses: readonly SocketAddress[]): void {
    if (!this.#isWanted) return;
    this.#addresses = addresses;
    this.#dialNext();
  }

  fail(error: DriverError): void {
    if (this.#isWanted) this.#done(this, error);
  }

  #dialNext(): void {
    const address = this.#addresses[this.#next++]!;
    this.#fd = socket(address.family, SOCK_STREAM | SOCK_CLOEXEC);
    if (this.#fd < 0) {
      this.#failed(this.#fd);
      return;
    }
    setOption(this.#fd, IPPROTO_TCP, TCP_NODELAY, 1);
    const { ring, memory } = this.#kit;
    const isLast = this.#next === this.#addresses.length;
    const { length } = address.bytes;
    this.#block = memory.take(length + 24);
    this.#block.bytes.set(address.bytes);
    this.#slot = ring.begin(this);
    const link = isLast ? 0 : SQE_IO_LINK;
    ring.entry(this.#slot, OP_CONNECT | link, this.#fd, this.#block.address, 0, length, 0, 0);
    if (isLast) return;
    // A struct __kernel_timespec behind the address, for the entry that is linked to the first.
    const at = (length + 7) & ~7;
    this.#block.bytes.writeBigInt64LE(BigInt(PATIENCE), at);
    this.#block.bytes.writeBigInt64LE(0n, at + 8);
    ring.entry(NOBODY, OP_LINK_TIMEOUT | SQE_CQE_SKIP_SUCCESS, -1, this.#block.address + at, 1, 0, 0, 0);
  }

  completed(result: number): void {
    this.#kit.memory.give(this.#block!);
    this.#block = null;
    if (!this.#isWanted) close(this.#fd);
    else if (result < 0) {
      close(this.#fd);
      this.#failed(result);
    } else this.#done(this, this.#fd);
  }

  #failed(result: number): void {
    if (this.#next < this.#addresses.length) this.#dialNext();
    else
      this.#done(
        this,
        result === ECANCELED ? new DriverError("ETIMEDOUT", "connection timed out") : systemError(result),
      );
  }
}

/** A socket that listens; at once, because the system needs no time for it. */
export function listenOn(address: SocketAddress): number | DriverError {
  const fd = socket(address.family, SOCK_STREAM | SOCK_CLOEXEC);
  if (fd < 0) return systemError(fd);
  setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  // Connections inherit it.
  setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (address.family === AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  const bound = bind(fd, address.bytes);
  const result = bound < 0 ? bound : listen(fd, BACKLOG);
  if (result >= 0) return fd;
  close(fd);
  return systemError(result);
}

/** On every address of this machine, of both families where it has both. */
export function listenEverywhere(port: number): number | DriverError {
  const both = listenOn(numericAddress("::", port)!);
  const hasNoIpv6 =
    both instanceof DriverError && [EAFNOSUPPORT, EADDRNOTAVAIL].some((errno) => systemError(errno).code === both.code);
  return hasNoIpv6 ? listenOn(numericAddress("0.0.0.0", port)!) : both;
}
