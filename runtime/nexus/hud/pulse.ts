// What the display shows, worked out of the counters and flights of the shards at each look: rates, time lines, findings.

import { type CounterMemory, layout } from "../counters.ts";
import { FlightReader } from "../flight.ts";
import { type Counts, type Reading, read } from "../readings.ts";
import { type Cell, Lane } from "./lane.ts";

/** Rates are of this many milliseconds. */
const SPAN = 1000;
/** Milliseconds that a point of the graph stands for, and how many points are kept. */
export const POINT = 500;
const POINTS = 1024;

export interface Snapshot {
  /** Milliseconds since the program's start. */
  readonly elapsed: number;
  /** Events per second: now, the most there was, and at each point of the graph, oldest first. */
  readonly saturation: number;
  readonly peak: number;
  readonly graph: readonly number[];
  readonly lanes: readonly LaneView[];
  readonly sum: Counts;
  readonly effects: readonly EffectView[];
  readonly findings: readonly string[];
}

export interface LaneView {
  /** The newest cells, oldest first. */
  cells(count: number): readonly Cell[];
  /** It has reaped events since the last look. */
  readonly flickers: boolean;
  /** Of its time, from 0 to 1. */
  readonly busy: number;
  /** Events per second. */
  readonly events: number;
  readonly ready: number;
  readonly stolen: number;
}

export interface EffectView {
  readonly name: string;
  /** Requests per second. */
  readonly rate: number;
  readonly asked: number;
  readonly waiting: number;
}

export class Pulse {
  readonly #memory: CounterMemory;
  readonly #flights: readonly FlightReader[];
  readonly #lanes: readonly Lane[];
  /** Of the last SPAN, oldest first; and at the last point of the graph. */
  #readings: Reading[];
  #pointAt: Reading;
  #graph: number[] = [];
  #peak = 0;

  constructor(memory: CounterMemory, now: number) {
    const { flight } = layout(memory);
    const shards = Array.from({ length: memory.shards }, (_, shard) => shard);
    this.#memory = memory;
    this.#flights = shards.map((shard) => new FlightReader(memory, flight(shard)));
    this.#lanes = shards.map(() => new Lane(now));
    this.#pointAt = read(memory, now);
    this.#readings = [this.#pointAt];
  }

  /** A look at the shards, at `now` in milliseconds since 1970. */
  look(now: number): Snapshot {
    const before = this.#readings.at(-1)!;
    const reading = read(this.#memory, now);
    const first = this.#readings.findLast(({ at }) => at <= now - SPAN) ?? this.#readings[0]!;
    this.#readings = [...this.#readings.filter(({ at }) => at >= first.at), reading];
    const seconds = Math.max(now - first.at, 1) / 1000;
    const saturation = (reading.sum.events - first.sum.events) / seconds;
    this.#peak = Math.max(this.#peak, saturation);
    this.#addPoint(reading);

    const lanes = this.#lanes.map((lane, shard): LaneView => {
      const [counts, last, old] = [reading.shards[shard]!, before.shards[shard]!, first.shards[shard]!];
      const events = counts.events - last.events;
      lane.pass(
        {
          ...this.#flights[shard]!.take(),
          ...{ busy: counts.busy - last.busy, events, stolen: counts.tasksStolen - last.tasksStolen },
        },
        now,
      );
      const longest = lane.busySince === null ? 0 : Math.min(now - lane.busySince, now - first.at);
      return {
        cells: (count) => lane.cells(count),
        flickers: events > 0,
        busy: Math.min(1, (counts.busy - old.busy + longest) / 1000 / seconds),
        events: (counts.events - old.events) / seconds,
        ready: counts.queueLength,
        stolen: counts.tasksStolen,
      };
    });
    const effects = reading.effects.map(({ name, asked, waiting }, i) => {
      const rate = (asked - first.effects[i]!.asked) / seconds;
      return { name, rate, asked, waiting };
    });
    return {
      elapsed: now - this.#memory.startedAt,
      saturation,
      peak: this.#peak,
      graph: this.#graph,
      lanes,
      sum: reading.sum,
      effects: effects.filter(({ asked }) => asked > 0).sort(byImportance),
      findings: this.#findings(lanes, reading, first),
    };
  }

  #addPoint(reading: Reading): void {
    const elapsed = reading.at - this.#pointAt.at;
    if (elapsed < POINT) return;
    const rate = ((reading.sum.events - this.#pointAt.sum.events) * 1000) / elapsed;
    this.#graph = [...this.#graph.slice(1 - POINTS), rate];
    this.#pointAt = reading;
  }

  /** What somebody who looks at the figures should not have to find out alone. */
  #findings(lanes: readonly LaneView[], { sum, at }: Reading, first: Reading): string[] {
    const findings: string[] = [];
    for (const [shard, lane] of this.#lanes.entries()) {
      const turn = lane.busySince === null ? 0 : at - lane.busySince;
      if (turn >= LONG_TURN)
        findings.push(
          `shard ${shard} has been in one turn for ${(turn / 1000).toFixed(1)} s: its task does not suspend`,
        );
    }
    const idle = lanes.findIndex(({ busy, ready }) => busy < 0.1 && ready === 0);
    const full = lanes.findIndex(({ busy, ready }) => busy > 0.9 && ready >= MANY_READY);
    if (idle >= 0 && full >= 0)
      findings.push(
        `shard ${idle} idles while ${lanes[full]!.ready} tasks are ready on shard ${full}: they may be home tasks`,
      );
    if (sum.queueLength >= BACKLOG && sum.queueLength > 1.5 * first.sum.queueLength && at - first.at >= SPAN)
      findings.push(`${sum.queueLength} tasks are ready, and more each second: more comes in than is done`);
    if (sum.faults > 0)
      findings.push(sum.faults === 1 ? "1 fault was not handled" : `${sum.faults} faults were not handled`);
    return findings;
  }
}

/** Milliseconds after which a turn is worth a word, and tasks. */
const LONG_TURN = 250;
const MANY_READY = 8;
const BACKLOG = 1000;

/** Those that are asked for most now, then those that most wait for. */
function byImportance(a: EffectView, b: EffectView): number {
  return b.rate - a.rate || b.waiting - a.waiting || b.asked - a.asked || (a.name < b.name ? -1 : 1);
}
