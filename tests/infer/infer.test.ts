// What the inference says of the value before a `//^^^`: a fixture's carets stand under an expression or a name.

import { expect, test } from "vitest";
import type * as ast from "../../language/ast.ts";
import { inferenceOf } from "../../language/infer/infer.ts";
import { membersOf } from "../../language/infer/members.ts";
import { showTypes, type Types } from "../../language/infer/types.ts";
import { walk } from "../../language/walk.ts";
import { readFixture } from "../fixture.ts";
import { analyse } from "../rules/check.ts";

/** What may stand between two offsets of a file: the widest expression there, or the local declared there. */
function typesAt(analysis: ReturnType<typeof analyse>, path: string, start: number, end: number): Types {
  const inference = inferenceOf(analysis);
  let found: Types | undefined;
  analysis.files.get(path)!.items.forEach((item, index) => {
    const names = analysis.names(path, index);
    const isHere = (span: ast.Span) => span.start + item.offset === start && span.end + item.offset === end;
    for (const statement of item.tree.statements)
      walk(statement, (node) => {
        if (isHere(node)) found ??= inference.typesOf(node as ast.Expression, names);
        return true;
      });
    for (const unit of names.units)
      for (const local of unit.locals)
        if (local.declaration && isHere(local.declaration)) found ??= inference.typesOfLocal(local, names);
  });
  if (!found) throw new Error(`no expression or local at ${path} ${start}-${end}`);
  return found;
}

function check(fixture: string): void {
  const { files, expectations } = readFixture(fixture);
  const analysis = analyse(files);
  const told = expectations.map(({ path, start, end }) => {
    const types = typesAt(analysis, path, start, end);
    return showTypes(types) || "?";
  });
  expect(told).toEqual(expectations.map((each) => each.message));
}

test("literals, operators and built-ins", () =>
  check(`
fun f(flag) {
  var a = "x" + 1;
//    ^ string
  var b = [1, 2];
//    ^ List<number>
  var c = b.map(n => "n" + n);
//    ^ List<string>
//              ^ number
  var d = if (flag) 1 else "one";
//    ^ number | string
  var e = num("3") or 0;
//    ^ number
  var g = io_read("x").text().split(",");
//    ^ List<string>
  var h = b |> map(n => n > 1) |> first();
//    ^ boolean
  var i = Channel(1);
//    ^ Channel
  var j = 1 < 2;
//    ^ boolean
  for (word in g) { print word; }
//     ^^^^ string
  for (n in 0..3) { print n; }
//     ^ number
  [c, d, e, h, i, j]
}
  f(true);
`));

test("instances, fields and methods, inherited ones too", () =>
  check(
    `
class Account {
  var owner;
  var entries = [];
  fun init(owner) { this.owner = owner; this.total = 0; }
  fun deposit(n) { this.total = this.total + n; this }
  fun label() this.owner + ": " + this.total
}
class Savings < Account { var rate = 0.02; fun yearly() this.total * this.rate }
fun main() {
  var a = Savings("Ada");
//    ^ Savings
  print a.owner;
//      ^^^^^^^ string
  print a.deposit(5);
//      ^^^^^^^^^^^^ Account
  print a.deposit(5).label();
//      ^^^^^^^^^^^^^^^^^^^^ string
  print a.yearly();
//      ^^^^^^^^^^ number
}
  main();
`,
  ));

test("what callers pass, functions yield, and other files declare", () =>
  check(`
//- /a.wal
import "b" as b;
fun shout(text) text.upper();
//        ^^^^ string
fun made() { if (clock() > 0) return b.Point(1); nil }
async fun later() made();
fun go() {
  shout("a");
  var p = made();
//    ^ nil | Point
  var q = await later();
//    ^ nil | Point
  var r = later();
//    ^ Future<nil | Point>
  var s = [later()];
  var t = all(s);
//    ^ List<nil | Point>
  [p, q, r, t]
}
  go();
//- /b.wal
class Point { var x; fun init(x) { this.x = x; } }
`));

test("requests and what handlers resume with", () =>
  check(`
fun ask() {
  var answer = perform "ASK" { question: "why", tries: 3 };
//    ^^^^^^ string
  answer
}
  handle "ASK" {
    print effect.tries;
//        ^^^^^^^^^^^^ number
    print effect.continuation;
//        ^^^^^^^^^^^^^^^^^^^ Continuation
    resume(effect.continuation, "because " + effect.question)
  }
  handle "FAULT" { print effect.kind; }
//                       ^^^^^^^^^^^ string
fun read() {
  var bytes = perform "IO_READ" { fd: 1 };
//    ^^^^^ Bytes | nil
  bytes
}
  print ask() + read();
`));

test("circles and deep chains have an answer", () => {
  const deep = `fun f(a) { var x = ${"[".repeat(60)}a${"]".repeat(60)}; x }`;
  const chain = `fun g() { ${Array.from({ length: 3000 }, (_, i) => `var v${i} = ${i === 0 ? 1 : `v${i - 1}`};`).join(" ")} v2999 }`;
  check(`
fun even(n) if (n == 0) true else odd(n - 1);
fun odd(n) if (n == 0) false else even(n - 1);
  print even(3);
//      ^^^^^^^ boolean
fun self(x) self(x);
  print self(self);
//      ^^^^^^^^^^ ?
`);
  const analysis = analyse([{ path: "/m.wal", text: `${deep}\n${chain}\nprint f(f) + g();` }]);
  const { tree } = analysis.files.get("/m.wal")!.items[2]!;
  expect(
    showTypes(inferenceOf(analysis).typesOf((tree.statements[0] as ast.Print).value, analysis.names("/m.wal", 2))),
  ).toBe("");
});

test("members: own before inherited, methods of the library, parts of a request", () => {
  const { files } = readFixture(`
class A { var x = 1; fun a() 1 }
trait T { fun t() 2 }
class B < A with T { var y; fun b() 3 }
var value = B();
var text = "x";
fun f() { handle "ASK" { effect } perform "ASK" { fd: 1 }; }
`);
  const analysis = analyse(files);
  const inference = inferenceOf(analysis);
  const members = (types: Types) => membersOf(types, analysis).map(({ name }) => name);
  const ofName = (name: string) => members(inference.typesOfMeaning(analysis.registry.meaningOf("/main.wal", name)));
  expect(ofName("value")).toEqual(["y", "b", "t", "x", "a"]);
  expect(ofName("text")).toContain("upper");
  const names = analysis.names("/main.wal", 5);
  const effect = names.units.flatMap((unit) => unit.locals).find((local) => local.role === "effect")!;
  expect(members(inference.typesOfLocal(effect, names))).toEqual(["continuation", "fd", "target", "name", "id"]);
});
