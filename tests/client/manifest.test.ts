// package.json as the editor reads it: what it promises is there, and it agrees with the server and the command.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../runtime/debug/launch.ts";
import { parsePorts } from "../../runtime/reactor/sources.ts";
import { tokenModifiers, tokenTypes } from "../../server/features/semantic-tokens.ts";
import { DEFAULTS } from "../../server/settings.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
/** The manifest as it is written, and as the editor shows it in English. */
const written = read("package.json");
const english: Record<string, string> = JSON.parse(read("package.nls.json"));
const manifest = JSON.parse(
  written.replace(/"%([^"%]+)%"/g, (_, key: string) => JSON.stringify(english[key] ?? `no ${key}`)),
);
const { contributes } = manifest;
const sources = readdirSync(join(root, "client"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => read(join("client", name)))
  .join("\n");

describe("commands", () => {
  const declared: string[] = contributes.commands.map(({ command }: { command: string }) => command);

  test("that are declared are registered", () => {
    expect(declared.filter((command) => !sources.includes(`"${command}"`))).toEqual([]);
  });

  test("that menus, keys and the walkthrough name are declared", () => {
    const text = JSON.stringify([contributes.menus, contributes.keybindings, contributes.walkthroughs]);
    const named = new Set(
      [
        ...text.matchAll(
          /\bwalia\.(?:run|runTest|debug|debugTest|newFile|createConfig|peek\w+|show\w+|open\w+|restart\w+)\b/g,
        ),
      ].map(([name]) => name),
    );
    expect([...named].filter((name) => !declared.includes(name))).toEqual([]);
  });
});

test("files that it names are there", () => {
  const named = JSON.stringify(manifest).match(/"\.?\/?(?:client|syntaxes)\/[^"*!]+"/g)!;
  const missing = named.map((quoted) => JSON.parse(quoted)).filter((path) => !existsSync(join(root, path)));
  expect(named.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});

test("settings that the server reads are declared, with the same defaults", () => {
  const declared = Object.assign(
    {},
    ...contributes.configuration.map(({ properties }: { properties: object }) => properties),
  );
  const flat = Object.entries(DEFAULTS).flatMap(([group, values]) =>
    Object.entries(values).map(([name, value]) => [`walia.${group}.${name}`, value]),
  );
  for (const [name, value] of flat) expect(declared[name as string]?.default, name as string).toBe(value);
  const ofServer = Object.keys(declared).filter((name) => /^walia\.(inlayHints|codeLens)\./.test(name));
  expect(ofServer.sort()).toEqual(flat.map(([name]) => name).sort());
  for (const [name, { markdownDescription, scope, order }] of Object.entries<Record<string, unknown>>(declared))
    expect({ name, told: [typeof markdownDescription, typeof scope, typeof order] }).toEqual({
      name,
      told: ["string", "string", "number"],
    });
});

test("docs/editor.md tells of every command and every setting", () => {
  const text = read("docs/editor.md");
  const titles: string[] = contributes.commands.map(({ title }: { title: string }) => `Walia: ${title}`);
  const settings: string[] = contributes.configuration.flatMap(({ properties }: { properties: object }) =>
    Object.keys(properties),
  );
  // Settings of one group stand together: `walia.codeLens.run`, `.counts`.
  const isTold = (name: string): boolean =>
    text.includes(`\`${name}\``) || text.includes(`\`.${name.split(".").at(-1)}\``);
  expect([...titles.filter((title) => !text.includes(title)), ...settings.filter((name) => !isTold(name))]).toEqual([]);
});

test("token types and modifiers of the language's own are declared, and each type has a colour", () => {
  const STANDARD =
    /^(namespace|class|interface|struct|type|parameter|variable|property|function|method|decorator|declaration|readonly|async|modification|defaultLibrary|deprecated)$/;
  const ids = (list: { id: string }[]): string[] => list.map(({ id }) => id).sort();
  const own = (list: readonly string[]): string[] => list.filter((name) => !STANDARD.test(name)).sort();
  expect(ids(contributes.semanticTokenTypes)).toEqual(own(tokenTypes));
  expect(ids(contributes.semanticTokenModifiers)).toEqual(own(tokenModifiers));
  const { scopes } = contributes.semanticTokenScopes[0];
  expect(own(tokenTypes).filter((type) => !(type in scopes))).toEqual([]);
});

test("the problem matcher reads what walia check says", () => {
  const [{ regexp, ...places }] = contributes.problemPatterns;
  const program = 'var x = ;\nfun f() nmae;\nfun g() { if (true) 1; return 2; print "x"; }\n';
  let output = "";
  try {
    output = execFileSync(process.execPath, [join(root, "bin/walia.js"), "check", "-"], {
      input: program,
      encoding: "utf8",
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    output = stdout + stderr;
  }
  const found = output.split("\n").flatMap((line) => {
    const match = new RegExp(regexp).exec(line);
    return match === null
      ? []
      : [
          Object.fromEntries(
            Object.entries<number>(places)
              .filter(([, group]) => Number.isInteger(group))
              .map(([name, group]) => [name, match[group]]),
          ),
        ];
  });
  expect(found[0]).toMatchObject({ line: "1", severity: "error", code: "W001" });
  expect(found[1]).toMatchObject({ line: "2", column: "9", severity: "error", code: "W101" });
});

test("a launch.json may say what the debugger takes", () => {
  const { properties } = contributes.debuggers[0].configurationAttributes.launch;
  // The editor itself adds noDebug.
  expect([...Object.keys(properties), "noDebug"].sort()).toEqual(["program", ...Object.keys(KINDS)].sort());
});

describe("the schema of walia.json agrees with the runtime", () => {
  const { ports } = JSON.parse(read("client/walia.schema.json")).properties;
  const accepts = (port: string, source: string): boolean =>
    new RegExp(ports.propertyNames.pattern).test(port) && new RegExp(ports.additionalProperties.pattern).test(source);
  test.each([
    ["0x80", "fifo:/run/power"],
    ["128", "file:sensor/temp"],
    ["0XfF", "unix:x.sock"],
    ["0x83", "gpio:/dev/gpiochip0/4"],
    ["0x83", "gpio:/dev/gpiochip0"],
    ["80h", "fifo:a"],
    ["0x", "fifo:a"],
    ["-1", "fifo:a"],
    ["1", "pipe:a"],
    ["1", "fifo:"],
    ["1", "/run/power"],
    ["0x100000000", "fifo:a"],
  ])("%s: %s", (port, source) => {
    const { errors } = parsePorts(JSON.stringify({ ports: { [port]: source } }), "/home");
    expect(accepts(port, source)).toBe(errors.length === 0);
  });
});

describe("what people read can be translated", () => {
  test("every string of the manifest has a key, and every key an English text that is used", () => {
    const used = new Set([...written.matchAll(/"%([^"%]+)%"/g)].map(([, key]) => key!));
    expect([...used].sort()).toEqual(Object.keys(english).sort());
    // What the editor shows: these fields, wherever they stand.
    const SHOWN = /^(title|category|label|description|markdownDescription|displayName|enumDescriptions)$/;
    const plain: string[] = [];
    const visit = (value: unknown, at: string): void => {
      if (typeof value === "string" && !/^%[^%]+%$/.test(value)) plain.push(`${at}: ${value}`);
      else if (typeof value === "object" && value !== null)
        for (const [key, inner] of Object.entries(value)) visit(inner, `${at}.${key}`);
    };
    const search = (value: unknown, at: string): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, inner] of Object.entries(value))
        if (SHOWN.test(key)) visit(inner, `${at}.${key}`);
        else search(inner, `${at}.${key}`);
    };
    const { capabilities, contributes: parts, displayName, description } = JSON.parse(written);
    search({ capabilities, parts, displayName, description }, "package.json");
    expect(plain).toEqual([]);
  });

  test("every message of the extension goes through the bundle, and the bundle has no other", () => {
    const bundle: Record<string, string> = JSON.parse(read("l10n/bundle.l10n.json"));
    const asked = [...sources.matchAll(/\bl10n\.t\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g)].map(
      ([, quoted, template]) => template ?? JSON.parse(`"${quoted}"`),
    );
    expect(asked.filter((text) => text.includes("${"))).toEqual([]);
    expect([...new Set(asked)].sort()).toEqual(Object.keys(bundle).sort());
    for (const [text, english] of Object.entries(bundle)) expect(english).toBe(text);
    // Places in a message are numbered: a translation may turn them round.
    const calls = [...sources.matchAll(/\b(?:show\w+Message|TestMessage|failAll|createRunProfile)\(\s*["`]/g)];
    expect(calls.map(([call]) => call)).toEqual([]);
  });
});
