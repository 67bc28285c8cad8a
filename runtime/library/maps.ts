// Methods of maps, the constructor, and the course's older spellings. `each` is in prelude.wal (L1).

import { wrongType } from "../engine/faults.ts";
import type { Value } from "../engine/values.ts";
import { MapValue } from "../engine/values.ts";
import type { Native } from "./native.ts";
import { native } from "./native.ts";

function get(self: MapValue, key: Value, otherwise: Value): Value {
  return self.has(key) ? self.get(key) : otherwise;
}

/** Yields the map, so calls can be chained. */
function set(self: MapValue, key: Value, value: Value): Value {
  self.set(key, value);
  return self;
}

/** `Map(entries)`: a copy of a map, or a map of a list of `[key, value]` pairs. */
function makeMap(_depth: number, entries: Value): Value {
  if (entries === undefined) return new MapValue();
  if (entries instanceof MapValue) return MapValue.of(entries.entries);
  if (!Array.isArray(entries)) return wrongType('"Map"', "a Map or a List of pairs", entries);
  const map = new MapValue();
  for (const pair of entries) {
    if (!Array.isArray(pair) || pair.length !== 2) return wrongType('"Map"', "a List of [key, value] pairs", pair);
    map.set(pair[0], pair[1]);
  }
  return map;
}

function method(min: number, max: number, call: (self: MapValue, a: Value, b: Value) => Value): Native {
  return native(min + 1, max + 1, (_depth, self, a, b) => call(self as MapValue, a, b));
}

/** A free function whose first argument must be a map. */
function onMap(what: string, args: number, call: (map: MapValue, a: Value, b: Value) => Value): Native {
  return native(args, args, (_depth, map, a, b) =>
    map instanceof MapValue ? call(map, a, b) : wrongType(`"${what}"`, "a Map", map),
  );
}

export const mapMethods: ReadonlyMap<string, Native> = new Map([
  ["get", method(1, 2, get)],
  ["set", method(2, 2, set)],
  ["has", method(1, 1, (self, key) => self.has(key))],
  ["delete", method(1, 1, (self, key) => self.delete(key))],
  ["keys", method(0, 0, (self) => [...self.entries.keys()])],
  ["values", method(0, 0, (self) => [...self.entries.values()])],
  ["length", method(0, 0, (self) => self.entries.size)],
]);

export const mapFunctions: ReadonlyMap<string, Native> = new Map([
  ["Map", native(0, 1, makeMap)],
  ["map_set", onMap("map_set", 3, set)],
  ["map_get", onMap("map_get", 2, (map, key) => map.get(key))],
  ["map_del", onMap("map_del", 2, (map, key) => map.delete(key))],
]);
