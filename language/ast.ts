// The tree of a Walia program, for everything after the parser: names, effects, rules, formatter, compiler, editor.
//
// A1. Nodes are plain readonly data: they can be written as JSON, cached by the content of their item and shared.
// A2. `start` and `end` count UTF-16 units from the start of the *item* the node stands in (see Item), so a cached
//     item stays valid when text above it moves. `end` is exclusive.
// A3. Nothing here throws and nothing is missing: text that does not parse becomes an ErrorStatement.
//
//   File --> Item* --> Statement* --> Expression ...

/** Where a piece of text stands, in UTF-16 units from the start of its item; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One file: its items in order. Together the items' texts are the whole file, byte for byte. */
export interface FileTree {
  readonly path: string;
  readonly text: string;
  readonly items: readonly Item[];
}

/** A top-level piece of a file (a declaration or a statement, with the comments before it). */
export interface Item {
  /** Offset of the item's text in the file. */
  readonly offset: number;
  readonly tree: ItemTree;
}

/** What is known of an item from its text alone; cached by `hash`. */
export interface ItemTree {
  readonly text: string;
  /** SHA-256 of `text`, 32 hexadecimal digits. */
  readonly hash: string;
  /** One statement as a rule; none for an item that only holds comments; several after an error. */
  readonly statements: readonly Statement[];
  readonly errors: readonly SyntaxError[];
  readonly comments: readonly Comment[];
}

/** A syntax error in our words: what was expected, after what. */
export interface SyntaxError extends Span {
  readonly message: string;
}

export interface Comment extends Span {
  readonly style: "line" | "block" | "doc";
}

// ---- Statements: what may stand in a block. Every expression may. ----

export type Statement = Declaration | Handle | ErrorStatement | Expression;

export type Declaration =
  | VarDeclaration
  | FunDeclaration
  | ClassDeclaration
  | TraitDeclaration
  | LayoutDeclaration
  | GeneDeclaration
  | TestDeclaration
  | ImportDeclaration;

/** A name where it is written: a declaration's or a use's. */
export interface Identifier extends Span {
  readonly name: string;
}

/** `var x: T = e;`, `const C = e;`, `var a ~= b + c;` (entangled). */
export interface VarDeclaration extends Span {
  readonly kind: "Var";
  readonly constant: boolean;
  readonly name: Identifier;
  readonly type: TypeRef | null;
  readonly init: Expression | null;
  /** `~=`: parsed, not executed. */
  readonly entangled: boolean;
  readonly annotations: readonly Annotation[];
  readonly doc: string | null;
}

/** `@reg("rax")`, `@sql`, `@unique`: parsed, not executed. */
export interface Annotation extends Span {
  readonly name: string;
  readonly args: readonly Expression[];
}

/** A named function or method; `async` ones start a task when called. */
export interface FunDeclaration extends Span {
  readonly kind: "Fun";
  readonly name: Identifier;
  readonly fun: Function;
  readonly annotations: readonly Annotation[];
  readonly doc: string | null;
}

/** The part that named functions, methods, anonymous functions and lambdas share. */
export interface Function extends Span {
  readonly isAsync: boolean;
  readonly params: readonly Param[];
  readonly returns: TypeRef | null;
  /** A Block, or the expression of `fun f(a) a + 1;` and `x => e`. */
  readonly body: Expression;
}

export interface Param extends Span {
  readonly name: Identifier;
  readonly type: TypeRef | null;
}

export interface ClassDeclaration extends Span {
  readonly kind: "Class";
  readonly name: Identifier;
  readonly superclass: Identifier | null;
  readonly traits: readonly Identifier[];
  readonly fields: readonly VarDeclaration[];
  readonly methods: readonly FunDeclaration[];
  /** Broken members, kept so that the rest of the class works. */
  readonly errors: readonly ErrorStatement[];
  readonly annotations: readonly Annotation[];
  readonly doc: string | null;
}

export interface TraitDeclaration extends Span {
  readonly kind: "Trait";
  readonly name: Identifier;
  readonly methods: readonly FunDeclaration[];
  readonly errors: readonly ErrorStatement[];
  readonly doc: string | null;
}

/** `layout P { var a: u8 : 3; b: u16; }`, `packed layout`, `union`. */
export interface LayoutDeclaration extends Span {
  readonly kind: "Layout";
  readonly form: "layout" | "packed" | "union";
  readonly name: Identifier;
  readonly fields: readonly LayoutField[];
  readonly errors: readonly ErrorStatement[];
  readonly doc: string | null;
}

export interface LayoutField extends Span {
  readonly name: Identifier;
  readonly type: TypeRef;
  /** `layout Split { … } parts;`: the layout declared in place, which `type` names. */
  readonly nested: LayoutDeclaration | null;
  /** Width of a bit-field, in bits. */
  readonly bits: number | null;
  readonly annotations: readonly Annotation[];
}

/** `gene G { var x: 0.1 .. 1.0; }`: parsed, not executed. */
export interface GeneDeclaration extends Span {
  readonly kind: "Gene";
  readonly name: Identifier;
  readonly fields: readonly GeneField[];
  /** `var species = 101;`: the same in every individual. */
  readonly constants: readonly VarDeclaration[];
  readonly methods: readonly FunDeclaration[];
  readonly errors: readonly ErrorStatement[];
  readonly doc: string | null;
}

export interface GeneField extends Span {
  readonly name: Identifier;
  readonly range: Expression;
}

export interface TestDeclaration extends Span {
  readonly kind: "Test";
  readonly title: string;
  readonly body: Block;
}

/** `import "path" as alias at "2.1.0";` */
export interface ImportDeclaration extends Span {
  readonly kind: "Import";
  readonly path: string;
  readonly pathSpan: Span;
  readonly alias: Identifier | null;
  readonly version: string | null;
}

/**
 * `handle "NAME" { clause }` holds to the end of the enclosing block (`body` is null: the statements after this one);
 * `handle "NAME" { clause } in { body }` holds for `body`.
 */
export interface Handle extends Span {
  readonly kind: "Handle";
  readonly effect: string;
  readonly effectSpan: Span;
  readonly clause: Block;
  readonly body: Block | null;
}

/** Text that is no statement; later stages skip it. Its message is in `ItemTree.errors`. */
export interface ErrorStatement extends Span {
  readonly kind: "Error";
}

// ---- Types: written, checked for numbers, otherwise only shown. ----

export type TypeRef =
  | (Span & { readonly kind: "NamedType"; readonly name: string; readonly args: readonly TypeRef[] })
  | (Span & { readonly kind: "PointerType"; readonly to: TypeRef })
  | (Span & { readonly kind: "ArrayType"; readonly of: TypeRef; readonly length: Expression | null })
  | (Span & { readonly kind: "UnitType"; readonly unit: string });

// ---- Expressions ----

export type Expression =
  | NumberLiteral
  | StringLiteral
  | CharLiteral
  | BoolLiteral
  | NilLiteral
  | Name
  | ListLiteral
  | MapLiteral
  | Tuple
  | FunExpression
  | Call
  | Member
  | Index
  | Unary
  | Binary
  | Logical
  | Assign
  | Pipe
  | Cast
  | Similar
  | Range
  | If
  | While
  | For
  | Match
  | Block
  | Unsafe
  | Perform
  | Await
  | This
  | Super
  | Print
  | Return
  | Break
  | Continue
  | Release
  | Asm
  | Fused
  | Quantity;

export interface NumberLiteral extends Span {
  readonly kind: "Number";
  readonly value: number;
}
export interface StringLiteral extends Span {
  readonly kind: "String";
  readonly value: string;
}
/** `'A'`: the code point, as a number. */
export interface CharLiteral extends Span {
  readonly kind: "Char";
  readonly value: number;
}
export interface BoolLiteral extends Span {
  readonly kind: "Bool";
  readonly value: boolean;
}
export interface NilLiteral extends Span {
  readonly kind: "Nil";
}
/** A use of a name. `effect` and `resume` are ordinary names. */
export interface Name extends Span {
  readonly kind: "Name";
  readonly name: string;
}
export interface ListLiteral extends Span {
  readonly kind: "List";
  readonly items: readonly Expression[];
}
export interface MapLiteral extends Span {
  readonly kind: "Map";
  readonly entries: readonly MapEntry[];
}
/** `name: e` or `"any string": e`; the span of `key` covers the quotes. */
export interface MapEntry extends Span {
  readonly key: Identifier;
  readonly value: Expression;
}
/** `(a, b)`: only the subject of a match, and the value of `print "%s", a;`. */
export interface Tuple extends Span {
  readonly kind: "Tuple";
  readonly items: readonly Expression[];
}
/** `fun(a) a + 1`, `async fun() { … }` (`form: "fun"`), and `x => e`, `(x, y) => e` (`form: "lambda"`). */
export interface FunExpression extends Span {
  readonly kind: "FunExpression";
  readonly form: "fun" | "lambda";
  readonly fun: Function;
}
export interface Call extends Span {
  readonly kind: "Call";
  readonly callee: Expression;
  readonly args: readonly Argument[];
}
export interface Argument extends Span {
  /** `f(limit: 10)` */
  readonly name: Identifier | null;
  readonly value: Expression;
}
export interface Member extends Span {
  readonly kind: "Member";
  readonly object: Expression;
  /** Empty name after a lone dot (`x.`), so that completion works there; the item then has a syntax error. */
  readonly name: Identifier;
}
export interface Index extends Span {
  readonly kind: "Index";
  readonly object: Expression;
  readonly index: Expression;
}
/** `*p` and `&x` are the pointer forms. */
export interface Unary extends Span {
  readonly kind: "Unary";
  readonly op: "!" | "-" | "*" | "&";
  readonly operand: Expression;
}
export interface Binary extends Span {
  readonly kind: "Binary";
  readonly op: "+" | "-" | "*" | "/" | "%" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "|" | "^" | "&" | "<<" | ">>";
  readonly opSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}
/** `and`/`&&` and `or`/`||`: short-circuit, yield the deciding operand. */
export interface Logical extends Span {
  readonly kind: "Logical";
  readonly op: "and" | "or";
  readonly left: Expression;
  readonly right: Expression;
}
export interface Assign extends Span {
  readonly kind: "Assign";
  /** Name, Member, Index, or Unary `*`; anything else is a diagnostic. */
  readonly target: Expression;
  readonly value: Expression;
}
/** `a |> f() |> await g(1)`: `right` is the stage as written, without the piped value. */
export interface Pipe extends Span {
  readonly kind: "Pipe";
  readonly left: Expression;
  readonly right: Expression;
  readonly isAwait: boolean;
}
/** `e as T` checks, `e !as T` truncates. */
export interface Cast extends Span {
  readonly kind: "Cast";
  readonly value: Expression;
  readonly type: TypeRef;
  readonly truncate: boolean;
}
/** `a ~ b at 0.8`: parsed, not executed. */
export interface Similar extends Span {
  readonly kind: "Similar";
  readonly left: Expression;
  readonly right: Expression;
  readonly threshold: Expression | null;
}
/** `0..n`, the end excluded. */
export interface Range extends Span {
  readonly kind: "Range";
  readonly from: Expression;
  readonly to: Expression;
}
export interface If extends Span {
  readonly kind: "If";
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression | null;
}
export interface While extends Span {
  readonly kind: "While";
  readonly condition: Expression;
  readonly body: Expression;
}
export interface For extends Span {
  readonly kind: "For";
  readonly name: Identifier;
  readonly of: Expression;
  readonly body: Expression;
}
export interface Match extends Span {
  readonly kind: "Match";
  readonly subject: Expression;
  readonly arms: readonly Arm[];
}
export interface Arm extends Span {
  readonly pattern: Pattern;
  readonly guard: Expression | null;
  readonly body: Expression;
}
export interface Block extends Span {
  readonly kind: "Block";
  readonly statements: readonly Statement[];
}
export interface Unsafe extends Span {
  readonly kind: "Unsafe";
  readonly body: Block;
}
export interface Perform extends Span {
  readonly kind: "Perform";
  readonly effect: string;
  readonly effectSpan: Span;
  readonly payload: MapLiteral | null;
}
export interface Await extends Span {
  readonly kind: "Await";
  readonly value: Expression;
}
export interface This extends Span {
  readonly kind: "This";
}
/** `super.method` */
export interface Super extends Span {
  readonly kind: "Super";
  readonly method: Identifier;
}
export interface Print extends Span {
  readonly kind: "Print";
  readonly value: Expression;
}
export interface Return extends Span {
  readonly kind: "Return";
  readonly value: Expression | null;
}
export interface Break extends Span {
  readonly kind: "Break";
}
export interface Continue extends Span {
  readonly kind: "Continue";
}
/** `release p` */
export interface Release extends Span {
  readonly kind: "Release";
  readonly value: Expression;
}
/** `asm { "…" }`: parsed, never executed. */
export interface Asm extends Span {
  readonly kind: "Asm";
  readonly lines: readonly StringLiteral[];
}
/** `fused { … }`: parsed, not executed. */
export interface Fused extends Span {
  readonly kind: "Fused";
  readonly body: Block;
}
/** `10 <m>`, `0.0 .. 1.0 <N>`: parsed, not executed. */
export interface Quantity extends Span {
  readonly kind: "Quantity";
  readonly value: Expression;
  readonly unit: string;
}

// ---- Patterns ----

export type Pattern =
  | (Span & { readonly kind: "LiteralPattern"; readonly value: number | string | boolean | null })
  /** A visible `const` or top-level `var` compares; any other name binds. */
  | (Span & { readonly kind: "NamePattern"; readonly name: Identifier })
  | (Span & { readonly kind: "WildcardPattern" })
  | (Span & { readonly kind: "TuplePattern"; readonly items: readonly Pattern[] })
  | (Span & {
      readonly kind: "LayoutPattern";
      readonly name: Identifier;
      readonly fields: readonly FieldPattern[];
      /** `..`: other fields are not looked at. */
      readonly rest: boolean;
    })
  | (Span & { readonly kind: "SimilarPattern"; readonly to: Expression; readonly threshold: Expression | null });

export interface FieldPattern extends Span {
  readonly name: Identifier;
  readonly pattern: Pattern;
}
