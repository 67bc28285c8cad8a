// Codes of several versions of a program for the codec: they say what frames, functions and objects consist of, and nothing can run.
// So records are read and written again without any of the program being loaded.

import type { CodecContext } from "../codec/format.ts";
import { MAIN } from "../compile/load.ts";
import type { CoreClass } from "../compile/lower.ts";
import { CONSTRUCT } from "../engine/classes.ts";
import { builtinCode, type ClassCode, type Code, type TraitCode } from "../engine/code.ts";
import { RESUMING } from "../engine/machine.ts";
import { methodCodes } from "../engine/operators.ts";
import { Segment, SegmentKind } from "../engine/segments.ts";
import { taskCodes } from "../engine/tasks.ts";
import { Instance } from "../engine/values.ts";
import type { UnitCode, Version } from "./version.ts";

/** The code of the frame that runs the program's statements; its slot is the id of the one that is suspended. */
export const PROGRAM = builtinCode(MAIN.name, MAIN.slots, (_frame, value) => value);

const MACHINE = new Map([PROGRAM, CONSTRUCT, RESUMING, ...taskCodes, ...methodCodes].map((code) => [code.id, code]));

export class InertCodes {
  readonly #codes = new Map<string, Code>();
  readonly #classes = new Map<string, ClassCode>();
  readonly #traits = new Map<string, TraitCode>();
  readonly #handlers = new Map<number, Segment>();
  readonly #numbers = new Map<Segment, number>();

  /** Where two versions have the same code, it is that of the first. */
  constructor(readonly versions: readonly Version[]) {}

  get context(): Pick<CodecContext, "code" | "classCode" | "traitCode" | "programSegment"> {
    return {
      code: (id) => this.code(id),
      classCode: (id) => this.#class(id),
      traitCode: (id) => this.#trait(id),
      programSegment: (index) => this.#handler(index),
    };
  }

  /** For encoding what was decoded with `context`. */
  programIndex(segment: Segment): number {
    return this.#numbers.get(segment)!;
  }

  code(id: string): Code | undefined {
    const known = MACHINE.get(id) ?? this.#codes.get(id);
    if (known !== undefined) return known;
    const unit = this.#find((version) => version.unit(id));
    const isBuiltin = id.startsWith("walia:");
    if (unit === undefined && !isBuiltin) return undefined;
    const made =
      unit === undefined ? builtinCode(id.slice("walia:".length), [], (_frame, value) => value) : codeOf(unit);
    this.#codes.set(id, made);
    return made;
  }

  #find<T>(find: (version: Version) => T | undefined): T | undefined {
    for (const version of this.versions) {
      const found = find(version);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #class(id: string): ClassCode | undefined {
    const known = this.#classes.get(id);
    if (known !== undefined) return known;
    const cls = this.#classOf(id, "class");
    if (cls === undefined) return undefined;
    const superclass = cls.superclass === null ? null : (this.#class(cls.superclass) ?? null);
    const made = { ...classCode(cls), superclass };
    this.#classes.set(id, made);
    return made;
  }

  #trait(id: string): TraitCode | undefined {
    const known = this.#traits.get(id);
    const trait = known === undefined ? this.#classOf(id, "trait") : undefined;
    if (trait === undefined) return known;
    const made: TraitCode = { id, name: trait.name, methods: new Map() };
    this.#traits.set(id, made);
    return made;
  }

  #classOf(id: string, kind: CoreClass["kind"]): CoreClass | undefined {
    const found = this.#find((version) => version.classCode(id));
    return found?.kind === kind ? found : undefined;
  }

  /** A handler of the whole program, of which only the number counts here; 0 is the root. */
  #handler(index: number): Segment {
    let segment = this.#handlers.get(index);
    if (segment === undefined) {
      const kind = index === 0 ? SegmentKind.Root : SegmentKind.Program;
      segment = new Segment(kind, null, null, null, undefined, null, 0);
      this.#handlers.set(index, segment);
      this.#numbers.set(segment, index);
    }
    return segment;
  }
}

function codeOf({ core, isHome }: UnitCode): Code {
  const base = builtinCode("", [], (_frame, value) => value);
  const entry = [...(core.usesSelf ? ["self"] : []), ...core.params.map(({ name }) => name)];
  return {
    ...base,
    id: core.ref,
    name: core.name,
    params: core.params.map(({ name }) => name),
    isAsync: core.isAsync,
    isHome,
    captures: core.captures,
    points: [entry, ...core.points.map(({ live }) => live)].map((slots) => ({ start: 0, end: 0, slots })),
    effect: core.effect,
    mode: core.mode,
  };
}

/** Its objects have the fields that the bytes say. */
function classCode({ ref, name }: CoreClass): ClassCode {
  return {
    id: ref,
    name,
    construct: class extends Instance {},
    superclass: null,
    fields: [],
    initialisers: [],
    make: () => undefined,
    methods: new Map(),
  };
}
