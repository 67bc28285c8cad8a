// Semantic tokens: carets say type and modifiers of the token above them; tokens without carets are not looked at, carets
// without a token fail.

import { expect, test } from "vitest";
import {
  editsBetween,
  type Token,
  tokenModifiers,
  tokensOf,
  tokenTypes,
} from "../../server/features/semantic-tokens.ts";
import { readFixture } from "../fixture.ts";
import { startServer, viewOf } from "./fixture.ts";

const shown = ({ type, modifiers }: Token): string =>
  [type, ...tokenModifiers.filter((_, bit) => modifiers & (1 << bit))].join(" ");

function check(text: string): void {
  const fixture = readFixture(text);
  const view = viewOf(fixture);
  const found = fixture.expectations.map(({ path, start, end }) => {
    const token = tokensOf(view, path).find((each) => each.start === start && each.end === end);
    return token ? shown(token) : "no token";
  });
  expect(found).toEqual(fixture.expectations.map(({ message }) => message));
}

test("effects, handlers and suspensions have types of their own", () =>
  check(`
fun ask(q) {
//  ^^^ function declaration suspends global
//      ^ parameter declaration
  var answer = perform "ASK" { question: q };
//             ^^^^^^^ suspension
//                     ^^^^^ effect
//                             ^^^^^^^^ property
//                                       ^ parameter
  answer
}
  handle "ASK" { resume(effect.continuation, 1) }
//^^^^^^ handler
//       ^^^^^ effect
//               ^^^^^^ continuation defaultLibrary suspends
//                      ^^^^^^ effect
//                             ^^^^^^^^^^^^ continuation
  ask(1);
//^^^ function suspends global
async fun later() 1;
//        ^^^^^ function declaration async global
  print await later();
//      ^^^^^ suspension
//            ^^^^^ function async global
  1 |> await later();
//     ^^^^^ suspension
`));

test("what is unsafe, shared, constant, home, older", () =>
  check(`
const LIMIT = 1;
//    ^^^^^ variable declaration readonly global
var count = LIMIT;
//          ^^^^^ variable readonly global
  unsafe { io_monitor(0x80, WLD_EVENT_READ); }
//^^^^^^ unsafe
//         ^^^^^^^^^^ function defaultLibrary unsafe
//                          ^^^^^^^^^^^^^^ variable readonly defaultLibrary
fun counter() {
  var n = 0;
//    ^ variable declaration captured
  fun() { n = n + 1; count = n }
//        ^ variable captured
//                   ^^^^^ variable modification global
}
fun bump() { count = count + 1; }
//  ^^^^ function declaration home global
var list = [];
  list_add(list, 1);
//^^^^^^^^ function defaultLibrary deprecated
`));

test("classes, traits, members, types, patterns and other files", () =>
  check(`
//- /a.wal
import "b" as b;
//            ^ namespace declaration
class Dog < Animal with Loud { var age: u8; fun bark() this.age + super.bark(); }
//    ^^^ class declaration global
//          ^^^^^^ class global
//                      ^^^^ interface global
//                                 ^^^ property declaration
//                                      ^^ type defaultLibrary
//                                              ^^^^ method declaration
//                                                          ^^^ property
//                                                                      ^^^^ method
@unique var x = b.make(limit: 3);
//^^^^^ no token
//              ^ namespace
//                ^^^^ function global
//                     ^^^^^ parameter
  print match x { MAX => 1, other => other.size, _ => x.grow() };
//                ^^^ variable readonly global
//                          ^^^^^ variable declaration
//                                         ^^^^ property
//                                                      ^^^^ method
//- /b.wal
class Animal {}
trait Loud { fun bark() 1 }
const MAX = 3;
fun make(limit) limit;
`));

test("an edit is told as a delta that makes the new tokens of the old ones", async () => {
  const server = await startServer("//- /a.wal\nfun f(a) a;\nfun g(b) f(b);\nvar x = g(f(1));\n");
  const textDocument = { uri: "file:///a.wal" };
  const full = (await server.client.sendRequest("textDocument/semanticTokens/full", { textDocument })) as {
    resultId: string;
    data: number[];
  };
  await server.change("/a.wal", [
    { range: { start: { line: 1, character: 9 }, end: { line: 1, character: 9 } }, text: "f(b) + " },
  ]);
  const delta = (await server.client.sendRequest("textDocument/semanticTokens/full/delta", {
    textDocument,
    previousResultId: full.resultId,
  })) as { edits: { start: number; deleteCount: number; data: number[] }[] };
  const fresh = (await server.client.sendRequest("textDocument/semanticTokens/full", { textDocument })) as typeof full;
  const patched = [...full.data];
  for (const { start, deleteCount, data } of delta.edits) patched.splice(start, deleteCount, ...data);
  expect(patched).toEqual(fresh.data);
  expect(delta.edits).toHaveLength(1);
  expect(delta.edits[0]!.data.length).toBeLessThan(fresh.data.length / 2);

  const stale = await server.client.sendRequest("textDocument/semanticTokens/full/delta", {
    textDocument,
    previousResultId: "of another life",
  });
  expect(stale).toHaveProperty("data");
  const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 3 } };
  const part = (await server.client.sendRequest("textDocument/semanticTokens/range", {
    textDocument,
    range,
  })) as typeof full;
  expect(part.data.length).toBeLessThan(fresh.data.length);
  expect(server.errors).toEqual([]);
  await server.stop();
});

test("no edits between equal tokens", () =>
  expect(editsBetween(Int32Array.of(1, 2, 3), Int32Array.of(1, 2, 3))).toEqual([]));

test("the legend has every type once", () => expect(new Set(tokenTypes).size).toBe(tokenTypes.length));
