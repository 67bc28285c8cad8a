// Emits a unit as two JavaScript functions:
//
//   f(self, d, …params)   from the start; plain structured code, tests for SIGNAL after what may suspend
//   r(F, V, d)            from the point of frame F, V being what the suspended operation yields
//
// R1. `r` is the same code with guards. `at` is the point still to be reached, 0 once it has been: statements before the
//     point are skipped (K3 of core.ts), the point itself takes V in place of running its operation. Points at which code
//     suspends often, in units that are not long, have what follows them for themselves, without guards.
// R2. Points that hold the same slots save their frames at one exit of the function, and leave for it with `at` set to
//     theirs: V8 puts a function into its caller only while its bytecode is short.
// R3. Nothing of a program's text becomes a name here but the letters of its own identifiers behind a prefix, and
//     property names behind a prefix.

import type * as es from "estree";
import { FIELDS } from "../engine/segments.ts";
import { fieldKey, methodKey } from "../engine/values.ts";
import { type Atom, type CoreUnit, entersCode, type Op, type Point, type Slot, type Stmt } from "./core.ts";
import { AtomEmitter, isNumberAtom, truthy } from "./emit-atoms.ts";
import * as js from "./js.ts";
import type { Linker } from "./linker.ts";
import { hasTail, type PointRange, rangeOf, rangeOfList } from "./ranges.ts";

/** V2 of engine/values.ts. */
const SIGNAL = js.value(null);
const UNDEFINED = js.id("undefined");
const SELF = js.id("self");
const E_H = js.member(js.member(js.id("E"), "now"), "h");

/** Loop turns between two questions whether to yield. */
const FUEL = 4000;
/** How many points the code that follows points may contain, all of it together, for points to have it for themselves (R1). */
const FOLLOWING = 32;
/** Resumptions between two such questions of a loop that suspends in every turn; a power of two. */
const RESUMPTIONS = 1024;

export function emitUnit(unit: CoreUnit, linker: Linker): es.Statement[] {
  return new Emitter(unit, linker).functions();
}

class Emitter {
  /** The second form is being emitted. */
  #isSecond = false;
  /** In it: statements that contain points, so the point to be reached may lie ahead. */
  #resuming = false;
  /** Estimated bytes of host stack that an activation takes: unoptimised frames, arguments included. */
  readonly #weight: number;
  readonly #code: es.Expression;
  readonly atoms: AtomEmitter;
  /** M5 of engine/machine.ts: before anything that may look for a handler, such a clause says from where. */
  readonly #isClause: boolean;
  /** The points that hold the same slots (R2), by these. */
  readonly #alike = new Map<string, Point[]>();
  /** The slots saved at each exit of the form that is being emitted (R2), by its label. */
  readonly #exits = new Map<string, readonly Slot[]>();
  /** The probe of the statement that is emitted; -1 before the first. */
  #probe = -1;

  constructor(
    readonly unit: CoreUnit,
    readonly linker: Linker,
  ) {
    this.#weight = 160 + 10 * (unit.slots.length + unit.params.length);
    this.#code = linker.code(unit.ref);
    this.atoms = new AtomEmitter(linker);
    this.#isClause = unit.mode === "tail-resumptive";
    for (const point of unit.points) {
      const key = point.live.join();
      const alike = this.#alike.get(key);
      if (alike === undefined) this.#alike.set(key, [point]);
      else alike.push(point);
    }
  }

  functions(): es.Statement[] {
    const params = this.unit.params.map((param) => param.slot);
    const names = this.linker.functionNames(this.unit.ref);
    const slots = this.unit.slots.map((slot) => [slot, null] as const);
    const fuel = this.#hasTick() ? [["fuel", js.value(FUEL)] as const] : [];
    const body = this.#withExits(this.#statements(this.unit.body));
    const at = this.#exits.size > 0 ? [["at", null] as const] : [];
    const start: es.Statement[] = [];
    if (slots.length + at.length + fuel.length > 0) start.push(js.declare("var", ...slots, ...at, ...fuel));
    if (this.#callsOut()) start.unshift(this.#overflowCheck());
    const enter = js.fun(
      names.enter,
      ["self", "d", ...params, ...(this.#isClause ? ["ctx"] : [])],
      [...start, ...body],
    );
    if (this.unit.points.length === 0 && !this.#callsOut()) return [enter];
    this.#isSecond = true;
    this.#exits.clear();
    const locals = [...params, ...this.unit.slots].map((slot) => [slot, null] as const);
    const restore = this.#restore(names.enter, params);
    this.#resuming = true;
    const resume = js.fun(
      names.resume,
      ["F", "V", "d"],
      [
        js.declare("var", ["at", js.member(js.id("F"), "at")], ["self", null], ...locals, ...this.#fuelOnResuming()),
        ...this.#withExits([restore, ...this.#statements(this.unit.body)]),
      ],
    );
    return [enter, resume];
  }

  /**
   * A loop that suspends in every turn begins each with full fuel, and would never let others run: so once in a while it
   * begins with none. `E.resumed` counts.
   */
  #fuelOnResuming(): (readonly [string, es.Expression])[] {
    if (!this.#hasTick()) return [];
    const turn = js.binary("&", js.member(js.id("E"), "resumed"), js.value(RESUMPTIONS - 1));
    return [["fuel", js.choose(js.binary("===", turn, js.value(0)), js.value(0), js.value(FUEL))]];
  }

  #hasTick(): boolean {
    return this.unit.points.some((point) => point.op.kind === "tick");
  }

  #callsOut(): boolean {
    return this.unit.points.some((point) => entersCode(point.op)) || hasTail(this.unit.body);
  }

  /** M6 of engine/machine.ts. */
  #overflowCheck(): es.Statement {
    const slots = [...(this.unit.usesSelf ? ["self"] : []), ...this.unit.params.map((param) => param.slot)];
    return js.when(js.binary(">", js.id("d"), js.element(js.id("room"), js.value(0))), [
      ...this.#context(),
      js.ret(js.call("overflow", this.#code, ...saved(slots))),
    ]);
  }

  /**
   * Locals taken from the frame, and what follows a point that has it for itself. A frame at point 0 has not begun: the first
   * form runs it.
   */
  #restore(enter: string, params: readonly string[]): es.Statement {
    const from = this.unit.usesSelf ? 1 : 0;
    const args = params.map((_, index) => slotOf(index + from));
    const self = from === 1 ? slotOf(0) : UNDEFINED;
    const begin = this.#isClause
      ? js.call("runClause", this.#code, self, js.id("d"), ...args)
      : js.call(enter, self, js.id("d"), ...args);
    const cases: es.SwitchCase[] = [
      {
        type: "SwitchCase",
        test: js.value(0),
        consequent: [js.ret(begin)],
      },
    ];
    const { points } = this.unit;
    const often = points.filter(({ op }) => entersCode(op) || op.kind === "await");
    const isShort = often.reduce((sum, { id }) => sum + points.length - id, 0) <= FOLLOWING;
    for (const point of points) {
      const following = isShort && often.includes(point) ? this.#following(point.id) : null;
      cases.push({
        type: "SwitchCase",
        test: js.value(point.id),
        consequent: [
          ...point.live.map((slot, index) => js.assign(js.id(slot), slotOf(index))),
          ...(following ?? [{ type: "BreakStatement", label: null }]),
        ],
      });
    }
    return { type: "SwitchStatement", discriminant: js.id("at"), cases };
  }

  /** What follows a point, up to the end of the unit; null where a loop contains the point. */
  #following(id: number): es.Statement[] | null {
    const rest = this.#restOf(id, this.unit.body);
    return rest === null || rest.at(-1)?.type === "ReturnStatement" ? rest : [...rest, js.ret(UNDEFINED)];
  }

  #restOf(id: number, list: readonly Stmt[]): es.Statement[] | null {
    const index = list.findIndex((statement) => isIn(id, rangeOf(statement)));
    const first = this.#restOfStatement(id, list[index]!);
    return first === null ? null : [...first, ...this.#statements(list.slice(index + 1))];
  }

  #restOfStatement(id: number, statement: Stmt): es.Statement[] | null {
    switch (statement.kind) {
      case "point": {
        const value = js.id("V");
        return [js.assign(js.id(statement.slot), statement.test ? truthy(value) : value)];
      }
      case "if":
        return this.#restOf(id, isIn(id, rangeOfList(statement.then)) ? statement.then : statement.otherwise);
      case "block": {
        const rest = this.#restOf(id, statement.body);
        return rest === null ? null : [label(statement.label, js.block(rest))];
      }
      case "loop": {
        // Its next turn is a call from the start.
        if (statement.label !== "start") return null;
        const rest = this.#restOf(id, statement.body);
        return rest === null || rest.at(-1)?.type === "ReturnStatement" ? rest : [...rest, js.ret(this.#again())];
      }
      default:
        throw new Error(`broken: a point in ${statement.kind}`);
    }
  }

  /** A call of the unit itself with the parameters as they are now. */
  #again(): es.Expression {
    const params = this.unit.params.map((param) => js.id(param.slot));
    return js.call(this.linker.functionNames(this.unit.ref).enter, SELF, js.id("d"), ...params);
  }

  /** In the first form; a frame that is resumed stands where `E.now.h` says. */
  #context(): es.Statement[] {
    return this.#isClause && !this.#isSecond ? [SET_CONTEXT] : [];
  }

  // ---- Statements ----

  #statements(list: readonly Stmt[]): es.Statement[] {
    if (!this.#resuming) return list.flatMap((statement) => this.#statement(statement));
    const out: es.Statement[] = [];
    let skipped: es.Statement[] = [];
    const flush = (): void => {
      if (skipped.length > 0) out.push(js.when(AT_IS_0, skipped));
      skipped = [];
    };
    for (const statement of list) {
      const range = rangeOf(statement);
      if (range === null) {
        this.#resuming = false;
        skipped.push(...this.#statement(statement));
        this.#resuming = true;
        continue;
      }
      flush();
      if (statement.kind === "point") {
        out.push(js.when(AT_IS_0, this.#point(statement), [js.when(atIs(statement.id), this.#arrive(statement))]));
        continue;
      }
      const inner = this.#statement(statement);
      out.push(js.when(js.binary("<=", js.id("at"), js.value(range[1])), inner));
    }
    flush();
    return out;
  }

  #statement(statement: Stmt): es.Statement[] {
    switch (statement.kind) {
      case "set":
        return [js.assign(js.id(statement.slot), this.atoms.emit(statement.value))];
      case "setCell":
        return [js.assign(js.member(this.atoms.emit(statement.cell), "v"), this.atoms.emit(statement.value))];
      case "setGlobal":
        return [js.assign(js.member(this.linker.global(statement.global), "v"), this.atoms.emit(statement.value))];
      case "point":
        return this.#point(statement);
      case "if":
        return [this.#if(statement)];
      case "loop":
        return [
          label(statement.label, {
            type: "ForStatement",
            init: null,
            test: null,
            update: null,
            body: js.block(this.#statements(statement.body)),
          }),
        ];
      case "block":
        return [label(statement.label, js.block(this.#statements(statement.body)))];
      case "count":
        return [js.increment(js.element(this.linker.counts(), js.value(statement.counter)))];
      case "break":
        return [{ type: "BreakStatement", label: js.id(statement.label) }];
      case "continue":
        // The host stack is empty below a resumed activation, and the first form is faster: it goes on from the start.
        if (this.#isSecond && statement.label === "start") return [js.ret(this.#again())];
        return [{ type: "ContinueStatement", label: js.id(statement.label) }];
      case "return":
        return [js.ret(this.atoms.emit(statement.value))];
      case "tail":
        return [...this.#context(), ...this.#operation(statement.op, js.ret, true)];
    }
  }

  #if(statement: Extract<Stmt, { kind: "if" }>): es.Statement {
    const then = this.#statements(statement.then);
    const otherwise = this.#statements(statement.otherwise);
    let test = this.atoms.emit(statement.test);
    if (this.#resuming) {
      const inThen = rangeOfList(statement.then);
      const inElse = rangeOfList(statement.otherwise);
      if (inThen !== null || inElse !== null) {
        const arriving = inThen === null ? js.value(false) : js.binary("<=", js.id("at"), js.value(inThen[1]));
        test = js.choose(AT_IS_0, test, arriving);
      }
    }
    if (then.length === 0 && otherwise.length > 0) return js.when(js.not(test), otherwise);
    return js.when(test, then, otherwise);
  }

  /** A suspended operation yields V. */
  #arrive(point: Point): es.Statement[] {
    const result = point.test ? truthy(js.id("V")) : js.id("V");
    return [js.assign(js.id("at"), js.value(0)), js.assign(js.id(point.slot), result)];
  }

  #point(point: Point): es.Statement[] {
    const slot = js.id(point.slot);
    const check: es.Statement[] = [js.when(js.binary("===", slot, SIGNAL), this.#suspend(point))];
    const before = this.#context();
    if (point.test) check.push(js.assign(slot, truthy(slot)));
    const { op } = point;
    switch (op.kind) {
      case "tick":
        return [
          js.when(
            js.binary(
              "<",
              { type: "UpdateExpression", operator: "--", prefix: true, argument: js.id("fuel") },
              js.value(0),
            ),
            [js.assign(js.id("fuel"), js.value(FUEL)), ...before, js.assign(slot, js.call("tick")), ...check],
          ),
        ];
      case "probe": {
        this.#probe = op.probe;
        const isArmed = js.binary("!==", js.element(this.linker.armed(), js.value(op.probe)), js.value(0));
        const fuel = js.member(this.linker.probes(), "fuel");
        const isSpent = js.binary(
          "<",
          { type: "UpdateExpression", operator: "--", prefix: true, argument: fuel },
          js.value(0),
        );
        const reached = js.call(js.member(this.linker.probes(), "reached"), js.value(op.probe));
        return [js.when(js.logical("||", isArmed, isSpent), [...before, js.assign(slot, reached), ...check])];
      }
      case "arithmetic":
      case "compare": {
        const [left, loadLeft] = this.#loaded("a", op.left);
        const [right, loadRight] = this.#loaded("b", op.right);
        const numbers = bothNumbers(op.left, op.right, left, right);
        const slow =
          op.kind === "arithmetic" && op.op === "+"
            ? js.call("add", left, right)
            : js.call(op.kind, js.value(op.op), left, right);
        const fast = js.assign(slot, js.binary(op.op, left, right));
        const careful = [...before, js.assign(slot, slow), ...check];
        const run = numbers === true ? [fast] : numbers === false ? careful : [js.when(numbers, [fast], careful)];
        const loads = [...loadLeft, ...loadRight];
        return loads.length === 0 ? run : [js.block([...loads, ...run])];
      }
      case "getMember": {
        const object = this.atoms.emit(op.object);
        return [
          js.assign(slot, js.maybe(object, fieldKey(op.name))),
          js.when(js.logical("&&", js.binary("===", slot, UNDEFINED), lacks(object, fieldKey(op.name))), [
            ...before,
            js.assign(slot, js.call("getMember", object, js.value(op.name))),
            ...check,
          ]),
        ];
      }
      case "getIndex": {
        const object = this.atoms.emit(op.object);
        const index = this.atoms.emit(op.index);
        const isList = js.call(js.member(js.id("Array"), "isArray"), object);
        return [
          js.when(
            isNumberAtom(op.index) ? isList : js.logical("&&", isList, js.isNumber(index)),
            [js.assign(slot, js.element(object, index))],
            [...before, js.assign(slot, js.call("getIndex", object, index)), ...check],
          ),
        ];
      }
      case "setMember": {
        const object = this.atoms.emit(op.object);
        const value = js.assign(slot, this.atoms.emit(op.value));
        const set = js.assign(js.member(object, fieldKey(op.name)), slot);
        if (this.unit.kind === "method" && isSelf(op.object)) return [value, set];
        return [
          value,
          js.when(
            js.binary("instanceof", object, js.id("Instance")),
            [set],
            [...before, js.assign(slot, js.call("setMember", object, js.value(op.name), slot)), ...check],
          ),
        ];
      }
      case "negate": {
        const value = this.atoms.emit(op.value);
        return [
          js.when(
            js.isNumber(value),
            [js.assign(slot, { type: "UnaryExpression", operator: "-", prefix: true, argument: value })],
            [...before, js.assign(slot, js.call("negate", value)), ...check],
          ),
        ];
      }
      case "perform": {
        const site = this.linker.site(op.effect);
        if (point.passes && !this.#isSecond)
          return [js.ret(js.call("pass", this.#request(op, site), js.id("ctx"), js.value(point.id)))];
        return [...this.#perform(op, site, slot), ...check];
      }
      case "callBuiltin":
        if (op.name === "print" && this.#probe >= 0)
          before.push(js.assign(js.member(this.linker.probes(), "printed"), js.value(this.#probe)));
        return [...before, ...this.#operation(op, (result) => js.assign(slot, result), false), ...check];
      default:
        return [...before, ...this.#operation(op, (result) => js.assign(slot, result), false), ...check];
    }
  }

  /** An atom that is written several times: under a name of its own, where that saves loading it again. */
  #loaded(name: string, atom: Atom): [es.Expression, es.Statement[]] {
    const expression = this.atoms.emit(atom);
    if (atom.kind === "slot" || atom.kind === "const") return [expression, []];
    return [js.id(name), [js.declare("const", [name, expression])]];
  }

  /** Saves the frame of a point, and says so to the caller. */
  #suspend(point: Point): es.Statement[] {
    if (point.vanishes) return [js.ret(SIGNAL)];
    // Not `point.live`: that was made before it was known whether the unit uses `self`.
    const { live } = this.unit.points[point.id - 1]!;
    const [first, ...others] = this.#alike.get(live.join())!;
    if (others.length === 0) return [js.ret(this.#save(js.value(point.id), live))];
    const exit = `exit${first!.id}`;
    this.#exits.set(exit, live);
    return [js.assign(js.id("at"), js.value(point.id)), { type: "BreakStatement", label: js.id(exit) }];
  }

  /** A body, and the exits that it leaves for. */
  #withExits(body: es.Statement[]): es.Statement[] {
    let all = body;
    for (const [exit, live] of this.#exits) {
      const end = all.at(-1)?.type === "ReturnStatement" ? [] : [js.ret(UNDEFINED)];
      all = [label(exit, js.block([...all, ...end])), js.ret(this.#save(js.id("at"), live))];
    }
    return all;
  }

  #save(at: es.Expression, live: readonly Slot[]): es.Expression {
    return js.call("save", this.#code, at, ...saved(live));
  }

  // ---- Operations ----

  /** The depth at which what this activation calls begins. */
  #depth(): es.Expression {
    return js.binary("+", js.id("d"), js.value(this.#weight));
  }

  /** Statements that run `op` and `put` its result, which may be SIGNAL. */
  #operation(op: Op, put: (result: es.Expression) => es.Statement, isTail: boolean): es.Statement[] {
    const depth = this.#depth();
    const atoms = (list: readonly Atom[]): es.Expression[] => list.map((atom) => this.atoms.emit(atom));
    switch (op.kind) {
      case "bitwise":
        return [put(this.#bitwise(op))];
      case "checkType":
        return [put(js.call(op.truncate ? "truncateType" : "checkType", js.value(op.type), this.atoms.emit(op.value)))];
      case "setIndex":
        return [
          put(js.call("setIndex", this.atoms.emit(op.object), this.atoms.emit(op.index), this.atoms.emit(op.value))),
        ];
      case "iterable":
        return [put(js.call("iterable", this.atoms.emit(op.value)))];
      case "callKnown": {
        const args = atoms(op.args);
        if (this.linker.isAsync(op.unit)) return [put(js.call("spawn", this.linker.closure(op.unit), js.array(args)))];
        return [put(js.call(this.linker.functionNames(op.unit).enter, UNDEFINED, depth, ...args))];
      }
      case "callBuiltin":
        return [put(js.call(this.linker.native(op.name), depth, ...atoms(op.args)))];
      case "call": {
        const args = atoms(op.args);
        const f = js.id("f");
        return this.#with(
          "f",
          op.callee,
          put(
            js.choose(
              js.binary("===", js.maybe(f, "arity"), js.value(args.length)),
              js.call(js.member(f, "enter"), f, depth, ...args),
              js.call("call", f, depth, js.array(args)),
            ),
          ),
        );
      }
      case "invoke":
        return this.#invoke(op, put, depth);
      case "invokeSuper":
        return [
          put(
            js.call(
              "invokeSuper",
              this.linker.classCode(op.cls),
              this.atoms.emit(op.self),
              js.value(op.name),
              depth,
              js.array(atoms(op.args)),
            ),
          ),
        ];
      case "construct": {
        const maker = this.linker.maker(op.cls, op.args.length);
        if (maker !== undefined) {
          const o = js.id("o");
          const instance: es.NewExpression = {
            ...js.make("J"),
            callee: maker.construct,
            arguments: [this.linker.classValue(op.cls)],
          };
          if (maker.init === null) return [put(instance)];
          const init = js.call(this.linker.functionNames(maker.init).enter, o, depth, ...atoms(op.args));
          return [js.block([js.declare("const", ["o", instance]), put(js.call("made", o, init))])];
        }
        return [put(js.call("construct", this.linker.classValue(op.cls), depth, js.array(atoms(op.args))))];
      }
      case "handled":
        return [put(js.call("handled", this.atoms.emit(op.handler), this.atoms.emit(op.body), depth))];
      case "installHandler":
        return [put(js.call("installProgramHandler", this.atoms.emit(op.handler)))];
      case "resume": {
        const args = [this.atoms.emit(op.continuation), this.atoms.emit(op.value)];
        return [
          put(
            isTail && this.unit.kind === "clause" ? js.call("resumeTail", ...args) : js.call("resume", ...args, depth),
          ),
        ];
      }
      case "await": {
        const f = js.id("f");
        return this.#with(
          "f",
          op.value,
          put(js.choose(js.binary("instanceof", f, js.id("Future")), js.call("awaitValue", f, depth), f)),
        );
      }
      case "range":
        return [put(js.call("range", this.atoms.emit(op.from), this.atoms.emit(op.to)))];
      case "noMatch":
        return [put(js.call("noMatch", js.array(atoms(op.values))))];
      case "fault":
        return [put(js.call("fault", js.value(op.fault), js.value(op.message)))];
      case "arithmetic":
      case "compare":
      case "getMember":
      case "getIndex":
      case "setMember":
      case "negate":
      case "perform":
      case "tick":
      case "probe":
        throw new Error(`broken: ${op.kind} is emitted in line`);
    }
  }

  /** `{ const name = atom; statement }` */
  #with(name: string, atom: Atom, statement: es.Statement): es.Statement[] {
    return [js.block([js.declare("const", [name, this.atoms.emit(atom)]), statement])];
  }

  #bitwise(op: Extract<Op, { kind: "bitwise" }>): es.Expression {
    return js.call("bitwise", js.value(op.op), this.atoms.emit(op.left), this.atoms.emit(op.right));
  }

  /** A method of the instance's class; before it, built-in methods of lists and maps, which are called most. */
  #invoke(
    op: Extract<Op, { kind: "invoke" }>,
    put: (result: es.Expression) => es.Statement,
    depth: es.Expression,
  ): es.Statement[] {
    const args = op.args.map((atom) => this.atoms.emit(atom));
    const o = js.id("o");
    const key = methodKey(op.name, args.length);
    let result: es.Expression = js.choose(
      js.binary("!==", js.maybe(o, key), UNDEFINED),
      js.call(js.member(o, key), o, depth, ...args),
      js.call("invoke", o, js.value(op.name), depth, js.array(args)),
    );
    const map = this.linker.nativeMethod("Map", op.name, args.length);
    if (map !== null)
      result = js.choose(js.binary("instanceof", o, js.id("MapValue")), js.call(map, depth, o, ...args), result);
    const list = this.linker.nativeMethod("List", op.name, args.length);
    if (list !== null)
      result = js.choose(js.call(js.member(js.id("Array"), "isArray"), o), js.call(list, depth, o, ...args), result);
    return this.#with("o", op.object, put(result));
  }

  /** Runs a tail-resumptive clause in place; anything else is for the machine. */
  #perform(op: Extract<Op, { kind: "perform" }>, site: es.Expression, slot: es.Identifier): es.Statement[] {
    const put = (result: es.Expression): es.Statement => js.assign(slot, result);
    const depth = this.#depth();
    // A clause looks from the context that it was given (M5), by a call: what it performs, it seldom does in every run, and
    // a clause must be short to be put into the code that performs.
    const inClause = this.#isClause && !this.#isSecond;
    const h = js.id("h");
    const s = js.id("s");
    const q = js.id("q");
    const r = js.id("r");
    const request = this.#request(op, site);
    const asked = this.#asked(q, slot);
    if (inClause) {
      const performed = (asOf: es.Expression): es.Statement =>
        put(js.call("performFrom", site, asOf, depth, js.id("ctx")));
      if (asked === null) return [performed(request)];
      return [js.block([js.declare("const", ["q", request]), ...asked, js.when(isNotAsked(slot), [performed(q)])])];
    }
    const performed: es.Statement[] = [
      js.declare("const", [
        "s",
        js.choose(js.binary("===", js.member(h, "key"), this.linker.effectKey(op.effect)), h, js.call("find", site, h)),
      ]),
      js.when(
        js.binary("!==", js.member(s, "enter"), UNDEFINED),
        [
          js.declare("const", [
            "r",
            js.call(js.member(s, "enter"), js.member(s, "handler"), depth, q, js.member(s, "below")),
          ]),
          js.when(
            js.binary("===", r, SIGNAL),
            [put(js.call("under", h, s, depth, q))],
            [js.when(js.binary("!==", E_H, h), [js.assign(E_H, h)]), put(r)],
          ),
        ],
        [put(js.call("perform", s, q, h))],
      ),
    ];
    const start = js.declare("const", ["h", E_H], ["q", request]);
    if (asked === null) return [js.block([start, ...performed])];
    return [js.block([start, ...asked, js.when(isNotAsked(slot), performed)])];
  }

  /** Asks whether somebody watches the effect of request `q` (Q2 of probes.ts): `slot` is SIGNAL when the host is asked first. */
  #asked(q: es.Expression, slot: es.Identifier): es.Statement[] | null {
    if (!this.linker.isProbed) return null;
    return [...this.#context(), js.assign(slot, js.call(js.member(this.linker.probes(), "performs"), q))];
  }

  #request(op: Extract<Op, { kind: "perform" }>, site: es.Expression): es.Expression {
    if (op.fields.length === 0) return this.linker.emptyRequest(op.effect);
    const property = (key: es.Identifier | es.Literal, value: es.Expression): es.Property => ({
      type: "Property",
      key,
      value,
      kind: "init",
      method: false,
      shorthand: false,
      computed: false,
    });
    return {
      type: "ObjectExpression",
      properties: [
        property(js.id("site"), site),
        ...op.fields.map(([name, atom]) => property({ type: "Literal", value: fieldKey(name) }, this.atoms.emit(atom))),
      ],
    };
  }
}

const isNotAsked = (slot: es.Expression): es.Expression => js.binary("!==", slot, SIGNAL);

/** M5 of engine/machine.ts */
const SET_CONTEXT: es.Statement = js.run(js.call("lookFrom", js.id("ctx")));

const isIn = (id: number, range: PointRange | null): boolean => range !== null && range[0] <= id && id <= range[1];

const isSelf = (atom: Atom): boolean => atom.kind === "slot" && atom.slot === "self";

/** The arguments of `save` and `overflow` for these slots. */
function saved(slots: readonly string[]): es.Expression[] {
  const atoms = slots.map(js.id);
  return atoms.length <= FIELDS ? atoms : [...atoms.slice(0, FIELDS), js.array(atoms.slice(FIELDS))];
}

/** Value number `index` of frame F. */
const slotOf = (index: number): es.Expression =>
  index < FIELDS
    ? js.member(js.id("F"), `s${index}`)
    : js.element(js.member(js.id("F"), "more"), js.value(index - FIELDS));

const AT_IS_0: es.Expression = js.binary("===", js.id("at"), js.value(0));
const atIs = (point: number): es.Expression => js.binary("===", js.id("at"), js.value(point));

/** Is it no object, or one without this property? (A field may be nil.) */
function lacks(object: es.Expression, key: string): es.Expression {
  return js.logical(
    "||",
    js.binary("!==", js.typeOf(object), js.value("object")),
    js.not(js.binary("in", js.value(key), object)),
  );
}

/** The test that both are numbers; true or false when it is known. */
function bothNumbers(left: Atom, right: Atom, l: es.Expression, r: es.Expression): es.Expression | boolean {
  const tests: es.Expression[] = [];
  for (const [atom, expression] of [
    [left, l],
    [right, r],
  ] as const) {
    if (isNumberAtom(atom)) continue;
    if (atom.kind === "const") return false;
    tests.push(js.isNumber(expression));
  }
  if (tests.length === 0) return true;
  return tests.length === 1 ? tests[0]! : js.logical("&&", tests[0]!, tests[1]!);
}

const label = (name: string, body: es.Statement): es.Statement => ({
  type: "LabeledStatement",
  label: js.id(name),
  body,
});
