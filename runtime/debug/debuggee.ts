// What the debugger is given of a program, and where things stand in its files.
//
// A place is said in lines and columns from 1, in UTF-16 units; the session converts for clients that count otherwise.

import type { FileTree } from "../../language/ast.ts";
import { ownerOf } from "../../language/doc-examples.ts";
import type { Registry } from "../../language/names/model.ts";
import { type LineIndex, lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import type { BuiltinTables } from "../compile/linker.ts";
import type { LoadedProgram } from "../compile/load.ts";
import type { CompiledProgram, ProgramFile } from "../compile/program.ts";
import type { Code } from "../engine/code.ts";
import type { Probes } from "../engine/probes.ts";
import type { Fault } from "../engine/values.ts";

/** A program, compiled with probes and put into the engine. */
export interface Debuggee {
  /** The prelude first. */
  readonly files: readonly ProgramFile[];
  readonly registry: Registry;
  readonly program: CompiledProgram;
  readonly loaded: LoadedProgram;
  readonly probes: Probes;
  readonly builtins: BuiltinTables;
  readonly ports: ReadonlyMap<number, string>;
  /** The file that was named first: what stands nowhere is read as if it stood there. */
  readonly mainPath: string;
  /** A fault that nobody handled, as the command shows it. */
  faultText(fault: Fault, task: string): string;
}

/** A stretch of a file, counted from 1; the end is not part of it. */
export interface Place {
  /** Absolute, or `walia:prelude`. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Paths of the runtime's own files begin so. */
const OWN_FILES = "walia:";

export const isLibrary = ({ source }: Code): boolean => source?.path.startsWith(OWN_FILES) === true;

/** The places of a program's code and probes. */
export class Places {
  readonly #trees: ReadonlyMap<string, FileTree>;
  readonly #lines = new Map<string, LineIndex>();
  /** Of each probe, by its number. */
  readonly probes: readonly Place[];

  constructor(readonly debuggee: Debuggee) {
    this.#trees = new Map(debuggee.files.map(({ tree }) => [tree.path, tree]));
    this.probes = debuggee.program.probes.map(({ file, start, end }) => this.of(file, start, end));
  }

  /** Texts of the program's files as they were loaded, the runtime's own among them. */
  textOf(path: string): string | undefined {
    return this.#trees.get(path)?.text;
  }

  /** Files of the program itself. */
  get paths(): string[] {
    return [...this.#trees.keys()].filter((path) => !path.startsWith(OWN_FILES) && ownerOf(path) === path);
  }

  of(path: string, start: number, end: number): Place {
    let lines = this.#lines.get(path);
    if (lines === undefined) {
      lines = lineIndex(this.textOf(path) ?? "");
      this.#lines.set(path, lines);
    }
    const from = toLineColumn(lines, offset(start));
    const to = toLineColumn(lines, offset(end));
    return { path: ownerOf(path), line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }

  /** Where code stands that is stopped at point `at`; its first point when it has not begun. Null for the machine's own. */
  ofCode({ source, points }: Code, at: number): Place | null {
    if (source === null) return null;
    const point = points[at === 0 ? 1 : at] ?? { start: 0, end: 0 };
    return this.of(source.path, source.offset + point.start, source.offset + point.end);
  }
}
