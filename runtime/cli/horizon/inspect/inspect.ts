// `walia horizon inspect FILE`: answers questions about a `.wld` file, for the panel that shows it in an editor. Questions come as
// lines on standard input and answers go as lines to standard output (inspector/protocol.ts); it ends when nobody asks any more.
//
// Q1. Questions are answered one after the other, each with one answer or with the reason why there is none.

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { LimitError } from "../../../compile/limits.ts";
import { HorizonError } from "../../../horizon/trouble.ts";
import type { Answered, Answers, Ask, Asked, ListLook, Row, TaskList } from "../../../inspector/protocol.ts";
import { oneLine } from "../../excerpt.ts";
import { ExitCode } from "../../exit-codes.ts";
import { parseOptions } from "../../options.ts";
import type { HorizonContext } from "../horizon.ts";
import { onlyName, whichFile } from "../which.ts";
import { durationText, sizeText, stateName, waitText } from "../words.ts";
import { detailOf, placeIn, sourceOf } from "./detail.ts";
import { FileState } from "./state.ts";

/** No panel shows more rows at a time. */
const MOST_ROWS = 500;

export async function inspect(
  words: readonly string[],
  context: HorizonContext,
  input: Readable = process.stdin,
): Promise<number> {
  const { names } = parseOptions("horizon", words, { flags: [] });
  const path = whichFile(onlyName(names), context.folder);
  const inspector = new Inspector(path, context);
  for await (const line of createInterface({ input }))
    if (line.trim() !== "") context.terminal.print(JSON.stringify(await answerTo(line, inspector)));
  return ExitCode.Fine;
}

/** Q1 */
async function answerTo(line: string, inspector: Inspector): Promise<Answered> {
  let id = 0;
  try {
    const asked: Asked = JSON.parse(line);
    id = asked.id;
    return { id, answer: await inspector.answer(asked.ask) };
  } catch (error) {
    return { id, trouble: troubleText(error) };
  }
}

function troubleText(error: unknown): string {
  if (error instanceof HorizonError) return error.reason;
  if (error instanceof LimitError) return error.message;
  return `The file could not be read: ${error instanceof Error ? error.message : String(error)}`;
}

export class Inspector {
  #state: FileState | null = null;

  constructor(
    readonly path: string,
    readonly context: Pick<HorizonContext, "cache" | "now">,
  ) {}

  /** HorizonError when the file cannot be read. */
  async answer(ask: Ask): Promise<Answers[keyof Answers]> {
    // What was read before goes first: of a million tasks nobody has room for two lists.
    if (ask.kind === "overview") this.#state = null;
    this.#state ??= await FileState.read(this.path, this.context.cache);
    const state = this.#state;
    switch (ask.kind) {
      case "overview":
        return state.overview;
      case "list":
        return listOf(state, ask.look, this.context.now());
      case "detail":
        return detailOf(state, ask.look, this.context.now());
      case "source":
        return sourceOf(state, ask.task, ask.frame);
      default:
        throw new Error("there is no such question");
    }
  }
}

/** The part of the list that is looked at. */
async function listOf(state: FileState, look: ListLook, now: number): Promise<TaskList> {
  const { index, descriptors } = state;
  const positions = index.positions(look);
  const from = Math.max(0, Math.min(look.from, positions.length));
  const tasks = [...positions.subarray(from, from + Math.min(look.count, MOST_ROWS))].map((position) =>
    index.at(position),
  );
  const found = await state.lookUp(tasks.map(({ id }) => id));
  const selected = look.selected === null ? -1 : index.positionOf(look.selected);
  return {
    total: positions.length,
    from,
    rows: tasks.map((task): Row => {
      const looked = found.get(task.id);
      return {
        id: task.id,
        function: oneLine(task.name),
        place: looked === undefined ? "" : placeIn(state, looked),
        state: stateName(task),
        effect: oneLine(task.effect),
        waits: oneLine(waitText(task, now, (fd) => descriptors.get(fd))),
        since: durationText(now - task.since),
        size: sizeText(task.size),
      };
    }),
    selectedAt: selected < 0 ? -1 : positions.indexOf(selected),
  };
}
