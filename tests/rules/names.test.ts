import { describe, expect, test } from "vitest";
import { analyseFixture, check, diagnosticsOf } from "./check.ts";

describe("undefined names", () => {
  test("a name that nothing declares, with the name that was perhaps meant", () =>
    check(`
fun greet(person) { print "Hello " + persn; print nowhere_at_all; }
//                                   ^^^^^ W101 \`persn\` is not defined; did you mean \`person\`?
//                                                ^^^^^^^^^^^^^^ W101 \`nowhere_at_all\` is not defined
//        ^^^^^^ W107 the parameter \`person\` is never used
`));

  test("a misspelt built-in", () =>
    check(`
  print math_sqt(4);
//      ^^^^^^^^ W101 \`math_sqt\` is not defined; did you mean \`math_sqrt\`?
`));

  test("a local is known from its declaration on", () =>
    check(`
fun f() {
  print later;
//      ^^^^^ W101 \`later\` is not known yet: it is declared further down, and a name is known from there on
  var later = 1;
  later
}
`));

  test("functions of a block are known in the whole block, so they may call each other", () =>
    check(`
fun f(n) {
  var start = even(n);
  fun even(n) if (n == 0) true else odd(n - 1);
  fun odd(n) if (n == 0) false else even(n - 1);
  start
}
`));

  test("a function after a handler is not known before it", () =>
    check(`
fun f() {
  handle "A" { late() }
//             ^^^^ W101 \`late\` is not known yet: it is declared further down, and a name is known from there on
  fun late() perform "A";
  late()
}
`));

  test("a function that is its own initialiser may call itself", () =>
    check(`
fun f() {
  var count = fun(n) if (n == 0) 0 else 1 + count(n - 1);
  count(3)
}
`));

  test("a name from any file of the workspace, unless two declare it", () =>
    check(`
//- /a.wal
  print helper(1);
//- /b.wal
fun helper(n) n;
`));

  test("types that sizeof names, fields that offsetof names", () =>
    check(`
layout P { var a: u8; b: u16; }
fun f() { unsafe { sizeof(u32) + sizeof(P) + offsetof(P, b) } }
//                 ^^^^^^ W502 \`sizeof\` is checked only: running it is a fault
//                               ^^^^^^ W502 \`sizeof\` is checked only: running it is a fault
//                                           ^^^^^^^^ W502 \`offsetof\` is checked only: running it is a fault
`));

  test("nothing is said when a missing import may declare the name", () =>
    check(`
  import "gone";
//       ^^^^^^ W105 there is no file \`/gone.wal\` to import
  print from_there;
`));
});

describe("declarations", () => {
  test("twice in one scope, also on both sides of a handler", () =>
    check(`
fun f(a) {
  var b = a;
  var b = 2;
//    ^ W102 \`b\` is already declared in this scope
  handle "A" { resume(effect.continuation, b) }
  var b = perform "A";
//    ^ W102 \`b\` is already declared in this scope
  b
}
fun g(x, x) x;
//       ^ W102 \`x\` is already declared in this scope
`));

  test("shadowing is fine", () =>
    check(`
var a = 1;
fun f(a) {
  if (a) { var a = 2; print a; }
  for (a in [1]) print a;
  match a { a => a }
}
`));

  test("a body's name that hides a parameter", () =>
    check(`
fun f(a) {
  var a = 2;
//    ^ W104 this \`a\` hides the parameter \`a\`
  a
}
fun g(a) { print a; { var a = 3; print a; } }
`));

  test("a name that many files declare names a few of them", () => {
    const files = Array.from({ length: 20 }, (_, i) => `//- /f${i}.wal\nvar size = ${i};\n`).join("");
    const [first] = analyseFixture(files).diagnostics("/f19.wal");
    expect(first?.related).toHaveLength(5);
    expect(first?.message).toBe(
      "`size` is declared at top level twice: also in /f0.wal, /f1.wal, /f2.wal, /f3.wal, /f4.wal, 14 more",
    );
  });

  test("two files that declare one name, and a third that uses it", () => {
    const fixture = `
//- /a.wal
var size = 1;
//  ^^^^ W103 \`size\` is declared at top level twice: also in /b.wal
//- /b.wal
  print 0;
var size = 2;
//  ^^^^ W103 \`size\` is declared at top level twice: also in /a.wal
//- /c.wal
  print size;
//      ^^^^ W110 \`size\` may be any of several: import one of /a.wal, /b.wal
//- /d.wal
  import "b";
  print size;
`;
    check(fixture);
    const [first] = analyseFixture(fixture).diagnostics("/a.wal");
    expect(first?.related).toEqual([
      { message: "`size` is also declared here", file: "/b.wal", span: { start: 15, end: 19 } },
    ]);
  });

  test("resume is reserved", () =>
    check(`
fun resume(a) a;
//  ^^^^^^ W109 \`resume\` is built in; choose another name
`));
});

describe("unused names", () => {
  test("variables, functions and classes", () =>
    check(`
fun f() {
  var a = 1;
//    ^ W106 the variable \`a\` is never used
  var b = 1;
//    ^ W106 the variable \`b\` is assigned but never read
  b = 2;
  const _quiet = 1;
  fun g() 1;
//    ^ W106 the function \`g\` is never used
  class C { fun m() 1; }
//      ^ W106 the class \`C\` is never used
  3
}
`));

  test("unnecessary text is tagged", () => {
    const [first] = diagnosticsOf(analyseFixture("fun f() { var a = 1; 2 }"));
    expect(first?.tags).toEqual(["unnecessary"]);
  });

  test("parameters of methods and callbacks, and loop variables, are left alone", () =>
    check(`
class C { fun m(a) 1; }
fun f(a, _b) { for (i in 0..a) print "x"; }
  print [1].map(x => 1);
  print [1].map(fun(x) 1);
`));

  test("names of patterns", () =>
    check(`
const KNOWN = 1;
fun f(a) match a { KNOWN => 1, other => 2 };
//                             ^^^^^ W107 the pattern's name \`other\` is never used
fun g(a) match a { KNOWN => 1, _other => 2 };
`));

  test("imports with an alias", () =>
    check(`
//- /a.wal
  import "lib/b" as b;
//^^^^^^^^^^^^^^^^^^^ W108 the import \`b\` is never used
  import "lib/b" as c;
  print c.x;
//- /lib/b.wal
var x = 1;
`));
});

describe("imports", () => {
  test("members of an alias", () =>
    check(`
//- /app/a.wal
  import "../lib/b" as b;
  import "c.wal" as c;
  print b.width + b.heigth + c.depth();
//                  ^^^^^^ W111 /lib/b.wal declares no \`heigth\`; did you mean \`height\`?
//- /app/c.wal
fun depth() 1;
//- /lib/b.wal
var width = 1;
var height = 2;
`));

  test("a file that is not there", () =>
    check(`
  import "b" as b at "2.1.0";
//       ^^^ W105 there is no file \`/b.wal\` to import
  print b.anything;
`));
});
