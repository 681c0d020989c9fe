/** The doctor's checks, one after another, and their results. */
import { FinpipeError } from "../runtime/errors.ts";

/** The result of one check. */
export interface Check {
  check: string;
  outcome: "ok" | "warning" | "failed" | "skipped";
  detail: string;
  /** What to do about it. */
  hint?: string;
  /** The exit code of a failure. */
  exit_code?: number;
}

/** What a check found that did not fail. */
export interface Finding<T> {
  detail: string;
  /** Makes it a warning. */
  hint?: string;
  value?: T;
}

/** Is told of checks as they begin and end. */
export interface CheckWatch {
  begin(check: string): void;
  end(check: Check): void;
}

const NO_WATCH: CheckWatch = { begin() {}, end() {} };

/** Collects checks: a failure becomes a result, and is not thrown. */
export class Checklist {
  readonly checks: Check[] = [];
  readonly #watch: CheckWatch;

  /** @param watch @default nobody */
  constructor(watch: CheckWatch = NO_WATCH) {
    this.#watch = watch;
  }

  /** Records the result of a check; undefined where it failed. */
  async look<T>(
    check: string,
    work: () => Finding<T> | Promise<Finding<T>>,
  ): Promise<T | undefined> {
    this.#watch.begin(check);
    try {
      const { detail, hint, value } = await work();
      const outcome = hint === undefined ? "ok" : "warning";
      this.#add({ check, outcome, detail, ...(hint === undefined ? {} : { hint }) });
      return value;
    } catch (error) {
      if (!(error instanceof FinpipeError)) throw error;
      const { message, hint, exitCode } = error;
      const found = { check, outcome: "failed", detail: message, exit_code: exitCode } as const;
      this.#add(hint === undefined ? found : { ...found, hint });
      return undefined;
    }
  }

  skip(check: string, reason: string | undefined): void {
    if (reason !== undefined) this.#add({ check, outcome: "skipped", detail: reason });
  }

  #add(check: Check): void {
    this.checks.push(check);
    this.#watch.end(check);
  }
}

/** The exit code of the first failure, else 0. */
export function exitCodeOf(checks: readonly Check[]): number {
  return checks.find(({ outcome }) => outcome === "failed")?.exit_code ?? 0;
}
