// The upload server: what tus 1.0 wants of it, clients that break off, and the demo in small, in which it is killed.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort, Program, root } from "./command.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A running server with a folder of its own. */
class Server {
  constructor(
    readonly program: Program,
    readonly port: number,
    readonly folder: string,
  ) {}

  static async start(): Promise<Server> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "walia-uploads-"));
    const program = new Program("run", "examples/upload_server.wal", String(port), folder);
    await program.printed("Uploads go to");
    return new Server(program, port, folder);
  }

  /** A request as a tus client makes it; a header that is "" is left out. */
  ask(method: string, path: string, headers: Record<string, string> = {}, body?: Buffer | string): Promise<Answer> {
    const all = { "Tus-Resumable": "1.0.0", ...(body !== undefined && PATCH_TYPE), ...headers };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
    return new Promise((resolve, reject) => {
      const asked = request({ port: this.port, method, path, headers: sent, agent: false }, (response) => {
        response.resume().on("end", () => resolve({ status: response.statusCode!, headers: response.headers }));
      });
      asked.on("error", reject).end(body);
    });
  }

  /** Announces an upload; yields its path. */
  async announce(length: number, headers: Record<string, string> = {}): Promise<string> {
    const { status, headers: answered } = await this.ask("POST", "/files", {
      "Upload-Length": String(length),
      ...headers,
    });
    expect(status).toBe(201);
    return String(answered.location);
  }

  patch(path: string, offset: number, body: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask("PATCH", path, { "Upload-Offset": String(offset), ...headers }, body);
  }

  async offsetOf(path: string): Promise<number> {
    return Number((await this.ask("HEAD", path)).headers["upload-offset"]);
  }

  /** What has arrived of an upload. */
  file(path: string): Buffer {
    return readFileSync(join(this.folder, path.replace("/files/", "")));
  }

  end(): void {
    this.program.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const PATCH_TYPE = { "Content-Type": "application/offset+octet-stream" };

const checksum = (algorithm: string, data: string): string =>
  `${algorithm} ${createHash(algorithm).update(data).digest("base64")}`;

test("the upload server answers as tus 1.0 wants it", async () => {
  const server = await Server.start();
  const abilities = await server.ask("OPTIONS", "/files", { "Tus-Resumable": "" });
  expect(abilities).toMatchObject({
    status: 204,
    headers: {
      "tus-version": "1.0.0",
      "tus-extension": "creation,checksum",
      "tus-checksum-algorithm": "sha1,sha256",
      "tus-resumable": "1.0.0",
    },
  });
  const path = await server.announce(11, { "Upload-Metadata": "filename bm90ZXM=" });
  expect(await server.ask("HEAD", path)).toMatchObject({
    status: 200,
    headers: {
      "upload-offset": "0",
      "upload-length": "11",
      "upload-metadata": "filename bm90ZXM=",
      "cache-control": "no-store",
    },
  });
  const hello = { "Upload-Offset": "0" };
  const cases: readonly [what: string, status: number, asked: Promise<Answer>][] = [
    ["no version", 412, server.ask("HEAD", path, { "Tus-Resumable": "" })],
    ["another version", 412, server.ask("POST", "/files", { "Tus-Resumable": "0.2.2", "Upload-Length": "1" })],
    ["no length", 400, server.ask("POST", "/files")],
    ["a length that is none", 400, server.ask("POST", "/files", { "Upload-Length": "1e3" })],
    ["too long", 413, server.ask("POST", "/files", { "Upload-Length": "99999999999999" })],
    ["another place", 404, server.ask("POST", "/elsewhere", { "Upload-Length": "1" })],
    ["an unknown upload", 404, server.ask("HEAD", "/files/unknown")],
    ["bytes for an unknown upload", 404, server.patch("/files/../secret", 0, "x")],
    ["another method", 405, server.ask("GET", path)],
    ["an overridden method", 200, server.ask("POST", path, { "X-HTTP-Method-Override": "HEAD" })],
  ];
  for (const [what, status, asked] of cases) expect({ what, status: (await asked).status }).toEqual({ what, status });
  // Requests about the bytes of one upload go to its task, one at a time.
  const parts: readonly [what: string, status: number, ask: () => Promise<Answer>][] = [
    ["a wrong offset", 409, () => server.patch(path, 5, "hello")],
    ["no offset", 400, () => server.ask("PATCH", path, {}, "hello")],
    ["another type", 415, () => server.patch(path, 0, "hello", { "Content-Type": "text/plain" })],
    ["more than announced", 413, () => server.patch(path, 0, "hello world!")],
    ["no length", 411, () => server.patch(path, 0, "hello", { "Transfer-Encoding": "chunked" })],
    [
      "an unknown digest",
      400,
      () => server.patch(path, 0, "hello", { "Upload-Checksum": "md5 XUFAKrxLKna5cZ2REBfFkg==" }),
    ],
    ["a digest that is none", 400, () => server.patch(path, 0, "hello", { "Upload-Checksum": "sha1 ???" })],
    ["a wrong digest", 460, () => server.patch(path, 0, "hellO", { "Upload-Checksum": checksum("sha1", "hello") })],
    ["no version", 412, () => server.patch(path, 0, "hello", { "Tus-Resumable": "" })],
    ["nothing", 204, () => server.ask("PATCH", path, { ...hello, "Content-Length": "0", ...PATCH_TYPE })],
    ["a right digest", 204, () => server.patch(path, 0, "hello", { "Upload-Checksum": checksum("sha1", "hello") })],
    ["the rest", 204, () => server.patch(path, 5, " world", { "Upload-Checksum": checksum("sha256", " world") })],
  ];
  for (const [what, status, ask] of parts) {
    const before = await server.offsetOf(path);
    expect({ what, status: (await ask()).status }).toEqual({ what, status });
    if (status !== 204) expect({ what, offset: await server.offsetOf(path) }).toEqual({ what, offset: before });
  }
  expect(server.file(path).toString()).toBe("hello world");
  expect(await server.offsetOf(path)).toBe(11);
  expect((await server.patch(path, 0, "hello")).status).toBe(409);
  expect(server.program.errors).toBe("");
  server.end();
});

test("several uploads at once do not meet", async () => {
  const server = await Server.start();
  const uploads = await Promise.all(
    [3, 5, 7, 9].map(async (n) => {
      const data = Buffer.alloc(n * 100_000, String(n));
      const path = await server.announce(data.length);
      for (let at = 0; at < data.length; at += 250_000) {
        const { status, headers } = await server.patch(path, at, data.subarray(at, at + 250_000));
        expect([status, headers["upload-offset"]]).toEqual([204, String(Math.min(at + 250_000, data.length))]);
      }
      return { path, data };
    }),
  );
  for (const { path, data } of uploads) expect(server.file(path).equals(data)).toBe(true);
  expect(server.program.errors).toBe("");
  server.end();
});

test("what is no HTTP is refused, and a client that breaks off goes on where it was", async () => {
  const server = await Server.start();
  const garbage = connect(server.port, "127.0.0.1");
  garbage.end("GET / HTTP/1.1\r\nno header\r\n\r\n");
  const refused = await new Promise<string>((resolve) => garbage.once("data", (data) => resolve(String(data))));
  expect(refused).toMatch(/^HTTP\/1\.1 400 /);

  const data = Buffer.alloc(600_000, "0123456789");
  const path = await server.announce(data.length);
  const id = path.replace("/files/", "");
  for (const how of ["resetAndDestroy", "end"] as const) {
    const before = await server.offsetOf(path);
    const head = `PATCH ${path} HTTP/1.1\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n`;
    const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
    socket.write(`${head}Upload-Offset: ${before}\r\nContent-Length: ${data.length - before}\r\n\r\n`);
    socket.write(data.subarray(before, before + 200_000));
    while ((await server.offsetOf(path)) < before + 200_000);
    socket[how]();
    expect(await server.offsetOf(path)).toBe(before + 200_000);
  }
  expect((await server.patch(path, 400_000, data.subarray(400_000))).status).toBe(204);
  await server.program.printed(`upload ${id}: complete, the client came back 2 times`);
  expect(server.file(path).equals(data)).toBe(true);
  expect(server.program.errors).toBe("");
  server.end();
});

test("killed on the way, the server goes on with the upload in the same task", () => {
  const demo = spawnSync(process.execPath, ["scripts/demo-upload.mjs", "--size", "4", "--kills", "2"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(demo).toMatchObject({ stderr: "", status: 0 });
  expect(demo.stdout).toMatch(/with 2 kills; .* were sent twice/);
});
