/**
 * The warehouse on a Vertica server. A session is opened on first use, and again after it broke:
 * every operation can be repeated, because each is one transaction, or ends what the one before it
 * began.
 */
import sessionLabel from "../../../sql/warehouse/vertica/session_label.sql" with { type: "text" };
import type { VerticaNode, VerticaSettings } from "../../config/vertica_settings.ts";
import type { DatasetName } from "../../events/dataset.ts";
import type { Cell, CellChanges, CellRecords } from "../../explain/cell.ts";
import { checkSchema, hasSchema, migrate } from "../../migrations/migrate.ts";
import type { Access } from "../../migrations/migration.ts";
import type { PartitionFile } from "../../partitions/partition_file.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import { isKind } from "../../runtime/errors.ts";
import type { WarehouseDay } from "../../standing/facts.ts";
import { retrying, type RetryOptions } from "../../runtime/retry.ts";
import { templatesOf } from "../../sql/template.ts";
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
import type { WarehouseBooks } from "../books.ts";
import type { MartOrigins } from "../mart_origins.ts";
import type { WarehouseSchemas } from "../variables.ts";
import {
  openVerticaSession,
  type SessionOptions,
  type VerticaSession,
} from "./connection/session.ts";
import { readBooks } from "./books.ts";
import { buildCore } from "./core.ts";
import { readDayFacts } from "./days.ts";
import { readCell, readCellChanges } from "./explain.ts";
import { loadRecord, measureDay, replaceDay, undoDay } from "./load/days.ts";
import { withCoreLock, withLoadLock } from "./held_lock.ts";
import { buildMart, martRows, selectPage } from "./mart.ts";
import { MIGRATIONS, VerticaMigrations } from "./migrations.ts";
import { readMartOrigins } from "./origins.ts";
import { readLeftOut, readMartDays } from "./report.ts";
import { VerticaScope } from "./scope.ts";

export interface VerticaWarehouseOptions extends WarehouseSchemas {
  vertica: VerticaSettings;
  /** The command, as a DBA finds it in `v_monitor.sessions`: `finpipe:<command>:<day>`. */
  command: string;
  /** The clock. */
  now: () => Temporal.Instant;
  /** How long an unreachable server is tried. */
  retry: Pick<RetryOptions, "log" | "signal" | "retryFor">;
  /** How long sessions wait, where it is not as usual. */
  waits?: Pick<SessionOptions, "connectTimeout" | "patience">;
}

const SESSION_LABEL = templatesOf(sessionLabel);

type Day = Temporal.PlainDate;

export class VerticaWarehouse implements WarehouseRepository {
  readonly books: WarehouseBooks = {
    read: (range, deep) => this.#use(undefined, (scope) => readBooks(scope, range, deep)),
  };
  readonly #options: VerticaWarehouseOptions;
  #session: VerticaSession | undefined;
  /** Where a session is sought, in that order. */
  #nodes: readonly VerticaNode[];
  #label = "";

  constructor(options: VerticaWarehouseOptions) {
    this.#options = options;
    this.#nodes = options.vertica.nodes;
  }

  hasSchema(): Promise<boolean> {
    return this.#use(undefined, (scope) => hasSchema(new VerticaMigrations(scope)));
  }

  migrate(): Promise<string[]> {
    return this.#use(undefined, (scope) => migrate(new VerticaMigrations(scope), MIGRATIONS));
  }

  checkSchema(access: Access = "write"): Promise<void> {
    return this.#use(
      undefined,
      (scope) => checkSchema(new VerticaMigrations(scope), MIGRATIONS, access),
    );
  }

  loadRecord(dataset: DatasetName, day: Day): Promise<LoadRecord | undefined> {
    return this.#use(day, (scope) => loadRecord(scope, { dataset, day }));
  }

  measureDay(dataset: DatasetName, day: Day): Promise<DayMeasure> {
    return this.#use(day, (scope) => measureDay(scope, { dataset, day }));
  }

  replaceDay(file: PartitionFile, limits: LoadLimits): Promise<ReplacedDay> {
    const subject = { dataset: file.dataset, day: file.partition };
    const loadId = crypto.randomUUID();
    return this.#use(
      subject.day,
      (scope) =>
        withLoadLock(scope, subject, (lock) => replaceDay(scope, lock, file, limits, loadId)),
    );
  }

  undoDay(dataset: DatasetName, day: Day): Promise<boolean> {
    const { signal } = this.#options.retry;
    const subject = { dataset, day };
    const tries = { signal, attempt: { isBegun: false } };
    return this.#use(
      day,
      (scope) => withLoadLock(scope, subject, (lock) => undoDay(scope, lock, subject, tries)),
    );
  }

  buildCore(day: Day): Promise<CoreResult> {
    return this.#use(
      day,
      (scope) => withCoreLock(scope, (lock) => buildCore(scope, lock, day)),
    );
  }

  buildMart(day: Day, options: MartOptions): Promise<MartResult> {
    return this.#use(day, (scope) => buildMart(scope, day, options));
  }

  /** A page at a time: a long report holds no transaction. */
  mart(range?: DateRange): AsyncGenerator<MartRow, void, void> {
    return martRows(
      (place) => this.#use(undefined, (scope) => scope.transaction(() => selectPage(scope, place))),
      range,
    );
  }

  martDays(range: DateRange): Promise<MartDays | undefined> {
    return this.#use(undefined, (scope) => readMartDays(scope, range));
  }

  leftOut(range: DateRange): Promise<LeftOutDays[]> {
    return this.#use(undefined, (scope) => readLeftOut(scope, range));
  }

  dayFacts(range: DateRange): Promise<WarehouseDay[]> {
    return this.#use(undefined, (scope) => readDayFacts(scope, range));
  }

  martOrigins(range: DateRange): Promise<MartOrigins> {
    return this.#use(undefined, (scope) => readMartOrigins(scope, range));
  }

  cell(cell: Cell): Promise<CellRecords> {
    return this.#use(cell.day, (scope) => readCell(scope, cell));
  }

  cellChanges(cell: Cell): Promise<CellChanges> {
    return this.#use(cell.day, (scope) => readCellChanges(scope, cell));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end(undefined);
  }

  async #end(failure: unknown): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    if (isKind(failure, "unreachable")) this.#nodes = withLast(this.#nodes, session.node);
    await session.end(failure);
  }

  /** Runs work, on a new session where the one that there was broke, or work failed in it. */
  #use<T>(day: Day | undefined, work: (scope: VerticaScope) => Promise<T>): Promise<T> {
    const label = ["finpipe", this.#options.command, ...(day === undefined ? [] : [day])].join(":");
    return retrying(async () => {
      try {
        return await work(await this.#scope(label));
      } catch (error) {
        await this.#end(error);
        throw error;
      }
    }, this.#options.retry);
  }

  async #scope(label: string): Promise<VerticaScope> {
    const { vertica, stagingSchema, martSchema, now, waits } = this.#options;
    const schemas = { stagingSchema, martSchema };
    const connect = () =>
      openVerticaSession({ ...vertica, nodes: this.#nodes }, { ...waits, label });
    if (this.#session === undefined || this.#session.isBroken) {
      await this[Symbol.asyncDispose]();
      this.#session = await connect();
      this.#label = label;
    }
    const scope = new VerticaScope({ session: this.#session, schemas, now, connect });
    if (this.#label !== label) {
      await scope.commit(SESSION_LABEL, { label });
      this.#label = label;
    }
    return scope;
  }
}

/** A node that failed under a session takes the next one too, often enough, and fails again. */
function withLast(nodes: readonly VerticaNode[], node: VerticaNode): VerticaNode[] {
  const isIt = ({ host, port }: VerticaNode) => host === node.host && port === node.port;
  return [...nodes.filter((other) => !isIt(other)), ...nodes.filter(isIt)];
}
