// The port source "file": a file or a kernel attribute. Each change of its content is an event, with the new content.
//
// W1. The kernel tells of changes (inotify through fs.watch); the content is read only then, and only if somebody waits.
//     Changes that come faster than they are read are one event.
// W2. A notice that leaves the content as it was is no event. (Truncating and writing a file gives two notices.)
// W3. A file that is replaced by another under the same name is watched on; one that is gone is an error.

import { type FSWatcher, readFile, readFileSync, statSync, watch, writeFile } from "node:fs";
import { errorOf } from "../base.ts";
import type { Completions, Tag } from "../driver.ts";
import { QueuedSource } from "./source.ts";

export class WatchedFile extends QueuedSource {
  readonly #path: string;
  #watcher: FSWatcher | null = null;
  /** Which file is watched (W3). */
  #inode = 0;
  #seen: Uint8Array = new Uint8Array(0);
  #changed = false;
  #loading = false;
  /** Submissions of `current` and `write` in flight. */
  readonly #submitted = new Set<Tag>();

  constructor(completions: Completions, path: string) {
    super(completions);
    this.#path = path;
  }

  override current(tag: Tag): void {
    this.#submitted.add(tag);
    readFile(this.#path, (error, content) => {
      if (!this.#submitted.delete(tag)) return;
      if (error) this.completions.failed(tag, errorOf(error));
      else this.completions.completed(tag, content);
    });
  }

  override write(tag: Tag, data: string | Uint8Array): void {
    this.#submitted.add(tag);
    // Not created when it is missing: a port that names no file is a mistake.
    writeFile(this.#path, data, { flag: "r+" }, (error) => {
      if (!this.#submitted.delete(tag)) return;
      if (error) this.completions.failed(tag, errorOf(error));
      else this.completions.completed(tag, typeof data === "string" ? Buffer.byteLength(data) : data.length);
    });
  }

  override withdraw(tag: Tag): void {
    if (!this.#submitted.delete(tag)) super.withdraw(tag);
  }

  override close(): void {
    this.#submitted.clear();
    this.#unwatch();
  }

  protected override demand(): void {
    if (this.#watcher === null) this.#watch();
    else this.#load();
  }

  /** There is nothing to stop: content is read on demand only. */
  protected override hold(): void {}

  #watch(): void {
    try {
      this.#watcher = watch(this.#path);
      this.#inode = statSync(this.#path).ino;
      this.#seen = readFileSync(this.#path);
    } catch (error) {
      this.#unwatch();
      this.fail(errorOf(error));
      return;
    }
    this.#watcher.on("change", () => {
      this.#changed = true;
      this.#load();
    });
    this.#watcher.on("error", (error) => {
      this.#unwatch();
      this.fail(errorOf(error));
    });
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  /** Reads the content if there was a notice, and delivers it if it is new. */
  #load(): void {
    if (!this.#changed || this.#loading || !this.wanted) return;
    this.#changed = false;
    this.#loading = true;
    readFile(this.#path, (error, content) => {
      this.#loading = false;
      if (this.#watcher === null) return;
      if (error) {
        this.#unwatch();
        this.fail(errorOf(error));
        return;
      }
      this.#follow();
      if (!content.equals(this.#seen)) {
        this.#seen = content;
        this.deliver(content);
      }
      this.#load();
    });
  }

  /** W3 */
  #follow(): void {
    const inode = statSync(this.#path, { throwIfNoEntry: false })?.ino;
    if (inode === this.#inode || inode === undefined) return;
    const seen = this.#seen;
    this.#unwatch();
    this.#watch();
    this.#seen = seen;
    this.#changed = true;
  }
}
