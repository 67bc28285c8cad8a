// Builds the Core of one unit: slots, scopes, points. The lowering functions (lower*.ts) decide what to build.
//
// B1. A value that is needed after something that may suspend must be in a slot, and that slot must be live there: `hold`
//     keeps a temporary live until `release`.
// B2. Locals are live from their declaration to the end of their block, so that a debugger sees what the source shows.

import type * as ast from "../../language/ast.ts";
import type { ItemNames, Local, Unit } from "../../language/names/model.ts";
import { type Atom, type CoreUnit, entersCode, type Op, type Point, type Slot, type Stmt } from "./core.ts";

/** Where a value goes: a slot, nowhere, or out of the unit. */
export type Dest =
  | { readonly kind: "slot"; readonly slot: Slot }
  | { readonly kind: "discard" }
  | { readonly kind: "tail" };
export const DISCARD: Dest = { kind: "discard" };
export const TAIL: Dest = { kind: "tail" };
export const toSlot = (slot: Slot): Dest => ({ kind: "slot", slot });

export const NIL: Atom = { kind: "const", value: undefined };
export const constant = (value: number | string | boolean | undefined): Atom => ({ kind: "const", value });
export const slotAtom = (slot: Slot): Atom => ({ kind: "slot", slot });

/** Is this local kept in a cell? (N2 of language/names/model.ts) */
export const inCell = (local: Local): boolean => local.captured && local.assigned;

/** A loop that `break` and `continue` of this unit may mean. */
interface LoopLabels {
  readonly breakTo: string;
  readonly continueTo: string;
  readonly dest: Dest;
}

export class UnitBuilder {
  readonly points: Point[] = [];
  readonly slotNames = new Map<Slot, string>();
  readonly loops: LoopLabels[] = [];
  /** Slots in which the arguments arrive, in order. */
  readonly params: Slot[] = [];
  usesSelf = false;
  /** The unit calls itself in tail position: its body is a loop labelled "start". */
  loopsToStart = false;
  /** A tail-resumptive clause: a perform at its end is left to whoever ran it (M7 of engine/machine.ts). */
  passesOn = false;
  isLibrary = false;
  #out: Stmt[] = [];
  readonly #slots: Slot[] = [];
  readonly #held: Slot[] = [];
  readonly #scope: Slot[] = [];
  /** Slots of locals that are never assigned again: live with their scope, and the same whenever they are read. */
  readonly #fixed = new Set<Slot>(["self"]);
  readonly #locals = new Map<Local, Slot>();
  #temporaries = 0;
  #labels = 0;

  constructor(
    readonly unit: Unit,
    readonly names: ItemNames,
    /** A handled unit whose value is its function's value: `return` in it is the end of both. */
    readonly returnsHere: boolean,
  ) {}

  // ---- Statements ----

  emit(statement: Stmt): void {
    this.#out.push(statement);
  }

  /** The statements that `build` emits, as a list of their own. */
  collect(build: () => void): Stmt[] {
    const outer = this.#out;
    const inner: Stmt[] = [];
    this.#out = inner;
    build();
    this.#out = outer;
    return inner;
  }

  set(slot: Slot, value: Atom): void {
    if (value.kind === "slot" && value.slot === slot) return;
    this.emit({ kind: "set", slot, value });
  }

  /** Puts a value where it is wanted. */
  deliver(value: Atom, dest: Dest): void {
    if (dest.kind === "slot") this.set(dest.slot, value);
    else if (dest.kind === "tail") this.emit({ kind: "return", value });
  }

  /** Emits an operation and delivers its result. */
  operate(op: Op, span: ast.Span, dest: Dest): void {
    // A perform is the last thing in such clauses only: anywhere else it puts the handler context back after a clause in place.
    if (dest.kind === "tail" && entersCode(op) && op.kind !== "perform") {
      this.emit({ kind: "tail", op, span: { start: span.start, end: span.end } });
      return;
    }
    const result = this.point(op, span, { last: dest.kind === "tail" });
    this.deliver(result, dest);
  }

  /** Emits an operation; its result, in a temporary. `last`: which is what the unit yields. */
  point(op: Op, span: ast.Span, { test = false, last = false } = {}): Atom {
    const slot = this.temporary();
    const live = [...new Set([...this.#scope, ...this.#held])];
    const point: Point = {
      kind: "point",
      id: this.points.length + 1,
      slot,
      op,
      test,
      span: { start: span.start, end: span.end },
      live,
      passes: this.passesOn && last && op.kind === "perform" && live.every((held) => held === "effect"),
      vanishes: this.isLibrary && last && op.kind === "perform" && op.effect === "TIMER",
    };
    this.points.push(point);
    this.emit(point);
    return slotAtom(slot);
  }

  label(name: string): string {
    return `${name}${++this.#labels}`;
  }

  // ---- Slots ----

  temporary(): Slot {
    const slot = `t${++this.#temporaries}`;
    this.#slots.push(slot);
    return slot;
  }

  hold(slot: Slot): void {
    this.#held.push(slot);
  }

  /** Ends the last `count` holds. */
  release(count: number): void {
    this.#held.length -= count;
  }

  /** A parameter that is no local of the source, or arrives under another name than its local. */
  parameter(slot: Slot, shown: string | null): void {
    this.params.push(slot);
    if (shown === null) return;
    this.slotNames.set(slot, shown);
    this.#fixed.add(slot);
    this.#scope.push(slot);
  }

  /**
   * What reading a slot that was just filled comes to: when the last statement only copies an atom into it, that atom.
   */
  forward(slot: Slot): Atom {
    const last = this.#out.at(-1);
    if (last?.kind !== "set" || last.slot !== slot) return slotAtom(slot);
    this.#out.pop();
    return last.value;
  }

  /** An atom that may be written in several places: evaluated once, unless that is only a load. */
  once(atom: Atom): Atom {
    if (isStable(atom) || atom.kind === "slot" || atom.kind === "cellValue" || atom.kind === "global") return atom;
    const slot = this.temporary();
    this.set(slot, atom);
    return slotAtom(slot);
  }

  /** Copies an atom into a held temporary, unless nothing can change it; gives what to read later, and how many holds. */
  keep(atom: Atom): { readonly atom: Atom; readonly holds: number } {
    if (isStable(atom) || (atom.kind === "slot" && this.#fixed.has(atom.slot))) return { atom, holds: 0 };
    if (atom.kind === "slot" && !this.slotNames.has(atom.slot)) {
      this.hold(atom.slot);
      return { atom, holds: 1 };
    }
    const slot = this.temporary();
    this.set(slot, atom);
    this.hold(slot);
    return { atom: slotAtom(slot), holds: 1 };
  }

  // ---- Locals ----

  /** A slot for a local of this unit; it is live until the scope ends (B2). */
  declare(local: Local): Slot {
    const known = this.#locals.get(local);
    if (known !== undefined) {
      if (!this.#scope.includes(known)) this.#scope.push(known);
      return known;
    }
    let slot = `v_${local.name}`;
    let shown = local.name;
    for (let n = 2; this.slotNames.has(slot); n++) {
      slot = `v_${local.name}_${n}$`;
      shown = `${local.name}'${n}`;
    }
    this.#locals.set(local, slot);
    this.slotNames.set(slot, shown);
    if (!local.assigned || inCell(local)) this.#fixed.add(slot);
    this.#slots.push(slot);
    this.#scope.push(slot);
    return slot;
  }

  /** Runs `build`; locals declared in it are live only there. */
  scoped(build: () => void): void {
    const depth = this.#scope.length;
    build();
    this.#scope.length = depth;
  }

  /** What holds a local, seen from this unit: the value, or its cell. */
  holder(local: Local): Atom {
    if (local.unit !== this.unit) {
      this.usesSelf = true;
      return { kind: "capture", index: this.unit.captures.indexOf(local) };
    }
    if (local.role === "this") {
      this.usesSelf = true;
      return slotAtom("self");
    }
    const slot = this.#locals.get(local);
    // A local that is read before its declaration has run is nil.
    return slot === undefined ? NIL : slotAtom(slot);
  }

  finish(
    core: Omit<CoreUnit, "usesSelf" | "slots" | "slotNames" | "points" | "body">,
    body: readonly Stmt[],
  ): CoreUnit {
    const params = new Set(this.params);
    const withSelf = (point: Point): Point => (this.usesSelf ? { ...point, live: ["self", ...point.live] } : point);
    return {
      ...core,
      body,
      usesSelf: this.usesSelf,
      slots: this.#slots.filter((slot) => !params.has(slot)),
      slotNames: this.slotNames,
      points: this.points.map(withSelf),
    };
  }
}

function isStable(atom: Atom): boolean {
  return (
    atom.kind === "const" ||
    atom.kind === "function" ||
    atom.kind === "builtin" ||
    atom.kind === "class" ||
    atom.kind === "capture"
  );
}
