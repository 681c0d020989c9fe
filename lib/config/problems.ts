/** Collects the problems with the settings, so that one error names them all. */
import { FinpipeError } from "../runtime/errors.ts";

/**
 * Says what is wrong with one setting and how to mend it. Neither text may quote a secret, or a
 * part of a URL that could hold one.
 */
export type Report = (what: string, mend: string) => void;

interface Problem {
  origin: string;
  what: string;
  mend: string;
}

export class Problems {
  readonly #found: Problem[];

  /** @param known those that were found before. @default none */
  constructor(known?: Problems) {
    this.#found = known === undefined ? [] : [...known.#found];
  }

  /** Whether anything was reported. */
  get any(): boolean {
    return this.#found.length > 0;
  }

  /** A {@link Report} of problems with the given variable or option. */
  of(origin: string): Report {
    return (what, mend) => void this.#found.push({ origin, what, mend });
  }

  /** @throws FinpipeError of kind `configuration` that names every problem, if there is one */
  throwIfAny(): void {
    const [first] = this.#found;
    if (first === undefined) return;
    if (this.#found.length === 1) {
      throw new FinpipeError("configuration", `Cannot use ${first.origin}: ${first.what}`, {
        hint: first.mend,
      });
    }
    const lines = this.#found.map(({ origin, what, mend }) => `  ${origin}: ${what}\n    ${mend}`);
    throw new FinpipeError(
      "configuration",
      `Cannot use the settings: ${lines.length} problems\n${lines.join("\n")}`,
    );
  }
}
