import { describe, expect, test } from "vitest";
import type { Analysis } from "../../language/analyse.ts";
import type { Unit } from "../../language/names/model.ts";
import { analyseFixture } from "../rules/check.ts";

/** The unit of a path, in whatever item it is. */
function unitOf(analysis: Analysis, path: string): Unit {
  for (const [file, tree] of analysis.files) {
    for (let index = 0; index < tree.items.length; index++) {
      const found = analysis.names(file, index).units.find((unit) => unit.path === path);
      if (found) return found;
    }
  }
  throw new Error(`no unit ${path}`);
}

/** `A B f? …` : effects, parameters that are called, and an ellipsis when something cannot be seen. */
function row(analysis: Analysis, path: string): string {
  const { effects, callsParameters, open } = analysis.facts.rowOf(unitOf(analysis, path));
  return [...effects, ...callsParameters.map((name) => `${name}?`), ...(open ? ["…"] : [])].join(" ");
}

describe("rows", () => {
  const analysis = analyseFixture(`
fun ask() perform "ASK";
fun tell() { perform "TELL"; ask() }
fun quiet() { handle "ASK" { resume(effect.continuation, 1) } tell() }
fun loud() { handle "ASK" { perform "LOUD"; 1 } tell() }
fun never() { handle "NOT" { perform "LOUD"; 1 } ask() }
fun scoped() { handle "ASK" { 1 } in { ask() } tell() }
fun call(f) f();
fun guard(f) { handle "ASK" { 1 } call(() => f()) }
fun known() call(ask);
fun guarded() guard(tell);
fun passed(g) guard(g);
fun unseen(thing) thing.whatever();
fun list(xs) xs.map(x => perform "EACH") |> filter(y => y);
fun reads(fd) net_read(fd);
fun made() Maker().go();
class Maker { var x = ask(); fun init() { perform "INIT"; } fun go() tell(); }
fun even(n) if (n == 0) perform "ZERO" else odd(n - 1);
fun odd(n) even(n - 1);
async fun starts() { later(); task(tell); 1 }
async fun later() ask();
fun again() { handle "ASK" { handle "TELL" { 1 } in { resume(effect.continuation, 1) } } tell() }
fun stored(k) resume(k, 1);
const named = ask;
fun through() named();
`);
  test.each([
    ["ask", "ASK"],
    ["tell", "ASK TELL"],
    ["quiet", "TELL"],
    ["loud", "LOUD TELL"],
    ["never", "ASK"],
    ["scoped", "ASK TELL"],
    ["call", "f?"],
    ["guard", "f?"],
    ["known", "ASK"],
    ["guarded", "TELL"],
    ["passed", "g?"],
    ["unseen", "…"],
    ["list", "EACH"],
    ["reads", "IO_READ"],
    ["made", "ASK INIT TELL"],
    ["even", "ZERO"],
    ["odd", "ZERO"],
    ["starts", ""],
    ["later", "ASK"],
    ["again", "TELL"],
    ["stored", "…"],
    ["through", "ASK"],
  ])("of %s", (path, expected) => expect(row(analysis, path)).toBe(expected));
});

describe("may suspend", () => {
  const analysis = analyseFixture(`
var shared = 0;
fun plain(a) a + 1;
fun calls() plain(1) + [1].reverse().length();
fun higher() [1].map(x => x);
fun waits() sleep(1);
fun deep() waits();
fun unknown(f) f();
fun given() unknown(plain);
async fun starter() 1;
fun start() starter();
fun self(n) if (n) self(n - 1);
fun above() self(1);
fun channel(c) c.receive();
`);
  test.each([
    ["plain", false, false, 0],
    ["calls", false, false, 1],
    ["higher", true, false, 1],
    ["waits", true, false, 0],
    ["deep", true, false, 1],
    ["unknown", true, false, 0],
    ["given", true, false, 1],
    ["start", false, false, 0],
    ["self", false, true, Number.POSITIVE_INFINITY],
    ["above", false, false, Number.POSITIVE_INFINITY],
    ["channel", true, false, 0],
  ] as const)("%s", (path, suspends, recursive, height) => {
    const unit = unitOf(analysis, path);
    const { facts } = analysis;
    expect([facts.maySuspend(unit), facts.isRecursive(unit), facts.callHeight(unit)]).toEqual([
      suspends,
      recursive,
      height,
    ]);
  });
});

describe("home or anywhere", () => {
  const analysis = analyseFixture(`
var total = 0;
const LIMIT = 10 * 2;
const results = Channel(3);
const cache = {};
async fun pure(n) n * LIMIT;
async fun sends(n) results.send(n);
async fun adds(n) { total = total + n; }
async fun through(n) add(n);
fun add(n) { total = total + n; }
async fun caches(n) cache.x;
async fun unseen(f) f();
async fun starts() { adds(1); pure(2) }
async fun matches(n) match n { total => 1, _ => 2 };
async fun logs() perform "LOG" { n: 1 };
async fun counts() perform "COUNT" { n: 1 };
handle "LOG" { resume(effect.continuation, effect.n) }
handle "COUNT" { total = total + 1; resume(effect.continuation, total) }
`);
  test.each([
    ["pure", "anywhere"],
    ["sends", "anywhere"],
    ["adds", "home"],
    ["through", "home"],
    ["caches", "home"],
    ["unseen", "home"],
    ["starts", "anywhere"],
    ["matches", "home"],
    ["logs", "anywhere"],
    ["counts", "home"],
  ])("%s runs %s", (path, place) => expect(analysis.facts.placeOf(unitOf(analysis, path))).toBe(place));

  test("the way to the variable", () => {
    const path = analysis.facts.pathToFact(unitOf(analysis, "through"), "home");
    expect(path.map((step) => step.unit.path)).toEqual(["through", "add"]);
  });

  test("the way ends where something is passed that cannot be seen, also to oneself", () => {
    const circles = analyseFixture(`
fun again(f, thing) { f(); again(thing.go, thing) }
fun one(f, thing) { f(); other(thing.go, thing) }
fun other(f, thing) { f(); one(thing.go, thing) }
`);
    for (const name of ["again", "one", "other"])
      for (const fact of ["home", "unknown", "suspends"] as const)
        expect(circles.facts.pathToFact(unitOf(circles, name), fact).length).toBeLessThan(3);
  });
});

describe("entry points and handlers", () => {
  const analysis = analyseFixture(`
unsafe { io_monitor(0x80, WLD_EVENT_READ); }
handle "IO_READ" { resume(effect.continuation, true) }
handle "LOG" { resume(effect.continuation, nil) }
async fun work() log();
fun log() perform "LOG";
work();
fun near() { handle "LOG" { 1 } log() }
test "t" { near(); }
`);

  test("are the program, its tasks, monitors, program-wide handlers and tests", () => {
    const found = analysis.facts.entryPoints
      .filter(({ kind }) => kind !== "program")
      .map(({ kind, unit }) => `${kind} ${unit.path}`);
    expect(found).toEqual(["test test#1", "task work", "monitor handle IO_READ#1", "handler handle LOG#1"]);
  });

  test("the handlers that may receive a perform, nearest first", () => {
    const found = analysis.facts.handlersFor(unitOf(analysis, "log"), "LOG");
    expect(found.map(({ scope, handle }) => `${scope} ${handle.effect}`)).toEqual(["block LOG", "program LOG"]);
  });
});
