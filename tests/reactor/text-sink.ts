// Standard output or error of a driver that keeps them as text.

import { BaseHandle } from "../../runtime/reactor/drivers/base.ts";
import type { Completions, Tag } from "../../runtime/reactor/drivers/driver.ts";
import type { Written } from "../run.ts";

export class TextSink extends BaseHandle {
  readonly #stream: 1 | 2;
  readonly #written: Written;

  constructor(owner: { readonly completions: Completions; readonly written: Written }, stream: 1 | 2) {
    super(owner.completions);
    this.#stream = stream;
    this.#written = owner.written;
  }

  override write(tag: Tag, data: string | Uint8Array): void {
    this.#written[this.#stream] += typeof data === "string" ? data : Buffer.from(data).toString();
    this.completions.completed(tag, Buffer.byteLength(data));
  }

  override withdraw(): void {}
  override close(): void {}
}
