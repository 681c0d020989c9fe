/** What the parts of the Vertica warehouse share: a session, and how SQL files are run in it. */
import type { Query } from "../../sql/query.ts";
import type { SqlTemplate, SqlValues } from "../../sql/template.ts";
import { schemaValues, timeText, type WarehouseSchemas } from "../variables.ts";
import type { VerticaSession } from "./connection/session.ts";

export interface VerticaScopeOptions {
  session: VerticaSession;
  schemas: WarehouseSchemas;
  /** The clock. */
  now: () => Temporal.Instant;
  /** Opens one more session with the same database. */
  connect: () => Promise<VerticaSession>;
}

/** Statements get the schemas and their values as literals: each goes as one simple query. */
export class VerticaScope {
  readonly session: VerticaSession;
  readonly schemas: WarehouseSchemas;
  readonly connect: () => Promise<VerticaSession>;
  readonly #values: SqlValues;
  readonly #now: () => Temporal.Instant;

  constructor({ session, schemas, now, connect }: VerticaScopeOptions) {
    this.session = session;
    this.schemas = schemas;
    this.connect = connect;
    this.#values = schemaValues(schemas);
    this.#now = now;
  }

  /** The clock's time, as the warehouse keeps times. */
  get timestamp(): string {
    return timeText(this.#now());
  }

  /** The same in another session. */
  in(session: VerticaSession): VerticaScope {
    const { schemas, connect } = this;
    return new VerticaScope({ session, schemas, connect, now: this.#now });
  }

  /** Runs work as a transaction. */
  transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.session.transaction(work);
  }

  /** The rows of a query. @throws FinpipeError where one is not as the query says */
  async select<Row>(query: Query<Row>, values?: SqlValues): Promise<Row[]> {
    const rows = await this.session.query(this.filled(query.sql, values));
    return rows.map((row) => query.decode(row));
  }

  /** The first row of a query, if it has one. */
  async selectFirst<Row>(query: Query<Row>, values?: SqlValues): Promise<Row | undefined> {
    return (await this.select(query, values))[0];
  }

  /** The row of a query that always has one. */
  async selectOne<Row>(query: Query<Row>, values?: SqlValues): Promise<Row> {
    const row = await this.selectFirst(query, values);
    if (row === undefined) throw new Error(`sql/${query.name}.sql gave no row`);
    return row;
  }

  /** Runs statements in order. */
  async run(statements: readonly SqlTemplate[], values?: SqlValues): Promise<void> {
    for (const statement of statements) await this.session.query(this.filled(statement, values));
  }

  /** The same as a transaction. */
  commit(statements: readonly SqlTemplate[], values?: SqlValues): Promise<void> {
    return this.transaction(() => this.run(statements, values));
  }

  /** A statement with its values. */
  filled(statement: SqlTemplate, values?: SqlValues): string {
    return statement.withLiterals({ ...this.#values, ...values });
  }
}
