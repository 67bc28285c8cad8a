// Lowers `match`: each arm is a labelled block that is left when its pattern or guard does not fit.

import type * as ast from "../../language/ast.ts";
import type { Dest } from "./builder.ts";
import { constant, slotAtom } from "./builder.ts";
import type { Atom } from "./core.ts";
import type { Lowering } from "./lower.ts";
import { equalAtom, lowerTest } from "./lower-operators.ts";

export function lowerMatch(lowering: Lowering, node: ast.Match, dest: Dest): void {
  const { builder } = lowering;
  const parts = node.subject.kind === "Tuple" ? node.subject.items : [node.subject];
  const slots = lowering.values(parts).map((atom) => {
    const slot = builder.temporary();
    builder.set(slot, atom);
    builder.hold(slot);
    return slot;
  });
  const done = builder.label("match");
  const body = builder.collect(() => {
    for (const arm of node.arms) {
      const next = builder.label("arm");
      const armBody = builder.collect(() =>
        builder.scoped(() => {
          lowerPattern(lowering, arm.pattern, slots.map(slotAtom), next, node.subject.kind === "Tuple");
          if (arm.guard !== null) unless(lowering, lowerTest(lowering, arm.guard), next);
          lowering.count("branch", arm, "arm", node);
          lowering.body(arm.body, dest);
          builder.emit({ kind: "break", label: done });
        }),
      );
      builder.emit({ kind: "block", label: next, body: armBody });
    }
    builder.release(slots.length);
    builder.operate({ kind: "noMatch", values: slots.map(slotAtom) }, node, dest);
  });
  builder.emit({ kind: "block", label: done, body });
}

function unless(lowering: Lowering, test: Atom, label: string): void {
  lowering.builder.emit({ kind: "if", test, then: [], otherwise: [{ kind: "break", label }] });
}

function lowerPattern(
  lowering: Lowering,
  pattern: ast.Pattern,
  subjects: readonly Atom[],
  next: string,
  isTuple: boolean,
): void {
  const subject = subjects[0]!;
  switch (pattern.kind) {
    case "WildcardPattern":
      return;
    case "LiteralPattern":
      unless(lowering, equalAtom(subject, constant(pattern.value ?? undefined)), next);
      return;
    case "NamePattern": {
      if (lowering.context.compares(pattern)) {
        const binding = lowering.context.names.bindingOf(pattern);
        const compared =
          binding?.kind === "local"
            ? lowering.read(binding)
            : lowering.freeName(lowering.context.refer(pattern.name.name));
        if (compared !== null) unless(lowering, equalAtom(subject, compared), next);
        const standIn = lowering.context.names.localOf(pattern.name);
        if (standIn !== undefined) lowering.declare(standIn, subject);
        return;
      }
      lowering.declare(lowering.local(pattern.name), subject);
      return;
    }
    case "TuplePattern":
      if (!isTuple || pattern.items.length !== subjects.length) {
        lowering.builder.emit({ kind: "break", label: next });
        return;
      }
      for (const [index, item] of pattern.items.entries())
        lowerPattern(lowering, item, [subjects[index]!], next, false);
      return;
    case "LayoutPattern":
      lowering.unsupported("a layout pattern", pattern, { kind: "discard" });
      return;
    case "SimilarPattern":
      lowering.unsupported("a similarity pattern", pattern, { kind: "discard" });
      return;
  }
}
