/** A question that many callers ask at the same time is asked once for all of them. */

export class SharedQuestion<T> {
  readonly #question: () => Promise<T>;
  #asking: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  /** @param question asks once */
  constructor(question: () => Promise<T>) {
    this.#question = question;
  }

  /**
   * The answer to a question that was asked after this call, so it is never older than what the
   * caller knew. Callers that come while a question is being asked share the next one, which begins
   * when that ends.
   */
  ask(): Promise<T> {
    if (this.#asking === undefined) return this.#begin();
    return this.#next ??= this.#asking.then(() => {}, () => {}).then(() => {
      this.#next = undefined;
      return this.#begin();
    });
  }

  #begin(): Promise<T> {
    const asking = this.#question();
    const done = () => {
      if (this.#asking === asking) this.#asking = undefined;
    };
    asking.then(done, done);
    return this.#asking = asking;
  }
}
