// `walia help`: what the command can do, and a page for each of its commands.

const OVERVIEW = `walia: runs and checks Walia programs

  walia run FILE [ARGUMENT…]     runs a program
  walia check [FILE…]            says what is wrong with a program, without running it
  walia test [FILE…]             runs test blocks and the examples in doc comments
  walia fmt [FILE…]              formats files
  walia horizon WHAT [FILE]      looks into what a program has kept, and changes it
  walia lsp                      the language server, for editors
  walia debug                    the debug adapter, for editors
  walia version
  walia help [COMMAND]           more about a command

Exit codes: 0 fine · 1 a test failed, a file is not formatted, or something was found · 64 wrong usage · 65 the program has errors · 70 unhandled
fault · 74 file trouble · 130 ended by Ctrl-C · 141 nobody reads the output any more

Environment: NO_COLOR and FORCE_COLOR; WALIA_CACHE, the folder for what is kept between runs ("off": none).`;

const FILES = `A folder stands for every .wal file below it. - stands for standard input.`;

const PAGES: Readonly<Record<string, string>> = {
  run: `walia run [OPTION…] FILE [ARGUMENT…]
walia run [OPTION…] FILE… -- [ARGUMENT…]

Runs a program. What follows the file's name are the program's arguments, args().
To run several files as one program, name them all and put -- after the last; what follows that are the arguments.

  walia run server.wal 8080            one file, args() is ["8080"]
  walia run src -- 8080                every file in the folder src
  walia run a.wal b.wal --             two files, no arguments
  cat a.wal | walia run - 8080         standard input; the program itself then reads none

Options stand before the file's name:

  --shards N           runs the tasks on N cores, each in a thread of its own; by default on all of them
  --driver NAME        uring (Linux's io_uring) or libuv (Node's own); by default the first where it can be had
  --max-tasks N        accepts no more connections while N tasks live; by default a million
  --durability MODE    what is promised of the .wld file: group (the default), strict or off
  --wld-limit SIZE     what the .wld file may hold, such as 512M; by default 64G. When it is full no task is started
  --memory-limit SIZE  what tasks that sleep may take in memory, such as 256M; those beyond it, which have slept longest, are in
                       the .wld file only until their time has come. By default as much as they want
  --no-wld             keeps nothing and starts from nothing; what there is stays as it is
  --fresh              starts over: what an earlier run has kept is thrown away
  --verbose            says which driver and how many cores it uses
  --nexus              shows on the terminal how busy the program is and what its tasks wait for, while it runs
  --telemetry          prints what was counted to standard error at the end, as Prometheus text
  --metrics-port PORT  serves the same at http://127.0.0.1:PORT/metrics while the program runs; 0 is a free port

What the program's variables hold, and the tasks that wait when it is killed, are kept in a .wld file beside it (server.wld for
server.wal). The next run goes on from there: docs/persistence.md says what is promised.

Imported files are loaded too. Top-level code of imported files runs before that of their importers, each file once; apart
from that in the order of the names. ${FILES}

A program with errors does not run: they are shown and the exit code is 65. Warnings are shown by walia check. A fault that
nobody handles is shown with its Walia trace, and the exit code is 70. exit(code) gives the program's own exit code.

Hardware ports get their sources from walia.json, in the folder of the first file or in one above it:
  { "ports": { "0x80": "fifo:/run/power", "0x81": "file:sensor/temp" } }

Recursion and data are bounded by the memory that Node may use. For more: NODE_OPTIONS=--max-old-space-size=8192 walia run …`,

  check: `walia check [--json] [--each] [FILE…]

Says what is wrong with a program: errors, warnings and notes. Without a name: every .wal file below the working folder.
All files named are one program, in which a name that one file declares at top level is known to all.

  --each   each file named is a program of its own
  --json   one JSON document on standard output: { version, files, diagnostics, errors, warnings, infos }, where a
           diagnostic has code, severity, message, file, start, end, related, tags, and a position line and column from 1
           and offset from 0

${FILES} The exit code is 65 when there are errors, 0 otherwise.`,

  test: `walia test [--json] [--each] [--filter TEXT] [--timeout SECONDS] [--coverage] [--lcov PATH] [FILE…]

Runs the test blocks of the files named, and the examples in their doc comments:

  /// Twice as much.
  /// example: doubling
  ///     assert(double(2) == 4);
  fun double(x) 2 * x;

  test "nothing doubled is nothing" { assert(double(0) == 0); }

Without a name: every .wal file below the working folder. Every test starts from a fresh state. Of the top-level code only
var, const and handle statements run before it, so a file may hold its program and its tests.

  --each       each file named is a program of its own
  --filter     only tests whose title contains the text
  --timeout    how long one test may take; 60 seconds unless told
  --coverage   which statements, branches and functions of the program the tests have run
  --lcov       writes that to a file in the format of lcov
  --json       one JSON document on standard output: { version, tests, passed, failed }, where a test has title, kind
               ("test" or "example"), file, line, outcome ("passed" or "failed"), milliseconds, output, faults; with
               --coverage also coverage: file, statements, functions, branches, with lines, columns and counts

${FILES} The exit code is 1 when a test failed or none was found for the filter, 65 when the files have errors.`,

  fmt: `walia fmt [--check] [FILE…]

Formats files in place, in the one style there is, and prints the names of those that changed. Without a name: every .wal
file below the working folder. What does not parse stays as it is, and is named on standard error.

  --check  changes nothing: prints the names of the files that would change; the exit code is then 1

${FILES} What comes from standard input goes to standard output.`,

  horizon: `walia horizon WHAT [OPTION…] [FILE]

Looks into the .wld file in which a program's suspended tasks are kept. FILE is that file, or the program: its .wal file or
folder. Without it: the only .wld file in the working folder.

  walia horizon list             a line for each task: what it waits for, for how long, how large it is
      --effect NAME              only tasks that wait in this effect (IO_READ, TIMER, await, receive, …)
      --function NAME            only tasks that were started with this function
      --older DURATION           only tasks that have waited that long: 30s, 10min, 2h, 3d
      --failed                   only tasks that crashed too often and were put aside
      --json                     one JSON document, { version, file, tasks, count, failed }, a task a line: { id, function, state,
                                 effect, on, deadline, since, home, steps, crashes, bytes }, with times in Unix milliseconds

  walia horizon show TASK        what it waits for; its frames, innermost first, with their source lines; what each of them holds
      --json                     { version, file, task }, where the task has also begun, cancelled, waitsFor, payload, input, problem, and
                                 frames: { number, function, file, line, column, locals: [{ name, type, value }], notes }
  walia horizon show             the whole file as text: variables, descriptors, channels, every task

  walia horizon resume TASK --with VALUE
                                 what the task waits for yields VALUE; the next run goes on with it
  walia horizon resume TASK      a task that has failed is tried again by the next run
  walia horizon edit TASK [--frame N] --set NAME=VALUE…
                                 gives variables of a frame other values; the innermost one unless told
  walia horizon drop TASK        takes the task away; who awaits it sees the fault Cancelled
  walia horizon upgrade [TASK…]  moves tasks, all or these, to the source as it is now, where all of what they were doing is still
                                 in it; lists those that stay, which finish with the source that they were suspended in, and why
      --dry-run                  only says what it would do, also while the program runs
      --json                     { version, file, dryRun, moved, tasks, shared }, a task: { id, function, outcome ("moved", "stays",
                                 "current"), reasons: [{ reason, before, now }] }, a place: { file, line, column, text } or null

  walia horizon doctor           tasks that nothing can wake, and why; failed and unreadable ones; files and ports that cannot be opened
  walia horizon verify           reads every page and record, and names those that are damaged
  walia horizon diff A B         what differs between two files: tasks, variables in their frames, variables of the program
  walia horizon export OUT       writes a portable archive; also of a damaged file, with all that can be read
  walia horizon import IN [FILE] makes a .wld file from an archive; there must be none yet
  walia horizon compact          writes the file anew, without the room of what is gone
  walia horizon inspect          for editors: answers questions on standard input, a line of JSON each (docs/editor.md)

doctor, verify and diff have --json, too, and exit with 1 when they have found something.

resume, edit, drop, upgrade and compact need the program stopped; each changes the file at once or not at all. The others work while
it runs, and show the state of one moment. VALUE is a literal of Walia or JSON: nil, true, 3, "text", [1, 2], { name: "Ada" },
"text".bytes(). In a shell it needs quotes: --with '"yes"'. The exit code is 74 when something cannot be read, or not be done.`,

  lsp: `walia lsp [--stdio | --socket=PORT | --pipe=NAME]

The language server: speaks the Language Server Protocol over standard input and output, or over the channel named. Editors
start it; docs/editor.md says how to set up VS Code, Neovim, Helix and Emacs.

What was parsed is kept in the cache folder (WALIA_CACHE), so that a large workspace opens faster the next time.`,

  debug: `walia debug

The debug adapter: speaks the Debug Adapter Protocol over standard input and output. Editors start it; docs/debugging.md says how to
set up VS Code, Neovim and Helix, and what can be done.

A program that is debugged runs on one core, keeps nothing in a .wld file, and reads nothing from standard input. "launch" takes

  program      the path of a .wal file or folder, or a list of them that are one program
  args         what args() yields
  cwd          the folder in which it runs
  stopOnEntry  stops before the first statement
  noDebug      only runs it
  test         runs the one test with this title, instead of the program
  tests        runs all tests of the files`,

  version: `walia version

Prints the version and what it runs on.`,

  help: `walia help [COMMAND]

Explains a command.`,
};

/** The page about a command; the overview for no command. Undefined for a command that does not exist. */
export function helpText(command: string | undefined): string | undefined {
  if (command === undefined) return OVERVIEW;
  return Object.hasOwn(PAGES, command) ? PAGES[command] : undefined;
}
