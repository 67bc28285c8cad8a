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

/** The tests of a report; undefined when the text is none, as when the program has errors and no test could run. */
export function parseReport(output: string): readonly ReportedTest[] | undefined {
  try {
    const report: unknown = JSON.parse(output);
    if (typeof report !== "object" || report === null || !("tests" in report)) return undefined;
    return Array.isArray(report.tests) ? report.tests : undefined;
  } catch {
    return undefined;
  }
}

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
