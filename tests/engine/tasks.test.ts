// Tasks that never wait share the shard with the others.

import { expect, test } from "vitest";
import { runWalia } from "../run.ts";

test.each([
  ["a plain loop", "while (true) { n = n + 1; }"],
  ["a loop that performs in place", `handle "E" { resume(effect.continuation, 1) } while (true) n = perform "E";`],
  [
    "a loop whose performs capture",
    `var k = nil; handle "E" { k = effect.continuation; resume(k, 1) } while (true) n = perform "E";`,
  ],
  [
    "a loop of generators",
    `handle "Y" { [effect.continuation] } var g = nil; while (true) { g = gen(); while (g) g = resume(g[0], nil); }`,
  ],
  ["calls in tail position", "forever(1);"],
])("%s lets a timer through", async (_what, loop) => {
  const ran = await runWalia(`
    fun gen() { handle "Y" { [effect.continuation] } perform "Y"; perform "Y"; nil }
    fun forever(n) { forever(n + 1) }
    async fun busy() { var n = 0; ${loop} }
    busy();
    sleep(20);
    print "woken";
    exit(3);`);
  expect(ran).toEqual({ output: "woken\n", faults: "", exitCode: 3 });
});
