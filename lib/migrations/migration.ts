/** A change of a schema, whichever database holds it. What was released is never edited. */

/** Who can no longer work with the schema that a migration leaves. */
export type Breaks = "nothing" | "writers" | "readers";

/** What somebody wants to do with a schema. */
export type Access = "read" | "write";

export interface Migration {
  /** One higher than the last migration's. */
  version: number;
  /** As its file is named. */
  name: string;
  /** Of a database whose DDL commits by itself each of its statements can be run again. */
  sql: string;
  /**
   * Which of the older finpipes that still run it stops: `writers` what would land, load or build
   * what the new schema cannot take, `readers` those as well.
   */
  breaks: Breaks;
}

/** A migration as the schema's own record has it. */
export interface AppliedMigration {
  version: number;
  /** Undefined where whoever applied it did not say. */
  breaks: Breaks | undefined;
}

/** Where a schema and the record of its migrations are kept. */
export interface MigrationStore {
  /** How messages name the schema. */
  readonly name: string;

  /**
   * What was applied, in order.
   *
   * @returns undefined where there is no record
   * @throws FinpipeError of kind `configuration` where the record is somebody else's table
   */
  applied(): Promise<AppliedMigration[] | undefined>;

  /**
   * Makes what is needed before the first migration, runs `work` while no other process migrates, and
   * then looks for drift: all of it as one transaction, where the database has DDL in transactions.
   */
  alone(work: () => Promise<string[]>): Promise<string[]>;

  /** Runs a migration, and records it. */
  apply(migration: Migration): Promise<void>;

  /**
   * Before the first migration: nothing may stand in its way.
   *
   * @throws FinpipeError of kind `configuration`
   */
  refuseObstacles(): Promise<void>;

  /**
   * After the last one: all that was made is there, as it was made.
   *
   * @throws FinpipeError of kind `configuration`
   */
  refuseDrift(): Promise<void>;
}

/** A schema, as its users see it. */
export interface Schema {
  /** Whether the tables were made, by whichever version. */
  hasSchema(): Promise<boolean>;

  /** Creates or upgrades the schema; returns the names of what it applied. */
  migrate(): Promise<string[]>;

  /**
   * Proves that this finpipe can work with the schema.
   *
   * @param access what it is to be used for @default write
   * @throws FinpipeError of kind `configuration` where `init` was not run, or a newer finpipe was here
   * that broke what this one does
   */
  checkSchema(access?: Access): Promise<void>;
}
