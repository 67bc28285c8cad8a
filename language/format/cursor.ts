// A way through the tokens and comments of an item, from the first to the last, that gives each as a document.
//
// The printers of nodes (expressions.ts, statements.ts, declarations.ts) follow the tree to know where lines may end, but take
// every word and sign from here. So nothing can get lost, and what the tree does not say (parentheses, `&&` or `and`, 0x80)
// stays as it is written:
//
//   C1. Every token is taken once, in order. Only `;` and `,` may be skipped and written anew.
//   C2. A comment goes with the token before it when it stands on that token's line and ends that line; otherwise it comes
//       before the next one.
//   C3. A comment with a line break behind it keeps one, wherever it stands.

import type { Comment, ItemTree, Span } from "../ast.ts";
import { type Scan, scan, type Token } from "../parse/scan.ts";
import { blankline, concat, type Doc, hardline, join, nothing, remark } from "./document.ts";

/** The tree and the tokens disagree: a mistake of ours, on which the item is left as it is. */
export class Lost extends Error {}

export class Cursor {
  readonly text: string;
  readonly #scan: Scan;
  #token = 0;
  #comment = 0;
  /** Where the last token or comment that was taken ends. */
  #end = 0;

  constructor(item: ItemTree) {
    this.text = item.text;
    this.#scan = scan(item.text);
  }

  /** Where the next token starts; the end of the text after the last one. */
  get start(): number {
    return this.#scan.tokens[this.#token]?.start ?? this.text.length;
  }

  get atEnd(): boolean {
    return this.#token >= this.#scan.tokens.length;
  }

  /** Where the next token or comment starts. */
  get #next(): number {
    return Math.min(this.start, this.#scan.comments[this.#comment]?.start ?? this.text.length);
  }

  /** The text of the next token, or of one behind it. */
  peek(ahead = 0): string {
    const token = this.#scan.tokens[this.#token + ahead];
    return token ? this.text.slice(token.start, token.end) : "";
  }

  is(text: string): boolean {
    return this.peek() === text;
  }

  /** Whether the last token was this one. */
  was(text: string): boolean {
    const token = this.#scan.tokens[this.#token - 1];
    return token !== undefined && this.text.slice(token.start, token.end) === text;
  }

  /** Whether a line ends before the next token or comment. */
  get lineEnds(): boolean {
    return this.text.slice(this.#end, this.#next).includes("\n");
  }

  /** Whether an empty line stands before the next token or comment. */
  get isBlank(): boolean {
    return /\n[^\S\n]*\n/.test(this.text.slice(this.#end, this.#next));
  }

  /** Whether a comment before the next token ends its line. */
  get breaksBefore(): boolean {
    return this.#waiting().some((comment) => this.#endsLine(comment));
  }

  /** The next token, with its comments. */
  take(expected?: string): Doc {
    if (this.atEnd || (expected !== undefined && !this.is(expected))) throw new Lost(`${expected} at ${this.start}`);
    const before = this.leading();
    const text = this.peek();
    this.#advance();
    return concat([before, text, this.trailing()]);
  }

  /** An operator of several signs. */
  takeSigns(text: string): Doc {
    const before = this.leading();
    for (let done = ""; done !== text; ) {
      done += this.peek();
      if (this.atEnd || !text.startsWith(done)) throw new Lost(`${text} at ${this.start}`);
      this.#advance();
    }
    return concat([before, text, this.trailing()]);
  }

  /** The text of a literal or a unit as it is written. */
  raw({ start, end }: Span): Doc {
    if (this.start !== start) throw new Lost(`a literal at ${this.start}`);
    const before = this.leading();
    while (this.start < end) this.#advance();
    return concat([before, this.text.slice(start, end), this.trailing()]);
  }

  /** Leaves out a sign if it is there; comments before it come later. */
  skipIf(sign: ";" | ","): boolean {
    if (!this.is(sign)) return false;
    // It would become the documentation of what comes next.
    if (this.#waiting().some(({ style }) => style === "doc"))
      throw new Lost(`documentation of a ${sign} at ${this.start}`);
    this.#advance();
    return true;
  }

  #advance(): void {
    const token = this.#scan.tokens[this.#token++] as Token;
    this.#end = token.end;
  }

  // ---- Comments ----

  /** The comments before the next token; `keepsBlank`: an empty line behind one stays. */
  leading(keepsBlank = false): Doc {
    if (!this.#hasComment(this.start)) return nothing;
    const parts: Doc[] = [];
    const closes = ")]},;".includes(this.peek() || " ");
    while (this.#hasComment(this.start)) {
      const comment = this.#takeComment();
      if (this.#endsLine(comment)) parts.push(this.#docOf(comment), keepsBlank && this.isBlank ? blankline : hardline);
      else if (closes) parts.push(" ", this.#docOf(comment));
      else parts.push(this.#docOf(comment), " ");
    }
    return concat(parts);
  }

  /** The comments behind the last token that belong to it (C2), and those that a skipped sign left behind. */
  trailing(): Doc {
    const parts: Doc[] = [];
    // Those without a line end behind them go along with the next.
    let inline = "";
    for (;;) {
      const comment = this.#scan.comments[this.#comment];
      if (comment === undefined) break;
      const passed = comment.start < this.#end;
      if (!passed && (this.lineEnds || !this.#waiting().some((next) => this.#endsLine(next)))) break;
      const end = this.#end;
      this.#takeComment();
      if (passed) this.#end = end;
      if (this.#endsLine(comment)) {
        parts.push(this.#docOf(comment, inline));
        inline = "";
      } else inline += `${this.text.slice(comment.start, comment.end)} `;
    }
    if (inline !== "") parts.push(" ", inline.trimEnd());
    return parts.length === 0 ? nothing : concat(parts);
  }

  /** The comments before a closing bracket, each on a line of its own if it was; `first`: nothing stands before them. */
  dangling(first: boolean): Doc {
    const parts: Doc[] = [];
    while (this.#hasComment(this.start)) {
      if (first && parts.length === 0) parts.push(nothing);
      else parts.push(this.lineEnds ? (this.isBlank ? blankline : hardline) : " ");
      const comment = this.#takeComment();
      parts.push(this.#docOf(comment));
    }
    return parts.length === 0 ? nothing : concat(parts);
  }

  #hasComment(before: number): boolean {
    const comment = this.#scan.comments[this.#comment];
    return comment !== undefined && comment.start < before;
  }

  /** The comments before the next token. */
  #waiting(): readonly Comment[] {
    const found: Comment[] = [];
    for (let index = this.#comment; ; index++) {
      const comment = this.#scan.comments[index];
      if (comment === undefined || comment.start > this.start) return found;
      found.push(comment);
    }
  }

  #takeComment(): Comment {
    const comment = this.#scan.comments[this.#comment++]!;
    this.#end = comment.end;
    return comment;
  }

  /** Whether a line ends right behind a comment (C3). */
  #endsLine({ style, end }: Comment): boolean {
    if (style !== "block") return true;
    let at = end;
    while (at < this.text.length && this.text.charCodeAt(at) <= 32 && this.text[at] !== "\n") at++;
    return at >= this.text.length || this.text[at] === "\n";
  }

  /** A comment whose lines all begin with a star moves as a whole; any other keeps the lines below its first. */
  #docOf(comment: Comment, before = ""): Doc {
    const text = before + this.text.slice(comment.start, comment.end).trimEnd();
    const [first = "", ...others] = comment.style === "block" ? text.split(/\r?\n/) : [text];
    const isStarred = others.every((line) => /^\s*\*/.test(line));
    const lines = isStarred ? [first.trimEnd(), ...others.map((line) => ` ${line.trim()}`)] : [text];
    return this.#endsLine(comment) ? concat(lines.map(remark)) : join(lines, hardline);
  }
}
