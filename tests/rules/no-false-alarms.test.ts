// Programs that are right: nothing at all may be said about them. The first are the reactor's own description and the
// examples of the language's page.

import { expect, test } from "vitest";
import { analyseFixture, check, diagnosticsOf } from "./check.ts";

test("a client's handler", () =>
  check(`
fun handle_client(socket) {
    // This 'perform' call triggers the Reactor.
    // The current function pauses and frees the CPU core.
    var request = perform "IO_READ" { fd: socket };

    // When the Reactor reaps the data, it 'resumes' this logic
    // on the next available core.
    process(request);
}

fun process(request) {
    print request;
}
`));

test("the sensor monitor", () =>
  check(`
unsafe {
    // Monitor port 0x80 (Power status) and port 0x81 (Thermal status)
    io_monitor(0x80, WLD_EVENT_READ);
    io_monitor(0x81, WLD_EVENT_READ);
}
handle "IO_READ" {
    match effect.target {
        0x80 => print "Power Status Changed!",
        0x81 => print "Temperature Warning!",
    }
    resume(effect.continuation, true);
}
`));

test("resuming many times", () =>
  check(`
fun pick(options) perform "CHOOSE" { options: options };

fun all_sums() {
    handle "CHOOSE" {
        var out = [];
        for (o in effect.options) { out.add_all(resume(effect.continuation, o)); }
        out
    }
    [pick([1, 2]) + pick([10, 20])]      // the whole block yields [11, 21, 12, 22]
}
print all_sums();
`));

test("declarations of every kind", () =>
  check(`
/// Documentation.
var x = 1;
const C = 2.5;
var typed: u8 = 255;
fun f(a, b: i32): i32 { a + b }
fun g(a, b) a * b;
class A {
  var x;
  var list = [];
  fun init(x) { this.x = x; }
  fun m() this.x
}
trait Shout { fun shout() str(this.x).upper() + "!" }
class B < A with Shout { fun m() super.m() + 1; }
var b = B(1);
print b.m() + b.shout();
mixin(b, Shout);
print [1, 2] |> map(x => x * C) |> filter(fun(x) x > f(x, 0)) |> sum();
print { name: 1, "key": 2 }.name;
print g(a: 1, b: 2);
for (i in 0..3) { if (i == 1) continue; print i; }
while (x < 3) x = x + 1;
print match x { C => "c", -1 => "minus", other if other > 1 => other, _ => nil };
print typed;
`));

test("tasks, futures and channels", () =>
  check(`
const results = Channel(10);
const counter = Atomic(0);
async fun worker(n) {
  sleep(n);
  counter.add(1);
  results.send(n * 2);
  n
}
var futures = [worker(1), worker(2), task(n => n + 1, 3)];
print await all(futures);
print timeout(race(futures), 100);
print results.receive();
cancel(futures[0]);
async fun careful() {
  handle "CANCELLED" { print "cleaning up"; }
  sleep(1000)
}
print await careful();
`));

test("handlers in front of input and output, and of faults", () =>
  check(`
fun fetch(fd) {
  handle "FAULT" {
    if (effect.kind == "IoError") { resume(effect.continuation, nil) } else { nil }
  }
  handle "IO_RECONNECT" { net_write(effect.fd, "again"); resume(effect.continuation, nil) }
  handle "TIMER" { resume(effect.continuation, nil) }
  sleep(10);
  net_read(fd)
}
var kept = [];
handle "LATER" { kept.add(effect.continuation); nil }
fun later() perform "LATER";
print later();
for (k in kept) resume(k, 1);
test "fetch" {
  handle "IO_READ" { resume(effect.continuation, "hello") } in { assert(fetch(1) == "hello", "reads"); }
}
`));

test("a state machine of handlers in handlers", () =>
  check(`
fun state(start, body) {
  var now = start;
  handle "GET" { resume(effect.continuation, now) }
  handle "SET" { now = effect.value; resume(effect.continuation, now) }
  body()
}
fun count() {
  perform "SET" { value: perform "GET" + 1 };
  if (perform "GET" < 10) count() else perform "GET"
}
print state(0, count);
print state(5, () => count() + 1);
`));

test("deep trees and long chains are walked without the stack", () => {
  const chain = Array.from({ length: 3_000 }, (_, i) => `if (n == ${i}) ${i}`).join(" else ");
  const analysis = analyseFixture(`fun f(n) ${chain} else -1;\nprint f(1);`);
  // The parser may refuse such a tree; what matters is that nothing throws.
  expect(diagnosticsOf(analysis).filter(({ code }) => code !== "W001" && code !== "W101")).toEqual([]);
});
