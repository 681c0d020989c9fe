/** How fast something is done: over the last seconds, because an average since the start hides a stop. */

/** Milliseconds that are looked back. */
const WINDOW = 10_000;
/** Milliseconds of a mark. */
const STEP = 500;

export class Pace {
  readonly #clock: () => number;
  readonly #begunAt: number;
  /** What was done in the window, oldest first. */
  readonly #marks: { at: number; amount: number }[] = [];
  #sum = 0;

  /** @param clock milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#begunAt = clock();
  }

  /** All of it so far. */
  get sum(): number {
    return this.#sum;
  }

  add(amount: number): void {
    const now = this.#clock();
    this.#forget(now);
    const last = this.#marks.at(-1);
    if (last !== undefined && now - last.at < STEP) last.amount += amount;
    else this.#marks.push({ at: now, amount });
    this.#sum += amount;
  }

  /** In a second; 0 if nothing was done lately. */
  get perSecond(): number {
    const now = this.#clock();
    this.#forget(now);
    const milliseconds = Math.min(WINDOW, now - this.#begunAt);
    const done = this.#marks.reduce((sum, { amount }) => sum + amount, 0);
    return milliseconds <= 0 ? 0 : done / milliseconds * 1000;
  }

  /** Milliseconds for so much more, at this pace; undefined if nobody can tell. */
  timeFor(amount: number): number | undefined {
    const { perSecond } = this;
    return perSecond > 0 ? amount / perSecond * 1000 : undefined;
  }

  #forget(now: number): void {
    while (this.#marks.length > 0 && now - this.#marks[0]!.at > WINDOW) this.#marks.shift();
  }
}
