// `walia test`: test blocks and the examples of doc comments.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, walia } from "./command.ts";

const PROGRAM = `
/// Twice as much.
/// example: doubling
///     assert(double(2) == 4);
/// and not more
/// example: going wrong
///     // a comment in it
///     assert(double(2) == 5, "no");
fun double(x) 2 * x;

var hits = 0;
handle "NAME" { resume(effect.continuation, "walia"); }
print "the program itself";
exit(9);

test "starts from a fresh state" { hits = hits + 1; assert(hits == 1); assert(perform "NAME" == "walia"); }
test "does so again" { hits = hits + 1; assert(hits == 1); }
`;

/** What a test took is different each time. */
const untimed = (text: string): string => text.replace(/\(\d+ ms\)/g, "(… ms)");

describe("tests", () => {
  test("run each in a fresh state, and a file's own program does not", async () => {
    const folder = folderWith({ "a.wal": PROGRAM });
    const { code, out, err } = await walia(["test"], { in: folder });
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(untimed(out)).toBe(`a.wal
  ✓ example: doubling (… ms)
  ✗ example: going wrong (… ms)
    fault AssertError: no
      at test "going wrong" (a.wal:8:9)
           8 |         assert(double(2) == 5, "no");
             |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  ✓ starts from a fresh state (… ms)
  ✓ does so again (… ms)
3 passed, 1 failed
`);
  });

  test("can be chosen by their titles", async () => {
    const folder = folderWith({ "a.wal": PROGRAM });
    const chosen = await walia(["test", "--filter", "again"], { in: folder });
    expect(untimed(chosen.out)).toBe("a.wal\n  ✓ does so again (… ms)\n1 passed\n");
    expect(chosen.code).toBe(0);
    const none = await walia(["test", "--filter=no such"], { in: folder });
    expect(none).toMatchObject({ code: 1, out: 'no test has "no such" in its title\n' });
  });

  test("show what they printed when they fail, and faults of their tasks", async () => {
    const folder = folderWith({
      "a.wal": `
async fun broken() { sleep(1); nil.x }
test "task" { print "started"; perform "IO_WRITE" { fd: 1, data: "written" }; broken(); sleep(10); }
test "exits" { exit(3); }
test "waits" { sleep(100000); }
test "quiet" { print "not shown"; exit(0); }
`,
    });
    const { code, out } = await walia(["test", "--timeout", "0.3"], { in: folder });
    expect(code).toBe(1);
    expect(untimed(out)).toMatchInlineSnapshot(`
      "a.wal
        ✗ task (… ms)
          fault NilAccess: "x" of nil
            at broken (a.wal:2:32)
                 2 | async fun broken() { sleep(1); nil.x }
                   |                                ^^^^^
          in task 2 (broken)
          it printed:
          started
          written
        ✗ exits (… ms)
          a.wal:4: it called exit(3)
        ✗ waits (… ms)
          a.wal:5: it did not end within 0.3 seconds
        ✓ quiet (… ms)
      1 passed, 3 failed
      "
    `);
  });

  test("are one JSON document for programs", async () => {
    const folder = folderWith({ "a.wal": 'test "bad" {\n  print 1;\n  assert(1 == 2);\n}\ntest "good" {}\n' });
    const { code, out } = await walia(["test", "--json"], { in: folder });
    expect(code).toBe(1);
    expect(JSON.parse(out.replace(/"milliseconds":\d+/g, '"milliseconds":1'))).toEqual({
      version: 1,
      tests: [
        {
          title: "bad",
          kind: "test",
          file: "a.wal",
          line: 1,
          outcome: "failed",
          milliseconds: 1,
          output: "1\n",
          faults: [
            {
              kind: "AssertError",
              message: "assertion failed",
              task: "program",
              frames: [{ name: 'test "bad"', file: "a.wal", line: 3, column: 3 }],
            },
          ],
        },
        {
          title: "good",
          kind: "test",
          file: "a.wal",
          line: 5,
          outcome: "passed",
          milliseconds: 1,
          output: "",
          faults: [],
        },
      ],
      passed: 1,
      failed: 1,
    });
  });

  test("do not run when the files have errors, in an example either", async () => {
    const folder = folderWith({ "a.wal": '/// example: e\n///   nothing();\nfun f() 1;\ntest "t" {}\n' });
    const { code, out, err } = await walia(["test"], { in: folder });
    expect({ code, out }).toEqual({ code: 65, out: "" });
    expect(err).toContain("a.wal:2:7: error W101: `nothing` is not defined");
  });

  test("of imported files do not run, but examples see what the file imports", async () => {
    const folder = folderWith({
      "lib.wal": 'fun half(x) x / 2;\ntest "in lib" {}\n',
      "a.wal":
        'import "lib"\n  as l;\n/// example: with an import\n///   assert(quarter(8) == l.half(4));\nfun quarter(x) l.half(l.half(x));\n',
    });
    const { code, out } = await walia(["test", "a.wal"], { in: folder });
    expect(untimed(out)).toBe("a.wal\n  ✓ example: with an import (… ms)\n1 passed\n");
    expect(code).toBe(0);
  });

  test("may be none", async () => {
    const folder = folderWith({ "a.wal": "print 1;" });
    expect(await walia(["test"], { in: folder })).toMatchObject({ code: 0, out: "no tests\n" });
  });
});

describe("coverage", () => {
  const folder = (): string =>
    folderWith({
      "a.wal": `import "lib/b";
/// example: two
///     assert(half(4) == 2);
fun half(n) {
    if (n % 2 == 0) return n / 2;
    odd(n)
}
fun never() {
    print "a";
    print "b";
}
test "odd" { assert(half(3) == 1); }
`,
      "lib/b.wal": "fun odd(n)\n    (n - 1) / 2;\n",
    });

  test("is a table of what the tests have run, and a file for lcov", async () => {
    const place = folder();
    const { code, out, err } = await walia(["test", "--coverage", "--lcov", "lcov.info", "a.wal"], { in: place });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(untimed(out)).toBe(`a.wal
  ✓ example: two (… ms)
  ✓ odd (… ms)
2 passed

file              statements           branches          functions  lines not run
a.wal            3/5  60.0 %        2/2 100.0 %        1/2  50.0 %  9–10
lib/b.wal        1/1 100.0 %                  –        1/1 100.0 %
all files        4/6  66.6 %        2/2 100.0 %        2/3  66.6 %
`);
    expect(readFileSync(join(place, "lcov.info"), "utf8").replaceAll(place, "")).toBe(`TN:
SF:/a.wal
FN:4,half
FN:8,never
FNDA:2,half
FNDA:0,never
FNF:2
FNH:1
BRDA:5,0,0,1
BRDA:5,0,1,1
BRF:2
BRH:2
DA:5,2
DA:6,1
DA:9,0
DA:10,0
LF:4
LH:2
end_of_record
TN:
SF:/lib/b.wal
FN:1,odd
FNDA:1,odd
FNF:1
FNH:1
BRF:0
BRH:0
DA:2,1
LF:1
LH:1
end_of_record
`);
  });

  test("is part of the JSON document, and adds up over programs", async () => {
    const { out } = await walia(["test", "--coverage", "--json", "--each", "a.wal", "lib/b.wal"], { in: folder() });
    const { coverage } = JSON.parse(out);
    expect(coverage[1]).toEqual({
      file: "lib/b.wal",
      statements: [{ line: 2, column: 5, endLine: 2, endColumn: 16, count: 1 }],
      functions: [{ name: "odd", line: 1, column: 1, endLine: 2, endColumn: 16, count: 1 }],
      branches: [],
    });
    expect(coverage[0].branches[0]).toEqual({
      name: "then",
      of: { line: 5, column: 5 },
      ...{ line: 5, column: 21, endLine: 5, endColumn: 33, count: 1 },
    });
  });

  test("that cannot be written is said to be so", async () => {
    const { code, err } = await walia(["test", "--lcov", "no/such/folder", "a.wal"], { in: folder() });
    expect(code).toBe(74);
    expect(err).toContain("the coverage cannot be written: ENOENT");
  });
});
