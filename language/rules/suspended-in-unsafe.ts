// An `unsafe` block that handles raw memory, pointers or ports and performs an effect whose handler need not come back to it: it
// may abandon the code, keep it for later, or resume it twice. The block would then be left in the middle, or finished twice.
//
// Effects that only the reactor answers are left to W403: it always comes back, and once.

import type * as ast from "../ast.ts";
import type { Handler } from "../effects/paths.ts";
import { SYSTEM_EFFECTS } from "../names/builtins.ts";
import type { Node } from "../walk.ts";
import { nodesUnder } from "./resumes.ts";
import type { Item, Rule, WorkspaceContext } from "./rule.ts";

export const suspendedInUnsafe: Rule = {
  code: "W404",
  severity: "warning",
  title: "suspended-in-unsafe",
  workspace: (context) => {
    for (const item of context.withUnsafe) for (const block of rawBlocks(item)) checkBlock(block, item, context);
  },
};

const known = new WeakMap<ast.ItemTree, readonly ast.Unsafe[]>();

/** The blocks of an item that handle memory or ports; found once for each version of it. */
function rawBlocks({ tree }: Item): readonly ast.Unsafe[] {
  let blocks = known.get(tree);
  if (!blocks) {
    blocks = tree.statements.flatMap((statement) => nodesUnder(statement, "Unsafe")).filter(isRaw);
    known.set(tree, blocks);
  }
  return blocks;
}

const RAW_CALLS: ReadonlySet<string> = new Set(["alloc", "port_read", "port_write", "syscall"]);

/** Whether a block handles memory or ports: what must be begun and finished. Watching a port is neither. */
function isRaw(block: ast.Unsafe): boolean {
  return (
    nodesUnder(block, "Release").length > 0 ||
    nodesUnder(block, "Unary").some(({ op }) => op === "*" || op === "&") ||
    nodesUnder(block, "Call").some(({ callee }) => callee.kind === "Name" && RAW_CALLS.has(callee.name))
  );
}

function checkBlock(block: ast.Unsafe, item: Item, context: WorkspaceContext): void {
  const { facts } = context;
  for (const unit of item.names.units) {
    for (const { node, effects } of facts.sitesIn(unit)) {
      if (node.start < block.start || node.end > block.end) continue;
      for (const effect of effects) {
        if (SYSTEM_EFFECTS.has(effect)) continue;
        const handler = facts
          .handlersFor(unit, effect)
          .find(({ handle, names }) => facts.clauseOf(handle, names) !== "tail-resumptive" && !isInside(handle, block));
        if (!handler) continue;
        context.report(item, {
          span: headOf(node as Node),
          message: `"${effect}" may leave this \`unsafe\` block in the middle: a handler of it ${whatItDoes(handler, context)}`,
          related: [
            { message: "the handler", at: { span: handler.handle.effectSpan, in: handler.names } },
            { message: "the block", at: { span: { start: block.start, end: block.start + "unsafe".length } } },
          ],
        });
        return;
      }
    }
  }
}

function whatItDoes({ handle, names }: Handler, { facts }: WorkspaceContext): string {
  return facts.clauseOf(handle, names) === "abortive"
    ? "never resumes"
    : "may resume it later, more than once, or not at all";
}

const isInside = (inner: ast.Span, outer: ast.Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** A perform's name, a call's callee. */
function headOf(node: Node): ast.Span {
  if (node.kind === "Perform") return node.effectSpan;
  return node.kind === "Call" ? node.callee : node;
}
