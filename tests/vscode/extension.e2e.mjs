// What a person sees of the extension in VS Code. The programs are in programs/. With PICTURES=1 the pictures of the
// documentation are taken on the way.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startCode } from "./code.mjs";
import { tools } from "./tools.mjs";

const root = join(import.meta.dirname, "../..");
const programs = join(import.meta.dirname, "programs");
const vsix = join(root, "dist/walia.vsix");

let code;
/** The window of the running test. */
let window;
/** The window of all tests that only look. */
let shared;

/** Starts a VS Code for the tests of a group. */
function inCode(settings) {
  beforeAll(async () => {
    code = await startCode({ tools: tools(), vsix, settings });
  });
  afterAll(() => code?.stop());
  afterEach(async ({ task }) => {
    const isFailed = task.result?.state === "fail";
    if (isFailed) await keepScreen(task.name);
    // What a failed test has left on the screen does not concern the next one.
    if (window !== shared || isFailed) await window?.close();
    if (isFailed) shared = undefined;
    window = undefined;
  });
}

/** What was on the screen when a test failed. */
async function keepScreen(name) {
  const folder = join(root, "dist/vscode-failures");
  mkdirSync(folder, { recursive: true });
  await window?.page.screenshot({ path: join(folder, `${name.replace(/[^a-z]+/gi, "-")}.png`) });
}

/** A window with a program open, for a test that changes nothing. */
async function look(file) {
  shared ??= await code.open(programs);
  window = shared;
  await window.openProgram(file);
  return window;
}

/** A window of its own, with a program open. */
async function open(file) {
  window = await code.open(programs);
  await window.openProgram(file);
  return window;
}

/** A file of the window's folder, as it is on the disk. */
const onDisk = (name) => readFileSync(join(window.folder, name), "utf8");

/** Orders that wait for people; each has a task that reminds of it. */
const ORDERS = `class Order {
    var id;
    var note;
    fun init(id, note) {
        this.id = id;
        this.note = note;
    }
}

var limits = { small: 100, large: 5000 };
const inbox = Channel(8);

async fun approve(order) {
    var limit = limits.small;
    var history = ["created", order.note];
    handle "ASK_BANK" { resume(effect.continuation, 12.5); } in {
        var fee = perform "ASK_BANK" { id: order.id };
        var answer = inbox.receive();
        print "order", order.id, answer, limit + fee, history;
    }
    return order.id;
}

async fun remind(order, ms) {
    sleep(ms);
    print "order", order.id, "still waits";
}

async fun collect(orders) {
    var done = [];
    for (order in orders) done.add(await order);
    print done;
}

var orders = [];
for (n in 1..9) {
    var order = Order(n, "note " + n);
    orders.add(approve(order));
    remind(order, n * 3600000);
}
collect(orders);
print "ready";
sleep(86400000);
`;

function runOrders() {
  const words = ["run", "--durability", "strict", "orders.wal"];
  return spawn(process.execPath, [join(root, "bin/walia.js"), ...words], { cwd: window.folder });
}

async function killed(program) {
  program.kill("SIGKILL");
  await once(program, "exit");
}

/** Leaves orders.wal and its .wld in the window's folder, as a program that was killed leaves them. */
async function leaveOrders() {
  writeFileSync(join(window.folder, "orders.wal"), ORDERS);
  const program = runOrders();
  for await (const line of createInterface({ input: program.stdout })) if (line === "ready") break;
  await killed(program);
}

/** Opens a file of the folder in the panel that shows it; what is in the panel. */
async function openPanel(name) {
  const { page } = window;
  await page.locator(".explorer-folders-view").getByText(name, { exact: true }).dblclick();
  return page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
}

/** Colours of the theme Dark Modern. */
const KEYWORD = "rgb(197, 134, 192)";
const TYPE = "rgb(78, 201, 176)";
const FUNCTION = "rgb(220, 220, 170)";

describe("in a workspace that is trusted", () => {
  inCode({ "security.workspace.trust.enabled": false });

  test("effects, handlers and names have colours of their own", async () => {
    const { page } = await look("main.wal");
    await expect.poll(() => window.colourOf("print", "greetings")).toBe(TYPE);
    expect(await window.colourOf("handle", "handle")).toBe(KEYWORD);
    expect(await window.colourOf("resume(", "resume")).toBe(KEYWORD);
    expect(await window.colourOf("resume(", "effect")).toBe(TYPE);
    expect(await window.colourOf("print", "greet")).toBe(FUNCTION);
    expect(await page.locator(".tab.active .file-icon").count()).toBe(1);
  });

  test("an error has a squiggle under it, and says what is wrong", async () => {
    const { page } = await look("broken.wal");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor();
    await window.token("smu", "smu").hover();
    const hover = page.locator(".monaco-hover", { hasText: "`smu` is not defined; did you mean `sum`?" });
    await hover.waitFor();
    await hover.getByText("W101").waitFor();
    await window.command("Problems: Focus on Problems View");
    await page.locator(".markers-panel .monaco-list-row", { hasText: "smu" }).first().waitFor();
    await window.command("View: Hide Panel");
  });

  test("hovering a perform says who would answer it", async () => {
    const { page } = await look("greetings.wal");
    await window.token("perform", "MOOD").hover();
    await page.locator(".monaco-hover", { hasText: "main.wal" }).first().waitFor();
    await window.picture("hover");
  });

  test("effects stand behind the head of a function, and ⏸ where a call may suspend", async () => {
    await look("greetings.wal");
    await window.line("fun greet(name)").filter({ hasText: "! MOOD" }).waitFor();
    await window.line('greet("Grace")').filter({ hasText: "⏸" }).waitFor();
    await window.picture("effects");
  });

  test("completion offers what an import has, with its documentation", async () => {
    const { page } = await open("main.wal");
    await window.goTo(8);
    await page.keyboard.type("greetings.");
    await page.locator(".suggest-widget .monaco-list-row.focused", { hasText: "greet" }).waitFor();
    // The keys mean something else until the list takes them.
    const details = page.locator(".suggest-details");
    const show = async () => (await details.isVisible()) || page.keyboard.press("Control+Space");
    await expect.poll(show, { interval: 1000 }).toBe(true);
    await details.getByText("A greeting in the mood").waitFor();
    await window.picture("completion");
    await page.keyboard.press("Enter");
    await window.line("greetings.greet").last().waitFor();
  });

  test("a function is renamed in every file", async () => {
    const { page } = await open("greetings.wal");
    await window.goTo(5, 6);
    await page.keyboard.press("F2");
    await page.locator(".rename-box input").fill("salute");
    await page.keyboard.press("Enter");
    await window.line("fun salute(name)").waitFor();
    await window.openProgram("main.wal");
    await window.line("greetings.salute(name)").waitFor();
  });

  test("an effect is renamed in every file", async () => {
    const { page } = await open("main.wal");
    await window.goTo(3, 10);
    await page.keyboard.press("F2");
    await page.locator(".rename-box input").fill("TEMPER");
    await page.keyboard.press("Enter");
    await window.line('handle "TEMPER"').waitFor();
    await window.openProgram("greetings.wal");
    await window.line('perform "TEMPER"').waitFor();
  });

  test("a quick fix corrects a name", async () => {
    const { page } = await open("broken.wal");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor();
    await window.goTo(4, 6);
    await page.keyboard.press("Control+.");
    await page.locator(".action-widget .monaco-list-row", { hasText: "sum" }).first().waitFor();
    await window.picture("quick-fix");
    await page.locator(".action-widget .monaco-list-row", { hasText: "sum" }).first().click();
    await expect.poll(() => window.text()).toContain("sum + price;\n    sum\n}");
  });

  test("formatting tidies a file", async () => {
    await open("broken.wal");
    await window.command("Format Document");
    await expect.poll(() => window.text()).toMatch(/fun untidy\(a, b\) \{.*\n {4}a \+ b\n\}/);
  });

  test("the outline lists functions and tests", async () => {
    const { page } = await look("greetings.wal");
    await window.command("Explorer: Focus on Outline View");
    for (const name of ["greet", "greets by name", "is never rude"])
      await page.locator(".outline-tree .monaco-list-row", { hasText: name }).first().waitFor();
  });

  test("a click on the button in the margin runs one test", async () => {
    const { page } = await open("greetings.wal");
    const margin = page.locator(".glyph-margin-widgets .codicon-testing-run-icon");
    await expect.poll(() => margin.count()).toBe(3);
    await margin.nth(1).click();
    await page.locator(".glyph-margin-widgets .codicon-testing-passed-icon").waitFor();
    expect(await margin.count()).toBe(2);
  });

  test("a failed test says why, where it failed", async () => {
    const { page } = await open("greetings.wal");
    const margin = page.locator(".glyph-margin-widgets .codicon-testing-run-icon");
    await expect.poll(() => margin.count()).toBe(3);
    await window.command("Test: Run All Tests");
    const icons = page.locator(".glyph-margin-widgets");
    await expect.poll(() => icons.locator(".codicon-testing-passed-icon").count()).toBe(2);
    await icons.locator(".codicon-testing-failed-icon").waitFor();
    await page
      .locator(".test-error-content-widget, .test-message-inline-content", { hasText: "that was rude" })
      .first()
      .waitFor();
    await window.command("Testing: Focus on Test Explorer View");
    await page.locator(".test-explorer .monaco-list-row", { hasText: "greetings.wal" }).click();
    await page.locator(".test-explorer .monaco-list-row", { hasText: "is never rude" }).waitFor();
    await window.picture("tests");
  });

  test("running with coverage colours what the tests have run, and counts it", async () => {
    const { page } = await open("main.wal");
    const margin = page.locator(".glyph-margin-widgets .codicon-testing-run-icon");
    await window.openProgram("greetings.wal");
    await expect.poll(() => margin.count()).toBe(3);
    await window.command("Test: Run All Tests with Coverage");
    await page.locator(".monaco-editor .coverage-deco-gutter.coverage-deco-hit").first().waitFor();
    await page
      .locator(".explorer-folders-view .monaco-list-row", { hasText: "greetings.wal" })
      .locator(".test-coverage-bars", { hasText: "100%" })
      .waitFor();
    await window.picture("coverage");
  });

  test("the lowered form of a function opens beside it, and follows what is typed", async () => {
    const { page } = await open("greetings.wal");
    await window.goTo(6, 25);
    await window.command("View: Toggle Primary Side Bar Visibility");
    await window.command("Walia: Show Lowered Form of Declaration");
    const beside = page.locator(".editor-group-container", {
      has: page.locator('.tab[data-resource-name="greet.core"]'),
    });
    await beside.locator(".view-line", { hasText: 'perform "MOOD" { of: name }' }).first().waitFor();
    const word = beside.locator(".view-line span:not(:has(*))", { hasText: /^perform$/ }).first();
    await expect.poll(() => word.evaluate((span) => getComputedStyle(span).color)).toBe(KEYWORD);
    await window.picture("lowered");
    await page.keyboard.type("FINE_");
    await beside.locator(".view-line", { hasText: 'perform "FINE_MOOD" { of: name }' }).first().waitFor();
  });

  test("the run button shows what the program prints", async () => {
    const { page } = await open("main.wal");
    await page.locator(".editor-actions .codicon-play").first().click();
    await page.locator(".xterm-rows").getByText("Hello, Barbara, you patient one!").waitFor();
    await window.picture("run");
  });

  test("lanes, events and effects of a running program are shown, and what it printed when it has ended", async () => {
    const { page } = await open("busy.wal");
    await window.command("Walia: Run File and Watch Its Cores");
    const rows = page.locator(".xterm-rows");
    await rows.getByText("EVENT_SATURATION").waitFor();
    await window.command("View: Toggle Maximized Panel");
    await rows.getByText("TIMER").first().waitFor();
    await expect.poll(() => rows.getByText("fib(29) is 514229").count()).toBeGreaterThan(5);
    // What a terminal says of its size when that has changed.
    const size = page.locator(".terminal-resize-overlay");
    await expect.poll(() => size.evaluate((div) => getComputedStyle(div).opacity)).toBe("0");
    await window.picture("nexus");
    await window.command("Terminal: Focus Terminal");
    await page.keyboard.press("Control+C");
    await rows.getByText("EVENT_SATURATION").waitFor({ state: "hidden" });
    await rows.getByText("fib(29) is 514229").first().waitFor();
  });

  test("a lens above the program runs it", async () => {
    const { page } = await open("main.wal");
    await page.locator(".codelens-decoration a", { hasText: "Run" }).first().click();
    await page.locator(".xterm-rows").getByText("Hello, Ada, you quick one!").waitFor();
  });

  test("F5 debugs the program: it stops at a breakpoint, and says how it came there and what it has", async () => {
    const { page } = await open("greetings.wal");
    await window.goTo(7, 5);
    await page.keyboard.press("F9");
    await page.locator(".glyph-margin-widgets .codicon-debug-breakpoint").first().waitFor();
    await window.openProgram("main.wal");
    await page.keyboard.press("F5");
    await page.locator(".tab.active", { hasText: "greetings.wal" }).waitFor();
    await page.locator(".debug-top-stack-frame-line").first().waitFor();
    const variables = page.locator(".debug-variables .monaco-list-row");
    const locals = variables.filter({ hasText: "Locals" }).first();
    await locals.waitFor();
    if ((await locals.getAttribute("aria-expanded")) === "false") await locals.click();
    await variables.filter({ hasText: "Ada" }).first().waitFor();
    await variables.filter({ hasText: "quick" }).first().waitFor();
    await page.locator(".debug-call-stack .monaco-list-row", { hasText: "greet" }).first().waitFor();
    await window.picture("debug");
    await page.keyboard.press("F5");
    await variables.filter({ hasText: "Barbara" }).first().waitFor();
    await page.keyboard.press("F5");
    await page.locator(".debug-toolbar").waitFor({ state: "hidden" });
    await window.command("Debug Console: Focus on Debug Console View");
    await page.locator(".repl .monaco-list-row", { hasText: "Hello, Barbara, you patient one!" }).first().waitFor();
  });

  test("a test that is debugged stops, and passes in the Test Explorer when it goes on", async () => {
    const { page } = await open("greetings.wal");
    await window.goTo(7, 5);
    await page.keyboard.press("F9");
    await page.locator(".codelens-decoration a", { hasText: "Debug" }).nth(1).click();
    await page.locator(".debug-top-stack-frame-line").first().waitFor();
    // The handler in force stands among the frames.
    await page.locator(".debug-call-stack .monaco-list-row", { hasText: 'handle "MOOD"' }).first().waitFor();
    await page.keyboard.press("F5");
    await page.locator(".glyph-margin-widgets .codicon-testing-passed-icon").first().waitFor();
  });

  test("a .wld file opens as a panel: its tasks, and the frames, source and values of one", async () => {
    const { page } = await open("main.wal");
    await leaveOrders();
    const panel = await openPanel("orders.wld");
    await panel.getByText("Its program was killed").waitFor();
    const rows = panel.locator(".scroller .row");
    await expect.poll(() => rows.filter({ hasText: "approve" }).count()).toBe(8);
    await panel.getByPlaceholder("Filter").fill("approve");
    await expect.poll(() => rows.count()).toBe(8);
    await rows.nth(1).click();
    await panel.locator(".frame code mark", { hasText: "inbox.receive()" }).waitFor();
    await panel.locator(".note", { hasText: 'inside handle "ASK_BANK"' }).waitFor();
    await panel.locator(".node", { hasText: "history" }).first().click();
    await panel.locator(".node", { hasText: '"note 2"' }).last().waitFor();
    await panel.getByPlaceholder("Filter").fill("");
    await expect.poll(() => rows.count()).toBe(18);
    await window.picture("horizon");

    // A click on the frame's place opens its source there.
    await panel.locator(".frame .link").first().click();
    await page.locator(".tab.active", { hasText: "orders.wal" }).waitFor();
    await page.locator(".statusbar-item", { hasText: "Ln 18, Col 22" }).waitFor();
  });

  test("a suspended task is resumed with a value from the panel, after a question", async () => {
    const { page } = await open("main.wal");
    await leaveOrders();
    const panel = await openPanel("orders.wld");
    await panel.locator(".scroller .row", { hasText: "approve" }).first().click();
    await panel.getByRole("button", { name: "Resume with a Value" }).click();
    const input = page.locator(".quick-input-widget input.input");
    await input.fill('"yes"');
    await input.press("Enter");
    const question = page.locator(".monaco-dialog-box", { hasText: 'with "yes"?' });
    await question.getByRole("button", { name: "Resume", exact: true }).click();
    await panel.getByText('goes on with "yes"').waitFor();
    await panel.locator(".overview", { hasText: "1 ready" }).waitFor();
  });

  test("the panel follows a program that runs with the file, changes nothing meanwhile; two files are compared", async () => {
    const { page } = await open("main.wal");
    await leaveOrders();
    const panel = await openPanel("orders.wld");
    await panel.locator(".scroller .row", { hasText: "remind" }).first().click();
    await panel.locator("h2", { hasText: "remind" }).waitFor();
    const program = runOrders();
    await panel.getByText(/^Process \d+ runs it$/).waitFor();
    await panel.getByRole("button", { name: "Drop" }).click();
    await page.locator(".notification-toast", { hasText: "Stop it first" }).waitFor();
    await killed(program);
    copyFileSync(join(window.folder, "orders.wld"), join(window.folder, "copy.wld"));
    await window.command("Walia: Compare .wld Files");
    const row = (name) => page.locator(".quick-input-list .monaco-list-row", { hasText: name });
    await row("orders.wld").click();
    await row("copy.wld").click();
    await page.locator(".tab.active", { hasText: "orders.wld – copy.wld" }).waitFor();
  });

  test("tasks check the workspace", async () => {
    const { page } = await open("main.wal");
    await window.command("Tasks: Run Task");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "walia" }).first().click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "walia: check" }).first().click();
    await page.locator(".xterm-rows").getByText("1 error").waitFor();
  });

  test("walia.json is made, and its mistakes are said", async () => {
    const { page } = await open("main.wal");
    await window.command("Walia: Create walia.json");
    await page.locator('.tab.active[data-resource-name="walia.json"]').waitFor();
    expect(JSON.parse(onDisk("walia.json"))).toHaveProperty("ports");
    await page.keyboard.press("Control+H");
    await page.locator(".find-part .input").first().fill("fifo:");
    await page.locator(".replace-part .input").first().fill("pipe:");
    await page.locator(".replace-part .input").first().press("Control+Alt+Enter");
    await window.command("Problems: Focus on Problems View");
    await page.locator(".markers-panel .monaco-list-row", { hasText: 'A source is "fifo:PATH"' }).waitFor();
  });

  test("a new program is there to begin with, and five steps to get started", async () => {
    const { page } = await open("main.wal");
    await window.command("Walia: New Walia Program");
    await page.locator(".tab.active", { hasText: "Untitled" }).waitFor();
    await window.command("Walia: Get Started with Walia");
    for (const title of ["Write a program", "Run it", "Test it", "Wait for hardware"])
      await page.locator(".getting-started-step", { hasText: title }).first().waitFor();
  });

  test("the server is started again on request", async () => {
    const { page } = await open("broken.wal");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor();
    await window.command("Walia: Restart Language Server");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor({ state: "detached" });
    await page.locator(".monaco-editor .squiggly-error").first().waitFor();
  });
});

describe("in a workspace that is not trusted", () => {
  inCode({ "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "always" });

  test("the analysis works, and nothing runs", async () => {
    const { page } = await open("broken.wal");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor();
    await page.getByText("Restricted Mode").first().waitFor();
    await window.openProgram("greetings.wal");
    await window.line("fun greet").filter({ hasText: "MOOD" }).waitFor();
    expect(await page.locator(".editor-actions .codicon-play").count()).toBe(0);
    // The editor asks itself before a test runs from the margin.
    await page.locator(".glyph-margin-widgets .codicon-testing-run-icon").first().click();
    const question = page.locator(".monaco-dialog-box", { hasText: "Running tests may execute code" });
    await question.getByText("Cancel").click();
    await page.locator(".codelens-decoration a", { hasText: "Run Test" }).first().click();
    await page.locator(".notification-toast", { hasText: "only in workspaces that you trust" }).waitFor();
  });

  test("a .wld file can be looked into, and not be changed", async () => {
    await open("main.wal");
    await leaveOrders();
    const panel = await openPanel("orders.wld");
    await panel.locator(".scroller .row", { hasText: "approve" }).first().click();
    await panel.locator(".node", { hasText: "history" }).first().waitFor();
    expect(await panel.getByRole("button", { name: /Resume|Drop|Set/ }).count()).toBe(0);
  });
});

describe("in the browser alone", () => {
  inCode({ "security.workspace.trust.enabled": false, "remote.extensionKind": { "walia.walia": ["web"] } });

  test("the language server is a web worker, which reads the files of the window", async () => {
    const { page } = await open("main.wal");
    await expect.poll(() => window.colourOf("print", "greetings")).toBe(TYPE);
    await window.line("for (name").filter({ hasText: "⏸" }).waitFor();
    await window.openProgram("broken.wal");
    await page.locator(".monaco-editor .squiggly-error").first().waitFor();
    expect(await page.locator(".editor-actions .codicon-play").count()).toBe(0);
    writeFileSync(join(window.folder, "orders.wld"), "");
    const panel = await openPanel("orders.wld");
    await panel.getByText("only on the computer where it is").waitFor();
  });
});
