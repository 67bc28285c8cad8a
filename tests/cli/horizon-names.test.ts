// How `walia horizon` calls what has no name of its own.

import { expect, test } from "vitest";
import { type Ended, folderWith, startWalia, walia } from "./command.ts";

const PROGRAM = `
const word = "w";
fun key_of(fd) word + fd;
fun add(a, b) a + b;
async fun sums(gate) { print add(3 + word.length(), gate.receive()); }
const gate = Channel(1);
const sum = sums(gate);
const listener = net_listen(0, "127.0.0.1", key_of);
async fun ready() { checkpoint(); print "ready"; }
ready();
net_accept(listener);
`;

test("a listener is named, whatever its session function is; and a frame has only what it holds", async () => {
  const folder = folderWith({ "main.wal": PROGRAM });
  const running = startWalia(["run", "--shards", "1", "main.wal"], { in: folder, isKept: true });
  expect(await running.line()).toBe("ready");
  running.child.kill("SIGKILL");
  await running.ended;
  const ask = (...words: readonly string[]): Promise<Ended> => walia(["horizon", ...words], { in: folder });
  const listed = (await ask("list")).out;
  expect(listed).toMatch(/program +IO_ACCEPT +descriptor \d+ \(listens on 127\.0\.0\.1:\d+\)/);
  const id = /^ *(\d+) +sums/m.exec(listed)![1]!;
  const shown = (await ask("show", id)).out;
  expect(shown).toMatch(/^ +\(temporary\) {2}4$/m);
  expect(shown).not.toMatch(/%|\(temporary\) +nil/);
  // Tools get all of it.
  expect((await ask("show", id, "--json")).out).toMatch(/"name": ?"%/);
});
