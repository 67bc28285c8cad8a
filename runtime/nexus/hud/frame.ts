// One frame of the display, as rows of text. From top to bottom, with what a small terminal leaves out first at the end:
//
//   title                what runs, on how many shards, for how long
//   EVENT_SATURATION     events per second, the most there was, and a graph of it
//   LANES                a row for each shard: its time line, how busy it is, events, ready tasks
//   TASKS, STEALS, RING  how many
//   EFFECTS              what tasks ask the reactor for, and how many wait for it
//   findings             what is remarkable (pulse.ts)
//   OUTPUT               the last lines of what the program writes

import { CELL, type Cell } from "./lane.ts";
import {
  count,
  duration,
  fitting,
  type Glyphs,
  graph,
  type Ink,
  lengthOf,
  level,
  row,
  type Span,
  short,
  type Tone,
} from "./look.ts";
import { type EffectView, type LaneView, POINT, type Snapshot } from "./pulse.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Frame {
  readonly rows: readonly string[];
  /** Where the program's output is: the first row, from 0, and how many. */
  readonly output: { readonly first: number; readonly rows: number };
}

export interface Look {
  readonly glyphs: Glyphs;
  readonly ink: Ink;
}

/** `outputLines`: the last lines of the program's output, as many and as wide as asked for. */
export function frame(
  snapshot: Snapshot,
  title: string,
  outputLines: (rows: number, columns: number) => readonly string[],
  { columns, rows }: Size,
  { glyphs, ink }: Look,
): Frame {
  const plan = planFor(snapshot, rows);
  const gap: Span[][] = plan.isRoomy ? [[]] : [];
  const effects = effectRows(snapshot, plan.effects, columns, glyphs);
  const above: Span[][] = [
    titleRow(snapshot, title, columns),
    ...gap,
    ...saturationRows(snapshot, plan.graph, columns, glyphs),
    ...gap,
    ...laneRows(snapshot, plan.lanes, columns, glyphs),
    ...gap,
    ...taskRows(snapshot, columns),
    ...(effects.length > 0 ? gap : []),
    ...effects,
    ...snapshot.findings.slice(0, plan.findings).map((text) => row(columns, [[`! ${text}`, "warning"]])),
    ...gap,
    outputTitle(columns, glyphs),
  ];
  const shown = above.slice(0, rows).map((spans) => ink(spans));
  const left = rows - shown.length;
  const output = outputLines(left, columns);
  const blank = Array.from({ length: left - output.length }, () => "");
  return { rows: [...shown, ...output, ...blank], output: { first: shown.length, rows: left } };
}

/** How many rows each part gets. */
interface Plan {
  readonly isRoomy: boolean;
  readonly graph: number;
  readonly lanes: number;
  readonly effects: number;
  readonly findings: number;
}

const GAPS = 5;

function planFor(snapshot: Snapshot, rows: number): Plan {
  const shards = snapshot.lanes.length;
  const graphRows = rows >= 36 ? 4 : rows >= 26 ? 3 : rows >= 18 ? 2 : 1;
  const findings = Math.min(snapshot.findings.length, rows >= 18 ? 2 : 1);
  // Title, the names of lanes, effects and output, and the rows about tasks and steals; gaps, unless lanes need them.
  const fixed = 1 + graphRows + 3 + 2 + findings;
  const lanesIn = (free: number): number => Math.min(shards, Math.max(1, Math.floor(free / 2)));
  const isRoomy = rows >= 22 && lanesIn(rows - fixed - GAPS) === shards;
  const free = Math.max(1, rows - fixed - (isRoomy ? GAPS : 0));
  const lanes = lanesIn(free);
  const effects = Math.min(snapshot.effects.length, 8, Math.max(0, Math.floor((free - lanes) * 0.45)));
  return { isRoomy, graph: graphRows, lanes, effects, findings };
}

function titleRow({ elapsed, lanes }: Snapshot, title: string, columns: number): Span[] {
  const shards = lanes.length === 1 ? "1 shard" : `${lanes.length} shards`;
  const name: Span[] = [[" COMMAND NEXUS ", "title"], [" "], [title, "strong"]];
  return row(columns, name, columns < 40 ? [] : [[`${shards}, up ${duration(elapsed)}`, "dim"]]);
}

// ---- EVENT_SATURATION ----

const SATURATION = "EVENT_SATURATION";

function saturationRows(
  { saturation, peak, graph: values }: Snapshot,
  rows: number,
  columns: number,
  glyphs: Glyphs,
): Span[][] {
  const now: Span[] = [
    [short(saturation), "strong"],
    ["/s", "dim"],
  ];
  const most: Span = [`peak ${short(peak)}/s`, "dim"];
  const width = rows === 1 ? 30 : 22;
  const space = columns - width - 1;
  const seconds = Math.floor((Math.min(space, values.length) * POINT) / 1000);
  const labels: Span[][] =
    rows === 1
      ? [[[SATURATION, "strong"], [" "], ...now]]
      : rows === 2
        ? [[[SATURATION, "strong"]], [...now, ["  "], most]]
        : [[[SATURATION, "strong"]], now, [most], [[`the last ${duration(seconds * 1000)}`, "dim"]]];
  const highest = Math.max(1, ...values.slice(-Math.max(space, 1)));
  const drawn = space < 8 ? [] : graph(glyphs, values, highest, { width: space, rows });
  return Array.from({ length: rows }, (_, i) => {
    const label = labels[i] ?? [];
    const used = lengthOf(label);
    const padding: Span = [" ".repeat(Math.max(1, width + 1 - used))];
    return row(columns, [...label, padding, [drawn[i] ?? "", "event"]]);
  });
}

// ---- LANES ----

/** A figure at the right of a row. */
interface Column<Of> {
  readonly name: string;
  readonly width: number;
  /** Least columns of the terminal. */
  readonly from: number;
  readonly text: (of: Of) => string;
}

/** What stands at the right of a lane, as far as there is room. */
const LANE_COLUMNS: readonly Column<LaneView>[] = [
  { name: "busy", width: 6, from: 34, text: ({ busy }) => `${Math.round(busy * 100)} %` },
  { name: "events/s", width: 10, from: 56, text: ({ events }) => short(events) },
  { name: "ready", width: 9, from: 70, text: ({ ready }) => count(ready) },
  { name: "stolen", width: 9, from: 90, text: ({ stolen }) => count(stolen) },
];

function laneRows({ lanes }: Snapshot, most: number, columns: number, glyphs: Glyphs): Span[][] {
  const shown = lanes.length > most ? lanes.slice(0, Math.max(1, most - 1)) : lanes;
  const stats = LANE_COLUMNS.filter(({ name, from }) => columns >= from && (name !== "stolen" || lanes.length > 1));
  const label = String(lanes.length - 1).length + 3;
  const space = Math.max(1, columns - label - stats.reduce((sum, { width }) => sum + width, 0));
  const names: Span[] = stats.map(({ name, width }) => [name.padStart(width), "dim"]);
  const legend = fitting(columns - lengthOf(names) - 1, [
    [["LANES  ", "strong"]],
    [[`${glyphs.idle} idle  `, "dim"]],
    [[`${glyphs.event} event  `, "event"]],
    [[`${level(glyphs, 0.6)} busy  `, "busy"]],
    ...(lanes.length > 1 ? [[[`${glyphs.stolen} stole  `, "steal"] as const]] : []),
    [[`${CELL} ms a cell`, "dim"]],
  ]);
  const rows = shown.map((lane, shard): Span[] => {
    const lamp: Span = lane.flickers ? [glyphs.on, "event"] : [glyphs.off, "dim"];
    const start: Span = [`${String(shard).padStart(label - 3)} `, "dim"];
    const figures: Span[] = stats.map(({ text, width }) => [text(lane).padStart(width)]);
    return [start, lamp, [" "], ...cellSpans(lane.cells(space), glyphs), ...figures];
  });
  const rest = lanes.slice(shown.length);
  const busy = rest.reduce((sum, lane) => sum + lane.busy, 0) / Math.max(1, rest.length);
  const more: Span[][] =
    rest.length === 0
      ? []
      : [row(columns, [[`and ${rest.length} more, ${Math.round(busy * 100)} % busy on average`, "dim"]])];
  return [row(columns, legend, names), ...rows.map((spans) => row(columns, spans)), ...more];
}

/** A cell below this share of its time says only that there were events, or nothing. */
const FAINT = 0.04;

/** Where tasks are stolen cell after cell, the first says so by its glyph and the others by their tone alone. */
function cellSpans(cells: readonly Cell[], glyphs: Glyphs): Span[] {
  const spans: [string, Tone][] = [];
  for (const [i, { busy, events, stolen }] of cells.entries()) {
    const begins = stolen && cells[i - 1]?.stolen !== true;
    const quiet = events > 0 ? glyphs.event : glyphs.idle;
    const glyph = begins ? glyphs.stolen : busy >= FAINT ? level(glyphs, busy) : quiet;
    const tone: Tone = stolen ? "steal" : events > 0 ? "event" : busy >= FAINT ? "busy" : "dim";
    const last = spans.at(-1);
    if (last?.[1] === tone) last[0] += glyph;
    else spans.push([glyph, tone]);
  }
  return spans;
}

// ---- TASKS, STEALS, RING ----

function taskRows({ sum, lanes }: Snapshot, columns: number): Span[][] {
  const live = sum.tasksStarted - sum.tasksEnded;
  const tasks = figures("TASKS", [
    [count(live), "live"],
    [count(Math.max(0, live - sum.tasksSuspended)), "runnable"],
    [count(sum.tasksSuspended), "suspended"],
    [count(sum.timers), "timers"],
    [count(sum.tasksEnded), "ended"],
  ]);
  const steals = figures("STEALS", [
    [count(sum.tasksStolen), "tasks"],
    [count(sum.stealsAsked), "asked"],
    [count(sum.stealsAnswered), "answered"],
  ]);
  const operations = figures("DRIVER", [[count(sum.submissions), "operations"]]);
  const ring = figures("RING", [
    [count(sum.enters), "enters"],
    [count(sum.completions), "completed"],
    [short(sum.completions / sum.enters), "an enter"],
  ]);
  const driver = sum.enters === 0 ? operations : ring;
  return [fitting(columns, tasks), fitting(columns, lanes.length > 1 ? [...steals, [["  "]], ...driver] : driver)];
}

/** A name and figures with what they count, as pieces of a row. */
function figures(name: string, values: readonly (readonly [string, string])[]): Span[][] {
  return [[[name.padEnd(6), "strong"]], ...values.map(([value, of]): Span[] => [[`  ${value}`], [` ${of}`, "dim"]])];
}

// ---- EFFECTS ----

/** What stands at the right of an effect, as far as there is room. */
const EFFECT_COLUMNS: readonly Column<EffectView>[] = [
  { name: "per second", width: 12, from: 30, text: ({ rate }) => short(rate) },
  { name: "waiting", width: 10, from: 40, text: ({ waiting }) => count(waiting) },
  { name: "in all", width: 11, from: 56, text: ({ asked }) => count(asked) },
];

function effectRows({ effects }: Snapshot, most: number, columns: number, glyphs: Glyphs): Span[][] {
  if (most === 0) return [];
  const shown = effects.slice(0, most);
  const stats = EFFECT_COLUMNS.filter(({ from }) => columns >= from);
  const longest = Math.max(8, ...shown.map(({ name }) => name.length)) + 2;
  const space = Math.max(0, columns - longest - stats.reduce((sum, { width }) => sum + width, 0));
  const fastest = Math.max(1, ...shown.map(({ rate }) => rate));
  const names: Span[] = stats.map(({ name, width }) => [name.padStart(width), "dim"]);
  const rows = shown.map((effect): Span[] => {
    const bar = glyphs.bar.repeat(Math.round((effect.rate / fastest) * Math.min(space, 60)));
    const values: Span[] = stats.map(({ text, width }) => [text(effect).padStart(width)]);
    return row(columns, [[effect.name.padEnd(longest)], [bar, "busy"]], values);
  });
  return [row(columns, [["EFFECTS", "strong"]], names), ...rows];
}

function outputTitle(columns: number, glyphs: Glyphs): Span[] {
  return row(columns, [
    [`${glyphs.line}${glyphs.line} `, "dim"],
    ["OUTPUT", "strong"],
    [` ${glyphs.line.repeat(columns)}`, "dim"],
  ]);
}
