// One version of a program, as an upgrade looks at it: its units in Core, where each stands in the source, and codes that say what
// frames hold without being able to run.

import type { Handle, Span, Statement } from "../../language/ast.ts";
import type { Registry, Unit } from "../../language/names/model.ts";
import { inCell } from "../compile/builder.ts";
import type { Atom, ClassRef, CoreUnit, GlobalRef, Op, Point, Slot, Stmt, UnitRef } from "../compile/core.ts";
import type { CoreClass } from "../compile/lower.ts";
import { lowerLater, type ProgramFile, type ProgramLowering } from "../compile/program.ts";
import { type Numbers, type Outlined, outlineOf, spanKey, type Way } from "./outline.ts";

/** An analysed program, its prelude first: what the compiler takes. */
export interface ProgramSource {
  readonly files: readonly ProgramFile[];
  readonly registry: Registry;
}

/** A piece of a file's text. */
export interface Place extends Span {
  readonly path: string;
  /** The whole file's. */
  readonly text: string;
}

/** A place of a unit at which a frame may stop; or, as `point` null, its last operation, which leaves no frame. */
export interface Stop {
  readonly point: Point | null;
  readonly op: Op;
  readonly span: Span;
  readonly way: Way | null;
  /** The operation, its text and the way to it. */
  readonly number: number;
  /** Without the way. */
  readonly text: number;
}

/** A top-level statement that the program runs. */
export interface Top {
  readonly ref: UnitRef;
  readonly exact: number;
  readonly loose: number;
}

/** Statements that are no code of the program's own. */
const DECLARATIONS: ReadonlySet<string> = new Set([
  "Fun",
  "Class",
  "Trait",
  "Test",
  "Import",
  "Layout",
  "Gene",
  "Error",
]);

export class Version {
  /** Every item, by what references to its units begin with (C1 of engine/code.ts). */
  readonly items = new Map<string, ItemCode>();
  readonly #units = new Map<UnitRef, UnitCode>();
  readonly #classes = new Map<ClassRef, CoreClass>();
  readonly #byUnit = new Map<Unit, UnitCode>();
  readonly #lowering: ProgramLowering;
  readonly #lowered = new Set<ItemCode>();
  #tops: readonly Top[] | undefined;

  constructor(
    { files, registry }: ProgramSource,
    readonly numbers: Numbers,
  ) {
    this.#lowering = lowerLater(files, registry);
    for (const file of files)
      for (let i = 0; i < file.tree.items.length; i++)
        this.items.set(this.#lowering.keyOf(file.tree.path, i), new ItemCode(file, i, numbers));
  }

  /** The item that a unit or class is of. */
  itemOf(ref: string): ItemCode | undefined {
    return this.items.get(ref.slice(0, ref.indexOf(":")));
  }

  /** A unit of this version; undefined when it has no such one. Throws LimitError for one that is nested too deeply. */
  unit(ref: UnitRef): UnitCode | undefined {
    this.#lower(this.itemOf(ref));
    return this.#units.get(ref);
  }

  /** A class or trait; as `unit`. */
  classCode(ref: ClassRef): CoreClass | undefined {
    this.#lower(this.itemOf(ref));
    return this.#classes.get(ref);
  }

  /** The class or trait of this name that an item declares at top level. */
  classNamed(item: ItemCode, name: string): CoreClass | undefined {
    this.#lower(item);
    return [...this.#classes.values()].find((cls) => cls.name === name && this.itemOf(cls.ref) === item);
  }

  /** The code of a unit; undefined for one that has none of its own, such as that around a declaration. */
  codeOf(unit: Unit, item: ItemCode): UnitCode | undefined {
    this.#lower(item);
    return this.#byUnit.get(unit);
  }

  /** Items are lowered when somebody asks for something of them. */
  #lower(item: ItemCode | undefined): void {
    if (item === undefined || this.#lowered.has(item)) return;
    this.#lowered.add(item);
    const { units, classes, places } = this.#lowering;
    const [firstUnit, firstClass] = [units.length, classes.length];
    this.#lowering.lowerItem(item.path, item.index);
    for (const core of units.slice(firstUnit)) {
      const code = new UnitCode(item, core, places.get(core.ref)!.isHome);
      this.#units.set(core.ref, code);
      this.#byUnit.set(code.unit, code);
    }
    for (const cls of classes.slice(firstClass)) this.#classes.set(cls.ref, cls);
  }

  /** The statements that the program runs, in their order. */
  get tops(): readonly Top[] {
    this.#tops ??= [...this.items].flatMap(([key, item]) =>
      item.statements
        .filter(({ kind }) => !DECLARATIONS.has(kind))
        .map((statement) => topOf(`${key}:${item.names.unitOf(statement).path}`, item, statement)),
    );
    return this.#tops;
  }

  /**
   * The first variable of the program that a unit reads, itself or in what it names, and that `hasValue` says no of. Methods are
   * counted with their class.
   */
  unset(code: UnitCode, hasValue: (variable: GlobalRef) => boolean): GlobalRef | undefined {
    const seen = new Set<UnitRef>([code.core.ref]);
    for (const ref of seen) {
      const uses = this.unit(ref)?.uses;
      if (uses === undefined) continue;
      for (const variable of uses.variables) if (!hasValue(variable)) return variable;
      for (const unit of uses.units) seen.add(unit);
      for (const cls of uses.classes) for (const { unit } of this.classCode(cls)?.methods ?? []) seen.add(unit);
    }
    return undefined;
  }
}

/** A statement that was changed is known by its kind and by what it names, or asks, first. */
function topOf(ref: UnitRef, item: ItemCode, statement: Statement): Top {
  const { node, full, outline } = item.at(statement)!;
  const head = (): unknown => {
    switch (node.kind) {
      case "Var":
      case "For":
        return node.name.name;
      case "If":
        return item.at(node.condition)?.outline;
      case "Match":
        return item.at(node.subject)?.outline;
      case "Call":
        return item.at(node.callee)?.outline;
      case "Handle":
        return node.effect;
      case "While":
        return "";
      default:
        return outline;
    }
  };
  return { ref, exact: full, loose: item.numbers.of(`top ${node.kind} ${head()}`) };
}

/** An item of a file. */
export class ItemCode {
  #outline: ReadonlyMap<string, Outlined> | undefined;
  #steps: Map<string, Outlined[]> | undefined;

  constructor(
    readonly file: ProgramFile,
    readonly index: number,
    readonly numbers: Numbers,
  ) {}

  get path(): string {
    return this.file.tree.path;
  }

  get names() {
    return this.file.names[this.index]!;
  }

  get statements(): readonly Statement[] {
    return this.file.tree.items[this.index]!.tree.statements;
  }

  /** What stands at a span; undefined for what is no node of its own, such as a parameter. */
  at(span: Span): Outlined | undefined {
    this.#outline ??= outlineOf(this.statements, this.numbers);
    return this.#outline.get(spanKey(span));
  }

  placeOf(span: Span): Place {
    const { tree } = this.file;
    const { offset } = tree.items[this.index]!;
    return { path: tree.path, text: tree.text, start: offset + span.start, end: offset + span.end };
  }

  /** The statements in the blocks of an owner (O3 of outline.ts), in their order. */
  stepsOf(owner: Span): readonly Outlined[] {
    if (this.#steps === undefined) {
      this.#steps = new Map();
      this.at(owner);
      for (const outlined of this.#outline!.values()) {
        if (outlined.parent?.node.kind !== "Block") continue;
        const key = spanKey(outlined.owner);
        const known = this.#steps.get(key);
        if (known === undefined) this.#steps.set(key, [outlined]);
        else known.push(outlined);
      }
    }
    return this.#steps.get(spanKey(owner)) ?? [];
  }

  textOf({ start, end }: Span): string {
    return this.file.tree.items[this.index]!.tree.text.slice(start, end);
  }
}

export interface Uses {
  readonly variables: ReadonlySet<GlobalRef>;
  readonly units: ReadonlySet<UnitRef>;
  readonly classes: ReadonlySet<ClassRef>;
}

export class UnitCode {
  readonly unit: Unit;
  #stops: readonly Stop[] | undefined;
  #definitions: Map<Slot, Definition[]> | undefined;
  #cells = new Set<Slot>();
  #uses: Uses | undefined;

  constructor(
    readonly item: ItemCode,
    readonly core: CoreUnit,
    /** A task in it must run where the program's variables are. */
    readonly isHome: boolean,
  ) {
    const path = core.ref.slice(core.ref.indexOf(":") + 1);
    this.unit = item.names.units.find((unit) => unit.path === path)!;
  }

  /** The stops, in the order of the source. */
  get stops(): readonly Stop[] {
    this.#stops ??= stopsIn(this.core).map(({ point, op, span }) => {
      const outlined = this.item.at(span);
      const { numbers } = this.item;
      const words = outlined === undefined ? this.item.textOf(span) : textOf(op, outlined);
      const text = numbers.of(`stop ${op.kind} ${words}`);
      const way = outlined?.way ?? null;
      return { point, op, span, way, text, number: numbers.of(`stop ${text} on ${way?.number ?? 0}`) };
    });
    return this.#stops;
  }

  /** The steps of its function before and after a place in it; those around the place are neither. */
  sidesOf({ start, end }: Span): { readonly before: readonly Outlined[]; readonly after: readonly Outlined[] } {
    const steps = this.item.stepsOf(ownerOf(this.unit));
    return {
      before: steps.filter(({ node }) => node.end <= start),
      after: steps.filter(({ node }) => node.start >= end),
    };
  }

  /** Variables of the program that it reads, and units and classes that it names. */
  get uses(): Uses {
    if (this.#uses !== undefined) return this.#uses;
    const uses = { variables: new Set<GlobalRef>(), units: new Set<UnitRef>(), classes: new Set<ClassRef>() };
    const pending: unknown[] = [this.core.body];
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (typeof part !== "object" || part === null) continue;
      const { kind, global, unit, cls } = part as Record<string, unknown>;
      if (kind === "global") uses.variables.add(global as GlobalRef);
      if (typeof unit === "string") uses.units.add(unit);
      if (typeof cls === "string") uses.classes.add(cls);
      pending.push(...Object.values(part).filter((each) => each !== undefined));
    }
    this.#uses = uses;
    return uses;
  }

  /** Is the slot a cell, which closures share? */
  isCell(slot: Slot): boolean {
    this.#define();
    return this.#cells.has(slot);
  }

  /** Is what was captured under this number a cell? */
  isCellCaptured(index: number): boolean {
    const local = this.unit.captures[index];
    return local !== undefined && inCell(local);
  }

  /** The source name of a slot that is a local; several of one name may be alive. */
  nameOf(slot: Slot): string | undefined {
    return slot === "self" ? undefined : this.core.slotNames.get(slot)?.replace(/'\d+$/, "");
  }

  /** Says of the value of an unfinished expression where it comes from: equal numbers, the same value. */
  originOf(slot: Slot): number {
    return this.item.numbers.of(`value ${this.#origin(slot, new Set())}`);
  }

  /** The text that the value of an unfinished expression comes from, when that is one. */
  excerptOf(slot: Slot): string | undefined {
    const [only, ...more] = this.#define().get(slot) ?? [];
    return only !== undefined && more.length === 0 && only.value.kind === "point"
      ? shortened(this.item.textOf(only.value.span))
      : undefined;
  }

  #origin(slot: Slot, seen: Set<Slot>): string {
    const name = this.nameOf(slot);
    if (name !== undefined) return `var ${name}`;
    if (slot === "self") return "self";
    if (seen.has(slot)) return "again";
    seen.add(slot);
    const definitions = this.#define().get(slot) ?? [];
    const origins = isLoopValue(definitions)
      ? ["value of the last turn"]
      : definitions.map(({ value }) =>
          value.kind === "point"
            ? `${value.op.kind} ${this.item.at(value.span)?.outline ?? this.item.textOf(value.span)}`
            : this.#atomOrigin(value, seen),
        );
    seen.delete(slot);
    return `(${[...new Set(origins)].sort().join(" | ")})`;
  }

  /** Units and classes by their names: their hashes are other ones after each edit. */
  #atomOrigin(atom: Atom, seen: Set<Slot>): string {
    if (atom.kind === "slot") return this.#origin(atom.slot, seen);
    if (atom.kind === "capture") return `captured ${this.core.captures[atom.index]}`;
    const parts = Object.entries(atom).map(([name, value]) => {
      if (name === "unit" || name === "cls")
        return String(value)
          .replace(/^[^:]*:/, "")
          .replace(/@\d+$/, "");
      return this.#partOrigin(value, seen);
    });
    return `${atom.kind} ${parts.join(" ")}`;
  }

  #partOrigin(part: unknown, seen: Set<Slot>): string {
    if (Array.isArray(part)) return `[${part.map((each) => this.#partOrigin(each, seen)).join(" ")}]`;
    if (typeof part === "object" && part !== null && "kind" in part) return this.#atomOrigin(part as Atom, seen);
    return JSON.stringify(part) ?? "nil";
  }

  /** What each slot is set to, and which are cells. */
  #define(): Map<Slot, Definition[]> {
    if (this.#definitions !== undefined) return this.#definitions;
    const definitions = new Map<Slot, Definition[]>();
    const define = (slot: Slot, definition: Definition): void => {
      const known = definitions.get(slot);
      if (known === undefined) definitions.set(slot, [definition]);
      else known.push(definition);
    };
    eachStatement(this.core.body, (statement, loops) => {
      if (statement.kind === "point") define(statement.slot, { value: statement, loops });
      else if (statement.kind === "set") {
        define(statement.slot, { value: statement.value, loops });
        if (statement.value.kind === "newCell") this.#cells.add(statement.slot);
      }
    });
    this.#definitions = definitions;
    return definitions;
  }
}

/** A value that a slot is set to, and in how many loops. */
interface Definition {
  readonly value: Point | Atom;
  readonly loops: number;
}

/** The slot is for the value of a loop: nil before it, then that of each turn. */
function isLoopValue([first, ...turns]: readonly Definition[]): boolean {
  return (
    first?.value.kind === "const" &&
    first.value.value === undefined &&
    turns.length > 0 &&
    turns.every(({ loops, value }) => loops > first.loops && value.kind !== "increment")
  );
}

/** O3 of outline.ts. */
function ownerOf(unit: Unit): Span {
  if (unit.kind === "clause") return (unit.node as Handle).clause;
  return unit.kind === "handled" && unit.parent !== null ? ownerOf(unit.parent) : unit.node;
}

/** A text in one line, not too long. */
export function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

/** What a stop reads like: a loop or a match is the header that it asks at, code that a handler covers is its handler. */
function textOf(op: Op, { node, outline }: Outlined): string {
  if (op.kind === "tick" && (node.kind === "While" || node.kind === "For")) return "loop";
  if (op.kind === "noMatch") return "match";
  if (op.kind === "handled" && node.kind === "Handle") return `handle ${node.effect}`;
  return String(outline);
}

function stopsIn({ body, points }: CoreUnit): Pick<Stop, "point" | "op" | "span">[] {
  const stops: Pick<Stop, "point" | "op" | "span">[] = [];
  eachStatement(body, (statement) => {
    // The unit's own list has the points with all that they hold.
    if (statement.kind === "point")
      stops.push({ point: points[statement.id - 1]!, op: statement.op, span: statement.span });
    else if (statement.kind === "tail") stops.push({ point: null, op: statement.op, span: statement.span });
  });
  return stops;
}

/** Every statement, in the order of the source, and in how many loops it is. */
function eachStatement(body: readonly Stmt[], visit: (statement: Stmt, loops: number) => void, loops = 0): void {
  for (const statement of body) {
    visit(statement, loops);
    if (statement.kind === "if") {
      eachStatement(statement.then, visit, loops);
      eachStatement(statement.otherwise, visit, loops);
    } else if (statement.kind === "loop") eachStatement(statement.body, visit, loops + 1);
    else if (statement.kind === "block") eachStatement(statement.body, visit, loops);
  }
}
