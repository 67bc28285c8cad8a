// Where the code of a suspended task is in another version of the program: its units, its stops, what its frames hold.
//
// M1. A function is the one of the same name at the same place: at the top level of the file (or of the one file that declares it
//     now), in the same class, in the same function. What has no name is aligned with its neighbours (align.ts).
// M2. A frame goes to the stop that has the same operation, the same text, and the same way to it (outline.ts), aligned with all
//     other stops of its unit, when no step of the function has changed sides (align.ts, A3). Where that is the function's last operation now, nothing is left to do after it, and the frame goes.
// M3. Everything that is alive at the new stop must be in the old frame: locals by name, and as often; values of unfinished
//     expressions by where they come from. A local that closures share must be shared before and after.
// M4. Code that has not begun (a function as a value) needs its unit, the same number of parameters, and what it captures.
// M5. A clause that has begun must use its continuation as before, because that decides what its result means.
// M6. The variables of the program that the new code reads, itself or in functions that it names, must have values: the statements
//     that would give them their first ones are not run when tasks go on.

import type { Handle } from "../../language/ast.ts";
import type { Unit } from "../../language/names/model.ts";
import type { GlobalRef } from "../compile/core.ts";
import type { CoreClass } from "../compile/lower.ts";
import { type Aligned, align, alignLoosely, crossing } from "./align.ts";
import type { Outlined } from "./outline.ts";
import { type ItemCode, type Place, type Stop, shortened, type Top, type UnitCode, type Version } from "./version.ts";

/** Why something of a task cannot go to the new source, and where: in the old source, and in the new one if there is such a place. */
export class Obstacle extends Error {
  constructor(
    readonly what: string,
    readonly before: Place | null,
    readonly now: Place | null = null,
  ) {
    super(what);
    this.name = "Obstacle";
  }
}

/** A frame's new stop; null when there is nothing left to do in it. */
export interface FrameMove {
  readonly code: UnitCode;
  /** The number of its point, and which of the old slots each of the new ones gets. */
  readonly to: { readonly at: number; readonly slots: readonly number[] } | null;
}

/** A function's new code, and which of the old captures each of the new ones gets. */
export interface ClosureMove {
  readonly code: UnitCode;
  readonly captures: readonly number[];
}

/** Finds code of old versions in a new one. Answers are kept: many tasks stand at the same places. All methods throw Obstacle. */
export class Matcher {
  readonly #frames = new Map<string, FrameMove | Obstacle>();
  readonly #closures = new Map<UnitCode, ClosureMove | Obstacle>();
  readonly #units = new Map<UnitCode, UnitCode | Obstacle>();

  /** `hasValue`: whether a variable of the program has one (M6). */
  constructor(
    readonly now: Version,
    readonly hasValue: (variable: GlobalRef) => boolean,
  ) {}

  frame(before: Version, code: UnitCode, at: number): FrameMove {
    return once(this.#frames, `${code.core.ref} ${at}`, () => this.#frame(before, code, at));
  }

  closure(before: Version, code: UnitCode): ClosureMove {
    return once(this.#closures, code, () => this.#closure(before, code));
  }

  unit(before: Version, code: UnitCode): UnitCode {
    return once(this.#units, code, () => this.#unit(before, code));
  }

  // ---- Frames ----

  #frame(before: Version, code: UnitCode, at: number): FrameMove {
    const now = this.unit(before, code);
    const index = code.stops.findIndex(({ point }) => point?.id === at);
    const stop = code.stops[index]!;
    const place = code.item.placeOf(stop.span);
    if (code.core.mode !== now.core.mode)
      throw new Obstacle(
        `the handler of "${code.core.effect}" resumes in another way now, and this one has begun`,
        place,
        placeOf(now),
      );
    const found = align(
      code.stops.map(({ number }) => number),
      now.stops.map(({ number }) => number),
      index,
    );
    if (found.kind !== "at") throw this.#noStop(found, code, now, stop);
    const target = now.stops[found.index]!;
    requireOrder(code, stop, now, target, place);
    if (target.point === null) return { code: now, to: null };
    return { code: now, to: { at: target.point.id, slots: slotsOf(code, stop, now, target, place) } };
  }

  #noStop(found: Exclude<Aligned, { kind: "at" | "crossed" }>, code: UnitCode, now: UnitCode, stop: Stop): Obstacle {
    const text = shortened(code.item.textOf(stop.span));
    const place = code.item.placeOf(stop.span);
    switch (found.kind) {
      case "unclear":
        return new Obstacle(
          found.now === found.before
            ? `\`${text}\` stands there ${times(found.now)}, and steps between have changed: it is not certain which one this was`
            : `\`${text}\` stands there ${times(found.now)}, before ${times(found.before)}: it is not certain which one this was`,
          place,
          placeOf(now),
        );
      case "gone": {
        const same = now.stops.find((each) => each.text === stop.text);
        if (same === undefined) {
          const instead = insteadOf(stop, code, now);
          return instead === undefined
            ? new Obstacle(`\`${text}\`, in which it waits, is gone or was changed`, place, placeOf(now))
            : new Obstacle(
                `\`${text}\`, in which it waits, was changed to \`${shortened(now.item.textOf(instead.span))}\``,
                place,
                now.item.placeOf(instead.span),
              );
        }
        const around = describeWay(now.item, same, stop) ?? `no longer inside ${describeWay(code.item, stop, same)}`;
        return new Obstacle(`\`${text}\`, in which it waits, stands ${around} now`, place, now.item.placeOf(same.span));
      }
    }
  }

  // ---- Functions as values ----

  #closure(before: Version, code: UnitCode): ClosureMove {
    const now = this.unit(before, code);
    const place = placeOf(code);
    const { params, captures } = code.core;
    // A clause gets its parameters from the machine, according to its mode.
    if (code.core.kind !== "clause" && params.length !== now.core.params.length)
      throw new Obstacle(
        `${titleOf(code)} takes ${count(now.core.params.length, "argument")} now, and it was given to somebody who calls it with ${params.length}`,
        place,
        placeOf(now),
      );
    const indexes = now.core.captures.map((name, i) => {
      const [index, ...more] = indexesOf(captures, name);
      if (index === undefined)
        throw new Obstacle(
          `${titleOf(code)} needs the variable \`${name}\` of the function around it, which it did not use before`,
          place,
          placeOf(now),
        );
      if (more.length > 0 || now.core.captures.indexOf(name) !== i)
        throw new Obstacle(`${titleOf(code)} uses several variables called \`${name}\``, place, placeOf(now));
      if (code.isCellCaptured(index) !== now.isCellCaptured(i)) throw sharedOtherwise(name, place, placeOf(now));
      return index;
    });
    return { code: now, captures: indexes };
  }

  // ---- Units (M1) ----

  #unit(before: Version, code: UnitCode): UnitCode {
    const { unit } = code;
    const obstacle = (what: string): Obstacle => new Obstacle(what, placeOf(code));
    const parent = unit.parent;
    if (parent === null) return this.#top(before, code, obstacle);
    // The unit around a declaration has no code: its item is found by the name that it declares.
    const around = before.codeOf(parent, code.item);
    const siblings = this.#children(around, parent, before, code, obstacle);
    const found = this.#child(unit, parent.children, code.item, siblings, obstacle);
    const now = this.now.codeOf(found, siblings.item);
    if (now === undefined) throw obstacle(`${titleOf(code)} is gone`);
    if (now.core.isAsync !== code.core.isAsync)
      throw new Obstacle(`${titleOf(code)} is ${now.core.isAsync ? "" : "not "}async now`, placeOf(code), placeOf(now));
    this.#requireValues(code, now);
    return now;
  }

  /** M6 */
  #requireValues(code: UnitCode, now: UnitCode): void {
    const unset = this.now.unset(now, this.hasValue);
    if (unset === undefined) return;
    const name = unset.slice(unset.lastIndexOf("#") + 1);
    throw new Obstacle(
      `it needs the variable \`${name}\` of the program, which the old source does not have and which gets its first value only when the program starts over`,
      placeOf(code),
      placeOf(now),
    );
  }

  /** The units among which a unit is looked for, and their item. */
  #children(
    around: UnitCode | undefined,
    parent: Unit,
    before: Version,
    code: UnitCode,
    obstacle: (what: string) => Obstacle,
  ): { readonly units: readonly Unit[]; readonly item: ItemCode } {
    if (around !== undefined) {
      const now = this.unit(before, around);
      return { units: now.unit.children, item: now.item };
    }
    const [declared] = code.item.names.exports;
    if (declared === undefined || parent.kind !== "top") throw obstacle(`${titleOf(code)} is gone`);
    const item = this.#itemOf(before, code.item.path, declared.name, declared.node.kind, obstacle);
    return { units: item.names.units.filter((each) => each.parent?.parent === null), item };
  }

  /** The item that declares a name: in the same file, or in the only one that does so now. */
  #itemOf(before: Version, path: string, name: string, kind: string, obstacle: (what: string) => Obstacle): ItemCode {
    const declares = (version: Version): ItemCode[] =>
      [...version.items.values()].filter((item) =>
        item.names.exports.some((each) => each.name === name && each.node.kind === kind),
      );
    const now = declares(this.now);
    const here = now.filter((item) => item.path === path);
    const known = new Set(declares(before).map((item) => item.path));
    const candidates = here.length > 0 ? here : now.filter((item) => !known.has(item.path));
    const [item] = candidates;
    const what = kind === "Class" ? "class" : kind === "Trait" ? "trait" : "function";
    if (item === undefined) throw obstacle(`the ${what} \`${name}\` is gone`);
    if (candidates.length > 1) throw obstacle(`\`${name}\` is declared in several places now`);
    return item;
  }

  #child(
    unit: Unit,
    siblings: readonly Unit[],
    item: ItemCode,
    now: { readonly units: readonly Unit[]; readonly item: ItemCode },
    obstacle: (what: string) => Obstacle,
  ): Unit {
    const isLike = (each: Unit): boolean => each.kind === unit.kind && (each.name === null) === (unit.name === null);
    const before = siblings.filter(isLike);
    const candidates = now.units.filter(isLike);
    if (unit.name !== null) {
      const named = (list: readonly Unit[]): Unit[] => list.filter((each) => each.name === unit.name);
      const arity = arityOf(unit);
      const fits = (list: readonly Unit[]): Unit[] =>
        named(list).length > 1 ? named(list).filter((each) => arityOf(each) === arity) : named(list);
      const [found, ...more] = fits(candidates);
      if (found === undefined) throw obstacle(`the function \`${unit.name}\` is gone`);
      if (more.length > 0 || fits(before).length > 1)
        throw obstacle(`there are several functions \`${unit.name}\` in one place`);
      return found;
    }
    const found = alignLoosely(
      before.map((each) => this.#keyOf(each, item)),
      candidates.map((each) => this.#keyOf(each, now.item)),
      before.indexOf(unit),
    );
    if (found.kind === "at") return candidates[found.index]!;
    throw obstacle(
      found.kind === "gone"
        ? `${titleOfUnit(unit)} is gone, or stands somewhere else`
        : `it is not certain which one is ${titleOfUnit(unit)} now`,
    );
  }

  /** What has no name is known by its text, or by what it stands in. */
  #keyOf(unit: Unit, item: ItemCode): { readonly exact: number; readonly loose: number } {
    const { numbers } = item;
    const outlined = item.at(unit.node)!;
    const way = outlined.way?.number ?? 0;
    const effect = effectOf(unit);
    const around = effect === "" ? (outlined.parent?.outline ?? 0) : 0;
    return {
      exact: numbers.of(`exact ${unit.kind} ${outlined.full} on ${way}`),
      loose: numbers.of(`loose ${unit.kind} ${effect} ${outlined.outline} in ${around} on ${way}`),
    };
  }

  #top(before: Version, code: UnitCode, obstacle: (what: string) => Obstacle): UnitCode {
    const found = this.#alignTop(before, code);
    if (found.kind === "at") {
      const now = this.now.unit(this.now.tops[found.index]!.ref)!;
      this.#requireValues(code, now);
      return now;
    }
    throw obstacle(
      found.kind === "crossed"
        ? "other statements of the program stood before it and stand after it now, or the other way round"
        : found.kind === "gone"
          ? "the statement of the program is gone or was changed"
          : "it is not certain which statement of the program this was",
    );
  }

  #alignTop(before: Version, code: UnitCode): Aligned {
    return alignLoosely(before.tops, this.now.tops, indexOfTop(before.tops, code));
  }

  /** The statement after which the program goes on; one that was changed only when a frame of its own, `hasFrame`, fits it. */
  statement(before: Version, code: UnitCode, hasFrame: boolean): UnitCode {
    const now = this.unit(before, code);
    const [was, is] = [before.tops, this.now.tops].map(
      (tops, i) => tops[indexOfTop(tops, i === 0 ? code : now)]!.exact,
    );
    if (was !== is && !hasFrame)
      throw new Obstacle("the statement of the program, in which it waits, was changed", placeOf(code), placeOf(now));
    return now;
  }

  // ---- Classes ----

  /** The new version of a class or trait of objects; all its new fields have constant first values. */
  class(before: Version, ref: string): string {
    const cls = before.classCode(ref)!;
    const item = before.itemOf(ref)!;
    const what = `the ${cls.kind} \`${cls.name}\``;
    const node = item.names.exports.find((each) => each.name === cls.name)?.node;
    const place = item.placeOf(node ?? item.statements[0]!);
    const obstacle = (text: string): Obstacle => new Obstacle(text, place);
    if (node === undefined) throw obstacle(`${what} is declared inside a function, and those keep their source`);
    const target = this.#itemOf(before, item.path, cls.name, node.kind, obstacle);
    const found = this.now.classNamed(target, cls.name);
    if (found === undefined) throw obstacle(`${what} is gone`);
    const old = fieldsOf(before, cls.ref);
    for (const { name, unit } of fieldsOf(this.now, found.ref).values())
      if (!old.has(name) && unit !== null)
        throw new Obstacle(
          `an object of ${what} would need its new field \`${name}\`, whose first value is computed when an object is made`,
          place,
          target.placeOf(target.statements[0]!),
        );
    return found.ref;
  }
}

/** The fields of a class and of those above it, by name. */
function fieldsOf(version: Version, ref: string): Map<string, { readonly name: string; readonly unit: string | null }> {
  const fields = new Map<string, { readonly name: string; readonly unit: string | null }>();
  for (let next: string | null = ref; next !== null; ) {
    const cls: CoreClass | undefined = version.classCode(next);
    for (const field of cls?.fields ?? []) if (!fields.has(field.name)) fields.set(field.name, field);
    next = cls?.superclass ?? null;
  }
  return fields;
}

/** A3 of align.ts, for the steps of the whole function, what handlers cover in it included. */
function requireOrder(code: UnitCode, stop: Stop, now: UnitCode, target: Stop, place: Place): void {
  const [sides, nowSides] = [code.sidesOf(stop.span), now.sidesOf(target.span)];
  const numbersOf = (steps: readonly Outlined[]): number[] => steps.map(({ outline }) => outline);
  const crossed = crossing(
    { before: numbersOf(sides.before), after: numbersOf(sides.after) },
    { before: numbersOf(nowSides.before), after: numbersOf(nowSides.after) },
  );
  if (crossed === undefined) return;
  const { number, isAfter } = crossed;
  const step = (isAfter ? nowSides.after : nowSides.before).find(({ outline }) => outline === number)!.node;
  throw new Obstacle(
    `\`${shortened(now.item.textOf(step))}\` ${isAfter ? "came before it and comes after it now" : "came after it and comes before it now"}`,
    place,
    now.item.placeOf(step),
  );
}

/** M3 */
function slotsOf(code: UnitCode, from: Stop, now: UnitCode, to: Stop, place: Place): number[] {
  const live = from.point!.live;
  const nowLive = to.point!.live;
  const nowPlace = now.item.placeOf(to.span);
  const keyOf = (unit: UnitCode, slot: string): string =>
    slot === "self" ? "self" : `${unit.nameOf(slot) ?? unit.originOf(slot)}`;
  const keys = live.map((slot) => keyOf(code, slot));
  const nowKeys = nowLive.map((slot) => keyOf(now, slot));
  return nowLive.map((slot, i) => {
    const key = nowKeys[i]!;
    const places = indexesOf(keys, key);
    const rank = indexesOf(nowKeys, key).indexOf(i);
    const name = now.nameOf(slot);
    if (places.length === 0) throw new Obstacle(missing(now, slot), place, nowPlace);
    if (places.length !== indexesOf(nowKeys, key).length)
      throw new Obstacle(
        name === undefined
          ? "it is in the middle of an expression that was changed"
          : `another number of variables there is called \`${name}\` now`,
        place,
        nowPlace,
      );
    const index = places[rank]!;
    if (name !== undefined && code.isCell(live[index]!) !== now.isCell(slot))
      throw sharedOtherwise(name, place, nowPlace);
    return index;
  });
}

function missing(now: UnitCode, slot: string): string {
  if (slot === "self")
    return now.unit.captures.length > 0
      ? `it needs ${now.unit.captures.map(({ name }) => `\`${name}\``).join(", ")} of the function around it, which the old code does not have there`
      : "it needs `this`, which the old code does not have there";
  const name = now.nameOf(slot);
  if (name !== undefined) return `it needs the variable \`${name}\`, which the old code does not have there`;
  const text = now.excerptOf(slot);
  return text === undefined
    ? "it is in the middle of an expression or loop that was changed"
    : `it needs the value of \`${text}\`, which the old code has not computed there`;
}

const sharedOtherwise = (name: string, place: Place, now: Place): Obstacle =>
  new Obstacle(`the variable \`${name}\` is shared with a function that changes it in one source only`, place, now);

/** What a stop seems to have become: the only new one of its kind in the same place. For people; nothing rests on it. */
function insteadOf(stop: Stop, code: UnitCode, now: UnitCode): Stop | undefined {
  const known = new Set(code.stops.map(({ number }) => number));
  const [only, ...more] = now.stops.filter(
    ({ op, way, number }) => op.kind === stop.op.kind && way?.number === stop.way?.number && !known.has(number),
  );
  return more.length === 0 ? only : undefined;
}

/** The innermost piece of control structure around `stop` that is not around `other`: "inside `while (x)`"; undefined for none. */
function describeWay(item: ItemCode, stop: Stop, other: Stop): string | undefined {
  const around = new Set<number>();
  for (let way = other.way; way !== null; way = way.outer) around.add(way.number);
  for (let way = stop.way; way !== null; way = way.outer)
    if (!around.has(way.number)) return `inside \`${shortened(item.textOf(way.header))}\``;
  return undefined;
}

function once<K, T>(known: Map<K, T | Obstacle>, key: K, find: () => T): T {
  let found = known.get(key);
  if (found === undefined) {
    try {
      found = find();
    } catch (error) {
      if (!(error instanceof Obstacle)) throw error;
      found = error;
    }
    known.set(key, found);
  }
  if (found instanceof Obstacle) throw found;
  return found;
}

function indexOfTop(tops: readonly Top[], code: UnitCode): number {
  return tops.findIndex(({ ref }) => ref === code.core.ref);
}

const indexesOf = <T>(list: readonly T[], wanted: T): number[] =>
  list.flatMap((each, i) => (each === wanted ? [i] : []));

const arityOf = (unit: Unit): number => ("params" in unit.node ? unit.node.params.length : -1);

const times = (n: number): string => (n === 1 ? "once" : `${n} times`);
const count = (n: number, noun: string): string => (n === 1 ? `1 ${noun}` : `${n} ${noun}s`);

/** Where a unit begins. */
function placeOf({ item, unit }: UnitCode): Place {
  return item.placeOf(unit.node);
}

const titleOf = ({ unit, core }: UnitCode): string =>
  unit.kind === "function" || unit.kind === "method" ? functionTitle(unit, core.name) : titleOfUnit(unit);

const functionTitle = (unit: Unit, name: string): string =>
  unit.name === null ? "the function without a name" : `the function \`${name}\``;

/** Of a clause and of what it covers. */
const effectOf = (unit: Unit): string =>
  unit.kind === "clause" || unit.kind === "handled" ? (unit.node as Handle).effect : "";

function titleOfUnit(unit: Unit): string {
  switch (unit.kind) {
    case "clause":
      return `the handler of "${effectOf(unit)}"`;
    case "handled":
      return `the code under the handler of "${effectOf(unit)}"`;
    case "top":
      return "the statement of the program";
    default:
      return functionTitle(unit, unit.name ?? "");
  }
}
