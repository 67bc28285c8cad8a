// The life of continuations: kept and never resumed, resumed more than once, taken out of the middle of `unsafe`.

import { describe, expect, test } from "vitest";
import { analyseFixture, check, diagnosticsOf } from "./check.ts";

describe("a continuation that is kept", () => {
  const LOST = (effect: string) =>
    `W305 the continuation of "${effect}" is kept here, and nothing in the program resumes one that was kept`;

  test("and never resumed", () =>
    check(`
var waiting = [];
fun f() {
  handle "ASK" {
    waiting.add(effect.continuation);
//              ^^^^^^^^^^^^^^^^^^^ ${LOST("ASK")}
    nil
  }
  perform "ASK"
}
  f();
  handle "TELL" {
    var k = effect.continuation;
//          ^^^^^^^^^^^^^^^^^^^ ${LOST("TELL")}
    [k]
  }
  perform "TELL";
`));

  test("with the place that would wait", () => {
    const [found] = diagnosticsOf(
      analyseFixture('fun f() { handle "ASK" { [effect.continuation] } g() }\nfun g() perform "ASK";\nf();'),
    );
    expect(found?.related.map(({ message }) => message)).toEqual(['"ASK" is performed here']);
  });

  test.each([
    ["resumed elsewhere", "fun later(k) resume(k, 1);\nlater(waiting[0]);"],
    ["resumed by a function that is passed", "waiting.each(resume);"],
    ["resumed in another file", "//- /b.wal\nfun later(k) resume(k, 1);"],
  ])("%s", (_what, code) =>
    check(`var waiting = [];\nhandle "ASK" { waiting.add(effect.continuation); nil }\nperform "ASK";\n${code}\n`),
  );
});

describe("a continuation that is resumed more than once", () => {
  const AGAIN = (what: string) => `W306 "PICK" may be resumed more than once, and what follows the \`perform\` ${what}`;
  const WRITES = AGAIN("does IO_OPEN each time");

  test("in a loop, in a callback, one after the other", () =>
    check(`
fun pick() perform "PICK" { options: [1, 2] };
fun store() { var x = pick(); io_write("x", str(x)); }
fun loop() {
  handle "PICK" { for (o in effect.options) resume(effect.continuation, o); }
//                                          ^^^^^^ ${WRITES}
  store()
}
fun callback() {
  handle "PICK" { effect.options.map(o => resume(effect.continuation, o)) }
//                                        ^^^^^^ ${WRITES}
  store()
}
fun sequence() {
  handle "PICK" { [resume(effect.continuation, 1), resume(effect.continuation, 2)] }
//                                                 ^^^^^^ ${WRITES}
  store()
}
  loop();
  callback();
  sequence();
`));

  test("with the way to the perform and to what happens again", () => {
    const found = diagnosticsOf(
      analyseFixture(`
fun pick() perform "PICK";
fun main() {
  handle "PICK" { while (true) resume(effect.continuation, 1); }
  var x = pick();
  net_write(1, x);
}
main();
`),
    ).find(({ code }) => code === "W306");
    expect(found?.severity).toBe("warning");
    expect(found?.related.map(({ message }) => message)).toEqual([
      "this may run many times",
      "the handled code calls this",
      'which performs "PICK"',
      "IO_WRITE happens again here",
    ]);
  });

  test("shared variables are worth knowing", () => {
    const text = `
var count = 0;
fun pick() perform "PICK";
fun globals() { handle "PICK" { resume(effect.continuation, 1); resume(effect.continuation, 2) } pick(); count = count + 1; }
//                                                              ^^^^^^ ${AGAIN("assigns `count` each time, which all resumptions share")}
fun captured() {
  var n = 0;
  var step = fun() { pick(); n = n + 1; n };
  handle "PICK" { resume(effect.continuation, 1); resume(effect.continuation, 2) }
//                                                ^^^^^^ ${AGAIN("assigns `n` each time, which all resumptions share")}
  step()
}
  globals();
  captured();
`;
    check(text);
    const severities = diagnosticsOf(analyseFixture(text)).map(({ severity }) => severity);
    expect(severities).toEqual(["info", "info"]);
  });

  test.each([
    ["before the perform", 'fun body() { io_write("x", "y"); perform "PICK" }'],
    ["plain locals", 'fun body() { var n = 0; var x = perform "PICK"; n = n + x; n }'],
    ["waiting", 'fun body() { var x = perform "PICK"; sleep(x); x }'],
    [
      "I/O that is answered inside",
      'fun body() { handle "IO_WRITE" { resume(effect.continuation, 1) } var x = perform "PICK"; net_write(1, x) }',
    ],
  ])("not said of %s", (_what, body) =>
    check(`
fun main() {
  handle "PICK" { [resume(effect.continuation, 1), resume(effect.continuation, 2)] }
  body()
}
${body}
  main();
`),
  );

  test.each([
    "if (effect.x) resume(effect.continuation, 1) else resume(effect.continuation, 2)",
    "if (effect.x) return resume(effect.continuation, 1); resume(effect.continuation, 2)",
    "if (effect.x) { var r = resume(effect.continuation, 1); return r; } resume(effect.continuation, 2)",
    "match effect.x { 1 => resume(effect.continuation, 1), _ => resume(effect.continuation, 2) }",
    "while (true) { return resume(effect.continuation, 1); }",
    "for (x in [1, 2]) { resume(effect.continuation, x); break; }",
  ])("not said where one resume excludes the other: %s", (clause) =>
    check(`
fun main() {
  handle "PICK" { ${clause} }
  var x = perform "PICK" { x: 1 };
  net_write(1, x)
}
  main();
`),
  );

  test("nor where a handler stands in front of the I/O", () =>
    check(`
fun main() {
  handle "PICK" { [resume(effect.continuation, 1), resume(effect.continuation, 2)] }
  var x = perform "PICK";
  net_write(1, x)
}
test "dry" { handle "IO_WRITE" { resume(effect.continuation, 1) } main(); }
`));
});

describe("an unsafe block", () => {
  const LEFT = (does: string) => `W404 "ASK" may leave this \`unsafe\` block in the middle: a handler of it ${does}`;

  test("that a handler may never come back to", () =>
    check(`
fun ask() perform "ASK";
fun f() {
  handle "ASK" { nil }
  unsafe {
    port_write(0x80, 1);
    perform "ASK";
//          ^^^^^ ${LEFT("never resumes")}
  }
}
fun g() {
  handle "ASK" { [resume(effect.continuation, 1), 2] }
  unsafe { port_write(0x80, 1); ask(); }
//                              ^^^ ${LEFT("may resume it later, more than once, or not at all")}
}
  f();
  g();
`));

  test.each([
    [
      "is answered at once",
      'handle "ASK" { resume(effect.continuation, 1) } unsafe { port_write(0x80, 1); perform "ASK"; }',
    ],
    ["handles nothing raw", 'handle "ASK" { nil } unsafe { io_monitor(0x80, WLD_EVENT_READ); perform "ASK"; }'],
    ["has its handler inside", 'unsafe { port_write(0x80, 1); handle "ASK" { nil } perform "ASK"; }'],
    ["asks before", 'handle "ASK" { nil } var x = perform "ASK"; unsafe { port_write(0x80, x); }'],
  ])("that %s is fine", (_what, body) => check(`fun f() { ${body} }\nf();\n`));
});

describe("a pointer that is alive while the code waits", () => {
  /** Of the diagnostics only these. */
  const kept = (text: string) =>
    diagnosticsOf(analyseFixture(text)).flatMap(({ code, message, related }) =>
      code === "W403" ? [{ name: /`(\w+)`/.exec(message)?.[1], way: related.map((place) => place.message) }] : [],
    );

  test.each([
    ["a parameter", "fun f(p: *u8) { sleep(1); unsafe { print p[0]; } }", "p"],
    ["a copy", "fun f() { unsafe { var p = alloc(8); var q = p; sleep(1); print q[0]; } }", "q"],
    ["what is computed from it", "fun f() { unsafe { var p = alloc(8); var q = p + 4; sleep(1); print q[0]; } }", "q"],
    [
      "in the code that a handler covers",
      'fun f() { unsafe { var p = alloc(8); handle "ASK" { nil } perform "ASK"; print p[0]; } }',
      "p",
    ],
    ["around a loop", "fun f() { unsafe { var p = alloc(8); while (true) { print p[0]; sleep(1); } } }", "p"],
  ])("%s", (_what, text, name) => expect(kept(text)).toMatchObject([{ name }]));

  test.each([
    ["got anew in each turn", "fun f() { unsafe { while (true) { var p = alloc(8); print p[0]; sleep(1); } } }"],
    ["used only before", "fun f() { unsafe { var p = alloc(8); print p[0]; sleep(1); } }"],
    ["replaced before it is used", "fun f() { unsafe { var p = alloc(8); sleep(1); p = alloc(8); } }"],
    [
      "answered in place",
      'fun f() { unsafe { var p = alloc(8); handle "ASK" { resume(effect.continuation, 1) } perform "ASK"; print p[0]; } }',
    ],
  ])("not one that is %s", (_what, text) => expect(kept(text)).toEqual([]));

  test("with the way to what waits", () =>
    expect(
      kept(`
fun ask() perform "ASK";
fun twice() { ask(); ask() }
handle "ASK" { resume(effect.continuation, 1) }
fun f() { unsafe { var p = alloc(8); twice(); print p[0]; } }
`),
    ).toMatchObject([{ way: ["may suspend here", "because this waits", "because this waits"] }]));
});
