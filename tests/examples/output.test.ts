// Every example that ends by itself prints what the .out file beside it says. UPDATE=1 rewrites those files.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runWalia } from "../run.ts";
import { root } from "./command.ts";

const folder = join(root, "examples");

/** Those that are tested in servers.test.ts, uploads.test.ts and returning.test.ts. */
const SERVERS = [
  "handle_client.wal",
  "http_hello.wal",
  "long_letter.wal",
  "purchases.wal",
  "sensor_monitor.wal",
  "tcp_echo.wal",
  "upload_server.wal",
];

const programs = readdirSync(folder).filter((name) => name.endsWith(".wal"));

for (const name of programs.filter((name) => !SERVERS.includes(name)))
  test(`${name} prints what its .out file says`, async () => {
    const expected = join(folder, name.replace(/\.wal$/, ".out"));
    const ran = await runWalia({ [`examples/${name}`]: readFileSync(join(folder, name), "utf8") });
    expect(ran).toMatchObject({ faults: "", exitCode: 0 });
    if (process.env.UPDATE) writeFileSync(expected, ran.output);
    else expect(ran.output).toBe(readFileSync(expected, "utf8"));
  });

test("every .out file belongs to an example", () => {
  const outputs = readdirSync(folder).filter((name) => name.endsWith(".out"));
  expect(outputs.filter((name) => !existsSync(join(folder, name.replace(/\.out$/, ".wal"))))).toEqual([]);
});

test("every example begins with a comment that says what it shows", () => {
  for (const name of programs) expect(readFileSync(join(folder, name), "utf8"), name).toMatch(/^\/\/ [A-Z]/);
});

test("handle_client.wal and sensor_monitor.wal hold the seed's programs letter for letter, but for space at the end of a line", () => {
  const handleClient = readFileSync(join(folder, "handle_client.wal"), "utf8");
  const sensorMonitor = readFileSync(join(folder, "sensor_monitor.wal"), "utf8");
  expect(handleClient).toContain(HANDLE_CLIENT);
  expect(sensorMonitor).toContain(MONITOR);
  expect(sensorMonitor).toContain(HANDLER);
});

const HANDLE_CLIENT = `fun handle_client(socket) {
    // This 'perform' call triggers the Reactor.
    // The current function pauses and frees the CPU core.
    var request = perform "IO_READ" { fd: socket };

    // When the Reactor reaps the data, it 'resumes' this logic
    // on the next available core.
    process(request);
}
`;

const MONITOR = `unsafe {
    // Monitor port 0x80 (Power status) and port 0x81 (Thermal status)
    io_monitor(0x80, WLD_EVENT_READ);
    io_monitor(0x81, WLD_EVENT_READ);
}
`;

const HANDLER = `handle "IO_READ" {
    match effect.target {
        0x80 => print "Power Status Changed!",
        0x81 => print "Temperature Warning!",
    }
    resume(effect.continuation, true);
}
`;
