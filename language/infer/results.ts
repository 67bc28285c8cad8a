// What built-in functions, methods and reactor effects yield, for the inference. A row that is not here yields something
// that only the running program knows.

import type { Receiver } from "../names/builtins.ts";
import {
  ANY_MAP,
  ATOMIC,
  BOOLEAN,
  BYTES,
  CHANNEL,
  futureOf,
  listOf,
  mapOf,
  NIL,
  NUMBER,
  POINTER,
  STRING,
  type Types,
  UNKNOWN,
  union,
} from "./types.ts";

/** The result of a built-in, given what its arguments may be; `call` tells what a function argument yields. */
export type ResultOf = (args: readonly Types[], call: (callback: Types) => Types) => Types;

const always =
  (types: Types): ResultOf =>
  () =>
    types;
const bytesOrNil = union([BYTES, NIL]);

/** The items of what a list may be. */
export function itemsOf(types: Types): Types {
  return union(types.map((type) => (type.kind === "list" ? type.of : UNKNOWN)));
}

/** What `await` makes of a value. */
export function awaited(types: Types): Types {
  return union(types.map((type) => (type.kind === "future" ? type.of : [type])));
}

const same: ResultOf = ([value]) => value ?? UNKNOWN;
const itemOf: ResultOf = ([list]) => itemsOf(list ?? UNKNOWN);
const copyOf: ResultOf = ([list]) => listOf(itemsOf(list ?? UNKNOWN));
const mapped: ResultOf = ([, f], call) => listOf(call(f ?? UNKNOWN));
/** One item, or as many as a second argument says. */
const oneOrMany: ResultOf = ([list, count]) => (count ? listOf(itemsOf(list ?? UNKNOWN)) : itemsOf(list ?? UNKNOWN));

const FUNCTIONS: Readonly<Record<string, ResultOf>> = {
  task: ([f], call) => {
    const result = call(f ?? UNKNOWN);
    return result.some((type) => type.kind === "future") ? result : futureOf(result);
  },
  all: ([futures]) => listOf(awaited(itemsOf(futures ?? UNKNOWN))),
  race: ([futures]) => awaited(itemsOf(futures ?? UNKNOWN)),
  any: ([futures]) => awaited(itemsOf(futures ?? UNKNOWN)),
  timeout: ([future]) => awaited(future ?? UNKNOWN),
  parallel: mapped,
  Channel: always(CHANNEL),
  Atomic: always(ATOMIC),
  net_listen: always(NUMBER),
  net_accept: always(NUMBER),
  net_connect: always(NUMBER),
  net_read: always(bytesOrNil),
  net_write: always(NUMBER),
  net_get: always(mapOf({ status: NUMBER, headers: ANY_MAP, body: BYTES, text: STRING })),
  file_open: always(NUMBER),
  file_read: always(bytesOrNil),
  file_write: always(NUMBER),
  io_read: always(BYTES),
  io_write: always(NUMBER),
  io_exists: always(BOOLEAN),
  walia_is_warm_boot: always(BOOLEAN),
  walia_metrics: always(ANY_MAP),
  port_read: always(NUMBER),
  alloc: always(POINTER),
  sizeof: always(NUMBER),
  offsetof: always(NUMBER),
  input: always(union([STRING, NIL])),
  clock: always(NUMBER),
  time_now: always(NUMBER),
  args: always(listOf(STRING)),
  type_of: always(STRING),
  str: always(STRING),
  num: always(union([NUMBER, NIL])),
  len: always(NUMBER),
  length: always(NUMBER),
  Map: always(ANY_MAP),
  List: ([items]) => listOf(itemsOf(items ?? UNKNOWN)),
  map: mapped,
  filter: copyOf,
  sort: copyOf,
  take: copyOf,
  first: oneOrMany,
  sum: always(NUMBER),
  count: always(NUMBER),
  list_get: itemOf,
  list_len: always(NUMBER),
  list_pop: itemOf,
  list_add: same,
  random: always(NUMBER),
  sha1: always(STRING),
  sha256: always(STRING),
  base64_encode: always(STRING),
  base64_decode: always(union([BYTES, NIL])),
  json_text: always(STRING),
};

/** Undefined when the name is no built-in whose result is known. */
export function builtinResult(name: string): ResultOf | undefined {
  if (name.startsWith("math_")) return always(NUMBER);
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

/** As for functions, with the receiver as the first argument. */
const METHODS: Readonly<Record<Receiver, Readonly<Record<string, ResultOf>>>> = {
  String: {
    length: always(NUMBER),
    upper: always(STRING),
    lower: always(STRING),
    split: always(listOf(STRING)),
    trim: always(STRING),
    replace: always(STRING),
    contains: always(BOOLEAN),
    starts_with: always(BOOLEAN),
    ends_with: always(BOOLEAN),
    index_of: always(NUMBER),
    slice: always(STRING),
    repeat: always(STRING),
    code_at: always(NUMBER),
    bytes: always(BYTES),
  },
  List: {
    add: same,
    add_all: same,
    get: itemOf,
    length: always(NUMBER),
    pop: itemOf,
    remove: itemOf,
    index_of: always(NUMBER),
    contains: always(BOOLEAN),
    slice: copyOf,
    reverse: copyOf,
    sort: copyOf,
    map: mapped,
    filter: copyOf,
    first: oneOrMany,
    last: oneOrMany,
    sum: always(NUMBER),
    count: always(NUMBER),
    join: always(STRING),
  },
  Map: {
    has: always(BOOLEAN),
    keys: always(listOf(STRING)),
    values: always(listOf(UNKNOWN)),
    length: always(NUMBER),
  },
  Bytes: {
    length: always(NUMBER),
    get: always(union([NUMBER, NIL])),
    slice: always(BYTES),
    text: always(STRING),
    concat: always(BYTES),
    index_of: always(NUMBER),
    hex: always(STRING),
  },
  Channel: {},
  Atomic: {
    add: always(NUMBER),
    get: always(NUMBER),
    compare_set: always(BOOLEAN),
  },
  Future: {},
};

export function methodResult(receiver: Receiver, name: string): ResultOf | undefined {
  const methods = METHODS[receiver];
  return Object.hasOwn(methods, name) ? methods[name] : undefined;
}

/** What the reactor resumes an effect with (LANGUAGE, section 6). */
export const REACTOR_RESULTS: ReadonlyMap<string, Types> = new Map([
  ["IO_READ", bytesOrNil],
  ["IO_WRITE", NUMBER],
  ["IO_LISTEN", NUMBER],
  ["IO_EXISTS", BOOLEAN],
  ["IO_ACCEPT", NUMBER],
  ["IO_CONNECT", NUMBER],
  ["IO_OPEN", NUMBER],
  ["IO_CLOSE", NIL],
  ["IO_SYNC", NIL],
  ["TIMER", NIL],
  ["SIGNAL", NIL],
]);

/** What the system's own effects carry. */
export const SYSTEM_PAYLOADS: ReadonlyMap<string, Readonly<Record<string, Types>>> = new Map([
  ["FAULT", { kind: STRING, message: STRING, code: STRING, fd: NUMBER }],
  ["CANCELLED", {}],
  ["IO_RECONNECT", { fd: NUMBER, reason: STRING }],
]);

/** What the reactor's effects take: field, and whether it may be left out. */
export const REACTOR_PAYLOADS: ReadonlyMap<string, readonly string[]> = new Map([
  ["IO_READ", ["fd", "max"]],
  ["IO_WRITE", ["fd", "data"]],
  ["IO_LISTEN", ["host", "port", "session"]],
  ["IO_EXISTS", ["path"]],
  ["IO_ACCEPT", ["fd"]],
  ["IO_CONNECT", ["host", "port"]],
  ["IO_WAIT", ["target", "events"]],
  ["IO_OPEN", ["path", "mode"]],
  ["IO_CLOSE", ["fd"]],
  ["IO_SYNC", ["fd"]],
  ["TIMER", ["ms"]],
  ["SIGNAL", ["name"]],
]);
