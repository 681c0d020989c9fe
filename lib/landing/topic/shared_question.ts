/** A question that many ask at the same time: it is put once for all of them. */

export class SharedQuestion<T> {
  readonly #question: () => Promise<T>;
  #asking: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  /** @param question asks once */
  constructor(question: () => Promise<T>) {
    this.#question = question;
  }

  /**
   * The answer to a question that began after this was called: what the caller knew before is not newer
   * than it. Who calls while one is asked shares the next one, which begins as soon as that ends.
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
