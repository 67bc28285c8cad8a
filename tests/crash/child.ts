// The program that the crash tests let die: it makes steps (model.ts), hands over several at a time, and acknowledges each group
// when it is durable, a line with its last step. Built by harness.ts.
//
//   node crash-child.js FILE SEED GROUPS DURABILITY [ACKS]
//
// Acknowledgements go to standard output, or to the file ACKS. The last step of a
// group whose promise was rejected is told as "rejected N". It
// ends with 0 after so many groups, and with 3 when the store has failed, which it tells on standard error.

import { openSync, writeSync } from "node:fs";
import { payloadOf } from "../../runtime/horizon/check.ts";
import { Horizon } from "../../runtime/horizon/horizon.ts";
import type { Durability } from "../../runtime/horizon/writer.ts";
import { changesOf, progressOf } from "./model.ts";

const [path, seedText, groupsText, durability, acks] = process.argv.slice(2);
const seed = Number(seedText);
const out = acks === undefined ? 1 : openSync(acks, "a");
const say = (line: string): void => void writeSync(out, `${line}\n`);

function fail(error: unknown): never {
  writeSync(2, `${error instanceof Error ? error.message : error}\n`);
  process.exit(3);
}

let step = 0;

async function run(): Promise<void> {
  const horizon = await Horizon.open(path!, {
    by: "test",
    durability: durability as Durability,
    shards: 1,
    interval: 1,
    writer: new URL("./horizon-writer.js", import.meta.url),
    visit: (table, key, part) => {
      step = progressOf(table, key, payloadOf(part)) ?? step;
    },
  });
  const journal = horizon.journal(0);
  say(`from ${step}`);
  for (let group = 0; group < Number(groupsText); group++) {
    for (let n = 0; n <= (step * 7 + group) % 12; n++) journal.step(changesOf(seed, ++step));
    try {
      await horizon.durable(journal.now);
    } catch (error) {
      say(`rejected ${step}`);
      throw error;
    }
    say(String(step));
  }
  await horizon.close();
}

await run().catch(fail);
