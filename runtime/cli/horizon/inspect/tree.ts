// Values as trees that unfold: what a reader has opened, and nothing below it.
//
// N1. A node's key is its parent's, a slash, and its number among the parts: the same for the same place, however often the tree
//     is made anew. So whoever shows it keeps the keys of what is open, and no more.
// N2. No node has more than PAGE parts. Where a value has more, they are in stretches, `[0 … 99]`, which unfold, too.
// N3. A value that is met more than once has a number, `#1`. Where a value is inside itself, it does not unfold again.

import { framesOfContinuation } from "../../../debug/frames.ts";
import { preview } from "../../../debug/show.ts";
import { partsOf as partsOfValue } from "../../../debug/values.ts";
import { Atomic, Cell, Channel, ClassValue, Future, TraitValue, typeName, type Value } from "../../../engine/values.ts";
import type { Node } from "../../../inspector/protocol.ts";
import { oneLine } from "../../excerpt.ts";
import { localsOf } from "../task-view.ts";

const PAGE = 100;
/** A text that is longer unfolds into pieces. */
const LONG_TEXT = 120;
const PIECE = 500;
/** So many parts are looked at for what comes again (N3). */
const LOOKED_AT = 20_000;

/** What a channel has in it: values only name it. */
export interface KeptChannel {
  readonly capacity: number;
  readonly closed: boolean;
  readonly items: readonly Value[];
}

/** Undefined for one that the file does not have, or that cannot be read. */
export type ChannelOf = (id: number) => KeptChannel | undefined;

/** "2 of 8, closed". */
export const channelText = ({ capacity, closed, items }: KeptChannel): string =>
  `${items.length} of ${capacity}${closed ? ", closed" : ""}`;

/** A frame of a continuation, among values. */
class FrameLocals {
  constructor(readonly locals: readonly Named[]) {}
}

/** A stretch of a long text, among values. */
class Piece {
  constructor(readonly text: string) {}
}

/** A variable that is captured stands in a cell. */
const held = (value: Value): Value => (value instanceof Cell ? value.v : value);

/** What is told apart by a number or name of its own, or is equal when it looks equal. */
const KNOWN_OTHERWISE = [Channel, Future, Atomic, ClassValue, TraitValue, Uint8Array];

/** Whether it matters that it is the same one. */
const isShareable = (value: Value): value is object =>
  typeof value === "object" && !KNOWN_OTHERWISE.some((type) => value instanceof type);

/** A name and what it stands for. */
export type Named = readonly [name: string, value: Value];

/** The trees of values that may have parts in common. */
export class Trees {
  readonly #unfolded: ReadonlySet<string>;
  readonly #channelOf: ChannelOf;
  readonly #times = new Map<object, number>();
  readonly #numbers = new Map<object, number>();

  /** `roots`: all that will be shown, so that it is known what comes again (N3). */
  constructor(roots: Iterable<Value>, unfolded: ReadonlySet<string>, channelOf: ChannelOf) {
    this.#unfolded = unfolded;
    this.#channelOf = channelOf;
    this.#count([...roots]);
  }

  /** A node for each; `key` is that of what they belong to. */
  nodes(named: readonly Named[], key: string): Node[] {
    return named.map(([name, value], i) => this.#node(`${key}/${i}`, name, held(value), []));
  }

  /** N3 */
  #count(values: Value[]): void {
    let left = LOOKED_AT;
    for (let value = held(values.pop()); ; value = held(values.pop())) {
      const parts = this.#partsOf(value);
      if (parts !== null && isShareable(value)) {
        const times = (this.#times.get(value) ?? 0) + 1;
        this.#times.set(value, times);
        if (times === 1 && left > 0) {
          const more = parts.from(0, Math.min(parts.count, left)).map(([, part]) => part);
          left -= more.length;
          for (const part of more.reverse()) values.push(part);
        }
      }
      if (values.length === 0) return;
    }
  }

  #node(key: string, name: string, value: Value, above: readonly Value[]): Node {
    const parts = this.#partsOf(value);
    const isInside = isShareable(value) && above.includes(value);
    const isUnfoldable = parts !== null && parts.count > 0 && !isInside;
    return {
      key,
      name: oneLine(name),
      type: value instanceof FrameLocals || value instanceof Piece ? "" : oneLine(typeName(value)),
      text: isInside ? "is inside itself" : oneLine(this.#text(value)),
      isUnfoldable,
      parts:
        isUnfoldable && this.#unfolded.has(key) ? this.#below(key, parts, 0, parts.count, [...above, value]) : null,
      mark: this.#markOf(value),
      task: value instanceof Future ? value.id : null,
    };
  }

  #text(value: Value): string {
    if (value instanceof FrameLocals) return "";
    if (value instanceof Piece) return JSON.stringify(value.text);
    const channel = value instanceof Channel ? this.#channelOf(value.id) : undefined;
    return channel === undefined ? preview(value) : `Channel ${(value as Channel).id}: ${channelText(channel)}`;
  }

  #markOf(value: Value): string {
    if (!isShareable(value) || (this.#times.get(value) ?? 0) < 2) return "";
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(value, number);
    }
    return `#${number}`;
  }

  /** N2: the parts from `start` up to `end`, or the stretches that they are in. */
  #below(key: string, parts: Parts, start: number, end: number, above: readonly Value[]): Node[] {
    if (end - start <= PAGE)
      return parts
        .from(start, end)
        .map(([name, value], i) => this.#node(`${key}/${start + i}`, name, held(value), above));
    let stretch = PAGE;
    while (stretch * PAGE < end - start) stretch *= PAGE;
    return Array.from({ length: Math.ceil((end - start) / stretch) }, (_, i): Node => {
      const from = start + i * stretch;
      const to = Math.min(end, from + stretch);
      const own = `${key}/${from}-${to - 1}`;
      return {
        key: own,
        name: `[${from} … ${to - 1}]`,
        type: "",
        text: "",
        isUnfoldable: true,
        parts: this.#unfolded.has(own) ? this.#below(own, parts, from, to, above) : null,
        mark: "",
        task: null,
      };
    });
  }

  /** Null for a value that has no parts. */
  #partsOf(value: Value): Parts | null {
    if (typeof value === "string") return value.length > LONG_TEXT ? piecesOf(value) : null;
    if (value instanceof Piece) return null;
    if (value instanceof FrameLocals) return partsFrom(value.locals.length, (i) => value.locals[i]!);
    if (value instanceof Channel) {
      const items = this.#channelOf(value.id)?.items ?? [];
      return partsFrom(items.length, (i) => [`[${i}]`, items[i]]);
    }
    const parts = partsOfValue(value);
    if (parts === null) return null;
    if (parts.continuation !== undefined) {
      const frames = framesOfContinuation(parts.continuation);
      return partsFrom(frames.length, (i) => [frames[i]!.name, new FrameLocals(localsOf(frames[i]!.frame))]);
    }
    if (parts.indexed === 0) {
      const fields = parts.fields();
      return partsFrom(fields.length, (i) => [fields[i]!.name, fields[i]!.get()]);
    }
    return {
      count: parts.indexed,
      from: (start, end) => parts.items(start, end - start).map(({ name, get }) => [name, get()]),
    };
  }
}

interface Parts {
  readonly count: number;
  from(start: number, end: number): Named[];
}

const partsFrom = (count: number, part: (index: number) => Named): Parts => ({
  count,
  from: (start, end) => Array.from({ length: end - start }, (_, i) => part(start + i)),
});

function piecesOf(text: string): Parts {
  return partsFrom(Math.ceil(text.length / PIECE), (i) => {
    const end = Math.min(text.length, (i + 1) * PIECE);
    return [`${i * PIECE} … ${end - 1}`, new Piece(text.slice(i * PIECE, end))];
  });
}
