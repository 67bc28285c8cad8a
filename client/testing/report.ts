// What `walia test --json` reports of one file, read and matched with the tests that the editor lists. Knows no VS Code.

/** A test as the command reports it; of what it says, only what people are shown. */
export interface ReportedTest {
  readonly title: string;
  readonly kind: "test" | "example";
  /** As the command was given it, or relative to its folder. */
  readonly file: string;
  readonly line: number;
  readonly outcome: "passed" | "failed";
  readonly milliseconds: number;
  readonly output: string;
  /** Why it failed when no fault says so. */
  readonly reason?: string;
  readonly faults: readonly ReportedFault[];
}

export interface ReportedFault {
  readonly kind: string;
  readonly message: string;
  readonly task: string;
  /** Innermost first; lines and columns from 1. */
  readonly frames: readonly { name: string; file: string; line: number; column: number }[];
}

export interface Report {
  readonly tests: readonly ReportedTest[];
  /** Of every file of the program, when it was asked for. */
  readonly coverage: readonly ReportedCoverage[];
}

/** How often the parts of a file have run. */
export interface ReportedCoverage {
  readonly file: string;
  readonly statements: readonly ReportedPart[];
  readonly functions: readonly (ReportedPart & { readonly name: string })[];
  /** `of`: where the `if` or `match` begins that this is a way of. */
  readonly branches: readonly (ReportedPart & { readonly name: string; readonly of: ReportedPlace })[];
}

/** Lines and columns from 1. */
export interface ReportedPlace {
  readonly line: number;
  readonly column: number;
}

export interface ReportedPart extends ReportedPlace {
  readonly endLine: number;
  readonly endColumn: number;
  readonly count: number;
}

/** A report; undefined when the text is none, as when the program has errors and no test could run. */
export function parseReport(output: string): Report | undefined {
  try {
    const report: unknown = JSON.parse(output);
    if (typeof report !== "object" || report === null || !("tests" in report)) return undefined;
    if (!Array.isArray(report.tests)) return undefined;
    const coverage = "coverage" in report && Array.isArray(report.coverage) ? report.coverage : [];
    return { tests: report.tests, coverage };
  } catch {
    return undefined;
  }
}

/** What several programs have run of one file, together. */
export function sumOf(a: ReportedCoverage, b: ReportedCoverage): ReportedCoverage {
  return {
    file: a.file,
    statements: joined(a.statements, b.statements),
    functions: joined(a.functions, b.functions),
    branches: joined(a.branches, b.branches),
  };
}

function joined<P extends ReportedPart>(a: readonly P[], b: readonly P[]): P[] {
  const keyOf = ({ count: _, ...place }: P): string => JSON.stringify(place);
  const parts = new Map(a.map((part) => [keyOf(part), part]));
  for (const part of b) {
    const key = keyOf(part);
    parts.set(key, { ...part, count: part.count + (parts.get(key)?.count ?? 0) });
  }
  return [...parts.values()];
}

/** The branches of each statement: of every `if` and `match` that it is the innermost one around. */
export function waysOf({ statements, branches }: ReportedCoverage): Map<ReportedPart, ReportedCoverage["branches"]> {
  const ways = new Map<ReportedPart, ReportedCoverage["branches"]>();
  const inOrder = [...statements].sort(compare);
  // The statements that have begun, outermost first; of those that have ended some are still among them.
  const begun: ReportedPart[] = [];
  let next = 0;
  for (const branch of [...branches].sort((a, b) => compare(a.of, b.of))) {
    for (; next < inOrder.length && compare(inOrder[next]!, branch.of) <= 0; next++) begun.push(inOrder[next]!);
    while (begun.length > 0 && compare(endOf(begun.at(-1)!), branch.of) <= 0) begun.pop();
    const statement = begun.at(-1);
    if (statement !== undefined) ways.set(statement, [...(ways.get(statement) ?? []), branch]);
  }
  return ways;
}

const endOf = ({ endLine, endColumn }: ReportedPart): ReportedPlace => ({ line: endLine, column: endColumn });
const compare = (a: ReportedPlace, b: ReportedPlace): number => a.line - b.line || a.column - b.column;

/** Tells tests of one file apart: titles may occur twice. In both lists, tests stand in the file's order. */
export function keysOf(tests: readonly { readonly kind: string; readonly title: string }[]): string[] {
  const count = new Map<string, number>();
  return tests.map(({ kind, title }) => {
    const name = `${kind}:${title}`;
    const n = count.get(name) ?? 0;
    count.set(name, n + 1);
    return n === 0 ? name : `${name}#${n + 1}`;
  });
}

/** Why a test failed, one text for each reason: the fault and the way to it. */
export function failuresOf(test: ReportedTest): { text: string; at: ReportedFault["frames"][number] | undefined }[] {
  const faults = test.faults.map(({ kind, message, task, frames }) => {
    const trace = frames.map(({ name, file, line, column }) => `\n  at ${name} (${file}:${line}:${column})`).join("");
    const where = task === "program" ? "" : `\nin ${task}`;
    return { text: `${kind}: ${message}${trace}${where}`, at: frames[0] };
  });
  return test.reason === undefined ? faults : [...faults, { text: test.reason, at: undefined }];
}
