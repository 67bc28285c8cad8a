import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSilentServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runWalia } from "../run.ts";

/** Runs a program and compares what it prints. */
async function prints(source: string, ...lines: string[]): Promise<void> {
  const { output, faults } = await runWalia(source);
  expect(faults).toBe("");
  expect(output.split("\n").slice(0, -1)).toEqual(lines);
}

describe("functions that take a callback", () => {
  test("map, filter, reduce, each, count", () =>
    prints(
      `
      var xs = [3, 1, 2];
      print xs.map(x => x * 2);
      print xs.filter(x => x > 1);
      print [xs.reduce((a, b) => a + b), xs.reduce((a, b) => a + b, 10), [].reduce((a, b) => a + b), [].reduce((a, b) => a, 5)];
      print xs.reduce((a, b) => nil, 1);
      print xs.each(x => print "item " + x);
      print [xs.count(), xs.count(x => x > 1)];
      print xs;
      `,
      "[6, 2, 4]",
      "[3, 2]",
      "[6, 16, nil, 5]",
      "nil",
      "item 3",
      "item 1",
      "item 2",
      "nil",
      "[3, 2]",
      "[3, 1, 2]",
    ));

  test("the same through pipes", () =>
    prints(
      `
      print [3, 1, 2] |> map(x => x * 2) |> filter(x => x > 2) |> sort() |> reduce((a, b) => a + b);
      print [1, 2, 3] |> count(x => x > 1);
      print [1, 2, 3] |> count;
      print [5, 4] |> sort((a, b) => a < b) |> take(1);
      `,
      "10",
      "2",
      "3",
      "[4]",
    ));

  test("each of a map goes over the entries as they were", () =>
    prints(
      `
      var m = { a: 1, b: 2 };
      m.each((k, v) => { m.delete(k); m.set(k + k, v); });
      print m;
      `,
      "{aa: 1, bb: 2}",
    ));

  test("sort is stable, takes numbers or truth for an answer, and leaves the list as it is", () =>
    prints(
      `
      var people = [{ n: "a", age: 3 }, { n: "b", age: 1 }, { n: "c", age: 3 }, { n: "d", age: 1 }, { n: "e", age: 2 }];
      print people.sort((a, b) => a.age - b.age).map(p => p.n).join("");
      print people.sort((a, b) => a.age < b.age).map(p => p.n).join("");
      print people.sort((a, b) => b.age - a.age).map(p => p.n).join("");
      print people.map(p => p.n).join("");
      print [3, 10, 2].sort();
      print ["b", "a"].sort();
      print [].sort((a, b) => 0);
      `,
      "bdeac",
      "bdeac",
      "acebd",
      "abcde",
      "[2, 3, 10]",
      '["a", "b"]',
      "[]",
    ));

  test("a long list sorts", () =>
    prints(
      `
      var xs = [];
      var x = 7;
      for (i in 0..20000) { x = (x * 1103515245 + 12345) % 2147483648; xs.add(x); }
      var a = xs.sort();
      var b = xs.sort((p, q) => p - q);
      var same = true;
      for (i in 0..a.length()) if (a[i] != b[i]) same = false;
      print [a.length(), b.length(), same];
      `,
      "[20000, 20000, true]",
    ));

  test("a callback's continuation may be resumed many times", () =>
    prints(
      `
      fun pick(options) perform "CHOOSE" { options: options };
      fun every(f) {
        handle "CHOOSE" {
          var out = [];
          for (o in effect.options) out.add_all(resume(effect.continuation, o));
          out
        }
        [f()]
      }
      print every(() => [1, 2].map(x => pick([x, x * 10])));
      print every(() => [1, 2, 3].filter(x => pick([true, false])));
      print every(() => [1, 2].reduce((a, b) => a + b + pick([0, 100]), 0));
      print every(() => [2, 1].sort((a, b) => pick([true, false])));
      `,
      "[[1, 2], [1, 20], [10, 2], [10, 20]]",
      "[[1, 2, 3], [1, 2], [1, 3], [1], [2, 3], [2], [3], []]",
      "[3, 103, 103, 203]",
      "[[1, 2], [2, 1]]",
    ));

  test("callbacks may suspend", () =>
    prints(
      `
      print [30, 10, 20].map(ms => { sleep(ms); ms + 1 });
      print [3, 1, 2].sort((a, b) => { sleep(1); a - b });
      `,
      "[31, 11, 21]",
      "[1, 2, 3]",
    ));

  test("what is no list is a fault that names the function", async () => {
    const { faults, exitCode } = await runWalia("print map(5, x => x);");
    expect(faults).toContain('"map" needs a List, got number');
    expect(exitCode).toBe(70);
  });

  test("a fault in a callback may get a substitute", () =>
    prints(
      `
      handle "FAULT" { resume(effect.continuation, 0) }
      print [1, "a", 3].map(x => x * 2);
      `,
      "[2, 0, 6]",
    ));
});

describe("tasks", () => {
  test("all waits for each, in order", () =>
    prints(
      `
      async fun slow(ms, v) { sleep(ms); v }
      print all([slow(20, "a"), slow(1, "b"), 5]);
      print await all([slow(1, 1)]);
      print all([]);
      `,
      '["a", "b", 5]',
      "[1]",
      "[]",
    ));

  test("a fault of one is performed in who waits for all", () =>
    prints(
      `
      async fun bad() { sleep(1); [] + 1 }
      async fun good() 1;
      fun try_all() {
        handle "FAULT" { "caught " + effect.kind }
        all([good(), bad()])
      }
      print try_all();
      `,
      "caught TypeError",
    ));

  test("parallel calls a function on each item, runs functions, awaits futures, and lets a number pass", () =>
    prints(
      `
      async fun later(x) { sleep(1); x + 1 }
      fun twice(x) x * 2;
      print [1, 2, 3] |> parallel(twice);
      print [1, 2] |> parallel(later);
      print parallel([() => 1, later(2), 7]);
      print [1, 2] |> parallel(4) |> map(twice);
      `,
      "[2, 4, 6]",
      "[2, 3]",
      "[1, 3, 7]",
      "[2, 4]",
    ));

  test("race, any, timeout, cancel", () =>
    prints(
      `
      async fun slow(ms, v) { sleep(ms); v }
      async fun bad(ms) { sleep(ms); assert(false, "no") }
      print race([slow(50, "slow"), slow(1, "fast")]);
      print any([bad(1), slow(10, "good")]);
      print timeout(slow(1, "in time"), 1000);
      fun late() {
        handle "FAULT" { effect.kind }
        timeout(slow(10000, "late"), 5)
      }
      print late();
      `,
      "fast",
      "good",
      "in time",
      "LimitExceeded",
    ));

  test("sleep performs TIMER, which a program may handle", () =>
    prints(
      `
      handle "TIMER" { print "slept " + effect.ms; resume(effect.continuation, nil) }
      sleep(100000);
      `,
      "slept 100000",
    ));
});

describe("descriptors", () => {
  test("the wrappers perform the reactor's effects", () =>
    prints(
      `
      handle "IO_LISTEN" { resume(effect.continuation, [effect.port, effect.host, effect.session]) }
      handle "IO_ACCEPT" { resume(effect.continuation, ["accept", effect.fd]) }
      handle "IO_CONNECT" { resume(effect.continuation, [effect.host, effect.port]) }
      handle "IO_READ" { resume(effect.continuation, ["read", effect.fd, effect.max]) }
      handle "IO_WRITE" { resume(effect.continuation, ["write", effect.fd, effect.data]) }
      handle "IO_OPEN" { resume(effect.continuation, [effect.path, effect.mode]) }
      handle "IO_CLOSE" { resume(effect.continuation, ["close", effect.fd]) }
      handle "IO_SYNC" { resume(effect.continuation, ["sync", effect.fd]) }
      handle "IO_EXISTS" { resume(effect.continuation, effect.path == "here") }
      print net_listen(80);
      print net_listen(port: 80, host: "::1");
      print net_accept(3);
      print net_connect("h", 1);
      print [net_read(4), net_read(4, 10)];
      print net_write(4, "x");
      print [net_close(4), file_close(5), file_sync(5)];
      print [file_open("p"), file_open("p", "w")];
      print [file_read(5, 1), file_write(5, "y")];
      print [io_exists("here"), io_exists("there")];
      `,
      "[80, nil, nil]",
      '[80, "::1", nil]',
      '["accept", 3]',
      '["h", 1]',
      '[["read", 4, nil], ["read", 4, 10]]',
      '["write", 4, "x"]',
      '[["close", 4], ["close", 5], ["sync", 5]]',
      '[["p", "r"], ["p", "w"]]',
      '[["read", 5, 1], ["write", 5, "y"]]',
      "[true, false]",
    ));

  test("whole files", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "walia-")), "note.txt");
    await prints(
      `
      print io_exists("${path}");
      print io_write("${path}", "héllo\\n");
      print [io_exists("${path}"), type_of(io_read("${path}")), io_read("${path}").length(), io_read("${path}").text()];
      print io_read("${path}");
      print io_write("${path}", "second".bytes());
      `,
      "false",
      "7",
      '[true, "Bytes", 7, "héllo\\n"]',
      "héllo",
      "",
      "6",
    );
    expect(readFileSync(path, "utf8")).toBe("second");
  });

  test("a fault while a file is read closes it, and a substitute is what io_read yields", () =>
    prints(
      `
      handle "IO_CLOSE" { print "close"; resume(effect.continuation, perform "IO_CLOSE" { fd: effect.fd }) }
      fun safe() {
        handle "FAULT" { resume(effect.continuation, "substitute " + effect.code) }
        io_read("/")
      }
      print safe();
      `,
      "close",
      "substitute EISDIR",
    ));

  test("reading a file that is not there is an IoError with its code", () =>
    prints(
      `
      fun missing() {
        handle "FAULT" { effect.kind + " " + effect.code }
        io_read("/no/such/file")
      }
      print missing();
      `,
      "IoError ENOENT",
    ));
});

describe("net_get", () => {
  /** A peer that answers with these pieces; the program prints what \`show\` says. */
  const peer = (pieces: readonly string[], show: string, url = "http://walia.test/a?b=1#c"): string => `
    var pieces = ${JSON.stringify(pieces)};
    var sent = "";
    handle "IO_CONNECT" { print "connect " + effect.host + " " + effect.port; resume(effect.continuation, 5) }
    handle "IO_WRITE" { sent = sent + effect.data; resume(effect.continuation, effect.data.length()) }
    handle "IO_READ" { resume(effect.continuation, if (pieces.length() == 0) nil else pieces.remove(0)) }
    handle "IO_CLOSE" { print "close"; resume(effect.continuation, nil) }
    fun ask() {
      handle "FAULT" { effect.kind + ": " + effect.message }
      var answer = net_get("${url}");
      ${show}
    }
    print ask();
  `;
  const get = (pieces: readonly string[], ...lines: string[]): Promise<void> =>
    prints(peer(pieces, "[answer.status, answer.text]"), "connect walia.test 80", "close", ...lines);

  test("sends one correct request", () =>
    prints(
      peer(["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], 'sent.split("\\r\\n")'),
      "connect walia.test 80",
      "close",
      '["GET /a?b=1 HTTP/1.1", "Host: walia.test", "User-Agent: walia", "Accept: */*", "Connection: close", "", ""]',
    ));

  test("a body with a length", () =>
    get(["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more"], '[200, "hello"]'));

  test("a body up to the end", () => get(["HTTP/1.0 404 Not Found\r\n\r\nhe", "l", "lo"], '[404, "hello"]'));

  test("a body in chunks, in pieces that cut anywhere", () => {
    const whole =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
    return get([...whole], '[200, "hello 0123456789"]');
  });

  test("headers by their small names, repeated ones joined, early answers skipped", () =>
    prints(
      peer(
        ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Nothing\nX-A:  one \nx-a: two\n\n"],
        "[answer.status, answer.headers, answer.body.length()]",
      ),
      "connect walia.test 80",
      "close",
      '[204, {"x-a": "one, two"}, 0]',
    ));

  test.each([
    [["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"], "the connection ended after 3 of 5 bytes"],
    [["HTTP/1.1 200 OK\r\nContent-Le"], "the connection ended early"],
    [["SSH-2.0\r\n\r\n"], "the answer is not HTTP"],
    [["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"], "no such chunk length: xyz"],
    [["HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"], "no such length: -1"],
    [["HTTP/1.1 200 OK\r\n: x\r\n\r\n"], "a header without a name"],
    [["x".repeat(70_000)], "a header line is too long"],
  ])("an answer that is wrong is an IoError, and the connection is closed", (pieces, message) =>
    get(pieces as string[], `IoError: "net_get": ${message}`),
  );

  test.each([
    ["https://walia.test/", "https is not supported: https://walia.test/"],
    ["ftp://walia.test/", "not an http URL: ftp://walia.test/"],
    ["http:///x", "no host in http:///x"],
    ["http://user@host/", "no host in http://user@host/"],
    ["http://h:99999/", "no such port in http://h:99999/"],
    ["http://h:x/", "no such port in http://h:x/"],
  ])("%s is refused before anything is dialled", (url, message) =>
    prints(peer([], "answer", url), `IoError: "net_get": ${message}`),
  );

  test.each([
    ["http://h", "connect h 80", "GET / HTTP/1.1", "Host: h"],
    ["HTTP://h:8080?q", "connect h 8080", "GET /?q HTTP/1.1", "Host: h:8080"],
    ["http://[::1]:81/x y/é", "connect ::1 81", "GET /x%20y/%C3%A9 HTTP/1.1", "Host: [::1]:81"],
  ])("%s", (url, connect, line, host) =>
    prints(
      peer(["HTTP/1.1 204 x\r\n\r\n"], 'sent.split("\\r\\n").slice(0, 2).join(" | ")', url),
      connect,
      "close",
      `${line} | ${host}`,
    ),
  );

  test("a fetch that is cancelled closes its connection", async () => {
    const silent = createSilentServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    try {
      const { output, faults } = await runWalia(`
        handle "IO_CLOSE" { print "close"; resume(effect.continuation, perform "IO_CLOSE" { fd: effect.fd }) }
        fun late() {
          handle "FAULT" { effect.kind }
          timeout(task(() => net_get("http://127.0.0.1:${port}/")), 50)
        }
        print late();
        sleep(20);
      `);
      // Who waits for the task and the task itself hear of it in either order.
      expect([faults, ...output.split("\n").sort()]).toEqual(["", "", "LimitExceeded", "close"]);
    } finally {
      silent.close();
    }
  });

  test("fetches from a real server", async () => {
    const server = createServer((request, response) => {
      response.setHeader("X-Path", request.url!);
      response.write("streamed ");
      response.end("in chunks");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await prints(
        `
        var page = net_get("http://127.0.0.1:${port}/path?x=1");
        print [page.status, page.headers.get("x-path"), page.text];
        `,
        '[200, "/path?x=1", "streamed in chunks"]',
      );
    } finally {
      server.close();
    }
  });
});
