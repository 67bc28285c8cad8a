// A listener with a session function, for real: peers that go and come back, and a program that is killed in between.

import { describe, expect, test } from "vitest";
import { freePort } from "../examples/command.ts";
import { folderWith, startWalia } from "./command.ts";
import { Peer } from "./peer.ts";

const LONG = 60_000;

/** Collects ten bytes from each peer, whose first line is its name. */
const COLLECT = `
fun read_line(fd) {
    var text = "";
    while (!text.contains("\\n")) {
        var piece = net_read(fd, 1);
        if (piece == nil) return nil;
        text = text + piece.text();
    }
    text.trim()
}
fun tell(fd, text) {
    handle "FAULT" { if (effect.code != "ECONNRESET") perform "FAULT" { kind: effect.kind, message: effect.message }; }
    net_write(fd, text)
}
async fun collect(fd) {
    var got = "";
    handle "IO_RECONNECT" {
        tell(fd, "again " + read_line(fd) + " " + got + "\\n");
        resume(effect.continuation, nil);
    }
    tell(fd, "hello " + read_line(fd) + "\\n");
    while (got.length() < 10) {
        var data = net_read(fd);
        if (data != nil) {
            got = got + data.text();
            checkpoint();
            tell(fd, "have " + got + "\\n");
        }
    }
    net_close(fd);
}
const listener = net_listen(num(args()[0]), "127.0.0.1", fd => read_line(fd));
print "listens";
for (i in 0..3) collect(net_accept(listener));
`;

describe("a peer that comes back goes on where it was", () => {
  for (const options of [
    ["--shards", "1", "--driver", "libuv"],
    ["--shards", "1", "--driver", "uring"],
    ["--shards", "2"],
  ])
    test(
      `with ${options.join(" ")}`,
      async () => {
        const folder = folderWith({ "main.wal": COLLECT });
        const port = await freePort();
        const start = () => startWalia(["run", ...options, "main.wal", String(port)], { in: folder, isKept: true });
        const exchange = async (peer: Peer, text: string): Promise<string> => {
          peer.send(text);
          return peer.line();
        };
        const first = start();
        expect(await first.line()).toBe("listens");
        const broken = await Peer.named("ada", port);
        expect(await broken.line()).toBe("hello ada");
        expect(await exchange(broken, "12")).toBe("have 12");
        const other = await Peer.named("bob", port);
        expect(await other.line()).toBe("hello bob");
        broken.break();
        const ended = await Peer.named("ada", port);
        expect(await ended.line()).toBe("again ada 12");
        expect(await exchange(ended, "34")).toBe("have 1234");
        ended.end();
        const stale = await Peer.named("ada", port);
        expect(await stale.line()).toBe("again ada 1234");
        // The old connection seems to be there still.
        const fresh = await Peer.named("ada", port);
        expect(await fresh.line()).toBe("again ada 1234");
        expect(await exchange(fresh, "56")).toBe("have 123456");
        first.child.kill("SIGKILL");
        await first.ended;

        const second = start();
        // The system may close a dead program's listener some time after its end, and with it whoever has connected.
        let ada = await Peer.named("ada", port);
        while (!(await ada.hears())) ada = await Peer.named("ada", port);
        expect(await ada.line()).toBe("again ada 123456");
        const eve = await Peer.named("eve", port);
        expect(await eve.line()).toBe("hello eve");
        const bob = await Peer.named("bob", port);
        expect(await bob.line()).toBe("again bob ");
        expect(await exchange(ada, "7890")).toBe("have 1234567890");
        expect(await exchange(eve, "abcdefghij")).toBe("have abcdefghij");
        expect(await exchange(bob, "0123456789")).toBe("have 0123456789");
        const { code, err } = await second.ended;
        expect(code).toBe(0);
        expect(err).toMatch(/^walia: goes on where an earlier run was, with 3 tasks; --fresh starts over\n$/);
      },
      LONG,
    );
});
