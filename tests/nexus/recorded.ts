// Counters and flights of a program that never ran: shards that are busy, idle and steal in a pattern, for tests of what is
// shown of them. Time is the test's.

import { type CounterMemory, Counters, counterMemory, watch } from "../../runtime/nexus/counters.ts";
import { Mark } from "../../runtime/nexus/flight.ts";

export const START = 1_700_000_000_000;

export class Recorded {
  readonly memory: CounterMemory;
  readonly shards: readonly Counters[];
  now = START;

  constructor(shards: number, marks = 4096) {
    this.memory = counterMemory({ shards, effects: ["TIMER", "IO_READ", "IO_WRITE", "await"], marks }, START);
    watch(this.memory);
    this.shards = Array.from({ length: shards }, (_, shard) => new Counters(this.memory, shard));
  }

  /** A turn of a shard of `length` milliseconds that ends now, with so many events at its beginning. */
  turn(shard: number, length: number, events: number): void {
    const counters = this.shards[shard]!;
    counters.flight.mark(Mark.Busy, this.now - length);
    for (let i = 0; i < events; i++) counters.flight.mark(Mark.Event, this.now - length);
    counters.flight.mark(Mark.Idle, this.now);
    counters.busy += length;
    counters.events += events;
    counters.turns++;
  }

  steal(shard: number, tasks: number): void {
    const counters = this.shards[shard]!;
    counters.flight.mark(Mark.Stolen, this.now);
    counters.tasksStolen += tasks;
    counters.stealsAsked++;
  }

  /**
   * Ten milliseconds of a busy server: shard 0 is full, the others come and go, and steal when they begin again. Events come in
   * waves.
   */
  pass(): void {
    this.now += 10;
    const at = (this.now - START) / 10;
    for (const [shard, counters] of this.shards.entries()) {
      const wave = Math.sin(at / (23 + shard * 7)) + Math.sin(at / 61);
      const length = shard === 0 ? 9.5 : Math.max(0, wave * 4);
      if (length > 0) this.turn(shard, length, Math.round(5 + 4 * wave));
      else if (shard === 1 && at % 25 === 0) this.turn(shard, 0.1, 1);
      if (shard > 0 && at % (97 + shard * 31) === 0) {
        this.steal(shard, 12);
        this.shards[0]!.stealsAnswered++;
      }
      counters.submissions += 40;
      counters.completions += 40;
      counters.enters++;
      counters.queueLength = shard === 0 ? 120 : 3;
      counters.timers = 2500;
      counters.tasksStarted += 30;
      counters.tasksEnded += at > 50 ? 27 : 0;
      for (const [effect, times] of [
        ["IO_READ", 9],
        ["IO_WRITE", 8],
        ["TIMER", 2],
        ["await", 1],
      ] as const)
        for (let i = 0; i < times; i++) {
          counters.parked(effect);
          if (i > 0 || at % 3 === 0) counters.woken(effect);
        }
    }
  }
}
