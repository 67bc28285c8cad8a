// The built-in library as the analysis, the editor and the compiler see it: names, arity, effects, one line of help.
// The table is this file; nothing else repeats it.
//
// A row is written as its signature, `take(list, count)`; `?` marks an argument that may be left out, `...` any number
// more. What a function does besides follows in a second argument:
//   performs   effects it performs when no callback is involved; "suspends" alone means it waits without an effect that
//              a program could handle (a future, a channel)
//   calls      positions of arguments that it calls; what they perform, it performs
//   starts     positions of arguments that it starts as tasks
//   unsafe     allowed in `unsafe` only
//   level      "check" and "parse": not executed by this runtime (LANGUAGE, levels of support)
//   replacedBy what to write today, for the course's older spellings

export type Level = "run" | "check" | "parse";

export interface Builtin {
  readonly name: string;
  readonly kind: "function" | "constant" | "class";
  /** As shown to a reader: `take(list, count)`. */
  readonly signature: string;
  readonly params: readonly string[];
  readonly min: number;
  /** Infinity for `...`. */
  readonly max: number;
  readonly doc: string;
  readonly performs: readonly string[];
  readonly maySuspend: boolean;
  readonly calls: readonly number[];
  readonly starts: readonly number[];
  readonly unsafe: boolean;
  readonly level: Level;
  /** Of a constant. */
  readonly value: number | null;
  /** What to write today, for an older spelling. */
  readonly replacedBy: string | null;
}

export type Receiver = "String" | "List" | "Map" | "Bytes" | "Channel" | "Atomic" | "Future";

export interface BuiltinMethod extends Builtin {
  readonly receiver: Receiver;
}

interface Traits {
  readonly performs?: readonly string[];
  readonly suspends?: boolean;
  readonly calls?: readonly number[];
  readonly starts?: readonly number[];
  readonly unsafe?: boolean;
  readonly level?: Level;
  readonly kind?: Builtin["kind"];
  readonly value?: number;
  readonly replacedBy?: string;
}

function row(signature: string, doc: string, traits: Traits = {}): Builtin {
  const open = signature.indexOf("(");
  const name = open < 0 ? signature : signature.slice(0, open);
  const params =
    open < 0
      ? []
      : signature
          .slice(open + 1, -1)
          .split(", ")
          .filter((param) => param !== "");
  const rest = params.some((param) => param.startsWith("..."));
  const fixed = params.filter((param) => !param.startsWith("..."));
  const performs = traits.performs ?? [];
  return {
    name,
    kind: traits.kind ?? (open < 0 ? "constant" : "function"),
    signature,
    params: fixed.map((param) => param.replace("?", "")),
    min: fixed.filter((param) => !param.endsWith("?")).length,
    max: rest ? Number.POSITIVE_INFINITY : fixed.length,
    doc,
    performs,
    maySuspend: traits.suspends ?? performs.length > 0,
    calls: traits.calls ?? [],
    starts: traits.starts ?? [],
    unsafe: traits.unsafe ?? false,
    level: traits.level ?? "run",
    value: traits.value ?? null,
    replacedBy: traits.replacedBy ?? null,
  };
}

const suspends: Traits = { suspends: true };
const checked: Traits = { unsafe: true, level: "check" };
const performs = (...effects: string[]): Traits => ({ performs: effects });
const constant = (value: number): Traits => ({ value });
const older = (replacedBy: string): Traits => ({ replacedBy });

const FUNCTIONS: readonly Builtin[] = [
  // Effects and handlers
  row(
    "resume(continuation, value?)",
    "Continues a performer with a value; yields the value of the handled block.",
    suspends,
  ),

  // Tasks, futures, isolation
  row("task(f, ...args)", "Starts a task that calls `f`; yields its future at once.", { starts: [0] }),
  row("all(futures)", "Waits for every future; yields the list of their values.", suspends),
  row("race(futures)", "Waits for the first future that is done, and yields its value or its fault.", suspends),
  row("any(futures)", "Waits for the first future that succeeds, and yields its value.", suspends),
  row("timeout(future, ms)", "Waits for a future for at most `ms` milliseconds.", performs("TIMER")),
  row("cancel(future)", "Asks a task to stop: it sees the effect CANCELLED where it waits.", suspends),
  row("sleep(ms)", "Pauses this task.", performs("TIMER")),
  row("yield_now()", "Lets other tasks of this core run.", suspends),
  row("Channel(capacity?)", "A queue between tasks, shared by all cores.", { kind: "class" }),
  row("Atomic(n)", "A number shared by all tasks on all cores.", { kind: "class" }),

  // The reactor's wrappers
  row(
    "net_listen(port, host?, session?)",
    "Listens on a TCP port; yields the listener's descriptor. `session(connection)` yields a key for peers that come back.",
    {
      calls: [2],
      performs: ["IO_LISTEN"],
    },
  ),
  row("net_accept(listener)", "Waits for a connection; yields its descriptor.", performs("IO_ACCEPT")),
  row("net_connect(host, port)", "Dials a connection; yields its descriptor.", performs("IO_CONNECT")),
  row("net_read(fd, max?)", "Waits for bytes from a connection; nil at its end.", performs("IO_READ")),
  row("net_write(fd, data)", "Sends all of a string or Bytes; yields the number of bytes.", performs("IO_WRITE")),
  row("net_close(fd)", "Closes a connection or listener.", performs("IO_CLOSE")),
  row("net_get(url)", "Fetches a page over HTTP.", performs("IO_CONNECT", "IO_WRITE", "IO_READ", "IO_CLOSE")),
  row("file_open(path, mode?)", "Opens a file; yields its descriptor.", performs("IO_OPEN")),
  row("file_read(fd, max?)", "Reads bytes from an open file; nil at its end.", performs("IO_READ")),
  row("file_write(fd, data)", "Writes all of a string or Bytes to an open file.", performs("IO_WRITE")),
  row("file_close(fd)", "Closes an open file.", performs("IO_CLOSE")),
  row("file_sync(fd)", "Returns when what was written is on disk.", performs("IO_SYNC")),
  row("io_read(path)", "Reads a whole file.", performs("IO_OPEN", "IO_READ", "IO_CLOSE")),
  row("io_write(path, data)", "Writes a whole file.", performs("IO_OPEN", "IO_WRITE", "IO_CLOSE")),
  row("io_exists(path)", "Whether there is such a file.", performs("IO_EXISTS")),
  row("io_monitor(port, events)", "Watches a hardware port: each readiness performs IO_READ as a task of its own.", {
    unsafe: true,
  }),

  // Persistence
  row("checkpoint()", "Returns when all state so far is on disk.", suspends),
  row("unique_id()", "A new id, on disk before it is seen: an idempotency key that survives a crash.", suspends),
  row("walia_is_warm_boot()", "Whether this start found a `.wld` file."),
  row("walia_metrics()", "A map of the reactor's counters."),

  // Systems
  row("port_read(port)", "Reads a hardware port.", { unsafe: true, suspends: true }),
  row("port_write(port, value)", "Writes a hardware port.", { unsafe: true, suspends: true }),
  row("alloc(bytes)", "Reserves bytes of the sandboxed heap; yields a pointer.", checked),
  row("sizeof(type)", "Bytes that a type takes.", checked),
  row("offsetof(layout, field)", "Where a field stands in its layout, in bytes.", checked),
  row("syscall(number, ...args)", "A system call; never executed.", { unsafe: true, level: "parse" }),

  // Output, input, the program
  row("print(value)", "Prints one line."),
  row("input(prompt?)", "Reads one line from standard input; nil at its end.", suspends),
  row("clock()", "Seconds since 1970, with fractions: for measuring."),
  row("time_now()", "Milliseconds since 1970."),
  row("args()", "What follows the file's name on the command line."),
  row("exit(code?)", "Ends the program, its tasks too.", suspends),
  row("assert(condition, message?)", "A fault when the condition is falsy."),

  // Values
  row("type_of(value)", "The name of a value's type."),
  row("str(value)", "A value as it prints."),
  row("num(text)", "A text as a number; nil when it is none."),
  row("len(value)", "How many characters, items, keys or bytes."),
  row("Map(entries?)", "A new map.", { kind: "class" }),
  row("List(items?)", "A new list.", { kind: "class" }),
  row("mixin(object, trait)", "Adds a trait's methods to an object."),

  // Lists, for pipes
  row("map(list, f)", "The results of `f` on each item.", { calls: [1] }),
  row("filter(list, f)", "The items for which `f` is truthy.", { calls: [1] }),
  row("reduce(list, f, start?)", "Folds the items with `f(sum, item)`.", { calls: [1] }),
  row("sum(list)", "The items added up."),
  row("count(list, f?)", "How many items there are, or for how many `f` is truthy.", { calls: [1] }),
  row("length(value)", "How many characters, items, keys or bytes."),
  row("first(list, count?)", "The first item, or the first `count`."),
  row("sort(list, f?)", "A sorted copy; `f(a, b)` is negative when a comes first.", { calls: [1] }),
  row("take(list, count)", "The first `count` items."),
  row("parallel(list, f?)", "The results of `f` on each item, each in a task of its own.", {
    starts: [1],
    suspends: true,
  }),
  row("list_add(list, item)", "Adds an item at the end.", older("list.add(item)")),
  row("list_get(list, index)", "An item, or nil.", older("list[index]")),
  row("list_len(list)", "How many items.", older("list.length()")),
  row("list_pop(list)", "Takes the last item off.", older("list.pop()")),
  row("map_set(map, key, value)", "Sets a key.", older("map.set(key, value)")),
  row("map_get(map, key)", "The value of a key, or nil.", older("map.get(key)")),
  row("map_del(map, key)", "Removes a key.", older("map.delete(key)")),

  // Numbers, text, digests
  ...["sqrt", "abs", "floor", "ceil", "sin", "cos", "log", "exp"].map((f) =>
    row(`math_${f}(x)`, `The ${f} of a number.`),
  ),
  row("math_pow(x, y)", "x to the power of y."),
  row("math_min(...numbers)", "The smallest number."),
  row("math_max(...numbers)", "The largest number."),
  row("random(from?, to?)", "A random number from 0 to 1, the end excluded."),
  row("sha256(bytes)", "The SHA-256 of a string or Bytes, in hexadecimal."),
  row("sha1(bytes)", "The SHA-1 of a string or Bytes, in hexadecimal; only for protocols that want it."),
  row("base64_encode(bytes)", "A string or Bytes as base64."),
  row("base64_decode(text)", "The Bytes of base64, or nil when the text is none."),
  row("json_parse(text)", "JSON text as a value."),
  row("json_text(value)", "A value as JSON text."),

  // Constants: one bit for each kind of event
  row("WLD_EVENT_READ", "Ready to be read.", constant(1)),
  row("WLD_EVENT_WRITE", "Ready to be written.", constant(2)),
  row("WLD_EVENT_ACCEPT", "A connection is waiting.", constant(4)),
  row("WLD_EVENT_CONNECT", "A connection is established.", constant(8)),
  row("WLD_EVENT_TIMER", "A timer has run out.", constant(16)),
  row("WLD_EVENT_SIGNAL", "A signal has arrived.", constant(32)),
  row("WLD_EVENT_CUSTOM", "An event of the program's own.", constant(64)),

  // The rest of Walia: known, not executed
  row("Vector(size)", "A vector of numbers; not executed by this runtime.", { kind: "class", level: "parse" }),
  row("evolve(...args)", "Breeds a gene's values; not executed by this runtime.", { level: "parse" }),
  row("db", "The database; not executed by this runtime.", { level: "parse" }),
];

function methods(receiver: Receiver, ...rows: readonly Builtin[]): BuiltinMethod[] {
  return rows.map((builtin) => ({ ...builtin, receiver }));
}

const METHODS: readonly BuiltinMethod[] = [
  ...methods(
    "String",
    row("length()", "How many characters."),
    row("upper()", "In capitals."),
    row("lower()", "In small letters."),
    row("split(separator)", "The parts between separators."),
    row("trim()", "Without white space at both ends."),
    row("replace(old, new)", "Every `old` replaced."),
    row("contains(text)", "Whether `text` occurs."),
    row("starts_with(text)", "Whether it starts with `text`."),
    row("ends_with(text)", "Whether it ends with `text`."),
    row("index_of(text)", "Where `text` first occurs, or -1."),
    row("slice(from, to?)", "The characters from `from` up to `to`."),
    row("repeat(times)", "Repeated."),
    row("code_at(index)", "The code point at an index."),
    row("bytes()", "Its UTF-8 bytes."),
  ),
  ...methods(
    "List",
    row("add(item)", "Adds an item at the end."),
    row("add_all(items)", "Adds every item of another list."),
    row("get(index)", "An item, or nil."),
    row("set(index, value)", "Replaces an item."),
    row("length()", "How many items."),
    row("pop()", "Takes the last item off."),
    row("insert(index, item)", "Inserts an item before an index."),
    row("remove(index)", "Takes an item out and yields it."),
    row("index_of(item)", "Where an item first stands, or -1."),
    row("contains(item)", "Whether an item is in the list."),
    row("slice(from, to?)", "A copy of the items from `from` up to `to`."),
    row("reverse()", "A copy in the opposite order."),
    row("sort(f?)", "A sorted copy; `f(a, b)` is negative when a comes first.", { calls: [0] }),
    row("map(f)", "The results of `f` on each item.", { calls: [0] }),
    row("filter(f)", "The items for which `f` is truthy.", { calls: [0] }),
    row("reduce(f, start?)", "Folds the items with `f(sum, item)`.", { calls: [0] }),
    row("each(f)", "Calls `f` with each item.", { calls: [0] }),
    row("first(count?)", "The first item, or the first `count`."),
    row("last(count?)", "The last item, or the last `count`."),
    row("sum()", "The items added up."),
    row("count(f?)", "How many items there are, or for how many `f` is truthy.", { calls: [0] }),
    row("join(separator?)", "The printed items with a separator between them."),
  ),
  ...methods(
    "Map",
    row("get(key, otherwise?)", "The value of a key, or nil."),
    row("set(key, value)", "Sets a key."),
    row("has(key)", "Whether a key is there."),
    row("delete(key)", "Removes a key."),
    row("keys()", "The list of keys."),
    row("values()", "The list of values."),
    row("length()", "How many keys."),
    row("each(f)", "Calls `f` with each key and value.", { calls: [0] }),
  ),
  ...methods(
    "Bytes",
    row("length()", "How many bytes."),
    row("get(index)", "A byte, or nil."),
    row("slice(from, to?)", "A copy of the bytes from `from` up to `to`."),
    row("text()", "The bytes as UTF-8 text."),
    row("concat(bytes)", "Both, one after the other."),
    row("index_of(bytes)", "Where `bytes` first occurs, or -1."),
    row("hex()", "The bytes in hexadecimal."),
  ),
  ...methods(
    "Channel",
    row("send(value)", "Puts a value in; waits while the channel is full.", suspends),
    row("receive()", "Takes a value out; waits for one; nil when closed and empty.", suspends),
    row("close()", "No more values will be sent."),
  ),
  ...methods(
    "Atomic",
    row("add(delta)", "Adds and yields the new value."),
    row("get()", "The value now."),
    row("set(value)", "Replaces the value."),
    row("compare_set(expected, value)", "Replaces the value if it is the expected one; whether it did."),
  ),
];

const BY_NAME: ReadonlyMap<string, Builtin> = new Map(FUNCTIONS.map((builtin) => [builtin.name, builtin]));
const METHODS_BY_NAME = new Map<string, BuiltinMethod[]>();
for (const method of METHODS) {
  const others = METHODS_BY_NAME.get(method.name);
  if (others) others.push(method);
  else METHODS_BY_NAME.set(method.name, [method]);
}

/** The built-in of that name, if there is one. */
export const builtin = (name: string): Builtin | undefined => BY_NAME.get(name);
export const isBuiltin = (name: string): boolean => BY_NAME.has(name);
export const builtinNames = (): Iterable<string> => BY_NAME.keys();
export const builtins = (): readonly Builtin[] => FUNCTIONS;

/** The value of a built-in constant. */
export const constantValue = (name: string): number | undefined => BY_NAME.get(name)?.value ?? undefined;

/** Methods of that name, one for each receiver type that has it. */
export const builtinMethods = (name: string): readonly BuiltinMethod[] => METHODS_BY_NAME.get(name) ?? [];
export const methodsOf = (receiver: Receiver): readonly BuiltinMethod[] =>
  METHODS.filter((method) => method.receiver === receiver);

/** Effects that the reactor answers when no handler does (LANGUAGE, section 6). */
export const REACTOR_EFFECTS: ReadonlyMap<string, string> = new Map([
  ["IO_READ", "Bytes, or nil at the end of the stream"],
  ["IO_WRITE", "the number of bytes written"],
  ["IO_LISTEN", "the listener's descriptor"],
  ["IO_EXISTS", "whether there is such a file"],
  ["IO_ACCEPT", "the descriptor of the connection"],
  ["IO_CONNECT", "a descriptor"],
  ["IO_WAIT", "the event, when the descriptor or port is ready"],
  ["IO_OPEN", "a descriptor"],
  ["IO_CLOSE", "nil"],
  ["IO_SYNC", "nil"],
  ["TIMER", "nil"],
  ["SIGNAL", "nil, when the signal arrives"],
]);

/** Effects that the system performs, and answers itself when no handler does. */
export const SYSTEM_EFFECTS: ReadonlyMap<string, string> = new Map([
  ["FAULT", "a run-time error: `kind`, `message`; a handler may resume with a substitute value"],
  ["CANCELLED", "this task is being cancelled; a handler may clean up"],
  ["IO_RECONNECT", "a connection died and its peer is back, or it was dialled again: `fd`, `reason`"],
]);

/** What a variable of a numeric type can hold. */
export interface NumericType {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

const whole = (bits: number): [string, NumericType][] => [
  [`u${bits}`, { min: 0, max: 2 ** bits - 1, whole: true }],
  [`i${bits}`, { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1, whole: true }],
];

export const NUMERIC_TYPES: ReadonlyMap<string, NumericType> = new Map([
  ...[8, 16, 32, 64].flatMap(whole),
  ["f32", { min: -3.4028234663852886e38, max: 3.4028234663852886e38, whole: false }],
  ["f64", { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, whole: false }],
]);
