// The inference: what an expression's value may be. Asked about one expression at a time, for completion of members, hovers
// and inlay hints; it looks at the initialiser, at assignments, at what callers pass, at what functions yield and at what
// handlers resume with, as far as that is cheap.
//
// I1. Each question has a budget of steps; what it does not reach is unknown. So a question costs microseconds to a few
//     milliseconds, whatever the program is.
// I2. Circles (`x = f(x)`) contribute nothing to their own answer. An answer that met one, or the end of the budget, is kept
//     only as the answer to its own question.
// I3. Answers live as long as the analysis they were asked of.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import { builtin } from "../names/builtins.ts";
import type { ItemNames, Local, Meaning } from "../names/model.ts";
import { meaningOfUse } from "../names/patterns.ts";
import { walk } from "../walk.ts";
import { callsOf } from "./callers.ts";
import { lineageOf } from "./classes.ts";
import { type EffectSites, effectSitesOf } from "./effect-sites.ts";
import {
  awaited,
  builtinResult,
  itemsOf,
  methodResult,
  REACTOR_RESULTS,
  type ResultOf,
  SYSTEM_PAYLOADS,
} from "./results.ts";
import { calledName, type Sightings, seenIn, usersOf } from "./sightings.ts";
import {
  ANY_MAP,
  BOOLEAN,
  type ClassPlace,
  CONTINUATION,
  futureOf,
  listOf,
  NIL,
  NUMBER,
  POINTER,
  receiverOf,
  STRING,
  type Types,
  UNKNOWN,
  union,
  type ValueType,
  withoutNil,
} from "./types.ts";

export interface Inference extends EffectSites {
  /** What an expression of the item with these names may be. */
  typesOf(expression: ast.Expression, names: ItemNames): Types;
  typesOfLocal(local: Local, names: ItemNames): Types;
  /** What a top-level name may be. */
  typesOfMeaning(meaning: Meaning): Types;
  /** What calling a function yields. */
  resultOf(fun: ast.Function, names: ItemNames): Types;
  /** What a field of an instance, a key of a map or a part of a request may be. */
  typesOfMember(object: ValueType, name: string): Types;
  /** A class and what it inherits from, nearest first: its superclasses and all their traits. */
  lineage(place: ClassPlace): readonly ClassPlace[];
}

/** Steps that one question may take (I1): about a millisecond. */
const BUDGET = 1500;
const MAX_DEPTH = 40;
const inferences = new WeakMap<Analysis, Inference>();

/** The inference over an analysis; the same one each time. */
export function inferenceOf(analysis: Analysis): Inference {
  let known = inferences.get(analysis);
  if (!known) {
    known = createInference(analysis);
    inferences.set(analysis, known);
  }
  return known;
}

function createInference(analysis: Analysis): Inference {
  const { registry } = analysis;
  const answers = new WeakMap<ItemNames, WeakMap<object, Types>>();
  const { performsOf, handlesOf, effectNames } = effectSitesOf(analysis);

  // ---- one question (I1, I2) ----

  const open = new Set<object>();
  let steps = 0;
  let isPartial = false;

  function asked(node: object, names: ItemNames, find: () => Types): Types {
    let inItem = answers.get(names);
    if (!inItem) {
      inItem = new WeakMap();
      answers.set(names, inItem);
    }
    const known = inItem.get(node);
    if (known) return known;
    const isQuestion = open.size === 0;
    if (isQuestion) {
      steps = 0;
      isPartial = false;
    }
    if (open.has(node) || open.size > MAX_DEPTH || steps++ > BUDGET) {
      isPartial = true;
      return UNKNOWN;
    }
    open.add(node);
    let found: Types;
    try {
      found = find();
    } finally {
      open.delete(node);
    }
    if (!isPartial || isQuestion) inItem.set(node, found);
    return found;
  }

  const seen = (names: ItemNames): Sightings => seenIn(names, analysis);

  // ---- expressions ----

  const typesOf = (expression: ast.Expression, names: ItemNames): Types =>
    asked(expression, names, () => ofExpression(expression, names));
  const ofAll = (expressions: readonly ast.Expression[], names: ItemNames): Types =>
    union(expressions.map((each) => typesOf(each, names)));

  function ofExpression(node: ast.Expression, names: ItemNames): Types {
    switch (node.kind) {
      case "Number":
      case "Char":
        return NUMBER;
      case "String":
        return STRING;
      case "Bool":
        return BOOLEAN;
      case "Nil":
        // A hole of a program that is being typed is no nil.
        return node.start === node.end ? UNKNOWN : NIL;
      case "List":
        return listOf(ofAll(node.items.slice(0, 4), names));
      case "Map":
        return [{ kind: "map", literal: { node, names }, known: {} }];
      case "FunExpression":
        return [{ kind: "function", fun: node.fun, names }];
      case "Name":
        return ofName(node, names);
      case "This":
        return ofThis(node, names);
      case "Member":
        return ofMember(node, names);
      case "Index":
        return ofIndex(node, names);
      case "Call":
        return ofCall(node.callee, null, node.args, names);
      case "Pipe": {
        const result =
          node.right.kind === "Call"
            ? ofCall(node.right.callee, node.left, node.right.args, names)
            : ofCall(node.right, node.left, [], names);
        return node.isAwait ? awaited(result) : result;
      }
      case "Await":
        return awaited(typesOf(node.value, names));
      case "Perform":
        return ofPerform(node);
      case "Unary":
        if (node.op === "!") return BOOLEAN;
        if (node.op === "&") return POINTER;
        return node.op === "-" ? NUMBER : UNKNOWN;
      case "Binary":
        return ofBinary(node, names);
      case "Logical": {
        const left = typesOf(node.left, names);
        return union([node.op === "or" ? withoutNil(left) : left, typesOf(node.right, names)]);
      }
      case "Assign":
        return typesOf(node.value, names);
      case "Cast":
        return ofTypeRef(node.type, names);
      case "Range":
        return listOf(NUMBER);
      case "If":
        return node.otherwise ? ofAll([node.then, node.otherwise], names) : typesOf(node.then, names);
      case "Match":
        return ofAll(
          node.arms.map((arm) => arm.body),
          names,
        );
      case "Block": {
        const last = node.statements.at(-1);
        return last && isExpression(last) ? typesOf(last, names) : UNKNOWN;
      }
      case "Unsafe":
        return typesOf(node.body, names);
      default:
        return UNKNOWN;
    }
  }

  function ofBinary(node: ast.Binary, names: ItemNames): Types {
    if (node.op === "+") {
      const left = typesOf(node.left, names);
      if (isJust(left, "string")) return STRING;
      const right = typesOf(node.right, names);
      if (isJust(right, "string")) return STRING;
      if (left.some((type) => type.kind === "pointer")) return POINTER;
      return isJust(left, "number") && isJust(right, "number") ? NUMBER : UNKNOWN;
    }
    return COMPARISONS.has(node.op) ? BOOLEAN : NUMBER;
  }

  function ofName(node: ast.Name, names: ItemNames): Types {
    const { file } = analysis.locate(names);
    const binding = meaningOfUse(node, names, registry, file);
    if (binding?.kind === "local") return typesOfLocal(binding, names);
    return binding ? typesOfMeaning(registry.meaningOf(file, binding.name)) : UNKNOWN;
  }

  function ofThis(node: ast.This, names: ItemNames): Types {
    const binding = names.bindingOf(node);
    return binding?.kind === "local" ? typesOfLocal(binding, names) : UNKNOWN;
  }

  function ofMember(node: ast.Member, names: ItemNames): Types {
    const { name } = node.name;
    return union(typesOf(node.object, names).map((type) => typesOfMember(type, name)));
  }

  function ofIndex(node: ast.Index, names: ItemNames): Types {
    return union(
      typesOf(node.object, names).map((type) => {
        if (type.kind === "list") return type.of;
        return node.index.kind === "String" ? typesOfMember(type, node.index.value) : UNKNOWN;
      }),
    );
  }

  // ---- names ----

  const typesOfLocal = (local: Local, names: ItemNames): Types => asked(local, names, () => ofLocal(local, names));

  function ofLocal(local: Local, names: ItemNames): Types {
    const sightings = seen(names);
    switch (local.role) {
      case "this": {
        const owner = sightings.owners.get(local.unit.node);
        return owner ? [{ kind: "instance", of: owner }] : UNKNOWN;
      }
      case "effect":
        return [{ kind: "effect", handle: local.unit.node as ast.Handle, names }];
      case "fun":
        return local.node?.kind === "Fun" ? [{ kind: "function", fun: local.node.fun, names }] : UNKNOWN;
      case "class":
        return local.node?.kind === "Class" ? [{ kind: "class", of: { node: local.node, names } }] : UNKNOWN;
      case "loop": {
        const loop = local.declaration && sightings.loops.get(local.declaration);
        return loop ? union([itemsOf(typesOf(loop.of, names)), ...written(local, names)]) : UNKNOWN;
      }
      case "pattern": {
        const subject = local.declaration && sightings.subjects.get(local.declaration);
        return subject ? typesOf(subject, names) : UNKNOWN;
      }
      case "param":
        return ofParameter(local, names);
      default: {
        const { variable } = local;
        if (!variable) return UNKNOWN;
        if (variable.type) return ofTypeRef(variable.type, names);
        const initial = variable.init ? typesOf(variable.init, names) : UNKNOWN;
        return union([isNil(initial) ? UNKNOWN : initial, ...written(local, names)]);
      }
    }
  }

  /** What assignments of a local give it. */
  function written(local: Local, names: ItemNames): Types[] {
    if (!local.assigned) return [];
    const { assigned } = seen(names);
    return local.uses.flatMap(({ node, access }) => {
      const value = access === "write" ? assigned.get(node) : undefined;
      return value ? [withoutNil(typesOf(value, names))] : [];
    });
  }

  function ofParameter(local: Local, names: ItemNames): Types {
    const fun = local.unit.node as ast.Function;
    const position = fun.params.findIndex((param) => param.name === local.declaration);
    const param = fun.params[position];
    if (!param) return UNKNOWN;
    if (param.type) return ofTypeRef(param.type, names);
    const passed = seen(names).passed.get(fun);
    if (passed) return callbackParameter(passed.call, passed.piped, passed.position, position, names);
    if (local.unit.name === null) return UNKNOWN;
    return union([
      ...callsOf(local.unit, names, analysis).map(({ call, piped, names: at }) => {
        const named = call.args.find((arg) => arg.name?.name === local.name);
        const given = named?.value ?? [...(piped ? [piped] : []), ...positional(call)][position];
        return given ? withoutNil(typesOf(given, at)) : UNKNOWN;
      }),
      ...written(local, names),
    ]);
  }

  /** `f` of `list.map(f)`: its first parameter is an item. */
  function callbackParameter(
    call: ast.Call,
    piped: ast.Expression | null,
    argument: number,
    position: number,
    names: ItemNames,
  ): Types {
    const { callee } = call;
    const name = calledName(callee);
    if (name === undefined) return UNKNOWN;
    const isMethod = callee.kind === "Member";
    const list = isMethod ? callee.object : (piped ?? call.args[0]?.value);
    if (!list || argument !== (isMethod ? 0 : 1)) return UNKNOWN;
    if (name === "each" && isMethod && position === 0) {
      const types = typesOf(list, names);
      return types.some((type) => type.kind === "map") ? STRING : itemsOf(types);
    }
    if (name === "reduce") return position === 1 ? itemsOf(typesOf(list, names)) : UNKNOWN;
    if (name === "sort") return itemsOf(typesOf(list, names));
    return ITEM_CALLBACKS.has(name) && position === 0 ? itemsOf(typesOf(list, names)) : UNKNOWN;
  }

  function typesOfMeaning(meaning: Meaning): Types {
    switch (meaning.kind) {
      case "module":
        return [{ kind: "module", file: meaning.file }];
      case "builtin":
        return builtin(meaning.name)?.kind === "constant" ? NUMBER : UNKNOWN;
      case "global":
        return ofGlobal(meaning);
      default:
        return UNKNOWN;
    }
  }

  function ofGlobal({ file, itemIndex, export: { node, name } }: Extract<Meaning, { kind: "global" }>): Types {
    const names = analysis.names(file, itemIndex);
    switch (node.kind) {
      case "Fun":
        return [{ kind: "function", fun: node.fun, names }];
      case "Class":
      case "Trait":
        return [{ kind: "class", of: { node, names } }];
      case "Var":
        return asked(node, names, () => {
          if (node.type) return ofTypeRef(node.type, names);
          const initial = node.init ? typesOf(node.init, names) : NIL;
          return isNil(initial) && !node.constant ? assignedInFile(file, name) : initial;
        });
      default:
        return UNKNOWN;
    }
  }

  /** For a top-level variable that begins as nil: what the rest of its file puts there. */
  function assignedInFile(file: string, name: string): Types {
    const found: Types[] = [];
    for (const names of usersOf(name, file, analysis)) {
      for (const unit of names.units) {
        for (const use of unit.free) {
          if (use.access !== "write" || !("name" in use.node) || use.node.name !== name) continue;
          const value = seen(names).assigned.get(use.node);
          if (value) found.push(withoutNil(typesOf(value, names)));
        }
      }
    }
    return union(found);
  }

  function ofTypeRef(type: ast.TypeRef, names: ItemNames): Types {
    if (type.kind === "PointerType") return POINTER;
    if (type.kind !== "NamedType") return UNKNOWN;
    const written = NAMED_TYPES.get(type.name);
    if (written) return written;
    if (/^[uif](8|16|32|64)$/.test(type.name)) return NUMBER;
    const meaning = registry.meaningOf(analysis.locate(names).file, type.name);
    return meaning.kind === "global" && meaning.export.node.kind === "Class"
      ? [
          {
            kind: "instance",
            of: { node: meaning.export.node, names: analysis.names(meaning.file, meaning.itemIndex) },
          },
        ]
      : UNKNOWN;
  }

  // ---- calls ----

  function ofCall(
    callee: ast.Expression,
    piped: ast.Expression | null,
    args: readonly ast.Argument[],
    names: ItemNames,
  ): Types {
    const given = [...(piped ? [piped] : []), ...args.map((arg) => arg.value)];
    const library = (result: ResultOf, self: Types | null): Types =>
      result([...(self ? [self] : []), ...given.map((value) => typesOf(value, names))], (callback) =>
        union(callback.map(ofCalling)),
      );
    if (callee.kind === "Name") {
      const { file } = analysis.locate(names);
      const binding = meaningOfUse(callee, names, registry, file);
      const meaning = binding?.kind === "free" ? registry.meaningOf(file, binding.name) : undefined;
      if (meaning?.kind === "builtin") {
        const result = builtinResult(meaning.name);
        return result ? library(result, null) : UNKNOWN;
      }
    }
    if (callee.kind === "Member") {
      const { name } = callee.name;
      return union(
        typesOf(callee.object, names).map((type) => {
          const receiver = receiverOf(type);
          const result = receiver && methodResult(receiver, name);
          if (result) return library(result, [type]);
          return union(typesOfMember(type, name).map(ofCalling));
        }),
      );
    }
    return union(typesOf(callee, names).map(ofCalling));
  }

  function ofCalling(callee: ValueType): Types {
    if (callee.kind === "function") return resultOf(callee.fun, callee.names);
    return callee.kind === "class" ? [{ kind: "instance", of: callee.of }] : UNKNOWN;
  }

  function resultOf(fun: ast.Function, names: ItemNames): Types {
    return asked(fun, names, () => {
      const result = fun.returns ? ofTypeRef(fun.returns, names) : ofBody(fun, names);
      return fun.isAsync ? futureOf(result) : result;
    });
  }

  function ofBody(fun: ast.Function, names: ItemNames): Types {
    const values: ast.Expression[] = [fun.body];
    walk(fun.body, (node) => {
      if (node.kind === "Return" && node.value) values.push(node.value);
      return node.kind !== "Fun" && node.kind !== "FunExpression" && node.kind !== "Class" && node.kind !== "Handle";
    });
    return ofAll(values.slice(0, 8), names);
  }

  /** What handlers resume with, or what the reactor does when the program has no handler. */
  function ofPerform(node: ast.Perform): Types {
    const handles = handlesOf(node.effect);
    if (handles.length === 0) return REACTOR_RESULTS.get(node.effect) ?? UNKNOWN;
    const own = handles.flatMap((handle) =>
      (seen(handle.names).resumes.get(handle.node) ?? []).map((value) => (value ? typesOf(value, handle.names) : NIL)),
    );
    return union(own);
  }

  // ---- members ----

  function typesOfMember(object: ValueType, name: string): Types {
    switch (object.kind) {
      case "instance":
        return ofInstanceMember(object.of, name);
      case "module":
        return typesOfMeaning(registry.exportOf(object.file, name));
      case "map": {
        if (Object.hasOwn(object.known, name)) return object.known[name]!;
        const { literal } = object;
        const entry = literal?.node.entries.find((each) => each.key.name === name);
        return entry && literal ? typesOf(entry.value, literal.names) : UNKNOWN;
      }
      case "effect":
        return ofRequest(object.handle, name);
      default:
        return UNKNOWN;
    }
  }

  function ofInstanceMember(place: ClassPlace, name: string): Types {
    const found: Types[] = [];
    for (const { node, names } of lineage(place)) {
      const method = node.methods.find((each) => each.name.name === name);
      if (method) return [{ kind: "function", fun: method.fun, names }];
      const field = node.kind === "Class" ? node.fields.find((each) => each.name.name === name) : undefined;
      if (field?.type) return ofTypeRef(field.type, names);
      if (field?.init) found.push(withoutNil(typesOf(field.init, names)));
      for (const value of seen(names).fieldWrites.get(node)?.get(name) ?? [])
        found.push(withoutNil(typesOf(value, names)));
    }
    return union(found);
  }

  function ofRequest(handle: ast.Handle, name: string): Types {
    if (name === "continuation") return CONTINUATION;
    if (name === "name") return STRING;
    const system = SYSTEM_PAYLOADS.get(handle.effect);
    if (system) return Object.hasOwn(system, name) ? system[name]! : UNKNOWN;
    const given = performsOf(handle.effect).flatMap(({ node, names }) => {
      const entry = node.payload?.entries.find((each) => each.key.name === name);
      return entry ? [typesOf(entry.value, names)] : [];
    });
    return name === "id" && given.length === 0 ? STRING : union(given);
  }

  const lineage = (place: ClassPlace): readonly ClassPlace[] => lineageOf(place, analysis);

  return {
    typesOf,
    effectNames,
    typesOfLocal,
    typesOfMeaning,
    resultOf,
    typesOfMember,
    lineage,
    performsOf,
    handlesOf,
  };
}

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);
const ITEM_CALLBACKS: ReadonlySet<string> = new Set(["map", "filter", "each", "count", "parallel"]);
const NAMED_TYPES: ReadonlyMap<string, Types> = new Map([
  ["String", STRING],
  ["string", STRING],
  ["Number", NUMBER],
  ["number", NUMBER],
  ["Bool", BOOLEAN],
  ["bool", BOOLEAN],
  ["ptr", POINTER],
  ["List", listOf(UNKNOWN)],
  ["Map", ANY_MAP],
]);

const isJust = (types: Types, name: string): boolean =>
  types.length > 0 && types.every((type) => type.kind === "plain" && type.name === name);
const isNil = (types: Types): boolean => isJust(types, "nil");
const positional = (call: ast.Call): ast.Expression[] =>
  call.args.flatMap((arg) => (arg.name === null ? [arg.value] : []));

function isExpression(statement: ast.Statement): statement is ast.Expression {
  switch (statement.kind) {
    case "Var":
    case "Fun":
    case "Class":
    case "Trait":
    case "Layout":
    case "Gene":
    case "Test":
    case "Import":
    case "Handle":
    case "Error":
      return false;
    default:
      return true;
  }
}
