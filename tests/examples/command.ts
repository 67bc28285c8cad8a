// Starts the real `walia` command on an example and speaks with it, for tests. Nothing here waits for a time: only for a line
// that the program prints, a connection's data, or the program's end.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer, Socket } from "node:net";
import { join } from "node:path";
import { afterEach } from "vitest";

export const root = join(import.meta.dirname, "..", "..");

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

/** A running program; it is killed at the end of the test. */
export class Program {
  readonly #child: ChildProcess;
  #text = "";
  #errors = "";
  #ended = false;
  #watchers = new Set<() => void>();

  constructor(...args: readonly string[]) {
    // Each test's run is the first: nothing is kept beside the examples.
    const [first, ...rest] = args;
    const words = first === "run" ? ["run", "--no-wld", ...rest] : args;
    const command = [join(root, "bin", "walia.js"), ...words];
    this.#child = spawn(process.execPath, ["--stack-size=3900", ...command], { cwd: root });
    running.add(this.#child);
    this.#child.stdout!.on("data", (data) => {
      this.#text += data;
      this.#changed();
    });
    this.#child.stderr!.on("data", (data) => {
      this.#errors += data;
    });
    this.#child.on("close", () => {
      this.#ended = true;
      this.#changed();
    });
  }

  /** All it has printed so far. */
  get output(): string {
    return this.#text;
  }

  /** Faults and problems it has reported so far. */
  get errors(): string {
    return this.#errors;
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Resolves when the program has printed `text`, and fails when it ends without. */
  printed(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#text.includes(text)) resolve();
        else if (this.#ended) reject(new Error(`the program ended after "${this.#text}", with "${this.#errors}"`));
        else return;
        this.#watchers.delete(look);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Resolves with the exit code. */
  get ended(): Promise<number | null> {
    return new Promise((resolve) => {
      if (this.#ended) resolve(this.#child.exitCode);
      else this.#child.on("close", resolve);
    });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** A port on which nobody listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A client that collects what it is sent. */
export class Client {
  readonly socket = new Socket();
  #text = "";

  static async connect(port: number): Promise<Client> {
    const client = new Client();
    client.socket.setNoDelay(true);
    client.socket.on("data", (data) => {
      client.#text += data;
      client.socket.emit("walia:more");
    });
    await new Promise<void>((resolve, reject) => {
      client.socket.on("error", reject);
      client.socket.connect(port, "127.0.0.1", resolve);
    });
    return client;
  }

  /** Resolves when the bytes are with the system. */
  send(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(text, () => resolve());
    });
  }

  /** Resolves with all it has been sent, once that ends with `end`. */
  async receivedUpTo(end: string): Promise<string> {
    while (!this.#text.endsWith(end)) await new Promise<void>((resolve) => this.socket.once("walia:more", resolve));
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Resolves with what it has been sent when the other side has closed. */
  receivedToTheEnd(): Promise<string> {
    return new Promise((resolve) => {
      this.socket.once("close", () => resolve(this.#text));
    });
  }

  /** Says that no more will be sent. */
  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}
