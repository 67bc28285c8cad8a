// The pipeline from analysed files to a program's JavaScript:
//
//   files --lower--> Core units and classes --emit--> JavaScript tree --astring--> CompiledProgram (plain data)
//
// A CompiledProgram is data, so it can be kept on disk and loaded by another process (load.ts).

import { generate } from "astring";
import type * as es from "estree";
import type { FileTree } from "../../language/ast.ts";
import { isImmutable } from "../../language/effects/summary.ts";
import { builtin, constantValue } from "../../language/names/builtins.ts";
import type { Export, ItemNames, Meaning, Registry, Unit } from "../../language/names/model.ts";
import { patternKind } from "../../language/names/patterns.ts";
import type { ItemContext, Referent } from "./context.ts";
import type { CoreUnit, GlobalRef, UnitRef } from "./core.ts";
import { type Counter, ItemCounters } from "./counters.ts";
import { emitUnit } from "./emit.ts";
import * as js from "./js.ts";
import { guarded } from "./limits.ts";
import type { BuiltinTables } from "./linker.ts";
import { Linker } from "./linker.ts";
import { type CoreClass, Lowering, literal, numericType } from "./lower.ts";
import { ItemProbes, type Probe } from "./probes.ts";

export interface ProgramFile {
  readonly tree: FileTree;
  /** One for each item. */
  readonly names: readonly ItemNames[];
  /** Must tasks of a unit run where the program's variables are? Without it, all must. */
  readonly isHome?: (unit: Unit) => boolean;
  /** Is it found out which parts of the file run? (counters.ts) */
  readonly isCounted?: boolean;
  /** Is it compiled to be debugged? (probes.ts) */
  readonly isProbed?: boolean;
}

/** Everything about a unit but its JavaScript. */
export interface UnitData {
  readonly ref: UnitRef;
  readonly name: string;
  readonly kind: CoreUnit["kind"];
  readonly isAsync: boolean;
  readonly params: readonly string[];
  readonly captures: readonly string[];
  readonly effect: string | null;
  readonly mode: CoreUnit["mode"];
  /** Its tasks must run where the program's variables are. */
  readonly isHome: boolean;
  /** File and item in it. */
  readonly file: string;
  readonly item: number;
  /** Of point 0, then of each point: start, end, slots. */
  readonly points: readonly (readonly [start: number, end: number, slots: readonly string[]])[];
}

export interface ClassData {
  readonly ref: string;
  readonly name: string;
  readonly kind: "class" | "trait";
  readonly superclass: number | null;
  readonly traits: readonly number[];
  readonly fields: readonly (readonly [name: string, unit: number | null])[];
  readonly methods: readonly (readonly [key: string, unit: number])[];
  readonly problem: string | null;
}

export interface CompiledProgram {
  /** The text of a function of the runtime (load.ts) that defines the program. */
  readonly text: string;
  readonly units: readonly UnitData[];
  readonly classes: readonly ClassData[];
  readonly globals: readonly GlobalRef[];
  /** Of these, constants that are computed when the program starts and that its tasks may read anywhere. */
  readonly constants: readonly GlobalRef[];
  /** Units of the top-level statements, in the order they run. */
  readonly tops: readonly number[];
  /** Of each of them, the variable that it initialises, if it does nothing else. */
  readonly variables: readonly (GlobalRef | null)[];
  readonly tests: readonly { readonly title: string; readonly file: string; readonly unit: number }[];
  /** Functions of the prelude that are methods of built-in types: "List.map" and its unit. */
  readonly methods: readonly (readonly [name: string, unit: number])[];
  /** Units of top-level functions of the prelude, by name. */
  readonly preludeFunctions: readonly (readonly [name: string, unit: number])[];
  /** What each counter counts, by its number; none unless files are counted. */
  readonly counters: readonly Counter[];
  /** Where each probe stands, by its number; none unless files are probed. */
  readonly probes: readonly Probe[];
}

/** Path of the prelude among the files of a program. */
export const PRELUDE_PATH = "walia:prelude";

/**
 * Compiles files, in the order their top-level statements are to run; the prelude first, under PRELUDE_PATH.
 * Throws LimitError for a program that is nested too deeply.
 */
export function compileProgram(
  files: readonly ProgramFile[],
  registry: Registry,
  builtins: BuiltinTables,
): CompiledProgram {
  const program = lowerProgram(files, registry);
  const linker = new Linker(program.units, program.classes, builtins, program.isProbed);
  const text = guarded("the program", () => {
    const functions = program.units.flatMap((unit) => emitUnit(unit, linker));
    return generate(wrap([...linker.prologue(), ...functions]), { indent: " " });
  });
  const index = new Map(program.units.map((unit, i) => [unit.ref, i]));
  const classIndex = new Map(program.classes.map((cls, i) => [cls.ref, i]));
  const preludeFunctions = program.preludeFunctions.map(([name, ref]) => [name, index.get(ref)!] as const);
  return {
    text,
    units: program.units.map((unit) => unitData(unit, program.places.get(unit.ref)!)),
    classes: program.classes.map((cls) => ({
      ref: cls.ref,
      name: cls.name,
      kind: cls.kind,
      superclass: cls.superclass === null ? null : classIndex.get(cls.superclass)!,
      traits: cls.traits.map((trait) => classIndex.get(trait)!),
      fields: cls.fields.map((field) => [field.name, field.unit === null ? null : index.get(field.unit)!] as const),
      methods: cls.methods.map((method) => [`${method.name}$${method.arity}`, index.get(method.unit)!] as const),
      problem: cls.problem,
    })),
    globals: linker.globals,
    constants: files.flatMap(constantsOf).filter((ref) => linker.globals.includes(ref)),
    tops: program.tops.map(({ unit }) => index.get(unit)!),
    variables: program.tops.map(({ variable }) => variable),
    tests: program.tests.map(({ title, file, unit }) => ({ title, file, unit: index.get(unit)! })),
    methods: preludeFunctions.flatMap(([name, unit]) => {
      const method = /^__([A-Za-z]+)_(.+)$/.exec(name);
      return method === null ? [] : [[`${method[1]}.${method[2]}`, unit] as const];
    }),
    preludeFunctions,
    counters: program.counters,
    probes: program.probes,
  };
}

/** See `CompiledProgram.constants`. */
function constantsOf({ tree, names }: ProgramFile): GlobalRef[] {
  return names.flatMap(({ exports }) =>
    exports.flatMap(({ name, node }) => {
      const isShared = node.kind === "Var" && node.constant && node.init !== null && isImmutable(node.init);
      return isShared && literal(node.init!) === null ? [`${tree.path}#${name}`] : [];
    }),
  );
}

/** The first half of the pipeline: every unit and class in Core. */
export function lowerProgram(files: readonly ProgramFile[], registry: Registry): ProgramLowering {
  const program = new ProgramLowering(files, registry);
  program.lower();
  return program;
}

/** The same, for who wants some items of it only: nothing is lowered yet. */
export function lowerLater(files: readonly ProgramFile[], registry: Registry): ProgramLowering {
  return new ProgramLowering(files, registry);
}

/** The function of the runtime that a program is: `$` is what it is given (load.ts). */
export function wrap(body: readonly es.Statement[]): es.Program {
  const strict: es.Directive = {
    type: "ExpressionStatement",
    expression: { type: "Literal", value: "use strict" },
    directive: "use strict",
  };
  const factory: es.FunctionExpression = {
    type: "FunctionExpression",
    params: [js.id("$")],
    body: js.block([strict, ...body]),
  };
  return { type: "Program", sourceType: "script", body: [js.run(factory)] };
}

interface Place {
  readonly file: string;
  readonly item: number;
  readonly isHome: boolean;
}

export function unitData(unit: CoreUnit, place: Place): UnitData {
  const shown = (slot: string): string => unit.slotNames.get(slot) ?? (slot === "self" ? "self" : `%${slot}`);
  const entry = [...(unit.usesSelf ? ["self"] : []), ...unit.params.map((param) => param.name)];
  return {
    ref: unit.ref,
    name: unit.name,
    kind: unit.kind,
    isAsync: unit.isAsync,
    params: unit.params.map((param) => param.name),
    captures: unit.captures,
    effect: unit.effect,
    mode: unit.mode,
    isHome: place.isHome,
    file: place.file,
    item: place.item,
    points: [
      [0, 0, entry],
      ...unit.points.map((point) => [point.span.start, point.span.end, point.live.map(shown)] as const),
    ],
  };
}

export class ProgramLowering {
  readonly units: CoreUnit[] = [];
  readonly classes: CoreClass[] = [];
  readonly tops: { readonly unit: UnitRef; readonly variable: GlobalRef | null }[] = [];
  readonly tests: { title: string; file: string; unit: UnitRef }[] = [];
  readonly places = new Map<UnitRef, Place>();
  readonly preludeFunctions: [name: string, unit: UnitRef][] = [];
  readonly counters: Counter[] = [];
  readonly probes: Probe[] = [];
  /** Is any file compiled to be debugged? */
  readonly isProbed: boolean;
  /** Key of each item in unit references: its hash, numbered when the same text occurs again. */
  readonly #keys = new Map<string, string>();
  readonly #files: ReadonlyMap<string, ProgramFile>;
  readonly #prelude: ReadonlyMap<string, Export & { item: number }>;

  constructor(
    files: readonly ProgramFile[],
    readonly registry: Registry,
  ) {
    this.#files = new Map(files.map((file) => [file.tree.path, file]));
    this.isProbed = files.some((file) => file.isProbed === true);
    const seen = new Map<string, number>();
    for (const { tree } of files)
      tree.items.forEach((item, index) => {
        const count = seen.get(item.tree.hash) ?? 0;
        seen.set(item.tree.hash, count + 1);
        this.#keys.set(`${tree.path}#${index}`, count === 0 ? item.tree.hash : `${item.tree.hash}~${count + 1}`);
      });
    const prelude = this.#files.get(PRELUDE_PATH);
    this.#prelude = new Map(
      (prelude?.names ?? []).flatMap((names, item) => names.exports.map((e) => [e.name, { ...e, item }] as const)),
    );
  }

  lower(): void {
    for (const { tree } of this.#files.values())
      for (let index = 0; index < tree.items.length; index++) this.lowerItem(tree.path, index);
  }

  /** What references to units and classes of an item begin with, before the colon. */
  keyOf(path: string, index: number): string {
    return this.#keys.get(`${path}#${index}`)!;
  }

  lowerItem(path: string, index: number): void {
    const file = this.#files.get(path)!;
    const context = this.#context(file, index);
    const lowering = new Lowering(context);
    const { tops, tests } = guarded(`${path}, in item ${index + 1},`, () => lowering.item());
    const anywhere = new Set(
      file.isHome === undefined
        ? []
        : context.names.units.filter((unit) => !file.isHome!(unit)).map((unit) => context.unitRef(unit)),
    );
    for (const unit of lowering.units)
      this.places.set(unit.ref, { file: path, item: index, isHome: !anywhere.has(unit.ref) });
    this.units.push(...lowering.units);
    this.classes.push(...lowering.classes);
    for (const { unit, variable } of tops)
      this.tops.push({ unit, variable: variable === null ? null : `${path}#${variable}` });
    for (const test of tests) this.tests.push({ ...test, file: path });
    if (path === PRELUDE_PATH)
      for (const exported of context.names.exports)
        if (exported.node.kind === "Fun")
          this.preludeFunctions.push([exported.name, context.unitRef(context.names.unitOf(exported.node.fun))]);
  }

  #context(file: ProgramFile, index: number): ItemContext {
    const path = file.tree.path;
    const names = file.names[index]!;
    const classes = new Map<object, string>();
    const key = this.#keys.get(`${path}#${index}`)!;
    const referents = new Map<string, Referent>();
    const item = file.tree.items[index]!;
    // N2 of counters.ts.
    const isCounted = file.isCounted === true && item.tree.statements.every(({ kind }) => kind !== "Test");
    return {
      tree: item.tree,
      names,
      isLibrary: path === PRELUDE_PATH,
      counters: isCounted ? new ItemCounters(this.counters, path, item.offset) : null,
      probes: file.isProbed === true ? new ItemProbes(this.probes, path, item.offset) : null,
      refer: (name) => {
        let referent = referents.get(name);
        if (referent === undefined) {
          referent = this.#refer(this.registry.meaningOf(path, name), name);
          referents.set(name, referent);
        }
        return referent;
      },
      referIn: (other, name) => this.#refer(this.registry.exportOf(other, name), name),
      unitRef: (unit: Unit) => `${key}:${unit.path}`,
      classRef: (node) => this.#classRef(node, key, classes),
      compares: (pattern) =>
        patternKind(pattern as Parameters<typeof patternKind>[0], names, this.registry, path) === "compares",
    };
  }

  /** A class is known by its place in the item: a top-level one is the item itself. */
  #classRef(node: object, key: string, known: Map<object, string>): string {
    let ref = known.get(node);
    if (ref === undefined) {
      const { name, start } = node as { readonly name: { readonly name: string }; readonly start: number };
      ref = `${key}:class ${name.name}@${start}`;
      known.set(node, ref);
    }
    return ref;
  }

  #refer(meaning: Meaning, name: string): Referent {
    switch (meaning.kind) {
      case "global":
        return this.#referExport(meaning.file, meaning.itemIndex, meaning.export);
      case "module":
        return { kind: "module", file: meaning.file };
      case "builtin": {
        const entry = builtin(name)!;
        const value = constantValue(name);
        if (value !== undefined) return { kind: "constant", value };
        const walia = this.#prelude.get(name);
        if (walia !== undefined) {
          const referent = this.#referExport(PRELUDE_PATH, walia.item, walia);
          return referent.kind === "function" ? { ...referent, required: entry.min } : referent;
        }
        if (entry.level !== "run") return { kind: "unusable", message: `${name} is not executed by this runtime` };
        return { kind: "builtin", name, min: entry.min, max: entry.max };
      }
      case "ambiguous":
        return { kind: "unusable", message: `${name} is declared in several files: ${meaning.files.join(", ")}` };
      case "undefined": {
        // Only the prelude calls the functions that programs cannot name.
        return name.startsWith("__")
          ? { kind: "builtin", name, min: 0, max: Number.POSITIVE_INFINITY }
          : { kind: "unusable", message: `${name} is not defined` };
      }
    }
  }

  #referExport(path: string, index: number, exported: Export): Referent {
    const names = this.#files.get(path)!.names[index]!;
    const key = this.#keys.get(`${path}#${index}`)!;
    const { node } = exported;
    switch (node.kind) {
      case "Var": {
        const value = node.constant && node.init !== null ? literal(node.init) : null;
        if (value?.kind === "const") return { kind: "constant", value: value.value };
        return { kind: "variable", global: `${path}#${exported.name}`, type: numericType(node.type) };
      }
      case "Fun": {
        const params = node.fun.params.map((param) => param.name.name);
        const unit = `${key}:${names.unitOf(node.fun).path}`;
        return { kind: "function", unit, params, required: params.length, isAsync: node.fun.isAsync };
      }
      case "Class":
      case "Trait":
        return { kind: "class", cls: this.#classRef(node, key, new Map()) };
      default:
        return { kind: "unusable", message: `${exported.name} is not executed by this runtime` };
    }
  }
}
