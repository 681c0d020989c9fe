/** What `doctor` looks at on a server that the warehouse is on. */

/** The server, as it says of itself. */
export interface WarehouseFacts {
  /** As in `Vertica Analytic Database v24.1.0-0`. */
  version: string;
  /** Whom we are connected as. */
  user: string;
  clock: Temporal.Instant;
}

/** What finpipe needs and its user may not do. */
export interface MissingRight {
  /** As in `USAGE on schema finpipe_mart`. */
  right: string;
  /** The statement by which a DBA gives it, without its semicolon. */
  grant: string;
}

/** A connected server. */
export interface WarehouseInspection extends AsyncDisposable {
  facts(): Promise<WarehouseFacts>;
  missingRights(): Promise<MissingRight[]>;
  /** @throws FinpipeError of kind `configuration` where `init` was not run, or a newer one was */
  checkSchema(): Promise<void>;
  /** Keys and sort orders of finpipe's that are not there any more; of a schema that was checked. */
  missingParts(): Promise<string[]>;
  /** What keeps side tables from being swapped with their targets; empty where nothing does. */
  differences(): Promise<string[]>;
}
