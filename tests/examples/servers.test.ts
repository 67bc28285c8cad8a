// The examples that serve, as the real command, over real sockets and named pipes.

import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Client, freePort, Program, root } from "./command.ts";

test("handle_client answers clients in the order in which they speak", async () => {
  const port = await freePort();
  const program = new Program("run", "examples/handle_client.wal", String(port));
  await program.printed(`Waiting for clients on port ${port}\n`);
  const silent = await Client.connect(port);
  const talking = await Client.connect(port);
  await talking.send("good morning\n");
  await talking.receivedToTheEnd();
  await silent.send("good evening");
  await silent.receivedToTheEnd();
  const leaving = await Client.connect(port);
  leaving.end();
  await leaving.receivedToTheEnd();
  await program.printed("A client left without a word\n");
  expect(program.output).toBe(`Waiting for clients on port ${port}
Received 13 bytes: good morning
Received 12 bytes: good evening
A client left without a word
`);
  expect(program.errors).toBe("");
});

test("tcp_echo sends every client back what it sends", async () => {
  const port = await freePort();
  const program = new Program("run", "examples/tcp_echo.wal", String(port));
  await program.printed(`Echoing on port ${port}\n`);
  const clients = await Promise.all([1, 2, 3].map(() => Client.connect(port)));
  const long = `${"0123456789".repeat(50_000)}\n`;
  for (const client of clients) await client.send("hello\n");
  for (const client of clients) expect(await client.receivedUpTo("\n")).toBe("hello\n");
  await Promise.all(
    clients.map(async (client) => {
      const received = client.receivedUpTo("\n");
      await client.send(long);
      expect(await received).toBe(long);
    }),
  );
  for (const client of clients) {
    client.end();
    expect(await client.receivedToTheEnd()).toBe("");
  }
  expect(program.errors).toBe("");
});

async function httpHello(): Promise<{ program: Program; port: number }> {
  const port = await freePort();
  const program = new Program("run", "examples/http_hello.wal", String(port));
  await program.printed(`Listening on http://127.0.0.1:${port}/\n`);
  return { program, port };
}

const HELLO = "Hello from Walia!\n";

test("http_hello speaks with curl", async ({ skip }) => {
  if (spawnSync("curl", ["--version"]).status !== 0) skip("curl is not installed");
  const { program, port } = await httpHello();
  const curl = (...args: string[]): string => execFileSync("curl", ["-s", ...args], { encoding: "utf8" });
  const url = `http://127.0.0.1:${port}`;
  expect(curl(`${url}/`, `${url}/about`)).toBe(`${HELLO}<h1>Walia</h1><p>Every request is a suspended function.</p>\n`);
  expect(curl("-I", `${url}/`)).toBe(
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 18\r\n\r\n",
  );
  expect(curl("-o", "/dev/null", "-w", "%{http_code}", `${url}/nowhere?x=1`)).toBe("404");
  expect(curl("-o", "/dev/null", "-w", "%{http_code}", "-d", "a=1", `${url}/`)).toBe("405");
  expect(curl("--http1.0", `${url}/`)).toBe(HELLO);
  expect(program.errors).toBe("");
});

test("http_hello keeps connections alive", async () => {
  const { program, port } = await httpHello();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  for (let i = 0; i < 20; i++)
    await new Promise<void>((resolve, reject) => {
      get({ port, host: "127.0.0.1", agent }, (response) => {
        ports.add(response.socket.localPort);
        let body = "";
        response.on("data", (data) => {
          body += data;
        });
        response.on("end", () => {
          expect(body).toBe(HELLO);
          resolve();
        });
      }).on("error", reject);
    });
  agent.destroy();
  expect(ports.size).toBe(1);
  expect(program.errors).toBe("");
});

test("http_hello takes requests in pieces, several at once, and with bodies", async () => {
  const { program, port } = await httpHello();
  const client = await Client.connect(port);
  const request = "GET / HTTP/1.1\r\nHost: here\r\nX-Other: 1\r\nX-Other: 2\r\n\r\n";
  for (const letter of request.slice(0, -1)) await client.send(letter);
  await client.send("\n");
  expect(await client.receivedUpTo(HELLO)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  const again = request.repeat(3).replace("/ HTTP", "/nope HTTP");
  await client.send(again);
  const three = await client.receivedUpTo(HELLO);
  expect(three.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 404", "HTTP/1.1 200", "HTTP/1.1 200"]);
  await client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n01234");
  await client.send(`56789${request}`);
  const two = await client.receivedUpTo(HELLO);
  expect(two.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 405", "HTTP/1.1 200"]);
  await client.send("GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
  expect(await client.receivedToTheEnd()).toMatch(/Connection: close\r\n\r\nHello from Walia!\n$/);
  expect(program.errors).toBe("");
});

test("http_hello refuses what is no request and goes on serving", async () => {
  const { program, port } = await httpHello();
  const refused: readonly (readonly [request: string, status: string])[] = [
    ["nonsense\r\n\r\n", "400"],
    ["GET / HTTP/2.0\r\nHost: x\r\n\r\n", "400"],
    ["GET / HTTP/1.1\r\n\r\n", "400"],
    ["GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"],
    ["GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400"],
    ["GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "400"],
    ["GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "400"],
    ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"],
    ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", "413"],
    ["POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "501"],
    ["x".repeat(20_000), "400"],
  ];
  for (const [request, status] of refused) {
    const client = await Client.connect(port);
    const answer = client.receivedToTheEnd();
    await client.send(request);
    expect(await answer, request.slice(0, 60)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  }
  const half = await Client.connect(port);
  await half.send("GET / HT");
  half.end();
  expect(await half.receivedToTheEnd()).toMatch(/^HTTP\/1\.1 400 /);
  const broken = await Client.connect(port);
  await broken.send("GET / HTTP/1.1\r\n");
  broken.reset();
  const good = await Client.connect(port);
  await good.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await good.receivedUpTo(HELLO);
  good.end();
  expect(program.errors).toBe("");
});

test("sensor_monitor tells of each event of its two ports", async ({ skip }) => {
  if (process.platform === "win32") skip("there are no named pipes");
  const folder = mkdtempSync(join(tmpdir(), "walia-ports-"));
  try {
    mkdirSync(join(folder, "ports"));
    const power = join(folder, "ports", "power");
    const thermal = join(folder, "ports", "thermal");
    execFileSync("mkfifo", [power, thermal]);
    for (const file of ["sensor_monitor.wal", "walia.json"])
      copyFileSync(join(root, "examples", file), join(folder, file));
    const program = new Program("run", join(folder, "sensor_monitor.wal"));
    await program.printed("Watching ports 0x80 and 0x81\n");
    appendFileSync(power, "off\n");
    await program.printed("Power Status Changed!\n");
    appendFileSync(thermal, "90\n");
    await program.printed("Temperature Warning!\n");
    appendFileSync(power, "on\n");
    await program.printed("Temperature Warning!\nPower Status Changed!\n");
    expect(program.errors).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the tests in mocking_io pass", async () => {
  const program = new Program("test", "examples/mocking_io.wal");
  expect(await program.ended).toBe(0);
  expect(program.output).toMatch(/3 passed/);
});

test("walia check finds nothing to say about the examples", async () => {
  const program = new Program("check", "examples");
  expect(await program.ended).toBe(0);
});
