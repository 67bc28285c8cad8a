// The driver over Linux's io_uring, by system calls made from here (uring/system.ts). Its thread waits in the kernel, inside
// `step`, and no promise, timer or event of Node's happens on it meanwhile; whoever calls `step` again and again may return to
// Node's loop in between.
//
//   step:   enter ── poked? ── reap: completed, failed … ── alarm? ── turn?       one system call a round, which takes all that
//             ^─────────────────────── again ──────────────────────────┘          the turn before has submitted (D9)
//
// U1. The thread sleeps only when no turn is asked for and the bell could be parked (waker.ts), and is woken by a read of an
//     eventfd that is always in the ring, by any other completion, or when the alarm is due.
// U2. Whoever rings a parked bell writes to the eventfd once, a little later. The driver counts these writes, and does not
//     close the eventfd before the last has come: by then its number might be somebody else's.
// U3. What a ring cannot do (names, signals, some sources) is done by an attendant on a thread with Node's loop.
// U4. After a sleep that another thread has ended soon, the next may be as short: then the driver looks out for a ring or a
//     completion a little while before it sleeps. Waking a thread takes longer than what two threads that talk say meanwhile.
//     After a long sleep it does not, so a program that waits uses no processor.
// U5. `close` lets go of everything at once. Called from inside `step`, it is at the end of that step that the memory is given
//     back, when nobody uses it any more.
// U6. In a rush (driver.ts, D9), patient operations on files do not go out with every turn. The first leave after the first
//     turn; those after them wait for HASTE, then twice as long each time, and never longer than PATIENCE. So 100,000 reads that
//     begin at once take a handful of calls. While one waits, hundreds of tasks run that were ready before its own would be.
//     Whatever else is submitted is urgent, and so is what the kernel has for us.

import { constants, fstatSync } from "node:fs";
import type { MessagePort } from "node:worker_threads";
import { pathError } from "./base.ts";
import {
  type Completions,
  type Driver,
  DriverError,
  type Handle,
  type OpenMode,
  type Source,
  type SourceHandle,
  type Tag,
} from "./driver.ts";
import { EFD_CLOEXEC } from "./uring/abi.ts";
import { boundPort, knownAddresses, numericAddress } from "./uring/address.ts";
import { FifoHandle, openFifo } from "./uring/fifo.ts";
import { FileHandle, type FileRead } from "./uring/file.ts";
import type { Kit, UringHandle } from "./uring/kit.ts";
import { ListenerHandle } from "./uring/listener.ts";
import { Inboxes, Memory } from "./uring/memory.ts";
import { Connecting, Looking, listenEverywhere, listenOn, Opening, type Submitted } from "./uring/opening.ts";
import { Remote, report } from "./uring/remote.ts";
import { Ring, type RingCounts } from "./uring/ring.ts";
import { SOCKET, StreamHandle } from "./uring/stream.ts";
import { changeStatusFlags, close, eventfd, systemError } from "./uring/system.ts";
import { WakeRead } from "./uring/wake-read.ts";
import { answer, isHalted, isRung, newBell, park, type Waker } from "./waker.ts";

/** How long it looks out before it sleeps, and after how long a wait it does so the next time, in milliseconds (U4). */
const LOOKOUT = 0.1;
const SOON = 1;
/** Looks between two looks at the clock. */
const LOOKS = 64;
/** The shortest and the longest wait in a rush, in milliseconds (U6). */
const HASTE = 32;
const PATIENCE = 128;
/** How long `close` waits for the kernel to let go of what was cancelled, in milliseconds. */
const LAST_WAIT = 1000;
/** An operation that the driver's own withdrawal must find: what is under way, or where else to look. */
type Pending = Submitted | { readonly remote: number };

/** Memory of drivers that were closed while the kernel still had some of it (memory.ts, B4). */
const abandoned: unknown[] = [];

export class UringDriver implements Driver, Kit {
  readonly ring: Ring;
  readonly memory = new Memory();
  readonly inboxes: Inboxes;
  readonly idleReads: FileRead[] = [];
  completions: Completions = NOBODY;

  readonly #remote: Remote;
  readonly #submitted = new Map<Tag, Pending>();
  readonly #open = new Set<UringHandle>();
  /** Of `#open`, those whose writes come out also when the program ends. */
  readonly #standard = new Set<UringHandle>();
  readonly #sources = new Set<SourceHandle>();
  readonly #bell: Int32Array;
  readonly #eventfd: number;
  readonly #wakeRead: WakeRead;
  /** U2 */
  #rung = 0;

  /** U4 */
  #isRungSoon = false;
  #turnWanted = false;
  /** U6: the turn that is wanted is one of a rush; how long operations wait; since which call of `enter`, and until when. */
  #inRush = false;
  #patience = 0;
  #entersBefore = 0;
  #leavesAt = 0;
  #ringsAt = Number.POSITIVE_INFINITY;
  #inStep = false;
  #isClosed = false;

  /**
   * A driver for this thread. `port`: its end of a channel whose other end is given to `attend` (U3). `bell`: the word of shared
   * memory that its waker rings. Throws a DriverError.
   */
  constructor(port: MessagePort, bell = newBell()) {
    this.#bell = bell;
    const ring = Ring.create();
    if (ring instanceof DriverError) throw ring;
    const inboxes = Inboxes.create(ring.fd);
    const waking = eventfd(EFD_CLOEXEC);
    if (inboxes instanceof DriverError || waking < 0) {
      ring.close();
      if (!(inboxes instanceof DriverError)) inboxes.close();
      throw inboxes instanceof DriverError ? inboxes : systemError(waking);
    }
    this.ring = ring;
    this.inboxes = inboxes;
    this.#eventfd = waking;
    this.#wakeRead = new WakeRead(this, this.#eventfd);
    this.#remote = new Remote(port, this.waker());
  }

  /** What went through the ring so far. */
  get counts(): Readonly<RingCounts> {
    return this.ring.counts;
  }

  attach(completions: Completions): void {
    this.completions = completions;
  }

  // ---- The loop ----

  step(mayWait: boolean): boolean {
    if (this.#isClosed) return false;
    this.#inStep = true;
    this.#enter(mayWait);
    this.ring.reap();
    if (!this.#isClosed && this.#ringsAt <= performance.now()) {
      this.#ringsAt = Number.POSITIVE_INFINITY;
      this.completions.alarm();
    }
    if (!this.#isClosed && this.#turnWanted) {
      this.#turnWanted = false;
      this.#inRush = false;
      this.completions.turn();
      if (!this.#inRush) this.#patience = 0;
    }
    this.#inStep = false;
    if (this.#isClosed) this.#tearDown();
    return !this.#isClosed;
  }

  #enter(mayWait: boolean): void {
    const mayRest = mayWait && !this.#turnWanted;
    const began = mayRest ? performance.now() : 0;
    if (mayRest && this.#isRungSoon) {
      // The read of the eventfd at least is submitted again after each sleep.
      if (this.ring.isPending) this.ring.enter(null);
      this.#lookOut(began);
    }
    const isAsleep = mayRest && park(this.#bell);
    if (isAsleep) this.ring.enter(Math.max(this.#ringsAt - performance.now(), 0));
    else if (this.ring.isUrgent || (this.ring.isPending && !this.#isPatient())) this.ring.enter(null);
    const wasRung = answer(this.#bell);
    if (mayRest) this.#isRungSoon = wasRung && performance.now() - began < SOON;
    if (!wasRung) return;
    if (isAsleep) this.#rung++;
    if (isHalted(this.#bell)) {
      this.close();
      return;
    }
    this.#remote.receive();
    this.completions.poked?.();
  }

  /** U6. What is queued waits for company. */
  #isPatient(): boolean {
    if (!this.#inRush) return false;
    const now = performance.now();
    const { enters } = this.ring.counts;
    // Whatever has entered since took with it all that waited.
    if (enters !== this.#entersBefore) this.#leavesAt = now + this.#patience;
    this.#entersBefore = enters;
    if (now < this.#leavesAt) return true;
    this.#patience = Math.min(Math.max(2 * this.#patience, HASTE), PATIENCE);
    return false;
  }

  /** U4. Nothing is held up: everything has been submitted, and a completion ends the look-out as well. */
  #lookOut(began: number): void {
    const { ring } = this;
    const end = Math.min(began + LOOKOUT, this.#ringsAt);
    do {
      for (let look = 0; look < LOOKS; look++) if (isRung(this.#bell) || ring.hasArrived || ring.isPending) return;
    } while (performance.now() < end);
  }

  waker(): Waker {
    return { kind: "eventfd", bell: this.#bell, fd: this.#eventfd };
  }

  alarm(delay: number | null): void {
    this.#ringsAt = delay === null ? Number.POSITIVE_INFINITY : performance.now() + delay;
  }

  soon(inRush = false): void {
    this.#turnWanted = true;
    if (inRush) this.#inRush = true;
  }

  // ---- Submissions ----

  open(tag: Tag, path: string, mode: OpenMode): void {
    const wrong = pathError(path);
    if (wrong !== null) {
      this.completions.failed(tag, wrong);
      return;
    }
    const opening = new Opening(this, tag, path, mode, (submitted, fd) => {
      const wanted = this.#take(submitted);
      if (fd instanceof DriverError) {
        if (wanted) this.completions.failed(tag, fd);
      } else if (wanted) this.completions.completed(tag, this.#opened(fd, mode));
      else close(fd);
    });
    this.#submitted.set(tag, opening);
  }

  exists(tag: Tag, path: string): void {
    if (pathError(path) !== null) {
      this.completions.completed(tag, false);
      return;
    }
    const looking = new Looking(this, tag, path, (submitted, found) => {
      if (this.#take(submitted)) this.completions.completed(tag, !(found instanceof DriverError));
    });
    this.#submitted.set(tag, looking);
  }

  listen(tag: Tag, host: string | undefined, port: number): void {
    const address = host === undefined ? null : numericAddress(host === "localhost" ? "127.0.0.1" : host, port);
    if (host === undefined) this.#listening(tag, listenEverywhere(port));
    else if (address !== null) this.#listening(tag, listenOn(address));
    else {
      const remote = this.#remote.lookup(host, (found) => {
        this.#submitted.delete(tag);
        if (found instanceof DriverError) this.completions.failed(tag, found);
        else this.#listening(tag, listenOn(numericAddress(found[0]!, port)!));
      });
      this.#submitted.set(tag, { remote });
    }
  }

  connect(tag: Tag, host: string, port: number): void {
    const connecting = new Connecting(this, tag, (submitted, fd) => {
      if (!this.#take(submitted)) {
        if (!(fd instanceof DriverError)) close(fd);
      } else if (fd instanceof DriverError) this.completions.failed(tag, fd);
      else this.completions.completed(tag, this.#connection(fd));
    });
    this.#submitted.set(tag, connecting);
    const addresses = knownAddresses(host, port);
    if (addresses !== null) connecting.dial(addresses);
    else {
      this.#remote.lookup(host, (found) => {
        if (found instanceof DriverError) connecting.fail(found);
        else connecting.dial(found.map((each) => numericAddress(each, port)!));
      });
    }
  }

  signal(tag: Tag, name: string): void {
    const remote = this.#remote.signal(name, (message) => {
      this.#submitted.delete(tag);
      report(this.completions, tag, message);
    });
    this.#submitted.set(tag, { remote });
  }

  withdraw(tag: Tag): void {
    const pending = this.#submitted.get(tag);
    this.#submitted.delete(tag);
    if (pending === undefined) return;
    if ("remote" in pending) this.#remote.withdraw(pending.remote, null);
    else pending.giveUp();
  }

  standard(stream: 0 | 1 | 2): Handle {
    const isInput = stream === 0;
    const options = { isSocket: false, readable: isInput, writable: !isInput, keep: true };
    const handle = this.#track(new StreamHandle(this, stream, options));
    this.#standard.add(handle);
    return handle;
  }

  source(source: Source): SourceHandle | DriverError {
    if (source.kind === "fifo") return this.#fifo(source.path);
    const handle = this.#remote.source(this.completions, source, (gone) => this.#sources.delete(gone));
    this.#sources.add(handle);
    return handle;
  }

  // ---- Handles ----

  gone(handle: UringHandle): void {
    this.#open.delete(handle);
    this.#standard.delete(handle);
  }

  #track<H extends UringHandle>(handle: H): H {
    this.#open.add(handle);
    return handle;
  }

  #opened(fd: number, mode: OpenMode): Handle {
    const stat = fstatSync(fd);
    if (stat.isFIFO() || stat.isSocket()) {
      const [readable, writable] = [mode === "r" || mode === "r+", mode !== "r"];
      return this.#track(new StreamHandle(this, fd, { isSocket: false, readable, writable }));
    }
    const seekable = stat.isFile() || stat.isBlockDevice();
    // So that a read of what is not in memory yet waits in the kernel instead of coming back.
    changeStatusFlags(fd, 0, constants.O_NONBLOCK);
    return this.#track(new FileHandle(this, fd, { seekable, appends: mode === "a" }));
  }

  #connection(fd: number): Handle {
    return this.#track(new StreamHandle(this, fd, SOCKET));
  }

  #listening(tag: Tag, fd: number | DriverError): void {
    if (fd instanceof DriverError) this.completions.failed(tag, fd);
    else {
      const handle = new ListenerHandle(this, fd, boundPort(fd), (connection) => this.#connection(connection));
      this.completions.completed(tag, this.#track(handle));
    }
  }

  #fifo(path: string): SourceHandle | DriverError {
    const fd = openFifo(path);
    return typeof fd === "number" ? this.#track(new FifoHandle(this, fd)) : fd;
  }

  /** A submission is over; true when somebody still wants to know. */
  #take(submitted: Submitted): boolean {
    if (this.#isClosed || this.#submitted.get(submitted.tag) !== submitted) return false;
    return this.#submitted.delete(submitted.tag);
  }

  // ---- The end ----

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const pending of this.#submitted.values()) if (!("remote" in pending)) pending.giveUp();
    this.#submitted.clear();
    for (const source of [...this.#sources]) source.close();
    this.#remote.close();
    for (const handle of [...this.#open]) handle.destroy();
    if (!this.#inStep) this.#tearDown(); // U5
  }

  #tearDown(): void {
    // The bell is never parked again (K4), and of the rings that found it parked the last write is waited for (U2).
    this.#settle(() => this.#standard.size > 0 || this.#wakeRead.count < this.#rung, Number.POSITIVE_INFINITY);
    this.#wakeRead.isOver = true;
    this.ring.cancelAll();
    this.#settle(() => this.ring.inFlight > 0, LAST_WAIT);
    close(this.#eventfd);
    if (this.ring.inFlight > 0) abandoned.push(this);
    else {
      this.inboxes.close();
      this.ring.close();
    }
  }

  /** Enters and reaps while `isPending`, for so many milliseconds. */
  #settle(isPending: () => boolean, patience: number): void {
    const end = performance.now() + patience;
    this.ring.enter(null);
    this.ring.reap();
    while (isPending() && performance.now() < end) {
      this.ring.enter(Math.min(end - performance.now(), LAST_WAIT));
      this.ring.reap();
    }
  }
}

/** Until `attach`. */
const NOBODY: Completions = { completed: ignore, failed: ignore, alarm: ignore, turn: ignore };

function ignore(): void {}
