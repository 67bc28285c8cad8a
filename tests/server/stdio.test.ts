// What the server writes to standard output.

import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { joiningPairs } from "../../server/stdio.ts";

test("each message leaves in one piece", async () => {
  const pieces: string[] = [];
  const out = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(String(piece));
      done();
    },
  });
  const connection = createMessageConnection(
    new StreamMessageReader(new PassThrough()),
    new StreamMessageWriter(joiningPairs(out)),
  );
  connection.listen();
  await connection.sendNotification("one", { text: "é" });
  await connection.sendNotification("two");
  connection.dispose();
  expect(pieces).toHaveLength(2);
  for (const piece of pieces) {
    const [, length, body] = /^Content-Length: (\d+)\r\n\r\n(.*)$/s.exec(piece)!;
    expect(Buffer.byteLength(body!)).toBe(Number(length));
    expect(JSON.parse(body!)).toMatchObject({ jsonrpc: "2.0" });
  }
});
