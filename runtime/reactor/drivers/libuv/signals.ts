// Signals of the operating system: who waits for which.
//
// A signal has a listener only while somebody waits for it, so that at all other times it does what it always does.

import { constants } from "node:os";
import { type Completions, DriverError, type Tag } from "../driver.ts";

/** The longest time a timer of Node takes. */
const FOREVER = 2 ** 31 - 1;

interface Wait {
  readonly tags: Tag[];
  readonly listener: () => void;
}

export class Signals {
  readonly #completions: Completions;
  readonly #waits = new Map<string, Wait>();
  /** Node does not count a signal's listener as a reason to stay alive (D6); this one does, and never comes. */
  #alive: NodeJS.Timeout | null = null;

  constructor(completions: Completions) {
    this.#completions = completions;
  }

  wait(tag: Tag, name: string): void {
    const error = this.#listen(name);
    if (error !== null) this.#completions.failed(tag, error);
    else {
      this.#waits.get(name)?.tags.push(tag);
      this.#alive ??= setInterval(ignore, FOREVER);
    }
  }

  withdraw(tag: Tag): void {
    for (const [name, wait] of this.#waits) {
      const index = wait.tags.indexOf(tag);
      if (index < 0) continue;
      wait.tags.splice(index, 1);
      if (wait.tags.length === 0) this.#unlisten(name, wait);
    }
  }

  close(): void {
    for (const [name, wait] of this.#waits) this.#unlisten(name, wait);
  }

  #listen(name: string): DriverError | null {
    if (this.#waits.has(name)) return null;
    if (!(name in constants.signals)) return new DriverError("EINVAL", `there is no signal ${name}`);
    const listener = () => this.#arrived(name);
    try {
      process.on(name, listener);
    } catch {
      return new DriverError("EINVAL", `${name} cannot be caught`);
    }
    this.#waits.set(name, { tags: [], listener });
    return null;
  }

  #unlisten(name: string, wait: Wait): void {
    process.off(name, wait.listener);
    this.#waits.delete(name);
    if (this.#waits.size > 0 || this.#alive === null) return;
    clearInterval(this.#alive);
    this.#alive = null;
  }

  #arrived(name: string): void {
    const wait = this.#waits.get(name);
    if (wait === undefined) return;
    this.#unlisten(name, wait);
    for (const tag of wait.tags) this.#completions.completed(tag, undefined);
  }
}

function ignore(): void {}
