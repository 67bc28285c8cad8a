// Semantic tokens: colours that need the meaning of a name, full, as a delta and for a range.
//
// Besides the standard types there are the language's own:
//   effect         the name of an effect, in `perform "ASK"` and `handle "ASK"`, and `effect` in a clause
//   handler        the word `handle`
//   suspension     the words `perform` and `await`: the code stops here until somebody answers
//   continuation   `effect.continuation`, and `resume`
//   unsafe         the word `unsafe`
// and modifiers: `suspends` on a function that may suspend, `home` on a function whose tasks stay on one core, `unsafe` on
// what is allowed in `unsafe` only, `captured` on a local that closures share and somebody assigns.
//
// Comments, numbers and other words are left to the editor's grammar.
//
// S1. What an item's own text says is found once for each version of the item; what its free names mean is looked up each
//     time. So tokens after an edit cost one walk over one item, and a pass over the rest.

import type { SemanticTokens, SemanticTokensDelta, SemanticTokensEdit } from "vscode-languageserver";
import type * as ast from "../../language/ast.ts";
import { builtin, NUMERIC_TYPES } from "../../language/names/builtins.ts";
import type { ItemNames, Local, Meaning, Unit } from "../../language/names/model.ts";
import { walk } from "../../language/walk.ts";
import type { Feature } from "../feature.ts";
import type { View } from "../view.ts";

export const tokenTypes = [
  ...(["namespace", "class", "interface", "struct", "type", "parameter", "variable", "property"] as const),
  ...(["function", "method", "decorator", "effect", "handler", "suspension", "continuation", "unsafe"] as const),
] as const;
export const tokenModifiers = [
  ...(["declaration", "readonly", "async", "modification", "defaultLibrary", "deprecated"] as const),
  ...(["suspends", "home", "unsafe", "captured", "global"] as const),
] as const;

export type TokenType = (typeof tokenTypes)[number];
export type TokenModifier = (typeof tokenModifiers)[number];

/** A token of a file, in offsets. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly type: TokenType;
  /** One bit for each of `tokenModifiers`. */
  readonly modifiers: number;
}

export const semanticTokens: Feature = {
  capabilities: {
    semanticTokensProvider: {
      legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] },
      full: { delta: true },
      range: true,
    },
  },
  register: (connection, services) => {
    const results = new Results();
    connection.languages.semanticTokens.on(({ textDocument: { uri } }, token) =>
      services.answer<SemanticTokens>(uri, token, { data: [] }, (view, file) => {
        const data = encoded(view, file);
        return { resultId: results.keep(uri, data), data: Array.from(data) };
      }),
    );
    connection.languages.semanticTokens.onDelta(({ textDocument: { uri }, previousResultId }, token) =>
      services.answer<SemanticTokens | SemanticTokensDelta>(uri, token, { data: [] }, (view, file) => {
        const before = results.find(uri, previousResultId);
        const data = encoded(view, file);
        const resultId = results.keep(uri, data);
        return before ? { resultId, edits: editsBetween(before, data) } : { resultId, data: Array.from(data) };
      }),
    );
    connection.languages.semanticTokens.onRange(({ textDocument: { uri }, range }, token) =>
      services.answer<SemanticTokens>(uri, token, { data: [] }, (view, file) => ({
        data: Array.from(encoded(view, file, view.span(file, range))),
      })),
    );
  },
};

/** The tokens of a file, or those that touch a part of it, in the order of the text. */
export function tokensOf(view: View, file: string, part?: ast.Span): Token[] {
  const found: Token[] = [];
  eachToken(view, file, part, (start, end, type, modifiers) => void found.push({ start, end, type, modifiers }));
  return found;
}

/** One after the other, without an object for each: a long file has twenty thousand, and is asked about after each keystroke. */
function eachToken(
  view: View,
  file: string,
  part: ast.Span | undefined,
  visit: (start: number, end: number, type: TokenType, modifiers: number) => void,
): void {
  const { analysis } = view;
  const tree = view.tree(file);
  const meanings = new Map<string, Answer[]>();
  tree.items.forEach((item, index) => {
    if (part && (item.offset > part.end || item.offset + item.tree.text.length < part.start)) return;
    const names = analysis.names(file, index);
    for (const raw of rawTokens(item.tree, names)) {
      const start = raw.start + item.offset;
      const end = raw.end + item.offset;
      if (part && (start > part.end || end < part.start)) continue;
      const { type, modifiers } = raw.free === null ? raw : styleOf(raw.free, raw, view, file, meanings);
      visit(start, end, type, modifiers | ofUnit(raw.unit, view));
    }
  });
}

// ---- what an item says by itself (S1) ----

interface Styled {
  readonly type: TokenType;
  readonly modifiers: number;
}

interface RawToken extends Styled {
  readonly start: number;
  readonly end: number;
  /** A name that the registry must be asked about: `name`, or `name` of the import `alias`. */
  readonly free: { readonly alias: string | null; readonly name: string } | null;
  /** The function that is named, for what is known of its effects. */
  readonly unit: Unit | null;
}

const BITS = Object.fromEntries(tokenModifiers.map((name, bit) => [name, 1 << bit])) as Readonly<
  Record<TokenModifier, number>
>;
const { declaration, readonly, modification, defaultLibrary, deprecated, suspends, home, captured, global } = BITS;

const kept = new WeakMap<ItemNames, readonly RawToken[]>();

function rawTokens(tree: ast.ItemTree, names: ItemNames): readonly RawToken[] {
  let tokens = kept.get(names);
  if (!tokens) {
    tokens = collect(tree, names);
    kept.set(names, tokens);
  }
  return tokens;
}

function collect(tree: ast.ItemTree, names: ItemNames): RawToken[] {
  const { text } = tree;
  const found: RawToken[] = [];
  const called = new Set<object>();
  const ofClasses = new Set<object>();
  const written = new Set<object>();
  for (const unit of names.units) for (const { node, access } of unit.free) if (access === "write") written.add(node);
  const exported = new Set<object>(names.exports.map((each) => each.identifier));
  // A damaged tree may show a function that the resolver did not reach.
  const units = new Map<object, Unit>(names.units.map((unit) => [unit.node, unit]));

  const add = (
    start: number,
    end: number,
    type: TokenType,
    modifiers = 0,
    free: RawToken["free"] = null,
    unit: Unit | null = null,
  ): void => {
    if (end > start) found.push({ start, end, type, modifiers, free, unit });
  };
  const word = (start: number, keyword: string, type: TokenType): void => {
    if (text.startsWith(keyword, start)) add(start, start + keyword.length, type);
  };
  const at = (span: ast.Span, type: TokenType, modifiers = 0, unit?: Unit): void =>
    add(span.start, span.end, type, modifiers, null, unit);
  const declared = (name: ast.Identifier, type: TokenType, modifiers = 0, unit?: Unit): void => {
    const local = names.localOf(name);
    const shared = local?.captured && local.assigned ? captured : 0;
    at(name, type, modifiers | declaration | shared | (exported.has(name) ? global : 0), unit);
  };
  const params = (fun: ast.Function): void => {
    for (const param of fun.params) declared(param.name, "parameter");
  };
  const annotations = (all: readonly ast.Annotation[]): void => {
    for (const { start, name } of all) add(start, start + 1 + name.length, "decorator");
  };
  const members = (methods: readonly ast.FunDeclaration[], fields: readonly ast.VarDeclaration[]): void => {
    for (const method of methods) ofClasses.add(method);
    for (const field of fields) ofClasses.add(field);
  };

  for (const statement of tree.statements)
    walk(statement, (node) => {
      switch (node.kind) {
        case "Var":
          annotations(node.annotations);
          declared(node.name, ofClasses.has(node) ? "property" : "variable", node.constant ? readonly : 0);
          return true;
        case "Fun":
          annotations(node.annotations);
          declared(node.name, ofClasses.has(node) ? "method" : "function", asyncBit(node.fun), units.get(node.fun));
          params(node.fun);
          return true;
        case "FunExpression":
          params(node.fun);
          return true;
        case "Class":
          annotations(node.annotations);
          declared(node.name, "class");
          if (node.superclass) use(node.superclass, node.superclass, "class");
          for (const trait of node.traits) use(trait, trait, "interface");
          members(node.methods, node.fields);
          return true;
        case "Trait":
          declared(node.name, "interface");
          members(node.methods, []);
          return true;
        case "Layout":
          declared(node.name, "struct");
          for (const field of node.fields) at(field.name, "property", declaration);
          return true;
        case "Gene":
          declared(node.name, "struct");
          for (const field of node.fields) at(field.name, "property", declaration);
          return true;
        case "Import":
          if (node.alias) at(node.alias, "namespace", declaration);
          return true;
        case "Handle":
          word(node.start, "handle", "handler");
          effectName(node.effectSpan);
          return true;
        case "Perform":
          word(node.start, "perform", "suspension");
          effectName(node.effectSpan);
          return true;
        case "Await":
          word(node.start, "await", "suspension");
          return true;
        case "Pipe": {
          if (node.right.kind !== "Call") called.add(node.right);
          const offset = node.isAwait ? text.slice(node.left.end, node.right.start).lastIndexOf("await") : -1;
          if (offset >= 0) word(node.left.end + offset, "await", "suspension");
          return true;
        }
        case "Unsafe":
          word(node.start, "unsafe", "unsafe");
          return true;
        case "Call":
          called.add(node.callee);
          for (const { name } of node.args) if (name) at(name, "parameter");
          return true;
        case "Map":
          for (const { key } of node.entries)
            if (text[key.start] !== '"') at({ start: key.start, end: key.start + key.name.length }, "property");
          return true;
        case "For":
          declared(node.name, "variable");
          return true;
        case "Name":
          use(node, node, called.has(node) ? "function" : "variable");
          return true;
        case "NamePattern":
          if (names.bindingOf(node)) use(node.name, node, "variable");
          else patternName(node);
          return true;
        case "LayoutPattern":
          use(node.name, node.name, "struct");
          for (const field of node.fields) at(field.name, "property");
          return true;
        case "Member":
          member(node);
          return true;
        case "Super":
          at(node.method, "method");
          return true;
        case "NamedType":
          typeName(node);
          return true;
      }
      return true;
    });

  function effectName(span: ast.Span): void {
    // A token must not reach over the end of a line.
    if (!text.slice(span.start, span.end).includes("\n")) at(span, "effect");
  }

  function use(span: ast.Identifier, node: object, type: TokenType): void {
    const binding = names.bindingOf(node);
    if (binding?.kind === "local") {
      at(span, ...localStyle(binding, units));
      return;
    }
    add(span.start, span.end, type, writes(span), { alias: null, name: span.name });
  }

  /** The name of a pattern that binds, unless the registry says that it compares. */
  function patternName(node: Extract<ast.Pattern, { kind: "NamePattern" }>): void {
    const local = names.localOf(node.name);
    const free = local?.pattern ? { alias: null, name: node.name.name } : null;
    add(node.name.start, node.name.end, "variable", declaration, free);
  }

  function writes(node: object): number {
    return written.has(node) ? modification : 0;
  }

  function member(node: ast.Member): void {
    const { object, name } = node;
    const type = called.has(node) ? "method" : "property";
    if (object.kind === "Name") {
      const binding = names.bindingOf(object);
      if (binding?.kind === "local" && binding.role === "effect" && name.name === "continuation") {
        at(name, "continuation");
        return;
      }
      if (binding?.kind === "free") {
        add(name.start, name.end, type, 0, { alias: object.name, name: name.name });
        return;
      }
    }
    at(name, type);
  }

  function typeName(node: Extract<ast.TypeRef, { kind: "NamedType" }>): void {
    const end = node.start + node.name.length;
    if (NUMERIC_TYPES.has(node.name) || node.name === "ptr") add(node.start, end, "type", defaultLibrary);
    else add(node.start, end, "type", 0, { alias: null, name: node.name });
  }

  return found.sort((a, b) => a.start - b.start).filter((token, i, all) => i === 0 || token.start >= all[i - 1]!.end);
}

const asyncBit = (fun: ast.Function): number => (fun.isAsync ? BITS.async : 0);

function localStyle(local: Local, units: ReadonlyMap<object, Unit>): [TokenType, number, (Unit | undefined)?] {
  const shared = local.captured && local.assigned ? captured : 0;
  switch (local.role) {
    case "param":
      return ["parameter", shared];
    case "fun": {
      const fun = local.node?.kind === "Fun" ? local.node.fun : null;
      return ["function", shared | (fun ? asyncBit(fun) : 0), fun ? units.get(fun) : undefined];
    }
    case "class":
      return ["class", shared];
    case "effect":
      return ["effect", 0];
    case "const":
      return ["variable", shared | readonly];
    default:
      return ["variable", shared];
  }
}

// ---- what free names mean ----

/** What a name that is used in one way looks like. */
interface Answer extends Styled {
  readonly asked: RawToken;
}

function styleOf(
  free: NonNullable<RawToken["free"]>,
  raw: RawToken,
  view: View,
  file: string,
  known: Map<string, Answer[]>,
): Styled {
  let answers = known.get(free.name);
  if (answers === undefined) {
    answers = [];
    known.set(free.name, answers);
  }
  for (const answer of answers) {
    const { asked } = answer;
    if (asked.type === raw.type && asked.modifiers === raw.modifiers && asked.free!.alias === free.alias) return answer;
  }
  const answer = { ...freeStyle(free, raw, view, file), asked: raw };
  answers.push(answer);
  return answer;
}

function freeStyle(free: NonNullable<RawToken["free"]>, raw: RawToken, view: View, file: string): Styled {
  const { registry } = view.analysis;
  if (free.alias !== null) {
    const module = registry.meaningOf(file, free.alias);
    return module.kind === "module" ? meaningStyle(registry.exportOf(module.file, free.name), raw, view) : raw;
  }
  const meaning = registry.meaningOf(file, free.name);
  if ((raw.modifiers & declaration) === 0) return meaningStyle(meaning, raw, view);
  // A pattern's name: it compares only with a constant or a variable (N5).
  const isBuiltinConstant = meaning.kind === "builtin" && builtin(meaning.name)?.kind === "constant";
  const compares = isBuiltinConstant || (meaning.kind === "global" && meaning.export.node.kind === "Var");
  return compares ? meaningStyle(meaning, { ...raw, modifiers: raw.modifiers & ~declaration }, view) : raw;
}

function meaningStyle(meaning: Meaning, raw: Styled, view: View): Styled {
  switch (meaning.kind) {
    case "module":
      return { type: "namespace", modifiers: raw.modifiers };
    case "builtin": {
      const known = builtin(meaning.name)!;
      const type = meaning.name === "resume" ? "continuation" : BUILTIN_TYPES[known.kind];
      const modifiers =
        defaultLibrary |
        (known.maySuspend ? suspends : 0) |
        (known.unsafe ? BITS.unsafe : 0) |
        (known.replacedBy === null ? 0 : deprecated) |
        (known.kind === "constant" ? readonly : 0);
      return { type, modifiers: raw.modifiers | modifiers };
    }
    case "global":
      return globalStyle(meaning, raw, view);
    default:
      return raw;
  }
}

const BUILTIN_TYPES = { function: "function", constant: "variable", class: "class" } as const;

function globalStyle(meaning: Extract<Meaning, { kind: "global" }>, raw: Styled, view: View): Styled {
  const { node } = meaning.export;
  const modifiers = raw.modifiers | global;
  switch (node.kind) {
    case "Fun": {
      const names = view.analysis.names(meaning.file, meaning.itemIndex);
      const unit = names.units.find((each) => each.node === node.fun);
      return { type: "function", modifiers: modifiers | asyncBit(node.fun) | ofUnit(unit ?? null, view) };
    }
    case "Var":
      return { type: "variable", modifiers: modifiers | (node.constant ? readonly : 0) };
    case "Class":
      return { type: "class", modifiers };
    case "Trait":
      return { type: "interface", modifiers };
    default:
      return { type: "struct", modifiers };
  }
}

function ofUnit(unit: Unit | null, view: View): number {
  if (unit === null) return 0;
  const { facts } = view.analysis;
  return (facts.maySuspend(unit) ? suspends : 0) | (facts.placeOf(unit) === "home" ? home : 0);
}

// ---- the protocol's form ----

/** Five numbers for each token: lines and characters counted from the token before, length, type, modifiers. */
function encoded(view: View, file: string, part?: ast.Span): Int32Array {
  const { starts } = view.lines(file);
  const units = view.unitsIn(file);
  let data = new Int32Array(5 * 1024);
  let line = 0;
  let lastLine = 0;
  let lastCharacter = 0;
  let at = 0;
  eachToken(view, file, part, (start, end, type, modifiers) => {
    while (line + 1 < starts.length && starts[line + 1]! <= start) line++;
    const character = units(starts[line]!, start);
    if (at === data.length) {
      const longer = new Int32Array(4 * at);
      longer.set(data);
      data = longer;
    }
    data[at++] = line - lastLine;
    data[at++] = line === lastLine ? character - lastCharacter : character;
    data[at++] = units(start, end);
    data[at++] = TYPE_INDEX.get(type)!;
    data[at++] = modifiers;
    lastLine = line;
    lastCharacter = character;
  });
  return data.slice(0, at);
}

const TYPE_INDEX: ReadonlyMap<TokenType, number> = new Map(tokenTypes.map((type, index) => [type, index]));

/** The edits that make one array of the other: what is between their common beginning and their common end. */
export function editsBetween(before: Int32Array, now: Int32Array): SemanticTokensEdit[] {
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && before[start] === now[start]) start++;
  if (start === before.length && start === now.length) return [];
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const data = Array.from(now.subarray(start, now.length - tail));
  return [{ start, deleteCount: before.length - start - tail, data }];
}

/** What clients were told last, one result for each document. */
class Results {
  readonly #last = new Map<string, { readonly id: string; readonly data: Int32Array }>();
  #count = 0;

  /** The result's id. */
  keep(uri: string, data: Int32Array): string {
    const id = String(++this.#count);
    this.#last.delete(uri);
    this.#last.set(uri, { id, data });
    // Documents are closed without a word to us; those asked about long ago are forgotten.
    if (this.#last.size > 50) this.#last.delete(this.#last.keys().next().value!);
    return id;
  }

  find(uri: string, id: string): Int32Array | undefined {
    const last = this.#last.get(uri);
    return last?.id === id ? last.data : undefined;
  }
}
