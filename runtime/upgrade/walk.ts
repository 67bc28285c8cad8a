// Walks everything that hangs together in decoded records, and tells a visitor of each piece of code in it, once.

import type { Frame } from "../engine/segments.ts";
import { Segment } from "../engine/segments.ts";
import { Cell, ClassValue, Closure, Continuation, Future, Instance, MapValue, TraitValue } from "../engine/values.ts";
import { PROGRAM } from "./inert.ts";

export interface Visitor {
  /** The frames of a segment have all been told of. */
  segment?(segment: Segment): void;
  frame(frame: Frame): void;
  /** The frame that runs the program's statements; `hasFrame`: the one that is suspended has a frame of its own. */
  statement(frame: Frame, hasFrame: boolean): void;
  closure(closure: Closure): void;
  class(cls: ClassValue): void;
  trait(trait: TraitValue): void;
}

export function walkCode(roots: readonly unknown[], visitor: Visitor): void {
  const seen = new Set<object>();
  const pending: unknown[] = [...roots].reverse();

  /** Innermost first. Stacks may share frames: then the rest has been told of, too. */
  const frames = (segment: Segment): void => {
    let inner: Frame | null = null;
    for (let frame = segment.frames; frame !== null && !seen.has(frame); inner = frame, frame = frame.next) {
      seen.add(frame);
      pending.push(...frame.slots);
      if (frame.code.id === PROGRAM.id) visitor.statement(frame, inner?.code.id === frame.slots[0]);
      else visitor.frame(frame);
    }
    visitor.segment?.(segment);
  };

  while (pending.length > 0) {
    const part = pending.pop();
    if (typeof part !== "object" || part === null || seen.has(part)) continue;
    seen.add(part);
    if (part instanceof Segment) frames(part);
    else if (part instanceof Closure) visitor.closure(part);
    else if (part instanceof ClassValue) visitor.class(part);
    else if (part instanceof TraitValue) visitor.trait(part);
    for (const each of partsOf(part).reverse()) pending.push(each);
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
