/** What the Vertica warehouse knows of a cell of its mart: read again where the day changed meanwhile. */
import cellBuild from "../../../sql/warehouse/vertica/cell_build.sql" with { type: "text" };
import cellChanges from "../../../sql/warehouse/vertica/cell_changes.sql" with { type: "text" };
import cellFigures from "../../../sql/warehouse/vertica/cell_figures.sql" with { type: "text" };
import cellLeftOut from "../../../sql/warehouse/vertica/cell_left_out.sql" with { type: "text" };
import cellLoads from "../../../sql/warehouse/vertica/cell_loads.sql" with { type: "text" };
import cellRows from "../../../sql/warehouse/vertica/cell_rows.sql" with { type: "text" };
import daysRates from "../../../sql/warehouse/vertica/days_rates.sql" with { type: "text" };
import type { Cell, CellChanges, CellRecords } from "../../explain/cell.ts";
import {
  CELL_BUILD,
  CELL_CHANGE,
  CELL_FIGURES,
  CELL_LEFT_OUT,
  CELL_LOAD,
  CELL_ROWS,
  cellChange,
  cellRecords,
  cellValues,
  countedValues,
  figuresOf,
} from "../cell_records.ts";
import { DAY_RATE } from "../day_facts.ts";
import { steadyRead } from "../steady_read.ts";
import { selectDayFacts } from "./days.ts";
import { compareByBytes } from "./locale.ts";
import { verticaQuery } from "./query.ts";
import type { VerticaScope } from "./scope.ts";

const BUILD = verticaQuery("cell_build", cellBuild, CELL_BUILD);
const CHANGES = verticaQuery("cell_changes", cellChanges, CELL_CHANGE);
const FIGURES = verticaQuery("cell_figures", cellFigures, CELL_FIGURES);
const LEFT_OUT = verticaQuery("cell_left_out", cellLeftOut, CELL_LEFT_OUT);
const LOADS = verticaQuery("cell_loads", cellLoads, CELL_LOAD);
const ROWS = verticaQuery("cell_rows", cellRows, CELL_ROWS);
const RATES = verticaQuery("days_rates", daysRates, DAY_RATE);

export async function readCell(scope: VerticaScope, cell: Cell): Promise<CellRecords> {
  const ofCell = cellValues(cell);
  await compareByBytes(scope);
  return await steadyRead(cell.day, look(scope, cell), async ({ facts, build }) => {
    const { statuses, types } = countedValues(build);
    // A list in SQL has a value, also where it is not asked.
    const counted = {
      statuses: statuses.length === 0 ? [""] : statuses,
      all_types: types === undefined,
      types: types ?? [""],
    };
    const selections = await scope.transaction(async () => ({
      facts,
      build,
      figures: await scope.selectFirst(FIGURES, ofCell),
      leftOut: await scope.selectFirst(LEFT_OUT, ofCell),
      rates: await scope.select(RATES, ofCell),
      rows: await scope.select(ROWS, { ...ofCell, ...counted }),
      loads: await scope.select(LOADS, ofCell),
    }));
    return cellRecords(cell.currency, selections);
  });
}

export function readCellChanges(scope: VerticaScope, cell: Cell): Promise<CellChanges> {
  const ofCell = cellValues(cell);
  return steadyRead(
    cell.day,
    look(scope, cell),
    ({ facts: [facts] }) =>
      scope.transaction(async () => {
        const figures = await scope.selectFirst(FIGURES, ofCell);
        return {
          facts,
          changes: (await scope.select(CHANGES, ofCell)).map(cellChange),
          figures: figures === undefined ? undefined : figuresOf(figures),
        };
      }),
  );
}

/** The records of the day: whatever changes its rows or its mart changes these. */
function look(scope: VerticaScope, cell: Cell) {
  return () =>
    scope.transaction(async () => ({
      facts: await selectDayFacts(scope, { from: cell.day, to: cell.day }),
      build: await scope.selectFirst(BUILD, cellValues(cell)),
    }));
}
