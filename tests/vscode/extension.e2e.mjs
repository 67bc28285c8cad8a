// What a person sees of the extension in VS Code. The programs are in programs/.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startCode } from "./code.mjs";
import { tools } from "./tools.mjs";

const root = join(import.meta.dirname, "../..");
const programs = join(import.meta.dirname, "programs");

let code;
let window;

beforeAll(async () => {
  const settings = { "security.workspace.trust.enabled": false };
  code = await startCode({ tools: tools(), vsix: join(root, "dist/walia.vsix"), settings });
});
afterEach(async ({ task }) => {
  if (task.result?.state === "fail") await keepPicture(task.name);
  await window?.close();
});
afterAll(() => code?.stop());

/** What was on the screen when a test failed. */
async function keepPicture(name) {
  const folder = join(root, "dist/vscode-failures");
  mkdirSync(folder, { recursive: true });
  await window?.page.screenshot({ path: join(folder, `${name.replace(/[^a-z]+/gi, "-")}.png`) });
}

/** A window on the programs, with one of them open. */
async function open(file) {
  window = await code.open(programs);
  await window.openFile(file);
  return window;
}

const KEYWORD = "rgb(197, 134, 192)";
const TYPE = "rgb(78, 201, 176)";
const FUNCTION = "rgb(220, 220, 170)";

test("effects, handlers and names have colours of their own", async () => {
  const { page } = await open("main.wal");
  // Colours that need the meaning of a name come a moment after the others.
  await window.token("print", "greetings").waitFor();
  await expect.poll(() => window.colourOf("print", "greetings")).toBe(TYPE);
  expect(await window.colourOf("handle", "handle")).toBe(KEYWORD);
  expect(await window.colourOf("resume(", "effect")).toBe(TYPE);
  expect(await window.colourOf("print", "greet")).toBe(FUNCTION);
  expect(await page.locator(".tab.active .file-icon").count()).toBe(1);
});

test("an error has a squiggle under it, and says what is wrong", async () => {
  const { page } = await open("broken.wal");
  await page.locator(".monaco-editor .squiggly-error").first().waitFor();
  await window.token("smu", "smu").hover();
  const hover = page.locator(".monaco-hover-content", { hasText: "`smu` is not defined; did you mean `sum`?" });
  await hover.waitFor();
  await hover.getByText("W101").waitFor();
  await window.command("Problems: Focus on Problems View");
  await page.locator(".markers-panel .monaco-list-row", { hasText: "smu` is not defined" }).waitFor();
});

test("a click on the button in the margin runs one test", async () => {
  const { page } = await open("greetings.wal");
  const margin = page.locator(
    ".glyph-margin-widgets .testing-run-glyph, .glyph-margin-widgets .codicon-testing-run-icon",
  );
  await expect.poll(() => margin.count()).toBe(3);
  await margin.nth(1).click();
  await page.locator(".glyph-margin-widgets .codicon-testing-passed-icon").waitFor();
});

test("the run button shows what the program prints", async () => {
  const { page } = await open("main.wal");
  await page.locator(".editor-actions .codicon-play").first().click();
  await page.locator(".xterm-rows").getByText("Hello, Barbara, you patient one!").waitFor();
});
