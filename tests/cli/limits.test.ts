// What a program that is kept is refused: at the call, with the number, as a fault of the task that asked; it runs on.

import { expect, test } from "vitest";
import { folderWith, shell, walia } from "./command.ts";

const LONG = 120_000;

const SHIELDED = `
fun shielded(body) {
    handle "FAULT" { print effect.kind + ": " + effect.message; nil }
    body()
}
`;

const run = (text: string, ...options: readonly string[]) =>
  walia(["run", ...options, "main.wal"], { in: folderWith({ "main.wal": SHIELDED + text }), isKept: true });

test(
  "a value, the items of a channel, what a task starts with and its state have a largest size",
  async () => {
    const { out, err, code } = await run(`
fun write_much() file_write(file_open("/dev/null", "w"), "x".repeat(70_000_000));
fun send_much() Channel(1).send("x".repeat(70_000_000));
fun fill() {
    var channel = Channel(10);
    channel.send("x".repeat(40_000_000));
    channel.send([1, "x".repeat(40_000_000)]);
}
fun start() { var text = "x".repeat(70_000_000); task(() => text.length()) }
fun grow(n) {
    var all = [];
    for (i in 0..n) all.add("x".repeat(10_000_000) + i);
    checkpoint();
    all.length()
}
sleep(20);
shielded(write_much);
shielded(send_much);
shielded(fill);
shielded(start);
shielded(() => grow(14));
print shielded(() => grow(2));
`);
    const lines = out.split("\n");
    const most = 64 * 1024 * 1024;
    expect([err, code]).toEqual(["", 0]);
    expect(lines).toEqual([
      `LimitExceeded: IO_WRITE needs data of at most ${most} bytes in a program that is kept, got 70000004 or more`,
      `LimitExceeded: send needs a value of at most ${most} bytes in a program that is kept, got 70000004 or more`,
      `LimitExceeded: the channel holds 40000004 bytes and may hold ${most}: 40000017 more do not go in`,
      expect.stringMatching(
        /^LimitExceeded: a task that is kept starts with at most \d+ bytes .* got 700000\d\d or more$/,
      ),
      expect.stringMatching(/^LimitExceeded: this task's state has 14000\d{4} bytes, and 134217728 may be kept$/),
      "2",
      "",
    ]);
  },
  LONG,
);

test(
  "a full file takes on no further task; those that are there go on",
  async () => {
    const { out, code } = await run(
      `
async fun sleeper(own) { sleep(600_000); own.length() }
async fun worker(work, results) { for (i in 0..20) results.send(work.receive() * 2); }
const work = Channel(0);
const results = Channel(0);
worker(work, results);
var isFull = false;
fun fill(i) {
    handle "FAULT" { print effect.message; isFull = true; }
    sleeper("x".repeat(3000) + i);
}
for (i in 0..100_000) {
    if (isFull) break;
    fill(i);
    if (i % 50 == 0) checkpoint();
}
for (i in 0..20) { work.send(i); results.receive(); checkpoint(); }
print "went on";
exit(0);
`,
      "--wld-limit",
      "2M",
    );
    expect([out.replace(/\\d{7}/, "N"), code]).toEqual([
      expect.stringMatching(
        /^the \.wld file holds \d{7} bytes and may hold 2097152: no further task is taken on\nwent on\n$/,
      ),
      0,
    ]);
  },
  LONG,
);

test("the limit of the file is a size", async () => {
  for (const size of ["2", "1000K", "5X", "-1", "", "1.5G"]) {
    const { code, err } = await walia(["run", `--wld-limit=${size}`, "main.wal"], {
      in: folderWith({ "main.wal": "" }),
    });
    expect([code, err]).toEqual([
      64,
      expect.stringContaining("--wld-limit is a size from 1M, such as 512M or 64G, not "),
    ]);
  }
});

test.skipIf(process.platform !== "linux")(
  "a program that has opened all the files it may is kept all the same",
  async () => {
    const folder = folderWith({
      "main.wal": `
fun open_all() {
    handle "FAULT" { print effect.code; nil }
    while (true) file_open("/dev/null", "r");
}
open_all();
sleep(20);
checkpoint();
print "kept";
exit(0);
`,
    });
    for (const driver of ["uring", "libuv"]) {
      const run = `ulimit -n 80; walia run --shards 1 --driver ${driver} main.wal`;
      expect(await shell(run, { in: folder })).toMatchObject({ out: "EMFILE\nkept\n", code: 0 });
    }
  },
  LONG,
);
