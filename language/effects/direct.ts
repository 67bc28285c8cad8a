// What a unit does itself, before anything flows along its calls: the start of its row, and its edges in the graph of calls.

import type { Builtin } from "../names/builtins.ts";
import type { Unit } from "../names/model.ts";
import type { Link, Linker } from "./link.ts";
import { addEffect, addVariable, emptyRow, type Row } from "./row.ts";
import type { Target } from "./summary.ts";

export interface Direct {
  readonly edges: readonly Edge[];
  /** Nodes whose rows this one reads: its callees, and functions that it passes on. */
  readonly reads: readonly number[];
  readonly starts: readonly number[];
  readonly monitors: boolean;
  readonly row: Row;
}

export interface Edge {
  readonly at: number;
  readonly callee: number;
  readonly sure: boolean;
  readonly args: readonly Link[];
  /** The effect that a handler between caller and callee catches. */
  readonly masks: string | null;
  /** For a clause: the handled code, and the effect that brings us into the clause. */
  readonly when: { readonly handled: number; readonly effect: string } | null;
}

const NO_LINKS: readonly Link[] = [];

/** A dispatch may be any of its methods (link.ts, L1). */
export function dispatchOf(methods: readonly number[]): Direct {
  const edges = methods.map(
    (callee): Edge => ({ at: 0, callee, sure: false, args: NO_LINKS, masks: null, when: null }),
  );
  return { edges, reads: methods, starts: [], row: emptyRow(), monitors: false };
}

export function directOf(id: number, linker: Linker): Direct {
  const { unit, sites, item } = linker.units.at(id)!;
  const row = emptyRow();
  let monitors = false;
  const edges: Edge[] = [];
  const starts: number[] = [];
  const reads: number[] = [];

  const call = (
    at: number,
    callee: number,
    sure = true,
    args: readonly Link[] = [],
    masks: string | null = null,
  ): void => {
    edges.push({ at, callee, sure, args, masks, when: null });
  };
  const waits = (at: number): void => {
    row.suspends ??= { at, via: -1 };
    row.waits ??= { at, via: -1 };
  };
  const unknown = (at: number): void => {
    row.unknown ??= { at, via: -1 };
    row.suspends ??= { at, via: -1 };
    row.home ??= { at, via: -1 };
  };

  function apply(at: number, link: Link, args: readonly Target[]): void {
    // Most built-ins call nothing back: their arguments need not be looked at.
    const plain =
      link.calls.length === 0 && link.builtins.every((each) => each.calls.length + each.starts.length === 0);
    const linked = plain || args.length === 0 ? NO_LINKS : args.map((arg) => linker.link(arg, item));
    for (const arg of linked) for (const passed of arg.calls) reads.push(passed);
    for (const callee of link.calls) call(at, callee, link.sure, linked);
    starts.push(...link.starts);
    if (link.param) addVariable(row, linker, link.param, [], { at, via: -1 });
    if (link.unknown) unknown(at);
    for (const each of link.builtins) applyBuiltin(at, each, args, linked);
  }

  function applyBuiltin(at: number, called: Builtin, args: readonly Target[], linked: readonly Link[]): void {
    for (const effect of called.performs) addEffect(row, effect, { at, via: -1, sure: true });
    if (called.maySuspend) waits(at);
    // The library's higher-order functions are Walia code that calls what it is given (E4).
    if (called.calls.length > 0) row.suspends ??= { at, via: -1 };
    if (called.name === "io_monitor") monitors = true;
    for (const position of called.starts) {
      const link = linked[position];
      if (link) starts.push(...link.calls, ...link.starts);
    }
    for (const position of called.calls) {
      const callback = args[position];
      // Without the callback there is nothing to call; what the callback gets as arguments is not known.
      if (callback) apply(at, linked[position]!, []);
    }
  }

  sites.forEach((site, at) => {
    switch (site.kind) {
      case "perform":
        addEffect(row, site.effect, { at, via: -1, sure: true });
        waits(at);
        break;
      case "await":
        waits(at);
        break;
      case "call":
        apply(at, linker.link(site.target, item), site.args);
        break;
      case "resume":
        waits(at);
        if (site.handled) call(at, linker.idOf(site.handled), true, NO_LINKS, handledEffect(site.handled));
        else row.unknown ??= { at, via: -1 };
        // The continuation of a program-wide handler is the performer's own code: it is counted there.
        if (!site.own) unknown(at);
        break;
      case "handle": {
        if (!site.handled) break;
        const handled = linker.idOf(site.handled);
        call(at, handled, true, NO_LINKS, site.node.effect);
        const when = { handled, effect: site.node.effect };
        edges.push({ at, callee: linker.idOf(site.clause), sure: true, args: NO_LINKS, masks: null, when });
        break;
      }
    }
  });
  unit.free.forEach((use, index) => {
    if (row.home === null && "name" in use.node && linker.isMutable(String(use.node.name), item))
      row.home = { at: -1 - index, via: -1 };
  });
  for (const local of unit.locals) {
    // A pattern that compares reads the global (N5).
    if (local.pattern && row.home === null && linker.isMutable(local.name, item)) row.home = { at: -1, via: -1 };
  }
  for (const edge of edges) reads.push(edge.callee);
  return { edges, starts, row, reads: [...new Set(reads)], monitors };
}

const handledEffect = (handled: Unit): string => (handled.node as { readonly effect: string }).effect;
