// Who watches the turns of shards (reactor/turns.ts), by a clock that the test moves.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NO_ROOM, STACK_LIMIT } from "../../runtime/engine/stack.ts";
import { sharedTurns, TurnWatcher, WatchedTurns } from "../../runtime/reactor/turns.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function shards(count: number) {
  const watcher = new TurnWatcher();
  const asked = vi.fn(() => watcher.watch());
  const all = Array.from({ length: count }, () => {
    const room = Int32Array.of(STACK_LIMIT);
    const shared = sharedTurns(room);
    watcher.add(shared);
    return { room, turns: new WatchedTurns(shared, asked) };
  });
  return { asked, all };
}

test("a turn that goes on is interrupted, the others are not", () => {
  const { all } = shards(2);
  const [long, short] = all as [(typeof all)[0], (typeof all)[0]];
  long.turns.begins();
  for (let i = 0; i < 10; i++) {
    short.turns.begins();
    vi.advanceTimersByTime(3);
    short.turns.ended();
  }
  expect(long.room[0]).toBe(NO_ROOM);
  expect(short.room[0]).toBe(STACK_LIMIT);
});

test("and again, when it goes on all the same", () => {
  const { all } = shards(1);
  const { room, turns } = all[0]!;
  turns.begins();
  for (let i = 0; i < 3; i++) {
    vi.advanceTimersByTime(100);
    expect(room[0]).toBe(NO_ROOM);
    room[0] = STACK_LIMIT;
  }
});

test("nothing runs while no turn begins; the next one is watched again", () => {
  const { all, asked } = shards(2);
  const { room, turns } = all[0]!;
  for (let round = 1; round <= 3; round++) {
    turns.begins();
    turns.ended();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
    expect(asked).toHaveBeenCalledTimes(round);
    expect(room[0]).toBe(STACK_LIMIT);
  }
  turns.begins();
  vi.advanceTimersByTime(100);
  expect(room[0]).toBe(NO_ROOM);
});
