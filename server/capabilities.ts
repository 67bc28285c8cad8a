// What a server can do, put together from what its features can.

import type { ServerCapabilities } from "vscode-languageserver";

/** Objects are merged, lists joined; a later plain value wins. */
export function mergeCapabilities(parts: readonly ServerCapabilities[]): ServerCapabilities {
  return parts.reduce<ServerCapabilities>((all, part) => merged(all, part) as ServerCapabilities, {});
}

function merged(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  if (!isObject(a) || !isObject(b)) return b;
  const all: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) all[key] = key in all ? merged(all[key], value) : value;
  return all;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
