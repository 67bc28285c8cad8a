// Compiles an item beside a program that is loaded already: what a debugger's user writes. It is compiled like any other code, but the
// units and classes that it names are those of the running program.
//
//   text + what names mean where the program stands --lower--> Core --emit--> JavaScript that asks for the program's own codes

import { generate } from "astring";
import type * as es from "estree";
import type { FileTree } from "../../language/ast.ts";
import type { Registry } from "../../language/names/model.ts";
import { resolveItem } from "../../language/names/resolve.ts";
import type { CoreUnit, UnitRef } from "./core.ts";
import { emitUnit } from "./emit.ts";
import * as js from "./js.ts";
import { type BuiltinTables, Linker } from "./linker.ts";
import { lowerLater, type ProgramFile, type UnitData, unitData, wrap } from "./program.ts";

/** Units as `loadBeside` takes them (load.ts). */
export interface Beside {
  readonly text: string;
  readonly units: readonly UnitData[];
  readonly globals: readonly string[];
}

/** Units, classes and traits of a loaded program, by their references. */
export interface Known {
  readonly codes: ReadonlyMap<string, { readonly isAsync: boolean }>;
  readonly classes: ReadonlyMap<string, unknown>;
  readonly traits: ReadonlyMap<string, unknown>;
}

/** Says why something cannot be compiled beside a program. */
export class BesideError extends Error {}

/**
 * Compiles the first item of `tree`. `files` and `registry` are the program's; free names mean what they mean in its file `scope`.
 * `known`: what the program has. Throws BesideError and LimitError.
 */
export function compileBeside(
  tree: FileTree,
  scope: string,
  { files, registry }: { readonly files: readonly ProgramFile[]; readonly registry: Registry },
  known: Known,
  builtins: BuiltinTables,
): Beside {
  const own: ProgramFile = { tree, names: tree.items.map((item) => resolveItem(item.tree)) };
  const inScope = (file: string): string => (file === tree.path ? scope : file);
  const program = lowerLater([...files, own], {
    ...registry,
    meaningOf: (file, name) => registry.meaningOf(inScope(file), name),
  });
  program.lowerItem(tree.path, 0);
  const linker = new BesideLinker(program.units, builtins, known);
  const functions = program.units.flatMap((unit) => emitUnit(unit, linker));
  return {
    text: generate(wrap([...linker.prologue(), ...functions])),
    units: program.units.map((unit) => unitData(unit, program.places.get(unit.ref)!)),
    globals: linker.globals,
  };
}

/** Knows its own units; all others, and every class, are the program's. */
class BesideLinker extends Linker {
  readonly #own: ReadonlySet<UnitRef>;
  readonly #known: Known;
  readonly #numbers = new Map<string, number>();

  constructor(units: readonly CoreUnit[], builtins: BuiltinTables, known: Known) {
    super(units, [], builtins);
    this.#own = new Set(units.map(({ ref }) => ref));
    this.#known = known;
  }

  #ask(prefix: string, ref: string, value: (ref: es.Expression) => es.Expression): es.Identifier {
    const { codes, classes, traits } = this.#known;
    if (!codes.has(ref) && !classes.has(ref) && !traits.has(ref))
      throw new BesideError("a class cannot be declared here");
    let number = this.#numbers.get(ref);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(ref, number);
    }
    return this.imported(`${prefix}${number}`, () => value(js.value(ref)));
  }

  #codeOf = (ref: es.Expression): es.Expression => js.call(js.member(js.id("$"), "codeOf"), ref);
  #ownOf = (ref: es.Expression): es.Expression => js.call(js.member(js.id("$"), "ownOf"), ref);

  override functionNames(ref: UnitRef): { readonly enter: string; readonly resume: string } {
    if (this.#own.has(ref)) return super.functionNames(ref);
    return { enter: this.#ask("F_", ref, (id) => js.member(this.#codeOf(id), "enter")).name, resume: "" };
  }

  override code(ref: UnitRef): es.Identifier {
    return this.#own.has(ref) ? super.code(ref) : this.#ask("C_", ref, this.#codeOf);
  }

  override isAsync(ref: UnitRef): boolean {
    return this.#own.has(ref) ? super.isAsync(ref) : this.#known.codes.get(ref)?.isAsync === true;
  }

  override enter(ref: UnitRef): es.Expression {
    return this.#own.has(ref) ? super.enter(ref) : js.id(this.functionNames(ref).enter);
  }

  override closure(ref: UnitRef): es.Identifier {
    return this.#own.has(ref) ? super.closure(ref) : this.#ask("K_", ref, this.#ownOf);
  }

  override classValue(ref: string): es.Identifier {
    return this.#ask("W_", ref, this.#ownOf);
  }

  override classCode(): es.Identifier {
    throw new BesideError("`super` cannot be used here");
  }

  override maker(): undefined {
    return undefined;
  }
}
