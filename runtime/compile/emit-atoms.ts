// Emits atoms: expressions that neither suspend nor change anything (K1 of core.ts).

import type * as es from "estree";
import { fieldKey } from "../engine/values.ts";
import type { Atom } from "./core.ts";
import * as js from "./js.ts";
import type { Linker } from "./linker.ts";

const SELF = js.id("self");
const UNDEFINED = js.id("undefined");

export class AtomEmitter {
  constructor(readonly linker: Linker) {}

  emit(atom: Atom): es.Expression {
    switch (atom.kind) {
      case "const":
        return js.value(atom.value);
      case "slot":
        return js.id(atom.slot);
      case "capture":
        return atom.index < 4
          ? js.member(SELF, `c${atom.index}`)
          : js.element(js.member(SELF, "more"), js.value(atom.index - 4));
      case "classCapture":
        return js.element(js.call("classCaptures", SELF, this.linker.classCode(atom.cls)), js.value(atom.index));
      case "cellValue":
        return js.member(this.emit(atom.cell), "v");
      case "newCell":
        return js.make(this.linker.cellClass(atom), this.emit(atom.value));
      case "global":
        return js.member(this.linker.global(atom.global), "v");
      case "function":
        return this.linker.closure(atom.unit);
      case "builtin":
        return this.linker.builtin(atom.name);
      case "class":
        return this.linker.classValue(atom.cls);
      case "closure":
        return this.#closure(atom);
      case "localClass":
        return js.make(
          "ClassValue",
          this.linker.classCode(atom.cls),
          js.array(atom.captures.map((c) => this.emit(c))),
          this.emit(atom.parent),
        );
      case "list":
        return js.array(atom.items.map((item) => this.emit(item)));
      case "map":
        return js.call("makeMap", js.array(atom.entries.flatMap(([key, value]) => [js.value(key), this.emit(value)])));
      case "equal":
        return this.#equal(atom);
      case "truthy":
        return this.#truthy(atom.value);
      case "not":
        return js.not(this.emit(atom.test));
      case "hasNext":
        return js.binary("<", this.emit(atom.index), js.member(this.emit(atom.list), "length"));
      case "element":
        return js.element(this.emit(atom.list), this.emit(atom.index));
      case "increment":
        return js.binary("+", this.emit(atom.value), js.value(1));
      case "less":
        return js.binary("<", this.emit(atom.left), this.emit(atom.right));
      case "requestWith":
        return js.call("requestWith", this.emit(atom.request), this.emit(atom.continuation));
      case "exit":
        return js.call("makeExit", js.value(atom.target), this.emit(atom.value));
      case "isExit":
        return js.call("isExit", this.emit(atom.value), js.value(atom.target ?? undefined));
      case "exitValue":
        return js.member(this.emit(atom.value), fieldKey("value"));
    }
  }

  #closure(atom: Extract<Atom, { kind: "closure" }>): es.Expression {
    if (atom.captures.length === 0) return this.linker.closure(atom.unit);
    const captures = atom.captures.map((capture) => this.emit(capture));
    const args = captures.slice(0, 4);
    if (captures.length > 4) args.push(js.array(captures.slice(4)));
    return js.make(
      "Closure",
      this.linker.code(atom.unit),
      js.value(this.linker.arity(atom.unit)),
      this.linker.enter(atom.unit),
      ...args,
    );
  }

  /** Only objects (Bytes) can be equal without being the same JavaScript value. */
  #equal(atom: Extract<Atom, { kind: "equal" }>): es.Expression {
    const left = this.emit(atom.left);
    const right = this.emit(atom.right);
    const same = js.binary("===", left, right);
    if (atom.left.kind === "const" || atom.right.kind === "const") return same;
    if (!isRepeatable(atom.left) || !isRepeatable(atom.right)) return js.call("isEqual", left, right);
    return js.logical(
      "||",
      same,
      js.logical("&&", js.binary("===", js.typeOf(left), js.value("object")), js.call("isEqual", left, right)),
    );
  }

  #truthy(atom: Atom): es.Expression {
    switch (atom.kind) {
      case "const":
        return js.value(atom.value !== undefined && atom.value !== false);
      case "equal":
      case "not":
      case "truthy":
      case "less":
      case "isExit":
        return this.emit(atom);
      default:
        return isRepeatable(atom) ? truthy(this.emit(atom)) : js.call("isTruthy", this.emit(atom));
    }
  }
}

/** The JavaScript boolean that says whether a value is truthy. `value` is written twice. */
export function truthy(value: es.Expression): es.Expression {
  return js.logical("&&", js.binary("!==", value, js.value(false)), js.binary("!==", value, UNDEFINED));
}

/** Is it cheap and without a trace to evaluate it twice? */
export function isRepeatable(atom: Atom): boolean {
  return (
    atom.kind === "slot" ||
    atom.kind === "const" ||
    atom.kind === "capture" ||
    atom.kind === "cellValue" ||
    atom.kind === "global"
  );
}

export const isNumberAtom = (atom: Atom): boolean => atom.kind === "const" && typeof atom.value === "number";
