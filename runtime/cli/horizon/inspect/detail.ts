// What the panel shows beside the list: a task with its frames, or what belongs to the whole program.

import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Frame as EngineFrame } from "../../../engine/segments.ts";
import { Table } from "../../../horizon/tables.ts";
import type { TaskRecord } from "../../../horizon/task-record.ts";
import type {
  CodeLine,
  Detail,
  DetailLook,
  Frame,
  ProgramDetail,
  Source,
  TaskDetail,
} from "../../../inspector/protocol.ts";
import { isCancelled, isFresh, type KeptTask, requestOf } from "../../../reactor/keep/reading.ts";
import { Kind, namedIn } from "../../../reactor/shards/parcel.ts";
import { oneLine } from "../../excerpt.ts";
import { plain } from "../../paint.ts";
import { View } from "../../view.ts";
import { fieldsOf, framesOf, inputText, localsOf, placeOf } from "../task-view.ts";
import { ShownValues } from "../values.ts";
import { countText, descriptorText, durationText, sizeText, stateName, waitText } from "../words.ts";
import type { FileState, Looked } from "./state.ts";
import { channelText, type Named, Trees } from "./tree.ts";

/** So many links to tasks, channels and descriptors are shown. */
const MOST_LINKS = 50;
const MOST_SHARED = 1000;
/** A longer line of source is cut around what is meant. */
const LONGEST_LINE = 300;

/** What is looked at. */
export async function detailOf(state: FileState, { task, unfolded }: DetailLook, now: number): Promise<Detail> {
  if (task === null) return programDetail(state, new Set(unfolded));
  const looked = (await state.lookUp([task])).get(task);
  if (looked === undefined) return { kind: "gone", id: task };
  const show = (what: ReturnType<typeof read>): TaskDetail => taskDetail(state, looked, what, new Set(unfolded), now);
  try {
    return show(read(state, looked));
  } catch (error) {
    return show({ problem: textOf(error) });
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Where a frame of a task stands; null when it does not, or in code of the library. */
export async function sourceOf(state: FileState, task: number, number: number): Promise<Source | null> {
  const looked = (await state.lookUp([task])).get(task);
  const kept = looked === undefined ? undefined : read(state, looked).kept;
  const frame = kept === undefined ? undefined : framesOf(kept.stack)[number - 1]?.frame;
  if (frame === undefined || frame.code.source === null) return null;
  const { path } = frame.code.source;
  const { line, column } = placeOf(frame, viewOf(state));
  if (line === null || column === null) return null;
  const text = textAround(state, frame);
  return { path, text: text === null || text === onDisk(path) ? null : text, line, column };
}

/** A task as its records have it, or why it cannot be read. */
function read(
  { opened: { reading } }: FileState,
  { stored: { task, frames } }: Looked,
): { kept?: KeptTask; problem?: string } {
  if (reading === null) return { problem: "the source that it was suspended in is not in the file, or has errors" };
  if (frames === undefined) return { problem: "the record of its frames is missing or damaged" };
  try {
    return { kept: reading.task(task, frames) };
  } catch (error) {
    return { problem: textOf(error) };
  }
}

function taskDetail(
  state: FileState,
  { stored, size }: Looked,
  { kept, problem }: ReturnType<typeof read>,
  unfolded: ReadonlySet<string>,
  now: number,
): TaskDetail {
  const { index, opened, descriptors } = state;
  const record = stored.task;
  const request = kept === undefined ? undefined : requestOf(kept);
  const payload: readonly Named[] = request === undefined ? [] : fieldsOf(request);
  const frames = kept === undefined ? [] : framesOf(kept.stack);
  const locals = frames.map(({ frame }) => shownLocals(frame));
  const trees = new Trees(
    [...locals.flat(), ...payload].map(([, value]) => value),
    unfolded,
    (id) => state.channel(id),
  );
  const input = kept === undefined ? undefined : opened.reading!.inputOf(kept);
  const isAwaiting = record.effect === "await" && record.on !== undefined;
  return {
    kind: "task",
    id: record.id,
    function: oneLine(record.name),
    state: stateName(record),
    effect: oneLine(record.effect),
    waits: oneLine(waitText(record, now, (fd) => descriptors.get(fd))),
    since: `${timeText(record.since)}, ${durationText(now - record.since)} ago`,
    facts: factsOf(record, size, kept),
    input: input === undefined ? null : oneLine(inputText(input, (value) => new ShownValues([value]).text(value))),
    payload: trees.nodes(payload, "payload"),
    awaits: isAwaiting ? index.link(record.on!) : null,
    awaitedBy: index.awaiting(record.id, MOST_LINKS),
    holds: pendingIn(stored.frames)
      .filter((id) => !(isAwaiting && id === record.on))
      .map((id) => index.link(id)),
    frames: frames.map(({ frame, notes }, i) =>
      frameOf(state, frame, i + 1, notes, trees.nodes(locals[i]!, `frame ${i + 1}`)),
    ),
    problem: problem === undefined ? null : oneLine(problem),
  };
}

/** "2026-11-22 22:16:58 UTC"; also of what is no time at all. */
function timeText(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? `${ms} ms` : `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function factsOf({ home, generation }: TaskRecord, size: number, kept: KeptTask | undefined): string[] {
  return [
    home ? "runs on the first core, where the program's variables are" : "runs on any core",
    `${countText(generation, "step")} kept`,
    sizeText(size),
    ...(kept !== undefined && isFresh(kept) ? ["none of its code has run yet"] : []),
    ...(kept !== undefined && isCancelled(kept) ? ["was cancelled, and ends when it has cleaned up"] : []),
  ];
}

/** The variables of a frame; values of unfinished expressions behind them, under a name that people know. */
function shownLocals(frame: EngineFrame): Named[] {
  const locals = localsOf(frame);
  const isTemporary = ([name]: Named): boolean => name.startsWith("%");
  return [
    ...locals.filter((local) => !isTemporary(local)),
    ...locals
      .filter((local) => isTemporary(local) && local[1] !== undefined)
      .map(([, value]): Named => ["(temporary)", value]),
  ];
}

function pendingIn(frames: Uint8Array | undefined): number[] {
  try {
    const named = frames === undefined ? [] : namedIn(frames);
    return named
      .filter(({ kind }) => kind === Kind.Pending)
      .map(({ id }) => id)
      .slice(0, MOST_LINKS);
  } catch {
    return [];
  }
}

function frameOf(
  state: FileState,
  frame: EngineFrame,
  number: number,
  notes: readonly string[],
  locals: Frame["locals"],
): Frame {
  const { function: name, file, line, column } = placeOf(frame, viewOf(state));
  return {
    number,
    function: oneLine(name),
    place: file === null ? "" : `${oneLine(file)}:${line}:${column}`,
    code: file === null || line === null ? null : codeLine(state, frame, line),
    locals,
    notes: notes.map(oneLine),
  };
}

/** `main.wal:13`, of the innermost frame in the program's own code; empty when there is none, or the task cannot be read. */
export function placeIn(state: FileState, looked: Looked): string {
  const { kept } = read(state, looked);
  if (kept === undefined) return "";
  const view = viewOf(state);
  try {
    for (const { frame } of framesOf(kept.stack)) {
      const { file, line } = placeOf(frame, view);
      if (file !== null) return `${oneLine(basename(file))}:${line}`;
    }
  } catch {
    // Why its frames make no sense is said when one looks at it.
  }
  return "";
}

const viewOf = ({ path, opened }: FileState): View => new View(plain, opened.textOf, dirname(path));

function codeLine(state: FileState, { code, at }: EngineFrame, line: number): CodeLine | null {
  const { source, points } = code;
  const point = points[at];
  if (source === null || point === undefined) return null;
  const { text, path } = source;
  const lineStart = text.lastIndexOf("\n", point.start - 1) + 1;
  const lineEnd = /\r?\n|$/.exec(text.slice(point.start))!.index + point.start;
  const from = Math.max(lineStart, point.start - LONGEST_LINE / 3);
  const to = Math.min(lineEnd, from + LONGEST_LINE);
  const end = Math.max(point.start, Math.min(point.end, to));
  const disk = onDisk(path);
  return {
    line,
    before: oneLine(`${from > lineStart ? "…" : ""}${text.slice(from, point.start)}`),
    meant: oneLine(text.slice(point.start, end)),
    after: oneLine(`${text.slice(end, to)}${to < lineEnd ? "…" : ""}`),
    disk: disk === undefined ? "gone" : disk === textAround(state, { code }) ? "same" : "changed",
  };
}

/** The whole text of the file that a frame's code is in; null when no version of it is there. */
function textAround({ opened }: FileState, { code: { source } }: Pick<EngineFrame, "code">): string | null {
  const texts = opened.texts.flatMap((version) => version.get(source!.path) ?? []);
  return texts.findLast((text) => text.startsWith(source!.text, source!.offset)) ?? null;
}

/** The text of a file as it is now; undefined when it cannot be read. */
function onDisk(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function programDetail(state: FileState, unfolded: ReadonlySet<string>): ProgramDetail {
  const { opened, descriptors } = state;
  const variables = [...(opened.reading?.variables ?? [])].map(
    ([name, value]): Named => [name.replace(/^.*#/, ""), value],
  );
  const channels = [...(opened.image.get(Table.Channels)?.keys() ?? [])] as number[];
  const shown = channels
    .slice(0, MOST_SHARED)
    .map((id): Named => [`channel ${id}`, [...(state.channel(id)?.items ?? [])]]);
  const channelOf = (id: number): ReturnType<FileState["channel"]> => state.channel(id);
  const trees = new Trees(
    [...variables, ...shown].map(([, value]) => value),
    unfolded,
    channelOf,
  );
  const nodes = trees.nodes(shown, "channels").map((node, i) => {
    const channel = state.channel(channels[i]!);
    return {
      ...node,
      type: "Channel",
      text: channel === undefined ? "cannot be read" : channelText(channel),
      mark: "",
    };
  });
  const opens = [...descriptors].map(([fd, what]) => oneLine(descriptorText(fd, what)));
  return {
    kind: "program",
    variables: trees.nodes(variables, "variables"),
    channels: nodes,
    handlers: (opened.reading?.handlers ?? []).map(({ code }) => oneLine(code.name)),
    descriptors: opens.slice(0, MOST_SHARED),
    more: Math.max(0, channels.length - MOST_SHARED) + Math.max(0, opens.length - MOST_SHARED),
  };
}
