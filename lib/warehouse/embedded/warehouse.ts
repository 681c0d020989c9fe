/**
 * The warehouse on the embedded engine: staging and mart are two schemas of the one database. It
 * asks nothing of the engine that a PostgreSQL server of version 16 or later does not have.
 */
import measureDay from "../../../sql/warehouse/embedded/measure_day.sql" with { type: "text" };
import record from "../../../sql/warehouse/embedded/record.sql" with { type: "text" };
import type { DatasetName } from "../../events/dataset.ts";
import type { Cell, CellChanges, CellRecords } from "../../explain/cell.ts";
import { checkSchema, hasSchema, migrate } from "../../migrations/migrate.ts";
import type { Access } from "../../migrations/migration.ts";
import type { PartitionFile } from "../../partitions/partition_file.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { query } from "../../sql/query.ts";
import type { WarehouseDay } from "../../standing/facts.ts";
import type { WarehouseBooks } from "../books.ts";
import type { MartOrigins } from "../mart_origins.ts";
import { controlText } from "../load_checks.ts";
import { DAY_MEASURE, LOAD_RECORD, loadRecordOf } from "../load_records.ts";
import type {
  CoreResult,
  DayMeasure,
  LeftOutDays,
  LoadLimits,
  LoadRecord,
  MartDays,
  MartOptions,
  MartResult,
  MartRow,
  ReplacedDay,
  WarehouseRepository,
} from "../repository.ts";
import { subjectValues, type WarehouseSchemas } from "../variables.ts";
import { readBooks } from "./books.ts";
import { buildCore } from "./core.ts";
import { readDayFacts } from "./days.ts";
import { readCell, readCellChanges } from "./explain.ts";
import { missingParts } from "./inspect/picture.ts";
import { replaceDay, undoDay } from "./load/days.ts";
import { buildMart, readMart } from "./mart.ts";
import { EmbeddedMigrations, MIGRATIONS } from "./migrations.ts";
import { readMartOrigins } from "./origins.ts";
import { readLeftOut, readMartDays } from "./report.ts";
import { EmbeddedScope } from "./scope.ts";

const RECORD = query("warehouse/embedded/record", record, LOAD_RECORD);
const MEASURE_DAY = query("warehouse/embedded/measure_day", measureDay, DAY_MEASURE);

export interface EmbeddedWarehouseOptions extends WarehouseSchemas {
  /** The clock. */
  now: () => Temporal.Instant;
}

export class EmbeddedWarehouse implements WarehouseRepository {
  readonly hasOneStream = true;
  readonly books: WarehouseBooks = {
    read: (range, deep) => readBooks(this.#scope, range, deep),
  };
  readonly #scope: EmbeddedScope;

  /** @param session stays the caller's, who may share it with the staging, and closes it */
  constructor(session: SqlSession, { stagingSchema, martSchema, now }: EmbeddedWarehouseOptions) {
    this.#scope = new EmbeddedScope({ session, schemas: { stagingSchema, martSchema }, now });
  }

  hasSchema(): Promise<boolean> {
    return hasSchema(new EmbeddedMigrations(this.#scope));
  }

  migrate(): Promise<string[]> {
    return migrate(new EmbeddedMigrations(this.#scope), MIGRATIONS);
  }

  checkSchema(access: Access = "write"): Promise<void> {
    return checkSchema(new EmbeddedMigrations(this.#scope), MIGRATIONS, access);
  }

  /** Keys, checks, indexes and views of finpipe's that are missing; only for a schema that was checked. */
  missingParts(): Promise<string[]> {
    return missingParts(this.#scope);
  }

  async loadRecord(dataset: DatasetName, day: Temporal.PlainDate): Promise<LoadRecord | undefined> {
    const row = await this.#scope.selectFirst(RECORD, subjectValues({ dataset, day }));
    return row === undefined ? undefined : loadRecordOf(dataset, row);
  }

  async measureDay(dataset: DatasetName, day: Temporal.PlainDate): Promise<DayMeasure> {
    const found = await this.#scope.selectOne(MEASURE_DAY, subjectValues({ dataset, day }));
    return { rows: found.rows, controlTotal: controlText(dataset, found.controlTotal) };
  }

  async replaceDay(file: PartitionFile, limits: LoadLimits): Promise<ReplacedDay> {
    const before = await this.loadRecord(file.dataset, file.partition);
    return await replaceDay(this.#scope, file, limits, before);
  }

  undoDay(dataset: DatasetName, day: Temporal.PlainDate): Promise<boolean> {
    return undoDay(this.#scope, dataset, day);
  }

  buildCore(day: Temporal.PlainDate): Promise<CoreResult> {
    return buildCore(this.#scope, day);
  }

  buildMart(day: Temporal.PlainDate, options: MartOptions): Promise<MartResult> {
    return buildMart(this.#scope, day, options);
  }

  mart(range?: DateRange): AsyncIterable<MartRow> {
    return readMart(this.#scope, range);
  }

  martDays(range: DateRange): Promise<MartDays | undefined> {
    return readMartDays(this.#scope, range);
  }

  leftOut(range: DateRange): Promise<LeftOutDays[]> {
    return readLeftOut(this.#scope, range);
  }

  dayFacts(range: DateRange): Promise<WarehouseDay[]> {
    return readDayFacts(this.#scope, range);
  }

  martOrigins(range: DateRange): Promise<MartOrigins> {
    return readMartOrigins(this.#scope, range);
  }

  cell(cell: Cell): Promise<CellRecords> {
    return readCell(this.#scope, cell);
  }

  cellChanges(cell: Cell): Promise<CellChanges> {
    return readCellChanges(this.#scope, cell);
  }

  /** Nothing to do: the session is the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
