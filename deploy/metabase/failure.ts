/** Failures that a person reads: what happened, to what, why, and what to do. */

/** The exit codes, as finpipe has them (README.md, "Exit codes"). */
export const EXIT_CODES = { failed: 1, configuration: 3, unreachable: 69 } as const;

/** An expected failure. Its message never has a password: {@link Metabase} takes them out. */
export class Failure extends Error {
  override readonly name = "Failure";

  /** @param hint what to do about it: a sentence */
  constructor(
    readonly kind: keyof typeof EXIT_CODES,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}
