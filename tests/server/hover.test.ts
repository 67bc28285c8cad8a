import { describe, expect, test } from "vitest";
import type { EffectAnswer } from "../../server/features/handlers.ts";
import { hoverAt } from "../../server/features/hover.ts";
import { atCursor, startServer } from "./fixture.ts";

/** What hover says at `$0`, without the fences of code, and with paths as in a folder. */
function said(text: string): string {
  const { view, file, offset } = atCursor(text);
  return (hoverAt(view, file, offset)?.text ?? "")
    .replace(/```(walia)?\n?/g, "")
    .replace(/\n+/g, "\n")
    .replace(/(?<=\[|In |of )\//g, "")
    .trim();
}

describe("hover on a name tells", () => {
  test.each([
    [
      "a function",
      '/// Asks.\nfun as$0k(q) perform "ASK" { q: q };',
      ["fun ask(q)", "Asks.", "**!** `ASK` · ⏸ may suspend", "In main.wal."],
    ],
    ["a function that performs nothing", "fun t$0wo(n) n * 2;", ["fun two(n)", "performs nothing"]],
    [
      "a function that must run at home",
      "var n = 1;\nasync fun wo$0rk() { n = 2; }",
      ["async fun work()", "⌂ its tasks run at home"],
    ],
    ["a function that calls its parameter", "fun tw$0ice(f) { f(); f() }", ["**!** whatever `f` performs"]],
    ["a variable with its class", "class A {}\nfun f() {\n  var a = A();\n  $0a\n}", ["var a: A"]],
    ["a method", "class A {\n  /// Goes.\n  fun go() 1;\n}\nA().g$0o();", ["fun go()", "Goes.", "Of `A`."]],
    ["a built-in", "sle$0ep(3);", ["sleep(ms)", "Pauses this task.", "TIMER"]],
    ["the request of a clause", 'handle "ASK" { effec$0t }', ["The request that this clause answers"]],
    ["the id of a perform", 'handle "ASK" { effect.i$0d }', ["the same when the program dies"]],
    ["a payload's own id", 'handle "ASK" { effect.i$0d }\nperform "ASK" { id: 7 };', ["gives as `id`"]],
    ["the continuation", 'handle "ASK" { effect.contin$0uation }', ["stopped where it performed"]],
    ["an alias", 'import "b" as b;\n$0b.f();\n//- /b.wal\nfun f() 1;', ["Names of b.wal."]],
  ])("%s", (_, text, parts) => {
    const found = said(text);
    for (const part of parts) expect(found).toContain(part);
  });

  test("nothing where there is no name", () => {
    const { view, file, offset } = atCursor("var x =  $0  1;");
    expect(hoverAt(view, file, offset)).toBeNull();
  });
});

const PROGRAM = `
fun ask() perform "A$0SK";
fun tell() ask();
fun near() {
  handle "ASK" { 1 }
  tell()
}
fun far() {
  handle "ASK" { 2 }
  near();
  ask()
}
test "alone" { tell(); }
far();
`;

describe("who would handle this perform", () => {
  test("every way is told, nearest first, with its path", () => {
    const lines = said(PROGRAM)
      .split("\n")
      .filter((line) => /^\d/.test(line));
    expect(lines.map((line) => line.replace(/\]\([^)]*\)/g, "]"))).toEqual([
      "1. the handler at [main.wal:8], through `far` ([main.wal:10])",
      "2. the handler at [main.wal:4], through `tell` ([main.wal:2]), `near` ([main.wal:5])",
      '3. **nobody**, in a test, through `tell` ([main.wal:2]), the test "alone" ([main.wal:12])',
    ]);
  });

  test("a handler tells what it can receive", () => {
    const text = PROGRAM.replace("A$0SK", "ASK").replace('handle "ASK" { 1 }', 'handle "A$0SK" { 1 }');
    expect(said(text)).toContain("It can receive what is performed in\n- `ask` at");
    expect(said('fun f() { handle "N$0O" { 1 } 2 }')).toContain("Nothing that this handler covers performs `NO`");
  });

  test.each([
    ["a program-wide handler", 'handle "ASK" { 1 }\nfun f() perform "A$0SK";\nf();', "1. the program-wide handler at"],
    ["the reactor", 'perform "TIM$0ER" { ms: 1 };', "1. the reactor, in the program"],
    ["a built-in's effect", 'handle "TIMER" { nil }\nsl$0eep(1);', "1. the program-wide handler at"],
    ["a function that nothing calls", 'fun f() perform "A$0SK";', "1. nobody yet: `f` is called by nothing"],
    [
      "handlers inside the function it is passed to",
      'fun guard(f) { handle "ASK" { 1 } f() }\nguard(() => perform "A$0SK");',
      "1. the handler at [main.wal:1]",
    ],
  ])("%s", (_, text, part) => expect(said(text)).toContain(part));

  test("the request walia/handlers says the same as data", async () => {
    const server = await startServer(PROGRAM);
    const [answer] = await server.client.sendRequest<EffectAnswer[]>("walia/handlers", server.cursor);
    expect(answer).toMatchObject({ kind: "perform", effect: "ASK" });
    const receivers = answer?.kind === "perform" ? answer.receivers : [];
    expect(receivers.map(({ by, end, path }) => [by, end, path.map(({ unit }) => unit)])).toEqual([
      ["block", null, ["`far`"]],
      ["block", null, ["`tell`", "`near`"]],
      ["nobody", "test", ["`tell`", 'the test "alone"']],
    ]);
    await server.stop();
  });
});
