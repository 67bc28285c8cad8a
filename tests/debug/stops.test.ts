// Where a program stops, and why; and where its tasks go from there.

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

const WALK = `fun ask(q) {
    var answer = perform "ASK" { question: q };
    "You said " + answer
}

fun interview() {
    handle "ASK" {
        var n = effect.question.length();
        resume(effect.continuation, n);
    }
    var first = ask("how long?");
    var second = ask("and now?");
    first + second
}

fun choose() {
    handle "CHOOSE" {
        var all = [];
        for (o in effect.options) {
            all.add(resume(effect.continuation, o));
        }
        all
    }
    var a = perform "CHOOSE" { options: [1, 2] };
    a * 10
}

print interview();
print choose();
print "done";
`;

/** Runs a list of steps from a stop; where each of them stops. */
async function steps(client: Client, thread: number, words: string): Promise<string[]> {
  const seen: string[] = [];
  for (const word of words.split(" ")) {
    await client.request({ over: "next", in: "stepIn", out: "stepOut" }[word]!, { threadId: thread });
    seen.push((await client.stop()).at.replace("step ", ""));
  }
  return seen;
}

describe("stepping", () => {
  test.each([
    ["over a call", 28, "over over", ["program:29", "program:30"]],
    [
      "into a call, through covered code",
      28,
      "in over over over",
      ["interview:7", 'in handle "ASK":11', 'in handle "ASK":12', 'in handle "ASK":13'],
    ],
    [
      "into a perform means into its handler's clause, and back",
      2,
      "in in over over",
      ['handler of "ASK":8', 'handler of "ASK":9', "ask:3", 'in handle "ASK":12'],
    ],
    ["over a perform stays with the performer", 2, "over over", ["ask:3", 'in handle "ASK":12']],
    ["out of a function", 2, "out out", ['in handle "ASK":12', "program:29"]],
    [
      "over resume, in a clause that resumes twice",
      20,
      "over over over",
      ['handler of "CHOOSE":20', 'handler of "CHOOSE":22', "program:30"],
    ],
    ["into resume goes on in the performer", 20, "in over", ['in handle "CHOOSE":25', 'handler of "CHOOSE":20']],
  ])("%s", async (_title, line, words, expected) => {
    const client = start(WALK);
    await client.launch();
    await client.breakpoints([line]);
    await client.run();
    const { thread } = await client.stop();
    await client.breakpoints([]);
    expect(await steps(client, thread, words)).toEqual(expected);
    await client.request("continue", { threadId: thread });
    expect(await client.finish()).toBe(0);
    expect(client.output.stdout).toBe("You said 9You said 8\n[10, 20]\ndone\n");
  });
});
