/**
 * `status` for people: dates down, steps across. What does not fit the width of a terminal is left out,
 * the least wanted first: how long it took, when it was made, the rows, the partition.
 */
import type { Paint, Style } from "../../runtime/colors.ts";
import type { StepState, StepStatus } from "../../status/step_status.ts";
import type { RunStatus } from "../../status/status.ts";

export interface TableOptions {
  /** Names of the steps, in order. */
  steps: readonly string[];
  /** Characters of a line. @default any number */
  columns?: number | undefined;
  /** Colors the states. */
  paint: Paint;
}

/** A part of a step's cell. */
interface Part {
  title: string;
  text(step: StepStatus): string;
  right?: boolean;
}

const STATE: Part = { title: "state", text: ({ state }) => state };
const ROWS: Part = { title: "rows", text: ({ rows }) => rowsText(rows), right: true };
const AT: Part = {
  title: "at, UTC",
  text: ({ at }) => at?.toString({ smallestUnit: "second" }).replace("T", " ") ?? "",
};
const TOOK: Part = { title: "took", text: ({ seconds }) => tookText(seconds), right: true };

/** From all to least. */
const LAYOUTS: readonly { parts: readonly Part[]; partition: boolean }[] = [
  { parts: [STATE, ROWS, AT, TOOK], partition: true },
  { parts: [STATE, ROWS, AT], partition: true },
  { parts: [STATE, ROWS], partition: true },
  { parts: [STATE, ROWS], partition: false },
  { parts: [STATE], partition: false },
];

const STYLES: Record<StepState, Style> = {
  done: "good",
  missing: "warning",
  stale: "warning",
  failed: "bad",
  interrupted: "broken",
  running: "active",
  pruned: "faint",
};

/** The lines, each with its end. The dates are gone through twice. */
export function* statusTable(
  runs: Iterable<RunStatus>,
  { steps, columns = Infinity, paint }: TableOptions,
): Generator<string, void, void> {
  const widths = widthsOf(runs, steps);
  const layouts = LAYOUTS.map(({ parts, partition }) => ({
    parts: parts.filter((part) => widths.some((width) => width.get(part)! > 0)),
    partition,
  }));
  const layout = layouts.find((layout) => widthOf(layout, widths) <= columns) ?? layouts.at(-1)!;
  const { parts } = layout;
  const dates = (runDate: string, partition: string) =>
    layout.partition ? [runDate.padEnd(10), partition.padEnd(10)] : [runDate.padEnd(10)];
  const lineOf = (cells: readonly string[]) => `${cells.join("  ").trimEnd()}\n`;
  const cellWidth = (step: number) =>
    parts.reduce((sum, part) => sum + widths[step]!.get(part)! + 1, -1);
  const cellsOf = (text: (part: Part, step: number) => string) =>
    steps.map((_, step) =>
      parts.map((part) => padded(text(part, step), part, widths[step]!.get(part)!)).join(" ")
    );
  yield lineOf([
    ...dates("run date", "partition"),
    ...steps.map((name, step) => name.padEnd(cellWidth(step))),
  ]);
  if (parts.length > 1) {
    yield lineOf([...dates("", ""), ...cellsOf(({ title }) => title)]);
  }
  yield lineOf([
    ...dates("-".repeat(10), "-".repeat(10)),
    ...steps.map((_, step) => "-".repeat(cellWidth(step))),
  ]);
  for (const run of runs) {
    const cells = run.steps.map((status, step) =>
      parts.map((part) => {
        const text = padded(part.text(status), part, widths[step]!.get(part)!);
        return part === STATE ? painted(paint, text, status.state) : text;
      }).join(" ")
    );
    yield lineOf([...dates(`${run.runDate}`, `${run.partition}`), ...cells]);
  }
}

/** Of each step the characters of each part. */
function widthsOf(runs: Iterable<RunStatus>, steps: readonly string[]): Map<Part, number>[] {
  const all = LAYOUTS[0]!.parts;
  const widths = steps.map(() => new Map(all.map((part) => [part, 0])));
  for (const run of runs) {
    for (const [step, status] of run.steps.entries()) {
      for (const part of all) {
        const width = part.text(status).length;
        if (width > widths[step]!.get(part)!) widths[step]!.set(part, width);
      }
    }
  }
  for (const [step, name] of steps.entries()) {
    const width = widths[step]!;
    // What no step has is left out, what one has has its title in all.
    for (const part of all) {
      const isThere = widths.some((other) => other.get(part)! > 0);
      if (isThere) width.set(part, Math.max(width.get(part)!, part.title.length));
    }
    // A step's name stands over its cell.
    width.set(STATE, Math.max(width.get(STATE)!, name.length));
  }
  return widths;
}

function widthOf(
  { parts, partition }: (typeof LAYOUTS)[number],
  widths: readonly Map<Part, number>[],
): number {
  const cells = widths.map((width) => parts.reduce((sum, part) => sum + width.get(part)! + 1, -1));
  return cells.reduce((sum, cell) => sum + 2 + cell, partition ? 22 : 10);
}

function padded(text: string, { right = false }: Part, width: number): string {
  return right ? text.padStart(width) : text.padEnd(width);
}

/** The state is a word, with or without its color. */
function painted(paint: Paint, text: string, state: StepState): string {
  const word = text.trimEnd();
  return `${paint(STYLES[state], word)}${text.slice(word.length)}`;
}

/** Of transactions and currencies, as in `400+42`, or of all. */
function rowsText(rows: StepStatus["rows"]): string {
  if (rows === null) return "";
  return typeof rows === "number" ? `${rows}` : `${rows.transactions}+${rows.currencies}`;
}

function tookText(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
