// Effects on the world outside: a program that orders things from a peer is killed at each of its system calls that can be seen
// outside, and started again. By the ids that it sends, the peer carries out each order once. An order whose answer was
// outstanding is known to the program to be of unknown outcome, and it asks again with the same id.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, folderWith, walia } from "../cli/command.ts";
import { randomFrom } from "../horizon/fixture.ts";
import { compiled, LONG, temporaryFolder } from "./harness.ts";

const ORDERS = 3;
/** How many of the calls are tried in CI, for each way of keeping. */
const SAMPLE = 4;

const programFor = (port: number): string => `
fun ask(id, what) {
    var peer = net_connect("127.0.0.1", ${port});
    handle "IO_RECONNECT" {
        print "unknown " + id;
        net_write(effect.fd, id + " " + what + "\\n");
        resume(effect.continuation, nil);
    }
    net_write(peer, id + " " + what + "\\n");
    var answer = net_read(peer).text().trim();
    net_close(peer);
    answer
}
fun order(what) perform "ORDER" { what: what };
fun all() {
    handle "ORDER" {
        var id = effect.id;
        var answer = ask(id, effect.what);
        print "has " + effect.what + " " + id + " " + answer;
        resume(effect.continuation, 1);
    }
    var count = 0;
    for (i in 0..${ORDERS}) count = count + order(i);
    print "all " + count;
}
all();
`;

/** Carries out an order the first time it hears its id, and knows every id that it has heard. */
class Peer {
  /** Of each id: what was ordered, and how often that was asked for. */
  readonly heard = new Map<string, { readonly what: string; times: number }>();
  readonly #server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    let text = "";
    socket.on("data", (data) => {
      const lines = `${text}${data}`.split("\n");
      text = lines.pop()!;
      for (const line of lines) socket.write(`${this.#hear(line)}\n`);
    });
  });

  #hear(line: string): string {
    const [id, what] = line.split(" ") as [string, string];
    const known = this.heard.get(id);
    if (known === undefined) this.heard.set(id, { what, times: 1 });
    else known.times++;
    return known === undefined ? "done" : "known";
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as { readonly port: number }).port;
  }

  close(): void {
    this.#server.close();
  }
}

const tools = temporaryFolder();
const calls = compiled("calls.c", join(tools.path, "calls.so"), "-shared", "-fPIC");
const peer = new Peer();

beforeAll(async () => {
  folder = folderWith({ "main.wal": programFor(await peer.listen()) });
});
afterAll(() => {
  peer.close();
  tools.remove();
});

/** One folder, so that the program is compiled once: what is written for that would count, too. */
let folder = "";

/** Runs the program to its end or to its n-th call. */
async function run(durability: string, kill?: number): Promise<Ended> {
  const env = {
    ...(calls !== undefined && { LD_PRELOAD: calls }),
    HZ_COUNT: join(folder, "count"),
    ...(kill !== undefined && { HZ_KILL: String(kill) }),
  };
  const words = ["run", "--shards", "1", "--driver", "libuv", "--durability", durability, "main.wal"];
  return walia(words, { in: folder, isKept: true, env });
}

describe.skipIf(calls === undefined)("a program that is killed at a system call", () => {
  test.each(["group", "strict"])("has each order carried out once: %s", { timeout: 3_600_000 }, async (durability) => {
    const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
    console.log(`CRASH_SEED=${seed}`);
    const random = randomFrom(seed);
    for (let n = 0; n < 2; n++) expect((await run(durability)).out).toMatch(new RegExp(`all ${ORDERS}\n$`));
    const count = Number(readFileSync(join(folder, "count"), "utf8"));
    expect(count).toBeGreaterThan(ORDERS * 4);
    const moments = LONG
      ? Array.from({ length: count }, (_, n) => n + 1)
      : Array.from({ length: SAMPLE }, () => 1 + Math.floor(random() * count));
    let unknown = 0;
    for (const n of moments)
      unknown += await killedAt(n, durability, `seed ${seed}, ${durability}, call ${n} of ${count}`);
    // In `group` a whole exchange is lost with its step, and made again under the same id.
    if (LONG && durability === "strict") expect(unknown).toBeGreaterThan(0);
  });
});

/** How many orders the program said to be of unknown outcome. */
async function killedAt(n: number, durability: string, what: string): Promise<number> {
  peer.heard.clear();
  for (const name of readdirSync(folder)) if (name.startsWith("main.wld")) rmSync(join(folder, name));
  const first = await run(durability, n);
  const heard = new Set(peer.heard.keys());
  // It had ended, and the next run would order everything anew.
  if (first.out.includes(`all ${ORDERS}`)) return 0;
  expect(first.signal, what).toBe("SIGKILL");
  const hasFile = existsSync(join(folder, "main.wld"));
  const second = await run(durability);
  expect([second.code, second.out.split("\n").at(-2)], `${what}: ${second.err}`).toEqual([0, `all ${ORDERS}`]);
  expect(hasFile || heard.size === 0, `${what}: nothing is asked before there is a file`).toBe(true);
  // Each thing was ordered under one id, however often it was asked for: the peer has carried it out once.
  const orders = [...peer.heard.values()].map((order) => order.what).sort();
  expect(orders, what).toEqual(Array.from({ length: ORDERS }, (_, i) => String(i)));
  // What the program was told, it was told of that id.
  const told = (first.out + second.out).matchAll(/^has (\d+) (\S+) (?:done|known)$/gm);
  for (const [, order, id] of told) expect(peer.heard.get(id!)?.what, what).toBe(order);
  const unknown = [...second.out.matchAll(/^unknown (\S+)$/gm)].map(([, id]) => id!);
  for (const id of unknown) expect(peer.heard.has(id), what).toBe(true);
  // An order that the peer had heard and the program had not been told of was asked for again, or said to be unknown before.
  const known = new Set([...first.out.matchAll(/^has \d+ (\S+) /gm)].map(([, id]) => id!));
  const open = [...heard].filter((id) => !known.has(id) && !second.out.includes(`${id} done`));
  for (const id of open) expect(peer.heard.get(id)!.times, what).toBeGreaterThan(1);
  return unknown.length;
}
