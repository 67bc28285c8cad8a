// Moves decoded values and stacks to another version of a program: walks everything that hangs together and gives frames, functions,
// classes and objects their new codes (match.ts). All of it moves or nothing does: nothing is changed before everything has been found.
//
// V1. What is already of the new version stays as it is. So do built-in functions and the machine's own frames, except what they hold.
// V2. A frame that has nothing left to do goes out of its stack (M2).

import type { Code } from "../engine/code.ts";
import { type Frame, Segment } from "../engine/segments.ts";
import {
  Cell,
  ClassValue,
  Closure,
  Continuation,
  captureOf,
  Future,
  Instance,
  MapValue,
  TraitValue,
} from "../engine/values.ts";
import { type InertCodes, PROGRAM } from "./inert.ts";
import { type Matcher, Obstacle } from "./match.ts";
import type { UnitCode, Version } from "./version.ts";

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
    /** Older versions of the program, the latest first. */
    readonly older: readonly Version[],
  ) {}

  /** Moves what hangs on these values and segments. All obstacles, in the order of the walk, when there are some. */
  move(roots: readonly unknown[]): Moved | readonly Obstacle[] {
    const work = new Work(this);
    work.walk(roots);
    if (work.obstacles.length > 0) return work.obstacles;
    for (const change of work.changes) change();
    return { hasChanged: work.hasChanged, isHome: work.isHome };
  }

  /** The unit of an older version that has this id, and the version; undefined for code of the new one (V1). */
  olderUnit(id: string): { readonly version: Version; readonly code: UnitCode } | undefined {
    if (id.startsWith("walia:") || this.matcher.now.units.has(id)) return undefined;
    for (const version of this.older) {
      const code = version.units.get(id);
      if (code !== undefined) return { version, code };
    }
    return undefined;
  }

  olderClass(id: string): Version | undefined {
    if (this.matcher.now.classes.has(id)) return undefined;
    return this.older.find((version) => version.classes.has(id));
  }
}

/** One walk. */
class Work {
  readonly obstacles: Obstacle[] = [];
  readonly changes: (() => void)[] = [];
  hasChanged = false;
  isHome = false;
  readonly #seen = new Set<object>();
  /** Those that go (V2). */
  readonly #finished = new Set<Frame>();
  readonly #linked = new Set<Frame>();
  readonly #mover: Mover;
  #pending: unknown[] = [];

  constructor(mover: Mover) {
    this.#mover = mover;
  }

  walk(roots: readonly unknown[]): void {
    this.#pending = [...roots].reverse();
    while (this.#pending.length > 0) {
      const part = this.#pending.pop();
      if (typeof part !== "object" || part === null || this.#seen.has(part)) continue;
      this.#seen.add(part);
      this.#attempt(() => this.#visit(part));
      this.#pending.push(...partsOf(part).reverse());
    }
  }

  /** The same reason is told once. */
  #attempt(visit: () => void): void {
    try {
      visit();
    } catch (error) {
      if (!(error instanceof Obstacle)) throw error;
      if (!this.obstacles.includes(error)) this.obstacles.push(error);
    }
  }

  #visit(part: object): void {
    if (part instanceof Segment) this.#stack(part);
    else if (part instanceof Closure) this.#closure(part);
    else if (part instanceof ClassValue) this.#class(part);
    else if (part instanceof TraitValue) this.#trait(part);
  }

  /** The frames of a segment, innermost first; that above the program's own is of its statement. Stacks may share frames. */
  #stack(segment: Segment): void {
    let inner: Frame | null = null;
    for (let frame = segment.frames; frame !== null && !this.#seen.has(frame); inner = frame, frame = frame.next) {
      this.#seen.add(frame);
      this.#pending.push(...frame.slots);
      const [own, above] = [frame, inner];
      this.#attempt(() => (own.code.id === PROGRAM.id ? this.#statement(own, above) : this.#frame(own)));
    }
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

  #change(change: () => void): void {
    this.hasChanged = true;
    this.changes.push(change);
  }

  #frame(frame: Frame): void {
    const older = this.#mover.olderUnit(frame.code.id);
    if (older === undefined) {
      this.#met(frame.code.id);
      return;
    }
    const { code, to } = this.#mover.matcher.frame(older.version, older.code, frame.at);
    const { slots } = frame;
    this.#change(() => {
      if (to === null) this.#finished.add(frame);
      else
        Object.assign<Mutable<Frame>, Partial<Frame>>(frame, {
          code: this.#codeOf(code),
          at: to.at,
          slots: to.slots.map((i) => slots[i]),
        });
    });
    this.isHome ||= code.isHome;
  }

  #statement(frame: Frame, above: Frame | null): void {
    const id = String(frame.slots[0]);
    const older = this.#mover.olderUnit(id);
    if (older === undefined) return;
    const now = this.#mover.matcher.statement(older.version, older.code, above?.code.id === id);
    this.#change(() => {
      (frame as Mutable<Frame>).slots = [now.core.ref];
    });
  }

  #closure(closure: Closure): void {
    const older = this.#mover.olderUnit(closure.code.id);
    if (older === undefined) {
      this.#met(closure.code.id);
      return;
    }
    const { code, captures } = this.#mover.matcher.closure(older.version, older.code);
    const values = captures.map((i) => captureOf(closure, i));
    this.#change(() => {
      const [c0, c1, c2, c3, ...more] = values;
      const made = this.#codeOf(code);
      Object.assign<Mutable<Closure>, Partial<Closure>>(closure, { code: made, c0, c1, c2, c3, more });
    });
    this.isHome ||= code.isHome;
  }

  #class(cls: ClassValue): void {
    const version = this.#mover.olderClass(cls.code.id);
    if (version === undefined) return;
    const ref = this.#mover.matcher.class(version, cls.code.id);
    this.#change(() => {
      (cls as Mutable<ClassValue>).code = this.#mover.codes.context.classCode(ref)!;
    });
  }

  #trait(trait: TraitValue): void {
    const version = this.#mover.olderClass(trait.code.id);
    if (version === undefined) return;
    const ref = this.#mover.matcher.class(version, trait.code.id);
    this.#change(() => {
      (trait as Mutable<TraitValue>).code = this.#mover.codes.context.traitCode(ref)!;
    });
  }

  #codeOf(code: UnitCode): Code {
    return this.#mover.codes.code(code.core.ref)!;
  }

  #met(id: string): void {
    this.isHome ||= this.#mover.matcher.now.units.get(id)?.isHome === true;
  }
}

/** What hangs on an object. Segments of a stack hang on each other; frames are walked with their segment. */
function partsOf(object: object): unknown[] {
  if (Array.isArray(object)) return [...object];
  if (object instanceof MapValue) return [...object.entries].flat();
  if (object instanceof Cell) return [object.v];
  if (object instanceof Closure) return [object.c0, object.c1, object.c2, object.c3, ...object.more];
  if (object instanceof ClassValue) return [...object.captures, object.parent];
  if (object instanceof Continuation) return [object.top];
  if (object instanceof Segment) return [object.handler, object.below];
  if (object instanceof Future) return settledParts(object);
  if (object instanceof Instance) return [object.cls, ...(object.mixed ?? []), ...fieldsOf(object)];
  return "site" in object ? fieldsOf(object) : [];
}

/** The lines of a fault's trace stay what they were: they tell what has happened. */
function settledParts({ state }: Future): unknown[] {
  if (state.kind === "done") return [state.value];
  return state.kind === "failed" ? Object.values(state.fault.fields) : [];
}

const fieldsOf = (object: object): unknown[] =>
  Object.entries(object).flatMap(([name, value]) => (name.startsWith("f_") ? [value] : []));
