/** The embedded warehouse, to be tried. */
import schemasSql from "../../../../sql/warehouse/embedded/trial_schemas.sql" with { type: "text" };
import tablesSql from "../../../../sql/warehouse/embedded/trial_tables.sql" with { type: "text" };
import versionSql from "../../../../sql/warehouse/embedded/trial_version.sql" with { type: "text" };
import type { SqlSession } from "../../../postgres/session.ts";
import * as is from "../../../sql/columns.ts";
import { query } from "../../../sql/query.ts";
import type { SqlValues } from "../../../sql/template.ts";
import { tablePath, type WarehouseSchemas } from "../../variables.ts";
import {
  requirePresent,
  SCRATCH_PATTERN,
  type ScratchTable,
  scratchTable,
  type TrialFacts,
  type TrialGround,
} from "../../trial/ground.ts";
import type { TrialRow } from "../../trial/seen.ts";
import { filledStatement } from "../../trial/variables.ts";
import { EmbeddedScope } from "../scope.ts";

const SCHEMAS = query("warehouse/embedded/trial_schemas", schemasSql, { schemaName: is.text });
const TABLES = query("warehouse/embedded/trial_tables", tablesSql, {
  tableSchema: is.text,
  tableName: is.text,
});
const VERSION = query("warehouse/embedded/trial_version", versionSql, { version: is.text });

/** Has one session, which nobody else shares: what an earlier run left is nobody's. */
export class EmbeddedGround implements TrialGround {
  readonly engine = "embedded";
  readonly schemas: WarehouseSchemas;
  readonly names = {};
  readonly #session: SqlSession;
  readonly #scope: EmbeddedScope;
  readonly #key: string;

  /** @param session is closed with it */
  constructor(session: SqlSession, schemas: WarehouseSchemas, key: string) {
    this.#session = session;
    // What is looked at asks for no time of ours.
    const now = () => Temporal.Instant.fromEpochMilliseconds(0);
    this.#scope = new EmbeddedScope({ session, schemas, now });
    this.schemas = schemas;
    this.#key = key;
  }

  async requireSchemas(): Promise<void> {
    const { stagingSchema, martSchema } = this.schemas;
    const rows = await this.#scope.select(SCHEMAS);
    requirePresent([stagingSchema, martSchema], rows.map(({ schemaName }) => schemaName));
  }

  async facts(): Promise<TrialFacts> {
    const { version } = await this.#scope.selectOne(VERSION);
    return { version, nodes: undefined, nodesUp: undefined, mode: "embedded" };
  }

  filled(sql: string, values: SqlValues): string {
    return filledStatement(sql, { schemas: this.schemas, key: this.#key }, values);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  async run(_session: number, statement: string, data?: string): Promise<TrialRow[]> {
    if (data === undefined) return await this.#session.query(statement);
    await this.#session.copyIn(statement, [new TextEncoder().encode(data)]);
    return [];
  }

  isLost(): boolean {
    return false;
  }

  /** Where there is no transaction, that is a warning. */
  async leave(): Promise<void> {
    await this.#session.execute("ROLLBACK");
  }

  async scratchTables(): Promise<ScratchTable[]> {
    const rows = await this.#scope.select(TABLES, { scratch_tables_like: SCRATCH_PATTERN });
    return rows.flatMap((row) => scratchTable(row.tableSchema, row.tableName) ?? []);
  }

  async drop({ schema, name }: ScratchTable): Promise<void> {
    await this.#session.execute(`DROP TABLE IF EXISTS ${tablePath(schema, name)} CASCADE`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#session.close();
  }
}
