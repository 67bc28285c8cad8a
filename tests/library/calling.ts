// How the tests of this folder call natives: with a host of their own, and with what a native asked or performed as data.

import { expect } from "vitest";
import { setHost } from "../../runtime/engine/host.ts";
import { E } from "../../runtime/engine/machine.ts";
import type { Closure, Value } from "../../runtime/engine/values.ts";
import { Future, SIGNAL } from "../../runtime/engine/values.ts";
import { functions, methods, type TypeName } from "../../runtime/library/index.ts";

/** What the natives did to the host. */
export const seen: { lines: string[]; spawned: { closure: Closure; args: readonly Value[] }[] } = {
  lines: [],
  spawned: [],
};

let ids = 0;

setHost({
  print: (line) => void seen.lines.push(line),
  spawn: (closure, args) => {
    seen.spawned.push({ closure, args });
    return new Future(++ids);
  },
  turnIsOver: () => false,
  mayGoOn: () => true,
  nextId: () => ++ids,
  args: ["one", "two"],
  now: () => 1_700_000_000_250,
  metrics: () => ({ EVENT_SATURATION: 5 }),
  isWarmBoot: () => false,
});

/** Calls a free function. */
export function call(name: string, ...args: Value[]): Value {
  return functions.get(name)!.call(0, ...args);
}

/** Calls a method. */
export function send(type: TypeName, name: string, ...args: Value[]): Value {
  return methods
    .get(type)!
    .get(name)!
    .call(0, ...args);
}

/** What a call that suspended asked for: `[effect, payload]`. */
export function asked(result: Value): [string, Record<string, Value>] {
  expect(result).toBe(SIGNAL);
  const request = E.now.request!;
  const payload: Record<string, Value> = {};
  for (const key of Object.keys(request) as `f_${string}`[])
    if (key.startsWith("f_")) payload[key.slice(2)] = request[key];
  return [request.site.effect, payload];
}

/** The fault that a call performed: `Kind: message`. */
export function faultOf(result: Value): string {
  const [effect, payload] = asked(result);
  expect(effect).toBe("FAULT");
  return `${payload.kind}: ${payload.message}`;
}
