// What `walia run` keeps in the `.wld` file: variables, and tasks that a killed program has left.

import { once } from "node:events";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Ended, folderWith, startWalia, walia } from "./command.ts";

const LONG = 120_000;

/** A program in a folder of its own, in which it may be run, killed and run again. */
function programOf(text: string): Kept {
  return new Kept(folderWith({ "main.wal": text }));
}

class Kept {
  constructor(readonly folder: string) {}

  run(...options: readonly string[]): Promise<Ended> {
    return walia(["run", ...options, "main.wal"], { in: this.folder, isKept: true });
  }

  /** Runs it until it has printed this line, and kills it; yields the lines that it has printed. */
  async runUntil(line: string | RegExp, ...options: readonly string[]): Promise<string[]> {
    const running = startWalia(["run", ...options, "main.wal"], { in: this.folder, isKept: true });
    for (let next = await running.line(); !isLike(next, line); next = await running.line())
      if (next === undefined) throw new Error(`it ended before it printed ${line}: ${(await running.ended).err}`);
    running.child.kill("SIGKILL");
    return (await running.ended).out.split("\n").slice(0, -1);
  }

  get hasFile(): boolean {
    return existsSync(join(this.folder, "main.wld"));
  }

  edit(change: (text: string) => string): void {
    const path = join(this.folder, "main.wal");
    writeFileSync(path, change(readFileSync(path, "utf8")));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }
}

const isLike = (line: string | undefined, wanted: string | RegExp): boolean =>
  typeof wanted === "string" ? line === wanted : line !== undefined && wanted.test(line);

const COUNTER = 'var n = 0;\nn = n + 1;\nprint "run " + n + " " + walia_is_warm_boot();\n';

describe("variables", () => {
  test(
    "keep their values from run to run, unless the program starts over or runs without",
    async () => {
      const program = programOf(COUNTER);
      expect((await program.run()).out).toBe("run 1 false\n");
      expect((await program.run("--shards", "1")).out).toBe("run 2 true\n");
      expect((await program.run("--durability", "off")).out).toBe("run 3 true\n");
      expect((await program.run("--no-wld")).out).toBe("run 1 false\n");
      expect((await program.run()).out).toBe("run 4 true\n");
      expect((await program.run("--fresh")).out).toBe("run 1 false\n");
    },
    LONG,
  );

  test(
    "keep what they share, and a new one gets its first value",
    async () => {
      const program = programOf("var a = [1];\nvar b = { list: a };\na.add(2);\n");
      expect(await program.run()).toMatchObject({ code: 0 });
      program.edit((text) => `${text}var c = 7;\nb.list.add(3);\nprint a.join(",") + " " + c;\n`);
      expect((await program.run()).out).toBe("1,2,2,3 7\n");
    },
    LONG,
  );

  test(
    "that a program has not come to are given their first value by the next run",
    async () => {
      const program = programOf("var a = 1;\nif (!walia_is_warm_boot()) exit(3);\nvar b = 2;\nprint a + b;\n");
      expect((await program.run()).code).toBe(3);
      expect((await program.run()).out).toBe("3\n");
    },
    LONG,
  );
});

test(
  "the id of an effect is the same after a crash, and another one for each perform",
  async () => {
    for (const options of [
      ["--shards", "1"],
      ["--shards", "2"],
      ["--durability", "strict"],
      ["--durability", "off"],
    ]) {
      const program = programOf(`
fun pay() perform "PAY" { amount: 3 };
fun paid() {
    handle "PAY" {
        print "sends " + effect.id;
        while (!io_exists("answer")) sleep(5);
        print "has sent " + effect.id;
        resume(effect.continuation, effect.id);
    }
    [pay(), pay(), unique_id()]
}
for (id in paid()) print id;
`);
      const [first] = await program.runUntil(/^sends/, ...options);
      program.write("answer", "");
      const lines = (await program.run(...options)).out.trimEnd().split("\n");
      const [, id] = /^sends (.{36})$/.exec(first!) ?? [];
      // In `strict`, the line of before is not printed again.
      expect(lines.filter((line) => line !== first)[0]).toBe(`has sent ${id}`);
      const [one, two, three] = lines.slice(-3);
      expect(one).toBe(id);
      expect(new Set([one, two, three]).size).toBe(3);
    }
  },
  LONG,
);

test(
  "a program without anything to keep leaves no file",
  async () => {
    const program = programOf('fun f() sleep(30);\nf();\nprint "done";\n');
    expect((await program.run()).out).toBe("done\n");
    expect(program.hasFile).toBe(false);
  },
  LONG,
);

const STEPS = `
fun step(i) { checkpoint(); print "step " + i; sleep(5); }
print "begin";
for (i in 0..30) step(i);
print "end";
`;

describe("a program that was killed goes on where it was", () => {
  for (const options of [
    ["--shards", "1", "--driver", "libuv"],
    ["--shards", "2"],
    ["--shards", "1", "--durability", "strict"],
    ["--durability", "off"],
  ])
    test(
      `with ${options.join(" ")}`,
      async () => {
        const program = programOf(STEPS);
        expect((await program.runUntil("step 9", ...options))[0]).toBe("begin");
        const lines = (await program.run(...options)).out.split("\n");
        // What was printed after the last checkpoint may come again, and nothing before it.
        expect(lines[0]).toMatch(/^step (9|1\d)$/);
        expect(lines.slice(-3)).toEqual(["step 29", "end", ""]);
        expect(new Set(lines).size).toBe(lines.length);
        expect(await program.run("--no-wld")).toMatchObject({ code: 0 });
      },
      LONG,
    );

  test(
    "with its channels, atomics, futures and handlers, also on another number of cores",
    async () => {
      const program = programOf(`
handle "NAME" { resume(effect.continuation, "w" + effect.id); }
fun busy(n) { var s = 0; for (k in 0..n) { s = s + k % 7; } s }
async fun worker(id, out, counter) {
    for (i in 0..40) { busy(100000); counter.add(1); out.send(perform "NAME" { id: id } + ":" + i); }
    id
}
var seen = {};
var out = Channel(3);
var counter = Atomic(0);
var tasks = [];
for (w in 0..4) tasks.add(worker(w, out, counter));
for (i in 0..160) {
    var m = out.receive();
    if (seen[m] != nil) print "twice " + m;
    seen[m] = i;
    if (i == 60) { checkpoint(); print "sixty"; }
}
print "" + seen.length() + " " + counter.get() + " " + all(tasks).join(",");
`);
      await program.runUntil("sixty", "--shards", "2");
      const { out, err } = await program.run("--shards", "3");
      expect(err).toMatch(GOES_ON);
      expect(out.replace(/^sixty\n/, "")).toBe("160 160 0,1,2,3\n");
    },
    LONG,
  );

  test(
    "with whoever sleeps: read when that is over, or when somebody needs it, on any number of cores",
    async () => {
      const program = programOf(`
async fun sleeper(n, ms) {
    handle "CANCELLED" { print "cancelled " + n; perform "CANCELLED" }
    sleep(ms);
    n
}
fun main() {
    const long = sleeper(0, 600000);
    const tasks = [];
    for (n in 1..200) tasks.add(sleeper(n, 1500 + n));
    sleep(500);
    checkpoint();
    print "ready";
    sleep(500);
    cancel(long);
    print all(tasks).reduce((a, b) => a + b, 0);
}
main();
`);
      for (const shards of ["1", "3"]) {
        await program.runUntil("ready", "--shards", "2", "--fresh");
        const { out, err } = await program.run("--shards", shards);
        expect(err).toMatch(GOES_ON);
        // Nobody waits for the one that is cancelled: it and the sum come in any order.
        expect(new Set(out.replace(/^ready\n/, "").split("\n"))).toEqual(new Set(["cancelled 0", "19900", ""]));
      }
    },
    LONG,
  );

  test(
    "with what two cores have sent each other, none of it lost or doubled",
    async () => {
      const program = programOf(`
var sent = 0;
async fun receives(there) {
    share();
    var next = 0;
    var item = there.receive();
    while (item != nil) {
        if (item != next) print "got " + item + " for " + next;
        next = next + 1;
        if (next % 5000 == 0) print "at " + next;
        item = there.receive();
    }
    next
}
async fun sends(there) { for (i in 0..15000) { sent = sent + 1; there.send(i); } there.close(); sent }
// Busy until the other core has taken a task: the receiver, as the rest is the program's own code.
fun share() { while (walia_metrics().get("TASKS_STOLEN") == 0) for (k in 0..1000) {} }
const there = Channel(256);
const received = receives(there);
share();
const all_sent = sends(there);
print "sent " + await all_sent + ", received " + await received;
`);
      const lines = [
        ...(await program.runUntil("at 5000", "--shards", "2")),
        ...(await program.runUntil("at 10000", "--shards", "2")),
        ...(await program.run("--shards", "2")).out.split("\n"),
      ];
      expect(lines.filter((line) => line.startsWith("got"))).toEqual([]);
      expect(lines.at(-2)).toBe("sent 15000, received 15000");
    },
    LONG,
  );

  test(
    "with its deadline",
    async () => {
      const program = programOf(`
var from = time_now();
async fun late() { sleep(3000); time_now() }
var f = late();
yield_now();
checkpoint();
print "waits";
print "" + ((await f) - from >= 3000) + " " + ((await f) - from < 60000);
`);
      await program.runUntil("waits");
      expect((await program.run()).out.replace(/^waits\n/, "")).toBe("true true\n");
    },
    LONG,
  );

  test(
    "with its files at their offsets",
    async () => {
      const program = programOf(`
var file = file_open("out.txt", "w");
for (i in 0..20) {
    file_write(file, "line " + i + "\\n");
    checkpoint();
    if (i == 8) print "eight";
    sleep(2);
}
print "end";
`);
      await program.runUntil("eight");
      expect((await program.run()).out.replace(/^eight\n/, "")).toBe("end\n");
      expect(program.read("out.txt")).toBe(Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join(""));
    },
    LONG,
  );

  test(
    "with the connections that it dialled: a waiting read sees IO_RECONNECT first",
    async () => {
      const sockets: Socket[] = [];
      const server = createServer((socket) => {
        sockets.push(socket);
        // The second one is the program that was started again.
        if (sockets.length === 2) socket.end("rest");
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()));
      const { port } = server.address() as { port: number };
      const program = programOf(`
handle "IO_RECONNECT" { print "again"; resume(effect.continuation, nil); }
fun main() {
    var fd = net_connect("127.0.0.1", ${port});
    var marker = task(fun() { sleep(50); checkpoint(); print "waits"; });
    print net_read(fd).text();
}
main();
`);
      try {
        await program.runUntil("waits");
        expect((await program.run()).out.replace("waits\n", "")).toBe("again\nrest\n");
      } finally {
        for (const socket of sockets) socket.destroy();
        server.close();
      }
    },
    LONG,
  );

  test(
    "in the source that it was suspended in, which is said in one line",
    async () => {
      const program = programOf(
        'fun work() {\n    print "old";\n    checkpoint();\n    print "waits";\n    sleep(5);\n    print "old end";\n}\nwork();\nprint "after";\n',
      );
      await program.runUntil("waits");
      program.edit((text) => text.replaceAll('"old', '"new'));
      const { out, err } = await program.run();
      expect(out.replace(/^waits\n/, "")).toBe("old end\nafter\n");
      expect(err).toMatch(GOES_ON);
      expect(err).toContain(
        "walia: 1 task finishes with the source that it was suspended in; walia horizon upgrade moves it",
      );
      expect((await program.run("--fresh")).out).toBe("new\nwaits\nnew end\nafter\n");
    },
    LONG,
  );

  test(
    "beside the program's variables, when a function that they call uses these by now",
    async () => {
      const program = programOf(`
var rate = 3;
fun price(n) n * 2;
async fun order(n, gate) { gate.receive(); print price(n); }
async fun main() {
    var gate = Channel(1);
    order(7, gate);
    yield_now();
    for (n in 0..1000000) { print "waits " + n; sleep(5); }
}
main();
`);
      const place = async () => {
        const { out } = await walia(["horizon", "show", "main.wld"], { in: program.folder });
        return /task \d+ order\n.*\n.*\n +(runs on [^,;]*)/.exec(out)?.[1];
      };
      const lines = await program.runUntil("waits 1", "--durability", "strict");
      expect(await place()).toBe("runs on any core");
      program.edit((text) => text.replace("n * 2", "n * rate"));
      // The last line of the first run may be printed again; whoever has printed five more has been kept meanwhile.
      await program.runUntil(`waits ${lines.length + 4}`, "--durability", "strict", "--shards", "2");
      expect(await place()).toBe("runs on the first core");
    },
    LONG,
  );

  for (const shards of ["1", "2"])
    test(
      `with results of tasks that had ended, by whatever they were known, on ${shards} cores`,
      async () => {
        const program = programOf(`
var global = nil;
async fun f(n, ms) { sleep(ms); n }
async fun holds(list) { sleep(1200); all(list).join(",") }
async fun main() {
    var channel = Channel(1);
    var all_of = [f(1, 1000), f(2, 30)];
    global = f(3, 30);
    channel.send(f(4, 30));
    var held = holds([f(5, 30)]);
    task(fun() { sleep(200); checkpoint(); print "waits"; });
    print all(all_of).join(",") + " " + (await global) + " " + (await channel.receive()) + " " + (await held);
}
main();
`);
        await program.runUntil("waits", "--shards", shards);
        expect((await program.run("--shards", shards)).out.replace(/^waits\n/, "")).toBe("1,2 3 4 5\n");
      },
      LONG,
    );

  test(
    "with objects that its code shares with its variables",
    async () => {
      const program = programOf(`
var log = [];
fun work() {
    var mine = log;
    mine.add("a");
    checkpoint();
    print "waits";
    sleep(5);
    mine.add("b");
    print log.join(",") + " " + (mine == log);
}
work();
`);
      await program.runUntil("waits");
      expect((await program.run()).out.replace(/^waits\n/, "")).toBe("a,b true\n");
    },
    LONG,
  );
});

test(
  "a second program with the same file is told who has it",
  async () => {
    const program = programOf('var n = 1;\ncheckpoint();\nprint "runs";\nsleep(600000);\n');
    const running = startWalia(["run", "main.wal"], { in: program.folder, isKept: true });
    expect(await running.line()).toBe("runs");
    const { code, err } = await program.run();
    expect(code).toBe(74);
    expect(err).toContain(`process ${running.child.pid} is running this program`);
    running.child.kill("SIGKILL");
    await running.ended;
  },
  LONG,
);

test(
  "a damaged file is said to be, and is left as it is",
  async () => {
    const program = programOf(COUNTER);
    await program.run();
    const path = join(program.folder, "main.wld");
    writeFileSync(path, readFileSync(path).subarray(0, 10_000));
    const before = readFileSync(path);
    const { code, err } = await program.run();
    expect(code).toBe(74);
    expect(err).toContain("main.wld");
    expect(readFileSync(path).equals(before)).toBe(true);
    expect((await program.run("--fresh")).out).toBe("run 1 false\n");
    appendFileSync(path, "");
  },
  LONG,
);

/** Steps are acknowledged outside, in a file that only grows. */
const ACKNOWLEDGED = `
var total = 0;
fun step(id, i) {
    total = total + i;
    checkpoint();
    var f = file_open("trace.txt", "a");
    file_write(f, id + ":" + i + ";");
    net_close(f);
}
async fun worker(id) { for (i in 1..13) { step(id, i); sleep(i % 3); } }
all([worker("a"), worker("b"), worker("c")]);
print "total " + total;
`;

test(
  "killed again and again, it loses no step and ends as an undisturbed run does",
  async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = generator(seed);
    const program = programOf(ACKNOWLEDGED);
    for (let kills = 0; kills < 6; kills++) {
      const running = startWalia(["run", "main.wal"], { in: program.folder, isKept: true });
      const traced = (): number =>
        existsSync(join(program.folder, "trace.txt")) ? program.read("trace.txt").length : 0;
      const target = traced() + 1 + Math.floor(random() * 30);
      let isOver = false;
      void running.ended.then(() => {
        isOver = true;
      });
      while (!isOver && traced() < target) await new Promise(setImmediate);
      running.child.kill("SIGKILL");
      await running.ended;
      if (traced() >= 3 * 12 * 4) break;
    }
    const traceOf = (): string => program.read("trace.txt");
    // Killed when all was done: if it had ended by itself, the next run is another one, from the beginning.
    const whole = ["a", "b", "c"].every((id) => traceOf().includes(`${id}:12;`)) ? traceOf() : null;
    const { out, err, code } = await program.run();
    expect({ seed, err: err.replace(GOES_ON, ""), code }).toEqual({ seed, err: "", code: 0 });
    const steps = (whole ?? traceOf()).split(";").slice(0, -1);
    for (const id of ["a", "b", "c"]) {
      // Output that was not noted as sent may come twice in a row, after a kill; nothing is missing or out of order.
      const own = steps.filter((step) => step.startsWith(id)).map((step) => Number(step.slice(2)));
      expect({ seed, id, own: own.filter((n, i) => n !== own[i - 1]) }).toEqual({
        seed,
        id,
        own: Array.from({ length: 12 }, (_, i) => i + 1),
      });
    }
    const totals = ["", "total 234\n", ...(whole === null ? [] : ["total 468\n"])];
    expect(totals, `seed ${seed}`).toContain(out);
  },
  LONG * 2,
);

/** What is said first when tasks of an earlier run go on. */
const GOES_ON = /^walia: goes on where an earlier run was, with \d+ tasks?; --fresh starts over\n/;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(
  "a task that takes more memory than there is is found out, and the others get on",
  async () => {
    const program = programOf(`
// Nothing is called behind "eats", where it would give way.
async fun hungry() { sleep(50); print "eats"; const all = 0..90_000_000; all.length() }
async fun other() { while (true) { sleep(100); print "gets on"; } }
hungry();
other();
// Its file is there before it eats.
checkpoint();
sleep(600_000);
`);
    const options = { in: program.folder, isKept: true, env: { NODE_OPTIONS: "--max-old-space-size=64" } };
    const runs: Ended[] = [];
    for (let n = 0; n < 3; n++) runs.push(await walia(["run", "--shards", "1", "main.wal"], options));
    expect(runs.map(({ code }) => code)).not.toContain(0);
    // On a slow machine the other one may have its turn before the first bite.
    expect(runs[0]!.out).toMatch(/^(gets on\n)*eats\n(gets on\n)*$/);
    expect(runs[2]!.out).toMatch(/^(gets on\n)+eats\n(gets on\n)*$/);
    expect(runs[2]!.err).toMatch(/task \d+ \(hungry\) was running when the process ended; it goes on in 0\.5 s/);
  },
  LONG,
);

test(
  "a signal ends a program whatever sleeps in it, and all of it is there afterwards",
  async () => {
    const program = programOf(`
async fun sleeper(i) { sleep(3_600_000 + i); }
for (i in 0..10_000) sleeper(i);
checkpoint();
print "asleep";
`);
    for (const options of [[], ["--telemetry"]]) {
      const words = ["run", "--fresh", "--shards", "1", ...options, "main.wal"];
      const running = startWalia(words, { in: program.folder, isKept: true });
      expect(await running.line()).toBe("asleep");
      running.child.kill("SIGTERM");
      // Ended by the signal itself: nobody was asked whether it suits them.
      expect((await running.ended).signal).toBe("SIGTERM");
    }
    const again = startWalia(["run", "--shards", "1", "main.wal"], { in: program.folder, isKept: true });
    const [line] = await once(again.child.stderr!, "data");
    expect(String(line)).toMatch(/goes on where an earlier run was, with 1000[01] tasks/);
    again.child.kill("SIGTERM");
    await again.ended;
  },
  LONG,
);
