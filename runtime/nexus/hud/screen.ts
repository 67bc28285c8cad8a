// Frames on a terminal: its alternate screen, on which only what has changed is written. The control sequences are those of
// ECMA-48 and xterm.
//
// The program's output has a part of the screen of its own (frame.ts). Between frames the cursor stands at the end of it, and
// that part alone scrolls: what somebody types there is seen, and a line that they end does not move the display.

import type { Frame } from "./frame.ts";

const ESC = "\x1b[";
/** Alternate screen, no wrapping at the right edge. */
const ENTER = `${ESC}?1049h${ESC}?7l${ESC}2J`;
const LEAVE = `${ESC}r${ESC}?7h${ESC}?25h${ESC}?1049l`;
/** Terminals that know it show all between these at once. */
const BEGIN = `${ESC}?2026h`;
const END = `${ESC}?2026l`;
const SAVE = "\x1b7";
const RESTORE = "\x1b8";

/** In columns, of text in which nothing but tones is invisible. */
export type Measure = (text: string) => number;

export class Screen {
  readonly #write: (text: string) => void;
  readonly #measure: Measure;
  #isEntered = false;
  #shown: readonly string[] = [];
  #output = "";

  constructor(write: (text: string) => void, measure: Measure) {
    this.#write = write;
    this.#measure = measure;
  }

  get isEntered(): boolean {
    return this.#isEntered;
  }

  /** Shows a frame; the first one, and one after `forget`, as a whole. */
  show(frame: Frame): void {
    const { rows, output } = frame;
    const isFirst = this.#shown.length !== rows.length;
    let text = this.#isEntered ? "" : ENTER;
    this.#isEntered = true;
    if (isFirst) text += `${ESC}2J`;
    const above = rows.slice(0, output.first);
    for (const [i, line] of above.entries()) if (isFirst || line !== this.#shown[i]) text += lineAt(i, line);
    const written = rows.slice(output.first);
    const signature = `${output.first} ${written.join("\n")}`;
    if (isFirst || signature !== this.#output) text += this.#outputPart(frame, written);
    else if (text !== "") text = `${SAVE}${text}${RESTORE}`;
    this.#shown = rows;
    this.#output = signature;
    if (text !== "") this.#write(`${BEGIN}${text}${END}`);
  }

  /** Somebody else may have written on the screen, or it has another size: the next frame is shown as a whole. */
  forget(): void {
    this.#shown = [];
  }

  /** Gives the terminal back as it was. */
  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#shown = [];
    this.#write(LEAVE);
  }

  /** The program's output, and the cursor at its end. */
  #outputPart({ output: { first, rows } }: Frame, written: readonly string[]): string {
    if (rows === 0) return "";
    const lines = written.map((line, i) => lineAt(first + i, line)).join("");
    const last = Math.max(
      0,
      written.findLastIndex((line) => line !== ""),
    );
    const column = this.#measure(written[last] ?? "") + 1;
    return `${lines}${ESC}${first + 1};${first + rows}r${ESC}${first + last + 1};${column}H`;
  }
}

/** A whole row, from 0. It is erased first: after a full row the cursor would still stand on its last character. */
function lineAt(row: number, text: string): string {
  return `${ESC}${row + 1};1H${ESC}0m${ESC}2K${text}`;
}
