// Moves decoded values and stacks to another version of a program: gives frames, functions, classes and objects their new codes
// (match.ts). All of it moves or nothing does: nothing is changed before everything has been found.
//
// V1. What is already of the new version stays as it is. So do built-in functions and the machine's own frames, except what they hold.
// V2. A frame that has nothing left to do goes out of its stack (M2).

import type { Code } from "../engine/code.ts";
import type { Frame, Segment } from "../engine/segments.ts";
import { type ClassValue, type Closure, captureOf, type TraitValue, type Value } from "../engine/values.ts";
import type { InertCodes } from "./inert.ts";
import { type Matcher, Obstacle } from "./match.ts";
import type { UnitCode, Version } from "./version.ts";
import { type Visitor, walkCode } from "./walk.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Moved {
  /** Something has another code now. */
  readonly hasChanged: boolean;
  /** Some code that was met must run where the program's variables are. */
  readonly isHome: boolean;
}

export class Mover {
  constructor(
    readonly codes: InertCodes,
    readonly matcher: Matcher,
    /** Older versions of the program. */
    readonly older: readonly Version[],
  ) {}

  /** Moves what hangs on these values and segments. All obstacles, in the order of the walk, when there are some. */
  move(roots: readonly unknown[]): Moved | readonly Obstacle[] {
    const work = new Work(this);
    walkCode(roots, work);
    if (work.obstacles.size > 0) return [...work.obstacles];
    for (const change of work.changes) change();
    return { hasChanged: work.hasChanged, isHome: work.isHome };
  }
}

/** The version, one of `older`, that has this code; undefined for code of `now`, and for what is of no version (V1). */
export function olderWith<T>(
  id: string,
  now: Version,
  older: readonly Version[],
  find: (version: Version) => T | undefined,
): { readonly version: Version; readonly found: T } | undefined {
  if (id.startsWith("walia:") || find(now) !== undefined) return undefined;
  for (const version of older) {
    const found = find(version);
    if (found !== undefined) return { version, found };
  }
  return undefined;
}

/** One walk. */
class Work implements Visitor {
  readonly obstacles = new Set<Obstacle>();
  readonly changes: (() => void)[] = [];
  hasChanged = false;
  isHome = false;
  /** Those that go (V2). */
  readonly #finished = new Set<Frame>();
  readonly #linked = new Set<Frame>();
  readonly #mover: Mover;

  constructor(mover: Mover) {
    this.#mover = mover;
  }

  segment(segment: Segment): void {
    this.changes.push(() => this.#relink(segment));
  }

  /** V2 */
  #relink(segment: Segment): void {
    const live = (frame: Frame | null): Frame | null => {
      let next = frame;
      while (next !== null && this.#finished.has(next)) next = next.next;
      return next;
    };
    segment.frames = live(segment.frames);
    for (let frame = segment.frames; frame !== null && !this.#linked.has(frame); frame = frame.next) {
      this.#linked.add(frame);
      frame.next = live(frame.next);
    }
  }

  frame(frame: Frame): void {
    this.#withUnit(frame.code.id, (version, unit) => {
      const { code, to } = this.#mover.matcher.frame(version, unit, frame.at);
      const { slots } = frame;
      this.#change(code, () => {
        if (to === null) this.#finished.add(frame);
        else
          refill(
            frame,
            this.#codeOf(code),
            to.at,
            to.slots.map((i) => slots[i]),
          );
      });
    });
  }

  statement(frame: Frame, hasFrame: boolean): void {
    this.#withUnit(String(frame.slots[0]), (version, unit) => {
      const now = this.#mover.matcher.statement(version, unit, hasFrame);
      this.#change(now, () => refill(frame, frame.code, frame.at, [now.core.ref]));
    });
  }

  closure(closure: Closure): void {
    this.#withUnit(closure.code.id, (version, unit) => {
      const { code, captures } = this.#mover.matcher.closure(version, unit);
      const [c0, c1, c2, c3, ...more] = captures.map((i) => captureOf(closure, i));
      this.#change(code, () =>
        Object.assign<Mutable<Closure>, Partial<Closure>>(closure, { code: this.#codeOf(code), c0, c1, c2, c3, more }),
      );
    });
  }

  class(cls: ClassValue): void {
    this.#withClass(cls.code.id, (ref) => {
      (cls as Mutable<ClassValue>).code = this.#mover.codes.context.classCode(ref)!;
    });
  }

  trait(trait: TraitValue): void {
    this.#withClass(trait.code.id, (ref) => {
      (trait as Mutable<TraitValue>).code = this.#mover.codes.context.traitCode(ref)!;
    });
  }

  /** Looks for the place of an older unit; for another one, only whether it must run at home. */
  #withUnit(id: string, match: (version: Version, unit: UnitCode) => void): void {
    const { matcher, older } = this.#mover;
    const found = olderWith(id, matcher.now, older, (version) => version.unit(id));
    if (found === undefined) this.isHome ||= !id.startsWith("walia:") && matcher.now.unit(id)?.isHome === true;
    else this.#attempt(() => match(found.version, found.found));
  }

  #withClass(id: string, change: (ref: string) => void): void {
    const { matcher, older } = this.#mover;
    const found = olderWith(id, matcher.now, older, (version) => version.classCode(id));
    if (found === undefined) return;
    this.#attempt(() => {
      const ref = matcher.class(found.version, id);
      this.hasChanged = true;
      this.changes.push(() => change(ref));
    });
  }

  #change(code: UnitCode, change: () => void): void {
    this.hasChanged = true;
    this.isHome ||= code.isHome;
    this.changes.push(change);
  }

  #attempt(visit: () => void): void {
    try {
      visit();
    } catch (error) {
      if (!(error instanceof Obstacle)) throw error;
      this.obstacles.add(error);
    }
  }

  #codeOf(code: UnitCode): Code {
    return this.#mover.codes.code(code.core.ref)!;
  }
}

/** Makes a frame, which nobody runs, another one. */
function refill(frame: Frame, code: Code, at: number, slots: readonly Value[]): void {
  Object.assign<Mutable<Frame>, Partial<Frame>>(frame, { code, at });
  frame.slots = slots;
}
