// The display as a whole: looks at the shards ten times a second and shows what there is to see, until it is closed. What the
// program writes meanwhile is kept, and written out when the terminal is its own again.

import type { CounterMemory } from "../counters.ts";
import { frame, type Look, type Size } from "./frame.ts";
import { count, duration, short } from "./look.ts";
import { Pulse } from "./pulse.ts";
import { Screen } from "./screen.ts";
import { columnsOf, type Stream, shownLine, Transcript } from "./transcript.ts";

/** Milliseconds between two frames; and from the start of the first task to the first, so that a short program does not flash. */
const FRAME = 100;
const FIRST = 300;
/** Every so many frames, one is shown as a whole, in case something else has written on the terminal. */
const WHOLE = 50;

/** A terminal, as far as the display needs one. */
export interface DisplayTerminal {
  write(text: string): void;
  readonly size: () => Size;
}

export interface DisplayOptions {
  readonly memory: CounterMemory;
  /** What runs. */
  readonly title: string;
  readonly terminal: DisplayTerminal;
  readonly look: Look;
  /** Milliseconds since 1970. */
  now?(): number;
}

export class Display {
  readonly transcript = new Transcript();
  readonly #options: DisplayOptions;
  readonly #now: () => number;
  readonly #pulse: Pulse;
  readonly #screen: Screen;
  /** When the first task had started. */
  #begunAt: number | null = null;
  readonly #timer: NodeJS.Timeout;
  #frames = 0;

  constructor(options: DisplayOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const now = this.#now();
    this.#pulse = new Pulse(options.memory, now);
    this.#screen = new Screen(options.terminal.write, columnsOf);
    this.#timer = setInterval(() => this.tick(), FRAME);
    // The program is what keeps the process alive.
    this.#timer.unref();
  }

  /** Somebody writes to the terminal. */
  add(stream: Stream, chunk: string | Uint8Array): void {
    this.transcript.add(stream, chunk);
  }

  tick(): void {
    const now = this.#now();
    const snapshot = this.#pulse.look(now);
    if (snapshot.sum.tasksStarted > 0) this.#begunAt ??= now;
    if (this.#begunAt === null || now - this.#begunAt < FIRST) return;
    if (this.#frames++ % WHOLE === 0) this.#screen.forget();
    const { title, terminal, look } = this.#options;
    const tail = (rows: number, columns: number): string[] => this.transcript.tail(rows, columns);
    this.#screen.show(frame(snapshot, shownLine(title, 60), tail, terminal.size(), look));
  }

  /** The terminal has another size, or was somebody else's for a while. */
  redraw(): void {
    this.#screen.forget();
    if (this.#screen.isEntered) this.tick();
  }

  /** The terminal is somebody else's for a while. */
  leave(): void {
    this.#screen.leave();
  }

  /** Gives the terminal back; what the program wrote is in the transcript. The last line says how it went. */
  close(): string {
    clearInterval(this.#timer);
    this.#screen.leave();
    const { sum, elapsed, peak } = this.#pulse.look(this.#now());
    const rate = (sum.events * 1000) / Math.max(1, elapsed);
    const stolen = sum.tasksStolen > 0 ? ` (${count(sum.tasksStolen)} stolen)` : "";
    const tasks = `${counted(sum.tasksStarted, "task")}${stolen}`;
    return `nexus: ${duration(elapsed)}, ${tasks}, ${counted(sum.events, "event")}, ${short(rate)}/s (peak ${short(peak)}/s)`;
  }
}

function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
