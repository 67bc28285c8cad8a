// Lowers the tree of a unit to Core: declarations, blocks, control flow, expressions. Calls, matches and handlers have
// files of their own.

import type * as ast from "../../language/ast.ts";
import type { Local, Unit } from "../../language/names/model.ts";
import { isNumericType } from "../engine/operators.ts";
import type { Dest } from "./builder.ts";
import { constant, DISCARD, inCell, NIL, slotAtom, TAIL, toSlot, UnitBuilder } from "./builder.ts";
import type { ItemContext } from "./context.ts";
import type { Atom, ClassRef, CoreUnit, Stmt, UnitRef } from "./core.ts";
import { type Counter, isCounted } from "./counters.ts";
import { lowerCall, lowerPipe } from "./lower-calls.ts";
import { lowerFor, lowerIf, lowerLeaveLoop, lowerReturn, lowerWhile } from "./lower-control.ts";
import { lowerHandle, lowerPerform, modeOf } from "./lower-handlers.ts";
import { lowerMatch } from "./lower-match.ts";
import { lowerAssign, lowerBinary, lowerLogical, lowerUnary } from "./lower-operators.ts";

/** A class as the linker needs it. */
export interface CoreClass {
  readonly ref: ClassRef;
  readonly name: string;
  readonly kind: "class" | "trait";
  readonly superclass: ClassRef | null;
  readonly traits: readonly ClassRef[];
  /** Initialised by a constant, or by a unit that runs for each new instance. */
  readonly fields: readonly { readonly name: string; readonly value: Atom; readonly unit: UnitRef | null }[];
  readonly methods: readonly { readonly name: string; readonly arity: number; readonly unit: UnitRef }[];
  /** Why instances cannot be made, when that is so. */
  readonly problem: string | null;
}

/** Lowers one item: its units and classes. */
export class Lowering {
  readonly units: CoreUnit[] = [];
  readonly classes: CoreClass[] = [];
  /** Handled units whose value is the value of their function. */
  readonly #tails = new Set<Unit>();
  /** The class or trait of each method and field unit. */
  readonly #owners = new Map<Unit, ast.ClassDeclaration | ast.TraitDeclaration>();
  readonly #pending: (() => void)[] = [];
  builder!: UnitBuilder;

  constructor(readonly context: ItemContext) {}

  /**
   * Lowers every top-level statement of the item; the units to run as the program, with the name of the variable that one
   * initialises, and the tests.
   */
  item(): {
    readonly tops: readonly { readonly unit: UnitRef; readonly variable: string | null }[];
    readonly tests: readonly { readonly title: string; readonly unit: UnitRef }[];
  } {
    const tops: { unit: UnitRef; variable: string | null }[] = [];
    const tests: { title: string; unit: UnitRef }[] = [];
    for (const statement of this.context.tree.statements) {
      const unit = this.context.names.unitOf(statement);
      switch (statement.kind) {
        case "Fun":
          this.#functionUnit(statement.fun, statement.name.name);
          break;
        case "Class":
        case "Trait":
          this.#class(statement);
          break;
        case "Test":
          this.#later(statement.body, this.context.names.unitOf(statement), `test "${statement.title}"`, []);
          tests.push({ title: statement.title, unit: this.context.unitRef(this.context.names.unitOf(statement)) });
          break;
        case "Import":
        case "Layout":
        case "Gene":
        case "Error":
          break;
        default:
          this.#unit(unit, "program", [], false, () => this.#topLevel(statement));
          tops.push({
            unit: this.context.unitRef(unit),
            variable: statement.kind === "Var" && !statement.constant ? statement.name.name : null,
          });
      }
    }
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) next();
    return { tops, tests };
  }

  #topLevel(statement: ast.Statement): void {
    if (statement.kind === "Handle" && statement.body === null) {
      this.clauseUnit(statement);
      const handler = this.closureAtom(this.context.names.clauseOf(statement));
      this.count("statement", statement);
      this.builder.operate({ kind: "installHandler", handler }, statement, DISCARD);
      return;
    }
    this.#last((dest) => this.block([statement], dest));
  }

  /** Code at the bottom of a stack. Who debugs it wants to see it there, so its last call is not in its place. */
  #last(build: (dest: Dest) => void): void {
    if (this.context.probes === null) {
      build(TAIL);
      return;
    }
    const slot = this.builder.temporary();
    build(toSlot(slot));
    this.builder.deliver(slotAtom(slot), TAIL);
  }

  // ---- Units ----

  /** Lowers a unit whose statements `build` emits. */
  #unit(unit: Unit, name: string, params: readonly ast.Param[], isAsync: boolean, build: () => void): void {
    const outer = this.builder;
    const handler = unit.kind === "clause" ? (unit.node as ast.Handle) : null;
    const builder = new UnitBuilder(unit, this.context.names, unit.kind !== "handled" || this.#tails.has(unit));
    this.builder = builder;
    const cells: Stmt[] = [];
    for (const [index, param] of params.entries()) {
      const local = this.local(param.name);
      const slot = builder.declare(local);
      if (inCell(local)) {
        // The parameter arrives under another name and is put in its cell.
        const raw = `p_${index}`;
        builder.parameter(raw, null);
        cells.push({ kind: "set", slot, value: { kind: "newCell", value: slotAtom(raw) } });
      } else builder.parameter(slot, null);
    }
    const mode = handler === null ? null : modeOf(handler, this.context.names);
    if (mode !== null) builder.parameter("effect", "effect");
    if (mode === "general") builder.parameter("k", "continuation");
    // Q2 of probes.ts.
    builder.isLibrary = this.context.isLibrary;
    builder.passesOn = mode === "tail-resumptive" && this.context.probes === null;
    let body = builder.collect(() => {
      for (const cell of cells) builder.emit(cell);
      for (const param of params) this.#checkParam(param);
      build();
    });
    // Who looks into a method wants its `this`, used or not.
    if (this.context.probes !== null && unit.kind === "method") builder.usesSelf = true;
    if (builder.loopsToStart) body = [{ kind: "loop", label: "start", body }];
    this.units.push(
      builder.finish(
        {
          ref: this.context.unitRef(unit),
          name,
          kind: unit.kind,
          isAsync,
          params: builder.params.map((slot, index) => ({ slot, name: params[index]?.name.name ?? slot })),
          captures: unit.captures.map((local) => local.name),
          effect: handler?.effect ?? null,
          mode,
        },
        body,
      ),
    );
    this.builder = outer;
  }

  #checkParam(param: ast.Param): void {
    const type = numericType(param.type);
    if (type === null) return;
    const local = this.local(param.name);
    const checked = this.builder.point({ kind: "checkType", type, value: this.read(local), truncate: false }, param);
    this.write(local, checked);
  }

  /** Queues a unit: lowered after the one that contains it. */
  #later(body: ast.Expression, unit: Unit, name: string, params: readonly ast.Param[], isAsync = false): void {
    this.#pending.push(() =>
      this.#unit(unit, name, params, isAsync, () => {
        if (unit.kind !== "field") this.count("function", unit.node, unit.path);
        if (unit.kind === "test") this.#last((dest) => this.body(body, dest));
        else this.body(body, TAIL);
      }),
    );
  }

  #functionUnit(fun: ast.Function, name: string): void {
    this.#later(fun.body, this.context.names.unitOf(fun), name, fun.params, fun.isAsync);
  }

  clauseUnit(handle: ast.Handle): void {
    this.#later(handle.clause, this.context.names.clauseOf(handle), `handler of "${handle.effect}"`, []);
  }

  handledUnit(unit: Unit, name: string, statements: readonly ast.Statement[], isTail: boolean): void {
    if (isTail) this.#tails.add(unit);
    this.#pending.push(() => this.#unit(unit, name, [], false, () => this.block(statements, TAIL)));
  }

  closureAtom(unit: Unit): Atom {
    const ref = this.context.unitRef(unit);
    return { kind: "closure", unit: ref, captures: unit.captures.map((local) => this.holder(local)) };
  }

  /** A captured `effect` carries its continuation with it. */
  holder(local: Local): Atom {
    const owner = this.#owners.get(this.builder.unit);
    if (owner?.kind === "Class" && local.unit !== this.builder.unit) {
      this.builder.usesSelf = true;
      const index = classCaptures(owner, this.context).indexOf(local);
      return { kind: "classCapture", cls: this.context.classRef(owner), index };
    }
    if (local.role !== "effect" || local.unit !== this.builder.unit) return this.builder.holder(local);
    const request = slotAtom("effect");
    return modeOf(local.unit.node as ast.Handle, this.context.names) === "general"
      ? { kind: "requestWith", request, continuation: slotAtom("k") }
      : request;
  }

  #class(node: ast.ClassDeclaration | ast.TraitDeclaration): ClassRef {
    const { names } = this.context;
    const ref = this.context.classRef(node);
    for (const method of node.methods) {
      this.#owners.set(names.unitOf(method.fun), node);
      this.#functionUnit(method.fun, `${node.name.name}.${method.name.name}`);
    }
    const isClass = node.kind === "Class";
    const fields = (isClass ? node.fields : []).map((field) => {
      const value = field.init === null ? NIL : literal(field.init);
      if (value !== null) return { name: field.name.name, value, unit: null };
      const unit = names.unitOf(field);
      this.#owners.set(unit, node);
      this.#later(field.init!, unit, `${node.name.name}.${field.name.name}`, []);
      return { name: field.name.name, value: NIL, unit: this.context.unitRef(unit) };
    });
    let problem: string | null = null;
    const superRef = (identifier: ast.Identifier): ClassRef | null => {
      const binding = names.bindingOf(identifier);
      if (binding?.kind === "local" && binding.node?.kind === "Class") return this.context.classRef(binding.node);
      const referent = this.context.refer(identifier.name);
      if (referent.kind === "class") return referent.cls;
      problem = `${identifier.name} is not a class or trait declared by name`;
      return null;
    };
    this.classes.push({
      ref,
      name: node.name.name,
      kind: isClass ? "class" : "trait",
      superclass: isClass && node.superclass !== null ? superRef(node.superclass) : null,
      traits: isClass ? node.traits.map(superRef).filter((trait) => trait !== null) : [],
      fields,
      methods: node.methods.map((method) => ({
        name: method.name.name,
        arity: method.fun.params.length,
        unit: this.context.unitRef(names.unitOf(method.fun)),
      })),
      problem,
    });
    return ref;
  }

  /** The class whose method or field is being lowered, or whose method encloses it. */
  enclosingClass(): ClassRef | null {
    for (let unit: Unit | null = this.builder.unit; unit !== null; unit = unit.parent) {
      const owner = this.#owners.get(unit);
      if (owner !== undefined) return this.context.classRef(owner);
    }
    return null;
  }

  // ---- Locals ----

  local(identifier: ast.Identifier): Local {
    const local = this.context.names.localOf(identifier);
    if (local === undefined) throw new Error(`broken: "${identifier.name}" declares nothing`);
    return local;
  }

  read(local: Local): Atom {
    const holder = this.holder(local);
    return inCell(local) ? { kind: "cellValue", cell: holder } : holder;
  }

  write(local: Local, value: Atom): void {
    const holder = this.holder(local);
    if (inCell(local)) this.builder.emit({ kind: "setCell", cell: holder, value });
    else if (holder.kind === "slot") this.builder.set(holder.slot, value);
  }

  /** Introduces a local with its first value. */
  declare(local: Local, value: Atom): void {
    const slot = this.builder.declare(local);
    if (!inCell(local)) this.builder.set(slot, value);
    else if (local.early) this.builder.emit({ kind: "setCell", cell: slotAtom(slot), value });
    else this.builder.set(slot, { kind: "newCell", value });
  }

  // ---- Counters and probes ----

  /** Counts that this place is reached, or probes it if it is a statement, in a program that is compiled for that. */
  count(kind: Counter["kind"], span: ast.Span, name?: string, of?: ast.Span): void {
    const { counters, probes } = this.context;
    if (counters !== null) this.builder.emit({ kind: "count", counter: counters.add(kind, span, name, of) });
    if (probes !== null && kind === "statement") {
      const probe = probes.add(span, this.context.unitRef(this.builder.unit));
      this.builder.point({ kind: "probe", probe }, span);
    }
  }

  /** What stands where a block may stand. */
  body(node: ast.Expression, dest: Dest): void {
    if (isCounted(node)) this.count("statement", node);
    this.into(node, dest);
  }

  // ---- Blocks ----

  /** Statements of a block, the last one giving its value. */
  block(statements: readonly ast.Statement[], dest: Dest): void {
    this.builder.scoped(() => {
      const cut = statements.findIndex((statement) => statement.kind === "Handle" && statement.body === null);
      const own = cut === -1 ? statements : statements.slice(0, cut);
      this.#hoist(own);
      own.forEach((statement, index) => {
        if (isCounted(statement)) this.count("statement", statement);
        this.statement(statement, cut === -1 && index === own.length - 1 ? dest : DISCARD);
      });
      if (cut !== -1) {
        this.count("statement", statements[cut]!);
        lowerHandle(this, statements[cut] as ast.Handle, statements.slice(cut + 1), dest);
      } else if (statements.length === 0) this.builder.deliver(NIL, dest);
    });
  }

  /** Makes the cells of early locals, then the functions and classes of the block (N4 of language/names/model.ts). */
  #hoist(statements: readonly ast.Statement[]): void {
    const declared: { local: Local; node: ast.FunDeclaration | ast.ClassDeclaration | null }[] = [];
    for (const statement of statements) {
      if (statement.kind !== "Var" && statement.kind !== "Fun" && statement.kind !== "Class") continue;
      const local = this.context.names.localOf(statement.name);
      if (local !== undefined) declared.push({ local, node: statement.kind === "Var" ? null : statement });
    }
    for (const { local } of declared)
      if (local.early && inCell(local)) this.builder.set(this.builder.declare(local), { kind: "newCell", value: NIL });
    for (const { local, node } of declared) {
      if (node === null) continue;
      if (node.kind === "Fun") {
        this.#functionUnit(node.fun, node.name.name);
        this.declare(local, this.closureAtom(this.context.names.unitOf(node.fun)));
      } else {
        const cls = this.#class(node);
        const parent = node.superclass === null ? undefined : this.context.names.bindingOf(node.superclass);
        this.declare(local, {
          kind: "localClass",
          cls,
          parent: parent?.kind === "local" ? this.read(parent) : NIL,
          captures: classCaptures(node, this.context).map((captured) => this.holder(captured)),
        });
      }
    }
  }

  statement(statement: ast.Statement, dest: Dest): void {
    switch (statement.kind) {
      case "Var":
        this.#variable(statement);
        this.builder.deliver(NIL, dest);
        return;
      case "Fun":
      case "Class":
      case "Trait":
      case "Layout":
      case "Import":
      case "Test":
        this.builder.deliver(NIL, dest);
        return;
      case "Gene":
        this.unsupported("a gene", statement, dest);
        return;
      case "Error":
        this.unsupported("text that is not Walia", statement, dest);
        return;
      case "Handle":
        lowerHandle(this, statement, null, dest);
        return;
      default:
        this.into(statement, dest);
    }
  }

  #variable(node: ast.VarDeclaration): void {
    const { builder } = this;
    if (node.entangled) {
      this.unsupported("entanglement `~=`", node, DISCARD);
      return;
    }
    let value = node.init === null ? NIL : this.value(node.init);
    const type = numericType(node.type);
    if (type !== null && node.init !== null)
      value = builder.point({ kind: "checkType", type, value, truncate: false }, node.init);
    const local = this.context.names.localOf(node.name);
    if (local !== undefined) {
      this.declare(local, value);
      return;
    }
    const referent = this.context.refer(node.name.name);
    if (referent.kind === "variable") builder.emit({ kind: "setGlobal", global: referent.global, value });
  }

  // ---- Expressions ----

  /** A fault that says this runtime does not execute the construct. */
  unsupported(what: string, span: ast.Span, dest: Dest): void {
    this.fault("TypeError", `${what} is not executed by this runtime`, span, dest);
  }

  fault(kind: string, message: string, span: ast.Span, dest: Dest): void {
    this.builder.operate({ kind: "fault", fault: kind, message }, span, dest);
  }

  /** The value of an expression, to be used before anything else is emitted; or kept (`values`, `keep`). */
  value(node: ast.Expression): Atom {
    const simple = this.#simple(node);
    if (simple !== null) return simple;
    const slot = this.builder.temporary();
    this.into(node, toSlot(slot));
    return this.builder.forward(slot);
  }

  /** The values of several expressions, evaluated in order; each is still the same when the last has been evaluated. */
  values(nodes: readonly ast.Expression[]): Atom[] {
    let holds = 0;
    const atoms = nodes.map((node, index) => {
      const atom = this.value(node);
      if (nodes.slice(index + 1).every(isPassive)) return atom;
      const kept = this.builder.keep(atom);
      holds += kept.holds;
      return kept.atom;
    });
    this.builder.release(holds);
    return atoms;
  }

  /** Expressions that are atoms as they stand. */
  #simple(node: ast.Expression): Atom | null {
    const constantValue = literal(node);
    if (constantValue !== null) return constantValue;
    switch (node.kind) {
      case "Name": {
        const binding = this.context.names.bindingOf(node);
        if (binding?.kind === "local") return this.read(binding);
        return this.freeName(this.context.refer(node.name));
      }
      case "This": {
        const binding = this.context.names.bindingOf(node);
        return binding?.kind === "local" ? this.read(binding) : null;
      }
      case "FunExpression":
        this.#functionUnit(node.fun, "function");
        return this.closureAtom(this.context.names.unitOf(node.fun));
      default:
        return null;
    }
  }

  freeName(referent: ReturnType<ItemContext["refer"]>): Atom | null {
    switch (referent.kind) {
      case "variable":
        return { kind: "global", global: referent.global };
      case "constant":
        return { kind: "const", value: referent.value };
      case "function":
        return { kind: "function", unit: referent.unit };
      case "class":
        return { kind: "class", cls: referent.cls };
      case "builtin":
        return { kind: "builtin", name: referent.name };
      default:
        return null;
    }
  }

  /** Evaluates an expression and delivers its value. */
  into(node: ast.Expression, dest: Dest): void {
    const { builder } = this;
    const simple = this.#simple(node);
    if (simple !== null) {
      builder.deliver(simple, dest);
      return;
    }
    switch (node.kind) {
      case "Name": {
        const referent = this.context.refer(node.name);
        const message = referent.kind === "unusable" ? referent.message : `${node.name} is a module, not a value`;
        this.fault("UndefinedName", message, node, dest);
        return;
      }
      case "This":
        this.fault("UndefinedName", "`this` outside a class", node, dest);
        return;
      case "Super":
        this.fault("TypeError", `super.${node.method.name} can only be called`, node, dest);
        return;
      case "List":
        builder.deliver({ kind: "list", items: this.values(node.items) }, dest);
        return;
      case "Map": {
        const values = this.values(node.entries.map((entry) => entry.value));
        builder.deliver(
          { kind: "map", entries: node.entries.map((entry, i) => [entry.key.name, values[i]!] as const) },
          dest,
        );
        return;
      }
      case "Tuple":
        this.fault("TypeError", "a tuple can only be what a match looks at", node, dest);
        return;
      case "Call":
        lowerCall(this, node, dest);
        return;
      case "Pipe":
        lowerPipe(this, node, dest);
        return;
      case "Member":
        this.#member(node, dest);
        return;
      case "Index": {
        const [object, index] = this.values([node.object, node.index]) as [Atom, Atom];
        builder.operate({ kind: "getIndex", object, index }, node, dest);
        return;
      }
      case "Unary":
        lowerUnary(this, node, dest);
        return;
      case "Binary":
        lowerBinary(this, node, dest);
        return;
      case "Logical":
        lowerLogical(this, node, dest);
        return;
      case "Assign":
        lowerAssign(this, node, dest);
        return;
      case "Cast": {
        const value = this.value(node.value);
        const type = numericType(node.type);
        if (type === null) this.unsupported("a cast to a type that is no number", node, dest);
        else builder.operate({ kind: "checkType", type, value, truncate: node.truncate }, node, dest);
        return;
      }
      case "Range": {
        const [from, to] = this.values([node.from, node.to]) as [Atom, Atom];
        builder.operate({ kind: "range", from, to }, node, dest);
        return;
      }
      case "If":
        lowerIf(this, node, dest);
        return;
      case "While":
        lowerWhile(this, node, dest);
        return;
      case "For":
        lowerFor(this, node, dest);
        return;
      case "Match":
        lowerMatch(this, node, dest);
        return;
      case "Block":
        this.block(node.statements, dest);
        return;
      case "Unsafe":
        this.block(node.body.statements, dest);
        return;
      case "Perform":
        lowerPerform(this, node, dest);
        return;
      case "Await":
        builder.operate({ kind: "await", value: this.value(node.value) }, node, dest);
        return;
      case "Print":
        builder.operate({ kind: "callBuiltin", name: "print", args: [this.#printed(node.value)] }, node, dest);
        return;
      case "Return":
        lowerReturn(this, node);
        return;
      case "Break":
      case "Continue":
        lowerLeaveLoop(this, node, dest);
        return;
      case "Similar":
        this.unsupported("similarity `~`", node, dest);
        return;
      case "Release":
        this.unsupported("`release`", node, dest);
        return;
      case "Asm":
        this.unsupported("`asm`", node, dest);
        return;
      case "Fused":
        this.unsupported("`fused`", node, dest);
        return;
      case "Quantity":
        this.unsupported("a quantity with a unit", node, dest);
        return;
      case "FunExpression":
      case "Number":
      case "String":
      case "Char":
      case "Bool":
      case "Nil":
        return;
    }
  }

  /** `print a, b` prints both in one line, a space between them. */
  #printed(node: ast.Expression): Atom {
    if (node.kind !== "Tuple") return this.value(node);
    return this.values(node.items).reduce((line, item) => {
      const spaced = this.builder.point({ kind: "arithmetic", op: "+", left: line, right: constant(" ") }, node);
      return this.builder.point({ kind: "arithmetic", op: "+", left: spaced, right: item }, node);
    });
  }

  #member(node: ast.Member, dest: Dest): void {
    const special = this.memberValue(node);
    if (special !== null) {
      this.builder.deliver(special, dest);
      return;
    }
    const object = this.#isOwnRequest(node.object) ? slotAtom("effect") : this.value(node.object);
    this.builder.operate({ kind: "getMember", object, name: node.name.name }, node, dest);
  }

  /** `effect` in the clause it belongs to: there its continuation is a parameter of its own. */
  #isOwnRequest(node: ast.Expression): boolean {
    if (node.kind !== "Name") return false;
    const binding = this.context.names.bindingOf(node);
    return binding?.kind === "local" && binding.role === "effect" && binding.unit === this.builder.unit;
  }

  /** `effect.continuation` in its own clause, and `module.name`. */
  memberValue(node: ast.Member): Atom | null {
    if (node.object.kind !== "Name") return null;
    if (this.#isOwnRequest(node.object)) return node.name.name === "continuation" ? slotAtom("k") : null;
    if (this.context.names.bindingOf(node.object)?.kind === "local") return null;
    const referent = this.context.refer(node.object.name);
    return referent.kind === "module" ? this.freeName(this.context.referIn(referent.file, node.name.name)) : null;
  }
}

/** The locals that the methods and fields of a local class capture: what its ClassValue holds, in this order. */
export function classCaptures(node: ast.ClassDeclaration, context: ItemContext): readonly Local[] {
  const all = new Set<Local>();
  for (const method of node.methods) for (const local of context.names.unitOf(method.fun).captures) all.add(local);
  for (const field of node.fields)
    if (field.init !== null && literal(field.init) === null)
      for (const local of context.names.unitOf(field).captures) all.add(local);
  return [...all];
}

/** The constant that a literal is. */
export function literal(node: ast.Expression): Atom | null {
  switch (node.kind) {
    case "Number":
    case "Char":
    case "String":
    case "Bool":
      return constant(node.value);
    case "Nil":
      return NIL;
    case "Unary":
      return node.op === "-" && node.operand.kind === "Number" ? constant(-node.operand.value) : null;
    default:
      return null;
  }
}

/** Does evaluating it leave every slot, cell and global as it was, without suspending? */
export function isPassive(node: ast.Expression): boolean {
  return literal(node) !== null || node.kind === "Name" || node.kind === "This" || node.kind === "FunExpression";
}

export function numericType(type: ast.TypeRef | null): string | null {
  return type?.kind === "NamedType" && isNumericType(type.name) ? type.name : null;
}
