// What an item lets other items know of each top-level name it declares, as a line of text. While it is the same, what
// was found in the items that use the name still holds.

import type * as ast from "../ast.ts";
import type { ItemNames } from "../names/model.ts";

export function exportHeaders(names: ItemNames): ReadonlyMap<string, string> {
  return new Map(names.exports.map(({ name, role, node }) => [name, `${role} ${headerOf(node)}`]));
}

function headerOf(node: ast.Declaration): string {
  switch (node.kind) {
    case "Fun":
      return functionHeader(node.fun);
    case "Class": {
      const init = node.methods.find((method) => method.name.name === "init");
      const traits = node.traits.map((trait) => trait.name).join();
      // A damaged member may be the `init`.
      const shown = init ? functionHeader(init.fun) : node.errors.length > 0 ? "damaged" : "";
      return `${shown}${node.superclass ? ` < ${node.superclass.name}` : ""} with ${traits}`;
    }
    case "Var":
      return node.init ? valueHeader(node.init) : "";
    default:
      return "";
  }
}

function functionHeader(fun: ast.Function): string {
  return `${fun.isAsync ? "async " : ""}(${fun.params.map((param) => param.name.name).join()})`;
}

function valueHeader(init: ast.Expression): string {
  switch (init.kind) {
    case "FunExpression":
      return functionHeader(init.fun);
    case "Number":
    case "String":
    case "Char":
    case "Bool":
      return JSON.stringify(init.value);
    default:
      return init.kind;
  }
}
