// What a program writes to the terminal while the display is on it: kept, so that its last lines can be shown and all of it
// be written out when the display has gone.
//
// N1. Lines stay whole: what is written piece by piece is put together, for standard output and error apart, and comes into
//     the order in which lines are ended.
// N2. At most KEPT characters are kept; older lines are counted and dropped. Of a line that does not end, the last LONGEST.

import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";
import { eastAsianWidth } from "get-east-asian-width";

export type Stream = 1 | 2;

export interface Written {
  readonly stream: Stream;
  readonly text: string;
}

const KEPT = 4_000_000;
/** Of a line that does not end. */
const LONGEST = 100_000;

export class Transcript {
  #lines: Written[] = [];
  /** Index of the first one that is kept. */
  #first = 0;
  #length = 0;
  #dropped = 0;
  readonly #decoders = { 1: new StringDecoder("utf8"), 2: new StringDecoder("utf8") };
  readonly #begun = { 1: "", 2: "" };

  add(stream: Stream, chunk: string | Uint8Array): void {
    const text = typeof chunk === "string" ? chunk : this.#decoders[stream].write(Buffer.from(chunk));
    if (text === "") return;
    const lines = (this.#begun[stream] + text).split("\n");
    this.#begun[stream] = lines.pop()!.slice(-LONGEST);
    for (const line of lines) {
      this.#lines.push({ stream, text: line });
      this.#length += line.length + 1;
    }
    this.#forget();
  }

  /** The last lines, of at most `width` columns, as they can be shown; one that is not ended yet is among them. */
  tail(count: number, width: number): string[] {
    const begun = ([1, 2] as const).map((stream) => this.#begun[stream]).filter((text) => text !== "");
    const ended = this.#lines.slice(Math.max(this.#first, this.#lines.length - count)).map(({ text }) => text);
    return [...ended, ...begun].slice(-count).map((text) => shownLine(text, width));
  }

  /** Everything, in order, and how many lines before it are gone (N2). */
  all(): { readonly dropped: number; readonly written: Written[] } {
    const written: Written[] = [];
    const add = (stream: Stream, text: string): void => {
      const last = written.at(-1);
      if (last?.stream === stream) written[written.length - 1] = { stream, text: last.text + text };
      else written.push({ stream, text });
    };
    for (const { stream, text } of this.#lines.slice(this.#first)) add(stream, `${text}\n`);
    for (const stream of [1, 2] as const) if (this.#begun[stream] !== "") add(stream, this.#begun[stream]);
    return { dropped: this.#dropped, written };
  }

  /** N2 */
  #forget(): void {
    while (this.#length > KEPT && this.#first < this.#lines.length) {
      this.#length -= this.#lines[this.#first]!.text.length + 1;
      this.#first++;
      this.#dropped++;
    }
    if (this.#first * 2 <= this.#lines.length) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}

const TAB = 8;

/** A line as it can be shown in `width` columns: without what would move the cursor or change the terminal. */
export function shownLine(line: string, width: number): string {
  let shown = "";
  let columns = 0;
  // What a carriage return leaves to see; of a very long line no more than could be shown.
  const last = line.replace(/\r+$/, "").replace(/^.*\r/s, "");
  const text = stripVTControlCharacters(last.slice(0, 32 * width + 4096));
  for (const character of text) {
    const piece = character === "\t" ? " ".repeat(TAB - (columns % TAB)) : character;
    if (/\p{Cc}/u.test(piece)) continue;
    const wide = columnsOf(piece);
    if (columns + wide > width) break;
    shown += piece;
    columns += wide;
  }
  return shown;
}

/** How many columns a terminal takes for a text without control characters. */
export function columnsOf(text: string): number {
  let columns = 0;
  // Marks and the joiner stand in the column of the character before.
  for (const character of text)
    if (!/\p{M}|\u200d/u.test(character)) columns += eastAsianWidth(character.codePointAt(0)!);
  return columns;
}
