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

  readonly #placeOf: (origin: string) => string | undefined;

  /**
   * @param known those that were found before @default none
   * @param placeOf where in a file an origin stands @default as of those that are known
   */
  constructor(known?: Problems, placeOf = known === undefined ? () => undefined : known.#placeOf) {
    this.#found = known === undefined ? [] : [...known.#found];
    this.#placeOf = placeOf;
  }

  /** Collects others, of the same places. */
  static beside(known: Problems | undefined): Problems {
    return known === undefined ? new Problems() : new Problems(undefined, known.#placeOf);
  }

  /** What was found, without how to mend it. */
  texts(): string[] {
    return this.#found.map(({ what }) => what);
  }

  /** Whether anything was reported. */
  get any(): boolean {
    return this.#found.length > 0;
  }

  /** A {@link Report} of problems with the given variable or option. */
  of(origin: string): Report {
    const place = this.#placeOf(origin);
    const placed = place === undefined ? origin : `${origin} (${place})`;
    return (what, mend) => void this.#found.push({ origin: placed, what, mend });
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
    const count = this.#found.length;
    throw new FinpipeError("configuration", `Cannot use the settings: ${count} problems`, {
      list: this.#found.flatMap((
        { origin, what, mend },
      ) => [`  ${origin}: ${what}`, `    ${mend}`]),
    });
  }
}
