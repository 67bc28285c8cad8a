// Names of the generated program: which JavaScript identifier stands for which unit, class, global, site or built-in, and
// the declarations that bring them in.

import type * as es from "estree";
import type { Native } from "../engine/operators.ts";
import { fieldKey } from "../engine/values.ts";
import type { ClassRef, CoreUnit, GlobalRef, UnitRef } from "./core.ts";
import * as js from "./js.ts";
import type { CoreClass } from "./lower.ts";
import { hasTail } from "./ranges.ts";

/** The built-in library as the compiler sees it. */
export interface BuiltinTables {
  readonly functions: ReadonlyMap<string, Native>;
  readonly methods: ReadonlyMap<string, ReadonlyMap<string, Native>>;
}

/** What generated code uses of the engine, by name. `load.ts` provides exactly these. */
export const RUNTIME_NAMES = [
  "E room save overflow find lookFrom perform performFrom under pass runClause handled installProgramHandler resume resumeTail awaitValue tick spawn made",
  "add arithmetic compare bitwise negate checkType truncateType getMember setMember getIndex setIndex iterable range noMatch",
  "call invoke invokeSuper construct fault isEqual isTruthy isExit makeExit requestWith makeMap classCaptures",
  "Closure Cell Future Instance MapValue ClassValue",
]
  .join(" ")
  .split(" ");

export class Linker {
  readonly #units: ReadonlyMap<UnitRef, { readonly index: number; readonly unit: CoreUnit }>;
  readonly #classes: ReadonlyMap<ClassRef, { readonly index: number; readonly cls: CoreClass }>;
  readonly #globals = new Map<GlobalRef, number>();
  readonly #cells = new Map<object, string>();
  /** Numbers of the effects that are searched for, by name. */
  readonly #effects = new Map<string, number>();
  readonly #imports = new Map<string, es.Expression>();

  constructor(
    readonly units: readonly CoreUnit[],
    readonly classes: readonly CoreClass[],
    readonly builtins: BuiltinTables,
    /** The program is compiled to be debugged (probes.ts). */
    readonly isProbed: boolean = false,
  ) {
    this.#units = new Map(units.map((unit, index) => [unit.ref, { index, unit }]));
    this.#classes = new Map(classes.map((cls, index) => [cls.ref, { index, cls }]));
  }

  /** The globals met so far, in the order of their numbers. */
  get globals(): readonly GlobalRef[] {
    return [...this.#globals.keys()];
  }

  #unit(ref: UnitRef): { readonly index: number; readonly unit: CoreUnit } {
    const found = this.#units.get(ref);
    if (found === undefined) throw new Error(`broken: no unit ${ref}`);
    return found;
  }

  functionNames(ref: UnitRef): { readonly enter: string; readonly resume: string } {
    const { index } = this.#unit(ref);
    return { enter: `f${index}`, resume: `r${index}` };
  }

  code(ref: UnitRef): es.Identifier {
    return js.id(`C${this.#unit(ref).index}`);
  }

  arity(ref: UnitRef): number {
    return this.#unit(ref).unit.params.length;
  }

  isAsync(ref: UnitRef): boolean {
    return this.#unit(ref).unit.isAsync;
  }

  /** What calling a closure of this unit runs. */
  enter(ref: UnitRef): es.Expression {
    return this.isAsync(ref) ? js.member(this.code(ref), "enter") : js.id(this.functionNames(ref).enter);
  }

  /** The one closure of a unit that captures nothing. */
  closure(ref: UnitRef): es.Identifier {
    const { index } = this.#unit(ref);
    return this.imported(`K${index}`, () => js.call(js.member($, "closure"), js.id(`C${index}`)));
  }

  classCode(ref: ClassRef): es.Identifier {
    return js.id(`D${this.#class(ref)}`);
  }

  classValue(ref: ClassRef): es.Identifier {
    const index = this.#class(ref);
    return this.imported(`V${index}`, () => js.call(js.member($, "classValue"), js.value(index)));
  }

  /**
   * How `C(args…)` is made without asking the class: its JavaScript class and the unit of the `init` that takes this many
   * arguments (null: there is none and need not be one). Undefined when it is not so simple.
   */
  maker(
    ref: ClassRef,
    count: number,
  ): { readonly construct: es.Identifier; readonly init: UnitRef | null } | undefined {
    const construct = js.id(`J${this.#class(ref)}`);
    let init: UnitRef | null | undefined;
    for (let next: ClassRef | null = ref; next !== null; ) {
      const cls: CoreClass = this.#classes.get(next)!.cls;
      if (cls.kind === "trait" || cls.problem !== null || cls.fields.some((field) => field.unit !== null))
        return undefined;
      const inits = [cls, ...cls.traits.map((trait) => this.#classes.get(trait)!.cls)].flatMap((source) =>
        source.methods.filter((method) => method.name === "init"),
      );
      init ??= inits.find((method) => method.arity === count)?.unit ?? (inits.length > 0 ? null : undefined);
      if (init === null) return undefined;
      next = cls.superclass;
    }
    if (init === undefined && count > 0) return undefined;
    return { construct, init: init ?? null };
  }

  #class(ref: ClassRef): number {
    const found = this.#classes.get(ref);
    if (found === undefined) throw new Error(`broken: no class ${ref}`);
    return found.index;
  }

  global(ref: GlobalRef): es.Identifier {
    let index = this.#globals.get(ref);
    if (index === undefined) {
      index = this.#globals.size;
      this.#globals.set(ref, index);
    }
    const number = js.value(index);
    return this.imported(`g${index}`, () => js.call(js.member($, "global"), number));
  }

  /**
   * A constructor of cells for one variable. Each has its own, because V8 stores the numbers of a variable that only ever
   * holds numbers in place, but decides that for all cells of one constructor together.
   */
  cellClass(atom: object): string {
    let name = this.#cells.get(atom);
    if (name === undefined) {
      name = `X${this.#cells.size}`;
      this.#cells.set(atom, name);
    }
    return name;
  }

  /** A site of its own for each perform: it remembers the handler it found. */
  site(effect: string): es.Identifier {
    return this.imported(`S${this.#imports.size}`, () => js.call(js.member($, "site"), js.value(effect)));
  }

  /** An effect's name as a search compares it. */
  effectKey(effect: string): es.Identifier {
    let number = this.#effects.get(effect);
    if (number === undefined) {
      number = this.#effects.size;
      this.#effects.set(effect, number);
    }
    return this.imported(`Y${number}`, () => js.call(js.member($, "effectKey"), js.value(effect)));
  }

  /** The request of a perform without payload. */
  emptyRequest(effect: string): es.Identifier {
    return this.imported(`Q${this.#imports.size}`, () => js.call(js.member($, "request"), js.value(effect)));
  }

  /** The counters of the program, by number (counters.ts). */
  counts(): es.Identifier {
    return this.imported("COUNTS", () => js.member($, "counts"));
  }

  /** What says whether to stop (engine/probes.ts), and its flags by probe. */
  probes(): es.Identifier {
    return this.imported("PROBES", () => js.member($, "probes"));
  }
  armed(): es.Identifier {
    return this.imported("ARMED", () => js.member(js.member($, "probes"), "armed"));
  }

  /** A built-in function, to be called. */
  native(name: string): es.Identifier {
    return this.imported(`N_${name}`, () => js.call(js.member($, "native"), js.value(name)));
  }

  /** A built-in method that takes this many arguments besides its receiver. */
  nativeMethod(type: string, name: string, count: number): es.Identifier | null {
    const native = this.builtins.methods.get(type)?.get(name);
    if (native === undefined || count + 1 < native.min || count + 1 > native.max) return null;
    return this.imported(`M_${type}_${name}`, () => js.call(js.member($, "method"), js.value(type), js.value(name)));
  }

  /** A built-in function as a value. */
  builtin(name: string): es.Identifier {
    return this.imported(`B_${name}`, () => js.call(js.member($, "builtin"), js.value(name)));
  }

  /** A constant of the program, declared before its functions. */
  protected imported(name: string, value: () => es.Expression): es.Identifier {
    if (!this.#imports.has(name)) this.#imports.set(name, value());
    return js.id(name);
  }

  /** What comes before the functions. To be called when all of them have been emitted. */
  prologue(): es.Statement[] {
    const runtime: es.Statement = {
      type: "VariableDeclaration",
      kind: "const",
      declarations: [
        {
          type: "VariableDeclarator",
          id: {
            type: "ObjectPattern",
            properties: RUNTIME_NAMES.map((name) => ({
              type: "Property",
              key: js.id(name),
              value: js.id(name),
              kind: "init",
              method: false,
              shorthand: true,
              computed: false,
            })),
          },
          init: $,
        },
      ],
    };
    const codes = this.units.map((unit, index) => {
      const resumes = unit.points.length > 0 || hasTail(unit.body);
      return js.declare("const", [
        `C${index}`,
        js.call(
          js.member($, "code"),
          js.value(index),
          js.id(`f${index}`),
          resumes ? js.id(`r${index}`) : js.id("undefined"),
        ),
      ]);
    });
    const imports = [...this.#imports].map(([name, init]) => js.declare("const", [name, init]));
    const isClassConstant = (statement: es.Statement): boolean =>
      statement.type === "VariableDeclaration" && (statement.declarations[0]!.id as es.Identifier).name.startsWith("V");
    return [
      runtime,
      ...codes,
      ...[...this.#cells.values()].flatMap(cellDeclaration),
      ...this.#classDeclarations(),
      ...imports.filter((statement) => !isClassConstant(statement)),
      ...imports.filter(isClassConstant),
    ];
  }

  /** The constructor of each class's instances, and its code, superclasses first. */
  #classDeclarations(): es.Statement[] {
    const done = new Map<CoreClass, readonly CoreClass["fields"][number][]>();
    const out: es.Statement[] = [];
    const visit = (cls: CoreClass): readonly CoreClass["fields"][number][] => {
      const known = done.get(cls);
      if (known !== undefined) return known;
      const index = this.#class(cls.ref);
      const parent = cls.superclass === null ? undefined : this.#classes.get(cls.superclass);
      const fields = [...(parent === undefined ? [] : visit(parent.cls)), ...cls.fields];
      done.set(cls, fields);
      for (const trait of cls.traits) visit(this.#classes.get(trait)!.cls);
      out.push(
        ...constructorOf(`J${index}`, parent === undefined ? "Instance" : `J${parent.index}`, fields),
        js.declare("const", [`D${index}`, js.call(js.member($, "classCode"), js.value(index), js.id(`J${index}`))]),
      );
      return fields;
    };
    for (const cls of this.classes) visit(cls);
    return out;
  }
}

const $ = js.id("$");

/** `function X(v) { this.v = v; } X.prototype = Cell.prototype;` */
function cellDeclaration(name: string): es.Statement[] {
  const body = js.assign(js.member({ type: "ThisExpression" }, "v"), js.id("v"));
  return [
    js.fun(name, ["v"], [body]),
    js.assign(js.member(js.id(name), "prototype"), js.member(js.id("Cell"), "prototype")),
  ];
}

/**
 * `function J(cls) { this.cls = cls; this.f_x = …; }` and `J.prototype = Object.create(Parent.prototype)`. No `class`: V8 runs
 * the constructor of one that extends another through a general routine, wherever it does not compile it in line.
 */
function constructorOf(name: string, parent: string, fields: CoreClass["fields"]): es.Statement[] {
  const own = (key: string, value: es.Expression): es.Statement =>
    js.assign(js.member({ type: "ThisExpression" }, key), value);
  const prototype = (of: string): es.Expression => js.member(js.id(of), "prototype");
  return [
    js.fun(
      name,
      ["cls"],
      [
        own("cls", js.id("cls")),
        // A field that a superclass has, too, has the value of the class that is made.
        ...[...new Map(fields.map((field) => [field.name, field])).values()].map(({ name, value }) =>
          own(fieldKey(name), js.value(value.kind === "const" ? value.value : undefined)),
        ),
      ],
    ),
    js.assign(prototype(name), js.call(js.member(js.id("Object"), "create"), prototype(parent))),
  ];
}
