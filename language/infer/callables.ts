// What a call may call, as a reader wants to see it: signature, parameters, documentation. For signature help, parameter names
// at arguments, named arguments and hovers. Unlike rules/callee.ts, which serves errors and must be certain, this may guess.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import { type Builtin, builtin, builtinMethods } from "../names/builtins.ts";
import type { ItemNames } from "../names/model.ts";
import { meaningOfUse } from "../names/patterns.ts";
import { classesOf } from "./classes.ts";
import { inferenceOf } from "./infer.ts";
import { membersOf } from "./members.ts";
import type { ClassPlace, ValueType } from "./types.ts";

export interface Callable {
  /** `deposit(amount: u32): u32` */
  readonly label: string;
  readonly params: readonly CallableParam[];
  readonly doc: string | null;
  /** The built-in, when it is one. */
  readonly builtin: Builtin | null;
  /** The function that is called; null for a built-in, and for a class without `init`. */
  readonly fun: { readonly node: ast.Function; readonly names: ItemNames } | null;
}

export interface CallableParam {
  readonly name: string;
  /** Where it stands in the label. */
  readonly start: number;
  readonly end: number;
  /** Takes any number of arguments. */
  readonly isRest: boolean;
}

/**
 * What a call of `callee` may call, the likeliest first; `isSure` when it is the first and nothing else, as far as the
 * program shows. `guess`: when nothing is known of the object of a method, every method of that name.
 */
export function callablesOf(
  callee: ast.Expression,
  names: ItemNames,
  analysis: Analysis,
  options: { readonly guess: boolean } = { guess: true },
): { readonly all: readonly Callable[]; readonly isSure: boolean } {
  if (callee.kind === "Name") {
    const { file } = analysis.locate(names);
    const binding = meaningOfUse(callee, names, analysis.registry, file);
    if (binding?.kind === "free") {
      const meaning = analysis.registry.meaningOf(file, binding.name);
      const known = meaning.kind === "builtin" ? builtin(meaning.name) : undefined;
      if (known) return sure(known.kind === "constant" ? [] : [ofBuiltin(known)]);
    }
  }
  if (callee.kind === "Member") {
    const types = inferenceOf(analysis).typesOf(callee.object, names);
    const found = membersOf(types, analysis).filter((member) => member.name === callee.name.name);
    const all = found.flatMap(({ source }): Callable[] => {
      switch (source.kind) {
        case "builtin":
          return [ofBuiltin(source.builtin)];
        case "method":
          return [ofFunction(source.node.name.name, source.node.fun, source.names, analysis, source.node.doc)];
        default:
          return inferenceOf(analysis)
            .typesOf(callee, names)
            .flatMap((type) => ofType(callee.name.name, type, analysis));
      }
    });
    if (types.length > 0) return sure(all);
    return { all: options.guess ? methodsNamed(callee.name.name, analysis) : [], isSure: false };
  }
  if (callee.kind === "Super") {
    const owner = ownerOf(callee, names, analysis);
    const method = owner && inheritedMethod(owner, callee.method.name, analysis);
    return sure(method ? [method] : []);
  }
  const written = callee.kind === "Name" ? callee.name : "fun";
  return sure(
    inferenceOf(analysis)
      .typesOf(callee, names)
      .flatMap((type) => ofType(written, type, analysis)),
  );
}

const sure = (all: readonly Callable[]) => ({ all, isSure: all.length === 1 });

function ofType(name: string, type: ValueType, analysis: Analysis): Callable[] {
  if (type.kind === "function") {
    const declaration = declarationOf(type.fun, type.names);
    return [ofFunction(declaration?.name.name ?? name, type.fun, type.names, analysis, declaration?.doc ?? null)];
  }
  return type.kind === "class" ? [ofClass(type.of, analysis)] : [];
}

/** The `fun` declaration of a function, for its name and documentation. */
function declarationOf(fun: ast.Function, names: ItemNames): ast.FunDeclaration | undefined {
  for (const { node } of names.exports) if (node.kind === "Fun" && node.fun === fun) return node;
  for (const unit of names.units)
    for (const { node } of unit.locals) if (node?.kind === "Fun" && node.fun === fun) return node;
  return undefined;
}

export function ofBuiltin(known: Builtin): Callable {
  const open = known.signature.indexOf("(") + 1;
  const params: CallableParam[] = [];
  let at = open;
  for (const written of open > 0 ? known.signature.slice(open, -1).split(", ") : []) {
    if (written !== "") {
      const name = written.replace("?", "").replace("...", "");
      params.push({ name, start: at, end: at + written.length, isRest: written.startsWith("...") });
    }
    at += written.length + 2;
  }
  return { label: known.signature, params, doc: known.doc, builtin: known, fun: null };
}

export function ofFunction(
  name: string,
  fun: ast.Function,
  names: ItemNames,
  analysis: Analysis,
  doc: string | null,
): Callable {
  const { file, index } = analysis.locate(names);
  const { text } = analysis.files.get(file)!.items[index]!.tree;
  let label = `${name}(`;
  const params = fun.params.map((param, position): CallableParam => {
    if (position > 0) label += ", ";
    const start = label.length;
    const type = param.type ? `: ${oneLine(text.slice(param.type.start, param.type.end))}` : "";
    label += `${param.name.name}${type}`;
    return { name: param.name.name, start, end: label.length, isRest: false };
  });
  label += fun.returns ? `): ${oneLine(text.slice(fun.returns.start, fun.returns.end))}` : ")";
  return { label, params, doc, builtin: null, fun: { node: fun, names } };
}

const oneLine = (text: string): string => text.trim().replace(/\s+/g, " ");

/** What `A(…)` calls: the nearest `init`. */
export function ofClass(place: ClassPlace, analysis: Analysis): Callable {
  const name = place.node.name.name;
  for (const { node, names } of inferenceOf(analysis).lineage(place)) {
    const init = node.methods.find((method) => method.name.name === "init");
    if (init) return ofFunction(name, init.fun, names, analysis, init.doc ?? place.node.doc);
  }
  return { label: `${name}()`, params: [], doc: place.node.doc, builtin: null, fun: null };
}

/** Every method of a name: what `x.name()` may call when nothing is known of `x`. */
function methodsNamed(name: string, analysis: Analysis): Callable[] {
  const declared = classesOf(analysis).flatMap(({ node, names }) =>
    node.methods.flatMap((method) =>
      method.name.name === name ? [ofFunction(name, method.fun, names, analysis, method.doc)] : [],
    ),
  );
  return [...declared, ...builtinMethods(name).map(ofBuiltin)].slice(0, 10);
}

function ownerOf(node: ast.Super, names: ItemNames, analysis: Analysis): ClassPlace | undefined {
  const binding = names.bindingOf(node);
  if (binding?.kind !== "local") return undefined;
  const [type] = inferenceOf(analysis).typesOfLocal(binding, names);
  return type?.kind === "instance" ? type.of : undefined;
}

function inheritedMethod(owner: ClassPlace, name: string, analysis: Analysis): Callable | undefined {
  for (const { node, names } of inferenceOf(analysis).lineage(owner).slice(1)) {
    const method = node.methods.find((each) => each.name.name === name);
    if (method) return ofFunction(name, method.fun, names, analysis, method.doc);
  }
  return undefined;
}
