// Where the events of hardware ports come from: the "ports" of walia.json, read and checked. For the command line, which
// reads the file, and for the reactor, which opens the sources.
//
//   { "ports": { "0x80": "fifo:/run/power", "0x81": "file:sensor/temp", "0x82": "unix:/run/x.sock", "0x83": "gpio:/dev/gpiochip0/4" } }
//
// B1. A port is a whole number, written in decimal or hexadecimal. A source is `kind:path`; relative paths start at the
//     folder of walia.json. A gpio path ends with the number of the line.

import { isAbsolute, resolve } from "node:path";
import type { Source } from "./drivers/driver.ts";

const LAST_PORT = 0xffffffff;

export interface ParsedPorts {
  /** Sources by port, with absolute paths. */
  readonly ports: ReadonlyMap<number, string>;
  /** One sentence for each thing that is wrong, without the file's name. */
  readonly errors: readonly string[];
}

/** The ports that the text of a walia.json binds. What is wrong with one does not concern the others. */
export function parsePorts(text: string, baseFolder: string): ParsedPorts {
  const ports = new Map<number, string>();
  const errors: string[] = [];
  const table = portsTable(text);
  if (typeof table === "string") return { ports, errors: [table] };
  for (const [name, source] of Object.entries(table)) {
    const port = portNumber(name);
    if (port === undefined) errors.push(`"ports": "${name}" is not a port number; write it as "0x80" or "128"`);
    else if (ports.has(port)) errors.push(`"ports": "${name}" is bound twice`);
    else if (typeof source !== "string") errors.push(`"ports": the source of "${name}" must be a string, ${FORMS}`);
    else {
      const complete = absolute(source, baseFolder);
      if (parseSource(complete) === undefined) {
        errors.push(`"ports": "${source}" is not a source for "${name}"; write ${FORMS}`);
      } else ports.set(port, complete);
    }
  }
  return { ports, errors };
}

const FORMS = '"fifo:PATH", "file:PATH", "unix:PATH" or "gpio:CHIP/LINE"';

/** The object under "ports", empty when there is none; or what is wrong. */
function portsTable(text: string): object | string {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    return `not valid JSON: ${(error as Error).message}`;
  }
  if (!isObject(config)) return "it must hold an object: { … }";
  const table = "ports" in config ? config.ports : {};
  return isObject(table) ? table : '"ports" must be an object: { "0x80": "fifo:/run/power" }';
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function portNumber(name: string): number | undefined {
  if (!/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(name)) return undefined;
  const port = Number(name);
  return port <= LAST_PORT ? port : undefined;
}

function absolute(source: string, baseFolder: string): string {
  const colon = source.indexOf(":");
  const path = source.slice(colon + 1);
  if (colon < 0 || path === "" || isAbsolute(path)) return source;
  return `${source.slice(0, colon)}:${resolve(baseFolder, path)}`;
}

/** A source as the driver takes it; undefined when it is none. */
export function parseSource(text: string): Source | undefined {
  const [, kind, path] = /^(fifo|file|unix|gpio):(.+)$/s.exec(text) ?? [];
  switch (kind) {
    case "fifo":
    case "file":
    case "unix":
      return { kind, path: path! };
    case "gpio": {
      const [, chip, line] = /^(.+)\/([0-9]+)$/s.exec(path!) ?? [];
      return chip === undefined ? undefined : { kind, chip, line: line! };
    }
    default:
      return undefined;
  }
}
