// Messages of the Debug Adapter Protocol over two streams: a header with the length, an empty line, and JSON.
//
// M1. Every request is answered, once: by what its handler yields, or by why it was refused. What goes wrong with us is a refusal, too,
//     in one sentence.
// M2. A message that is no JSON, or no message, is complained about, and the next one is read. After a header that is none, nothing can
//     be read any more: that ends the session.
// M3. Answers go out in the order of the requests: a request that takes its time holds up those after it, so none works on a
//     state that another is about to change.

import type { Readable, Writable } from "node:stream";
import type { DebugProtocol } from "@vscode/debugprotocol";

/** Refuses a request, in words for its user. */
export class Refusal extends Error {}

/** What is done with requests: the body of the answer, or a Refusal. */
export type Handler = (command: string, args: unknown) => unknown;

const HEADERS_END = Buffer.from("\r\n\r\n");
const LONGEST_HEADER = 4096;
const LONGEST_BODY = 64 * 1024 * 1024;

export class Connection {
  readonly #output: Writable;
  readonly #handler: Handler;
  #chunks: Buffer = Buffer.alloc(0);
  #length: number | null = null;
  #sequence = 0;
  /** M3 */
  #last: Promise<void> = Promise.resolve();
  /** Why nothing more is read; undefined at the regular end of the input. */
  readonly ended: Promise<string | undefined>;
  #end!: (trouble: string | undefined) => void;
  #isOpen = true;

  constructor(input: Readable, output: Writable, handler: Handler) {
    this.#output = output;
    this.#handler = handler;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    input.on("data", (chunk: Buffer) => this.#received(chunk));
    input.on("end", () => void this.#last.then(() => this.#end(undefined)));
    input.on("error", (error) => this.#end(error.message));
    // Nobody listens any more.
    output.on("error", () => this.#end(undefined));
  }

  event(event: string, body: object = {}): void {
    this.#send({ type: "event", event, body });
  }

  /** After what has been received is answered, nothing more is. */
  close(): void {
    this.#isOpen = false;
    void this.#last.then(() => this.#end(undefined));
  }

  #send(message: object): void {
    const text = JSON.stringify({ seq: ++this.#sequence, ...message });
    this.#output.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  // ---- Reading ----

  #received(chunk: Buffer): void {
    this.#chunks = this.#chunks.length === 0 ? chunk : Buffer.concat([this.#chunks, chunk]);
    while (this.#isOpen) {
      if (this.#length === null && !this.#readHeader()) return;
      const length = this.#length!;
      if (this.#chunks.length < length) return;
      const text = this.#chunks.toString("utf8", 0, length);
      this.#chunks = this.#chunks.subarray(length);
      this.#length = null;
      this.#read(text);
    }
  }

  /** False: it is not there yet, or is none (M2). */
  #readHeader(): boolean {
    const end = this.#chunks.indexOf(HEADERS_END);
    const header = this.#chunks.toString("latin1", 0, end < 0 ? Math.min(this.#chunks.length, LONGEST_HEADER) : end);
    const isHeader = "content-length:".startsWith(header.slice(0, 15).toLowerCase());
    if (end < 0 && isHeader && header.length < LONGEST_HEADER) return false;
    const length = /^content-length:[ \t]*(\d{1,9})[ \t]*(\r\n|$)/i.exec(header)?.[1];
    if (length === undefined || Number(length) > LONGEST_BODY) {
      this.#isOpen = false;
      const shown = JSON.stringify(header.slice(0, 60));
      this.#end(
        `a message of the Debug Adapter Protocol begins with "Content-Length: ", and a number of bytes; got ${shown}`,
      );
      return false;
    }
    this.#length = Number(length);
    this.#chunks = this.#chunks.subarray(end + HEADERS_END.length);
    return true;
  }

  #read(text: string): void {
    let message: Partial<DebugProtocol.Request> | null = null;
    try {
      message = JSON.parse(text) as Partial<DebugProtocol.Request> | null;
    } catch {
      this.#complain(`a message was no JSON: ${text.slice(0, 60)}`);
      return;
    }
    const isRequest = typeof message === "object" && message?.type === "request";
    if (!isRequest || typeof message!.command !== "string" || typeof message!.seq !== "number") {
      // Answers to requests of ours: we make none.
      this.#complain(`a message was no request: ${text.slice(0, 60)}`);
      return;
    }
    const { command, seq, arguments: args } = message as DebugProtocol.Request;
    this.#last = this.#last.then(() => this.#answer(command, seq, args));
  }

  #complain(text: string): void {
    this.event("output", { category: "important", output: `walia debug: ${text}\n` });
  }

  /** M1 */
  async #answer(command: string, seq: number, args: unknown): Promise<void> {
    const answer = { type: "response", request_seq: seq, command };
    try {
      const body = await this.#handler(command, args);
      this.#send({ ...answer, success: true, ...(body !== undefined && { body }) });
    } catch (error) {
      const isOurs = !(error instanceof Refusal);
      const text = error instanceof Error ? error.message : String(error);
      const message = isOurs ? `this is a mistake in walia, not in your program: ${text}` : text;
      this.#send({
        ...answer,
        success: false,
        message,
        body: { error: { id: isOurs ? 2 : 1, format: "{text}", variables: { text: message }, showUser: true } },
      });
    }
  }
}
