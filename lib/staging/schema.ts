/** The port to the tables of staging: whether they are there, and how they are made. */

export interface StagingSchema {
  /** Whether the tables were made, by whichever version. */
  hasSchema(): Promise<boolean>;

  /** Creates or upgrades schemas and tables; returns the names of what it applied. */
  migrate(): Promise<string[]>;

  /** @throws FinpipeError of kind `configuration` where `init` was not run, or a newer one was */
  checkSchema(): Promise<void>;
}
