// What the Test Explorer makes of the command's report.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failuresOf, keysOf, parseReport, sumOf, waysOf } from "../../client/testing/report.ts";
import { testsIn } from "../../server/features/tests.ts";
import { readFixture } from "../fixture.ts";
import { viewOf } from "../server/fixture.ts";

const PROGRAM = `/// Twice as much.
/// example: doubling
///     assert(double(2) == 4);
/// example:
///     assert(double(0) == 1, "nothing doubled");
fun double(x) 2 * x;

test "same" { assert(true); }
test "same" { print "seen"; later(); }
fun later() { nil.x }
class C {
    /// A method's.
    /// example: "quoted"
    ///     assert(true);
    fun m() 1;
}
`;

function reportOf(text: string) {
  const folder = mkdtempSync(join(tmpdir(), "walia-report-"));
  try {
    writeFileSync(join(folder, "a.wal"), text);
    const walia = join(import.meta.dirname, "../../bin/walia.js");
    const { stdout } = spawnSync(process.execPath, [walia, "test", "--json", "--coverage", "a.wal"], {
      cwd: folder,
      encoding: "utf8",
    });
    return parseReport(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the command reports the very tests that the editor lists", () => {
  const report = reportOf(PROGRAM)!.tests;
  const listed = testsIn(viewOf(readFixture(`//- /a.wal\n${PROGRAM}`)), "/a.wal");
  expect(listed.map(({ kind, title, range }) => [kind, title, range.start.line + 1])).toEqual(
    report.map(({ kind, title, line }) => [kind, title, line]),
  );
  expect(keysOf(report)).toEqual([
    "example:doubling",
    "example:example",
    "test:same",
    "test:same#2",
    'example:"quoted"',
  ]);
});

test("a failure says what happened, and where", () => {
  const report = reportOf(PROGRAM)!.tests;
  expect(report.map(({ outcome }) => outcome)).toEqual(["passed", "failed", "passed", "failed", "passed"]);
  const [example] = failuresOf(report[1]!);
  expect(example!.text).toMatch(/^AssertError: nothing doubled\n/);
  expect(example!.at).toMatchObject({ file: "a.wal", line: 5 });
  const [fault] = failuresOf(report[3]!);
  expect(fault!.text).toMatch(/^NilAccess: .*\n {2}at later \(a\.wal:10:15\)$/);
  expect(report[3]!.output).toBe("seen\n");
});

test.each(["", "not JSON", "3", '{"tests": 1}', "fault LimitExceeded"])("%j is no report", (text) => {
  expect(parseReport(text)).toBeUndefined();
});

test("a program that does not check gives no report", () => {
  expect(reportOf('test "x" { nmae }')).toBeUndefined();
});

test("what was run comes with the ways of each if and match, and adds up over programs", () => {
  const file = reportOf(`fun f(x) {
    if (x) {
        if (x > 1) print 1;
    }
    match x { 1 => "a", _ => "b" }
}
test "t" { f(1); f(2); f(2); }
`)!.coverage[0]!;
  const shown = (coverage: typeof file): string[] =>
    [...waysOf(coverage)].map(
      ([{ line }, ways]) => `${line}: ${ways.map(({ name, count }) => `${name} ${count}`).join(", ")}`,
    );
  expect(shown(file)).toEqual(["2: then 3, else 0", "3: then 2, else 1", "5: arm 1, arm 2"]);
  expect(shown(sumOf(file, file))).toEqual(["2: then 6, else 0", "3: then 4, else 2", "5: arm 2, arm 4"]);
});
