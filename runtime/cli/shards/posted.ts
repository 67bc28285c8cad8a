// Standard output and error of a shard whose main thread shows something else on the terminal: what is written goes to the
// main thread, which knows where it may appear.

import { BaseHandle } from "../../reactor/drivers/base.ts";
import { type Completions, type Driver, type Tag, WRITE } from "../../reactor/drivers/driver.ts";

/** Takes what is written to standard output (1) or error (2). */
export type Post = (stream: 1 | 2, data: string | Uint8Array) => void;

class PostedStream extends BaseHandle {
  readonly #stream: 1 | 2;
  readonly #post: Post;

  constructor(completions: Completions, stream: 1 | 2, post: Post) {
    super(completions);
    this.#stream = stream;
    this.#post = post;
  }

  override write(tag: Tag, data: string | Uint8Array): void {
    this.#post(this.#stream, data);
    this.completions.completed(tag, typeof data === "string" ? Buffer.byteLength(data) : data.length);
  }

  override ready(tag: Tag, events: number): void {
    if ((events & WRITE) !== 0) this.completions.completed(tag, WRITE);
    else super.ready(tag, events);
  }

  /** Nothing is ever under way. */
  withdraw(): void {}
  close(): void {}
}

/** From now on, writes to a driver's standard streams are posted. `completions`: who submits them, once it is known. */
export function postStandardStreams(driver: Driver, completions: () => Completions, post: Post): void {
  const standard = driver.standard.bind(driver);
  driver.standard = (stream) => (stream === 0 ? standard(0) : new PostedStream(completions(), stream, post));
}
