/**
 * Fills a day's side table from its partition file, row by refused row.
 *
 * The database alone judges what it takes: a piece that COPY refuses is cut in halves until the
 * refused row stands alone. So no rule stands twice, and a file without refused rows, which is every
 * file that finpipe wrote, costs nothing more.
 */
import refusedWrite from "../../../../sql/warehouse/embedded/refused_write.sql" with {
  type: "text",
};
import copyRows from "../../../../sql/warehouse/embedded/side_table_copy.sql" with { type: "text" };
import type { PartitionFile } from "../../../partitions/partition_file.ts";
import { provenPieces } from "../../../partitions/proven_pieces.ts";
import { RefusedData } from "../../../postgres/failure.ts";
import type { FinpipeError } from "../../../runtime/errors.ts";
import { onlyStatement, SqlTemplate } from "../../../sql/template.ts";
import { countLines, csvPieces, middleRowEnd } from "../../csv_pieces.ts";
import { overLimit, SHOWN_BEYOND_LIMIT } from "../../load_checks.ts";
import type { LoadLimits } from "../../repository.ts";
import { type Subject, subjectValues } from "../../variables.ts";
import type { EmbeddedScope } from "../scope.ts";
import { tableValues } from "../variables.ts";
import { reasonOf } from "./refusal_reason.ts";

const COPY = new SqlTemplate(onlyStatement(copyRows));
const REFUSED_WRITE = new SqlTemplate(refusedWrite);

/** The side table's filling. */
export class SideTableCopy {
  readonly #scope: EmbeddedScope;
  readonly #file: PartitionFile;
  readonly #loadId: string;
  readonly #limits: LoadLimits;
  readonly #subject: Subject;
  readonly #copy: string;
  #refused = 0;
  #first: string | undefined;

  constructor(scope: EmbeddedScope, file: PartitionFile, loadId: string, limits: LoadLimits) {
    this.#scope = scope;
    this.#file = file;
    this.#loadId = loadId;
    this.#limits = limits;
    this.#subject = { dataset: file.dataset, day: file.partition };
    this.#copy = scope.filled(COPY, tableValues(this.#subject));
  }

  /**
   * Copies the whole file; memory is flat.
   *
   * @returns the count of refused rows, which are in `load_refused`
   * @throws FinpipeError of kind `data` where they are more than the limit, it is no CSV, or it is not
   * what was proven; the signal's reason where it was aborted
   */
  async run(): Promise<number> {
    const { watch, manifest } = this.#file;
    watch?.begin("loading", manifest.bytes, manifest.rows);
    const pieces = csvPieces(provenPieces(this.#file), this.#file.path);
    for await (const { bytes, line } of pieces) await this.#take(bytes, line);
    if (this.#refused > this.#limits.maxRejected) throw this.#overLimit(false);
    return this.#refused;
  }

  async #take(rows: Uint8Array, line: number): Promise<void> {
    this.#limits.signal.throwIfAborted();
    try {
      await this.#scope.session.copyIn(this.#copy, [rows]);
    } catch (error) {
      if (!(error instanceof RefusedData)) throw error;
      const middle = middleRowEnd(rows);
      if (middle === 0) return await this.#refuse(rows, line, reasonOf(error));
      const half = rows.subarray(0, middle);
      await this.#take(half, line);
      await this.#take(rows.subarray(middle), line + countLines(half));
    }
  }

  async #refuse(row: Uint8Array, line: number, reason: string): Promise<void> {
    await this.#scope.run(REFUSED_WRITE, {
      ...subjectValues(this.#subject),
      load_id: this.#loadId,
      line,
      reason,
      raw: withoutLineEnd(row).toHex(),
      now: this.#scope.timestamp,
    });
    this.#first ??= `line ${line}: ${reason}`;
    this.#refused++;
    if (this.#refused > this.#limits.maxRejected + SHOWN_BEYOND_LIMIT) {
      throw this.#overLimit(true);
    }
  }

  #overLimit(atLeast: boolean): FinpipeError {
    return overLimit(this.#file, {
      refused: this.#refused,
      atLeast,
      maxRejected: this.#limits.maxRejected,
      first: this.#first,
      stagingSchema: this.#scope.schemas.stagingSchema,
    });
  }
}

function withoutLineEnd(row: Uint8Array): Uint8Array {
  let end = row.length;
  if (row[end - 1] === 0x0a) end--;
  if (row[end - 1] === 0x0d) end--;
  return row.subarray(0, end);
}
