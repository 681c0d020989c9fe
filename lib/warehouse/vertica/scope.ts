/** What the parts of the Vertica warehouse share: a session, and how statements are run in it. */
import type { WarehouseSchemas } from "../sql_template.ts";
import type { VerticaRow, VerticaSession } from "./connection/session.ts";
import { type SqlValues, statementsFor, type Subject } from "./statements.ts";

export interface VerticaScopeOptions {
  session: VerticaSession;
  schemas: WarehouseSchemas;
  /** The clock. */
  now: () => Temporal.Instant;
  /** Opens one more session with the same database. */
  connect: () => Promise<VerticaSession>;
}

/** The statements of a file, run in one session. */
export class VerticaScope {
  readonly session: VerticaSession;
  readonly schemas: WarehouseSchemas;
  readonly connect: () => Promise<VerticaSession>;
  readonly #now: () => Temporal.Instant;

  constructor({ session, schemas, now, connect }: VerticaScopeOptions) {
    this.session = session;
    this.schemas = schemas;
    this.connect = connect;
    this.#now = now;
  }

  /** The clock's time as the warehouse keeps times: naive, UTC, to the microsecond. */
  get timestamp(): string {
    return this.#now().toZonedDateTimeISO("UTC").toPlainDateTime()
      .toString({ fractionalSecondDigits: 6 }).replace("T", " ");
  }

  /** The same in another session. */
  in(session: VerticaSession): VerticaScope {
    const { schemas, connect } = this;
    return new VerticaScope({ session, schemas, connect, now: this.#now });
  }

  /** Runs a file's statements in order; the rows of the last. */
  async run(script: string, values: SqlValues = {}, subject?: Subject): Promise<VerticaRow[]> {
    let rows: VerticaRow[] = [];
    for (const statement of statementsFor(script, this.schemas, values, subject)) {
      rows = await this.session.query(statement);
    }
    return rows;
  }

  /** The same as a transaction of its own. */
  commit(script: string, values: SqlValues = {}, subject?: Subject): Promise<VerticaRow[]> {
    return this.session.transaction(() => this.run(script, values, subject));
  }
}
