/** What the embedded warehouse knows of a cell of its mart: each answer is one snapshot. */
import cellBuild from "../../../sql/warehouse/embedded/cell_build.sql" with { type: "text" };
import cellChanges from "../../../sql/warehouse/embedded/cell_changes.sql" with { type: "text" };
import cellFigures from "../../../sql/warehouse/embedded/cell_figures.sql" with { type: "text" };
import cellLeftOut from "../../../sql/warehouse/embedded/cell_left_out.sql" with { type: "text" };
import cellLoads from "../../../sql/warehouse/embedded/cell_loads.sql" with { type: "text" };
import cellRows from "../../../sql/warehouse/embedded/cell_rows.sql" with { type: "text" };
import daysRates from "../../../sql/warehouse/embedded/days_rates.sql" with { type: "text" };
import type { Cell, CellChanges, CellRecords } from "../../explain/cell.ts";
import { query } from "../../sql/query.ts";
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
import { selectDayFacts } from "./days.ts";
import type { EmbeddedScope } from "./scope.ts";

const BUILD = query("warehouse/embedded/cell_build", cellBuild, CELL_BUILD);
const CHANGES = query("warehouse/embedded/cell_changes", cellChanges, CELL_CHANGE);
const FIGURES = query("warehouse/embedded/cell_figures", cellFigures, CELL_FIGURES);
const LEFT_OUT = query("warehouse/embedded/cell_left_out", cellLeftOut, CELL_LEFT_OUT);
const LOADS = query("warehouse/embedded/cell_loads", cellLoads, CELL_LOAD);
const ROWS = query("warehouse/embedded/cell_rows", cellRows, CELL_ROWS);
const RATES = query("warehouse/embedded/days_rates", daysRates, DAY_RATE);

export async function readCell(scope: EmbeddedScope, cell: Cell): Promise<CellRecords> {
  const ofCell = cellValues(cell);
  const selections = await scope.session.transaction(async () => {
    const build = await scope.selectFirst(BUILD, ofCell);
    const { statuses, types } = countedValues(build);
    const counted = {
      statuses: JSON.stringify(statuses),
      types: types === undefined ? null : JSON.stringify(types),
    };
    return {
      build,
      facts: await selectDayFacts(scope, { from: cell.day, to: cell.day }),
      figures: await scope.selectFirst(FIGURES, ofCell),
      leftOut: await scope.selectFirst(LEFT_OUT, ofCell),
      rates: await scope.select(RATES, ofCell),
      rows: await scope.select(ROWS, { ...ofCell, ...counted }),
      loads: await scope.select(LOADS, ofCell),
    };
  }, "snapshot");
  return cellRecords(cell.currency, selections);
}

export async function readCellChanges(scope: EmbeddedScope, cell: Cell): Promise<CellChanges> {
  const ofCell = cellValues(cell);
  return await scope.session.transaction(async () => {
    const [facts] = await selectDayFacts(scope, { from: cell.day, to: cell.day });
    const figures = await scope.selectFirst(FIGURES, ofCell);
    return {
      facts,
      changes: (await scope.select(CHANGES, ofCell)).map(cellChange),
      figures: figures === undefined ? undefined : figuresOf(figures),
    };
  }, "snapshot");
}
