// Where a program stops, and what is seen there.
import { afterEach, describe, expect, test } from "vitest";
import { Client } from "./client.ts";

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

function start(text: string): Client {
  const client = new Client({ "main.wal": text });
  clients.push(client);
  return client;
}

describe("a line breakpoint", () => {
  test("stops, shows the stack and variables, and lets go on", async () => {
    const client = start(`fun add(a, b) {
    var sum = a + b;
    sum * 2
}

var total = 0;
for (i in 0..3) {
    total = total + add(i, 10);
}
print total;
`);
    await client.launch();
    const [at] = await client.breakpoints([3]);
    expect(at).toMatchObject({ verified: true, line: 3 });
    await client.run();
    const stop = await client.stop();
    expect(stop.at).toBe("breakpoint add:3");
    expect(await client.stack(stop.thread)).toEqual(["add:3", "program:8"]);
    expect(await client.scopes(await client.frame(stop.thread))).toEqual({
      Locals: ["a = 0", "b = 10", "sum = 10"],
      Program: ["total = 0"],
    });
    expect(await client.evaluate("sum + total + add(1, 1)", await client.frame(stop.thread))).toBe("14");
    await client.breakpoints([]);
    await client.request("continue", { threadId: stop.thread });
    expect(await client.finish()).toBe(0);
    expect(client.output.stdout).toBe("66\n");
  });
});
