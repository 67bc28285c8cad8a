// What a value is made of, for opening it in the debugger: by pages where there may be much of it.
//
// Z1. Elements and entries are *indexed*: a client asks for a stretch of them. Fields are *named*, and come all at once.
// Z2. Whatever a program can assign can be set; Bytes, futures, channels and continuations cannot.

import {
  Atomic,
  Cell,
  Channel,
  Closure,
  Continuation,
  captureOf,
  type EffectRequest,
  Future,
  Instance,
  MapValue,
  type Value,
} from "../engine/values.ts";
import type { Variable } from "./scopes.ts";
import { keyText } from "./show.ts";

/** A part of a value. */
export interface Part extends Variable {
  /** The expression that means it, for one that means the whole; null when there is none. */
  readonly path: ((whole: string) => string) | null;
}

export interface Parts {
  /** How many are indexed (Z1). */
  readonly indexed: number;
  readonly named: number;
  /** Indexed parts from `start` on, up to `count`. */
  items(start: number, count: number): Part[];
  fields(): Part[];
  /** Of a continuation: its frames are shown as the client opens it. */
  readonly continuation?: Continuation;
}

/** Null for a value that has no parts. */
export function partsOf(value: Value): Parts | null {
  if (typeof value !== "object") return null;
  if (Array.isArray(value)) return listParts(value);
  if (value instanceof MapValue) return mapParts(value);
  if (value instanceof Uint8Array) return bytesParts(value);
  if (value instanceof Instance) return fieldParts(value);
  if (value instanceof Continuation) return { ...namedParts([]), named: 1, continuation: value };
  if (value instanceof Closure) return closureParts(value);
  if (value instanceof Future) return futureParts(value);
  if (value instanceof Channel) {
    return namedParts([
      fixed("items", [...value.items]),
      fixed("capacity", value.capacity),
      fixed("closed", value.closed),
    ]);
  }
  if (value instanceof Atomic) {
    const set = (to: Value): string | null => {
      if (typeof to !== "number") return "an Atomic holds a number";
      value.value = to;
      return null;
    };
    return namedParts([{ name: "value", get: () => value.value, set, path: (whole) => `${whole}.get()` }]);
  }
  return "site" in value ? fieldParts(value as EffectRequest) : null;
}

function listParts(list: Value[]): Parts {
  return indexedParts(list.length, (index) => ({
    name: `[${index}]`,
    get: () => list[index],
    set: (to) => {
      list[index] = to;
      return null;
    },
    path: (whole) => `${whole}[${index}]`,
  }));
}

function mapParts(map: MapValue): Parts {
  let keys: Value[] | undefined;
  return indexedParts(map.entries.size, (index) => {
    keys ??= [...map.entries.keys()];
    const key = keys[index];
    return {
      name: keyText(key),
      get: () => map.get(key),
      set: (to) => {
        map.set(key, to);
        return null;
      },
      path:
        typeof key === "object" ? null : (whole) => `${whole}[${typeof key === "string" ? JSON.stringify(key) : key}]`,
    };
  });
}

function bytesParts(bytes: Uint8Array): Parts {
  return indexedParts(bytes.length, (index) => ({
    ...fixed(`[${index}]`, bytes[index]),
    path: (whole) => `${whole}.get(${index})`,
  }));
}

function fieldParts(object: Instance | EffectRequest): Parts {
  const keys = Object.keys(object).filter((key): key is `f_${string}` => key.startsWith("f_"));
  return namedParts(
    keys.map((key) => ({
      name: key.slice(2),
      get: () => object[key],
      set: (to) => {
        object[key] = to;
        return null;
      },
      path: (whole) => `${whole}.${key.slice(2)}`,
    })),
  );
}

/** What a function has captured. */
function closureParts(closure: Closure): Parts | null {
  const { captures } = closure.code;
  if (captures.length === 0) return null;
  return namedParts(
    captures.map((name, index) => {
      const held = captureOf(closure, index);
      return {
        name,
        get: () => (held instanceof Cell ? held.v : held),
        set: (to) => {
          if (!(held instanceof Cell)) return `${name} was captured as it was, and cannot be changed`;
          held.v = to;
          return null;
        },
        path: null,
      };
    }),
  );
}

function futureParts({ state }: Future): Parts {
  const result =
    state.kind === "done"
      ? [fixed("value", state.value)]
      : state.kind === "failed"
        ? [fixed("fault", `${state.fault.kind}: ${state.fault.message}`)]
        : [];
  return namedParts([fixed("state", state.kind), ...result]);
}

function fixed(name: string, value: Value): Part {
  return { name, get: () => value, set: () => "this cannot be changed", path: null };
}

function namedParts(parts: readonly Part[]): Parts {
  return { indexed: 0, named: parts.length, items: () => [], fields: () => [...parts] };
}

function indexedParts(indexed: number, part: (index: number) => Part): Parts {
  return {
    indexed,
    named: 0,
    items: (start, count) => {
      const end = Math.min(indexed, start + count);
      return Array.from({ length: Math.max(0, end - start) }, (_, i) => part(start + i));
    },
    fields: () => [],
  };
}
