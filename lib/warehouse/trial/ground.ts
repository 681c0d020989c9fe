/** The port to a warehouse that is tried: sessions for experiments, and the scratch tables of all runs. */
import { FinpipeError } from "../../runtime/errors.ts";
import type { SqlValues } from "../../sql/template.ts";
import type { WarehouseSchemas } from "../variables.ts";
import type { TrialEngine } from "./experiment.ts";
import type { TrialRow } from "./seen.ts";

/** The server, as far as whoever reads a trial wants to know; no name of anything. */
export interface TrialFacts {
  /** As in `Vertica Analytic Database v24.1.0-0`. */
  version: string;
  /** How many there are, and are up; undefined where that cannot be seen. */
  nodes: number | undefined;
  nodesUp: number | undefined;
  mode: "Enterprise" | "Eon" | "embedded" | undefined;
}

/** A table that a trial made. */
export interface ScratchTable {
  schema: string;
  name: string;
  /** The run's. */
  key: string;
}

export interface TrialGround extends AsyncDisposable {
  readonly engine: TrialEngine;
  readonly schemas: WarehouseSchemas;
  /** Names of people and places, which nobody else is to read. */
  readonly names: Readonly<Record<string, string>>;

  /** @throws FinpipeError of kind `configuration` where one of the two schemas is not there */
  requireSchemas(): Promise<void>;

  facts(): Promise<TrialFacts>;

  /**
   * A statement of a script with the names of this place, and of this run.
   *
   * @throws NoValue a variable has none
   */
  filled(sql: string, values: SqlValues): string;

  /**
   * Sees to it that a session is open: anew where it was lost.
   *
   * @throws FinpipeError
   */
  open(session: number): Promise<void>;

  /**
   * Runs a statement that was filled in, in an open session.
   *
   * @param data rows of a COPY
   * @throws FinpipeError; the server's own error is its cause
   */
  run(session: number, statement: string, data?: string): Promise<TrialRow[]>;

  /** Whether the session was lost, or never was: nothing more can be run in it. */
  isLost(session: number): boolean;

  /** Rolls back, and closes all sessions but the first. Ends statements that are under way. */
  leave(): Promise<void>;

  /** Tables of this run, and of runs that are over. */
  scratchTables(): Promise<ScratchTable[]>;

  drop(table: ScratchTable): Promise<void>;
}

/** A table's name, and in it the key of its run. */
const SCRATCH = /^finpipe_trial_([0-9a-f]{12})_[a-z0-9_]+$/;

/** What names of scratch tables begin with, for LIKE with `!` as its escape. */
export const SCRATCH_PATTERN = "finpipe!_trial!_%";

/** Undefined for a table that no trial made. */
export function scratchTable(schema: string, name: string): ScratchTable | undefined {
  const key = SCRATCH.exec(name)?.[1];
  return key === undefined ? undefined : { schema, name, key };
}

/** Twelve hexadecimal digits that no other run has. */
export function newKey(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}

/** @throws FinpipeError of kind `configuration` where one of the names is not among those that are there */
export function requirePresent(names: readonly string[], present: readonly string[]): void {
  const missing = names.find((name) => !present.includes(name));
  if (missing === undefined) return;
  throw new FinpipeError(
    "configuration",
    `There is no schema ${missing} in the warehouse to make scratch tables in`,
    { hint: "Run 'finpipe init', which makes it, or has it made by a DBA" },
  );
}
