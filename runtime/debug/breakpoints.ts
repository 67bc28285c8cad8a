// Breakpoints: where they stand in the program, and whether they hold when it comes there.
//
// V1. A line breakpoint stands at the first statement that begins on its line; without one, at the next statement of the file. With a
//     column, at the first statement that begins there or after it on that line.
// V2. What the client has asked for is kept as it asked, so that it can be placed again in a program that is started anew.
// V3. A condition that cannot be evaluated stops the program, and says why: it would otherwise go unnoticed.
// V4. A breakpoint keeps its number and its hits as long as the client asks for the same again.

import { type HitCondition, hitCondition, type LogPiece, logMessage } from "./conditions.ts";
import type { Place, Places } from "./debuggee.ts";
import type { Evaluated } from "./evaluate.ts";

/** As the client asks for it; lines and columns from 1. */
export interface Asked {
  readonly line: number;
  readonly column: number | undefined;
  readonly condition: string | undefined;
  readonly hits: string | undefined;
  readonly log: string | undefined;
}

/** A function or effect by its name. */
export type AskedName = Omit<Asked, "line" | "column" | "log"> & { readonly name: string };

export interface Breakpoint {
  readonly id: number;
  readonly asked: Asked | AskedName;
  /** Where it stands; null where it stands nowhere, and for an effect. */
  readonly place: Place | null;
  /** Why it stands nowhere, or what there is to know about it. */
  readonly message: string | undefined;
  readonly isVerified: boolean;
  readonly probes: readonly number[];
  /** The effect at whose performs it stops. */
  readonly effect: string | null;
  readonly stopsAt: HitCondition | undefined;
  readonly log: readonly LogPiece[] | null;
  hits: number;
}

/** What is done at a place: it stops, or a message is written. */
export type Hit = { readonly breakpoint: Breakpoint; readonly log: string | null; readonly trouble: string | null };

export class Breakpoints {
  /** V2, by path. */
  readonly #files = new Map<string, readonly Breakpoint[]>();
  #names: readonly Breakpoint[] = [];
  #ids = 0;

  /** `places`: of the program; null before there is one. */
  constructor(public places: Places | null) {}

  /** Sets those of one file, in place of what it had. */
  setInFile(path: string, asked: readonly Asked[], hasChanged: boolean): readonly Breakpoint[] {
    const old = [...(this.#files.get(path) ?? [])];
    const set = asked.map((each) => this.#keepHits(this.#placed(path, each, hasChanged), old));
    this.#files.set(path, set);
    return set;
  }

  /** Sets those by name. */
  setNames(asked: readonly AskedName[]): readonly Breakpoint[] {
    const old = [...this.#names];
    this.#names = asked.map((each) => this.#keepHits(this.#named(each), old));
    return this.#names;
  }

  /** A program was loaded: all are placed in it anew, with no hits so far. */
  placeAgain(places: Places): readonly Breakpoint[] {
    this.places = places;
    for (const [path, set] of this.#files)
      this.#files.set(
        path,
        set.map(({ id, asked }) => ({ ...this.#placed(path, asked as Asked, false), id })),
      );
    this.#names = this.#names.map(({ id, asked }) => ({ ...this.#named(asked as AskedName), id }));
    return [...this.#all()];
  }

  /** The probes at which there is any. */
  get probes(): ReadonlySet<number> {
    return new Set([...this.#all()].flatMap(({ probes }) => probes));
  }

  get effects(): ReadonlySet<string> {
    return new Set(this.#names.flatMap(({ effect }) => (effect === null ? [] : [effect])));
  }

  /** Statements of a file between two lines, for `breakpointLocations`. */
  locations(path: string, line: number, endLine: number): Place[] {
    const places = (this.places?.probes ?? []).filter((place) => place.path === path);
    return places.filter((place) => place.line >= line && place.line <= endLine);
  }

  /** What the breakpoints at a probe come to; `evaluate` an expression where the task is. */
  atProbe(probe: number, evaluate: (text: string) => Evaluated): Hit[] {
    return [...this.#all()].filter(({ probes }) => probes.includes(probe)).flatMap((each) => this.#hit(each, evaluate));
  }

  atEffect(effect: string, evaluate: (text: string) => Evaluated): Hit[] {
    return this.#names.filter((each) => each.effect === effect).flatMap((each) => this.#hit(each, evaluate));
  }

  *#all(): Generator<Breakpoint> {
    for (const set of this.#files.values()) yield* set;
    yield* this.#names;
  }

  #hit(breakpoint: Breakpoint, evaluate: (text: string) => Evaluated): Hit[] {
    const { condition } = breakpoint.asked;
    let trouble: string | null = null;
    if (condition !== undefined && condition.trim() !== "") {
      const result = evaluate(condition);
      // V3
      if (result.kind === "error") trouble = `the condition ${condition} cannot be evaluated: ${result.message}`;
      else if (result.value === false || result.value === undefined) return [];
    }
    breakpoint.hits++;
    if (trouble === null && breakpoint.stopsAt?.(breakpoint.hits) === false) return [];
    const log = breakpoint.log?.map((piece) => ("text" in piece ? piece.text : logText(evaluate(piece.expression))));
    return [{ breakpoint, log: log === undefined ? null : log.join(""), trouble }];
  }

  // ---- Placing ----

  #placed(path: string, asked: Asked, hasChanged: boolean): Breakpoint {
    const log = asked.log === undefined || asked.log === "" ? null : logMessage(asked.log);
    if (this.places === null) return this.#made(asked, { message: "the program is not loaded yet", log });
    const inFile = this.places.probes.flatMap((place, probe) => (place.path === path ? [{ place, probe }] : []));
    if (inFile.length === 0) {
      const isKnown = this.places.paths.includes(path);
      const message = isKnown ? "there is no statement in this file" : "the program does not load this file";
      return this.#made(asked, { message, log });
    }
    const after = inFile.filter(({ place }) =>
      place.line === asked.line ? place.column >= (asked.column ?? 0) : place.line > asked.line,
    );
    const first = after.reduce<(typeof after)[number] | null>(
      (best, each) => (best === null || isBefore(each.place, best.place) ? each : best),
      null,
    );
    if (first === null) return this.#made(asked, { message: "there is no statement on this line or after it", log });
    const probes = after.flatMap(({ place, probe }) =>
      place.line === first.place.line && place.column === first.place.column ? [probe] : [],
    );
    const message = hasChanged
      ? "the file has changed since the program was started: it stops where this was then"
      : undefined;
    return this.#made(asked, { place: first.place, probes, message, log, isVerified: true });
  }

  /** An effect if it is in quotes or the program performs one of this name; else a function, by its name or `Class.method`. */
  #named(asked: AskedName): Breakpoint {
    if (this.places === null) return this.#made(asked, { message: "the program is not loaded yet" });
    const { program } = this.places.debuggee;
    const quoted = /^\s*(?:(?:perform|effect)\s+)?"([^"]*)"\s*$/.exec(asked.name)?.[1];
    const name = quoted ?? asked.name.trim();
    const refs = new Set(
      quoted === undefined ? program.units.filter((unit) => unit.name === name).map(({ ref }) => ref) : [],
    );
    if (refs.size > 0) {
      const firsts = new Map<string, number>();
      for (const [probe, { unit }] of program.probes.entries())
        if (refs.has(unit) && !firsts.has(unit)) firsts.set(unit, probe);
      const probes = [...firsts.values()];
      if (probes.length === 0) return this.#made(asked, { message: `${name} has no statement to stop at` });
      return this.#made(asked, { place: this.places.probes[probes[0]!]!, probes, isVerified: true });
    }
    if (quoted === undefined && !/^[A-Z][A-Z0-9_]*$/.test(name))
      return this.#made(asked, { message: `there is no function ${name}; an effect is written in quotes, "NAME"` });
    return this.#made(asked, { effect: name, isVerified: true });
  }

  #made(asked: Asked | AskedName, found: Partial<Breakpoint>): Breakpoint {
    const stopsAt = asked.hits === undefined || asked.hits.trim() === "" ? undefined : hitCondition(asked.hits);
    const isWrong = stopsAt === undefined && asked.hits !== undefined && asked.hits.trim() !== "";
    return {
      id: ++this.#ids,
      asked,
      place: null,
      message: undefined,
      isVerified: false,
      probes: [],
      effect: null,
      log: null,
      hits: 0,
      ...found,
      stopsAt,
      ...(isWrong && { ...NOWHERE, message: `a hit count is a number, or >=, >, <=, <, = or % and a number` }),
    };
  }

  /** V4 */
  #keepHits(breakpoint: Breakpoint, old: Breakpoint[]): Breakpoint {
    const text = JSON.stringify(breakpoint.asked);
    const at = old.findIndex(({ asked }) => JSON.stringify(asked) === text);
    if (at < 0) return breakpoint;
    const [known] = old.splice(at, 1);
    return { ...breakpoint, id: known!.id, hits: known!.hits };
  }
}

const NOWHERE = { isVerified: false, place: null, probes: [], effect: null } as const;

const isBefore = (a: Place, b: Place): boolean => a.line < b.line || (a.line === b.line && a.column < b.column);

function logText(result: Evaluated): string {
  return result.kind === "error" ? `{${result.message}}` : result.text;
}
