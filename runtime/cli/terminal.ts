// Standard output and error, for the command and for the programs it runs.
//
// O1. Lines that a program prints are gathered and go out together: when GATHERED characters are there, when the last time
//     is LATE milliseconds ago, before anything else is written, and when the program has nothing to do. On a terminal
//     each goes out at once.
// O2. When nobody reads standard output any more, the process ends quietly. That nobody reads standard error is nothing to
//     tell anybody.

import { ExitCode } from "./exit-codes.ts";
import { type Paint, paintFor } from "./paint.ts";

const GATHERED = 16_384;
const LATE = 10;

export class Terminal {
  readonly paint: Paint;
  readonly errorPaint: Paint;
  readonly #isTerminal = process.stdout.isTTY === true;
  #lines = "";
  #wroteAt = 0;
  #scheduled: NodeJS.Immediate | null = null;

  constructor() {
    this.paint = paintFor(process.stdout, process.env);
    this.errorPaint = paintFor(process.stderr, process.env);
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(ExitCode.BrokenPipe);
    });
    process.stderr.on("error", () => undefined);
  }

  /** One line on standard output. */
  print(line: string): void {
    this.#lines += `${line}\n`;
    if (this.#isTerminal || this.#lines.length > GATHERED || performance.now() - this.#wroteAt > LATE) this.flush();
    else this.#scheduled ??= setImmediate(this.flush);
  }

  /** What a program writes to standard output or error by itself. */
  write(stream: 1 | 2, data: string | Uint8Array): void {
    this.flush();
    (stream === 1 ? process.stdout : process.stderr).write(data);
  }

  /** One line, or several, on standard error. */
  complain(text: string): void {
    this.flush();
    process.stderr.write(`${text}\n`);
  }

  readonly flush = (): void => {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    this.#wroteAt = performance.now();
    if (this.#lines === "") return;
    const lines = this.#lines;
    this.#lines = "";
    process.stdout.write(lines);
  };

  /** When everything has been handed to the system. */
  async drain(): Promise<void> {
    this.flush();
    for (const stream of [process.stdout, process.stderr])
      await new Promise<void>((resolve) => {
        stream.write("", () => resolve());
      });
  }
}
