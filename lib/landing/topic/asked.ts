/** Runs work, and stops waiting for it once somebody asks to stop. */
import { orAborted } from "../../runtime/aborted.ts";

/** Disposing of it ends the work that is no longer waited for, and waits until that has ended. */
export class UntilAsked implements AsyncDisposable {
  readonly #asked: AbortSignal;
  readonly #over = new AbortController();
  readonly #begun: Promise<unknown>[] = [];

  /** @param asked aborted when somebody asks to stop */
  constructor(asked: AbortSignal) {
    this.#asked = asked;
  }

  /** Aborted when the work has to end; the work must obey it. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** The work's result; undefined as soon as somebody asked to stop. */
  async run<T>(work: Promise<T>): Promise<T | undefined> {
    this.#begun.push(work);
    try {
      return await orAborted(work, this.#asked);
    } catch (error) {
      if (this.#asked.aborted && error === this.#asked.reason) return undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await Promise.allSettled(this.#begun);
  }
}
