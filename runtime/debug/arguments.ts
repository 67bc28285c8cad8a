// What the arguments of each request must be for it to make sense, as far as the session rests on it. What a client may leave away has a
// question mark behind its name.

import { Refusal } from "./connection.ts";

type Kind = "a number" | "a string" | "an object" | "a list of objects" | "a list of strings" | "a list of numbers";

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  "a number": Number.isSafeInteger,
  "a string": (value) => typeof value === "string",
  "an object": isObject,
  "a list of objects": (value) => Array.isArray(value) && value.every(isObject),
  "a list of strings": (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  "a list of numbers": (value) => Array.isArray(value) && value.every(Number.isSafeInteger),
};

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const THREAD = { threadId: "a number" } as const;
const EXPRESSION = {
  expression: "a string",
  "frameId?": "a number",
  "context?": "a string",
  "format?": "an object",
} as const;

const ARGUMENTS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  setBreakpoints: { source: "an object", "breakpoints?": "a list of objects" },
  setFunctionBreakpoints: { breakpoints: "a list of objects" },
  setExceptionBreakpoints: { filters: "a list of strings" },
  breakpointLocations: { source: "an object", line: "a number", "endLine?": "a number" },
  stackTrace: { ...THREAD, "startFrame?": "a number", "levels?": "a number" },
  scopes: { frameId: "a number" },
  variables: { variablesReference: "a number", "start?": "a number", "count?": "a number", "format?": "an object" },
  setVariable: { variablesReference: "a number", name: "a string", value: "a string", "format?": "an object" },
  evaluate: EXPRESSION,
  setExpression: { ...EXPRESSION, value: "a string" },
  completions: { text: "a string", column: "a number", "line?": "a number", "frameId?": "a number" },
  exceptionInfo: THREAD,
  next: THREAD,
  stepIn: THREAD,
  stepOut: THREAD,
  restartFrame: { frameId: "a number" },
  terminateThreads: { threadIds: "a list of numbers" },
};

/** What each of a list must have. */
const EACH: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  setBreakpoints: {
    line: "a number",
    "column?": "a number",
    "condition?": "a string",
    "hitCondition?": "a string",
    "logMessage?": "a string",
  },
  setFunctionBreakpoints: { name: "a string", "condition?": "a string", "hitCondition?": "a string" },
};

/** The Refusal names what is wrong. */
export function checkArguments(command: string, args: Readonly<Record<string, unknown>>): void {
  check(command, args, Object.hasOwn(ARGUMENTS, command) ? ARGUMENTS[command]! : {});
  if (!Object.hasOwn(EACH, command) || args.breakpoints === undefined) return;
  for (const each of args.breakpoints as Record<string, unknown>[]) check(command, each, EACH[command]!);
}

function check(command: string, args: Readonly<Record<string, unknown>>, kinds: Readonly<Record<string, Kind>>): void {
  for (const [key, kind] of Object.entries(kinds)) {
    const name = key.replace("?", "");
    const value = args[name];
    if (value === undefined ? key !== name : IS[kind](value)) continue;
    throw new Refusal(`${JSON.stringify(command)} needs ${JSON.stringify(name)}: ${kind}`);
  }
}
