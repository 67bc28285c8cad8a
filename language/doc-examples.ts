// Examples in doc comments as tests. Each becomes a file of its own, in which everything but the example's code and the
// imports is blank, so that lines and columns are those of the file it stands in:
//
//   /// Twice as much.
//   /// example: doubling                test "" {
//   ///     assert(double(2) == 4);            assert(double(2) == 4);
//   fun double(x) 2 * x;                 }
//
// D1. The code of an example is every following doc line that is empty or indented by two columns more than text.
// D2. The file's name is that of the file it stands in, and "#example:" with the line.

import type { FileTree } from "./ast.ts";

export interface Example {
  readonly title: string;
  /** D2 */
  readonly path: string;
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

const TITLE = /^(\s*\/\/\/\s?)example:\s*(.*?)\s*$/;
const UNTITLED = "example";
const CODE = /^(\s*\/\/\/)(?:(?: {2}|\s*\t)(.*)|\s*)$/;

export function examplesOf(tree: FileTree): Example[] {
  const docLines = linesOfDocs(tree);
  if (docLines.size === 0) return [];
  const lines = tree.text.split(/\r?\n/);
  const imports = importLines(tree, lines);
  const found: Example[] = [];
  for (const first of docLines) {
    const title = exampleTitle(lines[first]!);
    if (title === undefined) continue;
    const out = imports.slice();
    out[first] = `test "${title.replace(/["\\]/g, "'")}" {`;
    let next = first + 1;
    for (; docLines.has(next); next++) {
      const [, before, code] = CODE.exec(lines[next]!) ?? [];
      if (before === undefined || TITLE.test(lines[next]!)) break;
      if (code !== undefined) out[next] = `${" ".repeat(before.length)}${lines[next]!.slice(before.length)}`;
    }
    out[next] = `} ${out[next] ?? ""}`;
    const path = `${tree.path}#example:${first + 1}`;
    found.push({ title, path, text: out.join("\n"), line: first + 1 });
  }
  return found;
}

/** The title of the example that a doc line begins; undefined when it begins none. */
export function exampleTitle(line: string): string | undefined {
  const title = TITLE.exec(line)?.[2];
  return title === "" ? UNTITLED : title;
}

/** The path of the file that an example stands in; of any other file, its own. */
export function ownerOf(path: string): string {
  return path.replace(/#example:\d+$/, "");
}

/** Numbers of the lines that are doc comments, from 0. */
function linesOfDocs(tree: FileTree): Set<number> {
  const found = new Set<number>();
  const lineAt = lineCounter(tree.text);
  for (const { offset, tree: item } of tree.items)
    for (const comment of item.comments) if (comment.style === "doc") found.add(lineAt(offset + comment.start));
  return found;
}

/** The file's lines with nothing left but its imports. */
function importLines(tree: FileTree, lines: readonly string[]): string[] {
  const out = lines.map(() => "");
  const lineAt = lineCounter(tree.text);
  for (const { offset, tree: item } of tree.items)
    for (const { kind, start, end } of item.statements) {
      if (kind !== "Import") continue;
      // The statement's own end is not part of its span.
      const text = `${item.text.slice(start, end).replace(/;$/, "")};`;
      const first = lineAt(offset + start);
      text.split(/\r?\n/).forEach((line, i) => {
        out[first + i] += `${line} `;
      });
    }
  return out;
}

/** Line numbers of offsets; asked for in rising order it goes over the text once. */
function lineCounter(text: string): (offset: number) => number {
  let at = 0;
  let line = 0;
  return (offset) => {
    if (offset < at) [at, line] = [0, 0];
    for (; at < offset; at++) if (text.charCodeAt(at) === 10) line++;
    return line;
  };
}
