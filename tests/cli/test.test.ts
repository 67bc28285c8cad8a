// `walia test`: test blocks and the examples of doc comments.

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
