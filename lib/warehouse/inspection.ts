/** What `doctor` looks at on a server that the warehouse is on. */

/** What the server says about itself. */
export interface WarehouseFacts {
  /** As in `Vertica Analytic Database v24.1.0-0`. */
  version: string;
  /** The user that finpipe is connected as. */
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
  /** Keys, sort orders and views of finpipe's that no longer exist; only for a schema that was checked. */
  missingParts(): Promise<string[]>;
  /** Why side tables cannot be swapped with their targets; empty if they can. */
  differences(): Promise<string[]>;
}
