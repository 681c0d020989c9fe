/** What the parts of the embedded warehouse share: a session, and how SQL files are run in it. */
import { run, select, selectFirst, selectOne } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import type { Query } from "../../sql/query.ts";
import type { SqlTemplate, SqlValues } from "../../sql/template.ts";
import { schemaValues, timeText, type WarehouseSchemas } from "../variables.ts";

export interface EmbeddedScopeOptions {
  /** Belongs to whoever opened it; the warehouse never closes it. */
  session: SqlSession;
  schemas: WarehouseSchemas;
  /** The clock. */
  now: () => Temporal.Instant;
}

/** Statements get the schemas, and their values as parameters; scripts get literals. */
export class EmbeddedScope {
  readonly session: SqlSession;
  readonly schemas: WarehouseSchemas;
  readonly #values: SqlValues;
  readonly #now: () => Temporal.Instant;

  constructor({ session, schemas, now }: EmbeddedScopeOptions) {
    this.session = session;
    this.schemas = schemas;
    this.#values = schemaValues(schemas);
    this.#now = now;
  }

  /** The clock's time, as the warehouse keeps times. */
  get timestamp(): string {
    return timeText(this.#now());
  }

  /** The rows of a query. @throws FinpipeError where one is not as the query says */
  select<Row>(query: Query<Row>, values?: SqlValues): Promise<Row[]> {
    return select(this.session, query, { ...this.#values, ...values });
  }

  /** The first row of a query, if it has one. */
  selectFirst<Row>(query: Query<Row>, values?: SqlValues): Promise<Row | undefined> {
    return selectFirst(this.session, query, { ...this.#values, ...values });
  }

  /** The row of a query that always has one. */
  selectOne<Row>(query: Query<Row>, values?: SqlValues): Promise<Row> {
    return selectOne(this.session, query, { ...this.#values, ...values });
  }

  /** Runs one statement. */
  run(statement: SqlTemplate, values?: SqlValues): Promise<void> {
    return run(this.session, statement, { ...this.#values, ...values });
  }

  /** Runs the statements of a script. */
  execute(script: SqlTemplate, values?: SqlValues): Promise<void> {
    return this.session.execute(this.filled(script, values));
  }

  /** A statement with literals, for what takes no parameters. */
  filled(statement: SqlTemplate, values?: SqlValues): string {
    return statement.withLiterals({ ...this.#values, ...values });
  }
}
