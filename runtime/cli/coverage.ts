// Which parts of the files of a program its tests run: `walia test --coverage`. Put together from the counters of every program
// that was tested (a file may belong to several), and shown as a table, as JSON and in the format of lcov.
//
//   "coverage": [{ "file": "math.wal",
//                  "statements": [{ "line": 2, "column": 5, "endLine": 2, "endColumn": 17, "count": 3 }],
//                  "functions":  [{ "name": "half", … }],
//                  "branches":   [{ "name": "then", "of": { "line": 2, "column": 5 }, … }] }]
//
// A line has the count of the statement on it that ran most often; lines on which no statement begins have none.

import type { Counter } from "../compile/counters.ts";
import type { Counts } from "../compile/load.ts";
import type { Paint } from "./paint.ts";
import type { View } from "./view.ts";

/** A counted part of a file; lines and columns from 1. */
interface Part {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly name: string;
  /** Of a branch, where its `if` or `match` begins. */
  readonly of: { readonly line: number; readonly column: number };
  count: number;
}

/** The parts of a file, each by its place. */
interface FileParts {
  readonly path: string;
  readonly statement: Map<string, Part>;
  readonly function: Map<string, Part>;
  readonly branch: Map<string, Part>;
}

interface SortedFile {
  readonly path: string;
  readonly statement: readonly Part[];
  readonly function: readonly Part[];
  readonly branch: readonly Part[];
}

export class Coverage {
  readonly #files = new Map<string, FileParts>();

  /** Adds what the tests of one program have run. `view` knows the program's texts. */
  add(counters: readonly Counter[], counts: Counts, view: View): void {
    for (const [index, { kind, file, start, end, name, of }] of counters.entries()) {
      const parts = this.#partsOf(file)[kind];
      const key = `${start}-${end} ${of} ${name}`;
      const from = view.placeOf(file, start)!;
      const to = view.placeOf(file, end)!;
      const part = parts.get(key) ?? {
        ...{ line: from.line, column: from.column, endLine: to.line, endColumn: to.column },
        name,
        of: of === start ? from : view.placeOf(file, of)!,
        count: 0,
      };
      part.count += counts[index]!;
      parts.set(key, part);
    }
  }

  #partsOf(path: string): FileParts {
    const known = this.#files.get(path) ?? {
      path,
      ...{ statement: new Map<string, Part>(), function: new Map<string, Part>(), branch: new Map<string, Part>() },
    };
    this.#files.set(path, known);
    return known;
  }

  /** Files in the order of their names, their parts in the order of the text; the ways of an `if` or `match` where it begins. */
  #sorted(): SortedFile[] {
    const sorted = (parts: ReadonlyMap<string, Part>): Part[] =>
      [...parts.values()].sort((a, b) => a.of.line - b.of.line || a.of.column - b.of.column);
    return [...this.#files.values()]
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((file) => ({
        path: file.path,
        statement: sorted(file.statement),
        function: sorted(file.function),
        branch: sorted(file.branch),
      }));
  }

  /** See the head. `shown`: how a path is written. */
  json(shown: (path: string) => string): object[] {
    const place = ({ line, column, endLine, endColumn, count }: Part): object => ({
      ...{ line, column, endLine, endColumn, count },
    });
    return this.#sorted().map(({ path, ...parts }) => ({
      file: shown(path),
      statements: parts.statement.map(place),
      functions: parts.function.map((part) => ({ name: part.name, ...place(part) })),
      branches: parts.branch.map((part) => {
        const { line, column } = part.of;
        return { name: part.name, of: { line, column }, ...place(part) };
      }),
    }));
  }

  /** The format of lcov's geninfo(1): what genhtml and services for coverage read. */
  lcov(): string {
    return this.#sorted().map(lcovOf).join("");
  }

  /** A table: how many of each kind have run in each file, and which lines have not. */
  table(shown: (path: string) => string, paint: Paint): string {
    const files = this.#sorted();
    const kinds = ["statement", "branch", "function"] as const;
    const all = (kind: (typeof kinds)[number]): Part[] => files.flatMap((file) => file[kind]);
    const rows = [
      ...files.map((file) => ({ name: shown(file.path), parts: kinds.map((kind) => file[kind]), file })),
      ...(files.length > 1 ? [{ name: "all files", parts: kinds.map(all), file: null }] : []),
    ];
    const width = Math.max("file".length, ...rows.map(({ name }) => name.length));
    const head = ["file".padEnd(width), ...["statements", "branches", "functions"].map((word) => word.padStart(17))];
    const body = rows.map(({ name, parts, file }) => {
      const cells = parts.map((list) => {
        const run = list.filter(({ count }) => count > 0).length;
        const text = list.length === 0 ? "–" : `${run}/${list.length} ${percent(run, list.length).padStart(7)}`;
        const mark = run === list.length ? paint.good : run === 0 ? paint.error : paint.warning;
        return mark(text.padStart(17));
      });
      const missed = file === null ? "" : ranges(linesOf(file).flatMap(([line, count]) => (count === 0 ? [line] : [])));
      return `${name.padEnd(width)}  ${cells.join("  ")}  ${missed}`.trimEnd();
    });
    return [paint.bold(`${head.join("  ")}  lines not run`), ...body].join("\n");
  }
}

/** Rounded down: "100.0 %" is all of them. */
const percent = (part: number, whole: number): string => `${(Math.floor((1000 * part) / whole) / 10).toFixed(1)} %`;

/** Lines and how often they ran, in order. */
function linesOf({ statement }: SortedFile): [line: number, count: number][] {
  const lines = new Map<number, number>();
  for (const { line, count } of statement) lines.set(line, Math.max(count, lines.get(line) ?? 0));
  return [...lines].sort(([a], [b]) => a - b);
}

/** `3, 7–9`: lines that follow one another in a list are one range. */
function ranges(lines: readonly number[]): string {
  const found: [first: number, last: number][] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last?.[1] === line - 1) last[1] = line;
    else found.push([line, line]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
}

function lcovOf(file: SortedFile): string {
  const ran = (parts: readonly { readonly count: number }[]): number => parts.filter(({ count }) => count > 0).length;
  const { branch: branches } = file;
  // A function is known by its name there.
  const names = new Set<string>();
  const functions = file.function.map((part) => {
    const name = names.has(part.name) ? `${part.name}:${part.line}:${part.column}` : part.name;
    names.add(name);
    return { ...part, name };
  });
  const lines = linesOf(file);
  // Ways of one `if` or `match` have its number, each a number in it.
  const blocks = new Map<string, { readonly number: number; ways: number }>();
  const way = (of: Part["of"]): string => {
    const key = `${of.line}:${of.column}`;
    const block = blocks.get(key) ?? { number: blocks.size, ways: 0 };
    blocks.set(key, block);
    return `${block.number},${block.ways++}`;
  };
  return [
    "TN:",
    `SF:${file.path}`,
    ...functions.map(({ line, name }) => `FN:${line},${name}`),
    ...functions.map(({ count, name }) => `FNDA:${count},${name}`),
    `FNF:${functions.length}`,
    `FNH:${ran(functions)}`,
    ...branches.map(({ of, count }) => `BRDA:${of.line},${way(of)},${count}`),
    `BRF:${branches.length}`,
    `BRH:${ran(branches)}`,
    ...lines.map(([line, count]) => `DA:${line},${count}`),
    `LF:${lines.length}`,
    `LH:${lines.filter(([, count]) => count > 0).length}`,
    "end_of_record\n",
  ].join("\n");
}
