// Twenty tasks of different shapes, each suspended once all have started, and twenty kinds of edit. Marks in the programs, which are
// comments to Walia, say where an edit does something:
//
//   /*[*/ … /*]*/   the statement in which the task is suspended        /*b*/ /*a*/   directly before and after it
//   /*-*/ … /*-*/   a step after it                                     /*=*/ … /*=*/ a step before it
//   /*p*/ /*q*/     the end of the function's parameters, and of the arguments of its call
//   /*k*/           before a number that is used after the suspension
//
// `keep` is a variable that is alive where the task is suspended, `work` the name of the function that is. Every line that a task
// prints begins with its number.

export interface Shape {
  readonly name: string;
  /** Its declarations; `start_NN()` starts its task. */
  readonly text: string;
}

const shape = (name: string, text: string): Shape => ({ name, text });

/** `NN` becomes the task's number. */
export const SHAPES: readonly Shape[] = [
  shape(
    "straight line",
    `async fun work_NN(x/*p*/) {
    var keep = "k" + x;
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/sleep(1000);/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    print "NN " + keep + /*k*/7;
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "while loop",
    `async fun work_NN(x/*p*/) {
    var keep = 0;
    /*=*/print "NN begins";/*=*/
    while (keep < 3) {
        /*b*/
        /*[*/sleep(1000);/*]*/
        /*a*/
        keep = keep + 1;
        /*-*/print "NN more";/*-*/
        print "NN turn " + keep + /*k*/7;
    }
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "for over a range",
    `async fun work_NN(x/*p*/) {
    var keep = x;
    /*=*/print "NN begins";/*=*/
    for (i in 0..3) {
        /*b*/
        /*[*/sleep(1000);/*]*/
        /*a*/
        /*-*/print "NN more";/*-*/
        print "NN turn " + i + keep + /*k*/7;
    }
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "for over a list",
    `async fun work_NN(x/*p*/) {
    var keep = ["a", "b", "c"];
    /*=*/print "NN begins";/*=*/
    for (name in keep) {
        /*b*/
        /*[*/sleep(1000);/*]*/
        /*a*/
        /*-*/print "NN more";/*-*/
        print "NN " + name + /*k*/7;
    }
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "nested calls",
    `fun work_NN(x/*p*/) {
    var keep = x + 1;
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/sleep(1000);/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    keep + /*k*/7
}
async fun outer_NN(y) { var z = y; var r = work_NN(z/*q*/); print "NN got " + r + z; }
fun start_NN() outer_NN(1);`,
  ),
  shape(
    "inside an expression",
    `fun ask_NN() { sleep(1000); 5 }
async fun work_NN(x/*p*/) {
    var keep = 10;
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/var sum = x.length() + ask_NN();/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    print "NN " + sum + keep + /*k*/7;
}
fun start_NN() work_NN([1, 2]/*q*/);`,
  ),
  shape(
    "under a handler",
    `async fun work_NN(x/*p*/) {
    handle "NAME_NN" { resume(effect.continuation, effect.id + /*k*/7); }
    var keep = x;
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/sleep(1000);/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    print "NN " + perform "NAME_NN" { id: keep };
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "kept by a handler's clause",
    `async fun work_NN(x/*p*/) {
    handle "LATER_NN" {
        var keep = effect.id;
        /*=*/print "NN begins";/*=*/
        /*b*/
        /*[*/sleep(1000);/*]*/
        /*a*/
        /*-*/print "NN more";/*-*/
        var first = resume(effect.continuation, keep + /*k*/7);
        print "NN then " + first;
    }
    var got = perform "LATER_NN" { id: x };
    print "NN got " + got;
    got + 1
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "function without a name",
    `async fun work_NN(x/*p*/) {
    [1, 2].each(fun(each) {
        var keep = each;
        /*=*/print "NN begins";/*=*/
        /*b*/
        /*[*/sleep(1000);/*]*/
        /*a*/
        /*-*/print "NN more";/*-*/
        print "NN " + keep + x + /*k*/7;
    });
    print "NN done";
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "variable shared with a function",
    `async fun work_NN(x/*p*/) {
    var keep = 0;
    var add = fun(n) { keep = keep + n; };
    add(x);
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/sleep(1000);/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    add(/*k*/7);
    print "NN " + keep;
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "method",
    `class Box_NN {
    var held = 1;
    /*field*/
    fun work_NN(x/*p*/) {
        var keep = x;
        /*=*/print "NN begins";/*=*/
        /*b*/
        /*[*/sleep(1000);/*]*/
        /*a*/
        this.held = this.held + keep;
        /*-*/print "NN more";/*-*/
        print "NN " + this.held + /*k*/7;
    }
}
async fun outer_NN(box) { box.work_NN(1/*q*/); print "NN outer"; }
fun start_NN() outer_NN(Box_NN());`,
  ),
  shape(
    "arm of a match",
    `async fun work_NN(x/*p*/) {
    var keep = "k";
    match x {
        1 => {
            /*=*/print "NN begins";/*=*/
            /*b*/
            /*[*/sleep(1000);/*]*/
            /*a*/
            /*-*/print "NN more";/*-*/
            print "NN one" + keep + /*k*/7;
        },
        _ => print "NN other"
    }
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "branch of an if",
    `async fun work_NN(x/*p*/) {
    var keep = "k";
    if (x > 5) print "NN large";
    else {
        /*=*/print "NN begins";/*=*/
        /*b*/
        /*[*/sleep(1000);/*]*/
        /*a*/
        /*-*/print "NN more";/*-*/
        print "NN small" + keep + /*k*/7;
    }
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "await of a task",
    `async fun slow_NN(n) { sleep(1000); n * 2 }
async fun work_NN(x/*p*/) {
    var keep = slow_NN(x);
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/var got = await keep;/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    print "NN got " + got + /*k*/7;
}
fun start_NN() work_NN(4/*q*/);`,
  ),
  shape(
    "channel",
    `async fun feed_NN(out) { sleep(1000); out.send("first"); out.close(); }
async fun work_NN(x/*p*/) {
    var keep = Channel(1);
    feed_NN(keep);
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/var got = keep.receive();/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    print "NN got " + got + /*k*/7;
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "timer performed",
    `async fun work_NN(x/*p*/) {
    var keep = x;
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/perform "TIMER" { ms: 1000 };/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    print "NN " + keep + /*k*/7;
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "recursion",
    `fun work_NN(x/*p*/) {
    if (x == 0) return 0;
    var keep = x;
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/sleep(1000);/*]*/
    /*a*/
    var rest = work_NN(x - 1/*q*/);
    /*-*/print "NN more";/*-*/
    print "NN " + keep + rest + /*k*/7;
    rest + 1
}
async fun outer_NN(n) { var r = work_NN(n/*q*/); print "NN got " + r; }
fun start_NN() outer_NN(2);`,
  ),
  shape(
    "continuation resumed twice",
    `async fun work_NN(x/*p*/) {
    handle "CHOOSE_NN" {
        var out = [];
        for (option in [1, 2]) out.add(resume(effect.continuation, option));
        print "NN all " + out.join(",");
        out
    }
    var keep = perform "CHOOSE_NN";
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/sleep(1000);/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    print "NN chose " + keep;
    keep + /*k*/7
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "variable of the program",
    `var total_NN = 0;
async fun work_NN(x/*p*/) {
    var keep = x;
    total_NN = total_NN + keep;
    /*=*/print "NN begins";/*=*/
    /*b*/
    /*[*/sleep(1000);/*]*/
    /*a*/
    total_NN = total_NN + /*k*/7;
    /*-*/print "NN more";/*-*/
    print "NN " + total_NN + keep;
}
fun start_NN() work_NN(1/*q*/);`,
  ),
  shape(
    "two waits alike",
    `async fun work_NN(x/*p*/) {
    var keep = x;
    /*=*/print "NN begins";/*=*/
    sleep(10);
    print "NN woke";
    /*b*/
    /*[*/sleep(1000);/*]*/
    /*a*/
    /*-*/print "NN more";/*-*/
    sleep(10);
    print "NN " + keep + /*k*/7;
}
fun start_NN() work_NN(1/*q*/);`,
  ),
];

/** A shape's number as it stands in its text. */
export const numberOf = (i: number): string => String(i + 1).padStart(2, "0");
export const textOf = (i: number): string => SHAPES[i]!.text.replaceAll("NN", numberOf(i));

export interface Edit {
  readonly name: string;
  /** The text of a shape after it; the shape's number. */
  readonly edit: (text: string, number: string) => string;
  /** The shapes are in a file of their own then. */
  readonly isMoved?: boolean;
  /**
   * A letter for each shape: `m` its task moves and goes on as if it had always had the new source; `s` it stays and finishes with
   * the old one; `.` the edit does not change its code.
   */
  readonly outcomes: string;
  /** What the report says of those that stay. */
  readonly says?: RegExp;
}

const suspended = /\/\*\[\*\/([\s\S]*?)\/\*\]\*\//;

const ALL_MOVE = "mmmmmmmmmmmmmmmmmmmm";
const ALL_STAY = "ssssssssssssssssssss";

export const EDITS: readonly Edit[] = [
  { name: "comment", edit: (text) => text.replaceAll("/*b*/", "// why\n"), outcomes: ALL_MOVE },
  { name: "layout", edit: (text) => text.replaceAll("    ", "\t").replaceAll(" + ", "+"), outcomes: ALL_MOVE },
  {
    name: "step inserted before",
    edit: (text, n) => text.replaceAll("/*b*/", `print "${n} early";`),
    outcomes: ALL_MOVE,
  },
  {
    name: "step inserted after",
    edit: (text, n) => text.replaceAll("/*a*/", `print "${n} late";`),
    outcomes: ALL_MOVE,
  },
  {
    name: "step with a variable inserted before",
    edit: (text) => text.replaceAll("/*b*/", "var fresh = 1;"),
    outcomes: ALL_STAY,
    says: /it needs the variable `fresh`, which the old code does not have there/,
  },
  {
    name: "step with a variable inserted after",
    edit: (text, n) => text.replaceAll("/*a*/", `var late = 3; print "${n} late " + late;`),
    outcomes: ALL_MOVE,
  },
  { name: "step after removed", edit: (text) => text.replace(/\/\*-\*\/.*\/\*-\*\//, ""), outcomes: ALL_MOVE },
  { name: "step before removed", edit: (text) => text.replace(/\/\*=\*\/.*\/\*=\*\//, ""), outcomes: ALL_MOVE },
  {
    name: "step moved from before to after",
    edit: (text) => {
      const step = /\/\*=\*\/(.*)\/\*=\*\//.exec(text)![1]!;
      return text.replace(/\/\*=\*\/.*\/\*=\*\//, "").replace("/*a*/", step);
    },
    outcomes: ALL_STAY,
    says: /`print "\d\d begins"` came before it and comes after it now/,
  },
  {
    name: "variable renamed",
    edit: (text) => text.replace(/\bkeep\b/g, "held"),
    outcomes: ALL_STAY,
    says: /it needs the variable `held`|was changed to `await held`|was changed to `held\.receive\(\)`/,
  },
  {
    name: "function renamed",
    edit: (text) => text.replace(/\bwork_/g, "labour_"),
    outcomes: ALL_STAY,
    says: /the function `work_\d\d` is gone/,
  },
  {
    name: "parameter added",
    edit: (text) => text.replaceAll("/*p*/", ", more").replaceAll("/*q*/", ", 1"),
    // What a handler covers, and its clause, have variables of their own.
    outcomes: "ssssssmmsssssssssmss",
    says: /`more`|takes 2 arguments/,
  },
  {
    name: "suspended statement changed",
    edit: (text) =>
      text.replace(suspended, (_all, statement: string) =>
        statement
          .replace("1000", "1001")
          .replace(/\bask_(\d\d)\(\)/, "ask_$1() * 1")
          .replace("await keep", "await [keep].get(0)")
          .replace("keep.receive()", "[keep].get(0).receive()"),
      ),
    // What waits is the call in the sum, and that is the same.
    outcomes: "sssssmssssssssssssss",
    says: /in which it waits, (was changed to `|is gone or was changed)/,
  },
  {
    name: "loop around it",
    edit: (text) => around(text, "for (again in 0..1)"),
    outcomes: ALL_STAY,
    says: /stands inside `for \(again in 0\.\.1\)` now/,
  },
  {
    name: "condition around it",
    edit: (text) => around(text, "if (1 < 2)"),
    outcomes: ALL_STAY,
    says: /stands inside `if \(1 < 2\)` now/,
  },
  {
    name: "the same statement twice",
    edit: (text) => text.replace(suspended, (_all, statement: string) => `${withoutVariable(statement)} ${statement}`),
    outcomes: ALL_STAY,
    says: /it is not certain which one this was/,
  },
  {
    name: "moved to another file and changed",
    edit: (text, n) => text.replaceAll("/*a*/", `print "${n} late";`),
    isMoved: true,
    outcomes: "mmmmmmmmmmmmmmmmmmsm",
    says: /the variable `total_19` of the program/,
  },
  { name: "constant changed", edit: (text) => text.replaceAll("/*k*/7", "8"), outcomes: ALL_MOVE },
  {
    name: "handler changed",
    edit: (text) =>
      text.replace("effect.id + /*k*/7", "effect.id * 2").replace("then", "since").replace('all "', 'every "'),
    outcomes: "......mm.........m..",
  },
  {
    name: "field added to a class",
    edit: (text) =>
      text.replaceAll("/*field*/", "var extra = 5;").replace("this.held + keep", "this.held + this.extra"),
    outcomes: "..........m.........",
  },
];

/** The suspended statement under a header. */
function around(text: string, header: string): string {
  return text.replace(suspended, (_all, statement: string) => {
    const declared = /^var (\w+) = /.exec(statement)?.[1];
    return declared === undefined
      ? `${header} { ${statement} }`
      : `var ${declared} = nil; ${header} { ${statement.replace("var ", "")} }`;
  });
}

const withoutVariable = (statement: string): string => statement.replace(/^var \w+ = /, "");
