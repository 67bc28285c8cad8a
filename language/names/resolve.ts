// The resolver: the scopes and locals of one item, from its tree alone. For everyone who asks what a name means.
//
// It follows the rules of model.ts (N1..N6). A block opens a scope; a `handle` without `in` opens a second scope for the
// rest of its block (R1), which redeclares like the first: `var x` on both sides of a `handle` is still a clash.
//
// The tree is walked with runSteps, so depth is bounded by memory; a node schedules its children between the steps that
// open and close its scope.

import type * as ast from "../ast.ts";
import { childrenOf, type Node, runSteps, type Schedule, type Step } from "../walk.ts";
import type { Binding, Clash, Export, ItemNames, Local, LocalRole, NameUse, Unit, UnitKind } from "./model.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface OpenLocal extends Mutable<Omit<Local, "unit" | "uses">> {
  unit: OpenUnit;
  uses: NameUse[];
}

interface OpenUnit extends Mutable<Omit<Unit, "parent" | "children" | "locals" | "captures" | "free">> {
  parent: OpenUnit | null;
  children: OpenUnit[];
  locals: OpenLocal[];
  captures: OpenLocal[];
  free: NameUse[];
}

interface Scope {
  readonly names: Map<string, OpenLocal>;
  readonly parent: Scope | null;
  /** R1: the scope is the rest of its parent's block. */
  readonly continues: boolean;
  readonly holds: "parameters" | "names";
}

/** What a unit keeps while it is being built and nobody needs afterwards. */
interface UnitState {
  /** How often each path segment was given out to a child. */
  readonly segments: Map<string, number>;
  readonly captured: Set<OpenLocal>;
  /** The scope whose entry makes this unit's function (N4). */
  readonly madeIn: Scope | null;
  /** The local whose own value this unit is part of: `var f = fun() f();`, or the class of a method. */
  readonly partOf: OpenLocal | null;
}

/** Resolves the names of one item. */
export function resolveItem(tree: ast.ItemTree): ItemNames {
  const units: OpenUnit[] = [];
  const states = new Map<OpenUnit, UnitState>();
  const byNode = new Map<object, OpenUnit>();
  const clauses = new Map<ast.Handle, OpenUnit>();
  const handled = new Map<ast.Handle, OpenUnit>();
  const bindings = new Map<object, Binding>();
  const declared = new Map<ast.Identifier, OpenLocal>();
  const free = new Map<string, Binding>();
  const clashes: Clash[] = [];
  const exports: Export[] = [];
  const imports: ast.ImportDeclaration[] = [];

  let unit: OpenUnit;
  let scope: Scope | null = null;

  // ---- units and scopes ----

  function openUnit(
    kind: UnitKind,
    node: Unit["node"],
    segment: string,
    name: string | null,
    state?: Partial<UnitState>,
  ) {
    const parent = kind === "top" ? null : unit;
    let path = segment;
    if (parent) {
      const segments = states.get(parent)!.segments;
      const count = (segments.get(segment) ?? 0) + 1;
      segments.set(segment, count);
      if (name === null || count > 1) path = `${segment}#${count}`;
      if (parent.path !== "") path = `${parent.path}/${path}`;
    }
    const made: OpenUnit = { kind, path, parent, children: [], node, name, locals: [], captures: [], free: [] };
    parent?.children.push(made);
    units.push(made);
    states.set(made, {
      segments: new Map(),
      captured: new Set(),
      madeIn: state?.madeIn ?? null,
      partOf: state?.partOf ?? null,
    });
    unit = made;
    return made;
  }
  const closeUnit = (): void => {
    unit = unit.parent ?? unit;
  };
  function openScope(holds: Scope["holds"] = "names", continues = false): void {
    scope = { names: new Map(), parent: scope, continues, holds };
  }
  const closeScope = (): void => {
    scope = scope!.parent;
  };

  function declare(
    identifier: ast.Identifier | null,
    name: string,
    role: LocalRole,
    extra?: Partial<Pick<Local, "node" | "variable" | "pattern">>,
  ): OpenLocal {
    const local: OpenLocal = {
      kind: "local",
      name,
      role,
      declaration: identifier,
      node: extra?.node ?? null,
      variable: extra?.variable ?? null,
      pattern: extra?.pattern ?? null,
      unit,
      assigned: false,
      early: false,
      captured: false,
      uses: [],
    };
    unit.locals.push(local);
    if (identifier) {
      declared.set(identifier, local);
      noteClash(local);
    }
    scope!.names.set(name, local);
    return local;
  }

  function noteClash(local: OpenLocal): void {
    let at = scope!;
    for (;;) {
      const previous = at.names.get(local.name);
      if (previous?.declaration) {
        clashes.push({ kind: "redeclared", local, previous });
        return;
      }
      if (!at.continues) break;
      at = at.parent!;
    }
    const hidden = at.parent?.holds === "parameters" ? at.parent.names.get(local.name) : undefined;
    if (hidden?.declaration) clashes.push({ kind: "hides-parameter", local, previous: hidden });
  }

  // ---- uses ----

  function find(name: string): { local: OpenLocal; at: Scope } | undefined {
    for (let at = scope; at !== null; at = at.parent) {
      const local = at.names.get(name);
      if (local) return { local, at };
    }
    return undefined;
  }

  function use(node: NameUse["node"], name: string, access: NameUse["access"]): void {
    const found = find(name);
    if (!found) {
      const binding = free.get(name) ?? { kind: "free", name };
      free.set(name, binding);
      bindings.set(node, binding);
      unit.free.push({ node, unit, access });
      return;
    }
    const { local, at } = found;
    bindings.set(node, local);
    local.uses.push({ node, unit, access });
    if (access === "write") local.assigned = true;
    if (local.unit !== unit) capture(local, at);
  }

  function capture(local: OpenLocal, at: Scope): void {
    local.captured = true;
    for (let user: OpenUnit | null = unit; user !== null && user !== local.unit; user = user.parent) {
      const state = states.get(user)!;
      if (state.madeIn === at || state.partOf === local) {
        local.early = true;
        local.assigned = true;
      }
      // What one unit has captured, those around it have too.
      if (state.captured.has(local)) return;
      state.captured.add(local);
      user.captures.push(local);
    }
  }

  // ---- nodes ----

  function functionSteps(
    fun: ast.Function,
    kind: "function" | "method",
    segment: string,
    name: string | null,
    state?: Partial<UnitState>,
  ): Step[] {
    return [
      () => {
        byNode.set(fun, openUnit(kind, fun, segment, name, state));
        openScope("parameters");
        if (kind === "method") declare(null, "this", "this");
        for (const param of fun.params) declare(param.name, param.name.name, "param");
      },
      ...fun.params.flatMap((param) => (param.type ? [param.type] : [])),
      ...(fun.returns ? [fun.returns] : []),
      fun.body,
      () => {
        closeScope();
        closeUnit();
      },
    ];
  }

  /** The statements of a block, with a unit and a scope for what each `handle` without `in` covers (R1). */
  function blockSteps(statements: readonly ast.Statement[]): Step[] {
    const steps: Step[] = [() => hoist(statements, 0)];
    const closers: Step[] = [];
    statements.forEach((statement, index) => {
      steps.push(statement);
      if (statement.kind !== "Handle" || statement.body !== null) return;
      steps.push(() => {
        handled.set(statement, openUnit("handled", statement, `in ${statement.effect}`, null));
        openScope("names", true);
        hoist(statements, index + 1);
      });
      closers.push(() => {
        closeScope();
        closeUnit();
      });
    });
    return [...steps, ...closers];
  }

  function hoist(statements: readonly ast.Statement[], from: number): void {
    for (let i = from; i < statements.length; i++) {
      const statement = statements[i]!;
      if (statement.kind === "Handle" && statement.body === null) return;
      if (statement.kind === "Fun") declare(statement.name, statement.name.name, "fun", { node: statement });
    }
  }

  function memberSteps(node: ast.ClassDeclaration | ast.TraitDeclaration, local: OpenLocal | null): Step[] {
    const steps: { at: number; steps: Step[] }[] = [];
    const state = { partOf: local };
    if (node.kind === "Class") {
      for (const field of node.fields) {
        const init = field.init;
        const own: Step[] = field.type ? [field.type] : [];
        if (init) {
          own.push(
            () => {
              byNode.set(
                field,
                openUnit("field", field, `${node.name.name}.${field.name.name}`, field.name.name, state),
              );
              openScope("parameters");
              declare(null, "this", "this");
            },
            init,
            () => {
              closeScope();
              closeUnit();
            },
          );
        }
        steps.push({ at: field.start, steps: own });
      }
    }
    for (const method of node.methods) {
      const segment = `${node.name.name}.${method.name.name}`;
      steps.push({ at: method.start, steps: functionSteps(method.fun, "method", segment, method.name.name, state) });
    }
    return steps.sort((a, b) => a.at - b.at).flatMap((member) => member.steps);
  }

  function patternName(pattern: Extract<ast.Pattern, { kind: "NamePattern" }>): void {
    const { name } = pattern.name;
    const visible = find(name)?.local;
    if (visible?.role === "const") {
      use(pattern.name, name, "read");
      bindings.set(pattern, visible);
      return;
    }
    declare(pattern.name, name, "pattern", { pattern: visible ? null : pattern });
  }

  function visit(node: Node, next: Schedule): void {
    switch (node.kind) {
      case "Name":
        use(node, node.name, "read");
        return;
      case "This":
      case "Super":
        // Unlike other names these mean nothing where no method encloses them; a rule says so.
        if (find("this")) use(node, "this", "read");
        return;
      case "Assign": {
        const { target } = node;
        if (target.kind === "Name") {
          use(target, target.name, "write");
          next([node.value]);
        } else next([target, node.value]);
        return;
      }
      case "Var":
        next(variableSteps(node));
        return;
      case "Fun":
        next(functionSteps(node.fun, "function", node.name.name, node.name.name, { madeIn: scope }));
        return;
      case "FunExpression":
        next(functionSteps(node.fun, "function", "fun", null));
        return;
      case "Class":
        classUses(node);
        next(memberSteps(node, declare(node.name, node.name.name, "class", { node })));
        return;
      case "Trait":
        next(memberSteps(node, null));
        return;
      case "Block":
        openScope();
        next([...blockSteps(node.statements), closeScope]);
        return;
      case "Handle":
        next(handleSteps(node));
        return;
      case "Test":
        next([() => void byNode.set(node, openUnit("test", node, "test", null)), node.body, closeUnit]);
        return;
      case "For":
        next([
          node.of,
          () => {
            openScope();
            declare(node.name, node.name.name, "loop");
          },
          node.body,
          closeScope,
        ]);
        return;
      case "Match":
        next([node.subject, ...node.arms.flatMap(armSteps)]);
        return;
      case "NamePattern":
        patternName(node);
        return;
      case "LayoutPattern":
        use(node.name, node.name.name, "read");
        next(node.fields.map((field) => field.pattern));
        return;
      case "Call":
        // The second argument of `offsetof(Layout, field)` is a field's name, not a value.
        if (node.callee.kind === "Name" && node.callee.name === "offsetof") {
          next([node.callee, ...node.args.slice(0, 1).map((argument) => argument.value)]);
          return;
        }
        break;
      case "Gene":
      case "Import":
      case "Error":
        return;
    }
    const children: Node[] = [];
    childrenOf(node, children);
    next(children);
  }

  /** A name is known from its declaration on, and inside a function that is its own initialiser. */
  function variableSteps(node: ast.VarDeclaration): Step[] {
    const role = node.constant ? "const" : "var";
    const { init, name } = node;
    const type = node.type ? [node.type] : [];
    if (init?.kind === "FunExpression") {
      const local = declare(name, name.name, role, { variable: node });
      return [...type, ...functionSteps(init.fun, "function", "fun", null, { partOf: local })];
    }
    return [...type, ...(init ? [init] : []), () => void declare(name, name.name, role, { variable: node })];
  }

  function classUses(node: ast.ClassDeclaration): void {
    if (node.superclass) use(node.superclass, node.superclass.name, "read");
    for (const trait of node.traits) use(trait, trait.name, "read");
  }

  function armSteps(arm: ast.Arm): Step[] {
    return [() => openScope(), arm.pattern, ...(arm.guard ? [arm.guard] : []), arm.body, closeScope];
  }

  function handleSteps(node: ast.Handle): Step[] {
    const steps: Step[] = [
      () => {
        clauses.set(node, openUnit("clause", node, `handle ${node.effect}`, null));
        openScope();
        declare(null, "effect", "effect");
      },
      node.clause,
      () => {
        closeScope();
        closeUnit();
      },
    ];
    if (node.body) {
      steps.push(
        () => void handled.set(node, openUnit("handled", node, `in ${node.effect}`, null)),
        node.body,
        closeUnit,
      );
    }
    return steps;
  }

  // ---- the item's own statements: their names are the registry's ----

  function topLevel(statement: ast.Statement): Step[] {
    switch (statement.kind) {
      case "Var":
        note(statement, statement.constant ? "const" : "var");
        return [...(statement.type ? [statement.type] : []), ...(statement.init ? [statement.init] : [])];
      case "Fun":
        note(statement, "fun");
        return functionSteps(statement.fun, "function", statement.name.name, statement.name.name);
      case "Class":
        note(statement, "class");
        return [() => classUses(statement), ...memberSteps(statement, null)];
      case "Trait":
        note(statement, "trait");
        return [statement];
      case "Layout":
        note(statement, "layout");
        return [statement];
      case "Gene":
        note(statement, "gene");
        return [];
      case "Import":
        imports.push(statement);
        return [];
      default:
        return [statement];
    }
  }
  function note(
    node: Exclude<ast.Declaration, ast.TestDeclaration | ast.ImportDeclaration>,
    role: Export["role"],
  ): void {
    if (node.name.name !== "") exports.push({ name: node.name.name, role, identifier: node.name, node });
  }

  tree.statements.forEach((statement, index) => {
    byNode.set(statement, openUnit("top", statement, index === 0 ? "" : `#${index + 1}`, null));
    // A scope of its own, for what a damaged item leaves at top level beside its declarations.
    openScope();
    runSteps(topLevel(statement), visit);
    scope = null;
  });

  const known = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new RangeError(`${what} is not part of this item`);
    return found;
  };
  return {
    units,
    unitOf: (node) => known(byNode.get(node), "the node"),
    clauseOf: (handle) => known(clauses.get(handle), "the handler"),
    handledOf: (handle) => handled.get(handle),
    bindingOf: (node) => bindings.get(node),
    localOf: (declaration) => declared.get(declaration),
    exports,
    imports,
    clashes,
  };
}
