// What the panel that shows a `.wld` file and `walia horizon inspect`, which reads the file for it, say to each other: a line of
// JSON each, questions one way and as many answers the other. Nothing that runs is here: both sides import it.
//
// I1. Every answer shows the file as it was when `overview` was last asked, which is what reads it. A record that is looked up
//     later, while a program runs, may have gone meanwhile; then there is less to show, and never anything made up.
// I2. Whoever asks holds no truth: each question says all that is looked at, and the answer is all that there is to show of it.

/** `id` is the asker's own. */
export interface Asked {
  readonly id: number;
  readonly ask: Ask;
}

export type Ask =
  /** Reads the file. Answered by an Overview. */
  | { readonly kind: "overview" }
  /** Answered by a TaskList. */
  | { readonly kind: "list"; readonly look: ListLook }
  /** Answered by a Detail. */
  | { readonly kind: "detail"; readonly look: DetailLook }
  /** Where a frame stands. Answered by a Source. */
  | { readonly kind: "source"; readonly task: number; readonly frame: number };

/** What each kind of question is answered with. */
export interface Answers {
  readonly overview: Overview;
  readonly list: TaskList;
  readonly detail: Detail;
  /** Null where there is nothing to show: code of the library, a task that is gone. */
  readonly source: Source | null;
}

export type Answered =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  /** Why there is no answer, for people. */
  | { readonly id: number; readonly trouble: string };

export interface Overview {
  /** The file's name. */
  readonly file: string;
  readonly size: string;
  readonly standing: Standing;
  readonly madeBy: string;
  readonly tasks: { readonly waiting: number; readonly ready: number; readonly failed: number };
  readonly variables: number;
  readonly handlers: number;
  readonly channels: number;
  readonly descriptors: number;
  /** Versions of the program's sources. */
  readonly versions: number;
  /** Tasks that run code of an older version; null when there are too many tasks to look at each. */
  readonly older: number | null;
  /** Records and pages that are not as they were written; the rest can be read. */
  readonly damage: readonly string[];
  /** What of the program cannot be understood, as that it has no sources. */
  readonly troubles: readonly string[];
}

export type Standing =
  | { readonly kind: "running"; readonly process: number }
  /** Its program was killed: the next run goes on with the tasks. */
  | { readonly kind: "killed"; readonly process: number }
  /** Nobody has it, and its program has not come to its end. */
  | { readonly kind: "stopped" }
  /** Its program has ended by itself. */
  | { readonly kind: "ended" };

export type Column = "id" | "function" | "waits" | "since" | "size";

/** The part of the list of tasks that is looked at. */
export interface ListLook {
  /** Words that must all be in a task's function, effect, state or number. */
  readonly filter: string;
  readonly sort: Column;
  readonly isDescending: boolean;
  readonly from: number;
  readonly count: number;
  /** A task whose place in the list is wanted. */
  readonly selected: number | null;
}

export interface TaskList {
  /** How many pass the filter. */
  readonly total: number;
  readonly from: number;
  readonly rows: readonly Row[];
  /** The place of the task that was asked for; -1 when it is not in the list. */
  readonly selectedAt: number;
}

export type State = "ready" | "waiting" | "failed";

export interface Row {
  readonly id: number;
  readonly function: string;
  /** `main.wal:13`, of the innermost frame in the program's own code; empty where there is none. */
  readonly place: string;
  readonly state: State;
  readonly effect: string;
  readonly waits: string;
  readonly since: string;
  readonly size: string;
}

/** What is looked at beside the list. */
export interface DetailLook {
  /** A task, or null for what belongs to the whole program. */
  readonly task: number | null;
  /** Keys of the nodes whose parts are shown. */
  readonly unfolded: readonly string[];
}

export type Detail = TaskDetail | ProgramDetail | { readonly kind: "gone"; readonly id: number };

export interface ProgramDetail {
  readonly kind: "program";
  readonly variables: readonly Node[];
  readonly channels: readonly Node[];
  readonly handlers: readonly string[];
  readonly descriptors: readonly string[];
  /** How many channels and descriptors there are besides those shown. */
  readonly more: number;
}

export interface TaskDetail {
  readonly kind: "task";
  readonly id: number;
  readonly function: string;
  readonly state: State;
  readonly effect: string;
  readonly waits: string;
  /** `2026-11-22 22:16:58, 2 d 3 h ago`. */
  readonly since: string;
  /** Where it runs, its steps, its size. */
  readonly facts: readonly string[];
  /** With what it is about to go on; null when it waits, or just has its turn. */
  readonly input: string | null;
  /** Fields of the effect that it waits in. */
  readonly payload: readonly Node[];
  readonly awaits: TaskLink | null;
  readonly awaitedBy: readonly TaskLink[];
  /** Tasks whose futures it holds, those that have not settled. */
  readonly holds: readonly TaskLink[];
  readonly frames: readonly Frame[];
  /** Why there are no frames. */
  readonly problem: string | null;
}

export interface TaskLink {
  readonly id: number;
  /** Empty when the file does not have the task any more. */
  readonly function: string;
}

export interface Frame {
  /** As `walia horizon edit` has it: from 1, the innermost first. */
  readonly number: number;
  readonly function: string;
  /** `main.wal:13:18`; empty in code of the library. */
  readonly place: string;
  readonly code: CodeLine | null;
  readonly locals: readonly Node[];
  /** Handlers that stand between it and the frame that called it. */
  readonly notes: readonly string[];
}

/** A line of source, as it is in the `.wld` file. */
export interface CodeLine {
  readonly line: number;
  readonly before: string;
  /** What the frame is suspended in. */
  readonly meant: string;
  readonly after: string;
  /** The file on the disk has the same text, another one, or is not there. */
  readonly disk: "same" | "changed" | "gone";
}

/** A value, or a name for a stretch of them. */
export interface Node {
  /** The same for the same place in every answer. */
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly text: string;
  readonly isUnfoldable: boolean;
  /** Null while it is folded. */
  readonly parts: readonly Node[] | null;
  /** A number that a value has which is met more than once, as `#1`; empty for others. */
  readonly mark: string;
  /** The task whose future it is; null for anything else. */
  readonly task: number | null;
}

/** Where a frame stands. */
export interface Source {
  readonly path: string;
  /** The text as it is in the `.wld` file; null when the file on the disk has the same. */
  readonly text: string | null;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}
