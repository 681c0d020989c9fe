/** Sessions of staging for work that goes on side by side: opened as needed, each used by one at a time. */
import { PositionMoved, RefusedRow } from "./landing.ts";
import type { StagingRepository } from "./repository.ts";

export class StagingSessions implements AsyncDisposable {
  readonly #connect: () => Promise<StagingRepository>;
  readonly #most: number;
  readonly #idle: StagingRepository[] = [];
  /** Each since when, on the clock of performance.now. */
  readonly #used = new Map<StagingRepository, number>();
  readonly #waiting: (() => void)[] = [];
  #open = 0;

  /**
   * @param connect opens one, one try
   * @param most sessions at once @default 1
   */
  constructor(connect: () => Promise<StagingRepository>, most = 1) {
    this.#connect = connect;
    this.#most = most;
  }

  /** Runs work on a session; one on which something failed is not used again. */
  async use<T>(work: (staging: StagingRepository) => Promise<T>): Promise<T> {
    const staging = await this.#take();
    this.#used.set(staging, performance.now());
    try {
      const result = await work(staging);
      this.#giveBack(staging);
      return result;
    } catch (error) {
      if (isHarmless(error)) this.#giveBack(staging);
      else await this.#drop(staging);
      throw error;
    } finally {
      this.#used.delete(staging);
    }
  }

  /** Ends the sessions in use, in the middle of their work, which then fails. */
  async cut(): Promise<void> {
    await Promise.all([...this.#used.keys()].map((staging) => staging[Symbol.asyncDispose]()));
  }

  /** The server's processes that work for us. */
  get processes(): string[] {
    return [...this.#used.keys(), ...this.#idle].flatMap(({ locks }) => locks.process ?? []);
  }

  /** Those of sessions that have been used for so long. */
  busyFor(milliseconds: number): string[] {
    const before = performance.now() - milliseconds;
    return [...this.#used]
      .filter(([, since]) => since <= before)
      .flatMap(([{ locks }]) => locks.process ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const staging of this.#idle.splice(0)) await this.#drop(staging);
  }

  async #take(): Promise<StagingRepository> {
    while (this.#idle.length === 0 && this.#open >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    this.#open++;
    try {
      return await this.#connect();
    } catch (error) {
      this.#open--;
      this.#waiting.shift()?.();
      throw error;
    }
  }

  #giveBack(staging: StagingRepository): void {
    this.#idle.push(staging);
    this.#waiting.shift()?.();
  }

  async #drop(staging: StagingRepository): Promise<void> {
    this.#open--;
    await staging[Symbol.asyncDispose]();
    this.#waiting.shift()?.();
  }
}

/** The database answered, and the session is as good as before. */
function isHarmless(error: unknown): boolean {
  return error instanceof RefusedRow || error instanceof PositionMoved;
}
