// Which parts of programs a run of tests has run, as the editor shows it: numbers beside files, colours in the margin.

import {
  BranchCoverage,
  DeclarationCoverage,
  FileCoverage,
  type FileCoverageDetail,
  Range,
  StatementCoverage,
  type TestRun,
  type Uri,
} from "vscode";
import { type ReportedCoverage, type ReportedPart, sumOf, waysOf } from "./report.ts";

/** What one run has found out so far; a file may be part of several programs. */
export class RunCoverage {
  readonly #files = new Map<string, { readonly uri: Uri; readonly found: ReportedCoverage }>();

  add(uri: Uri, found: ReportedCoverage): void {
    const known = this.#files.get(uri.toString());
    this.#files.set(uri.toString(), { uri, found: known === undefined ? found : sumOf(known.found, found) });
  }

  show(run: TestRun): void {
    for (const { uri, found } of this.#files.values()) {
      const details = detailsFrom(found);
      const file = FileCoverage.fromDetails(uri, details);
      known.set(file, details);
      run.addCoverage(file);
    }
  }
}

const known = new WeakMap<FileCoverage, FileCoverageDetail[]>();

/** Every statement and function of a file that a run has shown. */
export function detailsOf(file: FileCoverage): FileCoverageDetail[] {
  return known.get(file) ?? [];
}

function detailsFrom(file: ReportedCoverage): FileCoverageDetail[] {
  const ways = waysOf(file);
  const branchesOf = (part: ReportedPart): BranchCoverage[] =>
    (ways.get(part) ?? []).map((way) => new BranchCoverage(way.count, rangeOf(way), way.name));
  return [
    ...file.statements.map((part) => new StatementCoverage(part.count, rangeOf(part), branchesOf(part))),
    ...file.functions.map((part) => new DeclarationCoverage(part.name, part.count, rangeOf(part))),
  ];
}

const rangeOf = ({ line, column, endLine, endColumn }: ReportedPart): Range =>
  new Range(line - 1, column - 1, endLine - 1, endColumn - 1);
