// Other forms of handlers and `unsafe`: the extent of a handler written out or left to the block, faults caught, `unsafe` narrowed.

import { type Action, type Asked, contains } from "./action.ts";
import { narrowed } from "./fix-effects.ts";
import { hostOf } from "./host.ts";

export function rewriteEffects(asked: Asked): Action[] {
  return [...toScoped(asked), ...catchFaults(asked), ...inUnsafe(asked), ...narrow(asked)];
}

/** `handle "A" { … } rest` as `handle "A" { … } in { rest }`. */
function toScoped(asked: Asked): Action[] {
  const handle = asked.findHere("Handle");
  if (!handle || handle.body || asked.span.start - asked.offset > handle.effectSpan.end) return [];
  const block = asked.ancestors(handle)[0];
  if (block?.kind !== "Block") return [];
  const last = block.statements.at(-1)!;
  if (last === handle) return [];
  return [
    {
      title: "Write the handled code in braces",
      kind: "refactor.rewrite",
      preserves: true,
      edits: () => {
        const sign = /^\s*;/.exec(asked.source({ start: handle.end, end: block.end }))?.[0].length ?? 0;
        return [
          asked.replace({ start: handle.end, end: handle.end + sign }, " in {\n"),
          asked.insert(block.end - 1, "\n}\n"),
        ];
      },
    },
  ];
}

/** A statement whose fault becomes `nil`. */
function catchFaults(asked: Asked): Action[] {
  const call = asked.findHere("Call", "Perform", "Await");
  const host = call && hostOf(asked, call);
  if (!host || host.isBody || !host.block || /^(Var|Fun|Class|Handle|Return|Break|Continue)$/.test(host.node.kind))
    return [];
  if (contains(host.node, "Return", "Break", "Continue")) return [];
  const { start, end } = asked.extent(host.node);
  return [
    {
      title: "Catch its faults",
      kind: "refactor.rewrite",
      edits: () => [asked.insert(start, 'handle "FAULT" {\nprint effect.message;\n} in {\n'), asked.insert(end, "\n}")],
    },
  ];
}

/** Selected code in `unsafe`. */
function inUnsafe(asked: Asked): Action[] {
  if (!asked.isSelection || asked.find("Unsafe")) return [];
  const start = asked.span.start - asked.offset;
  const end = asked.span.end - asked.offset;
  const block = asked.around.find((node) => node.kind === "Block");
  if (block?.kind !== "Block") return [];
  const inside = block.statements.filter((each) => each.start >= start && each.end <= end);
  const touched = block.statements.filter((each) => each.start < end && each.end > start);
  if (inside.length === 0 || touched.length !== inside.length) return [];
  if (inside.some(({ kind }) => ["Var", "Fun", "Class", "Handle", "Error"].includes(kind))) return [];
  return [
    {
      title: "Wrap in `unsafe`",
      kind: "refactor.rewrite",
      preserves: true,
      edits: () => [asked.insert(inside[0]!.start, "unsafe {\n"), asked.insert(end, "\n}")],
    },
  ];
}

function narrow(asked: Asked): Action[] {
  const unsafe = asked.findHere("Unsafe");
  return unsafe ? narrowed(asked, unsafe) : [];
}
