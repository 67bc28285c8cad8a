// Inline values, and inline completion.

import { describe, expect, test } from "vitest";
import { inlineCompletionAt } from "../../server/features/inline-completion.ts";
import { valuesIn } from "../../server/features/inline-values.ts";
import { readFixture } from "../fixture.ts";
import { atCursor, startServer, viewOf } from "./fixture.ts";

describe("inline values", () => {
  /** What is shown when stopped at the cursor, as `line: name`. */
  function values(text: string): string[] {
    const { view, file, offset, fixture } = atCursor(text);
    const whole = { start: 0, end: fixture.files[0]!.text.length };
    return valuesIn(view, file, whole, { start: offset, end: offset }).map(
      ({ span, name, isExpression }) =>
        `${view.position(file, span.start).line}: ${name}${isExpression ? " (expression)" : ""}`,
    );
  }

  test("of the function that the line is in, up to that line", () =>
    expect(
      values(`var total = 0;
fun other(hidden) hidden;
fun work(a, b) {
  var sum = a + b;
  total = sum;
  var inner = fun(x) x + a;
  $0var later = sum * 2;
  later
}`),
    ).toEqual(["3: a", "3: b", "4: total", "5: inner", "6: sum"]));

  test("names once, where they stand last", () =>
    expect(values("fun f(a, b) {\n  var c = a;\n  $0print c + a;\n  b\n}")).toEqual(["0: b", "2: c", "2: a"]));

  test("not what a function inside has, nor what the line is about to declare", () =>
    expect(values("fun f(a) {\n  var g = fun(x) x;\n  $0var c = g(a);\n  c\n}")).toEqual(["2: g", "2: a"]));

  test("parts of a request and of `this`, and global variables", () =>
    expect(
      values(
        'var total = 0;\nclass A { var n = 1; fun m() {\n  handle "ASK" { $0print effect.why + this.n + total; 1 }\n  2\n} }',
      ),
    ).toEqual(["2: effect.why (expression)", "2: this.n (expression)", "2: total"]));

  test("through the server, wherever it is stopped", async () => {
    const server = await startServer("//- /a.wal\nfun f(a) {\n  a\n}\n");
    const at = { line: 1, character: 2 };
    const found = await server.client.sendRequest("textDocument/inlineValue", {
      textDocument: { uri: "file:///a.wal" },
      range: { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } },
      context: { frameId: 1, stoppedLocation: { start: at, end: at } },
    });
    const range = { start: at, end: { line: 1, character: 3 } };
    expect(found).toEqual([{ range, variableName: "a", caseSensitiveLookup: true }]);
    await server.stop();
  });
});

describe("inline completion", () => {
  /** The line of the cursor as it would be, and the lines that follow. */
  function offered(text: string): string | null {
    const { view, file, offset, fixture } = atCursor(text);
    const offer = inlineCompletionAt(view, file, offset);
    if (!offer) return null;
    const source = fixture.files.find(({ path }) => path === file)!.text;
    const line = source.slice(source.lastIndexOf("\n", offset - 1) + 1, offer.span.start);
    return line + offer.text;
  }

  const ASK = 'fun ask() perform "ASK" { question: 1, to: 2 };\n';
  const CLAUSE = `{
    var question = effect.question;
    var to = effect.to;
    resume(effect.continuation, nil);
}`;

  test.each([
    [`${ASK}handle $0\nprint ask();`, `handle "ASK" ${CLAUSE}`],
    [`${ASK}hand$0\nprint ask();`, `handle "ASK" ${CLAUSE}`],
    [`${ASK}handle "ASK"$0\nprint ask();`, `handle "ASK" ${CLAUSE}`],
    [`${ASK}fun f() {\n    handle "ASK" $0\n}`, `    handle "ASK" ${CLAUSE.replaceAll("\n", "\n    ")}`],
    [`${ASK}var x = perform "ASK"$0`, 'var x = perform "ASK" { question: question, to: to }'],
    [
      'unsafe { io_monitor(0x80, WLD_EVENT_READ); io_monitor(0x81, WLD_EVENT_READ); }\nhandle "IO_READ" {\n    match effect.target {$0\n    }\n}',
      "    match effect.target {\n        0x80 => nil,\n        0x81 => nil,",
    ],
    [
      'unsafe { io_monitor(0x80, WLD_EVENT_READ); io_monitor(0x81, WLD_EVENT_READ); }\nhandle "IO_READ" {\n    match effect.target {\n        0x80 => 1,\n        $0\n    }\n}',
      "        0x81 => nil,",
    ],
  ])("%s", (text, expected) => expect(offered(text)).toBe(expected));

  test.each([
    [`handle $0`],
    [`${ASK}// handle $0\nask();`],
    [`${ASK}handle $0 something();\nask();`],
    ['perform "NEW"$0'],
    ["var handles$0"],
    [""],
    ["match x {$0"],
  ])("nothing at %s", (text) => expect(offered(text.includes("$0") ? text : `${text}$0`)).toBeNull());

  test("the effect whose perform is nearest", () => {
    const text = (cursor: string) =>
      `fun a() perform "A";\n${cursor === "A" ? "handle $0" : ""}\nvar x = 1;\nvar y = 2;\nvar z = 3;\n${cursor === "B" ? "handle $0" : ""}\nfun b() perform "B";\na();\nb();`;
    expect(offered(text("A"))).toContain('handle "A"');
    expect(offered(text("B"))).toContain('handle "B"');
  });

  test("what is offered answers the diagnostic", async () => {
    const text = `${ASK}handle $0\nprint ask();\n`;
    const { view, file, offset } = atCursor(text);
    const said = (of: typeof view) => of.analysis.diagnostics(file).map(({ code }) => code);
    expect(said(view)).toContain("W301");
    const offer = inlineCompletionAt(view, file, offset)!;
    const { text: before } = view.tree(file);
    const after = before.slice(0, offer.span.start) + offer.text + before.slice(offer.span.end);
    expect(said(viewOf(readFixture(`//- ${file}\n${after}`)))).toEqual(["W106", "W106"]);

    const server = await startServer(text);
    const found = await server.client.sendRequest("textDocument/inlineCompletion", {
      ...server.cursor,
      context: { triggerKind: 1 },
    });
    expect(found).toMatchObject([{ insertText: offer.text, range: { start: { line: 1, character: 0 } } }]);
    expect(server.errors).toEqual([]);
    await server.stop();
  });
});
