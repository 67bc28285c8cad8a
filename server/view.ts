// What a feature sees: one consistent state of a project, its texts and its analysis, with the conversions between the
// protocol's positions (lines from 0, characters from 0 in the encoding that the client has chosen) and offsets in a file.
//
// V1. A view is a value: it stays true for its version while documents move on.
// V2. Every question has an answer: a position outside the text means the nearest one inside it.

import type { Location, Position, Range } from "vscode-languageserver";
import type { Analysis } from "../language/analyse.ts";
import type * as ast from "../language/ast.ts";
import {
  type Encoding,
  fromLsp,
  type LineIndex,
  lineIndex,
  lspPosition,
  offset,
  toLsp,
  unitsOf,
  utf16Of,
} from "../language/positions.ts";
import { uriOf } from "./paths.ts";

export interface View {
  readonly analysis: Analysis;
  /** The folder of the project; null for a file that belongs to none. */
  readonly root: string | null;
  /** Whether every file of the project has been read: until then a name that is not known may yet turn up. */
  readonly isComplete: boolean;
  has(file: string): boolean;
  /** The tree of a file. Throws a RangeError for a file that the view does not have. */
  tree(file: string): ast.FileTree;
  lines(file: string): LineIndex;
  offset(file: string, position: Position): number;
  position(file: string, at: number): Position;
  /** `span` in offsets of the file. */
  range(file: string, span: ast.Span): Range;
  span(file: string, range: Range): ast.Span;
  /** How many characters, as the client counts them, a piece of a line is. */
  unitsIn(file: string): (start: number, end: number) => number;
  location(file: string, span: ast.Span): Location;
  uriOf(file: string): string;
  /** A path, or a message that names paths, for people: cut to the project's folder. */
  shown(text: string): string;
}

export interface ViewOptions {
  readonly analysis: Analysis;
  readonly root?: string | null;
  readonly isComplete?: boolean;
  readonly uriOf?: (path: string) => string;
  readonly encoding?: Encoding;
  /** What earlier views of the same project know of lines. */
  readonly lines?: Lines;
}

export function createView(options: ViewOptions): View {
  const { analysis, root = null, isComplete = true, encoding = "utf-16" } = options;
  const spelled = options.uriOf ?? uriOf;
  const tree = (file: string): ast.FileTree => {
    const found = analysis.files.get(file);
    if (found === undefined) throw new RangeError(`no file ${file}`);
    return found;
  };
  const known = options.lines ?? new Lines();
  const lines = (file: string): LineIndex => known.of(tree(file));
  const view: View = {
    analysis,
    root,
    isComplete,
    has: (file) => analysis.files.has(file),
    tree,
    lines,
    offset: (file, position) => {
      const index = lines(file);
      const line = whole(position.line);
      const character = whole(position.character);
      const start = index.starts[line];
      if (encoding === "utf-16" || start === undefined) return fromLsp(index, lspPosition(line, character));
      const text = tree(file).text.slice(start, index.ends[line]);
      return fromLsp(index, lspPosition(line, utf16Of(text, character, encoding)));
    },
    position: (file, at) => {
      const index = lines(file);
      const { line, character } = toLsp(index, offset(at));
      if (encoding === "utf-16") return { line, character };
      const start = index.starts[line]!;
      return { line, character: view.unitsIn(file)(start, start + character) };
    },
    range: (file, { start, end }) => ({ start: view.position(file, start), end: view.position(file, end) }),
    span: (file, { start, end }) => ({ start: view.offset(file, start), end: view.offset(file, end) }),
    unitsIn: (file) => {
      if (encoding === "utf-16") return (start, end) => end - start;
      const { text } = tree(file);
      return (start, end) => unitsOf(text.slice(start, end), encoding);
    },
    location: (file, span) => ({ uri: spelled(file), range: view.range(file, span) }),
    uriOf: spelled,
    shown: (text) => (root === null || root === "/" ? text : text.replaceAll(`${root}/`, "")),
  };
  return view;
}

/** The lines of texts, found once for each version of a file; kept of the version that was asked for last. */
export class Lines {
  readonly #known = new Map<string, { readonly tree: ast.FileTree; readonly index: LineIndex }>();

  of(tree: ast.FileTree): LineIndex {
    const known = this.#known.get(tree.path);
    if (known?.tree === tree) return known.index;
    const index = lineIndex(tree.text, known?.index);
    this.#known.set(tree.path, { tree, index });
    return index;
  }

  forget(path: string): void {
    this.#known.delete(path);
  }
}

/** V2: clients have been seen to send fractions and huge numbers. */
const whole = (value: number): number => (Number.isFinite(value) ? Math.trunc(value) : Number.MAX_SAFE_INTEGER);
