// How the tests of names, effects and rules look at programs: a fixture becomes a workspace; what the analysis says must be
// exactly what the fixture expects, code and message, everywhere.

import { expect } from "vitest";
import { type Analysis, createWorkspace } from "../../language/analyse.ts";
import type { Diagnostic } from "../../language/diagnostics.ts";
import { parseFile } from "../../language/parse/parse.ts";
import { lineIndex, offset, toLineColumn } from "../../language/positions.ts";
import { type FixtureFile, readFixture } from "../fixture.ts";

export function analyse(files: readonly FixtureFile[]): Analysis {
  const workspace = createWorkspace();
  for (const { path, text } of files) workspace.setFile(parseFile(path, text));
  return workspace.analyse();
}

/** The analysis of a fixture's files; its expectations are not looked at. */
export const analyseFixture = (fixture: string): Analysis => analyse(readFixture(fixture).files);

export function diagnosticsOf(analysis: Analysis): readonly Diagnostic[] {
  return [...analysis.files.keys()].flatMap((file) => analysis.diagnostics(file));
}

/** What is expected and not said fails; what is said and not expected fails. */
export function check(fixture: string): void {
  const { files, expectations } = readFixture(fixture);
  const analysis = analyse(files);
  const found = diagnosticsOf(analysis).map(({ file, span, code, message }) =>
    show(analysis, file, span, `${code} ${message}`),
  );
  const wanted = expectations.map(({ path, start, end, message }) => show(analysis, path, { start, end }, message));
  expect(found.sort()).toEqual(wanted.sort());
}

/** `/main.wal 3:5-9 message`, so that a failing test can be read. */
function show(analysis: Analysis, file: string, span: { start: number; end: number }, message: string): string {
  const index = lineIndex(analysis.files.get(file)!.text);
  const from = toLineColumn(index, offset(span.start));
  const to = toLineColumn(index, offset(span.end));
  return `${file} ${from.line}:${from.column}-${to.line}:${to.column} ${message}`;
}
