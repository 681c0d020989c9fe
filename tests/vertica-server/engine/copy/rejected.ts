/** Rows that a COPY rejects: counted, and kept where REJECTED DATA AS TABLE says so. */
import { VerticaError } from "../../engine.ts";
import { exists } from "../errors.ts";
import { type Name, quoted, shown } from "../reader.ts";
import type { Session } from "../session.ts";
import { DEFAULT_SCHEMA, findTable, lookUp } from "../tables.ts";
import type { CopyStatement } from "./options.ts";
import { readable } from "./values.ts";

/** Rows, and characters of them, that are held back before they are written. */
const MAX_ROWS = 1000;
const MAX_LENGTH = 1_000_000;

/** Columns of the table of rejected rows (documentation, "Saving rejected data to a table"). */
const COLUMNS: readonly [name: string, type: string, length: number | null][] = [
  ["node_name", "varchar", 128],
  ["file_name", "varchar", 65000],
  ["session_id", "varchar", 128],
  ["transaction_id", "int", null],
  ["statement_id", "int", null],
  ["batch_number", "int", null],
  ["row_number", "int", null],
  ["rejected_data", "long varchar", 131072],
  ["rejected_data_orig_length", "int", null],
  ["rejected_reason", "varchar", 65000],
];

interface Rejected {
  row: number;
  data: string;
  length: number;
  reason: string;
}

export class RejectedRows {
  count = 0;
  readonly numbers: bigint[] = [];
  readonly #session: Session;
  readonly #statement: CopyStatement;
  readonly #table: Name | undefined;
  #held: Rejected[] = [];
  #length = 0;

  constructor(session: Session, statement: CopyStatement, table: Name | undefined) {
    this.#session = session;
    this.#statement = statement;
    this.#table = table;
  }

  get isFull(): boolean {
    return this.#held.length >= MAX_ROWS || this.#length >= MAX_LENGTH;
  }

  /** @param row its number in the data, from 1 @throws VerticaError where that is one too many */
  add(row: number, raw: string, reason: string): void {
    this.count++;
    const { abortsOnError, rejectMax, returnsRejected } = this.#statement;
    if (abortsOnError) {
      throw new VerticaError(
        "22V04",
        2035,
        `COPY: Input record ${row} has been rejected (${reason})`,
      );
    }
    if (rejectMax !== undefined && this.count > rejectMax) {
      throw new VerticaError(
        "22V04",
        2036,
        `COPY: more than REJECTMAX (${rejectMax}) records were rejected, the last as: ${reason}`,
      );
    }
    if (returnsRejected) this.numbers.push(BigInt(row));
    if (this.#table === undefined) return;
    const data = raw.slice(0, 131072);
    this.#held.push({ row, data, length: raw.length, reason });
    this.#length += data.length + reason.length;
  }

  async write(): Promise<void> {
    if (this.#table === undefined || this.#held.length === 0) return;
    const { numbersRejected } = this.#session.engine.switches;
    const rows = this.#held.map(({ row, data, length, reason }) => ({
      node_name: "v_finpipe_node0001",
      file_name: "STDIN",
      session_id: this.#session.owner.sessionId,
      transaction_id: 0,
      statement_id: 1,
      batch_number: 0,
      row_number: numbersRejected ? row : -1,
      rejected_data: readable(data),
      rejected_data_orig_length: length,
      rejected_reason: reason,
    }));
    const name = quoted(this.#table);
    await this.#session.backend.query(
      `INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $1)`,
      [JSON.stringify(rows)],
    );
    this.#held = [];
    this.#length = 0;
  }
}

/**
 * Makes the table where it is missing: with NO COMMIT a temporary one of the session.
 *
 * @returns its name for PostgreSQL
 */
export async function makeRejectedTable(
  session: Session,
  { rejectedTable, commits }: CopyStatement,
): Promise<Name | undefined> {
  if (rejectedTable === undefined) return undefined;
  const { backend } = session;
  const found = await lookUp(backend, rejectedTable);
  if (found !== undefined) {
    const { rows } = await backend.query(
      "SELECT FROM pg_attribute WHERE attrelid = $1 AND attname = 'rejected_reason'",
      [found.oid],
    );
    if (rows.length === 0) throw exists(shown(rejectedTable));
    return { schema: found.schema, name: found.name };
  }
  if (!commits && rejectedTable.schema !== undefined) {
    throw new VerticaError(
      "42602",
      5105,
      `Cannot create local temporary table "${rejectedTable.name}" in schema ` +
        `"${rejectedTable.schema}"`,
    );
  }
  const schema = commits ? rejectedTable.schema ?? DEFAULT_SCHEMA : "pg_temp";
  const name = { schema, name: rejectedTable.name };
  const list = COLUMNS.map(([column, type]) =>
    `${column} ${type === "int" ? "bigint" : "varchar"}`
  );
  const kind = commits ? "TABLE" : "TEMP TABLE";
  await backend.query(`CREATE ${kind} ${quoted(name)} (${list.join(", ")})`);
  const table = await findTable(backend, name);
  await backend.asAdmin(async () => {
    for (const [index, [, type, length]] of COLUMNS.entries()) {
      await backend.query("INSERT INTO v_engine_catalog.columns VALUES ($1, $2, $3, $4)", [
        table.oid,
        index + 1,
        type,
        length,
      ]);
    }
  });
  return name;
}
