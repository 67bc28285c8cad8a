// The display: what it makes of the shards' counters and flights, as whole frames (frames/*.txt; `npx vitest -u` writes
// them anew), and what it does to a terminal.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Mark } from "../../runtime/nexus/flight.ts";
import { Display } from "../../runtime/nexus/hud/display.ts";
import { type Frame, frame, type Size } from "../../runtime/nexus/hud/frame.ts";
import { CELL, Lane, type Passage } from "../../runtime/nexus/hud/lane.ts";
import { ASCII, count, duration, glyphsFor, ink, short, UNICODE } from "../../runtime/nexus/hud/look.ts";
import { Pulse, type Snapshot } from "../../runtime/nexus/hud/pulse.ts";
import { Screen } from "../../runtime/nexus/hud/screen.ts";
import { shownLine, Transcript } from "../../runtime/nexus/hud/transcript.ts";
import { Recorded, START } from "./recorded.ts";

const PLAIN = { glyphs: UNICODE, ink: ink(false) };

/** What a watcher has seen after a while, a look each tenth of a second. */
function seen(recorded: Recorded, milliseconds: number): Snapshot {
  const pulse = new Pulse(recorded.memory, START);
  let snapshot = pulse.look(START);
  while (recorded.now < START + milliseconds) {
    for (let i = 0; i < 10; i++) recorded.pass();
    snapshot = pulse.look(recorded.now);
  }
  return snapshot;
}

const output = (rows: number): string[] => ["GET /index.html", "GET /favicon.ico", "not found: /x"].slice(0, rows);

function framed(snapshot: Snapshot, size: Size, look = PLAIN): Frame {
  return frame(snapshot, "server.wal", output, size, look);
}

describe("a frame", () => {
  const four = seen(new Recorded(4), 12_340);

  test.each([
    [100, 30],
    [80, 24],
    [132, 50],
    [60, 18],
    [40, 12],
  ])("of four shards in %i columns and %i rows", async (columns, rows) => {
    const { rows: lines } = framed(four, { columns, rows });
    expect(lines).toHaveLength(rows);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`frames/four-${columns}x${rows}.txt`);
  });

  test("of one shard, with colours", async () => {
    const { rows } = framed(
      seen(new Recorded(1), 3000),
      { columns: 80, rows: 24 },
      { glyphs: UNICODE, ink: ink(true) },
    );
    await expect(`${rows.join("\n").replaceAll("\x1b", "␛")}\n`).toMatchFileSnapshot("frames/one-colours-80x24.txt");
  });

  test("of more shards than there is room for, where only ASCII can be shown", async () => {
    const { rows } = framed(seen(new Recorded(64), 3000), { columns: 80, rows: 24 }, { ...PLAIN, glyphs: ASCII });
    expect(rows.join("")).toMatch(/^[\x20-\x7e]*$/);
    await expect(`${rows.join("\n")}\n`).toMatchFileSnapshot("frames/many-ascii-80x24.txt");
  });

  test("of a program that has only begun", async () => {
    const recorded = new Recorded(2);
    const { rows } = framed(new Pulse(recorded.memory, START).look(START), { columns: 80, rows: 24 });
    await expect(`${rows.join("\n")}\n`).toMatchFileSnapshot("frames/begun-80x24.txt");
  });

  test("is never wider or higher than its terminal, whatever that is", () => {
    const many = seen(new Recorded(64), 500);
    fc.assert(
      fc.property(fc.nat(300), fc.nat(100), fc.boolean(), (columns, rows, isMany) => {
        const { rows: lines, output } = framed(isMany ? many : four, { columns, rows });
        expect(lines).toHaveLength(rows);
        for (const line of lines.slice(0, output.first)) expect(line.length).toBeLessThanOrEqual(columns);
        expect(output.first + output.rows).toBe(rows);
      }),
    );
  });
});

describe("findings", () => {
  test("name what is remarkable", () => {
    const recorded = new Recorded(2);
    const pulse = new Pulse(recorded.memory, START);
    const [first, second] = recorded.shards;
    for (let at = 0; at < 12; at++) {
      recorded.now += 100;
      first!.busy += 100;
      first!.queueLength = 500 + 500 * at;
      pulse.look(recorded.now);
    }
    first!.faults = 2;
    second!.flight.mark(Mark.Busy, recorded.now - 1500);
    recorded.now += 100;
    first!.busy += 100;
    second!.queueLength = 0;
    expect(pulse.look(recorded.now).findings).toEqual([
      "shard 1 has been in one turn for 1.6 s: its task does not suspend",
      "6000 tasks are ready, and more each second: more comes in than is done",
      "2 faults were not handled",
    ]);
    second!.flight.mark(Mark.Idle, recorded.now);
    recorded.now += 2000;
    first!.busy += 2000;
    pulse.look(recorded.now);
    recorded.now += 1000;
    first!.busy += 1000;
    expect(pulse.look(recorded.now).findings).toContain(
      "shard 1 idles while 6000 tasks are ready on shard 0: they may be home tasks",
    );
  });
});

describe("a lane", () => {
  const passage = (marks: readonly (readonly [Mark, number])[], more: Partial<Passage> = {}): Passage => ({
    ...{ times: marks.map(([, time]) => time), kinds: marks.map(([kind]) => kind), lost: 0 },
    ...{ busy: 0, events: 0, stolen: 0, ...more },
  });

  test("shows when the shard was busy, however its turns lie between the looks", () => {
    // Turns in ascending order; the looks cut them anywhere.
    const turns = fc.array(fc.tuple(fc.nat(120), fc.nat(200)), { minLength: 1, maxLength: 30 });
    const looks = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 30 });
    fc.assert(
      fc.property(turns, looks, (turns, looks) => {
        const marks: [Mark, number][] = [];
        const expected = new Map<number, number>();
        let time = START;
        for (const [pause, length] of turns) {
          time += pause;
          marks.push([Mark.Busy, time], [Mark.Idle, time + length]);
          for (let at = time; at < time + length; at++) {
            const cell = Math.floor(at / CELL);
            expected.set(cell, (expected.get(cell) ?? 0) + 1 / CELL);
          }
          time += length;
        }
        const lane = new Lane(START);
        let now = START;
        let next = 0;
        for (const step of [...looks, time - START + 2 * CELL]) {
          now += step;
          const until = marks.findIndex(([, at], i) => i >= next && at > now);
          const end = until < 0 ? marks.length : until;
          lane.pass(passage(marks.slice(next, end)), now);
          next = end;
        }
        const last = Math.floor(now / CELL);
        const first = Math.floor(START / CELL);
        const found = lane.cells(last - first).map(({ busy }) => busy);
        for (const [i, busy] of found.entries()) expect(busy).toBeCloseTo(expected.get(first + i) ?? 0, 6);
      }),
    );
  });

  test("is made of the counters where marks were lost", () => {
    const lane = new Lane(START);
    lane.pass(passage([[Mark.Busy, START + 90]], { lost: 5000, busy: 50, events: 4000, stolen: 1 }), START + 100);
    lane.pass(passage([]), START + 200);
    expect(lane.cells(3)).toEqual([
      { busy: 0.5, events: 2000, stolen: true },
      { busy: 1, events: 2000, stolen: true },
      { busy: 1, events: 0, stolen: false },
    ]);
  });
});

describe("the transcript", () => {
  test("puts lines together, and keeps the order in which they end", () => {
    const transcript = new Transcript();
    transcript.add(1, "one ");
    transcript.add(2, "error\n");
    transcript.add(1, "line\ntwo");
    transcript.add(1, Buffer.from("é").subarray(0, 1));
    transcript.add(1, Buffer.from("é").subarray(1));
    expect(transcript.tail(10, 80)).toEqual(["error", "one line", "twoé"]);
    expect(transcript.all()).toEqual({
      dropped: 0,
      written: [
        { stream: 2, text: "error\n" },
        { stream: 1, text: "one line\ntwoé" },
      ],
    });
  });

  test("keeps the newest when there is too much, and says how much is gone", () => {
    const transcript = new Transcript();
    for (let i = 0; i < 100_000; i++) transcript.add(1, `${String(i).padStart(99)}\n`);
    transcript.add(1, "x".repeat(1_000_000));
    const { dropped, written } = transcript.all();
    expect(dropped).toBeGreaterThanOrEqual(60_000);
    const lines = written[0]!.text.split("\n");
    expect(lines[0]!.trim()).toBe(String(dropped));
    expect(lines.at(-1)!.length).toBeLessThan(200_000);
  });

  test.each([
    ["tabs\tand \x1b[31mcolours\x1b[0m", 80, "tabs    and colours"],
    ["\x1b[2J\x1b]0;title\x07bell\x07 \x00nul", 80, "bell nul"],
    ["10 %\r20 %\r30 %", 80, "30 %"],
    ["windows\r", 80, "windows"],
    ["日本語日本語", 7, "日本語"],
    ["e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301"],
    ["long", 2, "lo"],
  ])("shows %j in %i columns as %j", (line, width, shown) => {
    expect(shownLine(line, width)).toBe(shown);
  });
});

describe("the screen", () => {
  const measure = (text: string): number => text.length;
  const of = (rows: readonly string[], first: number): Frame => ({
    rows,
    output: { first, rows: rows.length - first },
  });

  /** What a terminal shows after all that, row by row; and where its cursor is. */
  function terminal(columns: number, rows: number) {
    const cells = Array.from({ length: rows }, () => new Array<string>(columns).fill(" "));
    let [x, y] = [0, 0];
    let saved = [0, 0];
    const modes = new Map<string, boolean>();
    let written = "";
    return {
      modes,
      write(text: string): void {
        written += text;
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is read here.
        for (const [piece, parameters = "", final] of text.matchAll(/\x1b\[([?0-9;]*)([a-zA-Z])|\x1b[78]|[^\x1b]/g)) {
          const numbers = parameters.replace("?", "").split(";").map(Number);
          if (piece === "\x1b7") saved = [x, y];
          else if (piece === "\x1b8") [x, y] = saved as [number, number];
          else if (final === "H") [x, y] = [(numbers[1] ?? 1) - 1, (numbers[0] ?? 1) - 1];
          else if (final === "J") for (const row of cells) row.fill(" ");
          else if (final === "K") cells[y]!.fill(" ");
          else if (final === "h" || final === "l") modes.set(parameters, final === "h");
          else if (final === "r" || final === "m") continue;
          else if (final !== undefined) throw new Error(`unknown sequence ${JSON.stringify(piece)}`);
          else {
            cells[y]![x] = piece;
            x = Math.min(x + 1, columns - 1);
          }
        }
      },
      shown: () => cells.map((row) => row.join("").trimEnd()),
      cursor: () => [x, y],
      take: () => {
        const text = written;
        written = "";
        return text;
      },
    };
  }

  test("shows each frame, writes only what has changed, and gives the terminal back", () => {
    const t = terminal(10, 4);
    const screen = new Screen(t.write, measure);
    screen.show(of(["title     ", "lane ....a", "-- output-", "hello"], 3));
    expect(t.shown()).toEqual(["title", "lane ....a", "-- output-", "hello"]);
    expect(t.cursor()).toEqual([5, 3]);
    expect(t.modes.get("?1049")).toBe(true);
    t.take();
    screen.show(of(["title     ", "lane ...ab", "-- output-", "hello"], 3));
    expect(t.shown()[1]).toBe("lane ...ab");
    expect(t.take()).not.toContain("title");
    expect(t.cursor()).toEqual([5, 3]); // where the output ends, for what somebody types
    screen.show(of(["title     ", "lane ...ab", "-- output-", "hello"], 3));
    expect(t.take()).toBe("");
    screen.forget();
    screen.show(of(["title     ", "lane ...ab", "-- output-", "x"], 3));
    expect(t.take()).toContain("title");
    expect(t.shown()[3]).toBe("x");
    screen.leave();
    screen.leave();
    expect(t.take().match(/\?1049l/g)).toHaveLength(1);
    expect([...t.modes].filter(([, isOn]) => isOn)).toEqual([
      ["?7", true],
      ["?25", true],
    ]);
  });

  test("does not appear for a program that ends at once", () => {
    const t = terminal(80, 24);
    const recorded = new Recorded(1);
    const display = new Display({
      ...{ memory: recorded.memory, title: "a.wal", look: PLAIN, now: () => recorded.now },
      terminal: { write: t.write, size: () => ({ columns: 80, rows: 24 }) },
    });
    display.add(1, "hello\n");
    recorded.now += 2000;
    display.tick();
    expect(t.take()).toBe("");
    recorded.shards[0]!.tasksStarted++;
    display.tick();
    recorded.now += 200;
    display.tick();
    expect(t.take()).toBe("");
    recorded.now += 200;
    display.tick();
    expect(t.shown()[0]).toMatch(/^ COMMAND NEXUS {2}a\.wal .* 1 shard, up 0:02$/);
    expect(t.shown()).toContain("hello");
    expect(display.close()).toBe("nexus: 0:02, 1 task, 0 events, 0/s (peak 0/s)");
    expect(t.modes.get("?1049")).toBe(false);
    expect(display.transcript.all().written).toEqual([{ stream: 1, text: "hello\n" }]);
  });
});

describe("for people", () => {
  test("numbers are short", () => {
    const shorts = [0, 0.5, 7, 12.4, 999, 999.6, 1000, 9_994, 12_345, 99_960, 999_499, 1e6, 1.5e12].map(short);
    expect(shorts.join(" | ")).toBe(
      "0 | 0.5 | 7 | 12 | 999 | 1.00 k | 1.00 k | 9.99 k | 12.3 k | 100 k | 999 k | 1.00 M | 1.50 T",
    );
    expect([0, 12_345, 999_999, 1_234_567].map(count)).toEqual(["0", "12,345", "999,999", "1.23 M"]);
    expect([0, 59_999, 61_000, 3_723_000].map(duration)).toEqual(["0:00", "0:59", "1:01", "1:02:03"]);
  });

  test("glyphs are those that the locale can show", () => {
    expect(glyphsFor({ LANG: "de_DE.UTF-8" })).toBe(UNICODE);
    expect(glyphsFor({ LC_ALL: "C.UTF-8", LANG: "C" })).toBe(UNICODE);
    if (process.platform !== "win32") {
      expect(glyphsFor({ LC_ALL: "C", LANG: "en_US.UTF-8" })).toBe(ASCII);
      expect(glyphsFor({ LANG: "de_DE.ISO-8859-1" })).toBe(ASCII);
      expect(glyphsFor({})).toBe(ASCII);
    }
  });
});
