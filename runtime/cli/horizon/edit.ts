// `walia horizon edit TASK --set NAME=VALUE`: gives variables of a suspended task other values.
//
// E1. A frame may stand in several stacks: a continuation that is kept somewhere may have it, too. The task gets a copy of its own, and
//     of the frames that it has called, so nothing else sees another value. A variable that closures have captured is one variable
//     for all of them, and stays one.

import { Frame } from "../../engine/segments.ts";
import { Cell, Closure, captureOf, type Value } from "../../engine/values.ts";
import type { KeptTask, Reading } from "../../reactor/keep/reading.ts";
import { parseOptions } from "../options.ts";
import { UsageError } from "../trouble.ts";
import { changeTask, Refusal } from "./changing.ts";
import type { HorizonContext } from "./horizon.ts";
import { readLiteral } from "./literal.ts";
import { framesOf, localsOf } from "./task-view.ts";
import { ShownValues } from "./values.ts";
import { taskAndFile } from "./which.ts";
import { countText } from "./words.ts";

interface Assignment {
  readonly name: string;
  readonly value: Value;
}

export async function edit(words: readonly string[], context: HorizonContext): Promise<number> {
  const { assignments, others } = takeAssignments(words);
  const { names, values } = parseOptions("horizon", others, { flags: [], values: ["frame"] });
  const { id, path } = taskAndFile(names, context.folder);
  const number = frameNumber(values.get("frame"));
  return changeTask(path, id, context, (task, reading) => {
    const shown = new ShownValues([]);
    const said = assignments.map(({ name, value }) => {
      const before = assign(task, reading, number, name, value);
      return `task ${id} (${task.record.name}), frame ${number}: ${name} = ${shown.text(value)}, was ${shown.text(before)}`;
    });
    const record = { ...task.record, generation: task.record.generation + 1 };
    return { task: { ...task, record }, said: said.join("\n") };
  });
}

/** Every `--set`, of which there may be several, and the other words. */
function takeAssignments(words: readonly string[]): { assignments: readonly Assignment[]; others: readonly string[] } {
  const assignments: Assignment[] = [];
  const others: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, given] = /^--set(?:=(.*))?$/s.exec(word) ?? [];
    if (word !== "--set" && given === undefined) others.push(word);
    else assignments.push(assignmentOf(given ?? rest.shift() ?? ""));
  }
  if (assignments.length === 0) throw new UsageError("horizon", "edit needs --set NAME=VALUE, at least one");
  return { assignments, others };
}

function assignmentOf(text: string): Assignment {
  const [, name, value] = /^\s*(%?\w+)\s*=(?!=)(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new UsageError("horizon", `--set is NAME=VALUE, not ${text}`);
  return { name, value: readLiteral(value!, `--set ${name}`) };
}

function frameNumber(text = "1"): number {
  if (/^\d{1,9}$/.test(text) && text !== "0") return Number(text);
  throw new UsageError("horizon", `--frame is the number of a frame, as show has it, not ${text}`);
}

/** Gives a variable another value; yields the one that it had. */
function assign(task: KeptTask, reading: Reading, number: number, name: string, value: Value): Value {
  const frames = framesOf(task.stack);
  const found = frames[number - 1];
  if (found === undefined)
    throw new Refusal(`task ${task.record.id} has ${countText(frames.length, "frame")}, and no frame ${number}`);
  const { frame, segment } = found;
  const names = frame.code.points[frame.at]!.slots;
  const slot = name === "self" ? -1 : names.lastIndexOf(name);
  const cell = slot >= 0 ? frame.slots[slot] : capturedIn(frame, name);
  if (cell instanceof Cell) {
    if (reading.isPinned(cell))
      throw new Refusal(`${name} is a variable that the program's variables hold, too; it cannot be changed here`);
    const before = cell.v;
    cell.v = value;
    return before;
  }
  if (slot < 0) throw new Refusal(unknownText(frame, number, name));
  segment.frames = replaced(segment.frames!, frame, frame.slots.with(slot, value));
  return frame.slots[slot];
}

/** A variable that the frame's code has captured, if it is one that may be assigned. */
function capturedIn({ code, at, slots }: Frame, name: string): Value {
  const self = slots[code.points[at]!.slots.indexOf("self")];
  const index = code.captures.indexOf(name);
  return self instanceof Closure && index >= 0 ? captureOf(self, index) : undefined;
}

function unknownText(frame: Frame, number: number, name: string): string {
  const names = localsOf(frame).map(([known]) => known);
  if (names.includes(name))
    return `${name} of frame ${number} never changes in the program, so it cannot be changed here`;
  const known = names.length === 0 ? "holds nothing any more" : `has ${names.join(", ")}`;
  return `frame ${number} (${frame.code.name}) has no ${name}: it ${known}`;
}

/** E1: the frames from `first` on, with other slots in one of them. */
function replaced(first: Frame, frame: Frame, slots: readonly Value[]): Frame {
  const above: Frame[] = [];
  for (let f = first; f !== frame; f = f.next!) above.push(f);
  let next = Frame.of(frame.code, frame.at, slots);
  next.next = frame.next;
  for (const { code, at, slots: own } of above.reverse()) {
    const copy = Frame.of(code, at, own);
    copy.next = next;
    next = copy;
  }
  return next;
}
