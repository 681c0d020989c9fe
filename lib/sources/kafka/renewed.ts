/** What lasts for a while, and is asked for again before it ends: tokens, keys. */

/** The part of its lifetime for which it is used for new logins. */
const USED_FOR = 0.8;
/** Milliseconds that it must last then: a login ends with it, and the next one takes its time. */
const LEFT = 10_000;

/** What was given, and the milliseconds that it lasts from when it was asked for. */
export interface Lasting<T> {
  value: T;
  lifetime: number;
}

/** Keeps one for as long as it is fresh. */
export class Renewed<T> {
  readonly #ask: () => Promise<Lasting<T>>;
  readonly #clock: () => number;
  #kept: { value: T; until: number } | undefined;
  #asked: Promise<T> | undefined;

  /** @param clock milliseconds on a clock that only goes forward */
  constructor(ask: () => Promise<Lasting<T>>, clock: () => number) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** A fresh one; those who ask at once get the same one. */
  get(): Promise<T> {
    if (this.#kept !== undefined && this.#clock() < this.#kept.until) {
      return Promise.resolve(this.#kept.value);
    }
    this.#asked ??= this.#renew().finally(() => this.#asked = undefined);
    return this.#asked;
  }

  async #renew(): Promise<T> {
    const begun = this.#clock();
    const { value, lifetime } = await this.#ask();
    this.#kept = { value, until: begun + Math.min(lifetime * USED_FOR, lifetime - LEFT) };
    return value;
  }
}
