// `walia run --nexus`: the display (nexus/hud/) on the terminal at standard error. Standard output and error go through it while
// it is there, whoever writes to them in this process, so that nothing else touches the screen; standard output only when
// it goes to a terminal too.
//
// U1. The terminal is given back however the process ends: by itself, by a signal (watching.ts), by a mistake of ours (main.ts),
//     and while it is stopped by Ctrl-Z. Only what kills a process at once leaves it as it is.

import type { CounterMemory } from "../nexus/counters.ts";
import { Display } from "../nexus/hud/display.ts";
import { glyphsFor, ink } from "../nexus/hud/look.ts";
import type { Stream } from "../nexus/hud/transcript.ts";
import { paintFor } from "./paint.ts";

/** What a terminal that does not say has. */
const COLUMNS = 80;
const ROWS = 24;

/** Shows the display until the function that it gives is called. */
export function showNexus(memory: CounterMemory, title: string): () => void {
  const { stdout, stderr, env } = process;
  const write = stderr.write.bind(stderr) as (text: string) => boolean;
  const { isColored, dim } = paintFor(stderr, env);
  const display = new Display({
    memory,
    title,
    terminal: { write, size: () => ({ columns: stderr.columns || COLUMNS, rows: stderr.rows || ROWS }) },
    look: { glyphs: glyphsFor(env), ink: ink(isColored) },
  });
  const giveBack = [divert(stderr, (chunk) => display.add(2, chunk))];
  if (stdout.isTTY) giveBack.push(divert(stdout, (chunk) => display.add(1, chunk)));

  const onResize = (): void => display.redraw();
  const onStop = (): void => {
    display.leave();
    process.kill(process.pid, "SIGSTOP");
  };
  stderr.on("resize", onResize);
  if (process.platform !== "win32") process.on("SIGTSTP", onStop).on("SIGCONT", onResize);

  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    process.off("exit", close).off("SIGTSTP", onStop).off("SIGCONT", onResize);
    stderr.off("resize", onResize);
    const summary = display.close();
    for (const restore of giveBack) restore();
    const { dropped, written } = display.transcript.all();
    if (dropped > 0) stderr.write(`${dim(`… ${dropped} earlier lines were shown and are gone`)}\n`);
    for (const { stream, text } of written) streams[stream].write(text);
    stderr.write(`${dim(summary)}\n`);
  };
  const streams: Readonly<Record<Stream, NodeJS.WriteStream>> = { 1: stdout, 2: stderr };
  process.on("exit", close);
  return close;
}

/** Sends what is written to a stream elsewhere. Gives what ends that. */
function divert(stream: NodeJS.WriteStream, take: (chunk: string | Uint8Array) => void): () => void {
  const write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    const [encoding] = rest;
    // Text of one byte a character may come as such.
    take(typeof chunk === "string" && encoding === "latin1" ? Buffer.from(chunk, "latin1") : chunk);
    const done = rest.at(-1);
    if (typeof done === "function") process.nextTick(done as () => void);
    return true;
  };
  // `write` is the prototype's: one of the stream's own stands before it.
  Object.defineProperty(stream, "write", { value: write, configurable: true, writable: true });
  return () => void Reflect.deleteProperty(stream, "write");
}
