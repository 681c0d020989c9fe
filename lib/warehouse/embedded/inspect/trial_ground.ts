/** The embedded warehouse, to be tried. */
import schemasSql from "../../../../sql/warehouse/embedded/trial_schemas.sql" with { type: "text" };
import tablesSql from "../../../../sql/warehouse/embedded/trial_tables.sql" with { type: "text" };
import versionSql from "../../../../sql/warehouse/embedded/trial_version.sql" with { type: "text" };
import type { SqlSession } from "../../../postgres/session.ts";
import { forSchemas, quoteIdentifier, type WarehouseSchemas } from "../../sql_template.ts";
import {
  EXAMPLE_KEY,
  requirePresent,
  SCRATCH_PATTERN,
  type ScratchTable,
  scratchTable,
  type TrialFacts,
  type TrialGround,
} from "../../trial/ground.ts";
import type { TrialRow } from "../../trial/seen.ts";

/** Has one session, which nobody else shares: what an earlier run left is nobody's. */
export class EmbeddedGround implements TrialGround {
  readonly engine = "embedded";
  readonly schemas: WarehouseSchemas;
  readonly names = {};
  readonly #session: SqlSession;
  readonly #key: string;

  /** @param session is closed with it */
  constructor(session: SqlSession, schemas: WarehouseSchemas, key: string) {
    this.#session = session;
    this.schemas = schemas;
    this.#key = key;
  }

  async requireSchemas(): Promise<void> {
    const names = this.#names;
    const rows = await this.#session.query(schemasSql, names);
    requirePresent(names, rows.map(({ schema_name }) => schema_name!));
  }

  async facts(): Promise<TrialFacts> {
    const [row] = await this.#session.query(versionSql);
    return { version: row!.version!, nodes: undefined, nodesUp: undefined, mode: "embedded" };
  }

  filled(sql: string): string {
    return forSchemas(sql, this.schemas).replaceAll(EXAMPLE_KEY, this.#key);
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
    const rows = await this.#session.query(tablesSql, [...this.#names, SCRATCH_PATTERN]);
    return rows.flatMap((row) => scratchTable(row.table_schema!, row.table_name!) ?? []);
  }

  async drop({ schema, name }: ScratchTable): Promise<void> {
    await this.#session.execute(`DROP TABLE IF EXISTS ${quoteIdentifier(schema)}.${name} CASCADE`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#session.close();
  }

  get #names(): [string, string] {
    return [this.schemas.stagingSchema, this.schemas.martSchema];
  }
}
