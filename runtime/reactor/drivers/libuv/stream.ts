// A byte stream of Node (socket, pipe, FIFO, standard stream) as a handle. For the libuv driver and its sources.
//
//   nobody reads ── read ──> waiting ── data ──> completed
//        ^                                          │
//        └─ chunk held, stream paused <── data ─────┘   (data that comes while nobody reads)
//
// S1. Reading starts with the first `read` or `ready`. At most one chunk is held that nobody has asked for; then the
//     stream is paused, Node stops at its own small mark, and the rest stays with the system and the peer.
// S2. Bytes held come out before an end or an error that came after them. (A reset that reaches the system together with
//     the last bytes is an end by the time libuv tells us; it shows as an error at the next write.)
// S3. The first error is kept and answers everything after it: a broken stream stays broken.
// S4. `issued` and `flushed` count writes given to Node and those it has called back for. A write that Node passed on
//     at once is completed at once, its callback comes later and must not answer the next write.

import type { Readable, Writable } from "node:stream";
import { BaseHandle, errorOf, NONE, textOf, Watchers } from "../base.ts";
import { type Completions, DriverError, READ, type Tag, WRITE } from "../driver.ts";

/** How a stream is let go: a socket says goodbye, standard streams stay open. */
export type Release = "end" | "keep";

export class StreamHandle extends BaseHandle {
  readonly #input: Readable | null;
  readonly #output: Writable | null;
  readonly #release: Release;
  #onGone: ((handle: StreamHandle) => void) | null;

  #reading: Tag = NONE;
  #max = 0;
  /** Bytes that nobody has asked for yet (S1). */
  #held: Uint8Array | null = null;
  #flowing = false;
  #ended = false;
  #failure: DriverError | null = null;

  #writing: Tag = NONE;
  #bytes = 0;
  #issued = 0;
  #flushed = 0;

  #watchers: Watchers | null = null;

  /** `onGone` is called once, when the stream has been closed for good. */
  constructor(
    completions: Completions,
    input: Readable | null,
    output: Writable | null,
    options: {
      readonly release: Release;
      readonly onGone?: (handle: StreamHandle) => void;
    },
  ) {
    super(completions);
    this.#input = input;
    this.#output = output;
    this.#release = options.release;
    this.#onGone = options.onGone ?? null;
    input?.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onError).on("close", this.#onClose);
    input?.pause();
    counted(input)?.ref?.();
    if (output !== null && (output as unknown) !== input) output.on("error", this.#onError);
  }

  get held(): Uint8Array | null {
    return this.#held;
  }

  override read(tag: Tag, max: number): void {
    if (this.#input === null) super.read(tag, max, 0);
    else if (this.#held !== null) this.completions.completed(tag, this.#take(this.#held, max));
    else if (this.#failure !== null) this.completions.failed(tag, this.#failure);
    else if (this.#ended) this.completions.completed(tag, null);
    else {
      this.#reading = tag;
      this.#max = max;
      this.#flow();
    }
  }

  override write(tag: Tag, data: string | Uint8Array): void {
    const output = this.#output;
    if (output === null) super.write(tag, data, 0);
    else if (this.#failure !== null) this.completions.failed(tag, this.#failure);
    else if (!output.writable) this.completions.failed(tag, new DriverError("EPIPE", textOf("EPIPE")));
    else this.#writeTo(output, tag, data);
  }

  #writeTo(output: Writable, tag: Tag, data: string | Uint8Array): void {
    const bytes = typeof data === "string" ? Buffer.byteLength(data) : data.length;
    this.#issued++;
    // Text of one byte a character goes out without being encoded.
    if (typeof data === "string") output.write(data, bytes === data.length ? "latin1" : "utf8", this.#onWritten);
    else output.write(data, this.#onWritten);
    if (output.writableLength === 0 && output.errored === null) this.completions.completed(tag, bytes);
    else {
      this.#writing = tag;
      this.#bytes = bytes;
    }
  }

  override ready(tag: Tag, events: number): void {
    const now = events & this.#readiness();
    if (now !== 0) this.completions.completed(tag, now);
    else if ((events & (READ | WRITE)) === 0) super.ready(tag, events);
    else {
      this.#watchers ??= new Watchers();
      this.#watchers.add(tag, events);
      if ((events & READ) !== 0) this.#flow();
    }
  }

  override withdraw(tag: Tag): void {
    if (this.#reading === tag) this.#reading = NONE;
    else if (this.#writing === tag) this.#writing = NONE;
    else this.#watchers?.remove(tag);
  }

  override close(): void {
    this.#forget();
    const output = this.#output;
    const hasMore = output !== null && !output.writableFinished && this.#failure === null;
    if (hasMore && this.#release === "end") output.end(() => this.destroy());
    else this.destroy();
  }

  /** Closes at once, whatever is still to go out. */
  destroy(): void {
    this.#forget();
    if (this.#release === "keep") this.#detach();
    else {
      this.#input?.destroy();
      this.#output?.destroy();
    }
  }

  /** Lets a stream that stays open be, so that it no longer holds the process. */
  #detach(): void {
    this.#input?.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose).pause();
    counted(this.#input)?.unref?.();
  }

  /** D5 */
  #forget(): void {
    this.#reading = NONE;
    this.#writing = NONE;
    this.#watchers = null;
  }

  #flow(): void {
    if (this.#flowing) return;
    this.#flowing = true;
    this.#input?.resume();
  }

  #readiness(): number {
    const broken = this.#failure !== null;
    const canRead = this.#input !== null && (this.#held !== null || this.#ended || broken);
    const canWrite = this.#output !== null && (this.#output.writableLength === 0 || broken);
    return (canRead ? READ : 0) | (canWrite ? WRITE : 0);
  }

  /** The first `max` bytes of a chunk; holds the rest. */
  #take(chunk: Uint8Array, max: number): Uint8Array {
    this.#held = chunk.length > max ? chunk.subarray(max) : null;
    return chunk.length > max ? chunk.subarray(0, max) : chunk;
  }

  readonly #onData = (chunk: Uint8Array | string): void => {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    const tag = this.#reading;
    if (tag !== NONE) {
      this.#reading = NONE;
      this.completions.completed(tag, this.#take(bytes, this.#max));
      if (this.#held === null) return;
    } else this.#held = this.#held === null ? bytes : Buffer.concat([this.#held, bytes]);
    this.#flowing = false;
    this.#input?.pause();
    this.#watchers?.tell(this.completions, READ);
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    const tag = this.#reading;
    if (tag !== NONE) {
      this.#reading = NONE;
      this.completions.completed(tag, null);
    }
    this.#watchers?.tell(this.completions, READ);
  };

  readonly #onError = (error: Error): void => {
    this.#failure ??= errorOf(error);
    const reading = this.#reading;
    const writing = this.#writing;
    this.#reading = NONE;
    this.#writing = NONE;
    if (reading !== NONE) this.completions.failed(reading, this.#failure);
    if (writing !== NONE) this.completions.failed(writing, this.#failure);
    this.#watchers?.tell(this.completions, READ | WRITE);
  };

  readonly #onWritten = (error?: Error | null): void => {
    this.#flushed++;
    const tag = this.#writing;
    if (error) {
      this.#failure ??= errorOf(error);
      this.#writing = NONE;
      if (tag !== NONE) this.completions.failed(tag, this.#failure);
      return;
    }
    if (this.#flushed < this.#issued) return; // S4
    if (tag !== NONE) {
      this.#writing = NONE;
      this.completions.completed(tag, this.#bytes);
    }
    this.#watchers?.tell(this.completions, WRITE);
  };

  readonly #onClose = (): void => {
    if (!this.#ended && this.#failure === null) this.#onEnd();
    this.#onGone?.(this);
    this.#onGone = null;
  };
}

/** A socket or terminal, which may or may not hold the process; files do not. */
function counted(stream: Readable | null): { ref?(): void; unref?(): void } | null {
  return stream as (Readable & { ref?(): void; unref?(): void }) | null;
}
