/**
 * The crash matrix: what happens to a landing of a topic when a fault strikes between two statements.
 * Run as a whole it writes docs/crash-matrix.md, but for `--no-report`; `--fault F --point P --seed N`,
 * all or some of them, run a part of it again. The last line is `N passed, N failed`, of cells.
 */
import { parseArgs } from "node:util";
import type { Cell, CellOutcome } from "../support/crash/cell.ts";
import { type FaultName, FAULTS } from "../support/crash/faults.ts";
import { type PointName, POINTS } from "../support/crash/points.ts";
import { startServers } from "../support/crash/servers.ts";
import { LEFT_OUT, writeReport } from "./crash_report.ts";

/** Seeds of whole runs, before those of their cells: short, to be typed. */
const MOST_SEED = 9000;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      "fault": { type: "string" },
      "point": { type: "string" },
      "seed": { type: "string" },
      "no-report": { type: "boolean" },
    },
  });
  const cells = chooseCells(values);
  if (cells.length === 0) {
    const names = [FAULTS, POINTS].map((some) => Object.keys(some).join(", "));
    await say(`There is no such cell. Faults: ${names[0]}. Points: ${names[1]}`);
    return 2;
  }
  await using servers = await startServers();
  // What tests are supported by starts servers of its own, where none are named.
  Deno.env.set("FINPIPE_TEST_KAFKA", servers.kafka.brokers);
  Deno.env.set("FINPIPE_TEST_PG_URL", servers.postgres.url);
  const { tryCell } = await import("../support/crash/cell.ts");
  const rows = await runAll(cells, async (cell) => {
    const row = await tryCell(servers, cell);
    await say(wordsOf(row));
    return row;
  });
  if (Object.keys(values).length === 0) await writeReport(rows, servers.versions);
  const failed = rows.filter(({ failure }) => failure !== undefined).length;
  await say(`${rows.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function chooseCells(asked: { fault?: string; point?: string; seed?: string }): Cell[] {
  const given = asked.seed ?? Deno.env.get("FINPIPE_SOAK_SEED");
  const seed = given === undefined
    ? crypto.getRandomValues(new Uint32Array(1))[0]! % MOST_SEED
    : Number(given);
  const cells = (Object.keys(FAULTS) as FaultName[]).flatMap((fault) =>
    (Object.keys(POINTS) as PointName[])
      .filter((point) => !(LEFT_OUT[fault] ?? []).includes(point))
      .map((point) => ({ fault, point }))
  );
  return cells
    // A cell that is asked for by itself has the seed that is named.
    .map((cell, index) => ({ ...cell, seed: asked.seed === undefined ? seed + index : seed }))
    .filter(({ fault, point }) =>
      fault === (asked.fault ?? fault) && point === (asked.point ?? point)
    );
}

/** One after the other, but for those of kill -9: they wait for half a minute, and may do so together. */
async function runAll(
  cells: readonly Cell[],
  run: (cell: Cell) => Promise<CellOutcome>,
): Promise<CellOutcome[]> {
  const together = cells.filter(({ fault }) => fault === "kill");
  const rows = await Promise.all(together.map(run));
  for (const cell of cells) if (cell.fault !== "kill") rows.push(await run(cell));
  return rows;
}

function wordsOf(
  { fault, point, seed, batch, lost, doubled, goesOnAfter, failure }: CellOutcome,
): string {
  const result = batch === undefined
    ? []
    : [`batch ${batch}`, `lost ${lost}`, `doubled ${doubled}`, `${goesOnAfter!.toFixed(2)} s`];
  const words = [`--fault ${fault} --point ${point} --seed ${seed}`, ...result];
  return failure === undefined ? words.join("  ") : `FAILED: ${words.join("  ")}: ${failure}`;
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
