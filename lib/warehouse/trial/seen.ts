/** What the steps of a script gave. */
import type { SqlRow } from "../../sql/query.ts";
import type { TrialEngine } from "./experiment.ts";

/** A row as the warehouse gave it: what is in it is what a trial is about. */
export type TrialRow = Readonly<SqlRow>;

/** Why a statement failed. */
export interface StepFailure {
  /** The server's words. */
  words: string;
  sqlState: string | undefined;
  /** Vertica's own number of the error. */
  number: string | undefined;
}

/** What came of a step. */
export type StepResult = { rows: readonly TrialRow[] } | { failure: StepFailure };

/** Thrown by {@link Seen} where rows are asked for of a step that failed. */
export class StepFailed extends Error {
  constructor(readonly step: string, readonly failure: StepFailure) {
    super(`${step}: ${failure.words}`);
  }
}

export class Seen {
  readonly engine: TrialEngine;
  readonly #results: ReadonlyMap<string, StepResult>;

  constructor(engine: TrialEngine, results: ReadonlyMap<string, StepResult>) {
    this.engine = engine;
    this.#results = results;
  }

  /** @throws StepFailed */
  rows(step: string): readonly TrialRow[] {
    const result = this.#of(step);
    if ("failure" in result) throw new StepFailed(step, result.failure);
    return result.rows;
  }

  /** Of the first row, the values with commas between them; empty where there is no row. */
  first(step: string): string {
    return textOf(this.rows(step)[0]);
  }

  /** All rows, with semicolons between them. */
  all(step: string): string {
    return this.rows(step).map(textOf).join("; ");
  }

  /** Undefined where it went well. */
  failure(step: string): StepFailure | undefined {
    const result = this.#of(step);
    return "failure" in result ? result.failure : undefined;
  }

  #of(step: string): StepResult {
    const result = this.#results.get(step);
    if (result === undefined) throw new Error(`There is no step ${step}`);
    return result;
  }
}

/** A row's values; NULL is written so, an empty string as two quotes. */
function textOf(row: TrialRow | undefined): string {
  return Object.values(row ?? {}).map((value) => value === null ? "NULL" : value || "''").join(",");
}

/** As in `42V01 (4566): Relation "a" does not exist`. */
export function failureText({ words, sqlState, number }: StepFailure): string {
  const code = sqlState === undefined ? "" : `${sqlState}${number ? ` (${number})` : ""}: `;
  return `${code}${words.replace(/\s+/g, " ")}`;
}
