// Rename: the places that change together, or why not. It refuses what it cannot do safely, with the reason.
//
// R1. A name of the language's, or one that is not declared in the workspace, cannot be renamed.
// R2. A member is renamed when every use of its name is known to be of it. An object that nothing is known of counts as of it
//     when no other class, no key and no built-in has the name.
// R3. The new name must mean nothing yet wherever the symbol is seen or the new name is used: else one would hide the other.

import type { Analysis } from "../analyse.ts";
import type * as ast from "../ast.ts";
import { builtinMethods, isBuiltin, REACTOR_EFFECTS, SYSTEM_EFFECTS } from "../names/builtins.ts";
import { KEYWORDS } from "../names/keywords.ts";
import type { ItemNames, Local, Unit } from "../names/model.ts";
import { allClasses } from "./classes.ts";
import { occurrencesIn } from "./occurrences.ts";
import { declares, type Named, namedAt, nameOf, type ProgramSymbol, type Reference, referencesTo } from "./symbols.ts";

export type Renaming =
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "edits"; readonly edits: readonly RenameEdit[] };

/** Offsets in the file. */
export interface RenameEdit {
  readonly file: string;
  readonly span: ast.Span;
  readonly text: string;
}

const refused = (reason: string): Extract<Renaming, { kind: "refused" }> => ({ kind: "refused", reason });

/** What would be renamed at an offset: its place and name; or why nothing can be. */
export function renameableAt(
  analysis: Analysis,
  file: string,
  offset: number,
): { readonly kind: "named"; readonly named: Named; readonly name: string } | Extract<Renaming, { kind: "refused" }> {
  const named = namedAt(analysis, file, offset);
  if (!named) return refused("there is no name here that could be changed");
  const reason = reasonAgainst(named.symbol);
  return reason === null ? { kind: "named", named, name: nameOf(named.symbol) } : refused(reason);
}

/** The edits that rename what is named at an offset. */
export function renamingAt(analysis: Analysis, file: string, offset: number, to: string): Renaming {
  const found = renameableAt(analysis, file, offset);
  if (found.kind === "refused") return found;
  const { symbol } = found.named;
  if (to === found.name) return { kind: "edits", edits: [] };
  const isText = symbol.kind === "effect";
  const bad = isText ? reasonAgainstEffect(analysis, to) : reasonAgainstName(to);
  if (bad !== null) return refused(bad);
  const all = referencesTo(analysis, symbol);
  const uses = symbol.kind === "member" ? membersOnly(analysis, symbol, all) : all;
  if (typeof uses === "string") return refused(uses);
  const clash = clashOf(analysis, symbol, uses, to);
  if (clash !== null) return refused(clash);
  const text = isText ? JSON.stringify(to).slice(1, -1) : to;
  return { kind: "edits", edits: uses.map((use) => ({ file: use.file, span: use.span, text })) };
}

// ---- what cannot be renamed (R1) ----

function reasonAgainst(symbol: ProgramSymbol): string | null {
  switch (symbol.kind) {
    case "builtin":
      return `\`${symbol.builtin.name}\` is built in`;
    case "request":
      return `\`effect.${symbol.name}\` is the language's own`;
    case "ambiguous":
      return `\`${symbol.name}\` is declared in more than one file: rename one of the declarations`;
    case "loose":
      return `it is not known what \`${symbol.name}\` is a part of: rename it where it is declared`;
    case "local":
      return symbol.local.declaration ? null : `\`${symbol.local.name}\` is the language's own`;
    case "member":
      return symbol.name === "init" ? "`init` is what makes new instances" : null;
    case "effect":
      return answeredElsewhere(symbol.name);
    case "payload":
      return (
        answeredElsewhere(symbol.effect) ??
        (TARGETS.has(symbol.name) ? `\`${symbol.name}\` is \`effect.target\`` : null)
      );
    default:
      return null;
  }
}

/** Fields from which `effect.target` is taken. */
const TARGETS = new Set(["target", "fd"]);

function answeredElsewhere(effect: string): string | null {
  if (REACTOR_EFFECTS.has(effect)) return `the reactor answers "${effect}": its name is given`;
  return SYSTEM_EFFECTS.has(effect) ? `the system performs "${effect}": its name is given` : null;
}

// ---- what cannot be a name ----

function reasonAgainstName(to: string): string | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(to)) return `\`${to}\` is not a name: letters, digits and _, not a digit first`;
  if (KEYWORDS.has(to)) return `\`${to}\` is a word of the language`;
  return to === "resume" || to === "effect" ? `\`${to}\` has a meaning of its own in handlers` : null;
}

function reasonAgainstEffect(analysis: Analysis, to: string): string | null {
  if (to.trim() === "") return "an effect needs a name";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in it
  if (/[\u0000-\u001f]/.test(to)) return "the name of an effect stands in one line";
  const given = answeredElsewhere(to);
  if (given !== null) return given;
  const isKnown =
    analysis.facts.sourcesOf(to).length > 0 || referencesTo(analysis, { kind: "effect", name: to }).length > 0;
  return isKnown ? `"${to}" is an effect already: the two would become one` : null;
}

// ---- members (R2) ----

function membersOnly(
  analysis: Analysis,
  symbol: Extract<ProgramSymbol, { kind: "member" }>,
  all: readonly Reference[],
): readonly Reference[] | string {
  const { name } = symbol;
  const loose = all.filter(({ certain, occurrence }) => !certain && occurrence.of.kind !== "key");
  const first = loose[0];
  if (!first) return all.filter(({ certain }) => certain);
  const related = new Set(
    all.flatMap(({ certain, occurrence: { of } }) => (certain && of.kind === "own member" ? of.owner : [])),
  );
  const other = allClasses(analysis).find(({ node }) => declares(node, name) && !related.has(node));
  const isKey = all.some(({ occurrence }) => occurrence.of.kind === "key");
  if (other === undefined && !isKey && builtinMethods(name).length === 0)
    return all.filter(({ occurrence }) => occurrence.of.kind !== "key");
  const line = lineOf(analysis, first);
  const instead = other ? `of \`${other.node.name.name}\`` : isKey ? "a key of a map" : "built in";
  const count = loose.length === 1 ? "one use" : `${loose.length} uses`;
  return `${count} of \`${name}\` may be ${instead} instead, the first in line ${line} of ${first.file}`;
}

const lineOf = (analysis: Analysis, { file, span }: Reference): number =>
  analysis.files.get(file)!.text.slice(0, span.start).split("\n").length;

// ---- names that would collide (R3) ----

function clashOf(analysis: Analysis, symbol: ProgramSymbol, uses: readonly Reference[], to: string): string | null {
  const taken = `\`${to}\` already means something`;
  switch (symbol.kind) {
    case "member": {
      const owners = new Set(uses.flatMap(({ occurrence: { of } }) => (of.kind === "own member" ? of.owner : [])));
      const owner = [...owners].find((each) => declares(each, to));
      return owner ? `\`${owner.name.name}\` has a member \`${to}\` already` : null;
    }
    case "payload": {
      if (TARGETS.has(to) || to === "continuation" || to === "name") return `\`effect.${to}\` is the language's own`;
      const other = referencesTo(analysis, { kind: "payload", effect: symbol.effect, name: to });
      return other.length > 0 ? `a \`perform "${symbol.effect}"\` gives a \`${to}\` already` : null;
    }
    case "local": {
      const { local, names } = symbol;
      const { file } = analysis.locate(names);
      if (seesName(names, local.unit, to)) return `${taken} where \`${local.name}\` is used`;
      const meaning = local.pattern ? analysis.registry.meaningOf(file, to) : null;
      return meaning?.kind === "global" ? `${taken}: a pattern of that name would compare` : null;
    }
    case "module":
      return mentioned(analysis, [symbol.file], to) ? `${taken} in this file` : null;
    case "global": {
      const declared = analysis.registry.declarationsOf(to)[0];
      if (declared) return `${taken}: it is declared in ${declared.file}`;
      if (isBuiltin(to) && mentioned(analysis, analysis.files.keys(), to)) return `${taken}: it is built in, and used`;
      const hidden = uses.find(({ names }) => namesLocal(names, to) || mentionsFree(names, to));
      return hidden ? `${taken} in ${hidden.file}, where \`${nameOf(symbol)}\` is used` : null;
    }
    default:
      return null;
  }
}

const namesLocal = (names: ItemNames, name: string): boolean =>
  names.units.some(({ locals }) => locals.some((local) => local.name === name));

const mentionsFree = (names: ItemNames, name: string): boolean =>
  names.units.some(({ free }) => free.some(({ node }) => "name" in node && node.name === name));

function mentioned(analysis: Analysis, files: Iterable<string>, name: string): boolean {
  for (const file of files) {
    const { items } = analysis.files.get(file)!;
    for (const [index, { tree }] of items.entries()) {
      if (!tree.text.includes(name)) continue;
      const found = occurrencesIn(tree, analysis.names(file, index));
      const isName = ({ of: { kind } }: (typeof found)[number]): boolean =>
        kind === "free" || kind === "alias" || kind === "export";
      if (found.some((each) => each.name === name && isName(each))) return true;
    }
  }
  return false;
}

/** Whether a name means something in a unit, in what is around it, or in what is inside. */
function seesName(names: ItemNames, unit: Unit, name: string): boolean {
  const isRelated = (other: Unit): boolean => isAround(other, unit) || isAround(unit, other);
  const declaresIt = ({ name: other, declaration }: Local): boolean => other === name && declaration !== null;
  return names.units.some(
    (other) =>
      isRelated(other) &&
      (other.locals.some(declaresIt) ||
        (isAround(unit, other) && other.free.some(({ node }) => "name" in node && node.name === name))),
  );
}

function isAround(outer: Unit, inner: Unit): boolean {
  for (let at: Unit | null = inner; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}
