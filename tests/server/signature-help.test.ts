// Signature help, as `label with «the active parameter»`.

import { expect, test } from "vitest";
import { signatureHelpAt } from "../../server/features/signature-help.ts";
import { atCursor } from "./fixture.ts";

function help(text: string): string | null {
  const { view, file, offset } = atCursor(text);
  const found = signatureHelpAt(view, file, offset);
  if (!found) return null;
  const { label, parameters } = found.signatures[found.activeSignature!]!;
  const span = parameters![found.activeParameter ?? -1]?.label as [number, number] | undefined;
  return span ? `${label.slice(0, span[0])}«${label.slice(...span)}»${label.slice(span[1])}` : label;
}

const F = "/// Adds.\nfun add(a, b: i32): i32 a + b;\n";

test.each([
  [`${F}add($0)`, "add(«a», b: i32): i32"],
  [`${F}add(1, $0)`, "add(a, «b: i32»): i32"],
  [`${F}var x = add(1,$0;\nvar y = 2;`, "add(a, «b: i32»): i32"],
  [`${F}add(b: $01)`, "add(a, «b: i32»): i32"],
  [`${F}1 |> add($0)`, "add(a, «b: i32»): i32"],
  [`${F}1 |> await add($0)`, "add(a, «b: i32»): i32"],
  [`${F}add([1, 2, $0], 3)`, "add(«a», b: i32): i32"],
  [`${F}add({ x: 1, y: $0 })`, "add(«a», b: i32): i32"],
  [`${F}add(add(1, 2), $0)`, "add(a, «b: i32»): i32"],
  [`${F}add(1, 2, $0)`, "add(a, b: i32): i32"],
  ["math_max(1, 2, $0)", "math_max(«...numbers»)"],
  ["net_listen(80, $0)", "net_listen(port, «host?», session?)"],
  ["var xs = [1];\nxs.insert(0, $0)", "insert(index, «item»)"],
  ['"a,b".split($0)', "split(«separator»)"],
  ["class A { fun init(size) {} }\nA($0)", "A(«size»)"],
  ["class A { fun init(size) {} }\nclass B < A { }\nB($0)", "B(«size»)"],
  ["class A { fun go(x, y) 1 }\nfun f(unknown) { unknown.go(1, $0 }", "go(x, «y»)"],
  ["class A { fun go(x) 1 }\nclass B < A { fun go(x) { super.go($0) } }", "go(«x»)"],
  ["fun outer() { var inner = (n, m) => n; inner(1, $0) }", "inner(n, «m»)"],
  ['handle "ASK" { resume($0) }', "resume(«continuation», value?)"],
  ['import "b" as b;\nb.go($0\n//- /b.wal\nfun go(there) 1;', "go(«there»)"],
])("%s", (text, expected) => expect(help(text)).toBe(expected));

test.each(["$0f(1)", "if ($0) 1", "fun f($0) 1;", "var x = ($0)", "nobody($0)", "f(fun() { $0 })", "f(1); $0", ""])(
  "nothing at %s",
  (text) => expect(help(`${text}${text.includes("$0") ? "" : "$0"}`)).toBeNull(),
);

test("documentation comes along", () => {
  const { view, file, offset } = atCursor(`${F}add($0)`);
  expect(signatureHelpAt(view, file, offset)?.signatures[0]?.documentation).toEqual({
    kind: "markdown",
    value: "Adds.",
  });
});
