// `walia test`: runs test blocks and the examples of doc comments. As JSON:
//
//   { "version": 1,
//     "tests": [{ "title": "adds", "kind": "test", "file": "math.wal", "line": 12, "outcome": "failed", "milliseconds": 3,
//                 "output": "", "faults": [{ "kind": "AssertError", "message": "…", "task": "program",
//                                            "frames": [{ "name": "…", "file": "math.wal", "line": 13, "column": 3 }] }] }],
//     "passed": 0, "failed": 1 }
//
// with --coverage also "coverage" (coverage.ts).

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Fault } from "../engine/values.ts";
import { CapturingDriver } from "./capture.ts";
import { type Case, collect } from "./cases.ts";
import type { Context } from "./context.ts";
import { Coverage } from "./coverage.ts";
import { execute, load } from "./execute.ts";
import { ExitCode } from "./exit-codes.ts";
import { expandNames, textReader } from "./files.ts";
import { parseOptions } from "./options.ts";
import { shownPath } from "./paths.ts";
import { refuse } from "./run.ts";
import { faultText, traceEntries } from "./trace.ts";
import { FileTrouble, UsageError } from "./trouble.ts";

interface Result {
  readonly case: Case;
  readonly faults: readonly { readonly fault: Fault; readonly task: string }[];
  /** Why it failed, when no fault says so. */
  readonly reason: string | null;
  readonly output: string;
  readonly milliseconds: number;
}

const LIMIT_SECONDS = 60;

export async function test(words: readonly string[], context: Context): Promise<number> {
  const { names, flags, values } = parseOptions("test", words, {
    flags: ["json", "each", "coverage"],
    values: ["filter", "timeout", "lcov"],
  });
  const limit = Number(values.get("timeout") ?? LIMIT_SECONDS) * 1000;
  if (!(limit > 0)) throw new UsageError("test", "--timeout needs a number of seconds");
  const filter = values.get("filter");
  const isJson = flags.has("json");
  const lcov = values.get("lcov");
  const coverage = flags.has("coverage") || lcov !== undefined ? new Coverage() : null;
  const paths = expandNames(names.length === 0 ? ["."] : names, context.folder);
  const read = await textReader(paths, context.folder);

  const results: Result[] = [];
  for (const program of flags.has("each") ? paths.map((path) => [path]) : [paths]) {
    const collected = collect(program, read, context, { isCounted: coverage !== null });
    if (collected.diagnostics !== null) return refuse(collected.diagnostics, collected.view, context);
    const { cases, counts } = collected;
    let file = "";
    for (const each of cases) {
      if (filter !== undefined && !each.title.includes(filter)) continue;
      const result = await runCase(each, limit);
      results.push(result);
      if (isJson) continue;
      if (each.file !== file) context.terminal.print(context.terminal.paint.bold(each.view.shown(each.file)));
      file = each.file;
      show(result, context);
    }
    coverage?.add(collected.program.counters, counts, collected.view);
  }

  const failed = results.filter((result) => !isPassed(result)).length;
  const shown = (path: string): string => shownPath(path, context.folder);
  if (lcov !== undefined) save(resolve(context.folder, lcov), coverage!.lcov());
  if (isJson)
    context.terminal.print(JSON.stringify({ ...jsonOf(results), ...(coverage && { coverage: coverage.json(shown) }) }));
  else {
    context.terminal.print(summary(results.length, failed, filter));
    if (flags.has("coverage")) context.terminal.print(`\n${coverage!.table(shown, context.terminal.paint)}`);
  }
  return failed > 0 || (results.length === 0 && filter !== undefined) ? ExitCode.TestFailed : ExitCode.Fine;
}

function save(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new FileTrouble(path, `the coverage cannot be written: ${(error as Error).message}`);
  }
}

async function runCase(each: Case, limit: number): Promise<Result> {
  const driver = new CapturingDriver();
  const faults: { fault: Fault; task: string }[] = [];
  const begun = performance.now();
  const loaded = load(each.program, each.trees, [], { counts: each.counts });
  const code = await execute(
    loaded,
    {
      driver,
      ports: each.ports,
      input: "",
      print: (line) => {
        driver.written[1] += `${line}\n`;
      },
      onUnhandledFault: (fault, task) => void faults.push({ fault, task }),
    },
    limit,
  );
  const milliseconds = Math.round(performance.now() - begun);
  const output = driver.written[1] + driver.written[2];
  return { case: each, faults, reason: reasonOf(code, faults.length, limit), output, milliseconds };
}

function reasonOf(code: number | "timeout", faults: number, limit: number): string | null {
  if (code === "timeout") return `it did not end within ${limit / 1000} seconds`;
  return code === 0 || faults > 0 ? null : `it called exit(${code})`;
}

function isPassed({ faults, reason }: Result): boolean {
  return faults.length === 0 && reason === null;
}

function show(result: Result, { terminal }: Context): void {
  const { paint } = terminal;
  const { case: each, faults, reason, output, milliseconds } = result;
  const title = each.kind === "example" ? `example: ${each.title}` : each.title;
  const time = paint.dim(`(${milliseconds} ms)`);
  if (isPassed(result)) {
    terminal.print(`  ${paint.good("✓")} ${title} ${time}`);
    return;
  }
  terminal.print(`  ${paint.error("✗")} ${title} ${time}`);
  if (reason !== null) terminal.print(indented(`${each.view.shown(each.file)}:${each.line}: ${reason}`));
  for (const { fault, task } of faults) terminal.print(indented(faultText(fault, task, each.view)));
  if (output !== "") terminal.print(indented(`it printed:\n${output.trimEnd()}`));
}

function indented(text: string): string {
  return text.replace(/^/gm, "    ");
}

function summary(all: number, failed: number, filter: string | undefined): string {
  if (all === 0) return filter === undefined ? "no tests" : `no test has "${filter}" in its title`;
  const passed = `${all - failed} passed`;
  return failed === 0 ? passed : `${passed}, ${failed} failed`;
}

function jsonOf(results: readonly Result[]): object {
  const passed = results.filter(isPassed).length;
  return {
    version: 1,
    tests: results.map((result) => {
      const { case: each, faults, reason, output, milliseconds } = result;
      const { title, kind, file, line, view } = each;
      return {
        title,
        kind,
        file: view.shown(file),
        line,
        outcome: isPassed(result) ? "passed" : "failed",
        milliseconds,
        output,
        ...(reason === null ? {} : { reason }),
        faults: faults.map(({ fault, task }) => ({
          kind: fault.kind,
          message: fault.message,
          task,
          frames: traceEntries(fault.trace, view).flatMap((entry) =>
            entry.kind === "frame"
              ? [{ name: entry.name, file: entry.file, line: entry.line, column: entry.column }]
              : [],
          ),
        })),
      };
    }),
    passed,
    failed: results.length - passed,
  };
}
