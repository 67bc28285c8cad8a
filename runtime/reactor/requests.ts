// Every request that the reactor answers, by name. Names in capitals are effects that a program may handle before they get
// here; names in small letters come from the library and the engine and are seen by nobody else.

import type { Answer } from "./answer.ts";
import { channelAnswers } from "./answers/channels.ts";
import { fileAnswers } from "./answers/files.ts";
import { ioAnswers } from "./answers/io.ts";
import { netAnswers } from "./answers/net.ts";
import { portAnswers } from "./answers/ports.ts";
import { taskAnswers } from "./answers/tasks.ts";
import { timerAnswers } from "./answers/timers.ts";

export const answers: ReadonlyMap<string, Answer> = new Map(
  [taskAnswers, channelAnswers, timerAnswers, ioAnswers, fileAnswers, netAnswers, portAnswers].flatMap((group) =>
    Object.entries(group),
  ),
);

/** The effect that was looked up last, and its answer: of tasks that run in a row, most ask the same. Only a cache. */
let lastEffect = "";
let lastAnswer: Answer | undefined;

/** What answers an effect; undefined for one that the reactor does not know. */
export function answerTo(effect: string): Answer | undefined {
  if (effect !== lastEffect) {
    lastEffect = effect;
    lastAnswer = answers.get(effect);
  }
  return lastAnswer;
}
