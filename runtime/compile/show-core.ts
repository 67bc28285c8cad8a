// Core in readable text, for people who want to see what a function becomes:
//
//   tell(who)
//       1  %t1 = perform "ASK" { of: who }                             [who]
//          answer = %t1
//          return answer
//
// A number before an operation is its point (K3 of core.ts): only there the unit may suspend or fault. Behind it, in brackets,
// are the slots that a frame stopped there holds (K4). Slots go by their names in the source, others begin with a percent sign;
// units go by their paths in their item (language/names/model.ts).

import type { Atom, CoreUnit, Op, Slot, Stmt, UnitRef } from "./core.ts";

/** Where the text of a point ends and its slots begin, where there is room. */
const SLOTS_AT = 64;

/** One unit: its head, and its statements, each in a line of its own. */
export function showUnit(unit: CoreUnit): string {
  const printer = new Printer(unit);
  return [printer.head(), ...printer.list(unit.body, 1)].join("\n");
}

class Printer {
  readonly #shown = new Map<Slot, string>();

  constructor(readonly unit: CoreUnit) {
    for (const { slot, name } of unit.params) this.#shown.set(slot, name);
    for (const [slot, name] of unit.slotNames) this.#shown.set(slot, name);
  }

  head(): string {
    const { unit } = this;
    const params = unit.params.map(({ slot }) => this.#slot(slot)).join(", ");
    const facts = [
      ...(unit.captures.length > 0 ? [`captures ${unit.captures.join(", ")}`] : []),
      ...(unit.mode === null ? [] : [`${unit.mode} clause`]),
    ];
    const head = `${unit.isAsync ? "async " : ""}${unitName(unit.ref)}(${params})`;
    return facts.length === 0 ? head : `${head}   ${facts.join(" · ")}`;
  }

  list(statements: readonly Stmt[], depth: number): string[] {
    return statements.flatMap((statement) => this.#statement(statement, depth));
  }

  #statement(statement: Stmt, depth: number): string[] {
    switch (statement.kind) {
      case "set":
        return [line(depth, `${this.#slot(statement.slot)} = ${this.#atom(statement.value)}`)];
      case "setCell":
        return [line(depth, `${this.#atom(statement.cell)}.cell = ${this.#atom(statement.value)}`)];
      case "setGlobal":
        return [line(depth, `${globalName(statement.global)} = ${this.#atom(statement.value)}`)];
      case "point": {
        const { id, slot, op, test, live } = statement;
        const result = `${this.#slot(slot)} = ${test ? "truth of " : ""}${this.#op(op)}`;
        // Not `live`: that was made before it was known whether the unit uses `self`.
        const held = (this.unit.points[id - 1]?.live ?? live).map((each) => this.#slot(each));
        return [`${line(depth, result, id).padEnd(SLOTS_AT)}  [${held.join(", ")}]`];
      }
      case "if": {
        const { test, then, otherwise } = statement;
        const [first, second, word] = then.length > 0 ? [then, otherwise, ""] : [otherwise, then, "not "];
        return [
          line(depth, `if ${word}${this.#atom(test)} {`),
          ...this.list(first, depth + 1),
          ...(second.length === 0 ? [] : [line(depth, "} else {"), ...this.list(second, depth + 1)]),
          line(depth, "}"),
        ];
      }
      case "loop":
      case "block":
        return [
          line(depth, `${statement.kind} ${statement.label} {`),
          ...this.list(statement.body, depth + 1),
          line(depth, "}"),
        ];
      case "count":
        return [line(depth, `count ${statement.counter}`)];
      case "break":
      case "continue":
        return [line(depth, `${statement.kind} ${statement.label}`)];
      case "return":
        return [line(depth, `return ${this.#atom(statement.value)}`)];
      case "tail":
        return [line(depth, `tail ${this.#op(statement.op)}`)];
    }
  }

  #slot(slot: Slot): string {
    return this.#shown.get(slot) ?? (slot === "self" ? "this" : `%${slot}`);
  }

  #atoms(atoms: readonly Atom[]): string {
    return atoms.map((atom) => this.#atom(atom)).join(", ");
  }

  #atom(atom: Atom): string {
    switch (atom.kind) {
      case "const":
        return atom.value === undefined ? "nil" : JSON.stringify(atom.value);
      case "slot":
        return this.#slot(atom.slot);
      case "capture":
        return `captured ${this.unit.captures[atom.index] ?? atom.index}`;
      case "classCapture":
        return `captured ${atom.index} of ${className(atom.cls)}`;
      case "cellValue":
        return `${this.#atom(atom.cell)}.cell`;
      case "newCell":
        return `cell(${this.#atom(atom.value)})`;
      case "global":
        return globalName(atom.global);
      case "function":
        return unitName(atom.unit);
      case "builtin":
        return atom.name;
      case "class":
        return className(atom.cls);
      case "closure":
        return `closure ${unitName(atom.unit)}${captures(this.#atoms(atom.captures))}`;
      case "localClass":
        return `class ${className(atom.cls)}${captures(this.#atoms(atom.captures))}`;
      case "list":
        return `[${this.#atoms(atom.items)}]`;
      case "map":
        return `{ ${this.#fields(atom.entries)} }`;
      case "equal":
        return `${this.#atom(atom.left)} == ${this.#atom(atom.right)}`;
      case "truthy":
        return this.#atom(atom.value);
      case "not":
        return `not (${this.#atom(atom.test)})`;
      case "hasNext":
        return `${this.#atom(atom.index)} < length of ${this.#atom(atom.list)}`;
      case "element":
        return `${this.#atom(atom.list)}[${this.#atom(atom.index)}]`;
      case "increment":
        return `${this.#atom(atom.value)} + 1`;
      case "less":
        return `${this.#atom(atom.left)} < ${this.#atom(atom.right)}`;
      case "requestWith":
        return `${this.#atom(atom.request)} with ${this.#atom(atom.continuation)}`;
      case "exit":
        return `exit to ${atom.target} with ${this.#atom(atom.value)}`;
      case "isExit":
        return `${this.#atom(atom.value)} is an exit${atom.target === null ? "" : ` to ${atom.target}`}`;
      case "exitValue":
        return `value of exit ${this.#atom(atom.value)}`;
    }
  }

  #fields(entries: readonly (readonly [name: string, value: Atom])[]): string {
    return entries.map(([name, value]) => `${name}: ${this.#atom(value)}`).join(", ");
  }

  #op(op: Op): string {
    switch (op.kind) {
      case "arithmetic":
      case "compare":
      case "bitwise":
        return `${this.#atom(op.left)} ${op.op} ${this.#atom(op.right)}`;
      case "negate":
        return `-${this.#atom(op.value)}`;
      case "checkType":
        return `${this.#atom(op.value)} ${op.truncate ? "!as" : "as"} ${op.type}`;
      case "getMember":
        return `${this.#atom(op.object)}.${op.name}`;
      case "setMember":
        return `${this.#atom(op.object)}.${op.name} = ${this.#atom(op.value)}`;
      case "getIndex":
        return `${this.#atom(op.object)}[${this.#atom(op.index)}]`;
      case "setIndex":
        return `${this.#atom(op.object)}[${this.#atom(op.index)}] = ${this.#atom(op.value)}`;
      case "iterable":
        return `elements of ${this.#atom(op.value)}`;
      case "callKnown":
        return `call ${unitName(op.unit)}(${this.#atoms(op.args)})`;
      case "callBuiltin":
        return `call ${op.name}(${this.#atoms(op.args)})`;
      case "call":
        return `call ${this.#atom(op.callee)}(${this.#atoms(op.args)})`;
      case "invoke":
        return `call ${this.#atom(op.object)}.${op.name}(${this.#atoms(op.args)})`;
      case "invokeSuper":
        return `call super.${op.name}(${this.#atoms(op.args)})`;
      case "construct":
        return `new ${className(op.cls)}(${this.#atoms(op.args)})`;
      case "perform":
        return `perform "${op.effect}"${op.fields.length === 0 ? "" : ` { ${this.#fields(op.fields)} }`}`;
      case "handled":
        return `handle with ${this.#atom(op.handler)} in ${this.#atom(op.body)}`;
      case "installHandler":
        return `install ${this.#atom(op.handler)}`;
      case "resume":
        return `resume ${this.#atom(op.continuation)} with ${this.#atom(op.value)}`;
      case "await":
        return `await ${this.#atom(op.value)}`;
      case "range":
        return `${this.#atom(op.from)}..${this.#atom(op.to)}`;
      case "noMatch":
        return `no arm for ${this.#atoms(op.values)}`;
      case "fault":
        return `fault ${op.fault} ${JSON.stringify(op.message)}`;
      case "tick":
        return "tick";
      case "probe":
        return "probe";
    }
  }
}

/** A line of a unit: the number of its point, if it has one, in a margin of its own. */
const line = (depth: number, text: string, point?: number): string =>
  `${point === undefined ? "     " : String(point).padStart(5)}  ${"    ".repeat(depth - 1)}${text}`;

const captures = (shown: string): string => (shown === "" ? "" : ` of (${shown})`);

/** The path of a unit in its item, of "item:path"; empty for a top-level statement. */
export const pathOf = (ref: UnitRef): string => ref.slice(ref.indexOf(":") + 1);

const unitName = (ref: UnitRef): string => pathOf(ref) || "top level";

/** "file#name" */
const globalName = (ref: string): string => ref.slice(ref.lastIndexOf("#") + 1);

/** "item:class Name@place" */
const className = (ref: string): string => /:class (.*)@\d+$/.exec(ref)?.[1] ?? ref;
