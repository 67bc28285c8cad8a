// Documents: text with places where a line may end. `print` lays one out in a given width.
//
// This is the pretty printer of Philip Wadler, "A prettier printer" (in: The Fun of Programming, 2003), in the form that works
// on a stack instead of by lazy choice (Christian Lindig, "Strictly Pretty", 2000), with what comments need added to it:
//
//   D1. A group is printed on one line if it fits there; otherwise its own lines end lines, and its inner groups are
//       asked by themselves.
//   D2. Something that must end a line (a hard line, a comment) breaks every group in which text stands on both sides of it, up to
//       the next brackets. Brackets that are broken break the brackets around them, but not the operators between: what
//       ends in a block may begin on the line of what comes before.
//   D3. A comment is printed where it stands; whatever follows it begins on a new line. Only `,` and `;` go before it.
//   D4. Indentation is written with the first text of a line, and space at the end of a line is taken back: no line ends
//       in space.
//
// What a document costs is linear in its size: `fits` looks no further than the line is wide.

/** Longest line that is tried for, in UTF-16 units. */
export const WIDTH = 120;
export const INDENT = 4;

export type Doc = string | Part;

type Part = Concat | Line | Indent | Group | Choice | WhenBroken | Remark;

/** D2: what is inside, as bits. */
type Shape = number;
const TEXT = 1;
/** A line ends inside, with text behind it or by itself. */
const BREAK = 2;
/** A line ends inside brackets. */
const BLOCK = 4;
/** Ends in a comment: whatever follows breaks. */
const TRAIL = 8;

interface Concat {
  readonly kind: "concat";
  readonly parts: readonly Doc[];
  readonly shape: Shape;
}
/** A space or nothing while its group is on one line; otherwise the end of a line, `blank` with an empty one behind it. */
interface Line {
  readonly kind: "line";
  readonly flat: " " | "";
  readonly blank: boolean;
  readonly shape: Shape;
}
interface Indent {
  readonly kind: "indent";
  readonly content: Doc;
  readonly shape: Shape;
}
interface Group {
  readonly kind: "group";
  readonly content: Doc;
  readonly broken: boolean;
  readonly shape: Shape;
}
/** The first of three that fits: `flat` on one line, `hugging` up to its first end of line, `broken` always. */
interface Choice {
  readonly kind: "choice";
  readonly flat: Doc;
  readonly hugging: Doc;
  readonly broken: Doc;
  readonly shape: Shape;
}
/** Text that is there only where its group is broken. */
interface WhenBroken {
  readonly kind: "when-broken";
  readonly text: string;
  readonly shape: Shape;
}
/** A comment that reaches to the end of its line (D3). */
interface Remark {
  readonly kind: "remark";
  readonly text: string;
  readonly shape: Shape;
}

// ---- Making documents ----

export function concat(parts: readonly Doc[]): Doc {
  if (parts.length === 1) return parts[0]!;
  let shape = 0;
  for (const part of parts) {
    const next = shapeOf(part);
    if ((shape & TRAIL) !== 0 && (next & TEXT) !== 0) shape = (shape & ~TRAIL) | BREAK;
    shape |= next;
  }
  return { kind: "concat", parts, shape };
}

export function indent(content: Doc): Doc {
  return { kind: "indent", content, shape: shapeOf(content) };
}

/** `broken`: never on one line. */
export function group(content: Doc, broken = false): Doc {
  const shape = shapeOf(content) | (broken ? BREAK : 0);
  return { kind: "group", content, broken: (shape & BREAK) !== 0, shape };
}

/** A group between brackets (D2). */
export function brackets(content: Doc, broken = false): Doc {
  const shape = shapeOf(content);
  const isBroken = broken || (shape & (BREAK | BLOCK)) !== 0;
  return { kind: "group", content, broken: isBroken, shape: outside(shape) | (isBroken ? BLOCK : 0) };
}

export function choice(flat: Doc, hugging: Doc, broken: Doc): Doc {
  return { kind: "choice", flat, hugging, broken, shape: outside(shapeOf(flat)) };
}

/** What is seen of a shape from outside the brackets around it. */
const outside = (shape: Shape): Shape => (shape & (TEXT | TRAIL)) | ((shape & (BREAK | BLOCK)) !== 0 ? BLOCK : 0);

export const line: Doc = { kind: "line", flat: " ", blank: false, shape: 0 };
export const softline: Doc = { kind: "line", flat: "", blank: false, shape: 0 };
/** A line that leaves an empty one behind it when its group is broken. */
export const blankOrLine: Doc = { kind: "line", flat: " ", blank: true, shape: 0 };
export const hardline: Doc = { kind: "line", flat: " ", blank: false, shape: BREAK };
export const blankline: Doc = { kind: "line", flat: " ", blank: true, shape: BREAK };
export const nothing: Doc = "";

export function whenBroken(text: string): Doc {
  return { kind: "when-broken", text, shape: 0 };
}

export function remark(text: string): Doc {
  return { kind: "remark", text, shape: TRAIL };
}

export function join(parts: readonly Doc[], separator: Doc): Doc {
  return concat(parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part])));
}

/** Whether it cannot be on one line. */
export function isBroken(doc: Doc): boolean {
  return (shapeOf(doc) & (BREAK | BLOCK)) !== 0;
}

/** The same with the last group in it broken: the block at the end of a lambda, the brackets of a list. */
export function breakLast(doc: Doc): Doc {
  if (typeof doc === "string") return doc;
  switch (doc.kind) {
    case "group":
      return brackets(doc.content, true);
    case "concat":
      return concat([...doc.parts.slice(0, -1), breakLast(doc.parts.at(-1) ?? nothing)]);
    case "indent":
      return indent(breakLast(doc.content));
    default:
      return doc;
  }
}

function shapeOf(doc: Doc): Shape {
  return typeof doc === "string" ? (doc === "" ? 0 : TEXT) : doc.shape;
}

// ---- Printing ----

interface Command {
  readonly doc: Doc;
  readonly indent: number;
  readonly flat: boolean;
}

/** The text of a document; `newline` ends its lines, but not those inside strings and comments. */
export function print(doc: Doc, newline: "\n" | "\r\n"): string {
  const out = new Output(newline);
  const stack: Command[] = [{ doc, indent: 0, flat: false }];
  for (let command = stack.pop(); command !== undefined; command = stack.pop()) {
    const { doc, indent, flat } = command;
    if (typeof doc === "string") {
      out.text(doc, indent);
      continue;
    }
    switch (doc.kind) {
      case "concat":
        for (let i = doc.parts.length - 1; i >= 0; i--) stack.push({ doc: doc.parts[i]!, indent, flat });
        break;
      case "indent":
        // On one line, what ends in a block is part of the line around it.
        stack.push({ doc: doc.content, indent: flat ? indent : indent + INDENT, flat });
        break;
      case "group": {
        const fit = !doc.broken && (flat || fits(doc.content, true, stack, WIDTH - out.columnAt(indent)));
        stack.push({ doc: doc.content, indent, flat: fit });
        break;
      }
      case "choice":
        stack.push(
          flat && !isBroken(doc)
            ? { doc: doc.flat, indent, flat }
            : chosen(doc, indent, stack, WIDTH - out.columnAt(indent)),
        );
        break;
      case "line":
        if (flat && (doc.shape & BREAK) === 0) out.text(doc.flat, indent);
        else out.line(doc.blank);
        break;
      case "when-broken":
        if (!flat) out.text(doc.text, indent);
        break;
      case "remark":
        out.remark(doc.text, indent);
    }
  }
  return out.finish();
}

function chosen(doc: Choice, indent: number, rest: readonly Command[], width: number): Command {
  if (!isBroken(doc) && fits(doc.flat, true, rest, width)) return { doc: doc.flat, indent, flat: true };
  if (fits(doc.hugging, false, rest, width)) return { doc: doc.hugging, indent, flat: false };
  return { doc: doc.broken, indent, flat: false };
}

/**
 * Whether what comes fits into `width` up to the first place where a line ends. In `rest`, what comes behind `doc`, a line of a
 * group that is not decided yet may end one.
 */
function fits(doc: Doc, flat: boolean, rest: readonly Command[], width: number): boolean {
  let left = width;
  let behind = rest.length;
  const stack: { readonly doc: Doc; readonly flat: boolean; readonly open: boolean }[] = [{ doc, flat, open: false }];
  while (left >= 0) {
    let next = stack.pop();
    if (next === undefined) {
      if (behind === 0) return true;
      const command = rest[--behind]!;
      next = { doc: command.doc, flat: command.flat, open: !command.flat };
    }
    const { doc, flat, open } = next;
    if (typeof doc === "string") {
      const end = doc.indexOf("\n");
      if (end >= 0) return end <= left;
      left -= doc.length;
      continue;
    }
    switch (doc.kind) {
      case "concat":
        for (let i = doc.parts.length - 1; i >= 0; i--) stack.push({ doc: doc.parts[i]!, flat, open });
        break;
      case "indent":
        stack.push({ doc: doc.content, flat, open });
        break;
      case "group":
        stack.push({ doc: doc.content, flat: !doc.broken && !open, open });
        break;
      case "choice":
        if (open || isBroken(doc)) stack.push({ doc: doc.hugging, flat: false, open });
        else stack.push({ doc: doc.flat, flat: true, open });
        break;
      case "line":
        if (!flat || (doc.shape & BREAK) !== 0) return true;
        left -= doc.flat.length;
        break;
      case "when-broken":
        if (!flat) left -= doc.text.length;
        break;
      case "remark":
        return true;
    }
  }
  return false;
}

/** Instead of the text of a comment that has been printed already, on a line of its own: nothing may go before it. */
const OWN_LINE = "";

/** The text that has been printed, the column in it, and the comment that waits for its line to end (D3, D4). */
class Output {
  readonly #newline: string;
  readonly #pieces: string[] = [];
  #column = 0;
  #atStart = true;
  #remark: string | null = null;

  constructor(newline: string) {
    this.#newline = newline;
  }

  /** Where the next text will stand when lines begin at `indent`. */
  columnAt(indent: number): number {
    return this.#atStart || this.#remark !== null ? indent : this.#column;
  }

  text(text: string, indent: number): void {
    if (text === "") return;
    if (this.#remark !== null) {
      if (text === " ") return;
      if (this.#remark !== OWN_LINE && (text === "," || text === ";")) {
        this.#add(text);
        return;
      }
      this.line(false);
    }
    if (this.#atStart) {
      if (text === " ") return;
      this.#add(" ".repeat(indent));
    }
    this.#atStart = false;
    this.#add(text);
  }

  remark(text: string, indent: number): void {
    if (this.#remark !== null) this.line(false);
    if (this.#atStart) {
      this.#add(" ".repeat(indent));
      this.#add(text);
      this.#atStart = false;
      this.#remark = OWN_LINE;
    } else this.#remark = text;
  }

  line(blank: boolean): void {
    this.#endLine();
    this.#pieces.push(blank ? this.#newline + this.#newline : this.#newline);
    this.#column = 0;
    this.#atStart = true;
  }

  finish(): string {
    this.#endLine();
    return this.#pieces.join("");
  }

  #endLine(): void {
    while (this.#pieces.at(-1)?.endsWith(" ")) this.#pieces.push(this.#pieces.pop()!.trimEnd());
    if (this.#remark !== null && this.#remark !== OWN_LINE) this.#pieces.push(` ${this.#remark}`);
    this.#remark = null;
  }

  #add(text: string): void {
    this.#pieces.push(text);
    const end = text.lastIndexOf("\n");
    this.#column = end < 0 ? this.#column + text.length : text.length - end - 1;
  }
}
