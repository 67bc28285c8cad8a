// The driver over Node's own net, fs, timers and signals: for every system that Node runs on. Its handles are in libuv/.
//
// A program's result comes from Node's callbacks, so they hold the process alive (D6) exactly as long as they may come.

import * as fs from "node:fs";
import { connect, Socket } from "node:net";
import { errorOf, OPEN_FLAGS, pathError } from "./base.ts";
import type { SourceHandle, Tag } from "./driver.ts";
import { type Completions, type Driver, DriverError, type Handle, type OpenMode, type Source } from "./driver.ts";
import { LoopBell } from "./libuv/bell.ts";
import { openFifo } from "./libuv/fifo.ts";
import { FileHandle, type ScratchPool } from "./libuv/file.ts";
import { GpioLine } from "./libuv/gpio.ts";
import { ListenerHandle } from "./libuv/listener.ts";
import { Signals } from "./libuv/signals.ts";
import { StreamHandle } from "./libuv/stream.ts";
import { UnixPort } from "./libuv/unix.ts";
import { WatchedFile } from "./libuv/watch.ts";
import { isHalted, newBell, type Waker } from "./waker.ts";

const LONGEST_ALARM = 2 ** 31 - 1;

export class LibuvDriver implements Driver {
  #completions: Completions = NOBODY;
  #signals = new Signals(NOBODY);
  readonly #scratch: ScratchPool = [];
  /** Everything to close at the end, connections being closed too. */
  readonly #open = new Set<{ close(): void }>();
  /** Submissions of this object in flight, and how to give up their work where that is possible. */
  readonly #submitted = new Map<Tag, (() => void) | null>();
  #alarm: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  readonly #word: Int32Array;
  #bell: LoopBell | null = null;

  /** `bell`: the word of shared memory that its waker rings. */
  constructor(bell = newBell()) {
    this.#word = bell;
  }

  attach(completions: Completions): void {
    this.#completions = completions;
    this.#signals = new Signals(completions);
  }

  waker(): Waker {
    this.#bell ??= new LoopBell(this.#word, this.#onRing);
    return this.#bell.waker;
  }

  open(tag: Tag, path: string, mode: OpenMode): void {
    const wrong = pathError(path);
    if (wrong !== null) {
      this.#completions.failed(tag, wrong);
      return;
    }
    this.#submitted.set(tag, null);
    // Non-blocking, so that a FIFO without a peer does not block a thread of the pool; plain files do not mind.
    fs.open(path, OPEN_FLAGS[mode] | fs.constants.O_NONBLOCK, 0o666, (error, fd) => {
      const wanted = this.#submitted.delete(tag);
      if (error) {
        if (wanted) this.#completions.failed(tag, errorOf(error));
      } else if (wanted) this.#completions.completed(tag, this.#fileHandle(fd, mode));
      else fs.close(fd, ignore);
    });
  }

  exists(tag: Tag, path: string): void {
    if (pathError(path) !== null) {
      this.#completions.completed(tag, false);
      return;
    }
    this.#submitted.set(tag, null);
    fs.access(path, (error) => {
      if (this.#submitted.delete(tag)) this.#completions.completed(tag, error === null);
    });
  }

  listen(tag: Tag, host: string | undefined, port: number): void {
    const listener = new ListenerHandle(this.#completions, this.#onConnection, this.#onGone);
    this.#submitted.set(tag, () => listener.close());
    listener.listen(host, port, (error) => {
      if (!this.#submitted.delete(tag)) return;
      if (error !== null) this.#completions.failed(tag, error);
      else this.#completions.completed(tag, this.#track(listener));
    });
  }

  connect(tag: Tag, host: string, port: number): void {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.#submitted.set(tag, () => socket.destroy());
    const onError = (error: Error) => {
      if (this.#submitted.delete(tag)) this.#completions.failed(tag, errorOf(error));
    };
    socket.on("error", onError);
    socket.once("connect", () => {
      if (!this.#submitted.delete(tag)) return;
      const handle = this.#connection(socket);
      socket.off("error", onError);
      this.#completions.completed(tag, handle);
    });
  }

  signal(tag: Tag, name: string): void {
    this.#signals.wait(tag, name);
  }

  withdraw(tag: Tag): void {
    const giveUp = this.#submitted.get(tag);
    if (giveUp === undefined) this.#signals.withdraw(tag);
    this.#submitted.delete(tag);
    giveUp?.();
  }

  standard(stream: 0 | 1 | 2): Handle {
    const [readable, writable] =
      stream === 0 ? [process.stdin, null] : [null, stream === 1 ? process.stdout : process.stderr];
    return this.keep(new StreamHandle(this.#completions, readable, writable, { release: "keep" }));
  }

  /** Remembers a handle that is open, for `close`. */
  protected keep<H extends Handle>(handle: H): H {
    this.#open.add(handle);
    return handle;
  }

  source(source: Source): SourceHandle | DriverError {
    const handle = this.#sourceHandle(source);
    if (!(handle instanceof DriverError)) this.#open.add(handle);
    return handle;
  }

  alarm(delay: number | null): void {
    if (this.#alarm !== null) clearTimeout(this.#alarm);
    this.#alarm = null;
    if (delay === null) return;
    // An alarm that rings early is allowed: whoever set it looks at the clock and sets it again.
    this.#alarm = setTimeout(this.#onAlarm, Math.min(Math.max(delay, 1), LONGEST_ALARM));
  }

  soon(): void {
    this.#immediate ??= setImmediate(this.#onImmediate);
  }

  close(): void {
    this.alarm(null);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#bell?.close();
    this.#signals.close();
    for (const giveUp of this.#submitted.values()) giveUp?.();
    this.#submitted.clear();
    for (const handle of this.#open) {
      if (handle instanceof StreamHandle) handle.destroy();
      else handle.close();
    }
    this.#open.clear();
  }

  #fileHandle(fd: number, mode: OpenMode): Handle {
    const stat = fs.fstatSync(fd);
    if (stat.isFIFO() || stat.isSocket()) {
      const [readable, writable] = [mode === "r" || mode === "r+", mode !== "r"];
      const pipe = new Socket({ fd, readable, writable, allowHalfOpen: true });
      return this.#stream(pipe, readable, writable);
    }
    const seekable = stat.isFile() || stat.isBlockDevice();
    return this.#track(
      new FileHandle(this.#completions, fd, {
        seekable,
        appends: mode === "a",
        scratch: this.#scratch,
        onGone: this.#onGone,
      }),
    );
  }

  #sourceHandle(source: Source): SourceHandle | DriverError {
    switch (source.kind) {
      case "fifo":
        return openFifo(this.#completions, source.path, this.#onGone);
      case "file":
        return new WatchedFile(this.#completions, source.path);
      case "unix":
        return new UnixPort(this.#completions, source.path);
      case "gpio":
        return new GpioLine(this.#completions, source.chip, source.line);
    }
  }

  #connection(socket: Socket): Handle {
    return this.#stream(socket, true, true);
  }

  #stream(socket: Socket, readable: boolean, writable: boolean): Handle {
    return this.#track(
      new StreamHandle(this.#completions, readable ? socket : null, writable ? socket : null, {
        release: "end",
        onGone: this.#onGone,
      }),
    );
  }

  #track<H extends Handle>(handle: H): H {
    this.#open.add(handle);
    return handle;
  }

  readonly #onConnection = (socket: Socket): Handle => this.#connection(socket);

  readonly #onGone = (handle: { close(): void }): void => {
    this.#open.delete(handle);
  };

  readonly #onRing = (): void => {
    if (this.#bell !== null && isHalted(this.#bell.waker.bell)) this.close();
    else this.#completions.poked?.();
  };

  readonly #onAlarm = (): void => {
    this.#alarm = null;
    this.#completions.alarm();
  };

  readonly #onImmediate = (): void => {
    this.#immediate = null;
    this.#completions.turn();
  };
}

/** Until `attach`. */
const NOBODY: Completions = { completed: ignore, failed: ignore, alarm: ignore, turn: ignore };

function ignore(): void {}
