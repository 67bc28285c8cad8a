// What a row of the benchmark is, how its sides are run in turn, and how what was found is shown.

/** What one run has measured, by name. */
export type Figures = Readonly<Record<string, number>>;

/** One way to do a row's work: Walia's, or what one would use instead. */
export interface Side {
  readonly name: string;
  /** One run in processes of its own; throws when the result is wrong. */
  run(): Promise<Figures>;
}

/** A figure to show. Everything that disturbs a run makes times longer and rates smaller, so of all runs the `best` counts. */
export interface Column {
  readonly figure: string;
  readonly title: string;
  readonly best: "least" | "most";
  readonly digits: number;
}

/** What was to be reached, and what was; null when a side that it needs is not there. */
export interface Claim {
  readonly target: string;
  readonly measured: number | null;
  readonly digits: number;
  reached(measured: number): boolean;
}

/** The best figure of a side over its runs; null when that side was left out or failed. */
export type Best = (side: string, figure: string) => number | null;

export interface Row {
  readonly name: string;
  /** The work, with its size. */
  title(size: Size): string;
  /** How often each side runs. */
  rounds(size: Size): number;
  readonly columns: readonly Column[];
  /** Null for a side that this machine cannot run; the note that says why has then been made. */
  sides(size: Size): Promise<readonly (Side | null)[]>;
  claims(best: Best, size: Size): readonly Claim[];
  /** Removes what `sides` has made. */
  clean?(): void;
}

export type Size = "full" | "quick";

/** Runs the sides A B C A B C … and shows the row; says false when a side failed. */
export async function measureRow(row: Row, size: Size): Promise<boolean> {
  console.log(`\n### ${row.name}: ${row.title(size)}\n`);
  const runs = new Map<string, Figures[]>();
  const failures: string[] = [];
  try {
    let sides = (await row.sides(size)).filter((side) => side !== null);
    for (const { name } of sides) runs.set(name, []);
    for (let round = 0; round < row.rounds(size); round++) {
      for (const side of sides) {
        try {
          runs.get(side.name)!.push(await side.run());
        } catch (error) {
          failures.push(`${side.name} failed: ${error instanceof Error ? error.message : String(error)}`);
          sides = sides.filter((other) => other !== side);
          runs.delete(side.name);
        }
      }
    }
  } finally {
    row.clean?.();
  }
  show(row, size, runs);
  for (const failure of failures) console.log(failure);
  return failures.length === 0;
}

function show({ columns, claims }: Row, size: Size, runs: ReadonlyMap<string, readonly Figures[]>): void {
  const best: Best = (side, figure) => {
    const values = (runs.get(side) ?? []).map((figures) => figures[figure]).filter((value) => value !== undefined);
    if (values.length === 0) return null;
    const { best } = columns.find((column) => column.figure === figure)!;
    return best === "least" ? Math.min(...values) : Math.max(...values);
  };
  console.log(`| side | ${columns.map(({ title }) => title).join(" | ")} | noise |`);
  console.log(`| --- |${" ---: |".repeat(columns.length + 1)}`);
  for (const [side, figures] of runs) {
    const cells = columns.map(({ figure, digits }) => format(best(side, figure), digits));
    console.log(`| ${side} | ${cells.join(" | ")} | ${noise(figures, columns[0]!.figure)} |`);
  }
  const made = claims(best, size);
  if (made.length > 0) console.log("\n| to reach | measured | |\n| --- | ---: | --- |");
  for (const { target, measured, digits, reached } of made) {
    const verdict = measured === null || size === "quick" ? "" : reached(measured) ? "reached" : "missed";
    console.log(`| ${target} | ${format(measured, digits)} | ${verdict} |`);
  }
  console.log("");
}

/** How far the runs lie apart, by the median's distance from the best. */
function noise(runs: readonly Figures[], figure: string): string {
  const values = runs.map((figures) => figures[figure]!).sort((a, b) => a - b);
  if (values.length < 2 || values[0] === 0) return "";
  const median = values[values.length >> 1]!;
  return `± ${Math.round(Math.abs(median / values[0]! - 1) * 100)} %`;
}

function format(value: number | null, digits: number): string {
  return value === null
    ? ""
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function atMost(target: string, measured: number | null, limit: number, digits = 0): Claim {
  return { target, measured, digits, reached: (value) => value <= limit };
}

export function atLeast(target: string, measured: number | null, limit: number | null, digits = 2): Claim {
  return { target, measured: limit === null ? null : measured, digits, reached: (value) => value >= limit! };
}

/** a / b, where both are there. */
export function ratio(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a / b;
}
