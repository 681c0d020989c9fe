/** What the parts of the embedded warehouse share. */
import type { SqlSession } from "../../postgres/session.ts";
import type { WarehouseSchemas } from "../sql_template.ts";

export interface EmbeddedScope {
  /** Belongs to whoever opened it; the warehouse never closes it. */
  readonly session: SqlSession;
  readonly schemas: WarehouseSchemas;
  /** The clock. */
  readonly now: () => Temporal.Instant;
}

/** The clock's time as the warehouse keeps times: naive, UTC, to the microsecond. */
export function timestampOf({ now }: EmbeddedScope): string {
  return now().toZonedDateTimeISO("UTC").toPlainDateTime().toString({ fractionalSecondDigits: 6 });
}
