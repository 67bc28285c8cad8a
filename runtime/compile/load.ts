// Loads a compiled program into the engine: runs its JavaScript with the functions it uses, and gives its codes their
// meaning.

import { Script } from "node:vm";
import type { FileTree } from "../../language/ast.ts";
import { CONSTRUCT, classCaptures, invokeSuper, made, makeInstance } from "../engine/classes.ts";
import { builtinCode, type ClassCode, type Code, effectKey, type SourceItem, type TraitCode } from "../engine/code.ts";
import { isExit, makeExit, requestWith } from "../engine/exits.ts";
import { fault, wrongType } from "../engine/faults.ts";
import * as machine from "../engine/machine.ts";
import * as operators from "../engine/operators.ts";
import type { Probes } from "../engine/probes.ts";
import type { Frame } from "../engine/segments.ts";
import { room } from "../engine/stack.ts";
import { awaitValue, taskCodes, tick } from "../engine/tasks.ts";
import type { Enter, Value } from "../engine/values.ts";
import * as values from "../engine/values.ts";
import type { Beside } from "./beside.ts";
import { guarded } from "./limits.ts";
import type { BuiltinTables } from "./linker.ts";
import type { CompiledProgram, UnitData } from "./program.ts";

/** A program in memory, ready to run. */
export interface LoadedProgram {
  readonly codes: ReadonlyMap<string, Code>;
  readonly classes: ReadonlyMap<string, ClassCode>;
  readonly traits: ReadonlyMap<string, TraitCode>;
  /** Cells of the global variables, by "file#name". */
  readonly globals: ReadonlyMap<string, values.Cell>;
  /** A function that runs the top-level statements one after another. */
  readonly main: values.Closure;
  /** Variables that have their values: the statements that initialise them are passed over. By "file#name". */
  readonly kept: Set<string>;
  /** Cells of constants that tasks may read on any shard (program.ts). */
  readonly constants: readonly values.Cell[];
  /** The program's variables that have a statement of their own. */
  readonly variables: readonly string[];
  /** Whether code, class or trait is of the program itself, and not only of an older version of it. */
  isCurrent(id: string): boolean;
  /** The program's own value of a unit, class or trait that captured nothing, by the id of its code. */
  own(id: string): values.Closure | values.ClassValue | values.TraitValue | undefined;
  readonly tests: readonly { readonly title: string; readonly file: string; readonly run: values.Closure }[];
}

/** How often each part of a program has run, by the number of its counter (counters.ts). */
export type Counts = Float64Array;

/** What the marks in a program's code write to and ask. */
export interface Marks {
  readonly counts?: Counts;
  readonly probes?: Probes;
}

/** A program, and its files and the prelude, of which only the items' texts and places are used. */
export interface ProgramVersion {
  readonly program: CompiledProgram;
  readonly trees: readonly FileTree[];
}

/**
 * Puts a program into the engine, in place of the one before. Code that suspended tasks need of `older` versions of it is
 * loaded, too, over the same variables. `marks`: what a program has that was compiled to be counted or debugged. Throws LimitError.
 */
export function loadProgram(
  program: CompiledProgram,
  trees: readonly FileTree[],
  builtins: BuiltinTables,
  older: readonly ProgramVersion[] = [],
  marks: Marks = {},
): LoadedProgram {
  machine.resetProgram();
  const cells = new Map<string, values.Cell>();
  const kept = new Set<string>();
  const versions = [...older, { program, trees }].map((version) => {
    const loader = new Loader(version.program, version.trees, builtins, cells, marks);
    const script = guarded("the program", () => new Script(version.program.text, { filename: "walia:program" }));
    (script.runInThisContext() as (runtime: object) => void)(loader.runtime());
    return loader.finish();
  });
  const current = versions.at(-1)!;
  const main = mainCode(versions.map(({ tops }) => tops).reverse(), kept);
  const all = <T>(of: (version: LoadedVersion) => ReadonlyMap<string, T>): Map<string, T> =>
    new Map(versions.flatMap((version) => [...of(version)]));
  const isCurrent = (id: string): boolean =>
    current.codes.has(id) || current.classes.has(id) || current.traits.has(id) || id === main.id;
  return {
    codes: all(({ codes }) => codes).set(main.id, main),
    classes: all(({ classes }) => classes),
    traits: all(({ traits }) => traits),
    globals: cells,
    constants: program.constants.map((ref) => cells.get(ref)!),
    main: new values.Closure(main, 0, main.enter),
    kept,
    variables: program.variables.filter((name) => name !== null),
    isCurrent,
    own: (id) => {
      for (let i = versions.length - 1; i >= 0; i--) {
        const own = versions[i]!.own(id);
        if (own !== undefined) return own;
      }
      return undefined;
    },
    tests: current.tests,
  };
}

/** Puts units that were compiled beside a loaded program (beside.ts) into the engine; their codes. */
export function loadBeside(
  { text, units, globals }: Beside,
  loaded: LoadedProgram,
  trees: readonly FileTree[],
  builtins: BuiltinTables,
): readonly Code[] {
  const program = { ...NOTHING, text, units, globals };
  const loader = new Loader(program, trees, builtins, loaded.globals as Map<string, values.Cell>, {});
  const script = guarded("the expression", () => new Script(text, { filename: "walia:beside" }));
  const codeOf = (ref: string): Code => loaded.codes.get(ref)!;
  const ownOf = (ref: string): Value => {
    const own = loaded.own(ref);
    const code = loaded.codes.get(ref);
    return own ?? (code && new values.Closure(code, code.params.length, code.enter));
  };
  (script.runInThisContext() as (runtime: object) => void)({ ...loader.runtime(), codeOf, ownOf });
  return loader.codes;
}

const NOTHING: CompiledProgram = {
  text: "",
  units: [],
  classes: [],
  globals: [],
  constants: [],
  tops: [],
  variables: [],
  tests: [],
  methods: [],
  preludeFunctions: [],
  counters: [],
  probes: [],
};

/** A statement of a program's top level, and the variable that it initialises. */
interface Top {
  readonly run: values.Closure;
  readonly variable: string | null;
}

interface LoadedVersion extends Pick<LoadedProgram, "codes" | "classes" | "traits" | "own" | "tests"> {
  readonly tops: readonly Top[];
}

const NEWLINE = 10;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class Loader {
  readonly #codes: Mutable<Code>[] = [];
  readonly #classes: (Mutable<ClassCode> | undefined)[] = [];
  readonly #traits: (TraitCode | undefined)[] = [];
  readonly #values: (values.ClassValue | values.TraitValue | undefined)[] = [];
  readonly #globals: values.Cell[];
  readonly #items = new Map<string, SourceItem>();
  readonly #closures = new Map<Code, values.Closure>();
  readonly #natives = new Map<string, Code>();
  readonly #builtins = new Map<string, values.Closure>();

  constructor(
    readonly program: CompiledProgram,
    trees: readonly FileTree[],
    readonly builtins: BuiltinTables,
    /** Of all versions of the program; those that it names and that are not there yet are added. */
    cells: Map<string, values.Cell>,
    readonly marks: Marks,
  ) {
    this.#readSources(trees);
    this.#globals = program.globals.map((ref) => {
      const cell = cells.get(ref) ?? new values.Cell(undefined);
      cells.set(ref, cell);
      return cell;
    });
  }

  /** What the program's JavaScript gets as `$`: RUNTIME_NAMES of linker.ts, and the makers of its constants. */
  runtime(): object {
    const { call, invoke, add, arithmetic, compare, bitwise, negate, checkType, truncateType } = operators;
    const { getMember, setMember, getIndex, setIndex, iterable, range, noMatch, spawn } = operators;
    const {
      E,
      save,
      overflow,
      find,
      lookFrom,
      perform,
      performFrom,
      under,
      pass,
      runClause,
      handled,
      installProgramHandler,
    } = machine;
    const { isEqual, isTruthy, Closure, Cell, Future, Instance, MapValue, ClassValue } = values;
    return {
      ...{ call, invoke, add, arithmetic, compare, bitwise, negate, checkType, truncateType },
      ...{ getMember, setMember, getIndex, setIndex, iterable, range, noMatch, spawn },
      ...{
        E,
        room,
        save,
        overflow,
        find,
        lookFrom,
        perform,
        performFrom,
        under,
        pass,
        runClause,
        handled,
        installProgramHandler,
        awaitValue,
        tick,
      },
      ...{ isEqual, isTruthy, Closure, Cell, Future, Instance, MapValue, ClassValue },
      ...{ fault, invokeSuper, classCaptures, made, isExit, makeExit, requestWith },
      counts: this.marks.counts,
      probes: this.marks.probes,
      construct: operators.construct,
      resume: resumeChecked,
      resumeTail: resumeTailChecked,
      makeMap,
      code: (index: number, body: Enter, resume: Code["resume"] | undefined) => this.#code(index, body, resume),
      closure: (code: Code) => this.#closure(code),
      classCode: (index: number, construct: ClassCode["construct"]) => this.#class(index, construct),
      classValue: (index: number) => this.#values[index],
      global: (index: number) => this.#globals[index],
      effectKey,
      site: (effect: string) => new machine.Site(effect),
      request: (effect: string) => ({ site: { effect, key: effectKey(effect) } }),
      native: (name: string) => this.#native(name).call,
      method: (type: string, name: string) => this.builtins.methods.get(type)!.get(name)!.call,
      builtin: (name: string) => this.#builtin(name),
    };
  }

  get codes(): readonly Code[] {
    return this.#codes;
  }

  #code(index: number, body: Enter, resume: Code["resume"] | undefined): Code {
    const data = this.program.units[index]!;
    const spawn: Enter = (self, _depth, ...args) =>
      data.kind === "method" ? operators.spawnMethod(code, self, args) : operators.spawn(self, args);
    const enter = data.isAsync ? spawn : body;
    const code: Mutable<Code> = {
      id: data.ref,
      name: data.name,
      params: data.params,
      isAsync: data.isAsync,
      isHome: data.isHome,
      captures: data.captures,
      source: this.#source(data),
      points: data.points.map(([start, end, slots]) => ({ start, end, slots })),
      effect: data.effect,
      key: data.effect === null ? null : effectKey(data.effect),
      mode: data.mode,
      enter,
      body,
      resume: resume ?? neverSuspends(data.name),
    };
    this.#codes[index] = code;
    return code;
  }

  #source(data: UnitData): SourceItem | null {
    return this.#items.get(`${data.file}#${data.item}`) ?? null;
  }

  /** Items by file and number; lines are counted once through each file. */
  #readSources(trees: readonly FileTree[]): void {
    for (const tree of trees) {
      let line = 0;
      let at = 0;
      tree.items.forEach((item, index) => {
        for (; at < item.offset; at++) if (tree.text.charCodeAt(at) === NEWLINE) line++;
        const source = { path: tree.path, hash: item.tree.hash, text: item.tree.text, offset: item.offset, line };
        this.#items.set(`${tree.path}#${index}`, source);
      });
    }
  }

  /** The closure of a unit that captures nothing. */
  #closure(code: Code): values.Closure {
    let closure = this.#closures.get(code);
    if (closure === undefined) {
      closure = new values.Closure(code, code.params.length, code.enter);
      this.#closures.set(code, closure);
    }
    return closure;
  }

  #class(index: number, construct: ClassCode["construct"]): ClassCode | TraitCode {
    const data = this.program.classes[index]!;
    const own = new Map(data.methods.map(([key, unit]) => [key, this.#codes[unit]!] as const));
    if (data.kind === "trait") {
      const trait: TraitCode = { id: data.ref, name: data.name, methods: own };
      this.#traits[index] = trait;
      this.#values[index] = new values.TraitValue(trait);
      return trait;
    }
    const parent = data.superclass === null ? null : (this.#classes[data.superclass] ?? null);
    const methods = new Map(parent?.methods ?? []);
    for (const trait of data.traits)
      for (const [key, code] of this.#traits[trait]?.methods ?? []) methods.set(key, code);
    for (const [key, code] of own) methods.set(key, code);
    for (const [key, code] of methods)
      if (parent?.methods.get(key) !== code)
        Object.defineProperty(construct.prototype, `m_${key}`, {
          value: code.enter,
          writable: true,
          configurable: true,
        });
    const code: ClassCode = {
      id: data.ref,
      name: data.name,
      construct,
      superclass: parent,
      fields: [...(parent?.fields ?? []), ...data.fields.map(([name]) => name)],
      initialisers: [
        ...(parent?.initialisers ?? []),
        ...data.fields.flatMap(([field, unit]) => (unit === null ? [] : [{ field, code: this.#codes[unit]! }])),
      ],
      make: data.problem === null ? makeInstance : () => fault("TypeError", data.problem!),
      methods,
    };
    this.#classes[index] = code;
    this.#values[index] = new values.ClassValue(code);
    return code;
  }

  #native(name: string): operators.Native {
    const native = this.builtins.functions.get(name);
    if (native === undefined) throw new Error(`broken: no built-in function ${name}`);
    return native;
  }

  /** A built-in function as a value. */
  #builtin(name: string): values.Closure {
    const closure = this.#makeBuiltin(name);
    this.#builtins.set(name, closure);
    return closure;
  }

  #makeBuiltin(name: string): values.Closure {
    if (name === "resume") {
      const enter: Enter = (_self, depth, k, value) => resumeChecked(k, value, depth);
      return new values.Closure(this.#nativeCode(name, enter), 2, enter);
    }
    const native = this.#native(name);
    const enter: Enter = (_self, depth, ...args) =>
      args.length < native.min || args.length > native.max
        ? operators.wrongArity(name, args.length < native.min ? native.min : native.max, args.length)
        : native.call(depth, ...args);
    return new values.Closure(this.#nativeCode(name, enter), -1, enter);
  }

  #nativeCode(name: string, enter?: Enter): Code {
    let code = this.#natives.get(name);
    if (code === undefined) {
      code = builtinCode(name, [], (_frame, value) => value, enter);
      this.#natives.set(name, code);
    }
    return code;
  }

  finish(): LoadedVersion {
    const walia = new Map(
      this.program.methods.map(([name, unit]) => [name, this.#closure(this.#codes[unit]!)] as const),
    );
    operators.builtinMethods.native = this.builtins.methods;
    operators.builtinMethods.walia = walia;
    operators.giveMethods(values.Channel, "Channel");
    operators.giveMethods(values.Atomic, "Atomic");
    const own = new Map<string, values.Closure | values.ClassValue | values.TraitValue>();
    for (const closure of [...this.#closures.values(), ...this.#builtins.values()]) own.set(closure.code.id, closure);
    for (const value of this.#values) if (value !== undefined) own.set(value.code.id, value);
    const tops = this.program.tops.map((unit, i) => ({
      run: this.#closure(this.#codes[unit]!),
      variable: this.program.variables[i]!,
    }));
    const present = <T>(list: readonly (T | undefined)[]): T[] => list.filter((entry) => entry !== undefined);
    const codes = [
      ...this.#codes,
      ...this.#natives.values(),
      ...taskCodes,
      machine.RESUMING,
      ...operators.methodCodes,
      CONSTRUCT,
    ];
    return {
      codes: new Map(codes.map((code) => [code.id, code])),
      classes: new Map(present(this.#classes).map((code) => [code.id, code])),
      traits: new Map(present(this.#traits).map((code) => [code.id, code])),
      tops,
      own: (id) => own.get(id),
      tests: this.program.tests.map(({ title, file, unit }) => ({
        title,
        file,
        run: this.#closure(this.#codes[unit]!),
      })),
    };
  }
}

/** The code of the frame that runs the top-level statements: its name, and the names of what it holds. */
export const MAIN = { name: "program", slots: ["statement"] } as const;

/**
 * Runs the top-level statements of the first version in order, except those that initialise a variable of `kept`, which gets
 * those that have been run. Slot: the id of the statement that is suspended. One that only an older version has is followed
 * by those of that version.
 */
function mainCode(versions: readonly (readonly Top[])[], kept: Set<string>): Code {
  const from = (tops: readonly Top[], start: number, depth: number): Value => {
    let result: Value;
    for (let i = start; i < tops.length; i++) {
      const { run, variable } = tops[i]!;
      if (variable !== null && kept.has(variable)) continue;
      result = run.enter(run, depth + 200);
      if (result === values.SIGNAL) return machine.save(code, 1, run.code.id);
      if (variable !== null) kept.add(variable);
    }
    return result;
  };
  const after = (id: Value, depth: number): Value => {
    for (const tops of versions) {
      const at = tops.findIndex(({ run }) => run.code.id === id);
      if (at < 0) continue;
      const { variable } = tops[at]!;
      if (variable !== null) kept.add(variable);
      return from(tops, at + 1, depth);
    }
    throw new Error(`broken: no statement ${id}`);
  };
  const code: Code = builtinCode(
    MAIN.name,
    MAIN.slots,
    (frame: Frame, _value: Value, depth: number) => after(frame.s0, depth),
    (_self, depth) => from(versions[0]!, 0, depth),
  );
  return code;
}

function neverSuspends(name: string): Code["resume"] {
  return () => {
    throw new Error(`broken: ${name} has no suspension point`);
  };
}

function resumeChecked(k: Value, value: Value, depth: number): Value {
  return k instanceof values.Continuation ? machine.resume(k, value, depth) : wrongType("resume", "a continuation", k);
}

function resumeTailChecked(k: Value, value: Value): Value {
  return k instanceof values.Continuation ? machine.resumeTail(k, value) : wrongType("resume", "a continuation", k);
}

function makeMap(entries: readonly Value[]): values.MapValue {
  const map = new values.MapValue();
  for (let i = 0; i < entries.length; i += 2) map.set(entries[i], entries[i + 1]);
  return map;
}
