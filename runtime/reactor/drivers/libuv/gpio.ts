// The port source "gpio": a line of a GPIO chip. Each edge is an event, `rising` or `falling`.
//
// The kernel tells edges through ioctls that Node does not have; the `gpiomon` of libgpiod (Debian: gpiod) has them, sleeps
// until one comes, and prints a line. So a child process waits for us, and its output wakes us.
//
// P1. The command lines of libgpiod 1 and 2 differ; which one is installed is asked once, of `gpiomon --help`.
// P2. The child ends with the port. When it ends by itself, that is an error of the port with what it said.

import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { errorOf } from "../base.ts";
import { type Completions, DriverError, type Tag } from "../driver.ts";
import { QueuedSource } from "./source.ts";

type Tool = "gpiomon" | "gpioget" | "gpioset";
type Syntax = "v1" | "v1 line-buffered" | "v2";
type Monitor = ChildProcessByStdio<null, Readable, Readable>;

/** A line longer than this is not one of gpiomon's. */
const LONGEST_LINE = 4096;

export class GpioLine extends QueuedSource {
  readonly #chip: string;
  readonly #line: string;
  #syntax: Syntax | null = null;
  #child: Monitor | null = null;
  #starting = false;
  #closed = false;
  #unfinished = "";
  /** Submissions of `current` and `write` in flight. */
  readonly #submitted = new Set<Tag>();

  constructor(completions: Completions, chip: string, line: string) {
    super(completions);
    this.#chip = chip;
    this.#line = line;
  }

  /** The level of the line, `0` or `1`. */
  override current(tag: Tag): void {
    this.#once(tag, "gpioget", (syntax) =>
      syntax === "v2" ? ["--numeric", ...this.#where(syntax)] : this.#where(syntax),
    );
  }

  /** Sets the level of the line: `1`, or anything else for 0. */
  override write(tag: Tag, data: string | Uint8Array): void {
    const level = Buffer.from(data).toString().trim() === "1" ? 1 : 0;
    const length = Buffer.from(data).length;
    this.#once(
      tag,
      "gpioset",
      (syntax) =>
        syntax === "v2"
          ? ["--chip", this.#chip, "--toggle", "0", `${this.#line}=${level}`]
          : [this.#chip, `${this.#line}=${level}`],
      length,
    );
  }

  override withdraw(tag: Tag): void {
    if (!this.#submitted.delete(tag)) super.withdraw(tag);
  }

  override close(): void {
    this.#closed = true;
    this.#submitted.clear();
    this.#child?.kill();
    this.#child = null;
  }

  protected override demand(): void {
    if (this.#child !== null) this.#child.stdout.resume();
    else if (!this.#starting) {
      this.#starting = true;
      this.#withSyntax((syntax) => {
        this.#starting = false;
        if (this.#closed) return;
        if (syntax instanceof DriverError) this.fail(syntax);
        else this.#watch(syntax);
      });
    }
  }

  protected override hold(): void {
    this.#child?.stdout.pause();
  }

  #where(syntax: Syntax): string[] {
    return syntax === "v2" ? ["--chip", this.#chip, this.#line] : [this.#chip, this.#line];
  }

  #watch(syntax: Syntax): void {
    const buffered = syntax === "v1 line-buffered" ? ["--line-buffered"] : [];
    const format = syntax === "v2" ? "--format=%E" : "--format=%e";
    const child = spawn("gpiomon", [...buffered, format, ...this.#where(syntax)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let complaint = "";
    this.#child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.#onText(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-LONGEST_LINE);
    });
    child.on("error", (error) => this.#gone(child, missing("gpiomon", error)));
    child.on("close", (code) => {
      this.#gone(child, new DriverError("EIO", complaint.trim() || `gpiomon ended with code ${code}`));
    });
  }

  /** P2 */
  #gone(child: Monitor, error: DriverError): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#unfinished = "";
    this.fail(error);
  }

  #onText(text: string): void {
    const lines = (this.#unfinished + text).split("\n");
    this.#unfinished = (lines.pop() ?? "").slice(-LONGEST_LINE);
    for (const line of lines) if (line.trim() !== "") this.deliver(Buffer.from(edgeOf(line.trim())));
  }

  /** Runs a tool that ends by itself; yields `count`, or what it printed. */
  #once(tag: Tag, tool: Tool, argsFor: (syntax: Syntax) => string[], count?: number): void {
    this.#submitted.add(tag);
    this.#withSyntax((syntax) => {
      if (syntax instanceof DriverError) this.#answer(tag, syntax);
      else {
        execFile(tool, argsFor(syntax), (error, output, complaint) => {
          if (error === null) this.#answer(tag, count ?? Buffer.from(output.trim()));
          else if (error.code === "ENOENT") this.#answer(tag, missing(tool, error));
          else this.#answer(tag, new DriverError("EIO", complaint.trim() || error.message));
        });
      }
    });
  }

  #answer(tag: Tag, result: number | Uint8Array | DriverError): void {
    if (!this.#submitted.delete(tag)) return;
    if (result instanceof DriverError) this.completions.failed(tag, result);
    else this.completions.completed(tag, result);
  }

  /** P1 */
  #withSyntax(use: (syntax: Syntax | DriverError) => void): void {
    if (this.#syntax !== null) {
      use(this.#syntax);
      return;
    }
    execFile("gpiomon", ["--help"], (error, output, complaint) => {
      if (error?.code === "ENOENT") {
        use(missing("gpiomon", error));
        return;
      }
      const help = output + complaint;
      this.#syntax = help.includes("--chip") ? "v2" : help.includes("--line-buffered") ? "v1 line-buffered" : "v1";
      use(this.#syntax);
    });
  }
}

/** libgpiod 1 numbers its edges; 2 names them. */
function edgeOf(line: string): string {
  return line === "1" ? "rising" : line === "0" ? "falling" : line;
}

function missing(tool: Tool, error: Error): DriverError {
  const { code, text } = errorOf(error);
  if (code !== "ENOENT") return new DriverError(code, text);
  return new DriverError(code, `the program ${tool} is missing; install it with: apt install gpiod`);
}
