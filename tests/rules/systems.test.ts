import { describe, expect, test } from "vitest";
import { analyseFixture, check, diagnosticsOf } from "./check.ts";

describe("unsafe", () => {
  test("is needed for ports, memory and pointers", () =>
    check(`
  io_monitor(0x80, WLD_EVENT_READ);
//^^^^^^^^^^ W401 \`io_monitor\` is allowed in \`unsafe { … }\` only
fun f() {
  port_write(0x80, port_read(0x81))
//^^^^^^^^^^ W401 \`port_write\` is allowed in \`unsafe { … }\` only
//                 ^^^^^^^^^ W401 \`port_read\` is allowed in \`unsafe { … }\` only
}
fun alloc(n) n;
  print alloc(8);
`));

  test("is not needed for layouts, typed variables and casts", () =>
    check(`
layout P { var a: u8; b: u16; }
packed layout Q { var a: u8 : 3; }
union U { a: u8; b: u16; }
var level: u8 = 7;
  print level as u16;
`));

  test("is not needed at all", () =>
    check(`
fun f() {
  unsafe { print "safe"; }
//^^^^^^ W402 nothing in this block needs \`unsafe\`
  unsafe { port_read(1) }
}
`));
});

describe("what does not survive a suspension", () => {
  test("a pointer", () => {
    const found = diagnosticsOf(
      analyseFixture(`
fun wait() perform "TIMER" { ms: 1 };
fun f() {
  unsafe {
    var p = alloc(8);
    p[0] = 1;
    wait();
    print p[0];
    var q = alloc(8);
    print q[0];
  }
}
`),
    ).filter(({ code }) => code === "W403");
    expect(found.map(({ message }) => message)).toEqual([
      "the pointer `p` is kept across a suspension: the memory may be gone when the code goes on",
    ]);
  });

  test("a port", () =>
    check(`
fun f() {
  unsafe {
    port_write(1, 2);
    sleep(10);
    port_read(1)
//  ^^^^^^^^^^^^ W403 a port is used on both sides of a suspension: the device may be in another state when the code goes on
  }
}
`));
});

describe("what this runtime does not execute", () => {
  test("is named", () =>
    check(`
fun alike(a, b) a ~ b at 0.8;
//              ^^^^^^^^^^^^ W501 similarity \`~\` is not executed by this runtime
gene G { var x: 0.1 .. 1.0; }
//   ^ W501 a gene is not executed by this runtime
fun f() {
  fused { print "x"; }
//^^^^^ W501 \`fused\` is not executed by this runtime
  unsafe { syscall(1) }
//         ^^^^^^^ W501 \`syscall\` is not executed by this runtime
}
fun g() { unsafe { release alloc(1); } }
//                 ^^^^^^^ W502 \`release\` is checked only: running it is a fault
//                         ^^^^^ W502 \`alloc\` is checked only: running it is a fault
`));
});
