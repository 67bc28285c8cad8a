// Inlay hints: a text with the hints written into it as `‹! ASK›` is what the program without them must show.

import { expect, test } from "vitest";
import { hintsIn, tooltipOf } from "../../server/features/inlay-hints.ts";
import { DEFAULTS, settingsOf } from "../../server/settings.ts";
import { readFixture } from "../fixture.ts";
import { startServer, viewOf } from "./fixture.ts";

const ALL = { effects: true, suspensions: true, home: true, parameterNames: true, kinds: true };

function check(marked: string, wanted = ALL): void {
  const text = marked.replace(/‹[^›]*›/g, "");
  const view = viewOf(readFixture(`//- /main.wal\n${text}`));
  const hints = hintsIn(view, "/main.wal", { start: 0, end: text.length }, wanted);
  let shown = text;
  for (const { at, text: hint } of [...hints].reverse()) shown = `${shown.slice(0, at)}‹${hint}›${shown.slice(at)}`;
  expect(shown).toBe(marked);
}

test("effect rows, what suspends, tasks at home", () =>
  check(`var total = 0;
fun ask(q)‹! ASK› perform "ASK" { question: q };
fun twice(): i32‹! ASK, TELL› { ask("a")‹⏸›; ask("b")‹⏸›; perform "TELL"; 1 }
fun safe() { handle "ASK" { resume(effect.continuation, 1) } handle "TELL" { 1 } twice()‹⏸› }
fun call(f)‹! f()› f();
fun wait(ch)‹⏸› { var c = Channel(1); c.receive()‹⏸› }
fun quiet(a, b) a + b;
async fun count()‹! TIMER ⌂› { sleep(1)‹⏸›; total = total + 1; }
async fun alone()‹! TIMER› { sleep(1)‹⏸› }
fun each(xs)‹! ASK› xs.map(x => ask(x)‹⏸›)‹⏸›;
class A { fun m()‹! ASK› ask(1)‹⏸› }
count();
alone();
`));

test("names of parameters where a bare value stands", () =>
  check(`fun area(w, h) w * h;
fun one(x) x;
area(‹w:›3, ‹h:›-4);
area(w: 3, h: 4);
var w = 1;
area(w, ‹h:›2);
one(1);
2 |> area(‹h:›5);
class P { fun init(x, y) { this.x = x; } }
P(‹x:›nil, ‹y:›"a");
`));

test("what variables hold", () =>
  check(`fun f() {
    var words‹: List<string>› = "a b".split(" ");
    var n = 1;
    var p = P();
    var q‹: P› = p;
    var s‹: string› = str(n);
    [words, q, s]
}
class P {}
`));

test("each kind can be switched off", () => {
  const none = { effects: false, suspensions: false, home: false, parameterNames: false, kinds: false };
  const text = `fun ask() perform "ASK";\nasync fun go(a, b) { var x = str(ask()); x }\ngo(1, 2);\n`;
  check(text, none);
  check(`fun ask()‹! ASK› perform "ASK";\nasync fun go(a, b)‹! ASK› { var x = str(ask()); x }\ngo(1, 2);\n`, {
    ...none,
    effects: true,
  });
  check(`fun ask()‹⏸› perform "ASK";\n`.replace("‹⏸›", ""), { ...none, suspensions: true });
  expect(DEFAULTS.inlayHints.kinds).toBe(false);
});

test("only of the part that is asked for", () => {
  const text = `fun a() perform "A";\nfun b() perform "B";\n`;
  const view = viewOf(readFixture(text));
  expect(hintsIn(view, "/main.wal", { start: 21, end: 40 }).map((hint) => hint.text)).toEqual(["! B"]);
});

test("reasons on resolve: the way through the calls, and who would handle it", async () => {
  const server = await startServer(
    `//- /a.wal\nvar n = 0;\nfun ask() perform "ASK";\nfun twice() { ask(); n = 1; }\nhandle "ASK" { resume(effect.continuation, 1) }\n`,
  );
  const textDocument = { uri: "file:///a.wal" };
  const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
  const hints = (await server.client.sendRequest("textDocument/inlayHint", { textDocument, range })) as {
    label: string;
    position: { line: number };
  }[];
  const row = hints.find(({ label, position }) => label === "! ASK" && position.line === 2)!;
  const { tooltip } = (await server.client.sendRequest("inlayHint/resolve", row)) as { tooltip: { value: string } };
  expect(tooltip.value).toBe(
    '- `ASK` at [`ask()`](file:///a.wal#L3) → [`perform "ASK"`](file:///a.wal#L2)\n' +
      "- `ASK` may be handled at [/a.wal:4](file:///a.wal#L4), for the whole program\n" +
      "- ⌂ runs at home: it reaches a variable of the program at [`n`](file:///a.wal#L3)",
  );
  const call = hints.find(({ label }) => label === "⏸")!;
  const resolved = (await server.client.sendRequest("inlayHint/resolve", call)) as { tooltip: { value: string } };
  expect(resolved.tooltip.value).toContain("⏸ may suspend: performs `ASK`");
  expect(server.errors).toEqual([]);
  await server.stop();
});

test("a hint that is out of date has no reasons", () => {
  const view = viewOf(readFixture("var x = 1;"));
  expect(tooltipOf(view, "/main.wal", { kind: "row", unit: "gone", at: 3 })).toBeNull();
  expect(settingsOf({ inlayHints: { effects: false } }).inlayHints.effects).toBe(false);
});
