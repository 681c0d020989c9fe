/** What holds of a load: it took what was dumped, and the warehouse still has what it took. */
import { DATASET_NAMES, type DatasetName } from "../../events/dataset.ts";
import { sameDecimal } from "../decimals.ts";
import type { DayLink, Side } from "../difference.ts";
import type { DayBook, DumpBook, LoadBook } from "../facts.ts";
import { sameTime } from "./times.ts";

/** Each row of the file was loaded or refused. */
const loaded: DayLink = {
  name: "loaded",
  sides: ["rows that were dumped", "rows loaded and refused"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    const load = book.warehouse.loads[dataset];
    if (load === undefined) return [];
    const dumped = sameFile(book, dataset)?.rows ?? load.manifestRows;
    const taken = load.rows + load.refused;
    if (dumped === taken) return [];
    const cause = "the record of the dump or of the load was changed";
    return [{ left: dumped, right: taken, cause }];
  },
};

/** The sum of what was dumped is the sum of what was loaded, where no row was refused. */
const loadedControl: DayLink = {
  name: "loaded_control",
  sides: ["control total that was dumped", "control total that was loaded"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    const load = book.warehouse.loads[dataset];
    if (load === undefined || load.refused > 0) return [];
    const dumped = sameFile(book, dataset)?.controlTotal ?? load.manifestControlTotal;
    if (sameDecimal(dumped, load.controlTotal)) return [];
    const cause = "the record of the dump or of the load was changed";
    return [{ left: dumped, right: load.controlTotal, cause }];
  },
};

/** Both records of one dump say the same of it. */
const origin: DayLink = {
  name: "origin",
  sides: ["the dump, as staging recorded it", "the dump, as the load recorded it"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    const load = book.warehouse.loads[dataset];
    if (load === undefined) return [];
    // Whoever records fingerprints records the dump as well.
    if (load.origin === undefined && load.fingerprint !== undefined) {
      const left = book.staged[dataset].dump?.rows ?? null;
      return [{ left, right: null, cause: "the load's record of its dump was removed" }];
    }
    const dump = sameFile(book, dataset);
    if (dump === undefined) return unrecorded(book, dataset);
    const left: Record<string, Side> = figures(dump);
    return Object.entries(loadFigures(load, dump)).flatMap(([name, right]) => {
      if (left[name] === right) return [];
      const cause = `the record of the dump or of the load was changed (${name})`;
      return [{ left: left[name]!, right, cause }];
    });
  },
};

function figures({ rows, stagedRows, bytes, controlTotal }: DumpBook) {
  return { rows, staged_rows: stagedRows, bytes, control_total: plain(controlTotal) };
}

/** What of it can be compared: an older version recorded less, and the same file may be dumped again. */
function loadFigures(load: LoadBook, { createdAt }: DumpBook): Partial<ReturnType<typeof figures>> {
  const { origin } = load;
  return {
    rows: load.manifestRows,
    control_total: plain(load.manifestControlTotal),
    ...(origin === undefined ? {} : { bytes: origin.bytes }),
    ...(origin === undefined || !sameTime(createdAt, origin.dumpedAt)
      ? {}
      : { staged_rows: origin.stagedRows }),
  };
}

/** Where staging may not be written no dump is recorded: then of neither dataset. */
function unrecorded({ staged, warehouse }: DayBook, dataset: DatasetName) {
  if (staged[dataset].dump !== undefined) return [];
  const dumpedAt = warehouse.loads[dataset]?.origin?.dumpedAt;
  const [other] = DATASET_NAMES.filter((name) => name !== dataset);
  const { dump } = staged[other!];
  if (dump === undefined || dumpedAt === undefined) return [];
  if (!sameTime(dump.createdAt, dumpedAt)) return [];
  return [{ left: null, right: dumpedAt, cause: "the record of the dump was removed" }];
}

/** What stands in the warehouse is what was loaded. */
const warehouseRows: DayLink = {
  name: "warehouse",
  sides: ["rows loaded, by the record", "rows in the warehouse"],
  datasets: DATASET_NAMES,
  find({ warehouse }, dataset) {
    const load = warehouse.loads[dataset];
    const { rows } = warehouse.staged[dataset];
    if (load === undefined) {
      if (rows === 0) return [];
      const cause = "the record of the load was removed, or rows were added by hand";
      return [{ left: null, right: rows, cause }];
    }
    if (load.rows === rows) return [];
    const cause = load.rows > rows
      ? "rows removed from the warehouse, or the record of the load changed"
      : "rows added to the warehouse by hand, or the record of the load changed";
    return [{ left: load.rows, right: rows, cause }];
  },
};

const warehouseControl: DayLink = {
  name: "warehouse_control",
  sides: ["control total, by the record of the load", "control total in the warehouse"],
  datasets: DATASET_NAMES,
  find({ warehouse }, dataset) {
    const load = warehouse.loads[dataset];
    const { controlTotal } = warehouse.staged[dataset];
    if (load === undefined || sameDecimal(load.controlTotal, controlTotal)) return [];
    const cause = "rows changed in the warehouse, or the record of the load changed";
    return [{ left: load.controlTotal, right: controlTotal, cause }];
  },
};

/** The day's last dollar rates are those that the load recorded, by which days are stale. */
const rates: DayLink = {
  name: "rates",
  sides: ["dollar rate, by the record of the load", "dollar rate in the warehouse"],
  datasets: ["currencies"],
  find: ({ warehouse }) =>
    warehouse.rates.map(({ currency, recorded, staged }) => ({
      left: recorded ?? null,
      right: staged ?? null,
      cause: "rows changed in the warehouse, or the record of the load's rates changed",
      currency,
    })),
};

export const LOAD_LINKS: readonly DayLink[] = [
  origin,
  loaded,
  loadedControl,
  warehouseRows,
  warehouseControl,
  rates,
];

/** The recorded dump, where the load that stands is of its file. */
function sameFile({ staged, warehouse }: DayBook, dataset: DatasetName): DumpBook | undefined {
  const { dump } = staged[dataset];
  return dump?.sha256 === warehouse.loads[dataset]?.sha256 ? dump : undefined;
}

/** "0" is "0.000000", and a sum of amounts has no decimals. */
function plain(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
