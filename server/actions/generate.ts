// Code from what is there: `init` from fields, methods to override, documentation, handlers, arms.

import type * as ast from "../../language/ast.ts";
import { REACTOR_EFFECTS, SYSTEM_EFFECTS } from "../../language/names/builtins.ts";
import { type Action, type Asked, contains } from "./action.ts";
import { addArms } from "./fix-code.ts";
import { handlerText, programWide } from "./fix-effects.ts";
import { before, hostOf } from "./host.ts";

export function generate(asked: Asked): Action[] {
  return [...init(asked), ...overrides(asked), ...documentation(asked), ...handlers(asked), ...otherArm(asked)];
}

const offered = (title: string, edits: Action["edits"], preserves = false): Action => ({
  title,
  kind: "refactor.rewrite",
  preserves,
  edits,
});

/** The class whose head the cursor is on. */
function classHere(asked: Asked): ast.ClassDeclaration | undefined {
  const found = asked.findHere("Class");
  const at = asked.span.start - asked.offset;
  return found && !found.methods.some(({ start, end }) => start <= at && at <= end) ? found : undefined;
}

/** `fun init(a) { this.a = a; }` for the fields that have no value of their own. */
function init(asked: Asked): Action[] {
  const node = classHere(asked);
  if (!node || node.errors.length > 0 || node.fields.length === 0) return [];
  if (node.superclass || node.methods.some(({ name }) => name.name === "init")) return [];
  const open = node.fields.filter((field) => field.init === null);
  if (open.length === 0) return [];
  const last = node.fields.at(-1)!;
  return [
    offered("Generate `init` from the fields", () => {
      const params = open.map(({ name }) => name.name);
      const body = params.map((name) => `this.${name} = ${name};`).join("\n");
      const isLast = node.methods.every((method) => method.start < last.end);
      const text = `\n\nfun init(${params.join(", ")}) {\n${body}\n}${isLast ? "" : "\n"}`;
      const sign = /^\s*;/.exec(asked.place.item.tree.text.slice(last.end))?.[0].length ?? 0;
      return [asked.insert(last.end + sign, `${sign > 0 ? "" : ";"}${text}`)];
    }),
  ];
}

/** Methods of the superclass and of traits that the class does not have. */
function overrides(asked: Asked): Action[] {
  const node = classHere(asked);
  if (!node || node.errors.length > 0) return [];
  const { registry } = asked.view.analysis;
  const own = new Set([...node.methods, ...node.fields].map(({ name }) => name.name));
  const missing: { method: ast.FunDeclaration; isSuper: boolean }[] = [];
  for (const { name } of [...(node.superclass ? [node.superclass] : []), ...node.traits]) {
    const meaning = registry.meaningOf(asked.file, name);
    if (meaning.kind !== "global") continue;
    const { node: declared } = meaning.export;
    if (declared.kind !== "Class" && declared.kind !== "Trait") continue;
    for (const method of declared.methods) {
      if (own.has(method.name.name) || method.name.name === "init") continue;
      own.add(method.name.name);
      missing.push({ method, isSuper: declared.kind === "Class" });
    }
  }
  if (missing.length === 0) return [];
  const textOf = ({ method, isSuper }: (typeof missing)[number]): string => {
    const params = method.fun.params.map(({ name }) => name.name).join(", ");
    const body = isSuper ? `super.${method.name.name}(${params})` : "nil";
    return `\n\n${method.fun.isAsync ? "async " : ""}fun ${method.name.name}(${params}) ${body};\n`;
  };
  const one = missing.map((each) =>
    offered(`Override \`${each.method.name.name}\``, () => [asked.insert(node.end - 1, textOf(each))]),
  );
  return missing.length < 2
    ? one
    : [...one, offered("Override every method", () => [asked.insert(node.end - 1, missing.map(textOf).join(""))])];
}

/** A `///` line above a declaration that has none. */
function documentation(asked: Asked): Action[] {
  const [node] = asked.place.item.tree.statements;
  if (!node || !("doc" in node) || node.doc !== null || !("name" in node)) return [];
  const at = asked.span.start - asked.offset;
  if (at < node.start || at > node.name.end) return [];
  return [offered(`Document \`${node.name.name}\``, () => [asked.insert(node.start, "/// What it is for.\n")], true)];
}

/** At a `perform`: a handler around what comes from here on, or for the program; also where one exists elsewhere. */
function handlers(asked: Asked): Action[] {
  const node = asked.findHere("Perform");
  if (!node || node.effect === "" || asked.isSelection) return [];
  if (REACTOR_EFFECTS.has(node.effect) || SYSTEM_EFFECTS.has(node.effect)) return [];
  if (asked.view.analysis.facts.unhandled.some(({ effect }) => effect === node.effect)) return [];
  const text = handlerText(asked, node.effect);
  const host = hostOf(asked, node);
  const actions: Action[] = [];
  if (host && (host.block || host.isBody))
    actions.push(offered(`Handle "${node.effect}" here`, () => before(asked, host, text)));
  actions.push(offered(`Handle "${node.effect}" for the whole program`, () => [programWide(asked, text)]));
  return actions;
}

/** `_ => nil` where no arm takes the rest. */
function otherArm(asked: Asked): Action[] {
  const node = asked.findHere("Match");
  const last = node?.arms.at(-1);
  if (!node || !last || asked.span.start - asked.offset > node.subject.end + 1) return [];
  const takesAll = node.arms.some(
    ({ pattern, guard }) => guard === null && (pattern.kind === "WildcardPattern" || pattern.kind === "NamePattern"),
  );
  const isReported = asked.view.analysis
    .diagnostics(asked.file)
    .some(({ code, span }) => code === "W211" && span.start === node.start + asked.offset);
  if (takesAll || isReported || contains(node, "Error")) return [];
  return [offered("Add an arm for everything else", () => [addArms(asked, last, ["_"])])];
}
