// The way from files to a running program: order of top-level code, imports, exit codes, faults as text.

import { expect, test } from "vitest";
import { runWalia } from "../run.ts";

test("a program prints and ends with 0", async () => {
  expect(await runWalia('print "hello";')).toEqual({ output: "hello\n", faults: "", exitCode: 0 });
});

test("imported files run before their importer, once, in the order of the imports", async () => {
  const { output } = await runWalia({
    "main.wal": 'import "lib/b"; import "lib/a.wal"; print "main";',
    "lib/a.wal": 'import "b"; print "a";',
    "lib/b.wal": 'print "b";',
  });
  expect(output).toBe("b\na\nmain\n");
});

test("imports may go in a circle", async () => {
  const { output } = await runWalia({
    "main.wal": 'import "other"; fun one() 1; print two();',
    "other.wal": 'import "main"; fun two() one() + 1; print "other";',
  });
  expect(output).toBe("other\n2\n");
});

test("a program's function does not stand in for the library's own", async () => {
  const { output } = await runWalia('fun map(list, f) "mine"; print [1, 2].map(x => x + 1); print map(1, 2);');
  expect(output).toBe("[2, 3]\nmine\n");
});

test("a program with errors does not run", async () => {
  const { output, faults, exitCode } = await runWalia('print "before";\nprint nothing_here;\n');
  expect({ output, exitCode }).toEqual({ output: "", exitCode: 65 });
  expect(faults).toContain("main.wal:2:7: error W101");
});

test("a fault is shown with its place, its line and its callers", async () => {
  const { faults, exitCode } = await runWalia("fun f(x) {\n  x.name + 1\n}\n\nvar y = f(nil);\n");
  expect(exitCode).toBe(70);
  expect(faults).toMatchInlineSnapshot(`
    "fault NilAccess: "name" of nil
      at f (main.wal:2:3)
           2 |   x.name + 1
             |   ^^^^^^
      at program (main.wal:5:9)
    "
  `);
});

test("args, input and exit", async () => {
  const ran = await runWalia("print args(); print input(); exit(3);", { args: ["a", "b"], input: "line\n" });
  expect(ran).toEqual({ output: '["a", "b"]\nline\n', faults: "", exitCode: 3 });
});
